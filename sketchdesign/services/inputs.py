"""Sketches as people bring them: files of several kinds, bundled examples, and what a model sees of them."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core import npz, quickdraw
from sketchdesign.core.errors import InputError, SketchDesignError, SketchFormatError
from sketchdesign.core.simplify import QUICKDRAW_BOX, QUICKDRAW_EPSILON, simplified
from sketchdesign.core.strokes import FloatArray, Sketch
from sketchdesign.output import sketches

if TYPE_CHECKING:
    from sketchdesign.model.info import ModelInfo

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EXAMPLE_PREFIX = "example:"

LARGEST_FILE = 1 << 30
BEGINNING_PX = 150.0
"""How large a beginning of unknown scale is taken to be, in a finished drawing of 255 pixels."""
SMALLEST_BEGINNING_PX = 20.0

_DECIMALS = 2
_NUMBERED = re.compile(r"(.+)#(\d{1,12})")
_ENDINGS = (".svg", ".ndjson", ".bin", ".npz")


@dataclass(frozen=True)
class GivenSketch:
    """A sketch as it came.

    Attributes:
        name: what it was asked for by.
        sketch: in its own units.
        dense: it holds more points than a drawing needs, as flattened curves and raw pen movements do.
    """

    name: str
    sketch: Sketch
    dense: bool = False


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
    """A sketch from ``FILE``, ``FILE#N`` or ``example:NAME``.

    Args:
        text: FILE ends in ``.svg``, ``.ndjson``, ``.bin`` or ``.npz``; N counts its drawings from 0, and is 0 by
            default. The drawings of an ``.npz`` of sketch-rnn are those of its ``train`` split.

    Raises:
        InputError, SketchFormatError: there is no such sketch, or it cannot be read.
    """
    if text.startswith(EXAMPLE_PREFIX):
        return _example(text)
    numbered = _NUMBERED.fullmatch(text)
    path, number = (Path(numbered[1]), int(numbered[2])) if numbered else (Path(text), 0)
    _check_file(path)
    if path.suffix.lower() == ".svg":
        if number:
            raise InputError(f"{path} holds one drawing, and so no #{number}", hint="leave the number out")
        return GivenSketch(text, _svg(path), dense=True)
    drawings = _drawings(path)
    found = next(itertools.islice(drawings, number, None), None)
    if found is None:
        count = sum(1 for _ in _drawings(path))
        hint = f"give a number from #0 to #{count - 1}" if count else "give another file"
        raise InputError(f"{path} has no drawing #{number}, it holds {count}", hint=hint)
    return GivenSketch(text, *found)


def as_seen(info: ModelInfo, given: GivenSketch) -> SeenSketch:
    """The sketch moved and scaled to 0..255, as the training data were, and simplified where that is needed.

    Raises:
        InputError: it is empty, a single dot, or has more points than the model reads.
    """
    x_min, y_min, x_max, y_max = given.sketch.bounds
    side = max(x_max - x_min, y_max - y_min)
    scale = QUICKDRAW_BOX / side if side > 0.0 else 1.0
    return _seen(info, given, given.sketch.transformed(scale, (-x_min * scale, -y_min * scale)))


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
    return GivenSketch(text, _svg(EXAMPLES / f"{name}.svg"), dense=True)


def _svg(path: Path) -> Sketch:
    from sketchdesign.geometry.svg_reader import read_svg_sketch

    return read_svg_sketch(path)


def _check_file(path: Path) -> None:
    try:
        is_file, size = path.is_file(), path.stat().st_size if path.is_file() else 0
    except (OSError, ValueError):
        is_file, size = False, 0
    if not is_file:
        raise InputError(f"there is no file {str(path)[:200]}", hint=f"give a sketch file or {EXAMPLE_PREFIX}NAME")
    if path.suffix.lower() not in _ENDINGS:
        raise InputError(f"cannot read a sketch from {path} by its ending", hint=f"use one of {' '.join(_ENDINGS)}")
    if size > LARGEST_FILE:
        raise InputError(f"{path} is larger than {LARGEST_FILE >> 30} GiB", hint="give a smaller file")


def _drawings(path: Path) -> Iterator[tuple[Sketch, bool]]:
    """The drawings of a file, and whether each is dense."""
    ending = path.suffix.lower()
    if ending == ".ndjson":
        return ((drawing.sketch, drawing.raw) for drawing in quickdraw.read_ndjson(path))
    if ending == ".bin":
        return ((sketch, False) for sketch in quickdraw.read_bin(path))
    return ((sketch, False) for sketch in _npz_sketches(path))


def _npz_sketches(path: Path) -> Iterator[Sketch]:
    try:
        records = sketches.read_npz(path)
    except SketchFormatError as ours:
        try:
            return iter(list(npz.read_npz(path, "train")))
        except SketchDesignError as theirs:
            raise (theirs if "split" in theirs.what else ours) from None
    return (record.sketch for record in records)
