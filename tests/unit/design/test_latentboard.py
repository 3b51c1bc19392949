from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.grid import GridLayout
from sketchdesign.design.latentboard import (
    COLD,
    DRAWN_PEN,
    GIVEN_PEN,
    WARM,
    Cell,
    Palette,
    Part,
    arrange_board,
    board_page,
    corner_colours,
    drawn_pens,
    gallery,
    row_colours,
    temperature_colours,
)

SQUARE = Sketch.from_polylines([[[0, 0], [10, 0], [10, 10], [0, 10]]])
BAR = Sketch.from_polylines([[[0, 20], [10, 20]], [[5, 20], [5, 30]]])


def test_parts_of_a_cell_keep_their_place_to_each_other() -> None:
    cell = Cell(0, 1, (Part(SQUARE, GIVEN_PEN), Part(BAR, DRAWN_PEN)))
    drawing = arrange_board([cell], GridLayout(1, 2, margin_mm=0, gap_mm=0), Page(60, 30))
    given, drawn = drawing.layers
    assert (given.pen, drawn.pen) == (GIVEN_PEN, DRAWN_PEN)
    assert [len(given.strokes), len(drawn.strokes)] == [1, 2]
    # 10 x 30 units in 30 x 30 mm: one unit is a millimetre, in the middle of the second cell.
    assert given.strokes.points.tolist() == [[40, 0], [50, 0], [50, 10], [40, 10]]
    assert drawn.strokes.points[-1].tolist() == [45, 30]


def test_each_pen_is_one_layer_in_the_order_of_first_use() -> None:
    cells = [Cell.of(0, n, SQUARE, pen) for n, pen in enumerate([DRAWN_PEN, Pen("red", "#ff0000"), DRAWN_PEN])]
    drawing = arrange_board(cells, GridLayout(1, 3), Page(100, 50))
    assert [layer.label for layer in drawing.layers] == ["drawn", "red"]
    assert [len(layer.strokes) for layer in drawing.layers] == [2, 1]


def test_an_empty_sketch_leaves_its_cell_and_its_layer_out() -> None:
    cells = [Cell.of(0, 0, Sketch.empty(), GIVEN_PEN), Cell.of(0, 1, SQUARE, DRAWN_PEN)]
    drawing = arrange_board(cells, GridLayout(1, 2), Page(100, 50))
    assert [layer.pen for layer in drawing.layers] == [DRAWN_PEN]


def test_a_page_that_is_too_small_is_refused() -> None:
    with pytest.raises(InputError, match="does not fit"):
        arrange_board([Cell.of(0, 0, SQUARE, DRAWN_PEN)], GridLayout(1, 1, margin_mm=30), Page(50, 50))


def test_the_page_fits_its_cells() -> None:
    page = board_page(2, 3, 8.0, 4.0)
    assert GridLayout(2, 3, 8.0, 4.0).cell_size_mm(page) == pytest.approx((30.0, 30.0))


def test_corner_colours_are_exact_in_the_corners() -> None:
    corners = ["#1b6ca8", "#d1495b", "#2e933c", "#c77d0a"]
    grid = np.array(corner_colours(corners, 4, 5)).reshape(4, 5)
    assert grid[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == corners
    assert len(set(grid.ravel())) == 20
    assert grid[0].tolist() == row_colours(corners[0], corners[1], 5)


def test_black_is_one_pen() -> None:
    assert len(set(drawn_pens(["#000000"] * 3 + ["#ff0000"] * 2))) == 2


def test_a_palette_takes_the_pens_at_hand() -> None:
    corners = ("#ff0000", "#0000ff", "#ff0000", "#0000ff")
    pens = Palette(corners, ("#cc0000", "#000088")).grid(2, 4)
    assert [pen.colour for pen in pens[:4]] == ["#cc0000", "#cc0000", "#000088", "#000088"]
    assert [pen.colour for pen in Palette(corners).strip(3)][::2] == ["#ff0000", "#0000ff"]


def test_temperatures_go_from_blue_to_red_by_their_value() -> None:
    colours = temperature_colours([1.0, 0.1, 0.55])
    assert [colours[1], colours[0]] == [COLD, WARM]
    assert colours[2] == row_colours(COLD, WARM, 3)[1]
    assert temperature_colours([0.4]) == [COLD]
    pens = Palette(pens=("#0000ff", "#ff0000")).temperatures([0.1, 0.2, 0.9, 1.0])
    assert [pen.colour for pen in pens] == ["#0000ff", "#0000ff", "#ff0000", "#ff0000"]


def test_a_box_holds_a_cell_in_place() -> None:
    small = SQUARE.transformed(0.25)
    x, y = SQUARE.bounds[2:]
    held = Cell(0, 0, (Part(small, DRAWN_PEN),), (0.0, 0.0, x, y))
    page, layout = Page(100, 100), GridLayout(1, 1, 0.0, 0.0)
    (layer,) = arrange_board([held], layout, page).layers
    assert np.ptp(layer.strokes.points, axis=0).max() == pytest.approx(25.0)
    assert len(layer.strokes) == small.stroke_count


def test_a_gallery_is_about_square() -> None:
    cells, rows, columns = gallery([SQUARE] * 7, [DRAWN_PEN] * 7, column=1)
    assert (rows, columns) == (3, 4)
    assert [(cell.row, cell.column) for cell in cells[2:4]] == [(0, 3), (1, 1)]
