"""``plot``: onto paper."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
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
from sketchdesign.cli.options import parse_counts
from sketchdesign.cli.wording import counted
from sketchdesign.core.errors import CancelledError, InputError, SketchDesignError
from sketchdesign.services.plot.drivers import OUR_DRIVER

if TYPE_CHECKING:
    from sketchdesign.plotter.control import Control, Event
    from sketchdesign.services.plot.planning import Plotting
    from sketchdesign.services.plot.settings import PlotSettings


_LINE_WIDTH = 72
"""Of the progress, so that a shorter text covers a longer one."""

_TURNED = {
    "left": "The page lies turned left by a quarter: its upper right corner is at home.",
    "right": "The page lies turned right by a quarter: its lower left corner is at home.",
}


_SETTING_OF_OPTION = {
    "speed": "speed_mm_s",
    "travel_speed": "travel_speed_mm_s",
    "pen_up": "pen_up_percent",
    "pen_down": "pen_down_percent",
    "lift_delay": "lift_delay_ms",
    "drop_delay": "drop_delay_ms",
    "offset": "offsets_mm",
    "reink": "reink_mm",
}
"""The names in `PlotSettings` of options that leave their unit to the help; all others are called alike."""


@dataclass(frozen=True)
class PlotOptions:
    """How it is plotted."""

    machine: MachineOption = "axidraw-v3"
    servo: ServoOption = ""
    layers: Annotated[str, typer.Option(metavar="1,3,...", help="Layers to draw, in this order. Default: all.")] = ""
    clip: Annotated[bool, typer.Option("--clip", help="Cut off what is out of reach instead of refusing it.")] = False
    turn: Annotated[
        str,
        typer.Option(
            metavar="auto|no|left|right",
            help="Turn the page by a quarter; auto does so where the drawing fits the machine only turned.",
        ),
    ] = "auto"
    speed: Annotated[
        float, typer.Option(help="Speed of drawing in mm/s. Default: the machine's own.", show_default=False)
    ] = 0.0
    travel_speed: Annotated[
        float, typer.Option(help="Speed of the pen in the air in mm/s. Default: the machine's own.", show_default=False)
    ] = 0.0
    pen_up: PenUpOption = 60.0
    pen_down: PenDownOption = 30.0
    lift_delay: Annotated[float, typer.Option(help="More time for the pen to rise, in ms.")] = 0.0
    drop_delay: Annotated[float, typer.Option(help="More time for the pen to come down, in ms.")] = 0.0
    offset: Annotated[
        list[str] | None,
        typer.Option(metavar="LAYER:DX,DY", help="Draw a layer so far off, as 2:0.1mm,-0.2mm. Repeatable."),
    ] = None
    marks: Annotated[bool, typer.Option("--marks", help="Draw registration marks with every pen.")] = False
    pause_between_layers: Annotated[bool, typer.Option(help="Wait for a change of the pen.")] = True
    copies: Annotated[int, typer.Option(help="Number of sheets; the paper is changed between them.")] = 1
    reink: Annotated[
        str,
        typer.Option(
            metavar="LENGTH", help="Pause for ink whenever so much is drawn, as 5m. Default: never.", show_default=False
        ),
    ] = "0m"
    driver: DriverOption = OUR_DRIVER

    def settings(self, parameters: dict[str, Any]) -> PlotSettings:
        """What these options ask for, with the parameters of the driver.

        Raises:
            InputError: a list, an offset or a length cannot be read.
        """
        from sketchdesign.core.units import parse_length_mm
        from sketchdesign.services.plot.settings import PlotSettings

        return PlotSettings(
            machine=self.machine,
            servo=self.servo,
            layers=tuple(parse_counts(self.layers, "layers")) if self.layers else (),
            clip=self.clip,
            turn=self.turn,
            speed_mm_s=self.speed,
            travel_speed_mm_s=self.travel_speed,
            pen_up_percent=self.pen_up,
            pen_down_percent=self.pen_down,
            lift_delay_ms=self.lift_delay,
            drop_delay_ms=self.drop_delay,
            offsets_mm=tuple(_offset(text) for text in self.offset or ()),
            marks=self.marks,
            pause_between_layers=self.pause_between_layers,
            copies=self.copies,
            reink_mm=parse_length_mm(self.reink),
            driver=self.driver,
            parameters=parameters,
        )


def plot(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A drawing as .svg; home is its top left corner.")],
    port: PortOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell time and lengths; needs no plotter.")] = False,
    preview: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Write a picture with the ways of the raised pen.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on where a plot broke off, set up as it was; speeds and the pen's heights may be changed.",
        ),
    ] = False,
    home_confirmed: Annotated[
        bool, typer.Option("--home-confirmed", help="The carriage has been moved to its home corner by hand.")
    ] = False,
    whole_stroke: Annotated[
        bool, typer.Option("--whole-stroke", help="When resuming, draw a stroke that was cut off once more.")
    ] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Forget an unfinished plot and begin again.")] = False,
    journal: Annotated[
        Path | None, typer.Option(help="Where to keep what has been drawn. Default: beside FILE.")
    ] = None,
    options: PlotOptions,
    own: Any,
) -> None:
    """Draw a file with a pen plotter. Ctrl-C lifts the pen and keeps the place."""
    from sketchdesign.services.plot.drivers import only_port
    from sketchdesign.services.plot.planning import write_preview
    from sketchdesign.services.plot.run import check_new_journal, journal_of, settings_in

    console: Console = context.obj
    journal = journal or journal_of(file)
    if resume:
        kept = settings_in(journal).with_parameters(options.driver, _given(context, asdict(own)))
        settings = _adjusted(kept, options, _given(context, asdict(options)))
    else:
        settings = options.settings(asdict(own))
    if preview is not None and preview.resolve() == file.resolve():
        raise InputError("the preview would take the place of the drawing", hint="choose another path for --preview")
    plotting = _prepared(file, settings)
    if preview is not None:
        write_preview(plotting, preview)
    report = plotting.report()
    if dry_run:
        console.result(report, _sentence(report))
        return
    if not (resume or restart):
        check_new_journal(journal)
    if report["turned"] is not None and not console.as_json:
        console.note(_TURNED[report["turned"]])
    sitting = _Sitting(console, plotting, journal)
    port = port or only_port(plotting.settings.driver)
    sitting.run(port, resume=resume, home_confirmed=home_confirmed, whole_stroke=whole_stroke)
    console.result(
        {**report, "state": "done", "seconds": round(sitting.seconds, 2), "journal": str(journal)},
        f"Drawn in {_duration(sitting.seconds)}.",
    )


def _prepared(file: Path, settings: PlotSettings) -> Plotting:
    """The planned plot; says which options help where the machine cannot reach everything."""
    from sketchdesign.plotter.plan import OutOfReachError
    from sketchdesign.services.plot.planning import prepare
    from sketchdesign.services.plot.turning import AUTO

    try:
        return prepare(file, settings)
    except OutOfReachError as error:
        ways = [] if settings.turn == AUTO else ["turn the page with --turn auto"]
        ways += ["choose a larger --machine"] if settings.driver == OUR_DRIVER else []
        raise InputError(error.what, hint=", or ".join([*ways, "cut off what is outside with --clip"])) from error


def _adjusted(kept: PlotSettings, options: PlotOptions, given: Collection[str]) -> PlotSettings:
    """The settings of a plot that goes on, with those of the ``given`` options that may still be changed."""
    from sketchdesign.services.plot.settings import ADJUSTABLE
    from sketchdesign.services.plot.turning import AUTO

    asked = options.settings({})
    changes: dict[str, Any] = {}
    for option in given:
        setting = _SETTING_OF_OPTION.get(option, option)
        value = getattr(asked, setting)
        if value in (getattr(kept, setting), AUTO):
            continue
        if setting not in ADJUSTABLE:
            raise InputError(
                f"--{option.replace('_', '-')} cannot be changed in the middle of a plot",
                hint="leave it out, or begin again with --restart",
            )
        changes[setting] = value
    return replace(kept, **changes)


def _given(context: typer.Context, values: dict[str, Any]) -> dict[str, Any]:
    """The options that a person wrote, not those that have their defaults."""
    sources = {name: context.get_parameter_source(name) for name in values}
    return {
        name: values[name] for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"
    }


class _Sitting:
    """One run of a plot: the machine in a thread of its own, the person at the keyboard in this one."""

    def __init__(self, console: Console, plotting: Plotting, journal: Path) -> None:
        from sketchdesign.plotter.control import Control

        self.seconds = 0.0
        self._console = console
        self._plotting = plotting
        self._journal = journal
        self._control: Control = Control()
        self._error: BaseException | None = None
        self._ended = threading.Event()
        self._shown_s = 0.0
        self._is_in_line = False

    def run(self, port: str, **how: bool) -> None:
        """Plot until it is done, or ends for another reason, which is raised."""
        from sketchdesign.plotter.runner import LeftError, StoppedError

        began = time.monotonic()
        threading.Thread(target=self._plot, args=(port, how), name="plotter", daemon=True).start()
        threading.Thread(target=self._listen, name="keyboard", daemon=True).start()
        interrupts = 0
        # Not by joining the thread: an interrupt in the middle of that makes it look ended.
        while not self._ended.is_set():
            try:
                self._ended.wait(0.1)
            except KeyboardInterrupt:
                interrupts += 1
                # Whoever presses it again does not want to wait for the pen to come to rest.
                (self._control.leave if interrupts == 1 else self._control.stop)()
        self._end_line()
        self.seconds = time.monotonic() - began
        if isinstance(self._error, LeftError | StoppedError):
            self._console.note(f"The pen is up. {self._error.hint[:1].upper()}{self._error.hint[1:]}.")
            raise CancelledError
        if self._error is not None:
            raise self._error

    def _plot(self, port: str, how: dict[str, bool]) -> None:
        from sketchdesign.plotter.clock import RealClock
        from sketchdesign.services.plot.drivers import open_plotter
        from sketchdesign.services.plot.run import plot_new, resume

        clock = RealClock()
        try:
            settings = self._plotting.settings
            plotter = open_plotter(settings.driver, settings.parameters, port, clock)
            if how.pop("resume"):
                resume(self._plotting, plotter, self._journal, self._control, self._heard, clock, **how)
            else:
                plot_new(self._plotting, plotter, self._journal, self._control, self._heard, clock)
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()

    def _heard(self, event: Event) -> None:
        from sketchdesign.plotter.control import WAITING, Progress, State, StateChanged, event_json

        if self._console.as_json:
            print(json.dumps(event_json(event)), file=sys.stderr, flush=True)
        elif isinstance(event, StateChanged) and event.state in WAITING and not self._control.leaving:
            reason = f"{event.reason[:1].upper()}{event.reason[1:]}"
            first = self._plotting.job.layers[0]
            if event.state is State.PAPER_CHANGE and len(self._plotting.job.layers) > 1:
                reason += f", and the pen: {first.label} {first.colour}"
            self._end_line()
            self._console.note(f"{reason}. Press Enter, or the button on the plotter, to go on.")
        elif isinstance(event, Progress) and sys.stderr.isatty() and time.monotonic() - self._shown_s > 0.5:
            self._shown_s = time.monotonic()
            copy = f"copy {event.copy}, " if self._plotting.job.copies > 1 else ""
            text = f"{copy}layer {event.layer}, stroke {event.strokes} of {event.of_strokes}, "
            text += f"{_duration(event.seconds_left)} left"
            print(f"\r{text:<{_LINE_WIDTH}}", end="", file=sys.stderr, flush=True)
            self._is_in_line = True

    def _end_line(self) -> None:
        """What is said next is not to stand behind the progress."""
        if self._is_in_line:
            print(file=sys.stderr)
            self._is_in_line = False

    def _listen(self) -> None:
        """Each line from the keyboard ends a pause."""
        with contextlib.suppress(OSError, ValueError):  # a keyboard that is closed or belongs to somebody else
            for _ in sys.stdin:
                self._control.resume()


def _sentence(report: dict[str, Any]) -> str:
    lines = [f"{_summary(report)}, {counted(report['lifts'], 'lift')}."]
    lines += [
        f"- {layer['label']}: {_summary(layer)}, {counted(layer['strokes'], 'stroke')}" for layer in report["layers"]
    ]
    if report["turned"] is not None:
        lines.append(_TURNED[report["turned"]])
    return "\n".join(lines)


def _summary(report: dict[str, Any]) -> str:
    drawn, travelled = (report[key] / 1000.0 for key in ("pen_down_mm", "pen_up_mm"))
    return f"{_duration(report['duration_s'])}, {drawn:.2f} m drawn, {travelled:.2f} m with the pen up"


def _duration(seconds: float) -> str:
    """A time as a person would say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _offset(text: str) -> tuple[int, float, float]:
    from sketchdesign.core.units import parse_length_mm

    layer, _, way = text.partition(":")
    dx, _, dy = way.partition(",")
    try:
        return int(layer), parse_length_mm(dx), parse_length_mm(dy)
    except (ValueError, SketchDesignError):
        raise InputError(f"{text!r:.60} is no offset of a layer", hint="write it as 2:0.1mm,-0.2mm") from None
