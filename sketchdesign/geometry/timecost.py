"""How long a plotter needs for a drawing.

Speeds follow the trapezoid: accelerate, cruise, brake. A pen-down path stops at its ends only; at each point between
it keeps the speed that the corner allows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.core.kinematics import corner_speeds_squared, peak_speeds, point_speeds_squared
from sketchdesign.core.machine import MachineProfile

_Array = NDArray[np.float64]


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

    corner = corner_speeds_squared(step / length[:, None], machine.draw_mm_s2, machine.cornering_mm)
    corner = np.minimum(corner, machine.draw_mm_s**2)
    corner[stroke[1:] != stroke[:-1]] = 0.0
    limit = np.concatenate([[0.0], corner, [0.0]])
    speed = np.sqrt(point_speeds_squared(limit, 2.0 * machine.draw_mm_s2 * length))
    return _trapezoids_s(length, speed[:-1], speed[1:], machine.draw_mm_s, machine.draw_mm_s2)


def _trapezoids_s(length: _Array, enter: _Array, leave: _Array, top: float, acceleration: float) -> float:
    """Total time of segments entered and left at given speeds."""
    peak = peak_speeds(length, enter, leave, top, acceleration)
    ramps_s = (2.0 * peak - enter - leave) / acceleration
    ramps_mm = (2.0 * peak**2 - enter**2 - leave**2) / (2.0 * acceleration)
    cruise_s = np.maximum(length - ramps_mm, 0.0) / np.maximum(peak, np.finfo(float).tiny)
    return float((ramps_s + cruise_s).sum())
