"""From files of drawings to a `DrawingSet`, with a report of what was left out and why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.npz import read_npz
from sketchdesign.core.quickdraw import OnDamaged, read_bin, read_ndjson
from sketchdesign.core.simplify import simplified_like_quickdraw
from sketchdesign.core.strokes import Sketch
from sketchdesign.training.data import DrawingSet, with_written_start

ENDINGS = (".bin", ".ndjson", ".ndjson.gz", ".npz")
SketchReader = Callable[[Path], Sketch]
"""Reads a file of one sketch, of a format that this layer does not know."""

REASONS = ("too short", "too long", "duplicate", "damaged")

_MOST_NOTES = 5


@dataclass
class ClassCounts:
    """What became of one class's drawings.

    Attributes:
        name: the class.
        read, kept: numbers of drawings.
        dropped: how many were left out, by reason (`REASONS`); a file that breaks off counts as one damaged drawing.
        notes: the first few problems, each in a sentence that names its file.
    """

    name: str
    read: int = 0
    kept: int = 0
    dropped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))
    notes: list[str] = field(default_factory=list)

    def drop(self, reason: str) -> None:
        self.dropped[reason] += 1

    def damaged(self, what: str) -> None:
        self.drop("damaged")
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(what)


@dataclass(frozen=True)
class DataReport:
    """What was read and what was left out, class by class."""

    classes: tuple[ClassCounts, ...]

    def table(self) -> str:
        """For people: one row a class, a row of sums, then the problems."""
        rows = [["class", "read", "kept", *REASONS]]
        rows += [[c.name, *map(str, (c.read, c.kept, *c.dropped.values()))] for c in self.classes]
        sums = [
            sum(column) for column in zip(*((c.read, c.kept, *c.dropped.values()) for c in self.classes), strict=True)
        ]
        rows.append(["all", *map(str, sums)])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
            )
            for row in rows
        ]
        return "\n".join(lines + [note for c in self.classes for note in c.notes])

    def as_dict(self) -> dict[str, Any]:
        """For programs: plain JSON values by class name."""
        return {
            c.name: {"read": c.read, "kept": c.kept, "dropped": dict(c.dropped), "notes": list(c.notes)}
            for c in self.classes
        }


def read_drawings(
    path: Path,
    split: str = "train",
    on_damaged: OnDamaged | None = None,
    readers: Mapping[str, SketchReader] | None = None,
) -> Iterator[Sketch]:
    """The drawings of a ``.bin``, ``.ndjson``, ``.ndjson.gz`` or sketch-rnn ``.npz`` file, in pixels.

    Raw ``.ndjson`` drawings, and files of one sketch, are scaled to 0..255 and simplified as QuickDraw simplified its
    own.

    Args:
        path: the file.
        split: which part of an ``.npz`` file.
        on_damaged: told of each line of an ``.ndjson`` file that is skipped; without it such a line is an error.
        readers: of files of one sketch, by their endings (".svg").

    Raises:
        InputError: the file cannot be read, or its ending is not known.
        SketchFormatError: it is damaged; the drawings before the damage have been yielded.
    """
    name = path.name.lower()
    if name.endswith(".bin"):
        yield from read_bin(path)
    elif name.endswith((".ndjson", ".ndjson.gz")):
        for drawing in read_ndjson(path, on_damaged):
            yield simplified_like_quickdraw(drawing.sketch) if drawing.raw else drawing.sketch
    elif name.endswith(".npz"):
        yield from read_npz(path, split)
    elif readers and path.suffix.lower() in readers:
        yield simplified_like_quickdraw(readers[path.suffix.lower()](path))
    else:
        raise InputError(f"{path} is no file of drawings", hint=f"use {', '.join([*ENDINGS, *(readers or {})])}")


def load_split(
    data_dir: Path,
    classes: Sequence[str],
    split: str,
    max_points: int,
    *,
    min_points: int = 3,
    readers: Mapping[str, SketchReader] | None = None,
) -> tuple[DrawingSet, DataReport]:
    """The drawings of ``<data_dir>/<split>/<class>.<ending>``, or of sketch-rnn's ``<data_dir>/<class>.npz``.

    With ``readers`` also those of a folder ``<data_dir>/<split>/<class>`` of files of one sketch each, or of
    ``<data_dir>/<class>``, whose files `split_of` divides. Exact repetitions within a class are left out, and what is
    damaged is skipped and reported.

    Raises:
        InputError: a class has no file, or no usable drawing.
    """
    counts = [ClassCounts(name) for name in classes]
    limits = (min_points, max_points)
    drawings = {
        count.name: _usable(class_files(data_dir, count.name, split, readers), split, limits, count, readers)
        for count in counts
    }
    built = DrawingSet.build(drawings, max_points=max_points, min_points=min_points)
    return built, DataReport(tuple(counts))


def class_files(data_dir: Path, name: str, split: str, readers: Mapping[str, SketchReader] | None = None) -> list[Path]:
    """The files that hold a class's drawings of a split; at least one.

    Raises:
        InputError: there is none.
    """
    places = [data_dir / split / f"{name}{ending}" for ending in ENDINGS] + [data_dir / f"{name}.npz"]
    files = [place for place in places if place.is_file()] + _sketch_files(data_dir / split / name, readers)
    undivided = _sketch_files(data_dir / name, readers)
    files += [path for path in undivided if split_of(path.name) == split]
    if not files and undivided:
        raise InputError(
            f"none of the {len(undivided)} files in {data_dir / name} is for {split!r}",
            hint="add drawings, or divide them among folders train and valid",
        )
    if not files:
        raise InputError(
            f"class {name!r} has no drawings in {data_dir / split}", hint=f"expected {places[0]} or the like"
        )
    return files


def split_of(file_name: str) -> str:
    """The split of a file in a folder without splits: of each hundred 90 "train", 5 "valid" and 5 "test".

    It follows from the name alone, so that new files never move an old one.
    """
    place = int.from_bytes(hashlib.blake2b(file_name.encode(errors="surrogateescape"), digest_size=8).digest()) % 100
    return "train" if place < 90 else "valid" if place < 95 else "test"


def _sketch_files(folder: Path, readers: Mapping[str, SketchReader] | None) -> list[Path]:
    if not readers or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in readers and path.is_file())


def _usable(
    files: list[Path],
    split: str,
    limits: tuple[int, int],
    counts: ClassCounts,
    readers: Mapping[str, SketchReader] | None,
) -> Iterator[Sketch]:
    shortest, longest = limits
    seen: set[bytes] = set()
    for sketch in map(with_written_start, _sound(files, split, counts, readers)):
        counts.read += 1
        digest = _digest(sketch)
        if len(sketch) < shortest:
            counts.drop("too short")
        elif len(sketch) > longest:
            counts.drop("too long")
        elif digest in seen:
            counts.drop("duplicate")
        else:
            seen.add(digest)
            counts.kept += 1
            yield sketch
    if not counts.kept:
        why = "; ".join(counts.notes) or f"none of {counts.read} has {shortest} to {longest} points"
        raise InputError(f"class {counts.name!r} has no usable drawing in {files[0].parent}: {why}")


def _sound(
    files: list[Path], split: str, counts: ClassCounts, readers: Mapping[str, SketchReader] | None
) -> Iterator[Sketch]:
    """All drawings of the files up to where each breaks off."""
    for path in files:
        if not path.stat().st_size:
            counts.damaged(f"{path} is empty")
            continue
        try:
            yield from read_drawings(path, split, counts.damaged, readers)
        except SketchFormatError as error:
            counts.damaged(str(error))


def _digest(sketch: Sketch) -> bytes:
    content = sketch.points.tobytes() + sketch.stroke_lengths.tobytes()
    return hashlib.blake2b(content, digest_size=16).digest()
