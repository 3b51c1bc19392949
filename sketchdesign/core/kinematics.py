"""Speeds along paths under a constant acceleration: trapezoids, and the speed kept in corners.

Everything works on all segments of many paths at once, in time proportional to their number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float64]

_STRAIGHT = 1e-9


def corner_speeds_squared(direction: _Array, acceleration: float, deviation_mm: float) -> _Array:
    """The largest v^2 in each corner between M segments with the given unit directions [M, 2]: [M - 1].

    ``v^2 = a * deviation * s / (1 - s)`` with ``s = sin(angle / 2)`` of the angle between two segments (junction
    deviation, as in the Grbl firmware).
    """
    cosine = -(direction[1:] * direction[:-1]).sum(axis=1)
    sine_half = np.sqrt(np.clip((1.0 - cosine) / 2.0, 0.0, 1.0))
    speeds: _Array = acceleration * deviation_mm * sine_half / np.maximum(1.0 - sine_half, _STRAIGHT)
    return speeds


def point_speeds_squared(limit: _Array, gain: _Array) -> _Array:
    """v^2 at each of M + 1 points of M segments, within the limits and reachable from both sides.

    Args:
        limit: [M + 1], the largest v^2 at each point.
        gain: [M], what v^2 may change over each segment, twice the acceleration times its length.
    """
    forward = _reachable(limit, gain)
    return _reachable(forward[::-1], gain[::-1])[::-1]


def _reachable(limit: _Array, gain: _Array) -> _Array:
    """``v2[i] = min(limit[i], v2[i - 1] + gain[i - 1])`` for all points at once.

    With the sums G of the gains that is ``v2 = G + running minimum of (limit - G)``.
    """
    total = np.concatenate([[0.0], np.cumsum(gain)])
    speed_squared: _Array = np.maximum(total + np.minimum.accumulate(limit - total), 0.0)
    return speed_squared


def peak_speeds(
    length: _Array, enter: _Array, leave: _Array, top: _Array | float, acceleration: _Array | float
) -> _Array:
    """The top speed reached within segments entered and left at given speeds."""
    peak: _Array = np.sqrt(np.minimum(np.square(top), (enter**2 + leave**2) / 2.0 + acceleration * length))
    return np.maximum(peak, np.maximum(enter, leave))
