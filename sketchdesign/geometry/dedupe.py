"""Strokes that lie exactly on one another, in either direction: a pen would draw them twice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes

SAME_MM = 1e-6
"""Strokes whose points all agree this well are the same."""

_Array = NDArray[np.float64]


def first_copies(strokes: Strokes, tolerance_mm: float = SAME_MM) -> NDArray[np.bool_]:
    """Which strokes to keep so that each is drawn once: bool [n], the first of equal ones True.

    Equal are strokes with the same points in the same or in the opposite order; closed ones may begin anywhere.
    """
    keep = np.ones(len(strokes), bool)
    for first, second in duplicate_pairs(strokes, tolerance_mm):
        if keep[first]:
            keep[second] = False
    return keep


def duplicate_pairs(strokes: Strokes, tolerance_mm: float = SAME_MM) -> list[tuple[int, int]]:
    """The pairs (first, second) of equal strokes in rising order; equal as in `first_copies`."""
    import shapely

    if len(strokes) < 2:
        return []
    centres = stroke_centres(strokes)
    points = shapely.points(centres)
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=tolerance_mm)
    lengths = np.diff(strokes.offsets)
    likely = (first < second) & (lengths[first] == lengths[second])
    candidates = sorted(zip(first[likely].tolist(), second[likely].tolist(), strict=True))
    lines = strokes.polylines()
    return [(a, b) for a, b in candidates if _same(lines[a], lines[b], tolerance_mm)]


def stroke_centres(strokes: Strokes) -> _Array:
    """The mean of each stroke's points, [n, 2]: it does not depend on the direction, nor where a closed one begins."""
    starts, ends = strokes.offsets[:-1], strokes.offsets[1:] - 1
    sums = np.add.reduceat(strokes.points, starts, axis=0) if len(strokes) else np.empty((0, 2))
    counts = np.diff(strokes.offsets)
    closed = (strokes.points[starts] == strokes.points[ends]).all(axis=1) & (counts > 1)
    sums = sums - strokes.points[ends] * closed[:, None]
    centres: _Array = sums / (counts - closed)[:, None]
    return centres


def without_duplicates(strokes: Strokes, tolerance_mm: float = SAME_MM) -> Strokes:
    """The strokes that `first_copies` keeps."""
    return selected(strokes, first_copies(strokes, tolerance_mm))


def selected(strokes: Strokes, keep: NDArray[np.bool_]) -> Strokes:
    """The strokes where ``keep`` [n] is True."""
    counts = np.diff(strokes.offsets)
    return Strokes(strokes.points[np.repeat(keep, counts)], np.concatenate([[0], np.cumsum(counts[keep])]))


def _same(a: _Array, b: _Array, tolerance_mm: float) -> bool:
    if _near(a, b, tolerance_mm) or _near(a, b[::-1], tolerance_mm):
        return True
    if len(a) < 3 or not (_near(a[:1], a[-1:], tolerance_mm) and _near(b[:1], b[-1:], tolerance_mm)):
        return False
    loop, other = a[:-1], b[:-1]
    begins = np.flatnonzero(np.abs(other - loop[0]).max(axis=1) <= tolerance_mm)
    return any(
        _near(loop, turned, tolerance_mm)
        for begin in begins
        for turned in (np.roll(other, -begin, axis=0), np.roll(other, -begin - 1, axis=0)[::-1])
    )


def _near(a: _Array, b: _Array, tolerance_mm: float) -> bool:
    return bool((np.abs(a - b) <= tolerance_mm).all())
