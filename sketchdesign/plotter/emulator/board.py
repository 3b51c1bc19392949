"""An EiBotBoard without the board: it reads the same bytes, gives the same answers and keeps the same time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.clock import Clock, VirtualClock
from sketchdesign.plotter.emulator.dialect import ECHO, LineReader, Syntax
from sketchdesign.plotter.emulator.faults import Fault, FaultKind, parse_faults
from sketchdesign.plotter.emulator.firmware import find_firmware
from sketchdesign.plotter.emulator.interpreter import interpret
from sketchdesign.plotter.emulator.motion import MotionQueue, Wait, Waiting
from sketchdesign.plotter.emulator.record import PenPath, Underrun
from sketchdesign.plotter.emulator.steps import NEVER, TICKS_PER_S

_MOVES = frozenset(("SM", "XM", "LM", "LT", "L3", "T3", "HM"))
_COMMAND_TICKS = 5
_SUPPLY, _LOW_SUPPLY = 300, 120
_NOISE = b"\x81\xfe?~q7\r\n\xff"


class LoggedCommand(NamedTuple):
    """One command that the board took.

    Attributes:
        number: its place, from 1.
        time_s: machine time at which it was answered.
        text: without the end of line.
        reply: what the board said, with its line ends, faults aside.
    """

    number: int
    time_s: float
    text: str
    reply: str


@dataclass
class Settings:
    """What switching on or ``R`` sets back."""

    syntax: Syntax = field(default_factory=Syntax)
    limit_checks: bool = True
    auto_enable: bool = True
    checksums: bool = False
    power_threshold: int = 0
    motor_timeout_s: int = 0
    servo_power: bool = False
    node_count: int = 0
    variables: bytearray = field(default_factory=lambda: bytearray(32))
    pins: dict[str, int] = field(default_factory=dict)


class Board:
    """One emulated board, with its motors and its pen.

    Args:
        firmware: its version, such as ``3.0.3``.
        faults: what goes wrong, see `faults`.
        clock: where time comes from; a virtual clock of its own when absent.
        nickname: its name, as ``ST`` sets it.
        on_command: told of each command.

    Attributes:
        queue: the motion queue with counters, pen and record.
        commands: what the board was told, in order.
        tick: the machine time, 40 µs each, up to which everything has happened.

    Raises:
        InputError: there is no such firmware or fault.
    """

    def __init__(
        self,
        firmware: str = "3.0.3",
        *,
        faults: str = "",
        clock: Clock | None = None,
        nickname: str = "",
        on_command: Callable[[LoggedCommand], None] | None = None,
    ) -> None:
        self.firmware = find_firmware(firmware)
        self.clock: Clock = VirtualClock() if clock is None else clock
        self.nickname = nickname
        self.commands: list[LoggedCommand] = []
        self.queue = MotionQueue(self.firmware)
        self.settings = Settings()
        self.button_pressed = False
        self.power_lost = False
        self.tick = 0
        self._on_command = on_command
        self._born_s = self.clock.now()
        parsed = parse_faults(faults)
        self._faults = {fault.command: fault for fault in parsed if fault.command is not None}
        timed = [(round(fault.time_s * TICKS_PER_S), fault) for fault in parsed if fault.time_s is not None]
        self._timed_faults = deque(sorted(timed, key=lambda entry: entry[0]))
        self._supply_low_until = 0
        self._plug = 0
        self._plugged = False
        self._absent_until = 0
        self._reader = LineReader()
        self._inbox: deque[tuple[int, str | None]] = deque()
        self._outbox = bytearray()
        self._command: tuple[str, Waiting] | None = None
        self._wait = Wait.ROOM
        self._late_reply: str | None = None
        self._reads_from = 0

    @property
    def syntax(self) -> Syntax:
        return self.settings.syntax

    @property
    def supply(self) -> int:
        """The supply of the motors as ``QC`` tells it; below 250 it is too low."""
        return _LOW_SUPPLY if self.tick < self._supply_low_until else _SUPPLY

    @property
    def time_s(self) -> float:
        """Machine time."""
        return self.tick / TICKS_PER_S

    @property
    def idle(self) -> bool:
        """Nothing moves, nothing is queued and no command waits."""
        return self.queue.idle and self._command is None and not self._inbox

    # --- the cable

    def plug_in(self) -> int:
        """Connect a host and return the number of this connection.

        Raises:
            PlotterError: another host is connected, or the port is not there.
        """
        self.run()
        if self._plugged:
            raise PlotterError("the emulated plotter is in use by another program", hint="close that program first")
        if not self.present:
            raise PlotterError("the emulated plotter is not connected", hint="wait until it is back")
        self._plugged = True
        self._plug += 1
        self._outbox.clear()
        return self._plug

    @property
    def present(self) -> bool:
        """Whether the port exists."""
        return self.tick >= self._absent_until

    def connected(self, plug: int) -> bool:
        """Whether that connection still holds."""
        return self._plugged and plug == self._plug

    def unplug(self, seconds: float = 0.0) -> None:
        """Pull the cable; the port is away for so long. The board works on, with what it has been told so far."""
        self._plugged = False
        self._absent_until = NEVER if math.isinf(seconds) else self.tick + round(seconds * TICKS_PER_S)
        self._outbox.clear()

    def receive(self, data: bytes) -> None:
        """Bytes from the host, now: `run` before."""
        self._inbox.extend((self.tick, line) for line in self._reader.feed(data))

    def take(self) -> bytes:
        """What the board has said since the last time."""
        said = bytes(self._outbox)
        self._outbox.clear()
        return said

    # --- time

    def run(self) -> None:
        """Live up to now."""
        # A little more than now: a moment that was computed from a tick must count as reached.
        now = int((self.clock.now() - self._born_s) * TICKS_PER_S + 1e-3)
        while (event := self._next_event()) <= now:
            self.tick = max(self.tick, event)
            self.queue.advance(self.tick)
            self._happen()
        self.tick = max(self.tick, now)
        self.queue.advance(self.tick)

    def next_event_s(self) -> float:
        """When the board may next say something, as the clock counts; infinity for never."""
        event = self._next_event()
        return math.inf if event >= NEVER else self._born_s + event / TICKS_PER_S

    def finish(self) -> None:
        """Wait until everything that was sent is done.

        Raises:
            PlotterError: it never will be, because a motor cannot reach its goal or the board hangs.
        """
        self.run()
        while not self.idle:
            running = self.queue.running
            wake = min(self._next_event(), running.end if running is not None else NEVER)
            if wake >= NEVER:
                raise PlotterError("the emulated plotter stands still for ever", hint="stop it with ES")
            self.clock.sleep(self._born_s + wake / TICKS_PER_S - self.clock.now())
            self.run()

    def _next_event(self) -> int:
        """The tick at which anything is to be done besides motion."""
        fault = self._timed_faults[0][0] if self._timed_faults else NEVER
        if self._late_reply is not None:
            return min(fault, self._reads_from)
        if self._command is not None:
            running = self.queue.running
            return min(fault, self.tick if running is None or self._ready() else running.end)
        if self._inbox:
            arrival, line = self._inbox[0]
            is_move = line is not None and line[:2].upper() in _MOVES
            cost = round(self.firmware.motion_command_s * TICKS_PER_S) if is_move else _COMMAND_TICKS
            return min(fault, max(arrival, self._reads_from) + cost)
        return fault

    def _happen(self) -> None:
        if self._timed_faults and self._timed_faults[0][0] <= self.tick:
            self._strike(self._timed_faults.popleft()[1], "")
        elif self._late_reply is not None:
            reply, self._late_reply = self._late_reply, None
            self._say(reply)
        elif self._command is not None:
            self._go_on()
        elif self._inbox:
            self._read(self._inbox.popleft()[1])

    # --- commands

    def _read(self, line: str | None) -> None:
        if line == ECHO:
            self._say(" \b")
            return
        answer = interpret(self, line)
        if isinstance(answer, str):
            self._finish_command(line or "", answer)
        else:
            self._command = (line or "", answer)
            self._go_on()

    def _go_on(self) -> None:
        if self._command is None:
            return
        text, waiting = self._command
        try:
            self._wait = next(waiting)
        except StopIteration as stop:
            self._command = None
            self._finish_command(text, stop.value)

    def _ready(self) -> bool:
        return self.queue.idle if self._wait is Wait.IDLE else self.queue.has_room

    def _finish_command(self, text: str, reply: str) -> None:
        self._reads_from = self.tick
        entry = LoggedCommand(len(self.commands) + 1, self.time_s, text, reply)
        self.commands.append(entry)
        if self._on_command is not None:
            self._on_command(entry)
        fault = self._faults.get(entry.number)
        if fault is None:
            self._say(reply)
        else:
            self._strike(fault, reply)

    def _say(self, text: str) -> None:
        if self._plugged:
            self._outbox.extend(text.encode("latin-1"))

    # --- the world around

    def _strike(self, fault: Fault, reply: str) -> None:
        match fault.kind:
            case FaultKind.DROP:
                self.unplug(fault.seconds)
            case FaultKind.POWER:
                self.power_cycle(fault.seconds)
            case FaultKind.STALL | FaultKind.HANG:
                self._late_reply = reply
                forever = math.isinf(fault.seconds)
                self._reads_from = NEVER if forever else self.tick + round(fault.seconds * TICKS_PER_S)
            case FaultKind.GARBAGE:
                self._outbox.extend(_NOISE)
                self._say(reply)
            case FaultKind.DUP:
                self._say(reply + reply)
            case FaultKind.BUTTON:
                self.button_pressed = True
                self._say(reply)
            case FaultKind.LOWVOLT:
                self.power_lost |= self.settings.power_threshold > _LOW_SUPPLY
                self._supply_low_until = self.tick + round(fault.seconds * TICKS_PER_S)
                self._say(reply)

    def press_button(self) -> None:
        """Press the button on the board."""
        self.button_pressed = True

    def power_cycle(self, seconds: float = 0.0) -> None:
        """Take all power away for so long: the motors stop where they are, and everything is forgotten."""
        self.restart()
        self.queue.depth = 1
        self.unplug(seconds)
        self._quiet()

    def restart(self) -> None:
        """Set everything back as ``R`` does; the depth of the queue stays."""
        depth = self.queue.depth
        self.queue.stop(self.tick, everything=True)
        self.queue.reset(self.tick)
        self.queue.depth = depth
        self.settings = Settings()
        self.button_pressed = self.power_lost = False

    def _quiet(self) -> None:
        """Nothing read, nothing to say."""
        self._reader = LineReader()
        self._inbox.clear()
        self._outbox.clear()
        self._command = None
        self._late_reply = None
        self._reads_from = self.tick

    # --- what it did

    def path(self) -> list[PenPath]:
        """Where the pen went up to now, see `MotionRecord.path`."""
        self.run()
        self.queue.note(self.tick)
        return self.queue.record.path()

    def underruns(self) -> list[Underrun]:
        """Where a stroke was interrupted because nothing was queued."""
        self.run()
        return self.queue.record.underruns

    def peak_step_rate(self) -> float:
        """The highest step rate of any motor up to now, in steps per second."""
        self.run()
        self.queue.note(self.tick)
        return self.queue.record.peak_step_rate()
