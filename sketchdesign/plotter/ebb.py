"""Driver of the EiBotBoard, the controller of AxiDraw, NextDraw and their relatives.

Facts: the command reference of its firmware, versions 2 and 3. What a board can do is told by its version number
alone, because version 2 says OK to settings it does not know.
"""

from __future__ import annotations

import contextlib
import math
import re

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.blocks import TICKS_PER_MS
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.link import ANSWER_S, CommandRefusedError, EbbLink, NoAnswerError, Shape
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import Block
from sketchdesign.plotter.protocol import Status
from sketchdesign.plotter.reckoning import Reckoning, Steps, note_of, position_in
from sketchdesign.plotter.transport import Transport

_VERSION = re.compile(r"(V,)?EBB.* Firmware Version (\d+)\.(\d+)\.(\d+)\S*")

_ENOUGH_VOLTS = 250
"""What the board measures at 9 V, in its own unit."""

_FULL_SCALE, _FULL_SCALE_VOLTS, _DIODE_VOLTS = 1023, 3.3 * 9.2, 0.3

_FIFO, _EXECUTING, _PEN_UP, _BUTTON, _POWER_LOST = 0x01, 0x0E, 0x10, 0x20, 0x40
"""Bits of the answer to ``QG``: something is queued, a command or a motor runs, and the latches of pen and power."""

_SELDOM_S = 0.05
_CLEAR_BOTH = 3


