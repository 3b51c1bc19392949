"""Sketches as people bring them: files of several kinds, bundled examples, and what a model sees of them."""

from __future__ import annotations

import difflib
import itertools
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core import npz, quickdraw
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.simplify import QUICKDRAW_BOX, QUICKDRAW_EPSILON, simplified
from sketchdesign.core.strokes import FloatArray, Sketch
from sketchdesign.output import sketches
from sketchdesign.services.plugins.registry import for_ending, known_endings
from sketchdesign.services.plugins.runs import read_as_sketches

if TYPE_CHECKING:
    from sketchdesign.model.info import ModelInfo

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EXAMPLE_PREFIX = "example:"

SPLITS = ("train", "valid", "test")
"""Of an ``.npz`` of sketch-rnn."""

LARGEST_FILE = 1 << 30
MOST_IN_A_SET = 1000
BEGINNING_PX = 150.0
"""How large a beginning of unknown scale is taken to be, in a finished drawing of 255 pixels."""
SMALLEST_BEGINNING_PX = 20.0

_DECIMALS = 2
_NUMBERED = re.compile(rf"(.+?)#(?:({'|'.join(SPLITS)})/)?(\d{{1,12}})")
_ENDINGS = (".svg", ".ndjson", ".bin", ".npz")


@dataclass(frozen=True)
class GivenSketch:
    """A sketch as it came.

    Attributes:
        name: what it was asked for by.
        sketch: in its own units.
        dense: it holds more points than a drawing needs, as flattened curves and raw pen movements do.
        word: what it shows, where its file says so.
    """

    name: str
    sketch: Sketch
    dense: bool = False
    word: str = ""


@dataclass(frozen=True)
class SeenSketch:
    """A sketch as a model sees it.

    Attributes:
        name: what it was asked for by.
        sketch: in pixels of the training data, simplified, rounded to 0.01.
        rows: the same as stroke-5 rows in model units.
    """

    name: str
    sketch: Sketch
    rows: FloatArray

    def to_json(self) -> dict[str, Any]:
        """Name and polylines: enough to draw everything again that was made of it."""
        return {"name": self.name, "drawing": drawing_json(self.sketch)}


def drawing_json(sketch: Sketch) -> list[list[list[float]]]:
    """Polylines as QuickDraw writes them, ``[[xs, ys], ...]``; exact."""
    return [line.astype(np.float64).T.tolist() for line in sketch.polylines()]


def example_names() -> list[str]:
    """The bundled examples."""
    return sorted(path.stem for path in EXAMPLES.glob("*.svg"))


def read_inputs(texts: Sequence[str]) -> list[GivenSketch]:
    """Read each of several inputs; see `read_input`."""
    return [read_input(text) for text in texts]


def read_input(text: str) -> GivenSketch:
    """A sketch from ``FILE``, ``FILE#N``, ``FILE#SPLIT/N`` or ``example:NAME``.

    Args:
        text: FILE ends in ``.svg``, ``.ndjson``, ``.bin`` or ``.npz``, or as an importer plugin wants it; N counts
            its drawings from 0, and is 0 by default. SPLIT is one of `SPLITS`, for an ``.npz`` of sketch-rnn;
            without it, N goes on counting from each split to the next.

    Raises:
        InputError, SketchFormatError: there is no such sketch, or it cannot be read.
    """
    if text.startswith(EXAMPLE_PREFIX):
        return _example(text)
    path, split, number = _address(text)
    check_file(path)
    if path.suffix.lower() == ".svg" and number:
        raise InputError(f"{path} holds one drawing, and so no #{number}", hint="leave the number out")
    found = next(itertools.islice(_drawings(path, split), number or 0, None), None)
    if found is None:
        count = sum(1 for _ in _drawings(path, split))
        place = f"{split}/" if split else ""
        hint = f"give a number from #{place}0 to #{place}{count - 1}" if count else "give another file"
        raise InputError(f"{path} has no drawing #{place}{number or 0}, it holds {count}", hint=hint)
    return replace(found, name=text)


