"""Sketches and the three ways the field writes them down.

Axes: x to the right, y **down**, as on a screen and in QuickDraw. Units are the sketch's own (model units,
QuickDraw pixels); only a `Drawing` is in millimetres.

* *polylines*: one ``[n, 2]`` array of absolute points per stroke;
* *stroke-3*: ``[N, 3]`` rows ``(dx, dy, lift)``, ``lift`` = 1 on the last point of a stroke;
* *stroke-5*: ``[N, 5]`` rows ``(dx, dy, p1, p2, p3)``: pen stays down, pen lifts after this point, drawing ended
  (Ha & Eck 2017, section 3.1).

Offsets count from ``origin``. sketch-rnn takes the first point of a drawing for the origin and never writes it
down (its start token stands for it): that form is read and written with ``implicit_first_point=True``.
Every conversion of the product lives here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sketchdesign.core.errors import SketchFormatError

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
Float = TypeVar("Float", np.float32, np.float64)

PEN_DOWN, PEN_UP, PEN_END = 2, 3, 4
"""Columns of a stroke-5 row."""

LARGEST_COORDINATE = 1e18
"""Beyond it, offsets and squares of a sketch's float32 coordinates would overflow."""


@dataclass(frozen=True, eq=False)
class Sketch:
    """One drawing in its own unit space.

    Attributes:
        points: float32 ``[N, 2]``, absolute, y down; read-only.
        stroke_lengths: int64 ``[S]``, the number of points of each stroke, all positive, summing to N; read-only.
    """

    points: FloatArray
    stroke_lengths: IntArray

    def __post_init__(self) -> None:
        points = _numbers(self.points, np.float32).copy()
        lengths = np.array(self.stroke_lengths, np.int64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise SketchFormatError(f"a sketch needs points of shape [N, 2], not {list(points.shape)}")
        if lengths.ndim != 1 or (lengths < 1).any():
            raise SketchFormatError("a sketch has a stroke without points")
        if int(lengths.sum()) != len(points):
            raise SketchFormatError(
                f"the strokes of a sketch hold {int(lengths.sum())} points, but {len(points)} are given"
            )
        if not (np.abs(points) <= LARGEST_COORDINATE).all():
            raise SketchFormatError("a sketch has a point that is not a finite number of sensible size")
        points.setflags(write=False)
        lengths.setflags(write=False)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "stroke_lengths", lengths)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sketch):
            return NotImplemented
        return np.array_equal(self.points, other.points) and np.array_equal(self.stroke_lengths, other.stroke_lengths)

    def __hash__(self) -> int:
        return hash((self.points.tobytes(), self.stroke_lengths.tobytes()))

    def __len__(self) -> int:
        return len(self.points)

    @classmethod
    def empty(cls) -> Self:
        return cls(np.empty((0, 2), np.float32), np.empty(0, np.int64))

    @classmethod
    def from_polylines(cls, polylines: Iterable[ArrayLike]) -> Self:
        """From ``[n, 2]`` arrays, one per stroke; strokes without points are left out.

        Raises:
            SketchFormatError: an array has another shape or is not finite.
        """
        strokes = [polyline(line, np.float32) for line in polylines]
        strokes = [stroke for stroke in strokes if len(stroke)]
        if not strokes:
            return cls.empty()
        return cls(np.concatenate(strokes), np.array([len(stroke) for stroke in strokes]))

    @classmethod
    def from_stroke3(cls, rows: ArrayLike, *, implicit_first_point: bool = False) -> Self:
        """From ``[N, 3]`` rows ``(dx, dy, lift)``. The last stroke ends with the last row, lifted or not.

        Args:
            rows: the offsets.
            implicit_first_point: the drawing starts with a point at the origin that has no row.

        Raises:
            SketchFormatError: the rows have another shape or are not finite.
        """
        array = _rows(rows, 3)
        if implicit_first_point and len(array):
            array = np.concatenate([np.zeros((1, 3), array.dtype), array])
        # Summing in float64 keeps integer and short decimal offsets exact over thousands of points.
        points = np.cumsum(array[:, :2].astype(np.float64), axis=0)
        ends = np.flatnonzero(array[:, 2] > 0.5) + 1
        if len(array) and (not len(ends) or ends[-1] != len(array)):
            ends = np.append(ends, len(array))
        return cls(_numbers(points, np.float32), np.diff(ends, prepend=0))

    @classmethod
    def from_stroke5(cls, rows: ArrayLike, *, implicit_first_point: bool = False) -> Self:
        """From ``[N, 5]`` rows ``(dx, dy, p1, p2, p3)``, up to the first row whose p3 is set.

        Raises:
            SketchFormatError: the rows have another shape or are not finite.
        """
        array = _rows(rows, 5)
        ended = np.flatnonzero(array[:, PEN_END] > 0.5)
        array = array[: ended[0]] if len(ended) else array
        return cls.from_stroke3(array[:, [0, 1, PEN_UP]], implicit_first_point=implicit_first_point)

    @property
    def stroke_count(self) -> int:
        return len(self.stroke_lengths)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """``(x_min, y_min, x_max, y_max)``; all zero for an empty sketch."""
        if not len(self.points):
            return (0.0, 0.0, 0.0, 0.0)
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def polylines(self) -> list[FloatArray]:
        """One read-only ``[n, 2]`` view per stroke."""
        return np.split(self.points, np.cumsum(self.stroke_lengths)[:-1]) if self.stroke_count else []

    def to_stroke3(self, *, implicit_first_point: bool = False) -> FloatArray:
        """To ``[N, 3]`` rows ``(dx, dy, lift)``.

        With ``implicit_first_point`` the first point becomes the origin and loses its row (N - 1 rows); a first
        stroke of a single point cannot be written that way: it keeps a row of zero offset, and reads back as two
        coincident points.
        """
        rows = np.zeros((len(self), 3), np.float32)
        rows[:, :2] = np.diff(self.points, axis=0, prepend=np.zeros((1, 2), np.float32))
        rows[np.cumsum(self.stroke_lengths) - 1, 2] = 1.0
        if implicit_first_point and len(rows):
            if self.stroke_lengths[0] == 1:
                rows[0, :2] = 0.0
            else:
                rows = rows[1:]
        return rows

    def to_stroke5(self, max_points: int | None = None, *, implicit_first_point: bool = False) -> FloatArray:
        """To ``[N_max, 5]`` rows, closed and padded with the end row ``(0, 0, 0, 0, 1)``.

        Args:
            max_points: N_max; by default just enough for all points and one end row.
            implicit_first_point: see `to_stroke3`.

        Raises:
            SketchFormatError: the sketch has more points than ``max_points``.
        """
        rows = self.to_stroke3(implicit_first_point=implicit_first_point)
        size = len(rows) + 1 if max_points is None else max_points
        if len(rows) > size:
            raise SketchFormatError(
                f"a sketch of {len(rows)} points is longer than {size}", hint="simplify it or allow more points"
            )
        out = np.zeros((size, 5), np.float32)
        out[: len(rows), :2] = rows[:, :2]
        out[: len(rows), PEN_UP] = rows[:, 2]
        out[: len(rows), PEN_DOWN] = 1.0 - rows[:, 2]
        out[len(rows) :, PEN_END] = 1.0
        return out

    def transformed(self, scale: float = 1.0, shift: Sequence[float] = (0.0, 0.0)) -> Self:
        """Scaled about the origin, then moved by ``shift``."""
        points = self.points.astype(np.float64) * scale + np.asarray(shift, np.float64)
        return type(self)(_numbers(points, np.float32), self.stroke_lengths)


