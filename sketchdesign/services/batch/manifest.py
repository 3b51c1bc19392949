"""The manifest of a batch: one line of JSON for each item that is finished, written when its file is in its place.

A line names the file, a digest of all that it was made from, and either the file's sha256 or why it could not be made.
A program that is killed leaves whole lines and perhaps the beginning of one more, which is left out on reading.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from sketchdesign.core.errors import InputError, OutputError
from sketchdesign.core.files import write_atomic

MANIFEST_NAME = "manifest.jsonl"
_LARGEST_FILE = 256 << 20


@dataclass(frozen=True)
class Entry:
    """What became of an item.

    Attributes:
        name: of its file.
        content: a digest of its settings, the files and models behind them and the application's version.
        sha256: of the file; empty where it could not be made.
        error: why it could not; empty where it could.
        seconds: how long it took.
        recipe: the name of the recipe's file.
    """

    name: str
    content: str
    sha256: str = ""
    error: str = ""
    seconds: float = 0.0
    recipe: str = ""

    def to_line(self) -> str:
        given = {key: value for key, value in asdict(self).items() if value != ""}
        return json.dumps(given, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self | None:
        """Read back what `to_line` wrote; None for anything else."""
        try:
            row = json.loads(line)
            texts = {key: str(row.get(key, "")) for key in ("name", "content", "sha256", "error", "recipe")}
            return cls(**texts, seconds=float(row.get("seconds", 0.0)))
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None


def read_manifest(folder: Path) -> dict[str, Entry]:
    """The last entry of each name. Lines that are torn or damaged count as never written: their items are made again.

    Raises:
        InputError: the manifest cannot be read.
    """
    try:
        with (folder / MANIFEST_NAME).open(encoding="utf-8", errors="replace") as file:
            lines = file.read(_LARGEST_FILE).split("\n")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read {folder / MANIFEST_NAME}: {reason}", hint="give another folder") from error
    # What stands behind the last line end was torn, even if by chance it can be read.
    return {entry.name: entry for entry in map(Entry.from_line, lines[:-1]) if entry is not None}


class Manifest:
    """The manifest of a running batch.

    Args:
        folder: of the batch.
        kept: entries of an earlier run that still hold; what else it had written is dropped.

    Raises:
        OutputError: the folder cannot be written.
    """

    def __init__(self, folder: Path, kept: Iterable[Entry]) -> None:
        self._path = folder / MANIFEST_NAME
        write_atomic(self._path, "".join(entry.to_line() for entry in kept))
        self._file = self._path.open("ab")

    def append(self, entry: Entry) -> None:
        """Add a line that outlasts the program and the computer's next power cut.

        Raises:
            OutputError: the disk is full.
        """
        try:
            self._file.write(entry.to_line().encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(
                f"cannot write {self._path}: {reason}", hint="free some space and go on with --resume"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
