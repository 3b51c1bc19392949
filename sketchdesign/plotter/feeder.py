"""Keeps a machine's queue filled, but never so far that a stop would have to wait.

The queue is bounded by the number of its commands and by the time that they take. What has been finished is told by
the machine alone: that a command was accepted means that it waits, not that it was executed.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.plan import Item, Kind
from sketchdesign.plotter.protocol import Plotter, Status
from sketchdesign.plotter.section import Found, Place, Steps, locate, place_in

QUEUED_S = 0.4
"""Items are sent while those that wait behind the one that is being done take less than this."""

POLL_S = 0.002
"""How often the machine is asked where it is while it draws.

No counter outlives a loss of power, nor of the motors' power: then the place where the machine was seen last is all
that is known, and what it drew after that is drawn again. That is the speed times the longest silence, which is this
wait and the questions, or the taking of one move, for which the oldest boards need 4 ms. At 50 mm/s it is less than
0.2 mm; at twice the speed it is twice as much, and no protocol of these boards could make it less.
"""

UNSEEN_MM = 0.04
"""So far behind the place where it was seen last such a line goes on: less than anybody sees of a gap, and taken off
what is drawn again."""

_JUST_NOW_S = 0.0003
_PATIENT_POLL_S = 0.01
_LITTLE_S = 0.05
_HURRIED_POLL_S = 0.001
_LEAST_WAIT_S = 1e-5

OFF_STEPS = 4
"""How far the machine may seem to be off its way: between two motors' steps, and in the middle of rounding."""

_STUCK_S = 5.0


class PositionLostError(PlotterError):
    """The machine is not where it was sent to."""


class PowerLostError(PlotterError):
    """The motors of the machine have no power."""


class Feeder:
    """Sends numbered items to a machine.

    Args:
        plotter: connected and started.
        clock: for waiting.
        on_finished: told of each item that the machine has finished, in order.

    Attributes:
        status: what the machine said last.
    """

    def __init__(self, plotter: Plotter, clock: Clock, on_finished: Callable[[Item], None]) -> None:
        self.status: Status | None = None
        self._plotter = plotter
        self._clock = clock
        self._on_finished = on_finished
        self._waiting: deque[tuple[int, Item]] = deque()
        self._waiting_s = 0.0
        self._answered = True
        self._moved_s = clock.now()
        self._polled_s = float("-inf")

    @property
    def has_room(self) -> bool:
        if len(self._waiting) >= self._plotter.capacity:
            return False
        return not self._waiting or self._waiting_s - self._waiting[0][1].seconds < QUEUED_S

    def wait(self) -> None:
        """Leave the machine alone until it is time to ask it again."""
        self._clock.sleep(max(self._polled_s + self._pace_s - self._clock.now(), _LEAST_WAIT_S))

    @property
    def _pace_s(self) -> float:
        """From one question to the next: only a moment where it will soon have nothing to do."""
        if self._waiting_s <= _LITTLE_S:
            return _HURRIED_POLL_S
        return POLL_S if self._waiting[0][1].kind is Kind.DRAW else _PATIENT_POLL_S

    def send(self, number: int, item: Item) -> None:
        """Put an item into the machine's queue, which has room."""
        # It counts as sent before it is: if the answer never comes, it may have been executed all the same.
        if not self._waiting:
            self._moved_s = self._clock.now()
        self._waiting.append((number, item))
        self._waiting_s += item.seconds
        self._answered = False
        if item.block is None:
            self._plotter.pen(up=item.is_lift, wait_ms=round(item.seconds * 1000.0))
        else:
            self._plotter.move(item.block)
        self._answered = True

    def poll_when_due(self, *, before_sending: bool = False) -> Status | None:
        """Ask the machine how it is doing, unless it was asked just now. Taking a move keeps it busy for some ms, so
        that it is asked before that in any case."""
        pace_s = _JUST_NOW_S if before_sending else self._pace_s
        if self._clock.now() - self._polled_s < pace_s:
            return None
        return self.poll()

    def poll(self) -> Status:
        """Ask the machine how it is doing.

        Raises:
            PowerLostError, PositionLostError: it cannot go on.
            PlotterError: it has stopped working off its queue.
        """
        status = self._plotter.status()
        self._polled_s = self._clock.now()
        if not status.powered:
            raise PowerLostError(
                f"the motors of the plotter on {self._plotter.name} lost their power",
                hint="plug in its power supply, move the carriage to its home corner and resume",
            )
        if status.position is not None and not self._is_on_the_way(status.position):
            raise PositionLostError(
                f"the plotter on {self._plotter.name} lost its position",
                hint="move the carriage to its home corner and resume",
            )
        self.status = status
        while len(self._waiting) > status.outstanding:
            _, item = self._waiting.popleft()
            self._waiting_s = sum(waiting.seconds for _, waiting in self._waiting)
            self._moved_s = self._polled_s
            self._on_finished(item)
        self._check_watch()
        return status

    def drain(self) -> Status:
        """Wait until everything sent has been done."""
        while True:
            status = self.poll()
            if not self._waiting:
                return status
            self.wait()

    def halt(self) -> tuple[Found | None, Steps | None]:
        """Stop the machine at once, pen up; says where it was, and its position if that is known."""
        status = self._plotter.halt()
        found = self._locate(status)
        self._waiting.clear()
        self._waiting_s = 0.0
        return found, status.position

    def last_seen(self) -> Found | None:
        """Where the machine was when it answered last, or `UNSEEN_MM` further in a line that it was drawing."""
        found = self._locate(self.status)
        if found is None or self._waiting[0][1].kind is not Kind.DRAW or not found.place.along_mm:
            return found
        return found._replace(place=Place(found.place.stroke, found.place.along_mm + UNSEEN_MM))

    def when_done(self) -> Found | None:
        """Where a machine that has fallen silent will be when it has done all that it took.

        Whether it took an item without an answer nobody can know, since the machine must be switched off to speak
        again. The item does not count: better a bit of line twice than a gap. So after a machine hung in the few
        milliseconds of taking a move, and then only, up to one move is drawn twice, which lasts `LONGEST_S` at most.
        """
        return Found(place_in(self._waiting[-1][1], float(self._answered)), 0.0) if self._waiting else None

    def _locate(self, status: Status | None) -> Found | None:
        if not self._waiting:
            return None
        number, first = self._waiting[0]
        if status is None or status.position is None:
            drop = next((item for _, item in self._waiting if item.kind is Kind.DROP), None)
            if status is not None and not status.pen_up and drop is not None and first.kind in (Kind.TRAVEL, Kind.DROP):
                return Found(place_in(drop, 1.0), math.inf)
            return Found(place_in(first, 0.0), math.inf)
        return locate(self._waiting, status.position, number, status.pen_up)

    def _is_on_the_way(self, position: Steps) -> bool:
        if not self._waiting:
            return True
        corners = [item.begin for _, item in self._waiting] + [item.end for _, item in self._waiting]
        return all(
            min(corner[motor] for corner in corners) - OFF_STEPS
            <= position[motor]
            <= max(corner[motor] for corner in corners) + OFF_STEPS
            for motor in (0, 1)
        )

    def _check_watch(self) -> None:
        if self._waiting and self._polled_s - self._moved_s > _STUCK_S + self._waiting[0][1].seconds:
            raise PlotterError(
                f"the plotter on {self._plotter.name} has stopped moving", hint="switch it off and on, then resume"
            )
