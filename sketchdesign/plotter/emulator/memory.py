"""The emulated plotter in this process: a transport without a port."""

from __future__ import annotations

from sketchdesign.core.errors import PortLostError
from sketchdesign.plotter.emulator.board import Board


class MemoryTransport:
    """A line to a board that lives in this process, see `Transport`.

    Waiting lets the clock of the board pass, so with a virtual clock nothing takes real time.

    Raises:
        PlotterError: the board is in use, or off the bus.
    """

    def __init__(self, board: Board, name: str = "simulated plotter") -> None:
        self.name = name
        self._board = board
        self._plug = board.plug_in()

    def write(self, data: bytes) -> None:
        self._board.run()
        self._check()
        self._board.receive(data)

    def read(self, timeout_s: float) -> bytes:
        board = self._board
        deadline_s = board.clock.now() + timeout_s
        while True:
            board.run()
            self._check()
            now_s = board.clock.now()
            if (said := board.take()) or now_s >= deadline_s:
                return said
            board.clock.sleep(min(deadline_s, board.next_event_s()) - now_s)

    def close(self) -> None:
        if self._board.connected(self._plug):
            self._board.unplug()

    def _check(self) -> None:
        if not self._board.connected(self._plug):
            raise PortLostError(f"the {self.name} is gone", hint="connect it again and resume")
