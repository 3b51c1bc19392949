"""Strokes on a page: flat arrays against lists of polylines."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.drawing import Strokes

coordinate = st.floats(-1000, 1000)
polylines = st.lists(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6), max_size=8)


def length_mm(line: list[tuple[float, float]]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(line))


@given(polylines)
def test_polylines_round_trip(lines: list[list[tuple[float, float]]]) -> None:
    strokes = Strokes.from_polylines(lines)
    assert [part.tolist() for part in strokes.polylines()] == [[list(point) for point in line] for line in lines]
    assert Strokes.from_polylines(strokes.polylines()) == strokes


@given(polylines)
def test_lengths_are_those_of_the_polylines(lines: list[list[tuple[float, float]]]) -> None:
    strokes = Strokes.from_polylines(lines)
    assert strokes.pen_down_mm() == pytest.approx(sum(length_mm(line) for line in lines), abs=1e-6)
    between = sum(math.dist(a[-1], b[0]) for a, b in pairwise(lines))
    assert strokes.pen_up_mm() == pytest.approx(between, abs=1e-6)


@given(st.lists(polylines, max_size=4))
def test_concatenation_is_that_of_the_lists(parts: list[list[list[tuple[float, float]]]]) -> None:
    joined = Strokes.concatenate([Strokes.from_polylines(lines) for lines in parts])
    assert joined == Strokes.from_polylines([line for lines in parts for line in lines])
    assert len(joined) == sum(len(lines) for lines in parts)
    assert np.array_equal(joined.offsets[1:] - joined.offsets[:-1], [len(line) for part in parts for line in part])
