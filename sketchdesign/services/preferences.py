"""What a person has set for every project: looks, language, units, where to compute, and recent files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.core.files import write_atomic
from sketchdesign.services.documents import from_json, to_json
from sketchdesign.services.folders import UserFolders, make_folder

THEMES = ("system", "light", "dark")
LANGUAGES = {"": "System", "en": "English", "de": "Deutsch"}
LENGTH_UNITS = ("mm", "cm", "in")
MOST_RECENT = 10


@dataclass(frozen=True)
class Preferences:
    """Everything in the preferences window, the recent files, and the layout of the main window.

    Attributes:
        language: a key of `LANGUAGES`; empty for the system's.
        threads: 0 for one per processor.
        window: the window's size and docks, as text from the toolkit.
    """

    theme: str = "system"
    language: str = ""
    unit: str = "mm"
    device: str = "auto"
    threads: int = 0
    reduced_motion: bool = False
    recent: tuple[str, ...] = ()
    window: str = ""

    def with_recent(self, path: Path) -> Preferences:
        """With a file at the top of the recent ones."""
        name = str(path.absolute())
        return replace(self, recent=(name, *(other for other in self.recent if other != name))[:MOST_RECENT])

    def recent_files(self) -> list[Path]:
        """Those that still exist, the newest first."""
        return [path for path in map(Path, self.recent) if path.is_file()]


def load_preferences(folders: UserFolders) -> Preferences:
    """What was saved; the defaults where nothing was, or where it cannot be read."""
    try:
        return from_json(Preferences, json.loads(_path(folders).read_text(encoding="utf-8")))
    except (OSError, ValueError, SketchDesignError):
        return Preferences()


def save_preferences(preferences: Preferences, folders: UserFolders) -> None:
    """Keep them.

    Raises:
        OutputError: the folder cannot be made or written.
    """
    path = _path(folders)
    make_folder(path.parent)
    write_atomic(path, json.dumps(to_json(preferences, []), indent=1))


def _path(folders: UserFolders) -> Path:
    return folders.config / "preferences.json"
