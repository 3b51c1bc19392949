"""A pattern over several sheets of paper that are laid together: where each begins, what it shows, and its marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.design.tile import Design, pattern, printable
from sketchdesign.geometry.clip import Box, clip_to_box

MOST_SHEETS = 400
LEAST_MARK_MARGIN_MM = 4.0

_MARK_SHARE = 0.35
_LARGEST_MARK_MM = 4.0
_MARK_PEN = Pen("registration", "#000000", 0.2)


@dataclass(frozen=True)
class SheetPlan:
    """Rows and columns of equal pages, the pattern running on from each to the next.

    Attributes:
        page: the paper of each.
        rows, columns: how many.
        margin_mm: free border of every page; where two drawings meet, the margin of one is cut off or covered.
        overlap_mm: so wide is the strip that neighbours both show, for cutting through both at once.
        register: whether crosses in the margins show where neighbours meet.
    """

    page: Page
    rows: int = 1
    columns: int = 1
    margin_mm: float = 10.0
    overlap_mm: float = 0.0
    register: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.rows * self.columns <= MOST_SHEETS or min(self.rows, self.columns) < 1:
            raise InputError(
                f"{self.rows} x {self.columns} sheets cannot be drawn", hint=f"choose 1 to {MOST_SHEETS} in all"
            )
        width, height = self.area_mm
        if not 0.0 <= self.overlap_mm < min(width, height) / 2.0:
            raise InputError(
                f"an overlap of {self.overlap_mm:g} mm cannot be made",
                hint=f"choose less than half a drawing, which is {width:g} x {height:g} mm",
            )
        if self.register and self.margin_mm < LEAST_MARK_MARGIN_MM:
            raise InputError(
                f"a margin of {self.margin_mm:g} mm has no room for crosses",
                hint=f"choose {LEAST_MARK_MARGIN_MM:g} mm or more",
            )

    @property
    def area_mm(self) -> tuple[float, float]:
        """Width and height of what is drawn on each page.

        Raises:
            InputError: the margin leaves nothing.
        """
        area = printable(self.page, self.margin_mm)
        return area.right - area.left, area.bottom - area.top

    @property
    def whole_mm(self) -> tuple[float, float]:
        """Width and height of the drawing that the sheets make together."""
        (width, height), lap = self.area_mm, self.overlap_mm
        return self.columns * (width - lap) + lap, self.rows * (height - lap) + lap

    def places(self) -> Iterator[tuple[int, int]]:
        """The row and the column of each sheet, from 0."""
        return ((row, column) for row in range(self.rows) for column in range(self.columns))

    def area_of(self, row: int, column: int) -> Box:
        """What a sheet shows of the whole drawing, whose corner is the origin."""
        width, height = self.area_mm
        left, top = column * (width - self.overlap_mm), row * (height - self.overlap_mm)
        return Box(left, top, left + width, top + height)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for provenance."""
        return asdict(self)


def sheet_of(design: Design, plan: SheetPlan, row: int, column: int) -> Drawing:
    """One sheet: whole strokes of the pattern, cut nowhere but at its margins.

    A line along the edge between two sheets is on one of them alone.

    Raises:
        InputError: there would be too many strokes.
    """
    area, layers = plan.area_of(row, column), []
    # The last sheets have nobody to leave the lines on their far edges to.
    followed = (column < plan.columns - 1, row < plan.rows - 1)
    for layer, strokes in zip(design.layers, pattern(design, area), strict=True):
        cut = clip_to_box(strokes, area, half_open=followed)
        layers.append(replace(layer, strokes=Strokes(cut.points - area.low + plan.margin_mm, cut.offsets)))
    if plan.register:
        layers.append(_crosses(plan, row, column))
    return Drawing(plan.page, tuple(layers))


def _crosses(plan: SheetPlan, row: int, column: int) -> Layer:
    """Two crosses at each corner, in the margins: those of neighbours lie on each other when the drawings meet."""
    area, half = plan.area_of(row, column), plan.overlap_mm / 2.0
    # Sheets that overlap meet in the middle of the strip.
    inset = np.array([[column > 0, column < plan.columns - 1], [row > 0, row < plan.rows - 1]]) * half
    left, right = plan.margin_mm + inset[0, 0], plan.margin_mm + area.right - area.left - inset[0, 1]
    top, bottom = plan.margin_mm + inset[1, 0], plan.margin_mm + area.bottom - area.top - inset[1, 1]
    middle = plan.margin_mm / 2.0
    far_x, far_y = plan.page.width_mm - middle, plan.page.height_mm - middle
    places = [(x, y) for x in (left, right) for y in (middle, far_y)]
    places += [(x, y) for y in (top, bottom) for x in (middle, far_x)]
    arm = min(_LARGEST_MARK_MM, _MARK_SHARE * plan.margin_mm)
    lines = [
        np.array(place) + arm * np.array(ends) for place in places for ends in (((-1, 0), (1, 0)), ((0, -1), (0, 1)))
    ]
    return Layer(_MARK_PEN, Strokes.from_polylines(lines), _MARK_PEN.name)
