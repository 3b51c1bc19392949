"""How a file is plotted, as a person asks for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import SERVOS, MachineProfile, find_machine
from sketchdesign.services.plot.drivers import OUR_DRIVER, machine_of
from sketchdesign.services.plot.turning import AUTO, NO

if TYPE_CHECKING:
    from sketchdesign.plotter.pen import PenSetup


ADJUSTABLE = frozenset(
    {
        "speed_mm_s",
        "travel_speed_mm_s",
        "pen_up_percent",
        "pen_down_percent",
        "lift_delay_ms",
        "drop_delay_ms",
        "pause_between_layers",
        "copies",
        "reink_mm",
    }
)
"""Settings that change nothing about where the lines lie: a plot may go on with others than it was begun with."""


@dataclass(frozen=True)
class PlotSettings:
    """How a file is plotted. Everything here is kept in the journal and holds again when the plot is resumed.

    Attributes:
        machine: its name, where the driver leaves the choice.
        servo: the name of its pen lift; empty for the usual one.
        layers: numbers from 1 of the layers to draw; empty for all.
        clip: cut off what is out of reach instead of refusing it.
        turn: of the page by a quarter, one of `turning.TURNS`. A plot that is planned has no `AUTO` any more.
        speed_mm_s, travel_speed_mm_s: 0 for the machine's own.
        pen_up_percent, pen_down_percent: heights, 100 is the highest.
        lift_delay_ms, drop_delay_ms: more time for the pen.
        offsets_mm: (layer number, dx, dy) of pens that sit off.
        marks: draw registration marks with every pen.
        pause_between_layers: wait for another pen.
        copies: number of sheets.
        reink_mm: pause whenever so much has been drawn; 0 for never.
        driver: the plugin that talks to the machine.
        parameters: of the driver; those left out take their defaults.
    """

    machine: str = "axidraw-v3"
    servo: str = ""
    layers: tuple[int, ...] = ()
    clip: bool = False
    turn: str = AUTO
    speed_mm_s: float = 0.0
    travel_speed_mm_s: float = 0.0
    pen_up_percent: float = 60.0
    pen_down_percent: float = 30.0
    lift_delay_ms: float = 0.0
    drop_delay_ms: float = 0.0
    offsets_mm: tuple[tuple[int, float, float], ...] = ()
    marks: bool = False
    pause_between_layers: bool = True
    copies: int = 1
    reink_mm: float = 0.0
    driver: str = OUR_DRIVER
    parameters: dict[str, Any] = field(default_factory=dict)

    def profile(self) -> MachineProfile:
        """The machine with the speeds asked for.

        Raises:
            InputError: it is unknown, or a speed makes no sense.
        """
        machine = machine_of(self.driver, self.parameters) or find_machine(self.machine)
        if self.servo:
            if self.servo not in SERVOS:
                raise InputError(f"unknown pen lift {self.servo!r}", hint=f"use one of {', '.join(SERVOS)}")
            machine = replace(machine, servo=SERVOS[self.servo])
        for speed in (self.speed_mm_s, self.travel_speed_mm_s):
            if speed != 0.0 and not 1.0 <= speed <= 1000.0:
                raise InputError(f"a speed of {speed:g} mm/s cannot be plotted", hint="choose from 1 to 1000")
        return replace(
            machine,
            draw_mm_s=self.speed_mm_s or machine.draw_mm_s,
            travel_mm_s=self.travel_speed_mm_s or machine.travel_mm_s,
        )

    def pen(self) -> PenSetup:
        """The settings of the pen lift."""
        from sketchdesign.plotter.pen import PenSetup

        return PenSetup(
            self.profile().servo,
            self.pen_up_percent,
            self.pen_down_percent,
            lift_delay_ms=self.lift_delay_ms,
            drop_delay_ms=self.drop_delay_ms,
        )

    def with_parameters(self, driver: str, parameters: dict[str, Any]) -> PlotSettings:
        """With other parameters where they are of this driver."""
        return replace(self, parameters=self.parameters | parameters) if driver == self.driver else self

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> PlotSettings:
        """From what `to_json` gave.

        Raises:
            InputError: it is something else.
        """
        defaults = cls()
        values = {"turn": NO} | values  # journals of versions that could not turn
        try:
            known = {field.name: type(getattr(defaults, field.name))(values[field.name]) for field in fields(cls)}
            known["layers"] = tuple(int(number) for number in known["layers"])
            known["offsets_mm"] = tuple((int(n), float(x), float(y)) for n, x, y in known["offsets_mm"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("the journal keeps settings of another version", hint="start without --resume") from error
        return cls(**known)
