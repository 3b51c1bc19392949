"""The library: sketches that a person starred, kept across projects."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.core.files import write_atomic
from sketchdesign.core.strokes import Sketch
from sketchdesign.services.folders import UserFolders, make_folder
from sketchdesign.services.inputs import drawing_json
from sketchdesign.services.project.state import KeptSketch

_LARGEST_FILE = 256 << 20


@dataclass(frozen=True)
class Library:
    """Starred sketches, the newest first."""

    sketches: tuple[KeptSketch, ...] = ()

    def __contains__(self, kept: object) -> bool:
        return kept in self.sketches

    def starred(self, kept: Iterable[KeptSketch]) -> Library:
        """With more sketches in front; those it has already stay where they are."""
        new = [each for each in dict.fromkeys(kept) if each not in self.sketches]
        return replace(self, sketches=(*new, *self.sketches))

    def without(self, kept: Iterable[KeptSketch]) -> Library:
        gone = set(kept)
        return replace(self, sketches=tuple(each for each in self.sketches if each not in gone))

    def search(self, words: str) -> list[KeptSketch]:
        """Those whose class or model begins with each of the words."""
        wanted = words.lower().split()
        return [kept for kept in self.sketches if all(_matches(kept, word) for word in wanted)]


def load_library(folders: UserFolders) -> Library:
    """What was saved. Lines that cannot be read are left out: a library is worth more than its worst line."""
    try:
        with library_path(folders).open(encoding="utf-8", errors="replace") as file:
            lines = file.read(_LARGEST_FILE).splitlines()
    except OSError:
        return Library()
    return Library(tuple(kept for kept in map(_from_line, lines) if kept is not None))


def save_library(library: Library, folders: UserFolders) -> None:
    """Keep all of it, one JSON object a line in the manner of QuickDraw.

    Raises:
        OutputError: the folder cannot be made or written.
    """
    path = library_path(folders)
    make_folder(path.parent)
    write_atomic(path, "".join(f"{json.dumps(_to_json(kept))}\n" for kept in library.sketches))


def library_path(folders: UserFolders) -> Path:
    return folders.data / "library.ndjson"


def _matches(kept: KeptSketch, word: str) -> bool:
    return any(part.startswith(word) for part in f"{kept.word} {kept.model}".lower().split())


def _to_json(kept: KeptSketch) -> dict[str, Any]:
    return {"word": kept.word, "model": kept.model, "drawing": drawing_json(kept.sketch)}


def _from_line(line: str) -> KeptSketch | None:
    try:
        row = json.loads(line)
        sketch = Sketch.from_polylines(np.array(each, np.float64).T for each in row["drawing"])
        return KeptSketch(sketch, str(row["word"]), str(row["model"]))
    except (ValueError, KeyError, TypeError, SketchDesignError, RecursionError):
        return None
