"""What a person does with a plotter by hand: ``plotters jog``, ``home``, ``pen`` and ``motors-off``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.driver_options import (
    DriverOption,
    MachineOption,
    PenDownOption,
    PenUpOption,
    PortOption,
    ServoOption,
)
from sketchdesign.services.plot.drivers import OUR_DRIVER

if TYPE_CHECKING:
    from sketchdesign.core.machine import MachineProfile
    from sketchdesign.plotter.pen import PenSetup
    from sketchdesign.plotter.protocol import Plotter
    from sketchdesign.services.plot.hands import Health

    Act = Callable[[Plotter, PenSetup, MachineProfile], None]


@dataclass(frozen=True)
class HandOptions:
    """Which plotter it is, and how its pen is set."""

    port: PortOption = ""
    machine: MachineOption = "axidraw-v3"
    servo: ServoOption = ""
    pen_up: PenUpOption = 60.0
    pen_down: PenDownOption = 30.0
    driver: DriverOption = OUR_DRIVER


def jog(
    context: typer.Context,
    *,
    right: Annotated[str, typer.Option(metavar="LENGTH", help="So far to the right, as 10mm.")] = "0mm",
    left: Annotated[str, typer.Option(metavar="LENGTH", help="So far to the left.")] = "0mm",
    down: Annotated[str, typer.Option(metavar="LENGTH", help="So far down the page, towards you.")] = "0mm",
    up: Annotated[str, typer.Option(metavar="LENGTH", help="So far up the page, away from you.")] = "0mm",
    options: HandOptions,
    own: Any,
) -> None:
    """Move the carriage a little, with the pen up."""
    from sketchdesign.core.errors import InputError
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.services.plot import hands

    dx_mm = parse_length_mm(right) - parse_length_mm(left)
    dy_mm = parse_length_mm(down) - parse_length_mm(up)
    if dx_mm == 0.0 and dy_mm == 0.0:
        raise InputError("the carriage stays where it is", hint="say how far, such as --right 10mm")
    _do(context, options, own, lambda plotter, pen, machine: hands.jog(plotter, pen, machine, dx_mm, dy_mm))


def home(
    context: typer.Context,
    *,
    here: Annotated[
        bool, typer.Option("--here", help="Do not move: home is where the carriage stands, at the page's top left.")
    ] = False,
    options: HandOptions,
    own: Any,
) -> None:
    """Move the carriage back to home, with the pen up."""
    from sketchdesign.services.plot import hands

    def act(plotter: Plotter, pen: PenSetup, machine: MachineProfile) -> None:
        if here:
            hands.set_home(plotter, pen)
        else:
            hands.walk_home(plotter, pen, machine)

    _do(context, options, own, act)


def pen(
    context: typer.Context,
    *,
    task: Annotated[str, typer.Argument(metavar="up|down|test", help="test lowers it and lifts it again.")],
    options: HandOptions,
    own: Any,
) -> None:
    """Lift or lower the pen, to see how high it goes."""
    from sketchdesign.core.errors import InputError
    from sketchdesign.services.plot import hands

    acts: dict[str, Act] = {
        "up": lambda *machine: hands.move_pen(*machine, up=True),
        "down": lambda *machine: hands.move_pen(*machine, up=False),
        "test": hands.try_pen,
    }
    if task not in acts:
        raise InputError(f"the pen cannot do {task!r:.40}", hint=f"use one of {', '.join(acts)}")
    _do(context, options, own, acts[task])


def motors_off(context: typer.Context, *, options: HandOptions, own: Any) -> None:
    """Lift the pen and let the carriage be moved by hand."""
    from sketchdesign.services.plot import hands

    _do(context, options, own, hands.motors_off, rests="the carriage can be moved by hand")


def _do(context: typer.Context, options: HandOptions, own: Any, act: Act, rests: str = "") -> None:
    """Do it on the machine, then tell how the machine is: where it is, or how it ``rests`` if it has forgotten that."""
    from sketchdesign.plotter.clock import RealClock
    from sketchdesign.services.plot.drivers import only_port, open_plotter
    from sketchdesign.services.plot.hands import health_of
    from sketchdesign.services.plot.settings import PlotSettings

    console: Console = context.obj
    settings = PlotSettings(
        options.machine,
        options.servo,
        pen_up_percent=options.pen_up,
        pen_down_percent=options.pen_down,
        driver=options.driver,
        parameters=asdict(own),
    )
    machine, set_up = settings.profile(), settings.pen()
    port = options.port or only_port(options.driver)
    clock = RealClock()
    plotter = open_plotter(settings.driver, settings.parameters, port, clock)
    try:
        act(plotter, set_up, machine)
        health = health_of(plotter, machine, clock)
    finally:
        plotter.close()
    if rests:
        health = replace(health, at_mm=None)
    at_mm = None if health.at_mm is None else [round(value, 3) for value in health.at_mm]
    report = {"port": port, "at_mm": at_mm, "pen_up": health.pen_up, "firmware": health.firmware}
    console.result(report | {"volts": health.volts and round(health.volts, 2)}, _sentence(health, rests))


def _sentence(health: Health, rests: str) -> str:
    words = f"The pen is {'up' if health.pen_up else 'down'}"
    if health.at_mm is None:
        return f"{words}, and {rests}." if rests else f"{words}."
    if health.is_home:
        return f"{words}, at home."
    x, y = health.at_mm
    return f"{words}, {abs(x):.1f} mm {'right' if x >= 0 else 'left'} of home and {abs(y):.1f} mm " + (
        "below it." if y >= 0 else "above it."
    )
