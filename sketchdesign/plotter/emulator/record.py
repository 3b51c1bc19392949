"""What the emulated machine did: every move with its time, from which the drawing is rebuilt."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.plotter.emulator.steps import STEP, TICKS_PER_S, AxisMove

_SAMPLE_TICKS = 250
_ROWS_AT_A_TIME = 10_000
_AXIS_COLUMNS = 8
_COLUMNS = 7 + 2 * _AXIS_COLUMNS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class PenPath(NamedTuple):
    """Where the pen went between two changes of its height.

    Attributes:
        pen_down: whether it drew.
        steps: int64 [N, 2], both motors in steps of 1/16 from where the board was switched on. One point for a pen
            that did not move.
        times_s: float64 [N], machine time.
    """

    pen_down: bool
    steps: Ints
    times_s: Floats


class PenChange(NamedTuple):
    """A change of the pen's height: when it began, and when the servo had followed."""

    tick: int
    up: bool
    settled_tick: int


class Underrun(NamedTuple):
    """The machine stood still in the middle of a stroke because nothing was queued."""

    time_s: float
    seconds: float


class MotionRecord:
    """Grows by a row for every move and every change of the pen.

    Attributes:
        pen_changes: when the pen rose or came down.
        underruns: where the machine stood still in a stroke because nothing was queued.
    """

    def __init__(self) -> None:
        self._rows = array("q")
        self.pen_changes: list[PenChange] = []
        self.underruns: list[Underrun] = []

    def add_motion(
        self,
        start_tick: int,
        ticks: tuple[int, int],
        pen_down: bool,
        origin: Sequence[int],
        scales: Sequence[int],
        axes: tuple[AxisMove, AxisMove],
    ) -> None:
        """Note a move, or the part of it between two of its ticks.

        Args:
            start_tick: machine time of its tick 0.
            ticks: from which of its ticks to which.
            origin: where both motors stood at its tick 0, in steps of 1/16.
            scales: how many of these a step of each motor is; 0 for one that is switched off.
        """
        self._rows.extend((start_tick, *ticks, pen_down, *origin, scales[0] << 8 | scales[1]))
        for a in axes:
            self._rows.extend((a.start, a.rate, a.accel, a.jerk, a.sign, a.turn, a.after, a.ticks))

    def add_pen_change(self, tick: int, up: bool, settled_tick: int) -> None:
        self.pen_changes.append(PenChange(tick, up, settled_tick))

    def add_pause(self, begin_tick: int, end_tick: int) -> None:
        """Note that a stroke stood still between two of its moves."""
        if end_tick - begin_tick > 1:
            self.underruns.append(Underrun(begin_tick / TICKS_PER_S, (end_tick - begin_tick) / TICKS_PER_S))

    def path(self) -> list[PenPath]:
        """What was drawn and where the pen travelled, in order, sampled every 10 ms and at the ends of all moves."""
        rows = self._table()
        # Each move belongs to the last change of the pen before it; before the first one the pen is up.
        change_ticks = np.array([change.tick for change in self.pen_changes], dtype=np.int64)
        begins = rows[:, 0] + rows[:, 1]
        owner = np.searchsorted(change_ticks, begins, side="right")
        starts = range(0, max(1, len(rows)), _ROWS_AT_A_TIME)
        pieces = [_sample(rows[start : start + _ROWS_AT_A_TIME]) for start in starts]
        points = np.concatenate([piece[0] for piece in pieces])
        times_s = np.concatenate([piece[1] for piece in pieces])
        samples = np.concatenate([piece[2] for piece in pieces])
        bounds = np.searchsorted(np.repeat(owner, samples), np.arange(len(change_ticks) + 2))

        paths = []
        last = np.zeros((1, 2), dtype=np.int64)
        for index, (begin, end) in enumerate(itertools.pairwise(bounds)):
            down = index > 0 and not self.pen_changes[index - 1].up
            if end > begin:
                paths.append(PenPath(down, points[begin:end], times_s[begin:end]))
                last = points[end - 1 : end]
            elif down:
                paths.append(PenPath(True, last, change_ticks[index - 1 : index] / TICKS_PER_S))
        return paths

    def peak_step_rate(self) -> float:
        """The highest rate that any motor was asked for, in steps per second."""
        rows = self._table()
        if len(rows) == 0:
            return 0.0
        peak = 0.0
        for axis in (0, 1):
            _, rate, accel, jerk, _, _, _, axis_ticks = _axis_columns(rows, axis)
            first = rows[:, 1] + 1.0
            last = np.minimum(rows[:, 2], axis_ticks).astype(np.float64)
            with np.errstate(divide="ignore", invalid="ignore"):
                vertex = np.where(jerk != 0, -accel / jerk - 0.5, first)
            vertex = np.clip(vertex, first, np.maximum(first, last))
            moving = last >= first
            for tick in (first, last, vertex):
                rates = np.abs(rate + accel * tick + jerk * tick * (tick + 1.0) / 2.0)
                peak = max(peak, float(np.max(rates[moving], initial=0.0)))
        return peak / STEP * TICKS_PER_S

    def _table(self) -> Ints:
        return np.array(self._rows, dtype=np.int64).reshape(-1, _COLUMNS)


def _sample(rows: Ints) -> tuple[Ints, Floats, Ints]:
    """Places, times and the number of samples of each row."""
    samples = np.maximum(1, -(-(rows[:, 2] - rows[:, 1]) // _SAMPLE_TICKS)) + 1
    which = np.repeat(np.arange(len(rows)), samples)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(samples) - samples, samples)
    ticks = np.minimum(rows[which, 1] + nth * _SAMPLE_TICKS, rows[which, 2])
    return _positions(rows[which], ticks), (rows[which, 0] + ticks) / TICKS_PER_S, samples


def _axis_columns(rows: Ints, axis: int) -> list[Ints]:
    begin = 7 + axis * _AXIS_COLUMNS
    return [rows[:, begin + column] for column in range(_AXIS_COLUMNS)]


def _positions(rows: Ints, ticks: Ints) -> Ints:
    """Both motors at one tick of each row, int64 [N, 2]."""
    scales = (rows[:, 6] >> 8, rows[:, 6] & 0xFF)
    positions = []
    for axis in (0, 1):
        start, rate, accel, jerk, sign, turn, after, axis_ticks = _axis_columns(rows, axis)

        def steps_at(k: Ints, start: Ints = start, rate: Ints = rate, accel: Ints = accel, jerk: Ints = jerk) -> Ints:
            # Products may wrap around; the sum, a move of the machine, is right all the same.
            total: Ints = start + rate * k + accel * (k * (k + 1) // 2) + jerk * (k * (k + 1) * (k + 2) // 6)
            return total // STEP

        k = np.minimum(ticks, axis_ticks)
        before_turn = np.minimum(k, turn)
        made = steps_at(before_turn)
        made = made + np.where(k > turn, after, 0) * (steps_at(k) - made)
        positions.append(rows[:, 4 + axis] + scales[axis] * sign * made)
    return np.stack(positions, axis=1)
