"""Sketches and their three notations, case by case; the properties are in tests/property."""

from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.errors import SketchFormatError
from sketchdesign.core.strokes import Sketch

HOUSE = Sketch.from_polylines([[[10, 10], [20, 10], [20, 20]], [[12, 12], [14, 12]]])


def test_stroke3_counts_offsets_from_the_origin_and_lifts_after_each_stroke() -> None:
    expected = [[10, 10, 0], [10, 0, 0], [0, 10, 1], [-8, -8, 0], [2, 0, 1]]
    assert HOUSE.to_stroke3().tolist() == expected


def test_stroke3_with_an_implicit_first_point_has_one_row_fewer() -> None:
    rows = HOUSE.to_stroke3(implicit_first_point=True)
    assert rows.tolist() == HOUSE.to_stroke3()[1:].tolist()
    assert Sketch.from_stroke3(rows, implicit_first_point=True) == HOUSE.transformed(shift=(-10, -10))


def test_a_first_stroke_of_one_point_reads_back_as_two_coincident_points() -> None:
    dot_first = Sketch.from_polylines([[[5, 5]], [[7, 5], [8, 5]]])
    back = Sketch.from_stroke3(dot_first.to_stroke3(implicit_first_point=True), implicit_first_point=True)
    assert [line.tolist() for line in back.polylines()] == [[[0, 0], [0, 0]], [[2, 0], [3, 0]]]


def test_stroke5_is_one_hot_and_padded_with_end_rows() -> None:
    rows = HOUSE.to_stroke5(8)
    assert rows.shape == (8, 5)
    assert (rows[:, 2:].sum(axis=1) == 1).all()
    assert rows[5:].tolist() == [[0, 0, 0, 0, 1]] * 3
    assert rows[2].tolist() == [0, 10, 0, 1, 0]


def test_stroke5_ends_at_the_first_end_row_even_in_row_zero() -> None:
    rows = HOUSE.to_stroke5()
    rows[3] = [99, 99, 0, 0, 1]
    assert len(Sketch.from_stroke5(rows)) == 3
    rows[0] = [0, 0, 0, 0, 1]
    assert Sketch.from_stroke5(rows) == Sketch.empty()


def test_stroke5_that_does_not_fit_is_refused() -> None:
    assert HOUSE.to_stroke5(5).shape == (5, 5)
    with pytest.raises(SketchFormatError, match="5 points is longer than 4"):
        HOUSE.to_stroke5(4)


def test_rows_that_never_lift_are_one_stroke() -> None:
    sketch = Sketch.from_stroke3([[1, 0, 0], [1, 0, 0]])
    assert sketch.stroke_lengths.tolist() == [2]


def test_the_empty_sketch_survives_everything() -> None:
    empty = Sketch.empty()
    assert empty.polylines() == []
    assert empty.bounds == (0, 0, 0, 0)
    assert empty.stroke_count == len(empty) == 0
    assert empty.to_stroke3().shape == empty.to_stroke3(implicit_first_point=True).shape == (0, 3)
    assert empty.to_stroke5().tolist() == [[0, 0, 0, 0, 1]]
    assert Sketch.from_stroke3([]) == Sketch.from_stroke5(empty.to_stroke5()) == Sketch.from_polylines([]) == empty
    assert empty.transformed(3.0, (1, 2)) == empty


def test_strokes_without_points_are_left_out_of_polylines() -> None:
    assert Sketch.from_polylines([[], [[1, 2]], np.empty((0, 2))]).stroke_lengths.tolist() == [1]


def test_a_thousand_strokes() -> None:
    lines = [[[i, 0], [i, 5], [i + 1, 5]] for i in range(1000)]
    sketch = Sketch.from_polylines(lines)
    assert sketch.stroke_count == 1000
    assert Sketch.from_stroke5(sketch.to_stroke5()) == sketch
    assert sketch.bounds == (0, 0, 1000, 5)


def test_integers_stay_exact_over_many_points() -> None:
    rows = np.tile(np.array([[255, -255, 0], [-254, 254, 1]], np.float32), (20_000, 1))
    sketch = Sketch.from_stroke3(rows)
    assert sketch.points[-1].tolist() == [20_000, -20_000]
    assert np.array_equal(sketch.to_stroke3(), rows)


def test_points_cannot_be_changed_and_do_not_follow_their_source() -> None:
    source = np.zeros((2, 2), np.float32)
    sketch = Sketch(source, np.array([2]))
    source[0] = 9
    assert sketch.points[0].tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        sketch.points[0] = 1


def test_equal_sketches_have_equal_hashes() -> None:
    again = Sketch.from_stroke3(HOUSE.to_stroke3())
    assert again == HOUSE
    assert hash(again) == hash(HOUSE)
    assert HOUSE.transformed(2.0) != HOUSE
    assert HOUSE != "house"


@pytest.mark.parametrize(
    ("points", "lengths", "message"),
    [
        (np.zeros((2, 3)), [2], "shape"),
        (np.zeros(4), [2], "shape"),
        (np.zeros((2, 2)), [1, 0, 1], "without points"),
        (np.zeros((2, 2)), [3], "3 points, but 2"),
        (np.array([[0, np.nan]]), [1], "finite"),
        (np.array([[0, np.inf]]), [1], "finite"),
        (np.array([[0, 1e300]]), [1], "finite"),
        (np.array([[0, 1e30]]), [1], "finite"),
    ],
)
def test_sketches_that_cannot_be_are_refused(points: np.ndarray, lengths: list[int], message: str) -> None:
    with pytest.raises(SketchFormatError, match=message):
        Sketch(points, np.array(lengths))


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2]],
        [1, 2, 3],
        [[1, 2, 3, 4]],
        [[1, np.nan, 0]],
        [[1, 2, np.inf]],
        [[1, 2, 0], [1, 2]],
        [["a", "b", "c"]],
        [[None, 1, 1]],
        [[1e300, 0, 1]],
        [[3e38, 0, 0], [3e38, 0, 1]],
    ],
)
def test_bad_stroke3_rows_are_refused(rows: list[list[float]]) -> None:
    with pytest.raises(SketchFormatError):
        Sketch.from_stroke3(rows)


@pytest.mark.parametrize("rows", [[[1, 2, 1]], [[0, 0, 1, 0, np.nan]], [[[0, 0, 1, 0, 0]]]])
def test_bad_stroke5_rows_are_refused(rows: list[list[float]]) -> None:
    with pytest.raises(SketchFormatError):
        Sketch.from_stroke5(rows)


@pytest.mark.parametrize("line", [[[1, 2, 3], [4, 5, 6]], [1, 2], [[1, 2], [3]], [["x", "y"]], [[np.nan, 0]]])
def test_bad_polylines_are_refused(line: list[list[float]]) -> None:
    with pytest.raises(SketchFormatError):
        Sketch.from_polylines([line])


def test_a_transformation_that_overflows_is_refused() -> None:
    with pytest.raises(SketchFormatError, match="finite"):
        HOUSE.transformed(1e30)
