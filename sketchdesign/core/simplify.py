"""Fewer points for the same line: the algorithm of Ramer (1972), Douglas and Peucker (1973)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.strokes import Sketch

QUICKDRAW_BOX = 255.0
QUICKDRAW_EPSILON = 2.0
"""How QuickDraw simplified its drawings: a tolerance of 2 in a box of 255."""


def kept_points(points: NDArray[np.floating], epsilon: float) -> NDArray[np.bool_]:
    """Which of the points [n, 2] to keep: bool [n].

    Both ends stay. Each point left out lies within ``epsilon`` of the segment that replaces its part of the line.
    """
    keep = np.zeros(len(points), bool)
    keep[:1] = keep[-1:] = True
    line = points.astype(np.float64)
    parts = [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        distances = _distances(line[first + 1 : last], line[first], line[last])
        farthest = int(distances.argmax())
        if distances[farthest] > epsilon:
            middle = first + 1 + farthest
            keep[middle] = True
            parts += [(first, middle), (middle, last)]
    return keep


def simplified(sketch: Sketch, epsilon: float) -> Sketch:
    """The sketch with each stroke simplified; ``epsilon`` in the sketch's own units."""
    return Sketch.from_polylines(line[kept_points(line, epsilon)] for line in sketch.polylines())


def simplified_like_quickdraw(sketch: Sketch) -> Sketch:
    """A raw drawing as QuickDraw's simplified files hold it: moved and scaled to 0..255, then simplified."""
    x_min, y_min, x_max, y_max = sketch.bounds
    side = max(x_max - x_min, y_max - y_min)
    scale = QUICKDRAW_BOX / side if side > 0.0 else 1.0
    return simplified(sketch.transformed(scale, (-x_min * scale, -y_min * scale)), QUICKDRAW_EPSILON)


def _distances(points: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """From points [n, 2] to the segment from a to b, which may be a single point: [n]."""
    along = b - a
    length_squared = float(along @ along)
    offsets = points - a
    share = np.clip(offsets @ along / length_squared, 0.0, 1.0) if length_squared > 0.0 else np.zeros(len(points))
    nearest = offsets - share[:, None] * along
    return np.hypot(nearest[:, 0], nearest[:, 1])
