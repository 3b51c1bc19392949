"""What the latent tools lay out: sketches in cells, each of one or several parts, and a layer for each pen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sketchdesign.core.colour import mix, nearest
from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.grid import GridLayout, fit_into

INPUT_PEN = Pen("input", "#000000")
GIVEN_PEN = Pen("given", "#d62828")
DRAWN_PEN = Pen("drawn", "#000000")
"""The paper shows what a person drew in red, and what the model drew in black."""

COLD, WARM = "#2b4bff", "#e02020"
"""The paper's colours of a low and a high temperature."""

CORNER_COLOURS = ("#1b6ca8", "#d1495b", "#2e933c", "#c77d0a")

CELL_MM = 30.0


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Part:
    """A sketch, or a part of one, and its pen."""

    sketch: Sketch
    pen: Pen


@dataclass(frozen=True)
class Cell:
    """What stands in one cell; its parts share one scale, so that they stay together as they were drawn.

    Attributes:
        row, column: where.
        parts: in the order in which they are drawn.
        box: x_min, y_min, x_max, y_max of what fills the cell, where that is more than the parts' own ink.
    """

    row: int
    column: int
    parts: tuple[Part, ...]
    box: Box | None = None

    @classmethod
    def of(cls, row: int, column: int, sketch: Sketch, pen: Pen) -> Cell:
        return cls(row, column, (Part(sketch, pen),))


def gallery(sketches: Sequence[Sketch], pens: Sequence[Pen], column: int = 0) -> tuple[list[Cell], int, int]:
    """Sketches row by row in about a square that begins at a column: the cells, and rows and columns of all."""
    columns = math.ceil(math.sqrt(len(sketches)))
    cells = [
        Cell.of(number // columns, column + number % columns, sketch, pen)
        for number, (sketch, pen) in enumerate(zip(sketches, pens, strict=True))
    ]
    return cells, -(-len(sketches) // columns), column + columns


def board_page(rows: int, columns: int, margin_mm: float, gap_mm: float) -> Page:
    """A page that gives each cell `CELL_MM`."""
    width, height = (count * (CELL_MM + gap_mm) - gap_mm + 2.0 * margin_mm for count in (columns, rows))
    return Page(width, height)


def arrange_board(cells: Sequence[Cell], layout: GridLayout, page: Page) -> Drawing:
    """Each cell's parts as large as the cell allows, and one layer for each pen in the order of its first use.

    Raises:
        InputError: the cells do not fit on the page.
    """
    width, height = layout.cell_size_mm(page)
    layers: dict[Pen, list[Strokes]] = {}
    for cell in cells:
        left = layout.margin_mm + cell.column * (width + layout.gap_mm)
        top = layout.margin_mm + cell.row * (height + layout.gap_mm)
        lines = [line for part in cell.parts for line in part.sketch.polylines()]
        # Two points behind all lines, which belong to no part, hold the box.
        lines += [] if cell.box is None else [np.array([cell.box[:2]]), np.array([cell.box[2:]])]
        placed = fit_into(Sketch.from_polylines(lines), left, top, width, height).polylines()
        for part in cell.parts:
            own, placed = placed[: part.sketch.stroke_count], placed[part.sketch.stroke_count :]
            layers.setdefault(part.pen, []).append(Strokes.from_polylines(own))
    drawn = (Layer(pen, Strokes.concatenate(parts), pen.name) for pen, parts in layers.items())
    return Drawing(page, tuple(layer for layer in drawn if len(layer.strokes)))


def row_colours(first: str, last: str, count: int) -> list[str]:
    """``count`` colours from ``first`` to ``last`` in OKLCH."""
    return [mix(first, last, float(share)) for share in np.linspace(0.0, 1.0, count)]


def temperature_colours(temperatures: Sequence[float]) -> list[str]:
    """A colour for each temperature, from blue for the lowest to red for the highest, in OKLCH."""
    low, high = min(temperatures), max(temperatures)
    return [mix(COLD, WARM, (each - low) / (high - low) if high > low else 0.0) for each in temperatures]


def corner_colours(corners: Sequence[str], rows: int, columns: int) -> list[str]:
    """A colour for each cell, row by row, between those of the corners: top left, top right, bottom left, bottom right.

    As the latent vectors are: down the left and the right edge, then across each row, in OKLCH.
    """
    top_left, top_right, bottom_left, bottom_right = corners
    left, right = row_colours(top_left, bottom_left, rows), row_colours(top_right, bottom_right, rows)
    return [colour for ends in zip(left, right, strict=True) for colour in row_colours(*ends, columns)]


@dataclass(frozen=True)
class Palette:
    """Colours for results between sketches.

    Attributes:
        corners: of a grid: top left, top right, bottom left, bottom right. The first two are the ends of a strip.
        pens: the pens that there are; each result takes the one that looks most like its colour. Without any, each
            has a pen of its own colour.
    """

    corners: tuple[str, ...] = CORNER_COLOURS
    pens: tuple[str, ...] = ()

    def grid(self, rows: int, columns: int) -> list[Pen]:
        """A pen for each cell, row by row."""
        return drawn_pens(self._available(corner_colours(self.corners, rows, columns)))

    def strip(self, count: int) -> list[Pen]:
        """A pen for each of ``count`` cells in a row."""
        return drawn_pens(self._available(row_colours(self.corners[0], self.corners[1], count)))

    def temperatures(self, values: Sequence[float]) -> list[Pen]:
        """A pen for each temperature, from cold to warm."""
        return drawn_pens(self._available(temperature_colours(values)))

    def _available(self, colours: list[str]) -> list[str]:
        return [nearest(colour, self.pens) for colour in colours] if self.pens else colours


DEFAULT_PALETTE = Palette()


def drawn_pens(colours: Sequence[str]) -> list[Pen]:
    """A pen for each colour; equal colours are one pen, and so one layer."""
    return [DRAWN_PEN if colour == DRAWN_PEN.colour else Pen(f"drawn {colour}", colour) for colour in colours]
