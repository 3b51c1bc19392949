"""Polylines as fluid curves: what a hand drew, where only some points of its line are left."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.geometry.curves import Curves, Points, flattened

CORNER_DEGREES = 75.0
"""Lines that turn more than this at a point have a corner there, which stays."""

MOST_POINTS = 20_000_000

_FINENESS = 8.0
"""The lines that stand for the curves are this many times closer to them than the curves are to the old lines."""


def smooth(strokes: Strokes, tolerance_mm: float, *, corner_degrees: float = CORNER_DEGREES) -> Strokes:
    """Curves through all points of the strokes, as dense lines.

    Neighbouring points are joined by cubic Bezier curves, whose direction at a point is that of the circle through it
    and its neighbours. The control points stay so near to the straight connection that a curve leaves it by
    ``tolerance_mm`` at most: details keep their shape, long straight parts stay straight. Ends and corners stay as they
    are; closed strokes stay closed, and are round where they begin unless they have a corner there.

    Args:
        strokes: in mm.
        tolerance_mm: how far the new line may leave the old one; 0.2 to 0.5 mm suit sketches of some centimetres.
        corner_degrees: turns sharper than this are corners; 0 to 90.

    Returns:
        As many strokes, in order. A connection becomes a handful of lines, the longer and rounder the more.

    Raises:
        InputError: the tolerance or the angle is out of range, or there would be too many points.
    """
    if not 0.0 < tolerance_mm < math.inf:
        raise InputError(f"strokes cannot be smoothed by {tolerance_mm:g} mm", hint="use a length such as 0.2mm")
    if not 0.0 <= corner_degrees <= 90.0:
        raise InputError(f"a corner cannot begin at {corner_degrees:g} degrees", hint="use 0 to 90")
    strokes = without_repeated_points(strokes)
    curves = _curves(strokes, tolerance_mm, math.cos(math.radians(corner_degrees)))
    return Strokes(*flattened(curves, MOST_POINTS, tolerance_mm / _FINENESS))


def without_repeated_points(strokes: Strokes) -> Strokes:
    """The strokes without points that equal the one before; those without length keep two points, if they had them."""
    points, begins, ends = strokes.points, strokes.offsets[:-1], strokes.offsets[1:] - 1
    if not len(strokes):
        return strokes
    keep = np.ones(len(points), bool)
    keep[1:] = (points[1:] != points[:-1]).any(axis=1)
    keep[begins] = True
    keep[ends[np.add.reduceat(keep, begins, dtype=np.int64) == 1]] = True
    return Strokes(points[keep], np.append(0, np.add.reduceat(keep, begins, dtype=np.int64).cumsum()))


class _Directions(NamedTuple):
    """Where strokes go at each of their points.

    Attributes:
        tangents: float64 [P, 2], of length 1.
        through: bool [P], False at ends and corners, which have no tangent.
    """

    tangents: Points
    through: NDArray[np.bool_]


def _curves(strokes: Strokes, tolerance_mm: float, corner_cosine: float) -> Curves:
    points, offsets = strokes.points, strokes.offsets
    tangents, through = _directions(strokes, corner_cosine)
    behind = np.ones(len(points), bool)
    behind[offsets[:-1]] = False
    ends = np.flatnonzero(behind)
    begins = ends - 1
    steps = points[ends] - points[begins]
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    along = _divided(steps, lengths)
    curved = through[begins] | through[ends]
    leaving = np.where(through[begins, None], tangents[begins], _mirrored(tangents[ends], along))
    arriving = np.where(through[ends, None], tangents[ends], _mirrored(tangents[begins], along))

    widths = np.ones(len(points), np.int64)
    widths[ends[curved]] = 3
    after = widths.cumsum()
    controls = np.empty((int(widths.sum()), 2))
    on_curve = np.zeros(len(controls), bool)
    controls[after - 1], on_curve[after - 1] = points, True
    rows = after[ends[curved]]
    controls[rows - 3] = (points[begins] + _handles(leaving, along, lengths, tolerance_mm))[curved]
    controls[rows - 2] = (points[ends] - _handles(arriving, along, lengths, tolerance_mm))[curved]
    return Curves(controls, on_curve, np.append(0, after[offsets[1:] - 1]))


def _directions(strokes: Strokes, corner_cosine: float) -> _Directions:
    points, closed = strokes.points, strokes.closed
    begins, ends = strokes.offsets[:-1], strokes.offsets[1:] - 1
    steps = np.zeros((len(points) + 1, 2))
    steps[1:-1] = np.diff(points, axis=0)
    arriving, leaving = steps[:-1].copy(), steps[1:].copy()
    arriving[begins] = leaving[ends] = 0.0
    arriving[begins[closed]], leaving[ends[closed]] = arriving[ends[closed]], leaving[begins[closed]]
    before, behind = np.hypot(*arriving.T), np.hypot(*leaving.T)
    here, there = _divided(arriving, before), _divided(leaving, behind)
    # The tangent of the circle through three points: the nearer neighbour counts more.
    tangents = here * behind[:, None] + there * before[:, None]
    sizes = np.hypot(*tangents.T)
    through = (before > 0.0) & (behind > 0.0) & ((here * there).sum(axis=1) >= corner_cosine) & (sizes > 0.0)
    return _Directions(_divided(tangents, sizes), through)


def _handles(tangents: Points, along: Points, lengths: Points, tolerance_mm: float) -> Points:
    """From the ends of connections to their control points: as an arc of a circle needs them, or shorter.

    A cubic Bezier curve is at most 3/4 as far from its chord as its control points.
    """
    cosines = (tangents * along).sum(axis=1)
    sines = np.abs(tangents[:, 0] * along[:, 1] - tangents[:, 1] * along[:, 0])
    reach = 2.0 * lengths / (3.0 * (1.0 + np.maximum(cosines, 0.0)))
    excess = reach * sines / (4.0 / 3.0 * tolerance_mm)
    handles: Points = tangents * (reach / np.maximum(excess, 1.0))[:, None]
    return handles


def _mirrored(tangents: Points, along: Points) -> Points:
    """The other end of an arc: directions [n, 2] mirrored at its chord."""
    mirrored: Points = 2.0 * (tangents * along).sum(axis=1)[:, None] * along - tangents
    return mirrored


def _divided(vectors: Points, lengths: Points) -> Points:
    """Vectors of length 1, or 0 where they have none."""
    divided: Points = vectors / np.where(lengths > 0.0, lengths, 1.0)[:, None]
    return divided
