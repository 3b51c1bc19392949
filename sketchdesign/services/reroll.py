"""Some cells of a finished sheet drawn anew, all others as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Page
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.design.grid import GridLayout
from sketchdesign.output.files import read_provenance
from sketchdesign.services.generate import GenerateSettings

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model


@dataclass(frozen=True)
class GridPlan:
    """All that a grid of sketches is made from, besides its model; ``smooth_mm`` is how far smoothing moves lines."""

    settings: GenerateSettings
    layout: GridLayout
    page: Page
    smooth_mm: float | None = None


def read_grid_plan(path: Path, model: Model, *, device: str = "auto", threads: int | None = None) -> GridPlan:
    """What a sheet that ``grid`` wrote was made from.

    Args:
        path: the sheet, in any format.
        model: the one that is to draw the new cells.
        device, threads: see `GenerateSettings`.

    Raises:
        InputError: the file cannot be read, is not a grid, or was drawn by another model.
        SketchFormatError: it does not say how it was made, or is damaged.
    """
    recipe = read_provenance(path).recipe
    if recipe.get("command") != "grid":
        raise InputError(f"{path} is not a sheet that grid has made", hint="give one that is")
    try:
        name, sha256 = str(recipe["model"]["name"]), str(recipe["model"]["sha256"])
        settings = GenerateSettings.from_json(recipe["generate"], device=device, threads=threads)
        layout = GridLayout(**recipe["layout"])
        page = Page(float(recipe["page"]["width_mm"]), float(recipe["page"]["height_mm"]))
        smooth_mm = None if recipe.get("smooth_mm") is None else float(recipe["smooth_mm"])
    except (KeyError, TypeError, ValueError) as error:
        raise SketchFormatError(f"the recipe kept in {path} is damaged", hint="make the sheet again") from error
    if sha256 != model.sha256:
        raise InputError(
            f"{path} was drawn by another model than this {model.info.name}",
            hint=f"give the model {name} it was made with",
        )
    return GridPlan(settings, layout, page, smooth_mm)


def with_new_cells(plan: GridPlan, cells: Sequence[int], *, keep: bool = False) -> GridPlan:
    """The plan with some cells drawn anew.

    Args:
        plan: of the sheet.
        cells: counted from 1, row by row.
        keep: draw all but these anew.

    Raises:
        InputError: the sheet has no such cell.
    """
    count = plan.layout.rows * plan.layout.columns
    for cell in cells:
        if not 1 <= cell <= count:
            raise InputError(f"the sheet has no cell {cell}", hint=f"choose among 1 to {count}, counted row by row")
    chosen = {cell - 1 for cell in cells}
    if keep:
        chosen = set(range(count)) - chosen
    return replace(plan, settings=plan.settings.rolled(sorted(chosen)))