class Ebb:
    """An EiBotBoard on a port.

    Attributes:
        version: of the firmware; known once connected.
    """

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.name = transport.name
        self.version = (0, 0, 0)
        self.ramps = False
        self.capacity = 2
        self._clock = clock
        self._link = EbbLink(transport, clock)
        self._found_future = False
        self._pen_output = ""
        self._reckoning: Reckoning | None = None
        self._powered = True
        self._pen_is_up = True
        self._asked_s = float("-inf")

    def connect(self) -> None:
        """Find out the version and how to talk.

        Raises:
            PlotterError: something else than an EiBotBoard is there.
        """
        self._greet()
        if self.version >= (3, 0, 2) and not self._link.future:
            # Between the two syntaxes the answer is an empty line or a name: whatever it is, it is no data.
            self._link.write("CU,10,1")
            self._link.lines_until_quiet()
            self._link.future = True
        self.ramps = self.version >= (2, 7, 0)
        self._reckoning = Reckoning() if self.version < (2, 4, 4) else None

    def alive_since(self, mark: int) -> bool:
        self.wait_until_idle()
        alive = int(self._link.ask("QL", Shape.DATA_OK, r"(\d+)")[1]) == mark
        if alive and self._reckoning is not None:
            self._reckoning = Reckoning(position_in(int(self._link.ask("QN", Shape.DATA_OK, r"(\d+)")[1])))
        return alive

    def start(self, pen: PenSetup, mark: int, *, at_home: bool, position: tuple[int, int] | None = None) -> None:
        """See `Plotter.start`.

        Raises:
            PlotterError: the motors have no power.
        """
        self.wait_until_idle()
        if not self._volts_suffice():
            raise PlotterError(
                f"the plotter on {self.name} has no power for its motors", hint="plug in its power supply"
            )
        if self.version >= (3, 0, 0):
            self._link.ask(f"CU,60,{_ENOUGH_VOLTS}")
            deepest = int(self._link.ask("QU,2", Shape.DATA_OK, r"(?:2,)?(\d+)")[1])
            self._link.ask(f"CU,4,{deepest}")
            self.capacity = deepest + 1
        if self._reckoning is not None and at_home:
            self._reckoning.lose()  # it was carried here
        self.set_pen(pen)
        self.pen(up=True, wait_ms=pen.lift_ms)
        if at_home:
            self._link.ask("EM,1,1")
        if self._reckoning is not None:
            self._reckoning = Reckoning((0, 0) if at_home else position)
            self._note_position()
        elif at_home:
            self._link.ask("CS")
        self._link.ask(f"SL,{mark}")
        self.wait_until_idle()

    def set_pen(self, pen: PenSetup) -> None:
        servo = pen.servo
        self._pen_output = "" if servo.output is None else f",{servo.output}"
        self._link.ask(f"SC,4,{pen.pulse(pen.up_percent)}")
        self._link.ask(f"SC,5,{pen.pulse(pen.down_percent)}")
        self._link.ask(f"SC,11,{pen.pulse_rate(pen.up_rate_percent)}")
        self._link.ask(f"SC,12,{pen.pulse_rate(pen.down_rate_percent)}")
        if servo.output is not None:
            self._link.ask("SC,8,1")

    def move(self, block: Block) -> None:
        first, second = block.steps
        if block.rates == (0, 0):
            clear = f",{_CLEAR_BOTH}" if self.ramps else ""
            command = f"SM,{block.ticks // TICKS_PER_MS},{first},{second}{clear}"
        else:
            (rate_1, rate_2), (growth_1, growth_2) = block.rates, block.growths
            command = f"LM,{rate_1},{first},{growth_1},{rate_2},{second},{growth_2},{_CLEAR_BOTH}"
        asked_s, answered_s = self._queue(command, block.steps)
        if self._reckoning is not None:
            self._reckoning.take_move(block.steps, block.ticks, asked_s, answered_s)

    def pen(self, *, up: bool, wait_ms: int) -> None:
        asked_s, answered_s = self._queue(f"SP,{int(up)},{wait_ms}{self._pen_output}")
        if self._reckoning is not None:
            self._reckoning.take_wait(wait_ms / 1000.0, asked_s, answered_s)

    def _queue(self, command: str, steps: Steps = (0, 0)) -> tuple[float, float]:
        """Have something queued; returns when it was asked for, and when that was answered.

        A board that cannot tell its position gets a note of where this ends, which it reads as soon as it has taken it:
        so it never matters that an answer is lost with the cable.
        """
        note = "" if self._reckoning is None else f"SN,{note_of(self._reckoning.goal(steps))}"
        asked_s = self._clock.now()
        try:
            self._link.send(command, *([note] if note else []))
            self._link.answer(command)
            answered_s = self._clock.now()
            if note:
                self._link.answer(note)
        except PlotterError:
            if self._reckoning is not None:
                self._reckoning.lose()  # it may have been taken
            raise
        return asked_s, answered_s

    def _note_position(self) -> None:
        """For a board that stands still."""
        if self._reckoning is not None:
            self._link.ask(f"SN,{note_of(self._reckoning.goal())}")

    def status(self) -> Status:
        """See `Plotter.status`. The power is asked for before the position, which counts only if there was power."""
        if self.version < (3, 0, 0):
            self._powered = self._volts_suffice()
        if self.version < (2, 6, 2):
            return self._status_of_old()
        flags = int(self._link.ask("QG", Shape.DATA, r"([0-9A-F]{2})")[1], 16)
        executing, waiting = bool(flags & _EXECUTING), flags & _FIFO
        if self.version >= (3, 0, 0):
            self._powered = self._powered and not flags & _POWER_LOST
        if waiting and self.version >= (3, 0, 1):
            waiting = int(self._link.ask("QU,6", Shape.DATA_OK, r"(?:6,)?(\d+)")[1])
        elif waiting and self.version >= (3, 0, 0):
            waiting = self.capacity - 1
        outstanding = int(executing or waiting > 0) + waiting
        return Status(outstanding, self._position(), bool(flags & _PEN_UP), bool(flags & _BUTTON), self._powered)

    def _status_of_old(self) -> Status:
        """For firmware that needs a question for everything."""
        pen_up, button = self._pen_and_button()
        busy = self._link.ask("QM", Shape.DATA, r"(?:QM,)?(\d),\d,\d,?(\d)?")
        executing, waiting = busy[1] != "0", int(busy[2] or 0)
        if self._reckoning is None:
            return Status(int(executing or waiting > 0) + waiting, self._position(), pen_up, button, self._powered)
        if not executing:
            self._reckoning.finish()
        now_s = self._clock.now()
        outstanding = max(self._reckoning.outstanding(now_s), int(executing))
        return Status(outstanding, self._reckoning.position(now_s), pen_up, button, self._powered)

    def halt(self) -> Status:
        """See `Plotter.halt`. Works after a lost answer, too: first the line is made quiet."""
        try:
            self._stop_moves()
        except (NoAnswerError, CommandRefusedError):
            if self._reckoning is not None:
                self._reckoning.lose()
            self._link.lines_until_quiet()
            self._greet()
            self._stop_moves()
        instant = self.version >= (3, 0, 1)
        if not instant:
            self.wait_until_idle()  # a movement of the pen goes on after ES
        self._asked_s = float("-inf")
        try:
            return self.status()
        finally:
            self._link.ask(f"SP,{3 if instant else 1},0{self._pen_output}")

    def _stop_moves(self) -> None:
        if self._reckoning is None:
            self._link.ask("ES", Shape.DATA_OK, r"[\d,-]+")
            return
        # Whatever was noted will not be reached; nothing may come between that and the stop.
        self._link.send("SN,0", "ES")
        self._link.answer("SN,0")
        left = self._link.answer("ES", Shape.DATA_OK, r"\d+,(\d+),(\d+),(\d+),(\d+)")
        self._reckoning.stop((int(left[1]), int(left[2])), (int(left[3]), int(left[4])))
        self._note_position()

    def motors_off(self) -> None:
        self._link.ask("EM,0,0")

    def close(self) -> None:
        """Give the syntax back that was found, so that other programs still understand the board."""
        with contextlib.suppress(PlotterError):
            if self._link.future and not self._found_future:
                self._link.write("CU,10,0")
                self._link.lines_until_quiet()
        self._link.close()

    def wait_until_idle(self) -> None:
        """Let what is queued come to its end.

        Raises:
            NoAnswerError: it does not within a minute.
        """
        end = self._clock.now() + 60.0
        while self.status().outstanding:
            if self._clock.now() > end:
                raise NoAnswerError(f"the plotter on {self.name} never comes to rest", hint="switch it off and on")
            self._clock.sleep(0.01)

    def _pen_and_button(self) -> tuple[bool, bool]:
        """For firmware that needs a question for each: not asked every time."""
        if self._clock.now() - self._asked_s >= _SELDOM_S and (self._powered or math.isinf(self._asked_s)):
            self._asked_s = self._clock.now()
            self._pen_is_up = self._link.ask("QP", Shape.DATA_OK, "([01])")[1] == "1"
            return self._pen_is_up, self._link.ask("QB", Shape.DATA_OK, "([01])")[1] == "1"
        return self._pen_is_up, False

    def _position(self) -> tuple[int, int] | None:
        if not self._powered:
            return None  # the board counts on, but nothing turns
        counted = self._link.ask("QS", Shape.DATA_OK, r"(-?\d+),(-?\d+)")
        return int(counted[1]), int(counted[2])

    def volts(self) -> float:
        """The supply of the motors, as well as the board can measure it."""
        return self._supply() / _FULL_SCALE * _FULL_SCALE_VOLTS + _DIODE_VOLTS

    def _volts_suffice(self) -> bool:
        return self._supply() >= _ENOUGH_VOLTS

    def _supply(self) -> int:
        return int(self._link.ask("QC", Shape.DATA_OK, r"\d+,(\d+)")[1])

    def _greet(self) -> None:
        self._link.lines_until_quiet(0.02)
        self._link.write("")  # ends whatever another program may have begun
        self._link.lines_until_quiet(0.05)
        for _ in range(3):
            self._link.write("V")
            for line in self._link.lines_until_quiet(ANSWER_S / 4.0):
                if known := _VERSION.fullmatch(line):
                    if self.version == (0, 0, 0):
                        self._found_future = known[1] is not None
                    self._link.future = known[1] is not None
                    self.version = (int(known[2]), int(known[3]), int(known[4]))
                    return
        raise _not_a_plotter(self.name)


def _not_a_plotter(name: str) -> PlotterError:
    return PlotterError(
        f"the device on {name} is no EiBotBoard, or is busy", hint="see sketchdesign plotters for what is there"
    )
