"""How a machine is built: its directions, how home is found and what lifts its pen, in words of G-code."""

from __future__ import annotations

from typing import NamedTuple

from sketchdesign.api import PenSetup

STEPS_PER_MM = 100.0
"""The grid on which ways are planned. The machine's own steps are its own business."""

Steps = tuple[int, int]
Point = tuple[float, float]

_SHORTEST_DWELL_MS = 10


class PenDrive(NamedTuple):
    """What lifts the pen.

    Attributes:
        on_z: a Z axis, else a servo on the spindle's output.
        low, high: S or Z at 0 % and at 100 % of the height.
        mm_s: full speed of a Z axis.
        off_lifts: the servo lifts the pen when it is switched off.
    """

    on_z: bool
    low: float
    high: float
    mm_s: float = 0.0
    off_lifts: bool = False

    def lines(self, pen: PenSetup, *, up: bool, wait_ms: int) -> list[str]:
        """Lines that move the pen. They are executed once the last of them, a dwell, is acknowledged: GRBL comes to
        rest before it dwells, and answers after."""
        value = _number(self._value(pen, up))
        if self.on_z:
            speed = self.mm_s * (pen.up_rate_percent if up else pen.down_rate_percent) / 100.0
            wait_ms -= round(1000.0 * abs(self._value(pen, True) - self._value(pen, False)) / speed)
            moves = f"G53G1Z{value}F{_number(60.0 * speed)}"
        else:
            moves = "M5" if up and self.off_lifts else f"M3S{value}"
        return [moves, f"G4P{_number(max(wait_ms, _SHORTEST_DWELL_MS) / 1000.0)}"]

    def _value(self, pen: PenSetup, up: bool) -> float:
        percent = pen.up_percent if up else pen.down_percent
        return self.low + (self.high - self.low) * percent / 100.0


class Setup(NamedTuple):
    """A machine as its owner describes it.

    Attributes:
        reach_mm: width and height from home.
        signs: 1 or -1, whether X grows to the right and Y grows downwards.
        has_switches: home is found with switches, else by hand.
        may_unlock: a lock after an alarm may be taken off without homing.
        pen: what lifts the pen.
    """

    reach_mm: Point
    signs: tuple[int, int]
    has_switches: bool
    may_unlock: bool
    pen: PenDrive

    def line_to(self, place_mm: Point, home: Point, mm_s: float) -> str:
        """The line for a straight move. In machine coordinates, so that no offset of another program matters."""
        x, y = (start + sign * way for start, sign, way in zip(home, self.signs, place_mm, strict=True))
        return f"G53G1X{_number(x)}Y{_number(y)}F{_number(60.0 * mm_s)}"

    def place_mm(self, at: Point, home: Point) -> Point:
        """Machine coordinates as mm from home."""
        x, y = (sign * (there - start) for there, start, sign in zip(at, home, self.signs, strict=True))
        return x, y


def steps_at(place_mm: Point) -> Steps:
    """A place as sketchdesign counts it, in steps of two motors that turn by x + y and x - y."""
    x, y = place_mm
    return round((x + y) * STEPS_PER_MM), round((x - y) * STEPS_PER_MM)


def _number(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
