"""Curves instead of angles, near the old lines, with their corners and ends."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.geometry.smooth import smooth, without_repeated_points


def ring(corners: int, radius: float) -> Strokes:
    angles = np.arange(corners + 1) % corners * 2 * np.pi / corners
    return Strokes.from_polylines([radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)])


def turns_degrees(line: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.diff(line, axis=0)
    angles = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    return np.asarray(np.abs((np.diff(angles) + 180.0) % 360.0 - 180.0))


def test_a_polygon_becomes_the_circle_around_it() -> None:
    (line,) = smooth(ring(12, 10.0), 1.0).polylines()
    assert np.hypot(*line.T) == pytest.approx(10.0, abs=0.01)
    assert (line[0] == line[-1]).all()
    closing = turns_degrees(np.concatenate([line[-2:-1], line[:2]]))
    assert max(turns_degrees(line).max(), closing.max()) < 16.0


def test_the_tolerance_holds_the_curve_back() -> None:
    (line,) = smooth(ring(6, 10.0), 0.2).polylines()
    depths = 10.0 - np.hypot(*line.T)
    assert depths.min() == pytest.approx(0.0, abs=1e-9)
    assert depths.max() == pytest.approx(10.0 * (1 - np.cos(np.pi / 6)) - 0.2, abs=0.02)


def test_corners_and_ends_stay() -> None:
    corner = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]
    assert smooth(Strokes.from_polylines([corner]), 0.5) == Strokes.from_polylines([corner])
    bent = Strokes.from_polylines([[[0.0, 0.0], [4.0, 0.5], [8.0, 2.0], [9.0, 8.0], [8.0, 12.0]]])
    (line,) = smooth(bent, 0.5).polylines()
    for point in bent.points:
        assert np.hypot(*(line - point).T).min() < 1e-9
    assert line[[0, -1]].tolist() == bent.points[[0, -1]].tolist()
    assert len(smooth(bent, 0.5, corner_degrees=5.0).points) < len(line)


def test_a_closed_stroke_keeps_a_corner_where_it_begins() -> None:
    drop = [[0.0, 0.0], [6.0, -4.0], [10.0, 0.0], [6.0, 4.0], [0.0, 0.0]]
    (line,) = smooth(Strokes.from_polylines([drop]), 0.5, corner_degrees=90.0).polylines()
    closing = turns_degrees(np.concatenate([line[-2:-1], line[:2]]))
    assert closing[0] > 60.0 or (line[0] == [0, 0]).all()
    assert len(line) > len(drop)


def test_strokes_without_length_and_repeated_points_are_no_trouble() -> None:
    strokes = Strokes.from_polylines(
        [[[1, 1]], [[2, 2], [2, 2]], [[3, 3], [3, 3], [3, 3]], [[0, 0], [0, 0], [5, 0], [5, 0]]]
    )
    assert [line.tolist() for line in smooth(strokes, 0.2).polylines()] == [
        [[1, 1]],
        [[2, 2], [2, 2]],
        [[3, 3], [3, 3]],
        [[0, 0], [5, 0]],
    ]
    assert len(smooth(Strokes.empty(), 0.2)) == 0
    assert without_repeated_points(strokes).offsets.tolist() == [0, 1, 3, 5, 7]


@pytest.mark.parametrize(("tolerance", "corner"), [(0.0, 75.0), (-1.0, 75.0), (float("nan"), 75.0), (0.2, 91.0)])
def test_senseless_values_are_refused(tolerance: float, corner: float) -> None:
    with pytest.raises(InputError, match="cannot"):
        smooth(ring(5, 1.0), tolerance, corner_degrees=corner)


coordinates = st.integers(-40, 40).map(lambda number: number / 4)
lines = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=8)


@given(st.lists(lines | lines.map(lambda line: [*line, line[0]]), max_size=4), st.sampled_from([0.01, 0.2, 3.0]))
def test_no_curve_leaves_its_line_too_far(drawn: list[list[tuple[float, float]]], tolerance: float) -> None:
    strokes = Strokes.from_polylines(drawn)
    found = smooth(strokes, tolerance)
    assert len(found) == len(strokes)
    for before, after in zip(strokes.polylines(), found.polylines(), strict=True):
        assert after[[0, -1]].tolist() == before[[0, -1]].tolist()
        if len(before) > 1:
            assert shapely.distance(shapely.points(after), shapely.LineString(before)).max() <= tolerance * 1.001 + 1e-9
        for point in before:
            assert np.hypot(*(after - point).T).min() <= 1e-9
