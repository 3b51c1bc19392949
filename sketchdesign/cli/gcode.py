"""Options that say how G-code moves a machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.core.machine import MachineProfile
    from sketchdesign.output.gcode import GcodeSettings

_FASTEST_MM_MIN = 100_000.0


@dataclass(frozen=True)
class GcodeOptions:
    """Pen and speeds of a .gcode file."""

    pen_down: Annotated[
        str, typer.Option(metavar="GCODE", help="What lowers the pen in a .gcode, such as 'G1 Z0 F600'.")
    ] = "M3 S1000"
    pen_up: Annotated[str, typer.Option(metavar="GCODE", help="What lifts it, such as 'G0 Z5'.")] = "M5"
    feed: Annotated[
        float | None, typer.Option(metavar="MM/MIN", help="Speed of drawing in a .gcode. Default: the machine's.")
    ] = None
    travel_feed: Annotated[
        float | None, typer.Option(metavar="MM/MIN", help="Speed of travel in a .gcode. Default: the machine's.")
    ] = None

    def settings(self, machine: MachineProfile | None = None) -> GcodeSettings:
        """What these options ask for.

        Raises:
            InputError: a command cannot move a pen, or a speed makes no sense.
        """
        from sketchdesign.core.machine import AXIDRAW_V3
        from sketchdesign.output.gcode import GcodeSettings

        machine = machine or AXIDRAW_V3
        if self.feed is not None:
            machine = replace(machine, draw_mm_s=_checked(self.feed) / 60.0)
        if self.travel_feed is not None:
            machine = replace(machine, travel_mm_s=_checked(self.travel_feed) / 60.0)
        return GcodeSettings(machine, self.pen_down, self.pen_up)


def _checked(mm_min: float) -> float:
    if not 0.0 < mm_min <= _FASTEST_MM_MIN:
        raise InputError(f"a speed of {mm_min:g} mm/min makes no sense", hint="choose one such as 3000")
    return mm_min
