"""Sketches in rows and columns on a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch

SMALLEST_CELL_MM = 0.5
MOST_CELLS = 1_000_000
CONTACT_PAGE = Page(210.0, 297.0)


@dataclass(frozen=True)
class GridLayout:
    """Rows and columns of equal cells within a page's margins.

    Attributes:
        rows, columns: counts.
        margin_mm: free border of the page.
        gap_mm: free space between neighbouring cells.
    """

    rows: int
    columns: int
    margin_mm: float = 10.0
    gap_mm: float = 3.0

    def __post_init__(self) -> None:
        if self.rows < 1 or self.columns < 1:
            raise InputError(
                f"a grid of {self.rows} x {self.columns} has no cell", hint="use at least one row and column"
            )
        if self.rows * self.columns > MOST_CELLS:
            raise InputError(
                f"a grid of {self.rows} x {self.columns} is too large", hint=f"use at most {MOST_CELLS} cells"
            )
        if self.margin_mm < 0 or self.gap_mm < 0:
            raise InputError("the margin and the gap of a grid cannot be negative", hint="use 0mm or more")

    def cell_size_mm(self, page: Page) -> tuple[float, float]:
        """Width and height of a cell.

        Raises:
            InputError: margins and gaps leave no room.
        """
        width = (page.width_mm - 2 * self.margin_mm - (self.columns - 1) * self.gap_mm) / self.columns
        height = (page.height_mm - 2 * self.margin_mm - (self.rows - 1) * self.gap_mm) / self.rows
        if min(width, height) < SMALLEST_CELL_MM:
            size = f"{page.width_mm:g} x {page.height_mm:g} mm"
            raise InputError(
                f"a grid of {self.rows} x {self.columns} does not fit on {size}",
                hint="use fewer cells, a smaller margin or gap, or a larger page",
            )
        return width, height

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for provenance."""
        return asdict(self)


def arrange_grid(sketches: Sequence[Sketch], layout: GridLayout, page: Page, pen: Pen | None = None) -> Drawing:
    """Place sketches into cells row by row, each as large as its cell allows and centred in it, with one pen."""
    width, height = layout.cell_size_mm(page)
    placed = []
    for number, sketch in enumerate(sketches):
        row, column = divmod(number, layout.columns)
        left = layout.margin_mm + column * (width + layout.gap_mm)
        top = layout.margin_mm + row * (height + layout.gap_mm)
        placed.append(fit_into(sketch, left, top, width, height))
    return Drawing(page, (Layer(pen or Pen(), Strokes.concatenate(placed)),))


def contact_sheet(sketches: Sequence[Sketch], page: Page = CONTACT_PAGE) -> Drawing:
    """All sketches in a grid of about square cells."""
    ratio = page.width_mm / page.height_mm
    columns = max(1, round(math.sqrt(len(sketches) * ratio)))
    rows = max(1, -(-len(sketches) // columns))
    gap = 0.15 * page.width_mm / columns
    return arrange_grid(sketches, GridLayout(rows, columns, gap_mm=min(gap, 5.0)), page)


def fit_into(sketch: Sketch, left: float, top: float, width: float, height: float) -> Strokes:
    """A sketch scaled evenly to fill a box in mm, and centred; one without extent is put into the middle."""
    if not len(sketch):
        return Strokes.empty()
    x_min, y_min, x_max, y_max = sketch.bounds
    across, down = x_max - x_min, y_max - y_min
    ratios = [room / size for room, size in ((width, across), (height, down)) if size > 0]
    scale = min(ratios, default=0.0)
    middle = np.array([(x_min + x_max) / 2.0, (y_min + y_max) / 2.0])
    points = (sketch.points - middle) * scale + np.array([left + width / 2.0, top + height / 2.0])
    return Strokes(points, np.concatenate([[0], np.cumsum(sketch.stroke_lengths)]))
