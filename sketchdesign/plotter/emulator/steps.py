"""The arithmetic with which the firmware makes steps, in closed form.

Every 40 µs the board adds a motor's rate to its accumulator and steps once when the sum passes 2^31. The rate itself
grows by an acceleration, and that by a jerk. So after k ticks the unwrapped accumulator is a polynomial in k with
integer coefficients, and the motor stands at its quotient by 2^31: no need to count ticks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

TICKS_PER_S = 25_000
STEP = 1 << 31
NEVER = 1 << 62
"""The tick at which something ends that does not end."""

_LONGEST = 1 << 40


class Turn(IntEnum):
    """What a motor does once its rate has passed zero."""

    MIRROR = -1  # keeps its direction and takes steps at the rate without its sign (before 2.7)
    HALT = 0  # stays where it is (2.7 and 2.8)
    REVERSE = 1  # goes back (3.0)


@dataclass(frozen=True, slots=True)
class AxisMove:
    """One motor during one move.

    The unwrapped accumulator after k ticks is ``start + rate·k + accel·k(k+1)/2 + jerk·k(k+1)(k+2)/6``.

    Attributes:
        start: the accumulator before the first tick, in [0, 2^31).
        rate, accel, jerk: the coefficients; 2^31 is a step a tick.
        sign: 1 or -1, the direction that a positive rate stands for.
        turn: the last tick before the rate passes zero, `NEVER` where that needs no care.
        after: what happens from there on.
        ticks: the tick of the last step, or the whole time of a timed move.
    """

    start: int
    rate: int
    accel: int = 0
    jerk: int = 0
    sign: int = 1
    turn: int = NEVER
    after: Turn = Turn.REVERSE
    ticks: int = 0

    def position(self, tick: int) -> int:
        """Steps from where the move began, with their sign, after ``tick`` ticks."""
        tick = min(tick, self.ticks)
        if tick <= self.turn:
            return self.sign * (self._sum(tick) // STEP)
        at_turn = self._sum(self.turn) // STEP
        return self.sign * (at_turn + int(self.after) * (self._sum(tick) // STEP - at_turn))

    def accumulator(self, tick: int) -> int:
        """The accumulator after ``tick`` ticks, in [0, 2^31)."""
        tick = min(tick, self.ticks)
        if self.after is Turn.HALT:
            tick = min(tick, self.turn)
        return self._sum(tick) % STEP

    def _sum(self, k: int) -> int:
        total = self.start + self.rate * k
        if self.accel or self.jerk:
            total += self.accel * (k * (k + 1) // 2) + self.jerk * (k * (k + 1) * (k + 2) // 6)
        return total


def timed(start: int, rate: int, accel: int, jerk: int, ticks: int, sign: int, after: Turn) -> AxisMove:
    """A motor that moves for ``ticks`` ticks, however many steps that makes."""
    turn = NEVER if after is Turn.REVERSE else _last_tick_above_zero(rate, accel)
    return AxisMove(start, rate, accel, jerk, sign, turn, after, ticks)


def counted(start: int, rate: int, accel: int, jerk: int, steps: int, sign: int, after: Turn) -> AxisMove:
    """A motor that moves until it has made ``steps`` steps, in whichever direction; it may take for ever."""
    if steps == 0:
        return AxisMove(start, 0)
    if accel == 0 and jerk == 0:
        return AxisMove(start, rate, 0, 0, sign, NEVER, after, _ticks_at_constant_rate(start, rate, steps))
    turn = NEVER if after is Turn.REVERSE else _last_tick_above_zero(rate, accel)
    endless = AxisMove(start, rate, accel, jerk, sign, turn, after, NEVER)
    ticks = _tick_of_step(endless, steps, _reversals(rate, accel, jerk))
    return AxisMove(start, rate, accel, jerk, sign, turn, after, ticks)


def _ticks_at_constant_rate(start: int, rate: int, steps: int) -> int:
    if rate > 0:
        return -(-(steps * STEP - start) // rate)
    if rate < 0:
        return (start + (steps - 1) * STEP) // -rate + 1
    return NEVER


def _last_tick_above_zero(rate: int, accel: int) -> int:
    """The last tick whose rate is not negative, for a rate that starts so and falls."""
    return NEVER if accel >= 0 else max(0, rate // -accel)


def _reversals(rate: int, accel: int, jerk: int) -> list[int]:
    """The ticks after which the rate changes its sign, in order.

    The rate at tick i is ``rate + accel·i + jerk·i(i+1)/2``.
    """
    if jerk == 0:
        if (rate >= 0) == (accel >= 0):
            return []
        roots = [-rate / accel]
    else:
        found = np.roots([jerk / 2.0, accel + jerk / 2.0, float(rate)])
        roots = [float(root) for root in found[np.isreal(found)].real]
    ticks: set[int] = set()
    for root in roots:
        if not -2.0 < root < _LONGEST:
            continue
        for tick in range(max(0, int(root) - 2), int(root) + 3):
            before = rate + accel * tick + jerk * (tick * (tick + 1) // 2)
            after = rate + accel * (tick + 1) + jerk * ((tick + 1) * (tick + 2) // 2)
            if (before < 0) != (after < 0) and tick > 0:
                ticks.add(tick)
    return sorted(ticks)


def _tick_of_step(move: AxisMove, steps: int, reversals: list[int]) -> int:
    """The tick with the ``steps``-th step, counting those in both directions.

    Between two reversals the position only grows or only falls, so that halving finds the tick.
    """
    near = _near_tick_of_step(move, steps)
    if 2 < near < (reversals[0] if reversals else _LONGEST) - 2:
        low, high = near - 2, near + 2
        if abs(move.position(low)) < steps <= abs(move.position(high)):
            return _first_tick(move, low, high, steps, 0)
    begin, origin, wanted = 0, 0, steps
    for end in reversals:
        there = move.position(end)
        if abs(there - origin) >= wanted:
            return _first_tick(move, begin, end, wanted, origin)
        begin, origin, wanted = end, there, wanted - abs(there - origin)
    reach = 64
    while abs(move.position(begin + reach) - origin) < wanted:
        if reach >= _LONGEST:
            return NEVER
        reach *= 4
    return _first_tick(move, begin, begin + reach, wanted, origin)


def _near_tick_of_step(move: AxisMove, steps: int) -> int:
    """That tick by the formula of school, within the rounding of floats; 0 where there is none."""
    if move.jerk or move.rate <= 0:
        return 0
    target = float(steps * STEP - move.start)
    speed = move.rate + move.accel / 2.0
    square = speed * speed + 2.0 * move.accel * target
    return round(2.0 * target / (speed + math.sqrt(square))) if square > 0.0 < speed else 0


def _first_tick(move: AxisMove, low: int, high: int, steps: int, origin: int) -> int:
    """The first tick after ``low`` that is ``steps`` away from ``origin``; ``high`` is far enough."""
    while high - low > 1:
        middle = (low + high) // 2
        if abs(move.position(middle) - origin) >= steps:
            high = middle
        else:
            low = middle
    return high
