"""How the emulated board moves: the speeds that GRBL plans for the lines it has, and where that brings it in time.

Written from GRBL's own description: speeds change steadily, corners are passed at a speed that their angle allows
(junction deviation), the last line that is known ends at rest, and every new line plans all that are not done anew.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

Place = tuple[float, float, float]

_SOON_S, _NOTHING_MM = 1e-9, 1e-7


@dataclass
class Line:
    """One line of the plan.

    Attributes:
        unit: its direction.
        top, acceleration: along it, in mm/s and mm/s2.
        entry_limit, entry: squares of the speed that its beginning allows, and of that which is planned.
    """

    begin: Place
    end: Place
    length: float
    unit: Place
    top: float
    acceleration: float
    entry_limit: float
    entry: float = 0.0

    def at(self, mm: float) -> Place:
        x, y, z = (a + mm * direction for a, direction in zip(self.begin, self.unit, strict=True))
        return x, y, z


class _Stretch:
    """A way of some length, from one speed to another: speeding up, going on, slowing down."""

    def __init__(self, length: float, enter: float, leave: float, top: float, acceleration: float) -> None:
        peak = math.sqrt(min(top**2, (enter**2 + leave**2) / 2.0 + acceleration * length))
        self._enter, self._peak, self._acceleration = enter, max(peak, enter, leave), acceleration
        self._up_s = (self._peak - enter) / acceleration
        down_s = (self._peak - leave) / acceleration
        self._up_mm = self._up_s * (enter + self._peak) / 2.0
        even_mm = max(length - self._up_mm - down_s * (leave + self._peak) / 2.0, 0.0)
        self._even_s = even_mm / self._peak if self._peak > 0.0 else 0.0
        self.seconds = self._up_s + self._even_s + down_s

    def after(self, seconds: float) -> tuple[float, float]:
        """The way made, and the speed then."""
        up_s = min(seconds, self._up_s)
        even_s = min(max(seconds - self._up_s, 0.0), self._even_s)
        down_s = max(seconds - self._up_s - self._even_s, 0.0)
        gain = self._acceleration
        way = self._enter * up_s + gain * up_s**2 / 2.0 + self._peak * (even_s + down_s) - gain * down_s**2 / 2.0
        return way, self._enter + gain * (up_s - down_s)


class Planner:
    """Lines that are not done, the first of which is being made.

    Args:
        setting: a setting of the board by its number.
    """

    def __init__(self, setting: Callable[[int], float]) -> None:
        self.lines: deque[Line] = deque()
        self._setting = setting
        self.clear(0.0)

    def clear(self, now_s: float) -> None:
        """Forget all lines, and stand still."""
        self.lines.clear()
        self._since_s = now_s
        self._along = self._speed = 0.0
        self._is_braking = False

    def add(self, begin: Place, end: Place, mm_s: float, now_s: float) -> None:
        """Plan one more line, from where the last one ends."""
        length = math.dist(begin, end)
        if length == 0.0:
            return
        x, y, z = ((b - a) / length for a, b in zip(begin, end, strict=True))
        unit = (x, y, z)
        if not self.lines:
            self.clear(now_s)
        line = Line(begin, end, length, unit, min(mm_s, self._limit(110, unit) / 60.0), self._limit(120, unit), 0.0)
        if self.lines:
            before = self.lines[-1]
            line.entry_limit = min(self._corner(before.unit, unit), line.top**2, before.top**2)
        self.lines.append(line)
        self._plan()

    def advance(self, now_s: float) -> list[Line]:
        """Move on; returns the lines that are done by now."""
        done: list[Line] = []
        while self.lines:
            way, leave = self._rest_of_line()
            stretch = self._stretch(way, self._speed, leave, self.lines[0])
            here_s = now_s - self._since_s
            if stretch.seconds > here_s + _SOON_S:
                made, self._speed = stretch.after(max(here_s, 0.0))
                self._along += made
                break
            self._since_s += stretch.seconds
            self._along, self._speed = self._along + way, leave
            if self._along < self.lines[0].length - _NOTHING_MM:
                break  # it stands still in the middle
            self._along = 0.0
            done.append(self.lines.popleft())
        self._since_s = max(self._since_s, now_s)
        return done

    def brake(self, now_s: float) -> float:
        """Begin to slow down; returns when it stands still, which is at the end of the plan at the latest."""
        self.advance(now_s)
        if not self.lines:
            return now_s
        self._is_braking = True
        return now_s + self._speed / min(line.acceleration for line in self.lines)

    def go_on(self, now_s: float) -> None:
        """Speed up again after a stop."""
        self._is_braking, self._speed, self._since_s = False, 0.0, now_s
        self._plan()

    def ends_s(self) -> list[float]:
        """When each line will be done if nothing changes."""
        moment_s, ends = self._since_s, []
        for number, line in enumerate(self.lines):
            leave = math.sqrt(self.lines[number + 1].entry) if number + 1 < len(self.lines) else 0.0
            way, enter = (line.length, math.sqrt(line.entry)) if number else (line.length - self._along, self._speed)
            moment_s += self._stretch(max(way, 0.0), enter, leave, line).seconds
            ends.append(moment_s)
        return ends

    def where(self) -> Place:
        """On the first line."""
        return self.lines[0].at(min(self._along, self.lines[0].length))

    def _rest_of_line(self) -> tuple[float, float]:
        """The way that is left on the first line, and the speed at its end."""
        left = max(self.lines[0].length - self._along, 0.0)
        if not self._is_braking:
            return left, math.sqrt(self.lines[1].entry) if len(self.lines) > 1 else 0.0
        gain = 2.0 * self.lines[0].acceleration
        way = min(left, self._speed**2 / gain)
        return way, math.sqrt(max(self._speed**2 - gain * way, 0.0))

    def _stretch(self, length: float, enter: float, leave: float, line: Line) -> _Stretch:
        return _Stretch(length, enter, leave, line.top, line.acceleration)

    def _plan(self) -> None:
        """Plan the speeds between all lines: what can be braked from, then what can be reached."""
        after = 0.0
        for line in reversed(self.lines):
            line.entry = min(line.entry_limit, after + 2.0 * line.acceleration * line.length)
            after = line.entry
        reached = self._speed**2 + 2.0 * self.lines[0].acceleration * (self.lines[0].length - self._along)
        for number in range(1, len(self.lines)):
            line = self.lines[number]
            line.entry = min(line.entry, reached)
            reached = line.entry + 2.0 * line.acceleration * line.length

    def _corner(self, before: Place, after: Place) -> float:
        """The square of the speed that a corner allows."""
        cosine = -sum(a * b for a, b in zip(before, after, strict=True))
        if cosine > 0.999999:
            return 0.0
        if cosine < -0.999999:
            return math.inf
        turn = [b - a for a, b in zip(before, after, strict=True)]
        size = math.hypot(*turn)
        x, y, z = (part / size for part in turn)
        sine = math.sqrt((1.0 - cosine) / 2.0)
        return self._limit(120, (x, y, z)) * self._setting(11) * sine / (1.0 - sine)

    def _limit(self, first: int, unit: Place) -> float:
        """The most along a direction where three settings, from one number on, hold for one axis each."""
        return min(self._setting(first + axis) / abs(part) for axis, part in enumerate(unit) if abs(part) > 1e-12)
