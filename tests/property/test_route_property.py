"""Whatever the strokes are, a route draws all of them and nothing else."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.geometry.optimise import OptimiseSettings, optimise
from sketchdesign.geometry.route import RouteSettings, route

Line = list[tuple[float, float]]

coordinates = st.integers(0, 400).map(lambda value: value / 4.0)
lines = st.lists(st.tuples(coordinates, coordinates), max_size=6)
rings = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=6).map(lambda line: [*line, line[0]])
dots = st.tuples(coordinates, coordinates).map(lambda point: [point])
drawings = st.lists(st.one_of(lines, rings, dots), max_size=25).flatmap(
    # Duplicates are drawn as often as they are there.
    lambda found: (
        st.lists(st.sampled_from(found), max_size=5).map(lambda again: found + again) if found else st.just([])
    )
)
route_settings = st.builds(
    RouteSettings,
    machine=st.sampled_from([None, AXIDRAW_V3]),
    join_mm=st.sampled_from([0.0, 0.3]),
    seed=st.integers(0, 3),
    kicks=st.sampled_from([0, 40]),
)


def canonical(line: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """The same for a stroke in both directions, and for a closed one from every start."""
    points = [(float(x), float(y)) for x, y in line]
    if len(points) < 3 or points[0] != points[-1]:
        return min(tuple(points), tuple(points[::-1]))
    ring = points[:-1]
    return min(tuple(way[start:] + way[: start + 1]) for way in (ring, ring[::-1]) for start in range(len(ring)))


def multiset(strokes: Strokes) -> Counter[tuple[tuple[float, float], ...]]:
    return Counter(canonical(line) for line in strokes.polylines())


@settings(max_examples=200, deadline=None)
@given(drawings, route_settings)
def test_the_same_strokes_come_out(found: list[Line], how: RouteSettings) -> None:
    strokes = Strokes.from_polylines(found)
    drawn = route(strokes, how).drawn(strokes)
    assert multiset(drawn) == multiset(strokes)
    assert len(drawn) == sum(map(bool, found))


@settings(max_examples=60, deadline=None)
@given(drawings, route_settings)
def test_compiled_or_not_it_is_the_same_route(found: list[Line], how: RouteSettings) -> None:
    strokes = Strokes.from_polylines(found)
    one, two = (route(strokes, how, compiled=compiled) for compiled in (True, False))
    assert one.drawn(strokes) == two.drawn(strokes)
    assert one.order.tolist() == two.order.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(drawings, max_size=3))
def test_layers_stay_apart(found: list[list[Line]]) -> None:
    layers = tuple(Layer(Pen(f"pen {number}"), Strokes.from_polylines(each)) for number, each in enumerate(found))
    apart = OptimiseSettings(simplify_mm=0.0, route=RouteSettings(join_mm=0.0, kicks=20))
    routed, report = optimise(Drawing(Page(100, 100), layers), settings=apart)
    assert [layer.pen for layer in routed.layers] == [layer.pen for layer in layers]
    assert [multiset(layer.strokes) for layer in routed.layers] == [multiset(layer.strokes) for layer in layers]
    assert report.lifts_after == report.lifts_before == sum(bool(line) for each in found for line in each)


@settings(max_examples=60, deadline=None)
@given(drawings)
def test_a_route_never_travels_further_than_the_given_order(found: list[Line]) -> None:
    strokes = Strokes.from_polylines(found)
    if not len(strokes):
        return
    drawn = route(strokes, RouteSettings(machine=None, kicks=20)).drawn(strokes)
    assert round_trip_mm(drawn) <= round_trip_mm(strokes) + 1e-6


def round_trip_mm(strokes: Strokes) -> float:
    return strokes.pen_up_mm() + float(np.hypot(*strokes.points[0]) + np.hypot(*strokes.points[-1]))
