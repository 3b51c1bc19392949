from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.drawing import Page
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.grid import GridLayout, arrange_grid, contact_sheet, fit_into

A4 = Page(210.0, 297.0)
TALL = Sketch.from_polylines([[[0, 0], [10, 40]], [[10, 0], [0, 40]]])
WIDE = Sketch.from_polylines([[[5, 5], [105, 25]]])
DOT = Sketch.from_polylines([[[3, 3]]])


def test_cells_share_the_page_within_its_margins() -> None:
    layout = GridLayout(rows=4, columns=3, margin_mm=15.0, gap_mm=6.0)
    width, height = layout.cell_size_mm(A4)
    assert 3 * width + 2 * 6.0 + 2 * 15.0 == pytest.approx(210.0)
    assert 4 * height + 3 * 6.0 + 2 * 15.0 == pytest.approx(297.0)


@pytest.mark.parametrize("sketch", [TALL, WIDE], ids=["tall", "wide"])
def test_a_sketch_fills_its_box_centred_and_undistorted(sketch: Sketch) -> None:
    strokes = fit_into(sketch, 20.0, 30.0, 40.0, 50.0)
    low, high = strokes.points.min(axis=0), strokes.points.max(axis=0)
    assert (low + high) / 2 == pytest.approx([40.0, 55.0])
    x_min, y_min, x_max, y_max = sketch.bounds
    size = high - low
    assert size[0] / size[1] == pytest.approx((x_max - x_min) / (y_max - y_min), rel=1e-5)
    assert size[0] == pytest.approx(40.0) or size[1] == pytest.approx(50.0)
    assert (size <= [40.0 + 1e-9, 50.0 + 1e-9]).all()


def test_a_dot_lies_in_the_middle_and_an_empty_sketch_leaves_its_cell_empty() -> None:
    assert fit_into(DOT, 0.0, 0.0, 10.0, 20.0).points.tolist() == [[5.0, 10.0]]
    drawing = arrange_grid([Sketch.empty(), DOT], GridLayout(1, 2), A4)
    assert drawing.stroke_count == 1


def test_sketches_go_row_by_row() -> None:
    layout = GridLayout(2, 2, margin_mm=0.0, gap_mm=0.0)
    strokes = arrange_grid([DOT, DOT, DOT, DOT], layout, Page(100.0, 100.0)).layers[0].strokes
    assert np.array_equal(strokes.points, [[25, 25], [75, 25], [25, 75], [75, 75]])


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (lambda: GridLayout(0, 3), "has no cell"),
        (lambda: GridLayout(2000, 2000), "is too large"),
        (lambda: GridLayout(1, 1, margin_mm=-1.0), "cannot be negative"),
        (lambda: GridLayout(1, 1, margin_mm=105.0).cell_size_mm(A4), "a grid of 1 x 1 does not fit on 210 x 297 mm"),
    ],
)
def test_layouts_without_room_are_refused(layout: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        layout()  # type: ignore[operator]


@pytest.mark.parametrize("count", [1, 2, 7, 64, 101])
def test_a_contact_sheet_has_room_for_all(count: int) -> None:
    assert contact_sheet([TALL] * count).stroke_count == 2 * count
