"""Options that say how G-code moves a machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sketchdesign.core.machine import MachineProfile
    from sketchdesign.output.gcode import GcodeSettings


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
        from sketchdesign.services.tiles.files import gcode_settings

        return gcode_settings(machine or AXIDRAW_V3, self.pen_down, self.pen_up, self.feed, self.travel_feed)
