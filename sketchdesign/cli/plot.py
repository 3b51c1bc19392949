"""``plot``: onto paper."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import expand_options
from sketchdesign.cli.plugins import with_parameters
from sketchdesign.core.errors import CancelledError, InputError, SketchDesignError
from sketchdesign.services.plot.drivers import OUR_DRIVER

if TYPE_CHECKING:
    from sketchdesign.plotter.control import Control, Event
    from sketchdesign.services.plot.run import PlotSettings, Plotting
    from sketchdesign.services.plugins.registry import Plugin


@dataclass(frozen=True)
class PlotOptions:
    """How it is plotted."""

    machine: Annotated[str, typer.Option(help="The plotter's model.")] = "axidraw-v3"
    servo: Annotated[str, typer.Option(help="Pen lift: standard or brushless. Default: the model's own.")] = ""
    layers: Annotated[str, typer.Option(metavar="1,3,...", help="Layers to draw, in this order. Default: all.")] = ""
    clip: Annotated[bool, typer.Option("--clip", help="Cut off what is out of reach instead of refusing it.")] = False
    speed: Annotated[float, typer.Option(help="Speed of drawing in mm/s.")] = 0.0
    travel_speed: Annotated[float, typer.Option(help="Speed of the pen in the air in mm/s.")] = 0.0
    pen_up: Annotated[float, typer.Option(help="Height of the raised pen in percent.")] = 60.0
    pen_down: Annotated[float, typer.Option(help="Height of the lowered pen in percent.")] = 30.0
    lift_delay: Annotated[float, typer.Option(help="More time for the pen to rise, in ms.")] = 0.0
    drop_delay: Annotated[float, typer.Option(help="More time for the pen to come down, in ms.")] = 0.0
    offset: Annotated[
        list[str] | None,
        typer.Option(metavar="LAYER:DX,DY", help="Draw a layer so far off, as 2:0.1mm,-0.2mm. Repeatable."),
    ] = None
    marks: Annotated[bool, typer.Option("--marks", help="Draw registration marks with every pen.")] = False
    pause_between_layers: Annotated[bool, typer.Option(help="Wait for a change of the pen.")] = True
    copies: Annotated[int, typer.Option(help="Number of sheets; the paper is changed between them.")] = 1
    reink: Annotated[str, typer.Option(metavar="LENGTH", help="Pause for ink whenever so much is drawn.")] = "0m"
    driver: Annotated[
        str, typer.Option(help="What talks to the machine, see plugins list. --driver NAME --help shows its options.")
    ] = OUR_DRIVER

    def settings(self, parameters: dict[str, Any]) -> PlotSettings:
        """What these options ask for, with the parameters of the driver."""
        from sketchdesign.core.units import parse_length_mm
        from sketchdesign.services.plot.run import PlotSettings

        return PlotSettings(
            self.machine,
            self.servo,
            _numbers(self.layers),
            self.clip,
            self.speed,
            self.travel_speed,
            self.pen_up,
            self.pen_down,
            self.lift_delay,
            self.drop_delay,
            tuple(_offset(text) for text in self.offset or ()),
            self.marks,
            self.pause_between_layers,
            self.copies,
            parse_length_mm(self.reink),
            self.driver,
            parameters,
        )


def _plot_command(plugin: Plugin | None = None) -> Callable[..., None]:
    """The command, with the options of a driver among its own."""

    def plot(
        context: typer.Context,
        *,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A drawing as .svg; home is its top left corner.")],
        port: Annotated[str, typer.Option(help="Port of the plotter. Default: the only one that is plugged in.")] = "",
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Only tell time and lengths; needs no plotter.")
        ] = False,
        preview: Annotated[
            Path | None, typer.Option(metavar="FILE.png", help="Write a picture with the ways of the raised pen.")
        ] = None,
        resume: Annotated[
            bool, typer.Option("--resume", help="Go on where a plot broke off, set up as it was.")
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
        from sketchdesign.services.plot.run import (
            check_new_journal,
            journal_of,
            prepare,
            settings_in,
            write_preview,
        )

        console: Console = context.obj
        journal = journal or journal_of(file)
        if resume:
            settings = settings_in(journal).with_parameters(options.driver, _given(context, asdict(own)))
        else:
            settings = options.settings(asdict(own))
        plotting = prepare(file, settings)
        if preview is not None:
            write_preview(plotting, preview)
        report = plotting.report()
        if dry_run:
            console.result(report, _sentence(report))
            return
        if not (resume or restart):
            check_new_journal(journal)
        sitting = _Sitting(console, plotting, journal)
        port = port or only_port(plotting.settings.driver)
        sitting.run(port, resume=resume, home_confirmed=home_confirmed, whole_stroke=whole_stroke)
        console.result(
            {**report, "state": "done", "seconds": round(sitting.seconds, 2), "journal": str(journal)},
            f"Drawn in {sitting.seconds / 60.0:.1f} min.",
        )

    if plugin is not None:
        return with_parameters(plot, plugin, "own")
    plot.__annotations__["own"] = _NoOptions
    return expand_options(plot)


@dataclass(frozen=True)
class _NoOptions:
    """A driver without any."""


plot = _plot_command()


class PlotCommand(TyperCommand):
    """``plot``, with the options of the driver that is named on the line."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        name = _driver_in(args)
        command = self if name is None else _command_of(name)
        return super(PlotCommand, command).make_context(info_name, args, parent, **extra)


