"""Where a board is that cannot tell: reckoned from the moves that it took, and when.

Firmware before 2.4.4 tells neither the steps that its motors made nor whether a move waits. But the clock says what it
is doing: it makes its moves one after the other, in times that its arithmetic settles; and when it is stopped, it tells
how many steps were left. For whoever comes after a cable was pulled, it keeps a number beside each move: where that
ends. Source: the C source of the firmware, which is under the BSD licence.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sketchdesign.plotter.blocks import FULL, TICKS_PER_S

Steps = tuple[int, int]

_NOTED_FROM = (-256, -24_576)
_NOTED_RANGE = 1 << 16
"""Positions of both motors from here on, and how many, can be noted: all that an A3 machine reaches. Larger ones are
younger than the firmware that needs notes."""

_READING_S = 0.02
"""An answer that takes longer than this to come has waited for room in the queue."""


@dataclass(slots=True)
class _Move:
    steps: Steps
    seconds: float
    begin_s: float

    @property
    def end_s(self) -> float:
        return self.begin_s + self.seconds

    def done_by(self, now_s: float) -> Steps:
        share = min(1.0, max(0.0, (now_s - self.begin_s) / self.seconds)) if self.seconds > 0.0 else 1.0
        return round(share * self.steps[0]), round(share * self.steps[1])


class Reckoning:
    """The queue of a board with one move that runs, one that waits, and one that it has read and not answered.

    Args:
        position: step counts of both motors; None as long as nobody knows.
    """

    def __init__(self, position: Steps | None = None) -> None:
        self._position = position
        self._moves: deque[_Move] = deque()
        self._left = [0, 0]

    def take_move(self, steps: Steps, ticks: int, asked_s: float, answered_s: float) -> None:
        """The board took a move at constant speed: when it was asked to, and when it answered."""
        taken = [self._ticks_for(motor, abs(count), ticks) for motor, count in enumerate(steps)]
        self._take(_Move(steps, (max(*taken, 1) + 1) / TICKS_PER_S, answered_s), asked_s)

    def take_wait(self, seconds: float, asked_s: float, answered_s: float) -> None:
        """The board took something that makes no steps."""
        self._take(_Move((0, 0), seconds, answered_s), asked_s)

    def _ticks_for(self, motor: int, count: int, ticks: int) -> int:
        """How long a motor takes: its speed has 15 bits, so that the last steps come late, and what is left over from
        the move before brings the first one earlier."""
        if not count:
            return 0
        rate = max((count << 15) // ticks, 1) << 16
        needed = -(-(count * FULL - self._left[motor]) // rate)
        self._left[motor] += needed * rate - count * FULL
        return needed

    def _take(self, move: _Move, asked_s: float) -> None:
        answered_s = move.begin_s
        if self._moves and answered_s - asked_s > _READING_S:
            # There was no room before: what was waiting until then has just begun.
            self._moves[-1].begin_s = answered_s
            while len(self._moves) > 1:
                self._finish_first()
        if self._moves:
            move.begin_s = max(answered_s, self._moves[-1].end_s)
        self._moves.append(move)

    def outstanding(self, now_s: float) -> int:
        """Moves that are not finished."""
        while self._moves and self._moves[0].end_s <= now_s:
            self._finish_first()
        return len(self._moves)

    def position(self, now_s: float) -> Steps | None:
        """Step counts of both motors; None where that is unknown."""
        if self._position is None or not self.outstanding(now_s):
            return self._position
        return _sum(self._position, self._moves[0].done_by(now_s))

    def goal(self, steps: Steps = (0, 0)) -> Steps | None:
        """Where everything taken ends, and ``steps`` after it; None where that is unknown."""
        if self._position is None:
            return None
        goal = _sum(self._position, steps)
        for move in self._moves:
            goal = _sum(goal, move.steps)
        return goal

    def finish(self) -> None:
        """The board stands still: everything is done."""
        while self._moves:
            self._finish_first()

    def stop(self, waiting: Steps, running: Steps) -> None:
        """The board was stopped: so many steps, without sign, were left of the move that waited and of that which
        ran."""
        told = [move.steps for move in self._moves if move.steps != (0, 0)]
        self.finish()
        if waiting != (0, 0) and told:
            self._go_back(told.pop(), waiting)
        if running != (0, 0) and told:
            self._go_back(told.pop(), running)

    def lose(self) -> None:
        """Nobody knows any more what the board did."""
        self._position = None
        self._moves.clear()

    def _finish_first(self) -> None:
        steps = self._moves.popleft().steps
        if self._position is not None:
            self._position = _sum(self._position, steps)

    def _go_back(self, told: Steps, left: Steps) -> None:
        if self._position is not None:
            first, second = (-count if steps > 0 else count for steps, count in zip(told, left, strict=True))
            self._position = _sum(self._position, (first, second))


def note_of(position: Steps | None) -> int:
    """A position as a number of 32 bits for the board to keep; 0, which a board knows that was just switched on, for
    one that is unknown or too far away."""
    if position is None:
        return 0
    first, second = (count - least for count, least in zip(position, _NOTED_FROM, strict=True))
    return first * _NOTED_RANGE + second if max(first, second) < _NOTED_RANGE and min(first, second) > 0 else 0


def position_in(note: int) -> Steps | None:
    """The position that `note_of` put into a number."""
    return _sum(divmod(note, _NOTED_RANGE), _NOTED_FROM) if note else None


def _sum(a: Steps, b: Steps) -> Steps:
    return a[0] + b[0], a[1] + b[1]
