"""Keeps a machine's queue filled, but never so far that a stop would have to wait.

The queue is bounded by the number of its commands and by the time that they take. What has been finished is told by
the machine alone: that a command was accepted means that it waits, not that it was executed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.plan import Item, Kind
from sketchdesign.plotter.protocol import Plotter, Status
from sketchdesign.plotter.section import Found, Place, Steps, locate, place_in

QUEUED_S = 0.4
"""Items are sent while those that wait take less than this."""

POLL_S = 0.003
"""How often the machine is asked where it is. After a loss of power, what was drawn since the last answer is unknown:
at 50 mm/s that is less than 0.2 mm."""

_PATIENT_POLL_S = 0.01
_LITTLE_S = 0.05
_HURRIED_POLL_S = 0.001

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
        return len(self._waiting) < self._plotter.capacity and self._waiting_s < QUEUED_S

    @property
    def pace_s(self) -> float:
        """How long to leave the machine alone: only a moment where it will soon have nothing to do."""
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
        pace_s = _HURRIED_POLL_S if before_sending else self.pace_s
        if self._clock.now() - self._polled_s < pace_s:
            return None
        return self.poll()

    def poll(self) -> Status:
        """Ask the machine how it is doing.

        Raises:
            PowerLostError, PositionLostError: it cannot go on.
            PlotterError: it has stopped working off its queue.
        """
        self._polled_s = self._clock.now()
        status = self._plotter.status()
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
            self._clock.sleep(POLL_S)

    def halt(self) -> tuple[Found | None, Steps | None]:
        """Stop the machine at once, pen up; says where it was, and its position if that is known."""
        status = self._plotter.halt()
        found = self._locate(status)
        self._waiting.clear()
        self._waiting_s = 0.0
        return found, status.position

    def last_seen(self) -> Found | None:
        """Where the machine was when it answered last."""
        return self._locate(self.status)

    def when_done(self) -> Place | None:
        """Where the machine will be when it has done all that it took. An item without an answer does not count: better
        a bit of line twice than a gap."""
        return place_in(self._waiting[-1][1], float(self._answered)) if self._waiting else None

    def _locate(self, status: Status | None) -> Found | None:
        if not self._waiting:
            return None
        number, first = self._waiting[0]
        if status is None or status.position is None:
            return locate([(number, first)], first.begin, number, None)
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
