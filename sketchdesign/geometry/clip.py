"""Cutting strokes at a rectangle or at any polygon, without ever cutting them anywhere else (see `segments`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.geometry.segments import chained, segments_of

ON_EDGE_MM = 1e-9
"""Points so near to an edge of a rectangle are taken to lie on it, so that all copies of a stroke agree about it."""

_MOST_PAIRS = 2_000_000
_SAME = 1e-12

_Array = NDArray[np.float64]


class Box(NamedTuple):
    """An upright rectangle in mm, y down."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def low(self) -> _Array:
        return np.array(self[:2])

    @property
    def high(self) -> _Array:
        return np.array(self[2:])

    def grown(self, by_mm: float) -> Box:
        return Box(self.left - by_mm, self.top - by_mm, self.right + by_mm, self.bottom + by_mm)


def clip_to_box(strokes: Strokes, box: Box, *, half_open: bool | tuple[bool, bool] = False) -> Strokes:
    """The parts of strokes inside a rectangle, in order, with new ends exactly on its edges.

    A stroke that only touches the rectangle from outside in one point leaves nothing.

    Args:
        half_open: lines along the right and the bottom edge are left out, or along the one or the other: of
            neighbouring rectangles only one holds what lies on the edge between them.
    """
    points = strokes.points.copy()
    for axis in (0, 1):
        for edge in (box.low[axis], box.high[axis]):
            column = points[:, axis]
            column[np.abs(column - edge) <= ON_EDGE_MM] = edge
    begins, ends, numbers = segments_of(points, strokes.offsets)
    steps = ends - begins
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        at_low, at_high = (box.low - begins) / steps, (box.high - begins) / steps
    still = steps == 0.0
    inside = (begins >= box.low) & (begins <= box.high)
    inside &= (begins < box.high) | np.logical_not(half_open)
    enters = np.where(still, np.where(inside, 0.0, np.inf), np.minimum(at_low, at_high))
    leaves = np.where(still, 1.0, np.maximum(at_low, at_high))
    enter, leave = enters.max(axis=1).clip(0.0), leaves.min(axis=1).clip(max=1.0)
    kept = enter < leave
    cut_at_begin, cut_at_end = enter[kept] > 0.0, leave[kept] < 1.0
    low_side = steps[kept] > 0.0
    firsts = np.where(
        cut_at_begin[:, None],
        _on_edges(begins[kept], steps[kept], enter[kept], enters[kept], np.where(low_side, box.low, box.high)),
        begins[kept],
    )
    lasts = np.where(
        cut_at_end[:, None],
        _on_edges(begins[kept], steps[kept], leave[kept], leaves[kept], np.where(low_side, box.high, box.low)),
        ends[kept],
    )
    return chained(firsts, lasts, numbers[kept], np.flatnonzero(kept), cut_at_begin, cut_at_end).strokes


def clip_to_polygon(strokes: Strokes, corners: Sequence[tuple[float, float]]) -> Strokes:
    """The parts of strokes inside a simple polygon, convex or not, in order.

    Args:
        corners: in mm, in order around the polygon, the first not repeated.
    """
    import shapely

    polygon = shapely.Polygon(corners)
    shapely.prepare(polygon)
    begins, ends, numbers = segments_of(strokes.points, strokes.offsets)
    whose, enter, leave = _pieces(begins, ends, np.array(corners, np.float64))
    steps = ends - begins
    middles = begins[whose] + steps[whose] * ((enter + leave) / 2.0)[:, None]
    kept = shapely.intersects_xy(polygon, middles)
    whose, enter, leave = whose[kept], enter[kept], leave[kept]
    firsts = begins[whose] + steps[whose] * enter[:, None]
    lasts = np.where((leave == 1.0)[:, None], ends[whose], begins[whose] + steps[whose] * leave[:, None])
    # Neighbouring pieces of one segment meet at a crossing that did not lead outside, such as a touched corner.
    follows = np.zeros(len(whose), bool)
    follows[1:] = (whose[1:] == whose[:-1]) & (enter[1:] - leave[:-1] <= _SAME)
    opened, closed = (enter > 0.0) & ~follows, (leave < 1.0) & ~np.append(follows[1:], False)
    places = whose + np.cumsum(follows)
    return chained(firsts, lasts, numbers[whose], places, opened, closed).strokes


def _on_edges(begins: _Array, steps: _Array, at: _Array, crossings: _Array, edges: _Array) -> _Array:
    """The points at parameters ``at`` [n], their coordinates across the crossed edges exactly on them."""
    return np.where(crossings == at[:, None], edges, begins + steps * at[:, None])


def _pieces(begins: _Array, ends: _Array, corners: _Array) -> tuple[NDArray[np.int64], _Array, _Array]:
    """Segments [n] cut wherever they cross the polygon: the segment of each piece and its parameters from and to."""
    sides = np.roll(corners, -1, axis=0) - corners
    segments, parameters = [np.arange(len(begins))] * 2, [np.zeros(len(begins)), np.ones(len(begins))]
    size = max(1, _MOST_PAIRS // len(corners))
    for start in range(0, len(begins), size):
        steps = (ends - begins)[start : start + size, None]
        away = corners - begins[start : start + size, None]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            denominator = steps[..., 0] * sides[:, 1] - steps[..., 1] * sides[:, 0]
            along = (away[..., 0] * sides[:, 1] - away[..., 1] * sides[:, 0]) / denominator
            across = (away[..., 0] * steps[..., 1] - away[..., 1] * steps[..., 0]) / denominator
        # A corner on the polygon's border is no crossing: the pieces beside it end there anyway.
        crossed = (along > _SAME) & (along < 1.0 - _SAME) & (across >= -_SAME) & (across <= 1.0 + _SAME)
        rows, columns = np.nonzero(crossed)
        segments.append(rows + start)
        parameters.append(along[rows, columns])
    whose, at = np.concatenate(segments), np.concatenate(parameters)
    order = np.lexsort((at, whose))
    whose, at = whose[order], at[order]
    first = np.flatnonzero((whose[1:] == whose[:-1]) & (np.diff(at) > _SAME))
    return whose[first], at[first], at[first + 1]
