"""Every conversion of a sketch, there and back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.strokes import PEN_END, Sketch

pixels = st.integers(-4096, 4096)
decimals = st.floats(-1000, 1000, width=32)


def sketches(coordinate: st.SearchStrategy[float], min_first: int = 1) -> st.SearchStrategy[Sketch]:
    point = st.tuples(coordinate, coordinate)
    stroke = st.lists(point, min_size=1, max_size=8)
    first = st.lists(point, min_size=min_first, max_size=8)
    drawn = st.tuples(first, st.lists(stroke, max_size=6)).map(lambda pair: Sketch.from_polylines([pair[0], *pair[1]]))
    return st.just(Sketch.empty()) | drawn


def at_origin(sketch: Sketch) -> Sketch:
    return sketch.transformed(shift=-sketch.points[0]) if len(sketch) else sketch


def assert_close(left: Sketch, right: Sketch) -> None:
    assert np.array_equal(left.stroke_lengths, right.stroke_lengths)
    np.testing.assert_allclose(left.points, right.points, rtol=1e-5, atol=2e-3)


@given(sketches(pixels))
def test_polylines_round_trip(sketch: Sketch) -> None:
    assert Sketch.from_polylines(sketch.polylines()) == sketch


@given(sketches(decimals))
def test_polylines_round_trip_any_number(sketch: Sketch) -> None:
    assert Sketch.from_polylines(sketch.polylines()) == sketch


@given(sketches(pixels))
def test_stroke3_round_trip_is_exact_for_pixels(sketch: Sketch) -> None:
    assert Sketch.from_stroke3(sketch.to_stroke3()) == sketch


@given(sketches(decimals))
def test_stroke3_round_trip_is_close_for_any_number(sketch: Sketch) -> None:
    assert_close(Sketch.from_stroke3(sketch.to_stroke3()), sketch)


@given(sketches(pixels), st.integers(0, 5))
def test_stroke5_round_trip_is_exact_for_pixels_and_padding_does_not_matter(sketch: Sketch, padding: int) -> None:
    rows = sketch.to_stroke5(len(sketch) + padding)
    assert (rows[:, 2:].sum(axis=1) == 1).all()
    assert rows[:, PEN_END].sum() == padding
    assert Sketch.from_stroke5(rows) == sketch


@given(sketches(decimals))
def test_stroke5_round_trip_is_close_for_any_number(sketch: Sketch) -> None:
    assert_close(Sketch.from_stroke5(sketch.to_stroke5()), sketch)


@given(sketches(pixels, min_first=2))
def test_implicit_first_point_round_trips_to_the_sketch_moved_to_the_origin(sketch: Sketch) -> None:
    rows3 = sketch.to_stroke3(implicit_first_point=True)
    rows5 = sketch.to_stroke5(implicit_first_point=True)
    assert len(rows3) == max(0, len(sketch) - 1)
    assert Sketch.from_stroke3(rows3, implicit_first_point=True) == at_origin(sketch)
    assert Sketch.from_stroke5(rows5, implicit_first_point=True) == at_origin(sketch)


@given(sketches(pixels))
def test_implicit_first_point_settles_after_one_round_trip(sketch: Sketch) -> None:
    once = Sketch.from_stroke3(sketch.to_stroke3(implicit_first_point=True), implicit_first_point=True)
    twice = Sketch.from_stroke3(once.to_stroke3(implicit_first_point=True), implicit_first_point=True)
    assert twice == once
    assert once.stroke_count == sketch.stroke_count
    assert once.bounds == at_origin(sketch).bounds


@given(sketches(decimals), st.floats(0.1, 10))
def test_bounds_follow_a_transformation(sketch: Sketch, scale: float) -> None:
    moved = sketch.transformed(scale, (3.0, -2.0))
    if len(sketch):
        x0, y0, x1, y1 = sketch.bounds
        expected = [x0 * scale + 3, y0 * scale - 2, x1 * scale + 3, y1 * scale - 2]
        np.testing.assert_allclose(moved.bounds, expected, rtol=1e-5, atol=1e-3)
