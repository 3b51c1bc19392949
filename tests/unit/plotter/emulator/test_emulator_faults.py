"""What goes wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sketchdesign.core.errors import InputError, PlotterError, PortLostError
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.faults import Fault, FaultKind, parse_faults
from sketchdesign.plotter.emulator.memory import MemoryTransport

Wire = Callable[..., tuple[Board, Callable[[str], str]]]


def read_on(transport: MemoryTransport) -> None:
    while transport.read(1.0):
        pass


def test_the_language() -> None:
    assert parse_faults("") == []
    assert parse_faults("drop@120, stall@50:300ms,lowvolt@3.5s:2s,HANG@7") == [
        Fault(FaultKind.DROP, 120, None, 0.0),
        Fault(FaultKind.STALL, 50, None, 0.3),
        Fault(FaultKind.LOWVOLT, None, 3.5, 2.0),
        Fault(FaultKind.HANG, 7, None, float("inf")),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fire@3", "no fault"),
        ("drop", "no fault"),
        ("drop@x", "no fault"),
        ("drop@3:5", "no fault"),
        ("dup@3:5s", "cannot last"),
        ("drop@0", "count commands from 1"),
        ("drop@1.5", "count commands from 1"),
    ],
)
def test_what_is_no_fault(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_faults(text)


def test_a_pulled_cable_leaves_the_board_alive() -> None:
    board = Board("3.0.3", faults="drop@2:500ms")
    transport = MemoryTransport(board)
    transport.write(b"SM,300,60,0\rSM,300,60,0\r")
    with pytest.raises(PortLostError, match="gone; connect it again"):
        read_on(transport)
    with pytest.raises(PlotterError, match="not connected"):
        MemoryTransport(board)
    board.clock.sleep(1.0)
    with pytest.raises(PortLostError):
        transport.write(b"V\r")
    again = MemoryTransport(board)
    again.write(b"QS\r")
    assert again.read(1.0) == b"120,0\n\rOK\r\n"


def test_power_loss_forgets_everything_but_the_place() -> None:
    board = Board("3.0.3", faults="power@0.25s")
    transport = MemoryTransport(board)
    transport.write(b"CU,10,1\rCU,4,9\rSP,0\rSM,1000,1000,0\rSM,1000,1000,0\r")
    with pytest.raises(PortLostError):
        read_on(transport)
    board.clock.sleep(3.0)
    again = MemoryTransport(board)
    again.write(b"QS\r")
    assert again.read(1.0) == b"0,0\n\rOK\r\n"
    assert board.queue.depth == 1
    assert board.queue.pen_up
    assert board.queue.position[0] == pytest.approx(240, abs=10)
    assert [path.steps[-1, 0] for path in board.path() if path.pen_down] == [board.queue.position[0]]


def test_a_late_answer(wire: Wire) -> None:
    board = Board("3.0.3", faults="stall@2:300ms")
    transport = MemoryTransport(board)
    transport.write(b"QP\rQB\rQP\r")
    assert transport.read(0.1) == b"1\n\rOK\r\n"
    assert transport.read(0.25) == b""
    assert transport.read(0.25) == b"0\r\nOK\r\n"
    assert transport.read(0.25) == b"1\n\rOK\r\n"
    assert board.time_s == pytest.approx(0.3, abs=0.01)


def test_silence(wire: Wire) -> None:
    board, ask = wire("3.0.3", faults="hang@2")
    assert ask("QP") == "1\n\rOK\r\n"
    assert ask("SM,100,10,10") == ask("QP") == ""
    assert board.queue.counters == [10, 10]
    board.power_cycle()
    again = MemoryTransport(board)
    again.write(b"QP\r")
    assert again.read(1.0) == b"1\n\rOK\r\n"


def test_noise_and_doubled_answers(wire: Wire) -> None:
    _, ask = wire("3.0.3", faults="garbage@1,dup@2")
    noisy = ask("SM,100,10,10")
    assert len(noisy) > 4
    assert noisy.endswith("OK\r\n")
    assert ask("SM,100,10,10") == "OK\r\nOK\r\n"
    assert ask("SM,100,10,10") == "OK\r\n"


def test_the_button_is_remembered_until_it_is_read(wire: Wire) -> None:
    board, ask = wire("3.0.3", faults="button@1")
    ask("V")
    assert ask("QG") == "30\r\n"
    assert ask("QG") == "10\r\n"
    board.press_button()
    assert ask("QB") == "1\r\nOK\r\n"
    assert ask("QB") == "0\r\nOK\r\n"


def test_a_sagging_supply(wire: Wire) -> None:
    board, ask = wire("3.0.3", faults="lowvolt@3:5s")
    assert ask("CU,60,250") == "OK\r\n"
    assert ask("QG") == "10\r\n"
    ask("V")
    assert ask("QC") == "394,120\r\nOK\r\n"
    assert ask("QG") == "50\r\n"
    assert ask("QG") == "10\r\n"
    board.clock.sleep(5.0)
    assert ask("QC") == "394,300\r\nOK\r\n"


def test_only_an_armed_latch_remembers_a_sag(wire: Wire) -> None:
    _, ask = wire("3.0.3", faults="lowvolt@1")
    ask("V")
    assert ask("QG") == "10\r\n"
