"""What goes on paper: a page and layers of strokes, in millimetres, y down."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.pages import PAGE_NAMES, PAGE_SIZES_MM, page_key, page_title
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import IntArray, polyline
from sketchdesign.core.units import parse_length_mm

LARGEST_PAGE_MM = 10_000.0

_SIDE = r"([\d.]+)\s*([a-z]*|\")"
_TWO_SIDES = re.compile(rf"{_SIDE}\s*[x*\u00d7]\s*{_SIDE}")


@dataclass(frozen=True)
class Page:
    """A sheet of paper.

    Attributes:
        width_mm, height_mm: its size.
    """

    width_mm: float
    height_mm: float

    @classmethod
    def parse(cls, text: str, *, landscape: bool = False) -> Self:
        """A page from ``A4``, ``a4-landscape``, ``letter``, ``Arch D`` or ``120x80mm``; see `PAGE_SIZES_MM`.

        Raises:
            InputError: the text names no page.
        """
        name = text.strip().lower()
        for suffix in ("-landscape", " landscape"):
            if name.endswith(suffix):
                name, landscape = name.removesuffix(suffix), True
        if page_key(name) in PAGE_SIZES_MM:
            width, height = PAGE_SIZES_MM[page_key(name)]
        else:
            width, height = _custom_size(text, name)
        return cls(height, width) if landscape and height > width else cls(width, height)


def _custom_size(text: str, name: str) -> tuple[float, float]:
    sides = _TWO_SIDES.fullmatch(name)
    if sides is None:
        near = difflib.get_close_matches(name, PAGE_SIZES_MM, n=1)
        guess = f"did you mean {page_title(near[0])}? " if near else ""
        raise InputError(
            f"unknown page {text!r:.60}", hint=f"{guess}use one of {PAGE_NAMES}, or a size such as 120x80mm"
        )
    # One unit at the end, as in 120x80mm, holds for both sides.
    width, height = parse_length_mm(sides[1] + (sides[2] or sides[4])), parse_length_mm(sides[3] + sides[4])
    if not 1.0 <= min(width, height) <= max(width, height) <= LARGEST_PAGE_MM:
        raise InputError(f"a page of {text:.60} cannot be made", hint="choose sides between 1 mm and 10 m")
    return width, height


@dataclass(frozen=True)
class Pen:
    """What a layer is drawn with. ``colour`` is ``#rrggbb``."""

    name: str = "black"
    colour: str = "#000000"
    width_mm: float = 0.3


@dataclass(frozen=True, eq=False)
class Strokes:
    """Many polylines as two flat arrays, so that a sheet of ten thousand sketches stays cheap.

    Attributes:
        points: float64 [P, 2] in mm; read-only.
        offsets: int64 [S + 1], where each stroke's points begin; read-only. A stroke is closed when its last point
            is its first.
    """

    points: NDArray[np.float64]
    offsets: IntArray

    def __post_init__(self) -> None:
        points = polyline(self.points, np.float64).copy()
        offsets = np.array(self.offsets, np.int64)
        if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(points) or (np.diff(offsets) < 1).any():
            raise SketchFormatError("the offsets of strokes must rise from 0 to the number of points")
        faulty = np.flatnonzero(~np.isfinite(points).all(axis=1))
        if len(faulty):
            number = int(np.searchsorted(offsets, faulty[0], side="right"))
            raise SketchFormatError(f"stroke {number} has a point that is not a finite number")
        points.setflags(write=False)
        offsets.setflags(write=False)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "offsets", offsets)

    @classmethod
    def empty(cls) -> Self:
        return cls(np.empty((0, 2)), np.zeros(1, np.int64))

    @classmethod
    def from_polylines(cls, polylines: Iterable[ArrayLike]) -> Self:
        """From [n, 2] arrays in mm; those without points are left out.

        Raises:
            SketchFormatError: an array has another shape or is not finite.
        """
        lines = [polyline(line, np.float64) for line in polylines]
        lines = [line for line in lines if len(line)]
        if not lines:
            return cls.empty()
        return cls(np.concatenate(lines), np.cumsum([0] + [len(line) for line in lines]))

    @classmethod
    def concatenate(cls, parts: Iterable[Strokes]) -> Self:
        """All strokes of ``parts``, in order."""
        parts = list(parts)
        if not parts:
            return cls.empty()
        lengths = np.concatenate([np.diff(part.offsets) for part in parts])
        return cls(np.concatenate([part.points for part in parts]), np.concatenate([[0], np.cumsum(lengths)]))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Strokes):
            return NotImplemented
        return np.array_equal(self.points, other.points) and np.array_equal(self.offsets, other.offsets)

    def __hash__(self) -> int:
        return hash((self.points.tobytes(), self.offsets.tobytes()))

    @property
    def closed(self) -> NDArray[np.bool_]:
        """Which strokes end where they begin, those of a single point not counted: bool [S]."""
        begins, ends = self.offsets[:-1], self.offsets[1:] - 1
        closed: NDArray[np.bool_] = (ends > begins) & (self.points[begins] == self.points[ends]).all(axis=1)
        return closed

    def polylines(self) -> list[NDArray[np.float64]]:
        """One read-only [n, 2] view per stroke."""
        return np.split(self.points, self.offsets[1:-1]) if len(self) else []

    def pen_down_mm(self) -> float:
        """Length drawn."""
        steps = np.hypot(*np.diff(self.points, axis=0).T)
        steps[self.offsets[1:-1] - 1] = 0.0
        return float(steps.sum())

    def pen_up_mm(self) -> float:
        """Length travelled between strokes, in their order; the way from and to the machine's home not counted."""
        if len(self) < 2:
            return 0.0
        ends, begins = self.points[self.offsets[1:-1] - 1], self.points[self.offsets[1:-1]]
        return float(np.hypot(*(begins - ends).T).sum())


@dataclass(frozen=True)
class Layer:
    """The strokes of one pen, in drawing order."""

    pen: Pen
    strokes: Strokes
    label: str = ""


@dataclass(frozen=True)
class Drawing:
    """A page, its layers in drawing order, and how it was made."""

    page: Page
    layers: tuple[Layer, ...]
    provenance: Provenance = field(default_factory=Provenance)

    def with_layers(self, layers: Iterable[Layer]) -> Drawing:
        """The same page and provenance with other layers."""
        return Drawing(self.page, tuple(layers), self.provenance)

    @property
    def stroke_count(self) -> int:
        return sum(len(layer.strokes) for layer in self.layers)

    def pen_down_mm(self) -> float:
        """Length drawn by all pens."""
        return sum(layer.strokes.pen_down_mm() for layer in self.layers)

    def pen_up_mm(self) -> float:
        """Length travelled within the layers."""
        return sum(layer.strokes.pen_up_mm() for layer in self.layers)
