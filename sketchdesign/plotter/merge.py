"""Fewer points on the same lines: short segments that go nearly straight on become one.

A plotter's queue holds few moves, so moves of two milliseconds run it dry; one of ten does the same on paper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes

_Array = NDArray[np.float64]

_MOST_PASSES = 40


def merged(strokes: Strokes, tolerance_mm: float) -> Strokes:
    """The strokes without points whose absence moves no point of the line by more than the tolerance.

    First and last points stay. All strokes are thinned at once, every second point in turn, until nothing changes:
    each pass takes time proportional to the number of points, and a smooth line needs few passes.
    """
    points = strokes.points
    is_end = np.zeros(len(points), bool)
    is_end[strokes.offsets[:-1]] = is_end[strokes.offsets[1:] - 1] = True
    kept = np.arange(len(points))
    idle = 0
    for number in range(_MOST_PASSES):
        middle = np.arange(1 + number % 2, len(kept) - 1, 2)
        middle = middle[~is_end[kept[middle]]]
        removable = _near_chords(points, kept, middle, tolerance_mm)
        kept = np.delete(kept, middle[removable])
        idle = 0 if removable.any() else idle + 1
        if idle == 2:
            break
    return Strokes(points[kept], np.searchsorted(kept, strokes.offsets))


def _near_chords(
    points: _Array, kept: NDArray[np.int64], middle: NDArray[np.int64], tolerance_mm: float
) -> NDArray[np.bool_]:
    """Which of the kept points [m] may go: every point between their neighbours is near the chord that replaces it."""
    near = _distance(points[kept[middle]], points[kept[middle - 1]], points[kept[middle + 1]]) <= tolerance_mm
    first, last = kept[middle[near] - 1], kept[middle[near] + 1]
    counts = last - first - 1
    starts = np.cumsum(counts) - counts
    inner = np.repeat(first + 1 - starts, counts) + np.arange(counts.sum())
    away = _distance(points[inner], np.repeat(points[first], counts, 0), np.repeat(points[last], counts, 0))
    if len(counts):
        near[near] = np.maximum.reduceat(away, starts) <= tolerance_mm
    return near


def _distance(point: _Array, begin: _Array, end: _Array) -> _Array:
    """From points to segments, all [n, 2]."""
    step, away = end - begin, point - begin
    square = np.maximum((step**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip((away * step).sum(axis=1) / square, 0.0, 1.0)
    distance: _Array = np.hypot(*(away - step * share[:, None]).T)
    return distance
