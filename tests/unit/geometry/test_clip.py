from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.drawing import Strokes
from sketchdesign.geometry.clip import Box, clip_to_box, clip_to_polygon

BOX = Box(0.0, 0.0, 10.0, 10.0)
CORNERS = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
ARROW = ((0.0, 0.0), (10.0, 5.0), (0.0, 10.0), (4.0, 5.0))


def strokes(*lines: object) -> Strokes:
    return Strokes.from_polylines(np.array(line, float) for line in lines)


def lists(found: Strokes) -> list[list[list[float]]]:
    return [line.tolist() for line in found.polylines()]


def test_a_stroke_is_cut_exactly_on_the_edge() -> None:
    assert lists(clip_to_box(strokes([[-5, 2], [5, 4], [15, 8]]), BOX)) == [[[0, 3], [5, 4], [10, 6]]]


def test_a_stroke_that_leaves_and_returns_becomes_two() -> None:
    found = lists(clip_to_box(strokes([[1, 1], [11, 1], [11, 3], [1, 3]]), BOX))
    assert found == [[[1, 1], [10, 1]], [[10, 3], [1, 3]]]


def test_touching_from_inside_does_not_cut_and_from_outside_leaves_nothing() -> None:
    inside, outside = [[5, 5], [10, 6], [5, 7]], [[15, 5], [10, 6], [15, 7]]
    assert lists(clip_to_box(strokes(inside, outside), BOX)) == [inside]


def test_points_within_a_nanometre_count_as_on_the_edge() -> None:
    assert lists(clip_to_box(strokes([[5, 5], [10 + 1e-12, 6], [5, 7]]), BOX)) == [[[5, 5], [10, 6], [5, 7]]]


def test_lines_along_an_edge_belong_to_one_side_of_it() -> None:
    lines = strokes([[0, 1], [0, 5]], [[10, 1], [10, 5]], [[1, 0], [5, 0]], [[1, 10], [5, 10]])
    assert len(clip_to_box(lines, BOX)) == 4
    assert lists(clip_to_box(lines, BOX, half_open=True)) == [[[0, 1], [0, 5]], [[1, 0], [5, 0]]]


def test_dots_stay_dots() -> None:
    found = clip_to_box(strokes([[5, 5]], [[11, 5]], [[10, 5]]), BOX, half_open=True)
    assert lists(found) == [[[5, 5]]]
    assert lists(clip_to_polygon(strokes([[5, 5]], [[11, 5]]), CORNERS)) == [[[5, 5]]]


def test_nothing_gives_nothing() -> None:
    assert len(clip_to_box(Strokes.empty(), BOX)) == 0
    assert len(clip_to_polygon(Strokes.empty(), CORNERS)) == 0


def test_a_stroke_that_crosses_itself_stays_whole() -> None:
    loop = [[1, 1], [9, 9], [9, 1], [1, 9]]
    assert lists(clip_to_polygon(strokes(loop), CORNERS)) == [loop]


def test_a_hollow_polygon_cuts_twice() -> None:
    found = lists(clip_to_polygon(strokes([[2, -1], [2, 11]]), ARROW))
    assert len(found) == 2
    assert np.ravel(found).tolist() == pytest.approx([2, 1, 2, 2.5, 2, 7.5, 2, 9])


eighths = st.integers(-160, 240).map(lambda number: number / 8.0)
coordinates = st.lists(st.tuples(eighths, eighths), min_size=2, max_size=12)


@given(coordinates)
def test_what_remains_is_what_lies_inside(points: list[tuple[float, float]]) -> None:
    line = strokes(points)
    inside = shapely.intersection(shapely.LineString(points), shapely.box(*BOX))
    for found in (clip_to_box(line, BOX), clip_to_polygon(line, CORNERS)):
        drawn = [shapely.LineString(own) for own in found.polylines() if len(own) > 1]
        assert ((found.points >= -1e-9) & (found.points <= 10.0 + 1e-9)).all()
        # Compared as sets: a line drawn back over itself counts twice in a stroke and once in an intersection.
        assert shapely.difference(inside, shapely.union_all(drawn).buffer(1e-5)).length == pytest.approx(0.0, abs=1e-3)


@given(coordinates, st.integers(-3, 3))
def test_rectangles_side_by_side_share_the_whole_length(points: list[tuple[float, float]], left: int) -> None:
    line = strokes(points)
    edges = [-21.0, float(left), 5.0, 31.0]
    parts = [clip_to_box(line, Box(a, -21.0, b, 31.0), half_open=True) for a, b in itertools.pairwise(edges)]
    assert sum(part.pen_down_mm() for part in parts) == pytest.approx(line.pen_down_mm(), abs=1e-6)