def polyline(points: ArrayLike, dtype: type[Float]) -> NDArray[Float]:
    """Points as an ``[n, 2]`` array; anything empty is a polyline without points.

    Raises:
        SketchFormatError: the points have another shape or are no numbers.
    """
    array = _numbers(points, dtype)
    if array.size == 0:
        return np.empty((0, 2), dtype)
    if array.ndim != 2 or array.shape[1] != 2:
        raise SketchFormatError(f"a stroke needs points of shape [n, 2], not {list(array.shape)}")
    return array


def _numbers(values: ArrayLike, dtype: type[Float]) -> NDArray[Float]:
    try:
        with np.errstate(over="ignore"):  # becomes infinite, which the callers refuse
            return np.asarray(values, dtype)
    except (TypeError, ValueError, OverflowError):
        raise SketchFormatError("a sketch holds something other than numbers, or rows of unequal length") from None


def _rows(rows: ArrayLike, width: int) -> FloatArray:
    array = _numbers(rows, np.float32)
    if array.size == 0:
        return np.empty((0, width), np.float32)
    if array.ndim != 2 or array.shape[1] != width:
        raise SketchFormatError(f"stroke-{width} needs rows of {width} numbers, not shape {list(array.shape)}")
    if not np.isfinite(array).all():
        raise SketchFormatError(f"stroke-{width} rows hold a value that is not a finite number")
    return array
