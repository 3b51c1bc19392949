"""HP-GL plotters on a serial line: instructions as `sketchdesign.output.hpgl` writes them, never more than fit.

A plotter's buffer holds some 1000 bytes, and what comes when it is full is lost. Either the plotter is asked for the
room that is left (ESC.B, an instruction outside of the language that is obeyed at once), or the line itself holds data
up, and the plotter says nothing at all. Source: the programmer's manual of the HP 7475A.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Protocol

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import Block
from sketchdesign.plotter.protocol import Status
from sketchdesign.plotter.section import Steps
from sketchdesign.plotter.transport import Transport

STEPS_PER_MM = 100.0
"""The grid on which ways are planned; finer than what the plotter counts in."""

UNITS_PER_MM = 40.0

_ON, _ROOM, _ABORT = b"\x1b.(", b"\x1b.B", b"\x1b.K"
_WHERE = b"OA;"
_ANSWER_S = 3.0
_ASK_AGAIN_S = 0.05
_POLL_S = 0.01
_HOMING_S, _LONGEST_HOMING_S = 5.0, 60.0
_MOST_NOISE = 4096
_MOST_READS = 32


class Buffer(Protocol):
    """The way into a plotter's buffer."""

    @property
    def outstanding(self) -> int:
        """Things not finished, as far as is known."""
        ...

    def greet(self) -> None:
        """Make sure that a plotter is there, if that can be known."""
        ...

    def put(self, instructions: str, seconds: float, *, is_stroke_end: bool = False) -> None:
        """One thing to do, which takes about so long."""
        ...

    def pump(self) -> None:
        """Send what fits, and find out what is done."""
        ...

    def abort(self) -> tuple[int, int] | None:
        """Forget all that is not drawn, and lift the pen; returns where that was, in the plotter's units, if known."""
        ...


class AskedBuffer:
    """The buffer of a plotter that answers questions."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._heard = b""
        self._size = 0
        self._forget()

    def greet(self) -> None:
        """See `Buffer.greet`.

        Raises:
            PlotterError: nothing answers.
        """
        self._transport.write(_ON)
        self._ask_room()
        if not self._comes(lambda: self._asked_s is None):
            raise PlotterError(
                f"no HP-GL plotter on {self._transport.name} answers",
                hint="check its power and --baud, or choose --handshake hardware for one that never answers",
            )
        self._size = self._room

    def put(self, instructions: str, seconds: float, *, is_stroke_end: bool = False) -> None:
        self._queue(instructions.encode("ascii"))
        self._things.append(self._put)
        if is_stroke_end:
            self._sync()
        self.pump()

    def pump(self) -> None:
        self._read(0.0)
        while self._waiting and len(self._waiting[0]) <= self._room:
            data = self._waiting.popleft()
            self._transport.write(data)
            self._sent += len(data)
            self._room -= len(data)
        if not self.outstanding:
            return
        if not self._waiting and not self._syncs and self._room == self._size:
            self._sync()  # all is taken, but perhaps not yet drawn
        now_s = self._clock.now()
        if self._asked_s is None and now_s - self._answered_s >= _ASK_AGAIN_S:
            self._ask_room()
        elif self._asked_s is not None and now_s - self._asked_s > _ANSWER_S:
            raise PlotterError(f"the plotter on {self._transport.name} does not answer", hint="switch it off and on")

    def abort(self) -> tuple[int, int] | None:
        self._read(0.0)
        self._forget()
        self._transport.write(_ABORT + b"PU;" + _WHERE)
        self._comes(lambda: self._place is not None)
        place = self._place
        self._forget()
        self._ask_room()
        self._comes(lambda: self._asked_s is None)
        return place

    @property
    def outstanding(self) -> int:
        return len(self._things)

    def _forget(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._things: deque[int] = deque()
        self._syncs: deque[int] = deque()
        self._put = self._sent = self._room = self._sent_when_asked = 0
        self._asked_s: float | None = None
        self._answered_s = float("-inf")
        self._place: tuple[int, int] | None = None

    def _queue(self, data: bytes) -> None:
        self._waiting.append(data)
        self._put += len(data)

    def _sync(self) -> None:
        """Ask for the place behind everything: the answer comes when the plotter has come so far."""
        self._queue(_WHERE)
        self._syncs.append(self._put)

    def _ask_room(self) -> None:
        self._asked_s, self._sent_when_asked = self._clock.now(), self._sent
        self._transport.write(_ROOM)

    def _comes(self, happened: Callable[[], bool]) -> bool:
        end_s = self._clock.now() + _ANSWER_S
        while not happened():
            if self._clock.now() >= end_s:
                return False
            self._read(_POLL_S)
        return True

    def _read(self, timeout_s: float) -> None:
        for _ in range(_MOST_READS):
            data = self._transport.read(timeout_s)
            if not data:
                return
            self._heard = (self._heard + data)[-_MOST_NOISE:]
            *answers, self._heard = re.split(rb"[\r\n]+", self._heard)
            for answer in answers:
                self._take(answer.decode("ascii", "replace").strip())
            timeout_s = 0.0

    def _take(self, answer: str) -> None:
        if answer.isdecimal() and self._asked_s is not None:
            self._asked_s, self._answered_s = None, self._clock.now()
            self._room = int(answer) - (self._sent - self._sent_when_asked)
            # What is being drawn has left the buffer: only what lies before it is done.
            self._finish(self._sent_when_asked - (self._size - int(answer)) - 1)
        elif place := re.fullmatch(r"(-?\d+),(-?\d+),[01]", answer):
            self._place = (int(place[1]), int(place[2]))
            if self._syncs:
                self._finish(self._syncs.popleft())

    def _finish(self, byte: int) -> None:
        while self._things and self._things[0] <= byte:
            self._things.popleft()


class SilentBuffer:
    """The buffer behind a line that holds data up by itself. What is done is reckoned from the time that it takes."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._ends_s: deque[float] = deque()

    def greet(self) -> None:
        self._transport.write(_ON)

    def put(self, instructions: str, seconds: float, *, is_stroke_end: bool = False) -> None:
        begins_s = max(self._clock.now(), self._ends_s[-1] if self._ends_s else 0.0)
        self._transport.write(instructions.encode("ascii"))
        self._ends_s.append(max(begins_s + seconds, self._clock.now()))

    def pump(self) -> None:
        while self._ends_s and self._ends_s[0] <= self._clock.now():
            self._ends_s.popleft()

    def abort(self) -> None:
        self._ends_s.clear()
        self._transport.write(_ABORT + b"PU;")

    @property
    def outstanding(self) -> int:
        return len(self._ends_s)


