"""The simulated plotter: an emulated board in this process, to rehearse a plot on where no machine is attached."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.emulator.board import Board, LoggedCommand
from sketchdesign.plotter.emulator.memory import MemoryTransport

if TYPE_CHECKING:
    from sketchdesign.plotter.transport import Transport

NAME = "simulated plotter"
PACES = (1.0, 10.0, 50.0)
"""How many times faster than a machine it may draw."""

_FIRMWARE = "3.0.3"
_SHORTEST_SLEEP_S = 0.002
_CATCHES_UP_S = 0.05
_LONGEST_LOG = 10_000


class PacedClock:
    """Time that passes while somebody waits, and makes them wait a share of it: the machine is never late because the
    computer is.

    Attributes:
        pace: seconds that pass here in one real second.
    """

    def __init__(self, pace: float = 1.0) -> None:
        self.pace = pace
        self._now_s = 0.0
        self._due_s = time.monotonic()

    def now(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        passed = max(0.0, seconds)
        self._now_s += passed
        now_s = time.monotonic()
        # What was spent on computing counts as waited, but only so much: a pause is not caught up with.
        self._due_s = max(self._due_s, now_s - _CATCHES_UP_S) + passed / self.pace
        if self._due_s - now_s >= _SHORTEST_SLEEP_S:
            time.sleep(self._due_s - now_s)


class SimulatedPlotter:
    """One machine that lasts as long as the program, with a cable that can be pulled.

    Attributes:
        clock: its time.
        board: what it does; belongs to the thread that has it open.
        plugged_in: whether the cable is in.
    """

    def __init__(self, pace: float = 1.0) -> None:
        self.clock = PacedClock(pace)
        self.board = Board(_FIRMWARE, clock=self.clock, on_command=self._forget_old_commands)
        self.plugged_in = True

    def open(self) -> Transport:
        """A line to it.

        Raises:
            PlotterError: the cable is out, or somebody else has it open.
        """
        if not self.plugged_in:
            raise PlotterError(f"the {NAME} is unplugged", hint="plug it in")
        return MemoryTransport(self.board, NAME)

    def connect(self) -> Ebb:
        """A driver of it, which has been greeted.

        Raises:
            PlotterError: as for `open`.
        """
        transport = self.open()
        plotter = Ebb(transport, self.clock)
        try:
            plotter.connect()
        except BaseException:
            transport.close()
            raise
        return plotter

    def pull_cable(self) -> None:
        """From any thread: whoever uses it loses it at once."""
        self.plugged_in = False
        self.board.unplug()

    def plug_in(self) -> None:
        self.plugged_in = True

    def carry_home(self) -> None:
        """What a person does by hand: move the carriage to its home corner. Only while nobody has it open."""
        self.board.finish()
        self.board.queue.position[:] = [0, 0]

    def _forget_old_commands(self, _command: LoggedCommand) -> None:
        if len(self.board.commands) > _LONGEST_LOG:
            self.board.commands.clear()
