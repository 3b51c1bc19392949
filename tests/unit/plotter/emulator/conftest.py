"""What the tests of the emulator share: a way to talk to a board."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.memory import MemoryTransport

Ask = Callable[[str], str]


@pytest.fixture
def wire() -> Callable[..., tuple[Board, Ask]]:
    """Makes a board and a function that sends one command and returns all that is said until two quiet seconds."""

    def make(firmware: str = "3.0.3", faults: str = "", future: bool = False) -> tuple[Board, Ask]:
        board = Board(firmware, faults=faults)
        transport = MemoryTransport(board)

        def ask(command: str) -> str:
            transport.write(command.encode() + b"\r")
            said = b""
            while more := transport.read(2.0):
                said += more
            return said.decode("latin-1")

        if future:
            assert ask("CU,10,1") == "\n"
        return board, ask

    return make
