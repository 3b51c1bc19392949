"""``grid``: a sheet of sketches, routed for the pen."""

from __future__ import annotations

from typing import Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import DpiOption, ModelArgument, OutputOption, SamplingOptions, expand_options


@expand_options
def grid(
    context: typer.Context,
    *,
    model: ModelArgument,
    output: OutputOption,
    rows: Annotated[int, typer.Option(help="Rows of sketches.")] = 8,
    columns: Annotated[int, typer.Option("--cols", help="Columns of sketches.")] = 8,
    page: Annotated[str, typer.Option(help="A0 to A6, letter, legal, tabloid, or a size such as 120x80mm.")] = "A4",
    landscape: Annotated[bool, typer.Option("--landscape", help="Turn the page.")] = False,
    margin: Annotated[str, typer.Option(help="Free border of the page.")] = "10mm",
    gap: Annotated[str, typer.Option(help="Free space between the cells.")] = "3mm",
    pipeline: Annotated[str | None, typer.Option(help="vpype commands to use instead of our own.")] = None,
    machine: Annotated[str, typer.Option(help="Plotter for the estimate of time.")] = "axidraw-v3",
    dpi: DpiOption = 150.0,
    sampling: SamplingOptions,
) -> None:
    """Fill a page with new sketches in rows and columns, optimised with vpype."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.machine import find_machine
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.design.grid import GridLayout
    from sketchdesign.geometry.vpype_worker import VpypeWorker
    from sketchdesign.model.zoo import open_model
    from sketchdesign.services.export import check_outputs, export_drawing
    from sketchdesign.services.sheets import grid_sheet

    console: Console = context.obj
    check_outputs(output)
    layout = GridLayout(rows, columns, parse_length_mm(margin), parse_length_mm(gap))
    settings = sampling.settings(rows * columns, console)
    paper = Page.parse(page, landscape=landscape)
    plotter = find_machine(machine)
    with VpypeWorker() as worker:
        work = grid_sheet(open_model(model), settings, layout, paper, worker, pipeline=pipeline, machine=plotter)
        sheet = console.run(work)
    export_drawing(sheet.drawing, output, dpi)
    route, generated = sheet.route, sheet.generated
    console.result(
        {
            "sketches": len(generated.sketches),
            "strokes": sheet.drawing.stroke_count,
            "pen_up_mm_before": round(route.pen_up_mm_before, 2),
            "pen_up_mm_after": round(route.pen_up_mm_after, 2),
            "pen_down_mm": round(route.pen_down_mm, 2),
            "lifts_before": route.lifts_before,
            "lifts_after": route.lifts_after,
            "estimate_s": round(sheet.estimate_s, 1),
            "ended_share": generated.ended_share,
            "ended_share_before": generated.ended_share_before,
            "seconds": round(sheet.seconds, 3),
            "seed": settings.seed,
            "device": generated.device,
        },
        f"{len(generated.sketches)} sketches, {sheet.drawing.stroke_count} strokes, seed {settings.seed}. "
        f"Pen up {route.pen_up_mm_before / 1000:.2f} m before routing, {route.pen_up_mm_after / 1000:.2f} m after; "
        f"pen down {route.pen_down_mm / 1000:.2f} m; about {_minutes(sheet.estimate_s)} on {plotter.name}.",
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
