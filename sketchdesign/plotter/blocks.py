"""Moves as the EiBotBoard counts them: whole motor steps in whole ticks of 40 microseconds.

A ramp is the board's LM move: each tick, a rate grows by a constant and is added to an accumulator, which gives a step
whenever it passes 2^31. The registers are chosen in whole numbers so that both motors take their last step in the very
tick in which the move ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float64]
_Ints = NDArray[np.int64]

TICKS_PER_S = 25_000
TICKS_PER_MS = 25
FULL = 1 << 31
"""What the accumulator holds when it gives a step."""


class Ramp(NamedTuple):
    """Registers of ramps for two motors.

    Attributes:
        rates: [b, 2], what is added to the accumulator; 0 for a motor that stands still.
        growths: [b, 2], by how much the rate grows in each tick.
        exact: [b], whether both motors take all their steps in just the time intended.
    """

    rates: _Ints
    growths: _Ints
    exact: NDArray[np.bool_]


def motor_turns(points_mm: _Array, steps_per_mm: float) -> _Array:
    """Turns of both motors [n, 2] at points in mm, in steps and parts of one: motor 1 turns by x + y, 2 by x - y."""
    x, y = points_mm[:, 0], points_mm[:, 1]
    return np.stack([x + y, x - y], axis=1) * steps_per_mm


def motor_positions(points_mm: _Array, steps_per_mm: float) -> _Ints:
    """Step counts of both motors [n, 2] nearest to points in mm."""
    return np.rint(motor_turns(points_mm, steps_per_mm)).astype(np.int64)


def positions_mm(motors: NDArray[np.number], steps_per_mm: float) -> _Array:
    """Points in mm [n, 2] where the motors stand."""
    first, second = motors[..., 0], motors[..., 1]
    return np.stack([first + second, first - second], axis=-1) / (2.0 * steps_per_mm)


def ramp_ticks(steps: _Ints, seconds: _Array, enter: _Array, leave: _Array, top_steps_s: float) -> _Ints:
    """Ticks [b] of ramps with the given steps [b, 2]: as intended, or as many as the faster motor needs."""
    fastest = np.abs(steps).max(axis=1) * 2.0 * np.maximum(enter, leave) / (enter + leave)
    ticks: _Ints = np.maximum(np.rint(seconds * TICKS_PER_S), np.ceil(fastest * TICKS_PER_S / top_steps_s)).astype(int)
    return ticks


def steady_ms(steps: _Ints, seconds: _Array, top_steps_s: float) -> _Ints:
    """Milliseconds [b] of moves at constant speed; what rounding takes from one it gives to the next."""
    ends = np.rint(np.cumsum(seconds) * 1000.0).astype(np.int64)
    needed = np.ceil(np.abs(steps).max(axis=1) * 1000.0 / top_steps_s).astype(np.int64)
    milliseconds: _Ints = np.maximum(np.diff(ends, prepend=0), np.maximum(needed, 1))
    return milliseconds


def ramp_registers(steps: _Ints, ticks: _Ints, enter: _Array, leave: _Array) -> Ramp:
    """Registers for ramps whose speed goes from ``enter`` to ``leave``, in any unit, [b] each."""
    count, time = np.abs(steps), ticks[:, None]
    mean = count / time * FULL
    share = (2.0 / (enter + leave))[:, None] * mean
    growths = np.rint(share * (leave - enter)[:, None] / time).astype(np.int64)
    half = np.sign(growths) * (np.abs(growths) // 2)  # the board halves towards zero
    gained = growths * (time * (time + 1) // 2)
    rates = np.where(count > 0, -((gained - count * FULL) // time) + half, 0)
    growths = np.where(count > 0, growths, 0)

    first, last = rates - half + growths, rates - half + growths * time
    total = (rates - half) * time + gained
    moves = (first > 0) & (last > 0) & (np.maximum(first, last) < FULL)
    # In the tick before the last the final step must still be missing.
    on_time = (total >= count * FULL) & (total - last < count * FULL)
    exact = ((moves & on_time) | (count == 0)).all(axis=1)
    return Ramp(rates, growths, exact)
