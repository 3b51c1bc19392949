"""Small things that a person has a plotter do while nothing is plotted: try the pen, push the carriage about.

A carriage that was moved so is not where a plot that broke off left it: the machine forgets that plot's mark, and a
person must confirm home before it is resumed. Trying the pen forgets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sketchdesign.core.errors import InputError, PlotterError
from sketchdesign.core.machine import MachineProfile
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.plan import HOME_MM
from sketchdesign.plotter.section import Steps, steps_mm, travel

if TYPE_CHECKING:
    from sketchdesign.plotter.clock import Clock
    from sketchdesign.plotter.pen import PenSetup
    from sketchdesign.plotter.protocol import Plotter

_NO_MARK = 0
"""Says that what a journal was begun with is over: home may be another place now."""

_MOST_OFF_MM = 0.05
_LOOK_MS = 500
_LONGEST_S = 120.0
_ASK_EVERY_S = 0.01


@dataclass(frozen=True)
class Health:
    """What a machine says about itself while it stands still.

    Attributes:
        firmware: its version; empty where it is not known.
        volts: of its motors' supply; None where it cannot tell.
        at_mm: where its pen is, as far as it counts; None where it does not.
    """

    firmware: str
    volts: float | None
    pen_up: bool
    at_mm: tuple[float, float] | None

    @property
    def is_home(self) -> bool:
        return self.at_mm is None or max(map(abs, self.at_mm)) <= _MOST_OFF_MM


def health_of(plotter: Plotter, machine: MachineProfile, clock: Clock) -> Health:
    """Let it come to rest, and ask it how it is.

    Raises:
        PlotterError: it does not come to rest within two minutes, or does not answer.
    """
    end_s = clock.now() + _LONGEST_S
    while (status := plotter.status()).outstanding:
        if clock.now() > end_s:
            raise PlotterError(f"the plotter on {plotter.name} never comes to rest", hint="switch it off and on")
        clock.sleep(_ASK_EVERY_S)
    at_mm = None if status.position is None else steps_mm(status.position, machine)
    if isinstance(plotter, Ebb):
        return Health(".".join(map(str, plotter.version)), plotter.volts(), status.pen_up, at_mm)
    return Health("", None, status.pen_up, at_mm)


def move_pen(plotter: Plotter, pen: PenSetup, machine: MachineProfile, *, up: bool, stays_ms: int = 0) -> None:
    """Lift or lower the pen, with heights and speeds as they are set; it stays there for a while at least."""
    if machine.plans_itself:
        plotter.start(pen, _NO_MARK, at_home=False)  # such a machine must take its pen first
    plotter.set_pen(pen)
    plotter.pen(up=up, wait_ms=(pen.lift_ms if up else pen.drop_ms) + stays_ms)


def try_pen(plotter: Plotter, pen: PenSetup, machine: MachineProfile) -> None:
    """Lower the pen, leave it there for a moment to be looked at, and lift it again."""
    move_pen(plotter, pen, machine, up=False, stays_ms=_LOOK_MS)
    plotter.pen(up=True, wait_ms=pen.lift_ms)


def jog(plotter: Plotter, pen: PenSetup, machine: MachineProfile, dx_mm: float, dy_mm: float) -> None:
    """Move the carriage by some mm to the right and downwards, pen up.

    A machine that cannot tell where it is counts from where it stands; one that finds its home goes there first.

    Raises:
        InputError: that is further than it reaches.
    """
    if abs(dx_mm) > machine.width_mm or abs(dy_mm) > machine.height_mm:
        raise InputError(
            f"the carriage cannot be moved by {dx_mm:g} x {dy_mm:g} mm",
            hint=f"its reach is {machine.width_mm:g} x {machine.height_mm:g} mm",
        )
    begin = _made_ready(plotter, pen)
    x, y = steps_mm(begin, machine)
    _walk(plotter, begin, (x + dx_mm, y + dy_mm), machine)


def walk_home(plotter: Plotter, pen: PenSetup, machine: MachineProfile) -> None:
    """Move the carriage to where its steps are counted from, pen up.

    Raises:
        PlotterError: it counts none, and finds no home by itself.
    """
    position = plotter.status().position
    if position is None and not machine.plans_itself:
        raise PlotterError(
            f"the plotter on {plotter.name} cannot tell where home is", hint="move the carriage there by hand"
        )
    if position == (0, 0):
        return
    _walk(plotter, _made_ready(plotter, pen), HOME_MM, machine)


def set_home(plotter: Plotter, pen: PenSetup) -> None:
    """Count from where the carriage stands; the motors hold it there."""
    plotter.start(pen, _NO_MARK, at_home=True)


def motors_off(plotter: Plotter, pen: PenSetup, machine: MachineProfile) -> None:
    """Let the carriage be moved by hand, pen up; where it is, is forgotten."""
    if not machine.plans_itself:
        plotter.start(pen, _NO_MARK, at_home=False)
    plotter.motors_off()


def _made_ready(plotter: Plotter, pen: PenSetup) -> Steps:
    """Pen up, motors on; returns where it stands."""
    position = plotter.status().position
    plotter.start(pen, _NO_MARK, at_home=position is None, position=position)
    return position or (0, 0)


def _walk(plotter: Plotter, begin: Steps, end_mm: tuple[float, float], machine: MachineProfile) -> None:
    for item in travel(begin, end_mm, machine, ramps=plotter.ramps):
        if item.block is not None:
            plotter.move(item.block)
