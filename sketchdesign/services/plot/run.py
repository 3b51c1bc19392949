"""Plotting a file: planned, previewed, drawn, and resumed where it broke off."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sketchdesign.core.drawing import Drawing, Layer, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import SERVOS, MachineProfile, find_machine
from sketchdesign.services.plot.drivers import OUR_DRIVER, machine_of

if TYPE_CHECKING:
    from sketchdesign.plotter.clock import Clock
    from sketchdesign.plotter.control import Control, Report
    from sketchdesign.plotter.job import Job
    from sketchdesign.plotter.pen import PenSetup
    from sketchdesign.plotter.protocol import Plotter

_TRAVEL_PEN = Pen("travel", "#b0b0b0", 0.1)


@dataclass(frozen=True)
class PlotSettings:
    """How a file is plotted. Everything here is kept in the journal and holds again when the plot is resumed.

    Attributes:
        machine: its name, where the driver leaves the choice.
        servo: the name of its pen lift; empty for the usual one.
        layers: numbers from 1 of the layers to draw; empty for all.
        clip: cut off what is out of reach instead of refusing it.
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
            if not 0.0 <= speed <= 1000.0:
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
        try:
            known = {field.name: type(getattr(defaults, field.name))(values[field.name]) for field in fields(cls)}
            known["layers"] = tuple(int(number) for number in known["layers"])
            known["offsets_mm"] = tuple((int(n), float(x), float(y)) for n, x, y in known["offsets_mm"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("the journal keeps settings of another version", hint="start without --resume") from error
        return cls(**known)


@dataclass(frozen=True)
class Plotting:
    """A file ready to be plotted.

    Attributes:
        drawing: the layers that will be drawn.
        settings: how.
        job: the plan.
    """

    drawing: Drawing
    settings: PlotSettings
    job: Job

    def report(self) -> dict[str, Any]:
        """Time, lengths and lifts, in all and by layer, without the time for changing pens and paper."""
        layers = [
            {
                "label": layer.label,
                "colour": layer.colour,
                "strokes": layer.plan.lifts,
                "duration_s": round(layer.plan.duration_s, 2),
                "pen_down_mm": round(layer.plan.pen_down_mm, 2),
                "pen_up_mm": round(layer.plan.pen_up_mm, 2),
                "lifts": layer.plan.lifts,
            }
            for layer in self.job.layers
        ]
        copies = self.job.copies
        plans = [layer.plan for layer in self.job.layers]
        return {
            "duration_s": round(self.job.duration_s, 2),
            "pen_down_mm": round(copies * sum(plan.pen_down_mm for plan in plans), 2),
            "pen_up_mm": round(copies * sum(plan.pen_up_mm for plan in plans), 2),
            "lifts": copies * sum(plan.lifts for plan in plans),
            "copies": copies,
            "machine": self.job.machine.name,
            "layers": layers,
        }


def prepare(path: Path, settings: PlotSettings) -> Plotting:
    """Read a file and plan its plot; no machine is needed.

    Raises:
        InputError, SketchFormatError: the file cannot be read, has no such layer, or reaches out of the machine.
    """
    from sketchdesign.geometry.read_drawing import read_drawing

    return prepare_drawing(read_drawing(path), settings)


def prepare_drawing(drawing: Drawing, settings: PlotSettings) -> Plotting:
    """Plan the plot of a drawing; no machine is needed.

    Raises:
        InputError: it has no such layer, or reaches out of the machine.
    """
    from sketchdesign.plotter.job import plan_job

    machine = settings.profile()
    chosen = _chosen_layers(drawing, settings.layers)
    if settings.clip:
        chosen = [(number, _clipped(layer, machine)) for number, layer in chosen]
    chosen = [(number, layer) for number, layer in chosen if len(layer.strokes)]
    by_number = {number: (dx, dy) for number, dx, dy in settings.offsets_mm}
    job = plan_job(
        [layer for _, layer in chosen],
        machine,
        settings.pen(),
        offsets_mm={place: by_number[number] for place, (number, _) in enumerate(chosen) if number in by_number},
        marks=settings.marks,
        pause_between_layers=settings.pause_between_layers,
        copies=settings.copies,
        reink_mm=settings.reink_mm,
    )
    return Plotting(drawing.with_layers(layer for _, layer in chosen), settings, job)


def write_preview(plotting: Plotting, path: Path, dpi: float = 150.0) -> None:
    """A picture of what will be drawn, with the ways between the strokes thin and grey.

    Raises:
        InputError, OutputError: it cannot be written, or is too large.
    """
    from sketchdesign.output.files import write_drawing

    ways = []
    for layer in plotting.job.layers:
        strokes = layer.plan.strokes
        home = [[0.0, 0.0]]
        leaves = [*home, *strokes.points[strokes.offsets[1:] - 1].tolist()]
        arrives = [*strokes.points[strokes.offsets[:-1]].tolist(), *home]
        ways += [[a, b] for a, b in zip(leaves, arrives, strict=True)]
    travel = Layer(_TRAVEL_PEN, Strokes.from_polylines(ways), "travel")
    planned = [
        Layer(layer.pen, planned.plan.strokes, layer.label)
        for layer, planned in zip(plotting.drawing.layers, plotting.job.layers, strict=True)
    ]
    write_drawing(plotting.drawing.with_layers([travel, *planned]), path, dpi=dpi)


def journal_of(path: Path) -> Path:
    """Where the journal of a file's plot is kept by default."""
    return path.with_name(f"{path.name}.plot-journal")


def plot_new(
    plotting: Plotting, plotter: Plotter, journal_path: Path, control: Control, report: Report, clock: Clock
) -> None:
    """Plot a file from its beginning.

    Raises:
        StoppedError, LeftError: a person ended it.
        PlotterError: the machine could not go on; `resume` does.
    """
    from sketchdesign.plotter.journal import Header, Journal
    from sketchdesign.plotter.runner import Runner

    mark = 1 + secrets.randbelow(255)
    try:
        plotter.connect()
        journal = Journal.create(journal_path, Header(plotting.job.fingerprint, mark, plotting.settings.to_json()))
        try:
            Runner(plotting.job, plotter, journal, mark, control, clock, report).run()
        finally:
            journal.close()
    finally:
        plotter.close()


def resume(
    plotting: Plotting,
    plotter: Plotter,
    journal_path: Path,
    control: Control,
    report: Report,
    clock: Clock,
    *,
    home_confirmed: bool = False,
    whole_stroke: bool = False,
) -> None:
    """Go on with a plot that broke off.

    Args:
        home_confirmed: a person moved the machine to its home corner.
        whole_stroke: draw a stroke that was cut off from its beginning again.

    Raises:
        HomeNeededError: a person must move the machine to its home corner first.
        InputError: the journal is not of this plot, or all is drawn.
    """
    from sketchdesign.plotter.journal import Journal, read_journal
    from sketchdesign.plotter.recovery import check_journal, find_place
    from sketchdesign.plotter.runner import Runner

    header, trace = read_journal(journal_path)
    check_journal(plotting.job, header, trace)
    try:
        plotter.connect()
        found = find_place(
            plotting.job, header, trace, plotter, home_confirmed=home_confirmed, whole_stroke=whole_stroke
        )
        journal = Journal.reopen(journal_path)
        try:
            Runner(plotting.job, plotter, journal, header.mark, control, clock, report).run(found)
        finally:
            journal.close()
    finally:
        plotter.close()


def settings_in(journal_path: Path) -> PlotSettings:
    """The settings with which a plot was begun.

    Raises:
        InputError: there is no such journal, or it is damaged.
    """
    from sketchdesign.plotter.journal import read_journal

    return PlotSettings.from_json(read_journal(journal_path)[0].settings)


def check_new_journal(journal_path: Path) -> None:
    """Refuse to forget a plot that is not complete.

    Raises:
        InputError: the journal is of a plot that can be resumed.
    """
    from sketchdesign.plotter.journal import read_journal

    if not journal_path.exists():
        return
    _, trace = read_journal(journal_path)
    if not trace.complete and (trace.sent or trace.place.stroke):
        raise InputError(
            f"an unfinished plot is in {journal_path}", hint="go on with --resume, or begin again with --restart"
        )


def _chosen_layers(drawing: Drawing, numbers: Sequence[int]) -> list[tuple[int, Layer]]:
    count = len(drawing.layers)
    unknown = [number for number in numbers if not 1 <= number <= count]
    if unknown:
        raise InputError(f"the drawing has no layer {unknown[0]}", hint=f"choose from 1 to {count}")
    return [(number, drawing.layers[number - 1]) for number in (numbers or range(1, count + 1))]


def _clipped(layer: Layer, machine: MachineProfile) -> Layer:
    from sketchdesign.geometry.clip import Box, clip_to_box

    return replace(layer, strokes=clip_to_box(layer.strokes, Box(0.0, 0.0, machine.width_mm, machine.height_mm)))
