"""The ``sketchdesign`` command."""

from __future__ import annotations

import functools
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from io import TextIOWrapper
from types import FrameType
from typing import Annotated

import typer
from typer.core import TyperGroup

from sketchdesign import __version__
from sketchdesign.cli import app as desktop_app
from sketchdesign.cli import (
    batch,
    complete,
    croquis,
    directions,
    emulator,
    evaluate,
    explore,
    figures,
    fill,
    generate,
    grid,
    info,
    lesson,
    models,
    morph,
    optimise,
    plot,
    plotters,
    plugins,
    proof,
    recognise,
    repeats,
    sheet,
    tile,
    train,
    walk,
)
from sketchdesign.cli.console import Console, hoist_global_options
from sketchdesign.cli.driver_options import add_driver_command
from sketchdesign.core.errors import CancelledError, SketchDesignError

DONE, SOME_FAILED, WRONG_INPUT, CANCELLED = 0, 1, 2, 130

app = typer.Typer(
    name="sketchdesign",
    help="Draw with sketch-rnn: pattern sheets for the screen, for files and for pen plotters.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("evaluate")(evaluate.evaluate)
app.command("train-judge")(evaluate.train_judge)
app.command("generate")(generate.generate)
app.command("grid")(grid.grid)
app.command("reconstruct")(explore.reconstruct)
app.command("interpolate")(morph.interpolate)
app.command("vary")(explore.vary)
app.command("complete")(complete.complete)
app.command("hybrid")(morph.hybrid)
app.command("analogy")(explore.analogy)
app.command("walk")(walk.walk)
app.command("morph")(walk.morph)
app.command("direction")(directions.direction)
app.command("taste")(directions.taste)
app.command("clean")(lesson.clean)
app.command("seen")(lesson.seen)
app.command("lesson")(lesson.lesson)
app.command("figures")(figures.figures)
app.command("recognise")(recognise.recognise)
app.command("tile")(tile.tile)
app.command("repeats")(repeats.repeats)
app.command("sheet")(sheet.sheet)
app.command("fill")(fill.fill)
app.command("proof")(proof.proof)
app.command("croquis")(croquis.croquis)
app.command("batch")(batch.batch)
app.command("optimise")(optimise.optimise)
add_driver_command(app, "plot", plot.plot)
app.add_typer(plotters.app, name="plotters")
app.command("emulator")(emulator.emulator)
app.command("info")(info.info)
app.command("app")(desktop_app.app)
app.command("train")(train.train)
app.add_typer(models.app, name="models")
app.add_typer(plugins.app, name="plugins")
app.add_typer(plugins.make_app, name="make")
app.add_typer(plugins.arrange_app, name="arrange")
app.add_typer(plugins.export_app, name="export")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"sketchdesign {__version__}")
        raise typer.Exit


@app.callback()
def _global_options(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more; show tracebacks.")] = False,
    device: Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(help="Threads on a CPU. Default: one per processor. Never changes a result.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    context.obj = Console(as_json, verbose, device, threads)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    words = hoist_global_options(arguments) or _without_arguments()
    console = Console(as_json="--json" in words, verbose=bool({"-v", "--verbose"} & set(words)))
    try:
        code = _commands()(words, prog_name="sketchdesign", standalone_mode=False)
    except SketchDesignError as error:
        if isinstance(error, CancelledError):
            console.note("Cancelled.")
            return CANCELLED
        if console.verbose and error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        console.fail(error.what, error.hint)
        return WRONG_INPUT
    except typer.TyperException as error:
        console.fail(getattr(error, "format_message", error.__str__)(), "see sketchdesign --help")
        return WRONG_INPUT
    except (KeyboardInterrupt, typer.Abort):
        code = CANCELLED
    except BrokenPipeError:
        return SOME_FAILED
    except OSError as error:
        # What the system refuses, such as a name that is too long, is nothing that the program has done wrong.
        if console.verbose:
            traceback.print_exc()
        where = f" {str(error.filename)[:200]}" if error.filename else ""
        # Where standard output is what is refused, as on a full disk, JSON would be, too.
        replace(console, as_json=console.as_json and bool(where)).fail(
            f"the system refuses{where}: {(error.strerror or str(error)).lower()}"
        )
        return WRONG_INPUT
    except Exception as error:
        if console.verbose:
            traceback.print_exc()
        console.fail(
            f"an error in the program itself: {type(error).__name__}: {error}", "run it again with -v to see where"
        )
        return SOME_FAILED
    if code == CANCELLED:
        # What typer makes of Ctrl-C: an exit without a word.
        console.note("Cancelled.")
    return code if isinstance(code, int) else DONE


@functools.cache
def _commands() -> TyperGroup:
    """What `app` declares, made once: typer would make every command anew for each line."""
    commands = typer.main.get_command(app)
    assert isinstance(commands, TyperGroup)
    return commands


def _without_arguments() -> list[str]:
    """The app where windows can be shown, else the list of commands with a sentence before it."""
    if desktop_app.has_display():
        return ["app"]
    print("There is no display to open the app on. These are the commands:\n", file=sys.stderr)
    return ["--help"]


def main() -> None:
    """Entry point of the console script."""
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        # In a locale that has no word for a letter, a message with an escape is better than none.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let a polite kill clean up like Ctrl-C does."""
    raise KeyboardInterrupt