def _given(context: typer.Context, values: dict[str, Any]) -> dict[str, Any]:
    """The options that a person wrote, not those that have their defaults."""
    sources = {name: context.get_parameter_source(name) for name in values}
    return {
        name: values[name] for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"
    }


def _driver_in(words: list[str]) -> str | None:
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word == "--driver" or word.startswith("--driver="):
            return after if word == "--driver" else word.partition("=")[2]
    return None


def _command_of(driver: str) -> PlotCommand:
    from sketchdesign.services.plugins.registry import find_plugin

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command("plot", cls=PlotCommand)(_plot_command(find_plugin("plotter", driver)))
    command = typer.main.get_command(app)
    assert isinstance(command, PlotCommand)
    return command


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
        from sketchdesign.plotter.control import WAITING, Progress, StateChanged, event_json

        if self._console.as_json:
            print(json.dumps(event_json(event)), file=sys.stderr, flush=True)
        elif isinstance(event, StateChanged) and event.state in WAITING and not self._control.leaving:
            reason = f"{event.reason[:1].upper()}{event.reason[1:]}"
            self._console.note(f"{reason}. Press Enter, or the button on the plotter, to go on.")
        elif isinstance(event, Progress) and sys.stderr.isatty() and time.monotonic() - self._shown_s > 0.5:
            self._shown_s = time.monotonic()
            text = f"layer {event.layer}, stroke {event.strokes} of {event.of_strokes}, "
            print(f"\r{text}{event.seconds_left / 60.0:.1f} min left ", end="", file=sys.stderr, flush=True)

    def _listen(self) -> None:
        """Each line from the keyboard ends a pause."""
        with contextlib.suppress(OSError, ValueError):  # a keyboard that is closed or belongs to somebody else
            for _ in sys.stdin:
                self._control.resume()


def _sentence(report: dict[str, Any]) -> str:
    minutes = report["duration_s"] / 60.0
    lines = [
        f"{minutes:.1f} min: {report['pen_down_mm'] / 1000.0:.2f} m drawn, {report['pen_up_mm'] / 1000.0:.2f} m with "
        f"the pen up, {report['lifts']} lifts."
    ]
    lines += [
        f"- {layer['label']}: {layer['duration_s'] / 60.0:.1f} min, {layer['strokes']} strokes"
        for layer in report["layers"]
    ]
    return "\n".join(lines)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise InputError(f"{text!r} is no list of layers", hint="write their numbers, such as 1,3") from None


def _offset(text: str) -> tuple[int, float, float]:
    from sketchdesign.core.units import parse_length_mm

    layer, _, way = text.partition(":")
    dx, _, dy = way.partition(",")
    try:
        return int(layer), parse_length_mm(dx), parse_length_mm(dy)
    except (ValueError, SketchDesignError):
        raise InputError(f"{text!r} is no offset of a layer", hint="write it as 2:0.1mm,-0.2mm") from None
