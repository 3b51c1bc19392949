"""Plans: where the motors go, how fast, and when."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from plotink import ebb_calc

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.geometry.timecost import estimate_s
from sketchdesign.plotter.blocks import positions_mm, ramp_registers
from sketchdesign.plotter.merge import merged
from sketchdesign.plotter.plan import MERGE_STEPS, Kind, Plan, plan_strokes, plan_way
from sketchdesign.plotter.profile import LONGEST_S

Floats = NDArray[np.float64]


def scribbles(count: int, points: int = 12, seed: int = 0, size: float = 0.6) -> Strokes:
    rng = np.random.default_rng(seed)
    begins = rng.uniform((10.0, 10.0), (290.0, 208.0), (count, 1, 2))
    lines = np.clip(begins + np.cumsum(rng.normal(0.0, size, (count, points, 2)), axis=1), 0.0, (300.0, 218.0))
    return Strokes(lines.reshape(-1, 2), np.arange(0, count * points + 1, points))


def circle(radius: float, points: int) -> Strokes:
    angle = np.linspace(0.0, 2.0 * np.pi, points)
    return Strokes.from_polylines([50.0 + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)])


def off_line(points: Floats, line: Floats) -> Floats:
    """How far points are off a line; for each the larger of both coordinates."""
    begins, steps = line[:-1], np.diff(line, axis=0)
    square = np.maximum((steps**2).sum(axis=1), 1e-12)
    share = np.clip(((points[:, None] - begins) * steps).sum(axis=2) / square, 0.0, 1.0)
    off: Floats = np.abs(points[:, None] - begins - share[..., None] * steps).max(axis=2).min(axis=1)
    return off


def motors(line: Floats) -> Floats:
    return np.stack([line.sum(axis=1), line[:, 0] - line[:, 1]], axis=1) * AXIDRAW_V3.steps_per_mm


@pytest.mark.parametrize("ramps", [True, False])
def test_the_motors_follow_the_drawing_within_a_step(ramps: bool) -> None:
    # Both ends of the last one are rounded to one side, and the point between them may be left out on the other.
    bent = positions_mm(np.array([[900.49, 200.51], [1300.79, 600.21], [1700.49, 1000.51]]), AXIDRAW_V3.steps_per_mm)
    strokes = Strokes.concatenate(
        [scribbles(60), circle(5.0, 400), circle(0.5, 100), circle(20.0, 1333), Strokes.from_polylines([bent])]
    )
    plan = plan_strokes(strokes, AXIDRAW_V3, ramps=ramps)
    for number, line in enumerate(strokes.polylines()):
        made = made_in(plan, number)
        assert distance(made, motors(line)).max() <= 1.0
        assert distance(motors(line), made).max() <= 1.0
        assert np.abs(made[[0, -1]] - motors(line)[[0, -1]]).max() <= 0.5
    assert plan.positions[0].tolist() == plan.positions[-1].tolist() == [0, 0]


def test_the_pen_keeps_near_its_line_in_the_middle_of_a_move() -> None:
    """There the motors, which are late by up to a step, rarely bring it more than one away."""
    strokes = Strokes.concatenate([scribbles(40, size=3.0), circle(5.0, 400)])
    plan = plan_strokes(strokes, AXIDRAW_V3, ramps=True)
    off = np.concatenate(
        [off_line(staircase(made_in(plan, number)), motors(line)) for number, line in enumerate(strokes.polylines())]
    )
    assert off.max() < 1.5
    assert (off > 1.0).mean() < 0.02  # with ends at the nearest steps it is 0.03


def made_in(plan: Plan, stroke: int) -> Floats:
    """Where both motors are at the ends of the moves of a stroke."""
    return plan.positions[plan.draws[stroke] : plan.travels[stroke + 1] + 1].astype(float)


def staircase(ends: Floats) -> Floats:
    """Where both motors are just before and at each step of moves with these ends."""
    places = [ends[:1]]
    for begin, way in zip(ends[:-1], np.diff(ends, axis=0), strict=True):
        counts = np.abs(way)
        shares = np.unique(np.concatenate([np.arange(1.0, count + 1.0) / max(count, 1.0) for count in counts]))
        moments = np.sort(np.concatenate([shares - 1e-9, shares]))
        places.append(begin + np.sign(way) * np.floor(np.outer(moments, counts) + 1e-10))
    return np.concatenate(places)


def distance(points: Floats, line: Floats) -> Floats:
    """How far points are from a line."""
    begins, steps = line[:-1], np.diff(line, axis=0)
    square = np.maximum((steps**2).sum(axis=1), 1e-12)
    share = np.clip(((points[:, None] - begins) * steps).sum(axis=2) / square, 0.0, 1.0)
    nearest: Floats = np.hypot(*np.moveaxis(points[:, None] - begins - share[..., None] * steps, 2, 0)).min(axis=1)
    return nearest


@pytest.mark.parametrize("ramps", [True, False])
def test_no_motor_is_too_fast_and_no_move_too_long(ramps: bool) -> None:
    fast = replace(AXIDRAW_V3, draw_mm_s=400.0, travel_mm_s=900.0, draw_mm_s2=9000.0, travel_mm_s2=9000.0)
    lines = [[[0, 0], [200, 200]], [[200, 200], [0, 200], [300, 0]], [[5, 5], [290, 6]]]
    plan = plan_strokes(Strokes.from_polylines(lines), fast, ramps=ramps)
    steps = np.abs(np.diff(plan.positions, axis=0))
    assert (steps / plan.ticks[:, None] * 25_000.0).max() <= 24_996.0
    if ramps:
        last = plan.rates + plan.growths * plan.ticks[:, None]
        assert max(plan.rates.max(), last.max()) < 2**31
    assert plan.ticks.max() <= 25_000 * LONGEST_S * 1.4
    diagonal = plan.item(1)
    assert diagonal.kind is Kind.DRAW
    assert plan.duration_s == pytest.approx(plan.ticks.sum() / 25_000.0 + 3 * (plan.lift_ms + plan.drop_ms) / 1000.0)


@given(
    steps=st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000)),
    ticks=st.integers(30, 5000),
    enter=st.floats(1.0, 200.0),
    leave=st.floats(1.0, 200.0),
)
@settings(max_examples=200, deadline=None)
def test_ramps_end_in_the_very_tick_that_plotink_predicts(
    steps: tuple[int, int], ticks: int, enter: float, leave: float
) -> None:
    ramp = ramp_registers(np.array([steps]), np.array([ticks]), np.array([enter]), np.array([leave]))
    if not ramp.exact[0]:
        fastest = max(map(abs, steps)) * 2.0 * max(enter, leave) / (enter + leave) / ticks
        slowest = min((abs(s) for s in steps if s), default=1) * 2.0 * min(enter, leave) / (enter + leave)
        assert fastest > 0.99 or slowest < 2.0
        return
    for motor in (0, 1):
        if steps[motor]:
            rate, growth = int(ramp.rates[0, motor]), int(ramp.growths[0, motor])
            assert ebb_calc.calculate_lm(abs(steps[motor]), rate, growth)[:2] == (ticks, abs(steps[motor]))
        else:
            assert ramp.rates[0, motor] == ramp.growths[0, motor] == 0


def test_every_ramp_of_a_drawing_is_exact() -> None:
    plan = plan_strokes(scribbles(200), AXIDRAW_V3, ramps=True)
    assert (plan.rates != 0).any(axis=1).all()
    steps = np.diff(plan.positions, axis=0)
    for index in range(0, len(plan), 17):
        for motor in (0, 1):
            if steps[index, motor]:
                made = ebb_calc.calculate_lm(
                    abs(int(steps[index, motor])), int(plan.rates[index, motor]), int(plan.growths[index, motor])
                )
                assert made[:2] == (plan.ticks[index], abs(steps[index, motor]))


def test_the_time_is_that_of_the_estimate() -> None:
    # Strokes of long segments: there the shortest time of a move does not matter.
    strokes = scribbles(100, points=6, size=8.0)
    drawing = Drawing(Page(300, 218), (Layer(Pen(), strokes),))
    for ramps in (True, False):
        plan = plan_strokes(strokes, AXIDRAW_V3, ramps=ramps)
        assert plan.duration_s == pytest.approx(estimate_s(drawing, AXIDRAW_V3), rel=0.01)
        assert plan.pen_down_mm == pytest.approx(strokes.pen_down_mm(), rel=1e-3)
        assert plan.seconds_left[0] == pytest.approx(plan.duration_s)
        assert (np.diff(plan.seconds_left) < 0.0).all()


def test_moves_are_long_enough_for_the_queue() -> None:
    # 3000 points on a circle: without merging, moves of less than a millisecond.
    for strokes in (circle(20.0, 3000), scribbles(50, points=200, size=0.02)):
        plan = plan_strokes(strokes, AXIDRAW_V3, ramps=True)
        drawn = np.concatenate([plan.ticks[plan.draws[n] : plan.travels[n + 1]] for n in range(plan.lifts)])
        # Any thirty-two in a row outlast a pause of 300 ms.
        assert len(drawn) > 64
        assert np.convolve(drawn, np.ones(32), "valid").min() >= 0.3 * 25_000.0


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=30), st.floats(0.001, 1.0))
@settings(max_examples=100, deadline=None)
def test_merging_moves_no_point_too_far(points: list[tuple[float, float]], tolerance: float) -> None:
    line = np.array(points, float)
    after = merged(Strokes.from_polylines([line]), tolerance).points
    assert (after[[0, -1]] == line[[0, -1]]).all()
    if len(after) > 1:
        begins, steps = after[:-1], np.diff(after, axis=0)
        square = np.maximum((steps**2).sum(axis=1), 1e-300)
        share = np.clip(((line[:, None] - begins) * steps).sum(axis=2) / square, 0.0, 1.0)
        away = np.hypot(*np.moveaxis(line[:, None] - begins - share[..., None] * steps, 2, 0)).min(axis=1)
        assert away.max() <= tolerance * (1.0 + 1e-9)


def test_straight_lines_lose_their_middle_points() -> None:
    many = np.stack([np.linspace(0.0, 80.0, 1000), np.linspace(0.0, 40.0, 1000)], axis=1)
    assert len(merged(Strokes.from_polylines([many]), 0.001).points) == 2
    assert len(merged(circle(5.0, 1000), MERGE_STEPS / 113.0).points) < 150


def items(plan: Plan) -> list[Kind]:
    return [plan.item(number).kind for number in range(plan.item_count)]


def test_items_come_in_the_order_of_drawing() -> None:
    strokes = Strokes.from_polylines(
        [np.array(line) for line in ([[10, 10], [10.5, 10]], [[20, 20]], [[20, 20], [20, 20.4]])]
    )
    plan = plan_strokes(strokes, AXIDRAW_V3, ramps=True)
    kinds = items(plan)
    words = [kind.value for index, kind in enumerate(kinds) if index == 0 or kinds[index - 1] is not kind]
    # The third stroke begins where the second, a dot, is: there is no way between them.
    assert words == [
        *("travel", "drop", "draw", "lift"),
        *("travel", "drop", "lift"),
        *("drop", "draw", "lift", "travel"),
    ]
    chain = [plan.item(number) for number in range(plan.item_count)]
    assert all(a.end == b.begin for a, b in itertools.pairwise(chain))
    assert [item.stroke for item in chain if item.dot] == [1]
    assert sum(item.seconds for item in chain) == pytest.approx(plan.duration_s)
    draws = [item for item in chain if item.kind is Kind.DRAW and item.stroke == 0]
    assert draws[0].along_begin == 0.0
    assert draws[-1].along_end == pytest.approx(0.5)


def test_a_plan_may_go_on_at_speed_and_stop() -> None:
    line = Strokes.from_polylines([[[0.0, 0.0], [5.0, 0.0]]])
    plan = plan_way(line, AXIDRAW_V3, ramps=True, end_mm=None, enter_mm_s=50.0)
    first, last = plan.item(1), plan.item(plan.item_count - 2)
    assert first.block is not None
    assert first.block.rates[0] == pytest.approx(50.0 * 80.0 * 2**31 / 25_000.0, rel=0.02)
    assert last.leave_mm_s == pytest.approx(1.0)
    assert plan.positions[-1].tolist() == [400, 400]


def test_nothing_to_draw_is_nothing_to_do() -> None:
    plan = plan_strokes(Strokes.empty(), AXIDRAW_V3, ramps=True)
    assert (plan.item_count, plan.duration_s, plan.pen_up_mm) == (0, 0.0, 0.0)


def test_out_of_reach_is_refused() -> None:
    with pytest.raises(InputError, match="reaches from"):
        plan_strokes(Strokes.from_polylines([[[0, 0], [301, 0]]]), AXIDRAW_V3, ramps=True)


def test_fifty_thousand_strokes_are_planned_quickly() -> None:
    strokes = scribbles(50_000)
    began = time.process_time()
    plan = plan_strokes(strokes, AXIDRAW_V3, ramps=True)
    assert time.process_time() - began < 10.0  # 3 to 4 seconds on an idle machine
    assert plan.lifts == 50_000