def read_set(texts: Sequence[str]) -> list[GivenSketch]:
    """All sketches of several files, `MOST_IN_A_SET` of each at most; what names a single sketch gives that one.

    Raises:
        InputError, SketchFormatError: as `read_input`, or a file holds no sketch.
    """
    found: list[GivenSketch] = []
    for text in texts:
        path, split, number = _address(text)
        if text.startswith(EXAMPLE_PREFIX) or number is not None:
            found.append(read_input(text))
            continue
        check_file(path)
        drawings = list(itertools.islice(_drawings(path, split), MOST_IN_A_SET))
        if not drawings:
            raise InputError(f"{path} holds no drawing", hint="give another file")
        found += [replace(each, name=f"{text}#{place}") for place, each in enumerate(drawings)]
    return found


def is_sketch_file(path: Path) -> bool:
    """Whether sketches can be read from a file with this ending: by us, or by an importer plugin."""
    ending = path.suffix.lower()
    return ending in _ENDINGS or (ending != "" and for_ending("importer", path) is not None)


def read_drawings(path: Path) -> Iterator[tuple[Sketch, bool]]:
    """The drawings of a file, and whether each is dense."""
    return ((given.sketch, given.dense) for given in _drawings(path))


def as_seen(info: ModelInfo, given: GivenSketch) -> SeenSketch:
    """The sketch moved and scaled to 0..255, as the training data were, and simplified where that is needed.

    Raises:
        InputError: it is empty, a single dot, or has more points than the model reads.
    """
    return _seen(info, given, filling_box(given.sketch))


def filling_box(sketch: Sketch) -> Sketch:
    """The sketch moved and scaled evenly so that its larger side fills 0..255; a dot is only moved."""
    x_min, y_min, x_max, y_max = sketch.bounds
    side = max(x_max - x_min, y_max - y_min)
    scale = QUICKDRAW_BOX / side if side > 0.0 else 1.0
    return sketch.transformed(scale, (-x_min * scale, -y_min * scale))


def as_seen_beginning(
    info: ModelInfo, given: GivenSketch, size_px: float | None = None, *, pen_down: bool = False
) -> tuple[SeenSketch, float]:
    """The beginning of a sketch, where it is, and the scale from its own units to pixels.

    Args:
        info: the model's description.
        given: the sketch. One of 20 to 255 units is taken to be in pixels already.
        size_px: its larger side in a finished drawing of 255 pixels.
        pen_down: its last line goes on.

    Raises:
        InputError: as `as_seen`, or ``size_px`` is out of range.
    """
    if size_px is not None and not 1.0 <= size_px <= QUICKDRAW_BOX:
        raise InputError(f"a beginning of {size_px:g} pixels is out of range", hint="choose a size from 1 to 255")
    x_min, y_min, x_max, y_max = given.sketch.bounds
    side = max(x_max - x_min, y_max - y_min)
    fits = SMALLEST_BEGINNING_PX <= side <= QUICKDRAW_BOX
    wanted = (side if fits else BEGINNING_PX) if size_px is None else size_px
    scale = wanted / side if side > 0.0 and wanted != side else 1.0
    return _seen(info, given, given.sketch.transformed(scale), pen_down=pen_down), scale


def _seen(info: ModelInfo, given: GivenSketch, sketch: Sketch, *, pen_down: bool = False) -> SeenSketch:
    from sketchdesign.model.encode import stroke_rows

    if given.dense or len(sketch) - info.implicit_first_point > info.max_points:
        sketch = simplified(sketch, QUICKDRAW_EPSILON)
    rounded = Sketch(np.round(sketch.points.astype(np.float64), _DECIMALS).astype(np.float32), sketch.stroke_lengths)
    try:
        return SeenSketch(given.name, rounded, stroke_rows(info, rounded, pen_down=pen_down))
    except InputError as error:
        raise InputError(f"cannot use {given.name}: {error.what}", hint=error.hint) from None


