from __future__ import annotations

import itertools

import numpy as np
import pytest

from sketchdesign.core.drawing import Page
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.digits import HEIGHT, WIDTH, number_sketch
from sketchdesign.design.grid import GridLayout
from sketchdesign.design.latentboard import arrange_board
from sketchdesign.design.lesson import EARLIER_PEN, NEW_PEN, NUMBER_PEN, lesson_cells, stages


def lines(*lengths: float) -> Sketch:
    return Sketch.from_polylines(np.array([[0, n], [length / 2, n], [length, n]]) for n, length in enumerate(lengths))


def ink(sketch: Sketch) -> float:
    return sum(float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum()) for line in sketch.polylines())


def test_stages_are_whole_strokes_of_about_equal_ink_in_order() -> None:
    sketch = lines(10, 10, 10, 10, 20, 20, 5, 5, 5, 5)
    parts = stages(sketch, 4)
    assert [ink(part) for part in parts] == pytest.approx([20, 20, 40, 20])
    assert Sketch.from_polylines(line for part in parts for line in part.polylines()) == sketch


@pytest.mark.parametrize("lengths", [(100, 1, 1, 1), (1, 1, 1, 100), (0, 0, 0, 0, 0), (3,) * 50])
def test_no_stage_is_empty(lengths: tuple[float, ...]) -> None:
    parts = stages(lines(*lengths), 4)
    assert len(parts) == 4
    assert all(len(part) for part in parts)


def test_too_few_strokes_are_cut_at_their_points() -> None:
    angle = np.linspace(0, 6, 40)
    one = Sketch.from_polylines([np.stack([np.cos(angle), np.sin(angle)], axis=1)])
    parts = stages(one, 4)
    assert len(parts) == 4
    assert [ink(part) for part in parts] == pytest.approx([ink(one) / 4] * 4, rel=0.1)
    for before, after in itertools.pairwise(parts):
        assert np.array_equal(before.points[-1], after.points[0])


def test_what_cannot_be_cut_gives_fewer_stages() -> None:
    assert len(stages(Sketch.from_polylines([[[0, 0], [9, 9]]]), 4)) == 1


def test_panels_add_up_to_the_sketch_and_stand_still() -> None:
    sketch = lines(10, 20, 30, 20, 10, 15)
    cells = lesson_cells(sketch, 4, row=2)
    assert [(cell.row, cell.column) for cell in cells] == [(2, 0), (2, 1), (2, 2), (2, 3)]
    earlier = 0
    for cell in cells:
        grey, black, number = cell.parts
        assert (grey.pen, black.pen, number.pen) == (EARLIER_PEN, NEW_PEN, NUMBER_PEN)
        assert grey.sketch.stroke_count == earlier
        earlier += black.sketch.stroke_count
    assert earlier == sketch.stroke_count
    assert len({cell.box for cell in cells}) == 1
    drawing = arrange_board([*cells], GridLayout(3, 4, 5.0, 5.0), Page(200.0, 150.0))
    earlier_layer, new_layer, _ = drawing.layers
    first = new_layer.strokes.polylines()[0]
    again = next(line for line in earlier_layer.strokes.polylines() if len(line) == len(first))
    # One panel further on, at the same height and scale.
    assert again - first == pytest.approx(np.tile(again[0] - first[0], (len(first), 1)))
    assert again[0, 1] == pytest.approx(first[0, 1])


@pytest.mark.parametrize("number", [0, 1, 234, 567890])
def test_numbers_are_drawn_digit_by_digit(number: int) -> None:
    x_min, y_min, x_max, y_max = number_sketch(number).bounds
    digits = len(str(number))
    assert (y_min, y_max) == (0.0, HEIGHT)
    assert x_min >= 0.0
    assert x_max <= digits * WIDTH + (digits - 1) * 2.0
    assert x_max > (digits - 1) * (WIDTH + 2.0)


def test_digits_differ() -> None:
    assert len({number_sketch(digit) for digit in range(10)}) == 10
