"""Work that outlives its program: autosaves of projects, found again after a crash.

Each running program keeps one autosave and a lock beside it. The operating system drops the lock when the program
ends, however it ends: an autosave whose lock is free belongs to nobody any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from sketchdesign.core.errors import OutputError
from sketchdesign.core.files import write_atomic
from sketchdesign.core.locks import lock as lock_file
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.project.file import SUFFIX, project_bytes
from sketchdesign.services.project.state import Project

AUTOSAVE_S = 5.0
"""At most so much work is lost."""


@dataclass(frozen=True)
class LostWork:
    """An autosave that nobody owns: its file, when it was written, and the project's own file if it had one."""

    path: Path
    saved_at: float
    original: Path | None

    def discard(self) -> None:
        """Remove it for good."""
        for suffix in (SUFFIX, ".json", ".lock"):
            self.path.with_suffix(suffix).unlink(missing_ok=True)


class Journal:
    """The autosave of this program. Close it when the program ends well.

    Raises:
        OutputError: the folder for autosaves cannot be written.
    """

    def __init__(self, folders: UserFolders) -> None:
        folder = recovery_folder(folders)
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._path.with_suffix(".lock").open("wb")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"autosaves cannot be kept in {folder}: {reason}", hint="save your work often") from error
        lock_file(self._lock)

    def write(self, project: Project, original: Path | None) -> None:
        """Keep the project as it is now.

        Raises:
            OutputError: the disk is full or the folder has become read-only.
        """
        write_atomic(self._path, project_bytes(project))
        note = {"saved_at": time.time(), "original": None if original is None else str(original)}
        write_atomic(self._path.with_suffix(".json"), json.dumps(note))

    def forget(self) -> None:
        """The project is safe in its own file, or is not wanted."""
        for suffix in (SUFFIX, ".json"):
            self._path.with_suffix(suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Forget the autosave and give up the lock."""
        self.forget()
        self._lock.close()
        self._path.with_suffix(".lock").unlink(missing_ok=True)


def find_lost_work(folders: UserFolders) -> list[LostWork]:
    """Autosaves of programs that did not end well, the newest first. Locks without an autosave are cleared away."""
    found = []
    for lock in sorted(recovery_folder(folders).glob("*.lock")):
        try:
            with lock.open("rb+") as file:
                if not lock_file(file):
                    continue
        except OSError:
            continue
        lost = _lost_work(lock.with_suffix(SUFFIX))
        if lost is None:
            lock.unlink(missing_ok=True)
        else:
            found.append(lost)
    return sorted(found, key=lambda lost: -lost.saved_at)


def recovery_folder(folders: UserFolders) -> Path:
    return folders.state / "recovery"


def _lost_work(path: Path) -> LostWork | None:
    if not path.is_file():
        return None
    original = None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        original = Path(note["original"]) if note["original"] else None
    return LostWork(path, path.stat().st_mtime, original)
