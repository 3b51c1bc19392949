"""Where the app keeps what belongs to a person and not to a project, and folders made where they are missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sketchdesign.core.errors import OutputError


@dataclass(frozen=True)
class UserFolders:
    """Three folders, made when they are needed.

    Attributes:
        config: preferences.
        data: the library of starred sketches, presets.
        state: autosaves and logs.
    """

    config: Path
    data: Path
    state: Path

    @classmethod
    def of_this_user(cls) -> Self:
        """As the platform wishes it."""
        from platformdirs import PlatformDirs

        dirs = PlatformDirs("sketchdesign", appauthor=False)
        return cls(dirs.user_config_path, dirs.user_data_path, dirs.user_state_path)

    @classmethod
    def under(cls, folder: Path) -> Self:
        """All three within one folder."""
        return cls(folder / "config", folder / "data", folder / "state")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are not there.

    Raises:
        OutputError: one of them is read-only, or a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"cannot make the folder {folder}: {reason}", hint="see that it can be written") from error