class Hpgl:
    """An HP-GL plotter, see `Plotter`. It plans its speeds itself, and always knows where it is.

    Args:
        height_mm: reach upwards from its origin, the lower left corner; home is above that.
        pen_number: the pen that it takes.
    """

    def __init__(self, transport: Transport, clock: Clock, buffer: Buffer, height_mm: float, pen_number: int) -> None:
        self.name = transport.name
        self.ramps = True
        self.capacity = 64
        self._transport = transport
        self._clock = clock
        self._buffer = buffer
        self._height_mm = height_mm
        self._pen_number = pen_number
        self._pen_up = True
        self._speed_cm_s = 0

    def connect(self) -> None:
        self._buffer.greet()

    def alive_since(self, mark: int) -> bool:
        """Never known: it keeps no mark, and what was in its buffer is drawn or not."""
        return False

    def start(self, pen: PenSetup, mark: int, *, at_home: bool, position: Steps | None = None) -> None:
        """See `Plotter.start`. It takes its pen and goes home, the pen up: wherever it is, it knows the way.

        Raises:
            PlotterError: it does not get there.
        """
        self._pen_up, self._speed_cm_s = True, 0
        home = f"PA0,{round(self._height_mm * UNITS_PER_MM)};" if at_home else ""
        self._buffer.put(f"IN;SP{self._pen_number};PU;{home}", _HOMING_S, is_stroke_end=True)
        end_s = self._clock.now() + _LONGEST_HOMING_S
        while self._buffer.outstanding:
            if self._clock.now() > end_s:
                raise PlotterError(
                    f"the plotter on {self.name} does not begin", hint="see whether it has paper and pen"
                )
            self._clock.sleep(_POLL_S)
            self._buffer.pump()

    def set_pen(self, pen: PenSetup) -> None:
        """It lifts its pen in its own way."""

    def move(self, block: Block) -> None:
        x, y = block.end_mm
        speed = "" if self._pen_up else self._drawing_at(block.top_mm_s)
        place = f"PA{round(x * UNITS_PER_MM)},{round((self._height_mm - y) * UNITS_PER_MM)};"
        self._buffer.put(speed + place, block.seconds)

    def pen(self, *, up: bool, wait_ms: int) -> None:
        self._pen_up = up
        self._buffer.put("PU;" if up else "PD;", wait_ms / 1000.0, is_stroke_end=up)

    def status(self) -> Status:
        self._buffer.pump()
        return Status(self._buffer.outstanding, None, self._pen_up, False, True)

    def halt(self) -> Status:
        was_up, self._pen_up = self._pen_up, True
        return Status(0, self._steps(self._buffer.abort()), was_up, False, True)

    def motors_off(self) -> None:
        """It has no such instruction; the pen is put away where it drew."""
        self._buffer.put("SP0;", 0.0)
        self._buffer.pump()

    def close(self) -> None:
        self._transport.close()

    def _drawing_at(self, mm_s: float) -> str:
        cm_s = max(1, round(mm_s / 10.0))
        if cm_s == self._speed_cm_s:
            return ""
        self._speed_cm_s = cm_s
        return f"VS{cm_s};"

    def _steps(self, units: tuple[int, int] | None) -> Steps | None:
        if units is None:
            return None
        x, y = units[0] / UNITS_PER_MM, self._height_mm - units[1] / UNITS_PER_MM
        return round((x + y) * STEPS_PER_MM), round((x - y) * STEPS_PER_MM)