def _example(text: str) -> GivenSketch:
    name = text.removeprefix(EXAMPLE_PREFIX)
    names = example_names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        guess = f"did you mean {EXAMPLE_PREFIX}{near[0]}? " if near else ""
        raise InputError(f"there is no example {name!r:.60}", hint=f"{guess}the examples are {', '.join(names)}")
    return GivenSketch(text, _svg(EXAMPLES / f"{name}.svg"), dense=True, word=_shown_by(name))


def _shown_by(name: str) -> str:
    """The class that an example shows: "chair" for ``chair-2``, none for one that is only begun."""
    if name.startswith("begin-"):
        return ""
    return next((word for word in ("cat", "pig") if word in name.split("-")), name.rstrip("-0123456789"))


def _svg(path: Path) -> Sketch:
    from sketchdesign.geometry.svg_reader import read_svg_sketch

    return read_svg_sketch(path)


def check_file(path: Path) -> None:
    """Refuse what is no file of sketches.

    Raises:
        InputError: there is no such file, it is too large, or nothing reads its ending.
    """
    try:
        is_file, size = path.is_file(), path.stat().st_size if path.is_file() else 0
    except (OSError, ValueError):
        is_file, size = False, 0
    if not is_file:
        raise InputError(f"there is no file {str(path)[:200]}", hint=f"give a sketch file or {EXAMPLE_PREFIX}NAME")
    if not is_sketch_file(path):
        endings = dict.fromkeys([*_ENDINGS, *known_endings("importer")])
        raise InputError(f"cannot read a sketch from {path} by its ending", hint=f"use one of {' '.join(endings)}")
    if size > LARGEST_FILE:
        raise InputError(f"{path} is larger than {LARGEST_FILE >> 30} GiB", hint="give a smaller file")


def _address(text: str) -> tuple[Path, str | None, int | None]:
    """The path, split and number that a text names."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered is None:
        return Path(text), None, None
    if numbered[2] and not numbered[1].lower().endswith(".npz"):
        raise InputError(f"{numbered[1][:200]} has no splits", hint="name its drawings by number alone, such as #3")
    return Path(numbered[1]), numbered[2], int(numbered[3])


def _drawings(path: Path, split: str | None = None) -> Iterator[GivenSketch]:
    """The drawings of a file, all by its name."""
    name, ending = str(path), path.suffix.lower()
    if ending == ".svg":
        return iter([GivenSketch(name, _svg(path), dense=True)])
    if ending == ".ndjson":
        return (GivenSketch(name, each.sketch, each.raw, each.word) for each in quickdraw.read_ndjson(path))
    if ending == ".bin":
        return (GivenSketch(name, sketch) for sketch in quickdraw.read_bin(path))
    if ending == ".npz":
        return _npz_drawings(path, split)
    return (GivenSketch(name, sketch, dense=True) for sketch in read_as_sketches(path))


def _npz_drawings(path: Path, split: str | None) -> Iterator[GivenSketch]:
    """Those of an ``.npz`` of ours, or of one or all splits of sketch-rnn's."""
    try:
        records = sketches.read_npz(path)
    except SketchFormatError as error:
        chosen = [split] if split else _splits(path)
        if not chosen:
            raise error from None
        return (GivenSketch(str(path), sketch) for each in chosen for sketch in npz.read_npz(path, each))
    if split:
        raise InputError(f"{path} has no splits", hint="name its drawings by number alone, such as #3")
    return (GivenSketch(str(path), record.sketch, word=record.word) for record in records)


def _splits(path: Path) -> list[str]:
    """The splits in a file of sketch-rnn; none for another file."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return []
    return [split for split in SPLITS if f"{split}.npy" in names]
