"""Sheets: sketches generated, arranged, routed and timed, ready to be written."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile
from sketchdesign.core.provenance import Provenance
from sketchdesign.design.grid import GridLayout, arrange_grid
from sketchdesign.geometry.optimise import RouteReport, optimise
from sketchdesign.geometry.timecost import estimate_s
from sketchdesign.services.generate import Generated, GenerateSettings, generate
from sketchdesign.services.jobs import Progress, Work

if TYPE_CHECKING:
    from sketchdesign.geometry.vpype_worker import VpypeWorker
    from sketchdesign.model.checkpoint import Model


@dataclass(frozen=True)
class GridSheet:
    """A finished sheet.

    Attributes:
        drawing: in millimetres, routed, with its provenance.
        generated: how the sketches came about.
        route: what routing changed.
        estimate_s: seconds that a plotter takes.
        seconds: seconds that all of it took here.
    """

    drawing: Drawing
    generated: Generated
    route: RouteReport
    estimate_s: float
    seconds: float


def grid_sheet(
    model: Model,
    settings: GenerateSettings,
    layout: GridLayout,
    page: Page,
    worker: VpypeWorker,
    *,
    smooth_mm: float | None = None,
    pipeline: str | None = None,
    machine: MachineProfile = AXIDRAW_V3,
) -> Work[GridSheet]:
    """Fill a grid with new sketches and route the strokes.

    Args:
        model: the checkpoint that draws.
        settings: ``count`` is replaced by the number of cells.
        layout: rows, columns and spaces.
        page: the paper.
        worker: the process that runs a ``pipeline``; it starts up while the sketches are drawn.
        smooth_mm: turn angles into curves that move lines by this much at most; None leaves them.
        pipeline: vpype commands in the place of our own router.
        machine: the plotter whose time is estimated.

    Raises:
        InputError: the cells or the tolerance are too small.
    """
    from sketchdesign.geometry.treatment import Treatment

    started = time.perf_counter()
    settings = replace(settings, count=layout.rows * layout.columns)
    layout.cell_size_mm(page)
    if pipeline is not None:
        worker.start()
    generated = yield from generate(model, settings)
    drawing = arrange_grid([drawn.sketch for drawn in generated.sketches], layout, page)
    drawing = Treatment(smooth_mm=smooth_mm).before_routing(drawing)
    yield Progress(0, 1, "routing")
    routed, route = optimise(drawing, worker, pipeline)
    recipe = {
        "command": "grid",
        "layout": layout.to_json(),
        "page": {"width_mm": page.width_mm, "height_mm": page.height_mm},
        "smooth_mm": smooth_mm,
        "pipeline": route.pipeline,
        **drawing_recipe(model, settings),
    }
    routed = replace(routed, provenance=Provenance(recipe))
    return GridSheet(routed, generated, route, estimate_s(routed, machine), time.perf_counter() - started)


def drawing_recipe(model: Model, settings: GenerateSettings) -> dict[str, Any]:
    """The part of a recipe that says which sketches were drawn."""
    return {"model": {"name": model.info.name, "sha256": model.sha256}, "generate": settings.to_json()}
