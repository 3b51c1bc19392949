"""What a pen plotter can do: reach, speeds, accelerations and pen times."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from sketchdesign.core.errors import InputError


@dataclass(frozen=True)
class PenServo:
    """The servo that lifts the pen, as an EiBotBoard drives it.

    Attributes:
        name: how a person chooses it.
        output: number of the pulse output, as the board's SP command counts them; None for its usual one.
        low_pulse, high_pulse: pulse lengths at 0 % (down) and 100 % (up), in units of 1/12 microsecond.
        frame_ms: time from one pulse to the next.
        sweep_ms: time for the whole range at full rate.
        slope_ms, base_ms: the least time of a move is ``slope_ms`` for each percent of the range, and ``base_ms``.
    """

    name: str
    output: int | None
    low_pulse: int
    high_pulse: int
    frame_ms: float
    sweep_ms: float
    slope_ms: float
    base_ms: float


STANDARD_SERVO = PenServo("standard", None, 9855, 27831, 24.0, 200.0, 2.69, 45.0)
BRUSHLESS_SERVO = PenServo("brushless", 2, 5400, 12600, 3.0, 70.0, 1.28, 20.0)

SERVOS: dict[str, PenServo] = {servo.name: servo for servo in (STANDARD_SERVO, BRUSHLESS_SERVO)}
"""The pen lifts known by name."""


@dataclass(frozen=True)
class MachineProfile:
    """One plotter with its settings. The defaults are an AxiDraw V3 at its maker's default settings.

    Attributes:
        name: how a person chooses it.
        width_mm, height_mm: reach of the pen from home, the top left corner.
        draw_mm_s, travel_mm_s: top speed with the pen down and up.
        draw_mm_s2, travel_mm_s2: acceleration with the pen down and up.
        cornering_mm: how far the path may be thought to leave a corner; sets the speed kept in it (junction
            deviation).
        lift_s, drop_s: time the pen takes to rise and to come down.
        steps_per_mm: motor steps for each mm along an axis.
        top_steps_s: the most steps per second that one motor is given. Both motors move both axes: motor 1 turns by
            x + y and motor 2 by x - y, so a diagonal is slower than an axis.
        servo: what lifts the pen.
        plans_itself: it takes straight lines and finds its own speeds on them. That it took a line then does not mean
            that it drew it: a plot that broke off is resumed from the beginning of a stroke, unless the machine told
            where it stopped.
    """

    name: str
    width_mm: float
    height_mm: float
    draw_mm_s: float = 50.2
    travel_mm_s: float = 150.6
    draw_mm_s2: float = 762.0
    travel_mm_s2: float = 1143.0
    cornering_mm: float = 0.0508
    lift_s: float = 0.131
    drop_s: float = 0.146
    steps_per_mm: float = 80.0
    top_steps_s: float = 24_995.0
    servo: PenServo = STANDARD_SERVO
    plans_itself: bool = False

    def __post_init__(self) -> None:
        positive = (
            self.width_mm,
            self.height_mm,
            self.draw_mm_s,
            self.travel_mm_s,
            self.draw_mm_s2,
            self.travel_mm_s2,
            self.cornering_mm,
            self.steps_per_mm,
            self.top_steps_s,
        )
        if not all(value > 0.0 for value in positive) or not min(self.lift_s, self.drop_s) >= 0.0:
            raise InputError(
                f"the machine {self.name!r} has a size, speed or time that is not positive", hint="correct its settings"
            )


def _brushless(name: str, width_mm: float, height_mm: float) -> MachineProfile:
    return MachineProfile(name, width_mm, height_mm, lift_s=0.059, drop_s=0.062, servo=BRUSHLESS_SERVO)


AXIDRAW_V3 = MachineProfile("axidraw-v3", 300.0, 218.0)

MACHINES: dict[str, MachineProfile] = {
    machine.name: machine
    for machine in (
        AXIDRAW_V3,
        MachineProfile("axidraw-v3-a3", 430.0, 297.0),
        MachineProfile("axidraw-v3-xlx", 595.0, 218.0),
        MachineProfile("axidraw-v3-b6", 190.0, 140.0),
        MachineProfile("axidraw-minikit", 160.0, 101.6),
        MachineProfile("axidraw-se-a4", 300.0, 218.0),
        MachineProfile("axidraw-se-a3", 430.0, 297.0),
        MachineProfile("axidraw-se-a2", 594.0, 432.0),
        MachineProfile("axidraw-se-a1", 864.0, 594.0),
        _brushless("nextdraw-8511", 300.0, 218.0),
        _brushless("nextdraw-1117", 430.0, 297.0),
        _brushless("nextdraw-2234", 864.0, 594.0),
    )
}
"""The machines known by name."""


def find_machine(name: str) -> MachineProfile:
    """The machine called ``name``, upper or lower case.

    Raises:
        InputError: there is none.
    """
    machine = MACHINES.get(name.strip().lower())
    if machine is None:
        near = difflib.get_close_matches(name.strip().lower(), MACHINES, n=1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise InputError(f"unknown machine {name!r}", hint=f"{guess}use one of {', '.join(MACHINES)}")
    return machine
