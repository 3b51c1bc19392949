"""Small things that a person has a plotter do while nothing is plotted: try the pen, push the carriage about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sketchdesign.core.machine import MachineProfile
from sketchdesign.plotter.section import steps_mm, travel

if TYPE_CHECKING:
    from sketchdesign.plotter.pen import PenSetup
    from sketchdesign.plotter.protocol import Plotter

_NO_MARK = 0
"""Says that what a journal was begun with is over: home is another place now."""


def move_pen(plotter: Plotter, pen: PenSetup, *, up: bool) -> None:
    """Lift or lower the pen, with heights and speeds as they are set."""
    plotter.set_pen(pen)
    plotter.pen(up=up, wait_ms=pen.lift_ms if up else pen.drop_ms)


def jog(plotter: Plotter, pen: PenSetup, machine: MachineProfile, dx_mm: float, dy_mm: float) -> None:
    """Move the carriage by some mm, pen up."""
    move_pen(plotter, pen, up=True)
    _walk(plotter, (dx_mm, dy_mm), machine)


def walk_home(plotter: Plotter, pen: PenSetup, machine: MachineProfile) -> None:
    """Move the carriage to where its steps are counted from, pen up."""
    position = plotter.status().position
    if position is None or position == (0, 0):
        return
    move_pen(plotter, pen, up=True)
    x, y = steps_mm(position, machine)
    _walk(plotter, (-x, -y), machine)


def set_home(plotter: Plotter, pen: PenSetup) -> None:
    """Count from where the carriage stands; the motors hold it there."""
    plotter.start(pen, _NO_MARK, at_home=True)


def _walk(plotter: Plotter, way_mm: tuple[float, float], machine: MachineProfile) -> None:
    for item in travel((0, 0), way_mm, machine, ramps=plotter.ramps):
        if item.block is not None:
            plotter.move(item.block)
