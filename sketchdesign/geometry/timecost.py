"""How long a plotter needs for a drawing.

Speeds follow the trapezoid: accelerate, cruise, brake. A pen-down path stops at its ends only; at each point between
it keeps the speed that the corner allows, ``v^2 = a * deviation * s / (1 - s)`` with ``s = sin(angle / 2)`` of the
angle between the two segments (junction deviation, as in the Grbl firmware).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.core.machine import MachineProfile

_Array = NDArray[np.float64]

_STRAIGHT = 1e-9


def estimate_s(drawing: Drawing, machine: MachineProfile) -> float:
    """Seconds from home (the top left corner) and back for each layer, without the time to change pens."""
    return sum(_layer_s(layer.strokes, machine) for layer in drawing.layers if len(layer.strokes))


def _layer_s(strokes: Strokes, machine: MachineProfile) -> float:
    pen_s = len(strokes) * (machine.lift_s + machine.drop_s)
    return pen_s + _travel_s(strokes, machine) + _drawing_s(strokes, machine)


def _travel_s(strokes: Strokes, machine: MachineProfile) -> float:
    """From home to the first stroke, between strokes, and home from the last."""
    home = np.zeros((1, 2))
    begins = np.concatenate([strokes.points[strokes.offsets[:-1]], home])
    ends = np.concatenate([home, strokes.points[strokes.offsets[1:] - 1]])
    way = np.hypot(*(begins - ends).T)
    rest = np.zeros_like(way)
    return _trapezoids_s(way, rest, rest, machine.travel_mm_s, machine.travel_mm_s2)


def _drawing_s(strokes: Strokes, machine: MachineProfile) -> float:
    stroke = np.repeat(np.arange(len(strokes)), np.diff(strokes.offsets))
    step = np.diff(strokes.points, axis=0)
    length = np.hypot(*step.T)
    moves = (stroke[1:] == stroke[:-1]) & (length > 0.0)
    if not moves.any():
        return 0.0
    stroke, step, length = stroke[1:][moves], step[moves], length[moves]

    limit = _corner_speeds_squared(stroke, step / length[:, None], machine)
    gain = 2.0 * machine.draw_mm_s2 * length
    enter = _reachable(limit[:-1], gain)
    leave = _reachable(limit[:0:-1], gain[::-1])[::-1]
    # Entering segment i is leaving segment i - 1: both bounds hold for the point between them.
    speed_squared = np.minimum(np.append(enter, 0.0), np.insert(leave, 0, 0.0))
    return _trapezoids_s(length, speed_squared[:-1], speed_squared[1:], machine.draw_mm_s, machine.draw_mm_s2)


def _corner_speeds_squared(stroke: NDArray[np.int64], direction: _Array, machine: MachineProfile) -> _Array:
    """The largest v^2 at the beginning of each of M segments and at the end of the last: [M + 1]."""
    cosine = -(direction[1:] * direction[:-1]).sum(axis=1)
    sine_half = np.sqrt(np.clip((1.0 - cosine) / 2.0, 0.0, 1.0))
    corner = machine.draw_mm_s2 * machine.cornering_mm * sine_half / np.maximum(1.0 - sine_half, _STRAIGHT)
    corner = np.minimum(corner, machine.draw_mm_s**2)
    corner[stroke[1:] != stroke[:-1]] = 0.0
    return np.concatenate([[0.0], corner, [0.0]])


def _reachable(limit: _Array, gain: _Array) -> _Array:
    """v^2 at the beginning of each segment when accelerating all the way: ``min(limit[i], v2[i - 1] + gain[i - 1])``.

    With the sums G of the gains that is ``v2 = G + running minimum of (limit - G)``. A limit of 0 between two strokes
    always sets a new minimum, so all strokes go through at once.
    """
    total = np.concatenate([[0.0], np.cumsum(gain[:-1])])
    speed_squared: _Array = np.maximum(total + np.minimum.accumulate(limit - total), 0.0)
    return speed_squared


def _trapezoids_s(
    length: _Array, enter_squared: _Array, leave_squared: _Array, top: float, acceleration: float
) -> float:
    """Total time of segments entered and left at given speeds."""
    peak = np.sqrt(np.minimum(top**2, (enter_squared + leave_squared) / 2.0 + acceleration * length))
    ramps_s = (2.0 * peak - np.sqrt(enter_squared) - np.sqrt(leave_squared)) / acceleration
    ramps_mm = (2.0 * peak**2 - enter_squared - leave_squared) / (2.0 * acceleration)
    cruise_s = np.maximum(length - ramps_mm, 0.0) / np.maximum(peak, np.finfo(float).tiny)
    return float((ramps_s + cruise_s).sum())
