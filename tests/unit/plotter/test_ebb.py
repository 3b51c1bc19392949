"""The driver of the EiBotBoard and its reading of answers."""

from __future__ import annotations

import pytest

from sketchdesign.core.errors import InputError, PlotterError
from sketchdesign.core.machine import BRUSHLESS_SERVO, STANDARD_SERVO
from sketchdesign.plotter.clock import VirtualClock
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.firmware import VERSIONS
from sketchdesign.plotter.emulator.memory import MemoryTransport
from sketchdesign.plotter.link import CommandRefusedError, EbbLink, NoAnswerError, Shape
from sketchdesign.plotter.pen import PenSetup

FIRMWARES = [".".join(map(str, version)) for version in VERSIONS]
PEN = PenSetup(STANDARD_SERVO)


class Script:
    """A line whose other end says what it is told to say."""

    name = "script"

    def __init__(self, clock: VirtualClock, *answers: bytes) -> None:
        self.sent = b""
        self._clock = clock
        self._answers = list(answers)
        self._waiting = b""

    def write(self, data: bytes) -> None:
        self.sent += data
        self._waiting += self._answers.pop(0) if self._answers else b""

    def read(self, timeout_s: float) -> bytes:
        said, self._waiting = self._waiting[:7], self._waiting[7:]
        if not said:
            self._clock.sleep(timeout_s)
        return said

    def close(self) -> None:
        self._answers.clear()


def board_and_driver(firmware: str) -> tuple[Board, Ebb]:
    board = Board(firmware)
    plotter = Ebb(MemoryTransport(board), board.clock)
    plotter.connect()
    return board, plotter


@pytest.mark.parametrize(("firmware", "future"), [*((firmware, False) for firmware in FIRMWARES), ("3.0.3", True)])
def test_it_gets_on_with_every_firmware_and_leaves_it_as_it_was(firmware: str, future: bool) -> None:
    board = Board(firmware)
    board.syntax.future = future
    plotter = Ebb(MemoryTransport(board), board.clock)
    plotter.connect()
    assert ".".join(map(str, plotter.version)) == firmware
    plotter.start(PEN, 200, at_home=True)
    assert plotter.alive_since(200)
    assert not plotter.alive_since(201)
    assert plotter.capacity == {"3.0.3": 33}.get(firmware, 2)
    status = plotter.status()
    assert (status.outstanding, status.pen_up, status.button, status.powered) == (0, True, False, True)
    assert status.position == (0, 0)
    plotter.pen(up=False, wait_ms=200)
    board.clock.sleep(0.06)
    status = plotter.status()
    assert (status.outstanding, status.pen_up) == (1, False)
    board.press_button()
    board.clock.sleep(0.06)
    assert plotter.status().button
    assert not plotter.status().button
    plotter.halt()
    board.finish()
    assert board.queue.pen_up
    plotter.close()
    assert board.syntax.future == future
    assert not any("!" in command.reply for command in board.commands)


def test_a_board_in_the_middle_of_something_is_understood() -> None:
    board = Board("2.8.1")
    other = MemoryTransport(board)
    other.write(b"QS\rV\rSM,10")
    other.close()
    plotter = Ebb(MemoryTransport(board), board.clock)
    plotter.connect()
    assert plotter.version == (2, 8, 1)


@pytest.mark.parametrize(
    "babble", [b"\r\nERROR\r\n", b"V\r\n", b"Grbl 1.1f ['$' for help]\r\nok\r\n", b"\xff\x00" * 3000, b""]
)
def test_another_device_is_told_in_a_sentence(babble: bytes) -> None:
    clock = VirtualClock()
    with pytest.raises(PlotterError, match="no EiBotBoard"):
        Ebb(Script(clock, *[babble] * 9), clock).connect()
    assert clock.now() < 10.0


@pytest.mark.parametrize(
    ("shape", "pattern", "answer"),
    [
        (Shape.OK, "", b"OK\r\n"),
        (Shape.OK, "", b"\x81\xfeOK\r\n"),
        (Shape.OK, "", b"noise\r\nOK\r\nOK\r\n"),
        (Shape.DATA_OK, r"(-?\d+),(-?\d+)", b"14,-3\n\rOK\r\n"),
        (Shape.DATA_OK, r"(-?\d+),(-?\d+)", b"OK\r\n14,-3\n\rOK\r\n"),
        (Shape.DATA, r"([0-9A-F]{2})", b"~?\r\n3E\r\n"),
    ],
)
def test_answers_in_the_old_syntax(shape: Shape, pattern: str, answer: bytes) -> None:
    clock = VirtualClock()
    link = EbbLink(Script(clock, answer, b"OK\r\n"), clock)
    assert link.ask("XX", shape, pattern)
    assert link.ask("YY")


def test_answers_in_the_new_syntax() -> None:
    clock = VirtualClock()
    link = EbbLink(Script(clock, b"QU,32\n\n", b"SM\nSM\n", b"LM,!4 Err: Missing parameter(s)\n"), clock)
    link.future = True
    assert link.ask("QU,2", Shape.DATA_OK, r"(\d+)")[1] == "32"
    assert link.ask("SM,10,1,1")
    with pytest.raises(CommandRefusedError, match="refuses LM"):
        link.ask("LM")


def test_complaints_and_silence() -> None:
    clock = VirtualClock()
    script = Script(clock, b"!8 Err: Unknown command 'XX:5858'\r\n", b"OK\r\n!6 Err: Invalid parameter value\r\n", b"")
    link = EbbLink(script, clock)
    with pytest.raises(CommandRefusedError, match="Unknown command"):
        link.ask("XX")
    assert link.ask("CU,1,5")
    with pytest.raises(CommandRefusedError, match="Invalid parameter"):
        link.ask("SM,1,1,1")
    assert script.sent == b"XX\rCU,1,5\r"
    began = clock.now()
    with pytest.raises(NoAnswerError, match="does not answer"):
        link.ask("SM,1,1,1", timeout_s=0.5)
    assert clock.now() - began == pytest.approx(0.5)


def test_pens_take_the_time_that_their_makers_say() -> None:
    assert (PEN.lift_ms, PEN.drop_ms) == (131, 146)
    brushless = PenSetup(BRUSHLESS_SERVO)
    assert (brushless.lift_ms, brushless.drop_ms) == (59, 62)
    assert PenSetup(STANDARD_SERVO, lift_delay_ms=20.0).lift_ms == 151
    assert (PEN.pulse(0.0), PEN.pulse(100.0)) == (9855, 27831)
    assert PEN.pulse_rate(100.0) == 2157


@pytest.mark.parametrize(
    "heights",
    [
        {"up_percent": 20.0},
        {"up_percent": 101.0},
        {"down_percent": float("nan")},
        {"up_rate_percent": 0.0},
        {"lift_delay_ms": 1e9},
    ],
)
def test_pens_that_make_no_sense(heights: dict[str, float]) -> None:
    with pytest.raises(InputError):
        PenSetup(STANDARD_SERVO, **heights)
