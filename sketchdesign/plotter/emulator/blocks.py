"""What waits in the motion queue of the board."""

from __future__ import annotations

from dataclasses import dataclass

from sketchdesign.plotter.emulator.steps import STEP, AxisMove, Turn, counted, timed

TICKS_PER_MS = 25


@dataclass(frozen=True, slots=True)
class AxisRequest:
    """One motor of a move before it starts: its rate at tick 0, how that changes, and how far it goes.

    Attributes:
        steps: steps until the motor stops; of no meaning in a timed move.
        sign: 1 or -1, the direction of a positive rate.
        preset: what the accumulator is set to first; ``None`` keeps what the last move left.
    """

    rate: int
    accel: int = 0
    jerk: int = 0
    steps: int = 0
    sign: int = 1
    preset: int | None = None


@dataclass(frozen=True, slots=True)
class Motion:
    """A move of both motors: until each has made its steps, or for ``ticks`` where that is not ``None``."""

    first: AxisRequest
    second: AxisRequest
    after: Turn
    ticks: int | None = None

    def start(self, accumulators: tuple[int, int]) -> tuple[AxisMove, AxisMove]:
        """Both motors from what their accumulators hold."""
        return self._axis(self.first, accumulators[0]), self._axis(self.second, accumulators[1])

    def _axis(self, axis: AxisRequest, accumulator: int) -> AxisMove:
        start = accumulator if axis.preset is None else axis.preset
        if self.ticks is not None:
            return timed(start, axis.rate, axis.accel, axis.jerk, self.ticks, axis.sign, self.after)
        return counted(start, axis.rate, axis.accel, axis.jerk, axis.steps, axis.sign, self.after)


@dataclass(frozen=True, slots=True)
class Delay:
    """Nothing, for a while."""

    ticks: int


@dataclass(frozen=True, slots=True)
class Servo:
    """A servo set to a new position, and a wait after it.

    Attributes:
        position: pulse length in units of 83.3 ns; 0 switches the output off.
        rate: change of the pulse length per frame; 0 goes there at once.
        is_pen: the servo is the one that lifts the pen.
        ticks: how long the next block waits.
    """

    position: int
    rate: int
    is_pen: bool
    ticks: int


@dataclass(frozen=True, slots=True)
class EnableMotors:
    """Both motors on or off, and how finely they step: 0 off, 1 to 5 for 1/16 to full steps."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Engraver:
    """The output for an engraver on or off."""

    on: bool


Block = Motion | Delay | Servo | EnableMotors | Engraver


def preset_for(rate_at_first_tick: int, then: int = 0) -> int:
    """A cleared accumulator: at its far end for a motor that starts backwards, so that both directions are alike.

    Args:
        rate_at_first_tick: the rate with which the motor starts.
        then: the change of the rate after that, which decides where it starts at rest.
    """
    backwards = rate_at_first_tick < 0 or (rate_at_first_tick == 0 and then < 0)
    return STEP - 1 if backwards else 0
