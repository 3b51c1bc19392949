"""Sheets of a tile's pattern: one page, or several that are laid together, from uncut strokes and routed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.files import read_provenance
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.tiles.files import open_design

if TYPE_CHECKING:
    from sketchdesign.design.sheets import SheetPlan
    from sketchdesign.design.tile import Design
    from sketchdesign.geometry.optimise import RouteReport
    from sketchdesign.geometry.vpype_worker import VpypeWorker


@dataclass(frozen=True)
class PatternSheet:
    """A page of a repeat, routed; ``joined`` if it comes from a tile whose strokes had been cut at the seams.

    ``row`` and ``column`` tell which one it is of several, from 0.
    """

    drawing: Drawing
    route: RouteReport
    sketches: int
    joined: bool
    estimate_s: float
    seconds: float
    row: int = 0
    column: int = 0


def pattern_sheet(
    path: Path,
    page: Page,
    margin_mm: float,
    worker: VpypeWorker,
    *,
    pipeline: str | None = None,
    machine: MachineProfile = AXIDRAW_V3,
) -> Work[PatternSheet]:
    """The repeat of a tile's file over a page, from uncut strokes, routed.

    Raises:
        InputError, SketchFormatError: as `open_design`; the margin leaves no room; the strokes would be too many.
    """
    from sketchdesign.design.sheets import SheetPlan

    plan = SheetPlan(page, margin_mm=margin_mm)
    (made,) = yield from pattern_sheets(path, plan, worker, pipeline=pipeline, machine=machine)
    return made


def pattern_sheets(
    path: Path,
    plan: SheetPlan,
    worker: VpypeWorker,
    *,
    places: Sequence[tuple[int, int]] | None = None,
    pipeline: str | None = None,
    machine: MachineProfile = AXIDRAW_V3,
) -> Work[tuple[PatternSheet, ...]]:
    """The repeat of a tile's file over one or several pages that are laid together, row by row, each routed.

    Args:
        path: the tile.
        plan: the pages.
        worker: the process that runs a ``pipeline``.
        places: rows and columns, from 0, of the pages that are wanted; by default all.
        pipeline: vpype commands in the place of our own router.
        machine: the plotter whose time is estimated.

    Raises:
        InputError, SketchFormatError: as `pattern_sheet`.
    """
    design, joined = open_design(path)
    tile = {} if joined else dict(read_provenance(path).recipe)
    ground = {"ground": tile["ground"]} if "ground" in tile else {}
    recipe = {"command": "sheet", **_planned(plan), **ground, "tile": tile}
    if pipeline is not None:
        worker.start()
    made: list[PatternSheet] = []
    wanted = list(plan.places()) if places is None else places
    for row, column in wanted:
        yield Progress(len(made), len(wanted), "routing")
        made.append(_routed(design, plan, row, column, recipe, joined, worker, pipeline, machine))
    return tuple(made)


def _routed(
    design: Design,
    plan: SheetPlan,
    row: int,
    column: int,
    recipe: dict[str, Any],
    joined: bool,
    worker: VpypeWorker,
    pipeline: str | None,
    machine: MachineProfile,
) -> PatternSheet:
    from sketchdesign.design.sheets import sheet_of
    from sketchdesign.design.tile import count_motifs
    from sketchdesign.geometry.optimise import optimise
    from sketchdesign.geometry.timecost import estimate_s

    started = time.perf_counter()
    routed, route = optimise(sheet_of(design, plan, row, column), worker, pipeline)
    place = {} if plan.rows * plan.columns == 1 else {"row": row + 1, "column": column + 1}
    routed = replace(routed, provenance=Provenance({**recipe, **place, "pipeline": route.pipeline}))
    return PatternSheet(
        routed,
        route,
        count_motifs(design, plan.area_of(row, column)),
        joined,
        estimate_s(routed, machine),
        time.perf_counter() - started,
        row,
        column,
    )


def parse_sheets(text: str) -> tuple[int, int]:
    """Rows and columns from ``2x3``.

    Raises:
        InputError: the text names no two counts.
    """
    rows, _, columns = text.strip().lower().replace("\u00d7", "x").partition("x")
    if not (rows.strip().isdecimal() and columns.strip().isdecimal() and len(text) < 20):
        raise InputError(f"{text!r:.40} is no number of sheets", hint="write rows x columns, such as 2x3")
    return int(rows), int(columns)


def sheet_paths(paths: Sequence[Path], plan: SheetPlan, row: int, column: int) -> list[Path]:
    """``wall.svg`` as ``wall-r1c1.svg`` for the sheet at a row and column from 0; as it is if there is no other."""
    if plan.rows * plan.columns == 1:
        return list(paths)
    return [path.with_name(f"{path.stem}-r{row + 1}c{column + 1}{path.suffix}") for path in paths]


def _planned(plan: SheetPlan) -> dict[str, Any]:
    """The plan as the recipe of a single page has always had it, and what there is more."""
    planned = plan.to_json()
    if plan.rows * plan.columns == 1:
        return {"page": planned["page"], "margin_mm": plan.margin_mm, "register": plan.register}
    return planned
