"""``sheet``: a repeat drawn over a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.gcode import GcodeOptions
from sketchdesign.cli.options import (
    DpiOption,
    LandscapeOption,
    MarginOption,
    OutputOption,
    PageOption,
    PipelineOption,
    TimedMachineOption,
    expand_options,
)
from sketchdesign.cli.wording import counted, on_machine, roughly

if TYPE_CHECKING:
    from sketchdesign.core.machine import MachineProfile
    from sketchdesign.design.sheets import SheetPlan
    from sketchdesign.services.project.sheets import PatternSheet


@expand_options
def sheet(
    context: typer.Context,
    *,
    tile: Annotated[Path, typer.Argument(metavar="TILE", help="A tile that sketchdesign wrote, or any tile as .svg.")],
    output: OutputOption,
    page: PageOption = "A4",
    landscape: LandscapeOption = False,
    margin: MarginOption = "10mm",
    sheets: Annotated[
        str,
        typer.Option(
            metavar="ROWSxCOLUMNS", help="So many pages that are laid together; OUT-r1c1 is the one at the top left."
        ),
    ] = "1x1",
    overlap: Annotated[
        str, typer.Option(help="A strip that neighbouring pages both show, for cutting through both at once.")
    ] = "0mm",
    register: Annotated[
        bool,
        typer.Option("--register", help="Crosses in the margins, in a layer of their own, that lie on each other."),
    ] = False,
    pipeline: PipelineOption = None,
    machine: TimedMachineOption = "axidraw-v3",
    dpi: DpiOption = 150.0,
    gcode: GcodeOptions,
) -> None:
    """Draw a repeat over a page, or over several, from uncut strokes: the pen lifts on no seam."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.files import together
    from sketchdesign.core.machine import find_machine
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.design.sheets import SheetPlan
    from sketchdesign.geometry.vpype_worker import VpypeWorker
    from sketchdesign.services.export import check_outputs
    from sketchdesign.services.project.sheets import parse_sheets, pattern_sheets, sheet_paths
    from sketchdesign.services.tiles.grounds import export_on_ground

    console: Console = context.obj
    plotter = find_machine(machine)
    settings = gcode.settings(plotter)
    rows, columns = parse_sheets(sheets)
    paper, margin_mm = Page.parse(page, landscape=landscape), parse_length_mm(margin)
    plan = SheetPlan(paper, rows, columns, margin_mm, parse_length_mm(overlap), register)
    for place in plan.places():
        check_outputs(sheet_paths(output, plan, *place))
    with VpypeWorker() as worker:
        made = console.run(pattern_sheets(tile, plan, worker, pipeline=pipeline, machine=plotter))
    with together():
        for each in made:
            export_on_ground(each.drawing, sheet_paths(output, plan, each.row, each.column), dpi, gcode=settings)
    if made[0].joined:
        console.note(
            f"{tile.name} keeps no design of ours: its strokes are cut at the edges, and were joined where they meet."
        )
    if plan.overlap_mm:
        console.note(f"Neighbouring sheets both draw a strip {plan.overlap_mm:g} mm wide.")
    _report(console, made, plan, plotter)


def _report(console: Console, made: Sequence[PatternSheet], plan: SheetPlan, plotter: MachineProfile) -> None:
    routes = [each.route for each in made]
    before, after = (sum(getattr(route, name) for route in routes) for name in ("pen_up_mm_before", "pen_up_mm_after"))
    sketches, strokes = sum(each.sketches for each in made), sum(each.drawing.stroke_count for each in made)
    estimate_s = sum(each.estimate_s for each in made)
    width, height = plan.whole_mm
    whole = f"{len(made)} sheets, together {width:g} x {height:g} mm: " if len(made) > 1 else ""
    console.result(
        {
            "sketches": sketches,
            "strokes": strokes,
            "pen_up_mm_before": round(before, 2),
            "pen_up_mm_after": round(after, 2),
            "pen_down_mm": round(sum(route.pen_down_mm for route in routes), 2),
            "lifts_before": sum(route.lifts_before for route in routes),
            "lifts_after": sum(route.lifts_after for route in routes),
            "estimate_s": round(estimate_s, 1),
            "joined": made[0].joined,
            "sheets": len(made),
            "width_mm": round(width, 3),
            "height_mm": round(height, 3),
            "seconds": round(sum(each.seconds for each in made), 3),
        },
        f"{whole}{counted(sketches, 'motif')}, {counted(strokes, 'stroke')}. "
        f"Pen up {before / 1000:.2f} m before routing, {after / 1000:.2f} m after; "
        f"about {roughly(estimate_s)} {on_machine(plotter, plan.page)}.",
    )
