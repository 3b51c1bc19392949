"""``grid``: a sheet of sketches, routed for the pen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.console import Console, rejected_sentence
from sketchdesign.cli.options import (
    DpiOption,
    GapOption,
    LandscapeOption,
    MarginOption,
    ModelArgument,
    OutputOption,
    PageOption,
    PipelineOption,
    SamplingOptions,
    SmoothOption,
    TimedMachineOption,
    expand_options,
    parse_counts,
)
from sketchdesign.cli.wording import counted, on_machine, roughly
from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.services.reroll import GridPlan


@expand_options
def grid(
    context: typer.Context,
    *,
    model: ModelArgument,
    output: OutputOption,
    rows: Annotated[int, typer.Option(help="Rows of sketches.")] = 8,
    columns: Annotated[int, typer.Option("--cols", help="Columns of sketches.")] = 8,
    page: PageOption = "A4",
    landscape: LandscapeOption = False,
    margin: MarginOption = "10mm",
    gap: GapOption = "3mm",
    smooth: SmoothOption = None,
    pipeline: PipelineOption = None,
    machine: TimedMachineOption = "axidraw-v3",
    dpi: DpiOption = 150.0,
    board: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="BOARD", help="A sheet made before: rows, page, seed and all sampling are as they were."
        ),
    ] = None,
    reroll: Annotated[
        str | None,
        typer.Option(metavar="N,N,...", help="Cells of --from to draw anew, from 1, row by row; no other changes."),
    ] = None,
    keep: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Cells of --from to keep; all others are drawn anew.")
    ] = None,
    sampling: SamplingOptions,
) -> None:
    """Fill a page with new sketches in rows and columns, by the shortest way for the pen."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.machine import find_machine
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.design.grid import GridLayout
    from sketchdesign.geometry.vpype_worker import VpypeWorker
    from sketchdesign.model.zoo import open_model
    from sketchdesign.services.export import check_outputs, export_records, generated_records
    from sketchdesign.services.reroll import GridPlan, read_grid_plan
    from sketchdesign.services.sheets import grid_sheet

    console: Console = context.obj
    check_outputs(output, sketches=True)
    opened = open_model(model)
    if board is None:
        if reroll is not None or keep is not None:
            raise InputError("--reroll and --keep need a sheet to begin with", hint="name it with --from")
        layout = GridLayout(rows, columns, parse_length_mm(margin), parse_length_mm(gap))
        settings = sampling.settings(rows * columns, console)
        plan = GridPlan(settings, layout, Page.parse(page, landscape=landscape))
    else:
        plan = read_grid_plan(board, opened, device=console.device, threads=console.threads)
        plan = _changed(plan, reroll, keep)
    if smooth is not None:
        plan = replace(plan, smooth_mm=parse_length_mm(smooth))
    plotter = find_machine(machine)
    with VpypeWorker() as worker:
        work = grid_sheet(
            opened,
            plan.settings,
            plan.layout,
            plan.page,
            worker,
            smooth_mm=plan.smooth_mm,
            pipeline=pipeline,
            machine=plotter,
        )
        sheet = console.run(work)
    route, generated = sheet.route, sheet.generated
    records = generated_records(generated, plan.settings)
    export_records(records, lambda: sheet.drawing, sheet.drawing.provenance, output, dpi)
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
            "rejected": generated.rejected,
            "seconds": round(sheet.seconds, 3),
            "seed": plan.settings.seed,
            "device": generated.device,
        },
        f"{counted(len(generated.sketches), 'sketch', 'sketches')}, {counted(sheet.drawing.stroke_count, 'stroke')}, "
        f"seed {plan.settings.seed}. "
        f"Pen up {route.pen_up_mm_before / 1000:.2f} m before routing, {route.pen_up_mm_after / 1000:.2f} m after; "
        f"pen down {route.pen_down_mm / 1000:.2f} m; "
        f"about {roughly(sheet.estimate_s)} {on_machine(plotter, plan.page)}."
        f"{rejected_sentence(generated.rejected)}",
    )


def _changed(plan: GridPlan, reroll: str | None, keep: str | None) -> GridPlan:
    from sketchdesign.services.reroll import with_new_cells

    if reroll is not None and keep is not None:
        raise InputError("--reroll and --keep say the same thing in two ways", hint="use one of them")
    if keep is not None:
        return with_new_cells(plan, parse_counts(keep, "cells"), keep=True)
    return plan if reroll is None else with_new_cells(plan, parse_counts(reroll, "cells"))
