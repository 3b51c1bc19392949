from __future__ import annotations

import itertools
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import scipy.spatial
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile
from sketchdesign.geometry import route_kernels
from sketchdesign.geometry.route import (
    Route,
    RouteSettings,
    default_kicks,
    finished,
    joined,
    route,
    routing,
    warm_up,
)
from sketchdesign.geometry.timecost import estimate_s

MILLIMETRES = RouteSettings(machine=None)


def scribbles(count: int, seed: int = 0, side_mm: float = 200.0) -> Strokes:
    """Strokes of four points, 1.5 mm apart, anywhere on a square."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, 1.0, (count, 4, 2))
    return Strokes.from_polylines(rng.uniform(0.0, side_mm, (count, 1, 2)) + np.cumsum(steps, axis=1))


def round_trip_mm(strokes: Strokes) -> float:
    return strokes.pen_up_mm() + float(np.hypot(*strokes.points[0]) + np.hypot(*strokes.points[-1]))


def shortest_mm(strokes: Strokes) -> float:
    """The shortest round trip, by trying all."""
    ends = np.stack([strokes.points[strokes.offsets[:-1]], strokes.points[strokes.offsets[1:] - 1]], axis=1)
    best = np.inf
    for order in itertools.permutations(range(len(strokes))):
        for flips in itertools.product((0, 1), repeat=len(strokes)):
            begins = ends[list(order), list(flips)]
            leaves = ends[list(order), [1 - flip for flip in flips]]
            way = np.concatenate([[np.zeros(2)], leaves]) - np.concatenate([begins, [np.zeros(2)]])
            best = min(best, float(np.hypot(*way.T).sum()))
    return best


@pytest.mark.parametrize("seed", range(5))
def test_a_few_strokes_take_the_shortest_way_of_all(seed: int) -> None:
    strokes = scribbles(5, seed, side_mm=20.0)
    assert round_trip_mm(route(strokes, MILLIMETRES).drawn(strokes)) == pytest.approx(shortest_mm(strokes))


def test_many_strokes_come_near_what_is_known_of_such_tours() -> None:
    strokes = scribbles(2000)
    kicked = round_trip_mm(route(strokes, MILLIMETRES).drawn(strokes))
    plain = round_trip_mm(route(strokes, RouteSettings(machine=None, kicks=0)).drawn(strokes))
    # For points, 0.7124 * sqrt(n * area) (Johnson and McGeoch 1996); strokes with two ends to choose from need less.
    assert kicked < plain < 0.7124 * np.sqrt(2000) * 200.0
    assert kicked < 0.98 * plain


@pytest.mark.parametrize("compiled", [True, False])
def test_the_same_seed_gives_the_same_route(compiled: bool) -> None:
    strokes = scribbles(60)
    settings = RouteSettings(seed=4, kicks=50)
    one, two = (route(strokes, settings, compiled=compiled) for _ in range(2))
    assert same(one, two)
    assert not same(one, route(strokes, RouteSettings(seed=5, kicks=0), compiled=compiled))


@pytest.mark.parametrize("machine", [None, AXIDRAW_V3])
def test_without_numba_the_result_is_the_same(machine: MachineProfile | None) -> None:
    strokes = Strokes.concatenate([scribbles(1200), circles(40)])
    settings = RouteSettings(machine=machine, join_mm=0.4, kicks=600)
    fast = route(strokes, settings)
    assert same(fast, route(strokes, settings, compiled=False))
    assert round_trip_mm(fast.drawn(strokes)) < round_trip_mm(strokes) / 10.0


def test_where_numba_is_missing_the_plain_loops_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    route_kernels.fastest.cache_clear()
    try:
        assert route_kernels.fastest() is route_kernels.PLAIN
    finally:
        route_kernels.fastest.cache_clear()


def test_the_compiled_loops_are_kept_for_the_next_start() -> None:
    warm_up()
    for name in route_kernels.CALLED_FROM_OUTSIDE:
        folder = Path(getattr(route_kernels.fastest(), name).stats.cache_path)
        assert list(folder.glob(f"route_*.{name}-*.nbc"))


def test_the_time_of_the_machine_counts_not_the_way() -> None:
    strokes = scribbles(400)
    shortest, fastest = (
        Drawing(Page(200, 200), (Layer(Pen(), route(strokes, settings).drawn(strokes)),))
        for settings in (MILLIMETRES, RouteSettings())
    )
    assert estimate_s(fastest, AXIDRAW_V3) < estimate_s(shortest, AXIDRAW_V3)
    assert shortest.pen_up_mm() < fastest.pen_up_mm()


def test_a_way_that_needs_fewer_lifts_is_worth_a_detour() -> None:
    # From home the first dash is nearest; but only a way that begins with the second can draw both in one go.
    strokes = Strokes.from_polylines(np.array([[[10.0, 0], [30, 0]], [[10, 0.2], [9, 20]]]))
    drawn = route(strokes, RouteSettings(join_mm=0.3)).drawn(strokes)
    line, joins = joined(drawn, 0.3)
    assert len(line) == 1
    assert sorted(joins.points.tolist()) == [[10.0, 0.0], [10.0, 0.2]]


def circles(count: int, points: int = 24) -> Strokes:
    angle = np.linspace(0.0, 2.0 * np.pi, points + 1)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    ring[-1] = ring[0]
    centres = np.random.default_rng(1).uniform(5.0, 195.0, (count, 1, 2))
    return Strokes.from_polylines(centres + 3.0 * ring)


def test_closed_strokes_begin_where_the_way_is_shortest() -> None:
    strokes = circles(100)
    drawn = route(strokes, MILLIMETRES).drawn(strokes)
    assert (drawn.points[drawn.offsets[:-1]] == drawn.points[drawn.offsets[1:] - 1]).all()
    beginnings = Strokes.from_polylines(line[:1] for line in strokes.polylines())
    assert drawn.pen_up_mm() < 0.9 * route(beginnings, MILLIMETRES).drawn(beginnings).pen_up_mm()


def test_a_route_is_never_worse_than_the_given_order() -> None:
    strokes = scribbles(300)
    best = route(strokes, RouteSettings(machine=None, kicks=20_000)).drawn(strokes)
    again = route(best, RouteSettings(machine=None, kicks=0)).drawn(best)
    assert round_trip_mm(again) <= round_trip_mm(best) + 1e-6


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.2, 0.3, 0.9])
def test_enough_returns_the_best_so_far_at_once(after_s: float) -> None:
    warm_up()
    strokes = scribbles(50_000, side_mm=400.0)
    longest_s = []
    for _ in range(2):
        # Time of the processor alone: what else the computer does is not the point.
        asked = [time.process_time()]
        found = route(strokes, RouteSettings(kicks=10**9), enough=partial(passed, asked, after_s))
        asked.append(time.process_time())
        longest_s.append(np.diff(asked).max())
        assert asked[-1] - asked[0] >= after_s
        assert sorted(found.order.tolist()) == list(range(50_000))
    assert min(longest_s) < 0.1


def test_nothing_long_is_begun_once_it_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    monkeypatch.setattr(scipy.spatial, "cKDTree", built.append)
    route(scribbles(5_000), enough=lambda: True)
    assert not built


def test_no_time_at_all_is_still_better_than_the_given_order() -> None:
    strokes = scribbles(5_000)
    found = route(strokes, enough=lambda: True)
    assert round_trip_mm(found.drawn(strokes)) < round_trip_mm(strokes) / 5


def passed(asked: list[float], after_s: float) -> bool:
    asked.append(time.process_time())
    return asked[-1] - asked[0] >= after_s


def test_a_budget_of_time_is_kept() -> None:
    warm_up()
    strokes = scribbles(2_000)
    started = time.perf_counter()
    shares = []
    steps = routing(strokes, RouteSettings(budget_s=0.5))
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            found = end.value
            break
    # A busy computer may need longer for the last step.
    assert 0.4 < time.perf_counter() - started < 3.0
    assert shares == sorted(shares)
    assert sorted(found.order.tolist()) == list(range(2_000))


def test_progress_ends_when_all_kicks_are_made() -> None:
    shares = list(routing(scribbles(300), RouteSettings(kicks=900)))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_nothing_to_route() -> None:
    for strokes in (Strokes.empty(), Strokes.from_polylines([[[3.0, 4.0]]]), circles(1)):
        found = route(strokes)
        assert len(found.order) == len(strokes)
        assert found.drawn(strokes).pen_down_mm() == pytest.approx(strokes.pen_down_mm())


def test_thousands_of_strokes_in_one_place() -> None:
    strokes = Strokes.from_polylines(np.full((5_000, 2, 2), 7.0))
    assert round_trip_mm(route(strokes).drawn(strokes)) == pytest.approx(2.0 * np.hypot(7.0, 7.0))


def test_strokes_off_the_world_are_refused_by_number() -> None:
    strokes = Strokes.from_polylines([[[0.0, 0.0]], [[1.0, 1.0], [2.0, 1e200]]])
    with pytest.raises(InputError, match="stroke 2 reaches further"):
        route(strokes)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"join_mm": -1.0}, "joined over -1 mm"),
        ({"join_mm": float("nan")}, "joined over nan mm"),
        ({"kicks": -1}, "-1 random changes"),
        ({"budget_s": 0.0}, "budget of 0 s"),
        ({"budget_s": float("inf")}, "budget of inf s"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        RouteSettings(**settings)  # type: ignore[arg-type]


def test_joining() -> None:
    lines: list[list[list[float]]] = [[[0, 0], [1, 0]], [[1, 0], [2, 0]], [[2, 0.5]], [[9, 9]], [[9, 9.4], [8, 8]]]
    strokes = Strokes.from_polylines(lines)
    whole, drawn = joined(strokes, 0.5)
    assert [line.tolist() for line in whole.polylines()] == [
        [[0, 0], [1, 0], [2, 0], [2, 0.5]],
        [[9, 9], [9, 9.4], [8, 8]],
    ]
    assert [line.tolist() for line in drawn.polylines()] == [[[2, 0], [2, 0.5]], [[9, 9], [9, 9.4]]]
    assert joined(strokes, 0.0) == (strokes, Strokes.empty())
    assert joined(Strokes.empty(), 1.0) == (Strokes.empty(), Strokes.empty())


def test_more_strokes_are_kicked_less_often() -> None:
    assert default_kicks(10) == 200
    assert default_kicks(10_000) == default_kicks(1_000_000)


def test_finishing_steps_returns_their_result() -> None:
    strokes = scribbles(30)
    assert same(finished(routing(strokes, RouteSettings())), route(strokes))


def same(one: Route, two: Route) -> bool:
    parts: list[tuple[NDArray[np.generic], NDArray[np.generic]]] = [
        (one.order, two.order),
        (one.turned, two.turned),
        (one.begins, two.begins),
    ]
    return all(np.array_equal(a, b) for a, b in parts)
