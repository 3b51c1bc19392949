"""How high and how fast the pen moves, and how long that takes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import MachineProfile, PenServo

_STILL_PERCENT = 0.9
"""A pen that moves less takes no time."""


@dataclass(frozen=True)
class PenSetup:
    """Settings of the pen lift, in the convention of the makers: 0 % is the lowest, 100 % the highest.

    Attributes:
        servo: what moves the pen.
        up_percent, down_percent: heights.
        up_rate_percent, down_rate_percent: speeds, of the servo's full one.
        lift_delay_ms, drop_delay_ms: more time for a slow pen; below 0 for less.
    """

    servo: PenServo
    up_percent: float = 60.0
    down_percent: float = 30.0
    up_rate_percent: float = 75.0
    down_rate_percent: float = 50.0
    lift_delay_ms: float = 0.0
    drop_delay_ms: float = 0.0

    def __post_init__(self) -> None:
        heights = (self.up_percent, self.down_percent)
        if not all(0.0 <= height <= 100.0 for height in heights) or not self.down_percent < self.up_percent:
            raise InputError(
                f"pen heights of {self.up_percent:g} % up and {self.down_percent:g} % down make no sense",
                hint="choose them from 0 (lowest) to 100 (highest), up above down",
            )
        if not all(1.0 <= rate <= 100.0 for rate in (self.up_rate_percent, self.down_rate_percent)):
            raise InputError(
                f"pen speeds of {self.up_rate_percent:g} % up and {self.down_rate_percent:g} % down make no sense",
                hint="choose them from 1 to 100",
            )
        if not all(abs(delay) <= 5000.0 for delay in (self.lift_delay_ms, self.drop_delay_ms)):
            raise InputError(
                f"delays of {self.lift_delay_ms:g} ms up and {self.drop_delay_ms:g} ms down are out of range",
                hint="choose them from -5000 to 5000 ms",
            )

    @property
    def lift_ms(self) -> int:
        """Time from the command until the pen is up."""
        return self._move_ms(self.up_rate_percent, self.lift_delay_ms)

    @property
    def drop_ms(self) -> int:
        """Time from the command until the pen is down."""
        return self._move_ms(self.down_rate_percent, self.drop_delay_ms)

    def pulse(self, percent: float) -> int:
        """Length of the servo's pulse for a height, in units of 1/12 microsecond."""
        return round(self.servo.low_pulse + (self.servo.high_pulse - self.servo.low_pulse) * percent / 100.0)

    def pulse_rate(self, percent: float) -> int:
        """Change of the pulse from one frame to the next, in the same unit, for a speed."""
        full = (self.servo.high_pulse - self.servo.low_pulse) * self.servo.frame_ms / self.servo.sweep_ms
        return max(1, round(full * percent / 100.0))

    def applied_to(self, machine: MachineProfile) -> MachineProfile:
        """The machine with the times that its pen takes with these settings."""
        return replace(machine, lift_s=self.lift_ms / 1000.0, drop_s=self.drop_ms / 1000.0, servo=self.servo)

    def _move_ms(self, rate_percent: float, delay_ms: float) -> int:
        way = self.up_percent - self.down_percent
        if way < _STILL_PERCENT:
            return max(0, round(delay_ms))
        least = self.servo.slope_ms * way + self.servo.base_ms
        swept = self.servo.sweep_ms * way / rate_percent
        # The larger of the two, rounded off where they are about equal.
        return max(0, round(math.sqrt(math.hypot(least**2, swept**2)) + delay_ms))
