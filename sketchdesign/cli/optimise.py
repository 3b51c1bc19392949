"""``optimise``: the shortest day for the pen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import DpiOption, OutputOption, PipelineOption, SmoothOption, check_png, expand_options
from sketchdesign.cli.wording import counted, roughly

if TYPE_CHECKING:
    from sketchdesign.services.routing import Optimised

_SECONDS_PER_UNIT = {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0, "m": 60.0, "h": 3600.0}


@expand_options
def optimise(
    context: typer.Context,
    *,
    drawing: Annotated[Path, typer.Argument(metavar="IN", help="A drawing as .svg, from any program.")],
    output: OutputOption,
    pipeline: PipelineOption = None,
    join: Annotated[
        str, typer.Option(help="Ends up to this far apart are connected by a line; 0mm joins none.")
    ] = "0.05mm",
    simplify: Annotated[str, typer.Option(help="How far a line may move when points are left out.")] = "0.02mm",
    smooth: SmoothOption = None,
    occlude: Annotated[
        bool, typer.Option("--occlude", help="Closed strokes hide what lies behind them, also from other pens.")
    ] = False,
    multipass: Annotated[int, typer.Option(help="How often the pen goes over each stroke.")] = 1,
    reloop: Annotated[
        bool, typer.Option("--reloop", help="Begin closed strokes at random points, so that their ends do not line up.")
    ] = False,
    budget: Annotated[
        str | None,
        typer.Option(help="Look for a better route this long, such as 5s. Default: about a second, always the same."),
    ] = None,
    machine: Annotated[str, typer.Option(help="Plotter whose time is made short.")] = "axidraw-v3",
    preview: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the pen's way as .png: travels in grey, joins in red."),
    ] = None,
    dpi: DpiOption = 150.0,
) -> None:
    """Order, join and simplify the strokes of a drawing so that a plotter is done sooner."""
    from sketchdesign.core.files import together
    from sketchdesign.core.machine import find_machine
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.geometry.optimise import OptimiseSettings
    from sketchdesign.geometry.route import RouteSettings
    from sketchdesign.geometry.treatment import Treatment
    from sketchdesign.output.files import write_drawing
    from sketchdesign.services import routing
    from sketchdesign.services.export import check_outputs, export_drawing

    console: Console = context.obj
    check_outputs(output)
    if preview is not None:
        check_png(preview)
    plotter = find_machine(machine)
    settings = OptimiseSettings(
        parse_length_mm(simplify),
        RouteSettings(
            machine=plotter,
            join_mm=parse_length_mm(join),
            budget_s=None if budget is None else _parse_seconds(budget),
        ),
    )
    treatment = Treatment(
        smooth_mm=None if smooth is None else parse_length_mm(smooth),
        occlude=occlude,
        passes=multipass,
        reloop_seed=1 if reloop else None,
    )
    work = routing.optimise_file(drawing, settings, treatment=treatment, pipeline=pipeline, machine=plotter)
    made = console.run(work)
    with together():
        export_drawing(made.drawing, output, dpi)
        if preview is not None:
            write_drawing(routing.preview(made), preview, dpi=dpi)
    _report(console, made)


def _report(console: Console, made: Optimised) -> None:
    route = made.route
    joins = f"{counted(made.joins, 'line')} drawn to join strokes. " if made.joins else ""
    console.result(
        {
            "pen_up_mm_before": round(route.pen_up_mm_before, 2),
            "pen_up_mm_after": round(route.pen_up_mm_after, 2),
            "lifts_before": route.lifts_before,
            "lifts_after": route.lifts_after,
            "joins": made.joins,
            "estimate_before_s": round(made.estimate_before_s, 1),
            "estimate_s": round(made.estimate_s, 1),
            "seconds": round(made.seconds, 3),
        },
        f"Pen up {route.pen_up_mm_before / 1000:.2f} m before, {route.pen_up_mm_after / 1000:.2f} m after; "
        f"{counted(route.lifts_before, 'lift')} before, {route.lifts_after} after. {joins}"
        f"About {roughly(made.estimate_before_s)} to draw before, {roughly(made.estimate_s)} now.",
    )


def _parse_seconds(text: str) -> float:
    from sketchdesign.core.errors import InputError

    match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _SECONDS_PER_UNIT:
        raise InputError(f"{text!r} is not a time", hint="write a number and a unit, such as 5s or 2min")
    return float(match[1]) * _SECONDS_PER_UNIT[match[2]]
