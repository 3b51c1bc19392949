"""``sheet``: a repeat drawn over a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import DpiOption, OutputOption, expand_options


@expand_options
def sheet(
    context: typer.Context,
    *,
    tile: Annotated[Path, typer.Argument(metavar="TILE", help="A tile that sketchdesign wrote, or any tile as .svg.")],
    output: OutputOption,
    page: Annotated[str, typer.Option(help="A0 to A6, letter, legal, tabloid, or a size such as 120x80mm.")] = "A4",
    landscape: Annotated[bool, typer.Option("--landscape", help="Turn the page.")] = False,
    margin: Annotated[str, typer.Option(help="Free border of the page.")] = "10mm",
    pipeline: Annotated[str | None, typer.Option(help="vpype commands to use instead of our own.")] = None,
    machine: Annotated[str, typer.Option(help="Plotter for the estimate of time.")] = "axidraw-v3",
    dpi: DpiOption = 150.0,
) -> None:
    """Draw a repeat over a page from uncut strokes: the pen lifts on no seam."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.machine import find_machine
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.geometry.vpype_worker import VpypeWorker
    from sketchdesign.services.export import check_outputs, export_drawing
    from sketchdesign.services.tiles import pattern_sheet

    console: Console = context.obj
    check_outputs(output)
    paper, margin_mm = Page.parse(page, landscape=landscape), parse_length_mm(margin)
    plotter = find_machine(machine)
    with VpypeWorker() as worker:
        made = console.run(pattern_sheet(tile, paper, margin_mm, worker, pipeline=pipeline, machine=plotter))
    export_drawing(made.drawing, output, dpi)
    if made.joined:
        console.note(
            f"{tile.name} keeps no design of ours: its strokes are cut at the edges, and were joined where they meet."
        )
    route = made.route
    console.result(
        {
            "sketches": made.sketches,
            "strokes": made.drawing.stroke_count,
            "pen_up_mm_before": round(route.pen_up_mm_before, 2),
            "pen_up_mm_after": round(route.pen_up_mm_after, 2),
            "pen_down_mm": round(route.pen_down_mm, 2),
            "lifts_before": route.lifts_before,
            "lifts_after": route.lifts_after,
            "estimate_s": round(made.estimate_s, 1),
            "joined": made.joined,
            "seconds": round(made.seconds, 3),
        },
        f"{made.sketches} motifs, {made.drawing.stroke_count} strokes. "
        f"Pen up {route.pen_up_mm_before / 1000:.2f} m before routing, {route.pen_up_mm_after / 1000:.2f} m after; "
        f"about {made.estimate_s / 60:.0f} min to draw.",
    )
