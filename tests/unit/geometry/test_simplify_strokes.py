from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.simplify import kept_points
from sketchdesign.geometry.simplify import simplify


def test_whole_layers_are_simplified_like_single_lines() -> None:
    rng = np.random.default_rng(4)
    lines = [rng.normal(size=(size, 2)).cumsum(axis=0) for size in (1, 2, 3, 40, 200, 1, 7)]
    found = simplify(Strokes.from_polylines(lines), 1.5)
    for line, kept in zip(lines, found.polylines(), strict=True):
        np.testing.assert_array_equal(kept, line[kept_points(line, 1.5)])
    assert len(found.points) < 80


def test_closed_strokes_and_dots_stay() -> None:
    square = [[0.0, 0.0], [5.0, 0.01], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]]
    strokes = Strokes.from_polylines([square, [[1, 1]], [[2, 2], [2, 2]]])
    kept = [line.tolist() for line in simplify(strokes, 0.1).polylines()]
    assert kept == [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[1, 1]], [[2, 2], [2, 2]]]
    assert len(simplify(Strokes.empty(), 0.1)) == 0


@pytest.mark.parametrize("tolerance", [-0.1, float("nan"), float("inf")])
def test_senseless_tolerances_are_refused(tolerance: float) -> None:
    with pytest.raises(InputError, match="cannot be simplified"):
        simplify(Strokes.empty(), tolerance)


coordinates = st.integers(-40, 40).map(lambda number: number / 4)
lines = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12)


@given(st.lists(lines | lines.map(lambda line: [*line, line[0]]), max_size=4), st.sampled_from([0.0, 0.5, 4.0]))
def test_points_left_out_are_near_what_is_left(drawn: list[list[tuple[float, float]]], tolerance: float) -> None:
    strokes = Strokes.from_polylines(drawn)
    for before, after in zip(strokes.polylines(), simplify(strokes, tolerance).polylines(), strict=True):
        assert after[[0, -1]].tolist() == before[[0, -1]].tolist()
        if len(before) > 1:
            assert shapely.distance(shapely.points(before), shapely.LineString(after)).max() <= tolerance + 1e-9
