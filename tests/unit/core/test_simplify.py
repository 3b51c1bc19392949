"""Simplification keeps the line within its tolerance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.simplify import kept_points, simplified, simplified_like_quickdraw
from sketchdesign.core.strokes import Sketch


def distance_to_line(point: np.ndarray, line: np.ndarray) -> float:
    nearest = np.inf
    for a, b in pairwise(line):
        length = float((b - a) @ (b - a))
        share = np.clip((point - a) @ (b - a) / length, 0, 1) if length else 0.0
        nearest = min(nearest, float(np.hypot(*(point - a - share * (b - a)))))
    return nearest


def test_points_on_a_straight_line_go_and_corners_stay() -> None:
    line = np.array([[0, 0], [1, 0], [2, 0.1], [10, 0], [10, 5], [10, 10]])
    assert kept_points(line, 0.5).tolist() == [True, False, False, True, False, True]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_short_lines_stay(count: int) -> None:
    assert kept_points(np.zeros((count, 2)), 2.0).tolist() == [True] * count


def test_a_closed_line_keeps_its_far_side() -> None:
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]])
    assert kept_points(square, 1.0).all()


def test_a_line_beyond_the_end_of_its_segment_is_kept() -> None:
    assert kept_points(np.array([[0, 0], [100, 0], [10, 0]]), 1.0).all()


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=2, max_size=40), st.floats(0.1, 20))
def test_every_point_left_out_is_within_the_tolerance(points: list[tuple[int, int]], epsilon: float) -> None:
    line = np.array(points, np.float64)
    keep = kept_points(line, epsilon)
    assert keep[0]
    assert keep[-1]
    assert all(distance_to_line(point, line[keep]) <= epsilon * (1 + 1e-9) for point in line[~keep])


def test_ten_thousand_points_that_all_stay_need_no_recursion() -> None:
    zigzag = np.column_stack([np.arange(10_000) * 10.0, np.tile([0.0, 50.0], 5000)])
    assert kept_points(zigzag, 1.0).all()


def test_strokes_stay_apart() -> None:
    sketch = Sketch.from_polylines([[[0, 0], [5, 0], [10, 0]], [[20, 0]], [[30, 0], [40, 0]]])
    assert simplified(sketch, 1.0).stroke_lengths.tolist() == [2, 1, 2]


def test_raw_drawings_are_scaled_to_the_box_of_quickdraw() -> None:
    angle = np.linspace(0, 2 * np.pi, 500)
    circle = Sketch.from_polylines([np.column_stack([700 + 300 * np.cos(angle), 500 + 150 * np.sin(angle)])])
    small = simplified_like_quickdraw(circle)
    assert small.bounds == pytest.approx((0, 0, 255, 127.5), abs=2.0)
    assert 8 < len(small) < 40


def test_dots_and_nothing_survive() -> None:
    assert simplified_like_quickdraw(Sketch.empty()) == Sketch.empty()
    assert simplified_like_quickdraw(Sketch.from_polylines([[[7, 9]]])).points.tolist() == [[0, 0]]
