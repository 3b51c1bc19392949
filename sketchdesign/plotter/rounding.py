"""Where moves end in whole motor steps, so that the pen keeps near its line in the middle of a move, too.

A board makes the steps of a move in even time and the last one at its end: on its way each motor is behind by up to one
step. Ends rounded to the nearest step may add half of one to that. So they are rounded a little ahead, in the direction
in which a motor turns; but to the nearest step where it turns round and where a stroke begins or ends, since there is
no ahead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.plotter.blocks import motor_turns
from sketchdesign.plotter.profile import Segments, Slices

_Array = NDArray[np.float64]
_Ints = NDArray[np.int64]

AHEAD_STEPS = 0.2
"""How far ahead is rounded. The most that an end is then off its line is the diagonal of 0.7 by 0.3 of a step."""

_STILL = 1e-9


def ends_in_steps(way: Segments, slices: Slices, steps_per_mm: float) -> _Ints:
    """Step counts of both motors [b, 2] at the ends of moves along a way."""
    turns = motor_turns(slices.ends, steps_per_mm)
    drawing = way.drawing[slices.segment]
    stroke = np.where(drawing, way.strokes[slices.segment], -1)
    direction = motor_turns(way.directions, 1.0)[slices.segment]
    sign = np.where((np.abs(direction) > _STILL) & drawing[:, None], np.sign(direction), 0.0)
    ahead = np.stack([_ahead(sign[:, motor], stroke) for motor in (0, 1)], axis=1)
    ends: _Ints = np.rint(turns + AHEAD_STEPS * ahead).astype(np.int64)
    return ends


def _ahead(sign: _Array, stroke: _Ints) -> _Array:
    """The direction of one motor at the end of each move [b]; 0 where it turns round or has none.

    A motor that rests in the middle of a stroke stays where it was brought, whatever follows.

    Args:
        sign: -1, 0 or 1 of the moves.
        stroke: of the moves; -1 for those that draw nothing.
    """
    count = len(sign)
    numbers = np.arange(count + 1)
    turning = np.append(sign != 0.0, False)
    before = np.maximum.accumulate(np.where(turning[:-1], numbers[:-1], -1))
    following = np.minimum.accumulate(np.where(turning, numbers, count)[::-1])[::-1][1:]
    signs, strokes = np.append(sign, 0.0), np.append(stroke, -1)
    same = (strokes[before] == stroke) & (strokes[following] == stroke) & (stroke >= 0)
    return np.where(same & (signs[before] == signs[following]), signs[before], 0.0)
