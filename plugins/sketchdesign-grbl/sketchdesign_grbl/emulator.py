"""A board under GRBL 1.1 without the board: for tests, and to rehearse a plot on.

It is written from GRBL's own description, apart from the driver: a receiver of 128 bytes that loses what does not fit,
a planner of 15 blocks, answers that wait for room in it, and single bytes that are obeyed out of turn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sketchdesign.api import Clock
from sketchdesign_grbl.planner import Place, Planner

RECEIVER = 128
PLANNER = 15
SEGMENTS_S = 0.05
"""So much of a way is cut into steps beforehand; its blocks are off the planner already."""

HOMED = (0.0, 0.0, 0.0)
"""Where homing ends, a millimetre off the switches."""

_HOMING_S = 2.0
_WORD = re.compile(r"([A-Z])(-?\d*\.?\d+)")
_MODAL = {0.0, 1.0, 4.0, 17.0, 21.0, 53.0, 90.0, 94.0}


def _usual_settings() -> dict[int, float]:
    kinds = {1: 25.0, 10: 1.0, 11: 0.01, 13: 0.0, 20: 0.0, 22: 0.0, 30: 1000.0, 32: 0.0}
    steps, rates = {100: 80.0, 101: 80.0, 102: 400.0}, {110: 8000.0, 111: 8000.0, 112: 8000.0}
    accelerations, reaches = {120: 500.0, 121: 500.0, 122: 500.0}, {130: 400.0, 131: 300.0, 132: 50.0}
    return kinds | steps | rates | accelerations | reaches


class Drawn(NamedTuple):
    """A straight way that was made, in machine coordinates, and what drove the pen meanwhile: S of the spindle, None
    while it is off."""

    begin: Place
    end: Place
    spindle: float | None


@dataclass
class GrblBoard:
    """The board, driven by a clock; between calls of `run` nothing happens.

    Attributes:
        clock: its time.
        settings: by number.
        place: of the carriage.
        drawn: all ways that were made.
        spindle: S, or None while it is off.
        spindles: (S or None, where) whenever it changed.
        lines: all that were executed.
        rested_s: when it came to the end of all lines last.
        most_bytes: that ever waited in the receiver.
        overflowed: whether bytes were lost.
        refused: texts of lines that are answered with error:20.
        on_line: told of each line before it is executed.
    """

    clock: Clock
    settings: dict[int, float] = field(default_factory=_usual_settings)
    place: Place = (0.0, 0.0, 0.0)
    on_line: Callable[[str], None] = lambda _: None
    refused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.present = True
        self.drawn: list[Drawn] = []
        self.spindles: list[tuple[float | None, Place]] = []
        self.lines: list[str] = []
        self.most_bytes = 0
        self.rested_s = self.clock.now()
        self.overflowed = False
        self._plug = 0
        self._is_open = False
        self._out = b""
        self._now_s = self.clock.now()
        self._receiver = bytearray()
        self._planner = Planner(lambda number: self.settings[number])
        self._zero: Place = self.place
        self.state = "Idle"
        self.spindle: float | None = None
        self._forget()

    def plug_in(self) -> int:
        """Open the port, which boots the board as on an Arduino: it counts from where it stands."""
        self._plug += 1
        self._is_open = True
        self._out = b""
        self.boot()
        return self._plug

    def boot(self) -> None:
        """Begin anew, as after a loss of power."""
        self.run()
        self._cut_short()
        self._forget()
        self._turn(None)
        self._zero = self.place
        self._greet("Alarm" if self.settings[22] else "Idle")

    def connected(self, plug: int) -> bool:
        return self._is_open and plug == self._plug

    def unplug(self) -> None:
        """Close the port, or pull the cable: what was taken is still drawn."""
        self._is_open = False

    def receive(self, data: bytes) -> None:
        for byte in data:
            if byte in b"?!~\x18" or byte >= 0x80:
                self._obey(byte)
            elif len(self._receiver) >= RECEIVER - 1:
                self.overflowed = True
            else:
                self._receiver.append(byte)
                self.most_bytes = max(self.most_bytes, len(self._receiver))
        self.run()

    def take(self) -> bytes:
        said, self._out = self._out, b""
        return said

    def next_event_s(self) -> float:
        return self._next_s()

    def run(self) -> None:
        """Do everything that is due by now."""
        while True:
            self._parse()
            due_s = self._next_s()
            if due_s > self.clock.now():
                break
            self._now_s = max(self._now_s, due_s)
            self._do_due()
        self._now_s = max(self._now_s, self.clock.now())
        self._move_on()

    def alarm(self, code: int) -> None:
        """Stop at once, as when a switch is hit; the place is not to be trusted any more."""
        self._cut_short()
        self._forget()
        self.state = "Alarm"
        self._is_waiting_for_reset = code in (1, 2)
        self._say(f"ALARM:{code}")

    def reset(self) -> None:
        """A soft reset. In motion it loses the place."""
        moving = bool(self._planner.lines) and self.state in ("Run", "Home")
        was_alarm = self.state == "Alarm"
        self._cut_short()
        self._forget()
        self._turn(None)
        if moving:
            x, y, z = self.place
            self.place = (x + 1.3, y - 0.7, z)
            self._say("ALARM:3")
        self._greet("Alarm" if moving or was_alarm else "Idle")

    def _greet(self, state: str) -> None:
        self.state = state
        self._say("\r\nGrbl 1.1h ['$' for help]")
        if state == "Alarm":
            self._say("[MSG:'$H'|'$X' to unlock]")

    # -- receiving

    def _obey(self, byte: int) -> None:
        if byte == ord("?"):
            self._say(self._report())
        elif byte == 0x18:
            self.reset()
        elif byte == ord("!") and self.state in ("Idle", "Run"):
            self._hold_s = self._planner.brake(self._now_s)
            self.state = "Hold"
        elif byte == ord("~") and self.state == "Hold" and self._now_s >= self._hold_s:
            self._hold_s = math.inf
            self.state = "Run" if self._planner.lines else "Idle"
            if self._planner.lines:
                self._planner.go_on(self._now_s)

    def _report(self) -> str:
        stage = "" if self.state != "Hold" else f":{int(self._now_s < self._hold_s)}"
        x, y, z = self._counted(self._where())
        fields = [f"{self.state}{stage}", f"MPos:{x:.3f},{y:.3f},{z:.3f}", "FS:0,0"]
        if int(self.settings[10]) & 2:
            fields.append(f"Bf:{PLANNER - self._planned()},{RECEIVER - len(self._receiver)}")
        return f"<{'|'.join(fields)}>"

    def _counted(self, place: Place) -> Place:
        x, y, z = (value - start for value, start in zip(place, self._zero, strict=True))
        return x, y, z

    def _say(self, line: str) -> None:
        self._out += line.encode() + b"\r\n"

    # -- lines

    def _parse(self) -> None:
        while not self._is_blocked() and b"\n" in self._receiver:
            raw, _, rest = bytes(self._receiver).partition(b"\n")
            self._receiver = bytearray(rest)
            line = raw.decode("ascii", "replace").strip().upper()
            self.on_line(line)
            if self._is_waiting_for_reset:
                return
            self.lines.append(line)
            error = self._execute(line)
            if self._is_waiting_for_reset:
                return
            if error:
                self._say(f"error:{error}")
            elif not self._dwell_s:
                self._say("ok")

    def _is_blocked(self) -> bool:
        if self._dwell_s or self._is_waiting_for_reset or self.state == "Hold":
            return True
        if b"\n" not in self._receiver:
            return False
        line = bytes(self._receiver).partition(b"\n")[0].upper()
        # What is no move waits until all moves are made.
        return bool(self._planner.lines) if b"M" in line or b"G4" in line else self._planned() >= PLANNER

    def _execute(self, line: str) -> int:
        if not line:
            return 0
        if line in self.refused:
            return 20
        if line.startswith("$"):
            return self._command(line)
        if self.state == "Alarm":
            return 9
        words = [(letter, float(number)) for letter, number in _WORD.findall(line)]
        if "".join(f"{a}" for a, _ in words) != re.sub(r"[^A-Z]", "", line) or len(line) > 80:
            return 2
        codes = {number for letter, number in words if letter == "G"}
        values = dict(words)
        if not codes <= _MODAL:
            return 20
        if "M" in values:
            return self._spindle_command(values)
        if 4.0 in codes:
            self._dwell_s = self._now_s + values["P"]
            return 0
        return self._move(codes, values) if codes & {0.0, 1.0} else 0

    def _spindle_command(self, values: dict[str, float]) -> int:
        if values["M"] not in (3.0, 5.0):
            return 20
        self._turn(values.get("S", self.spindle) if values["M"] == 3.0 else None)
        return 0

    def _move(self, codes: set[float], values: dict[str, float]) -> int:
        if 53.0 not in codes:
            return 33  # this one knows machine coordinates only
        if 1.0 in codes and not values.get("F"):
            return 22
        begin = self._planner.lines[-1].end if self._planner.lines else self.place
        x, y, z = (values.get(axis, before) for axis, before in zip("XYZ", self._counted(begin), strict=True))
        x, y = (round(value * self.settings[n]) / self.settings[n] for value, n in ((x, 100), (y, 101)))
        if self.settings[20] and not (-self.settings[130] <= x <= 0.0 and -self.settings[131] <= y <= 0.0):
            self.alarm(2)
            return 0
        end = (x + self._zero[0], y + self._zero[1], z + self._zero[2])
        self._planner.add(begin, end, values.get("F", math.inf) / 60.0, self._now_s)
        if self._planner.lines:
            self.state = "Run"
        return 0

    def _command(self, line: str) -> int:
        if line == "$I":
            self._say("[VER:1.1h.20190830:]")
            self._say(f"[OPT:V,{PLANNER},{RECEIVER}]")
        elif line == "$$":
            for number, value in self.settings.items():
                self._say(f"${number}={value:g}")
        elif line == "$X":
            self._say("[MSG:Caution: Unlocked]")
            self.state = "Idle"
        elif line == "$H":
            if not self.settings[22]:
                return 5
            self.state, self.place, self._zero = "Idle", HOMED, (1.0, 1.0, 0.0)
            self._dwell_s = self._now_s + _HOMING_S
        elif setting := re.fullmatch(r"\$(\d+)=([\d.]+)", line):
            self.settings[int(setting[1])] = float(setting[2])
        else:
            return 3
        return 0

    # -- moving

    def _next_s(self) -> float:
        times = [self._dwell_s or math.inf]
        if self.state == "Hold":
            times.append(self._hold_s if self._now_s < self._hold_s else math.inf)
        elif self._planner.lines:
            times.append(self._planner.ends_s()[0])
        return min(times)

    def _do_due(self) -> None:
        if self._dwell_s and self._now_s >= self._dwell_s:
            self._dwell_s = 0.0
            self._say("ok")
        self._move_on()

    def _move_on(self) -> None:
        for line in self._planner.advance(self._now_s):
            self.drawn.append(Drawn(line.begin, line.end, self.spindle))
            self.place = line.end
            self.rested_s = self._now_s
        if not self._planner.lines and self.state == "Run":
            self.state = "Idle"

    def _planned(self) -> int:
        return sum(end_s > self._now_s + SEGMENTS_S for end_s in self._planner.ends_s())

    def _where(self) -> Place:
        return self._planner.where() if self._planner.lines else self.place

    def _cut_short(self) -> None:
        """Leave everything where it is now."""
        if self._planner.lines:
            begin, self.place = self._planner.lines[0].begin, self._planner.where()
            self.drawn.append(Drawn(begin, self.place, self.spindle))
        self._planner.clear(self._now_s)

    def _turn(self, spindle: float | None) -> None:
        self.spindle = spindle
        self.spindles.append((spindle, self.place))

    def _forget(self) -> None:
        self._planner.clear(self._now_s)
        self._receiver.clear()
        self._dwell_s = 0.0
        self._hold_s = math.inf
        self._is_waiting_for_reset = False
