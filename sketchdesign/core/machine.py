"""What a pen plotter can do: reach, speeds, accelerations and pen times."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from sketchdesign.core.errors import InputError


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

    def __post_init__(self) -> None:
        positive = (
            self.width_mm,
            self.height_mm,
            self.draw_mm_s,
            self.travel_mm_s,
            self.draw_mm_s2,
            self.travel_mm_s2,
            self.cornering_mm,
        )
        if not all(value > 0.0 for value in positive) or not min(self.lift_s, self.drop_s) >= 0.0:
            raise InputError(
                f"the machine {self.name!r} has a size, speed or time that is not positive", hint="correct its settings"
            )


def _brushless(name: str, width_mm: float, height_mm: float) -> MachineProfile:
    return MachineProfile(name, width_mm, height_mm, lift_s=0.059, drop_s=0.062)


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
