from __future__ import annotations

import math
import time

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.machine import MachineProfile
from sketchdesign.geometry.timecost import estimate_s

MACHINE = MachineProfile("test", 1000, 1000, 50.0, 100.0, 500.0, 1000.0, cornering_mm=0.05, lift_s=0.1, drop_s=0.2)


def drawing(*lines: object) -> Drawing:
    return Drawing(Page(1000, 1000), (Layer(Pen(), Strokes.from_polylines(np.array(line, float) for line in lines)),))


def trapezoid_s(length: float, top: float, acceleration: float) -> float:
    ramp = top**2 / acceleration
    return 2 * math.sqrt(length / acceleration) if length < ramp else length / top + top / acceleration


def slow_estimate_s(strokes: Strokes, machine: MachineProfile) -> float:
    """The same model, point by point."""
    total, place = 0.0, np.zeros(2)
    for line in strokes.polylines():
        total += trapezoid_s(float(np.hypot(*(line[0] - place))), machine.travel_mm_s, machine.travel_mm_s2)
        total += machine.drop_s + machine.lift_s
        steps = np.diff(line, axis=0)
        steps = steps[np.hypot(*steps.T) > 0]
        lengths = np.hypot(*steps.T)
        speed = [0.0] * (len(steps) + 1)
        for corner in range(1, len(steps)):
            cosine = -float(steps[corner - 1] @ steps[corner]) / (lengths[corner - 1] * lengths[corner])
            sine = math.sqrt(max(0.0, (1 - cosine) / 2))
            allowed = machine.draw_mm_s2 * machine.cornering_mm * sine / max(1 - sine, 1e-9)
            speed[corner] = min(machine.draw_mm_s, math.sqrt(allowed))
        for index, length in enumerate(lengths):
            speed[index + 1] = min(speed[index + 1], math.sqrt(speed[index] ** 2 + 2 * machine.draw_mm_s2 * length))
        for index in range(len(lengths) - 1, -1, -1):
            speed[index] = min(speed[index], math.sqrt(speed[index + 1] ** 2 + 2 * machine.draw_mm_s2 * lengths[index]))
        for enter, leave, length in zip(speed, speed[1:], lengths, strict=False):
            a = machine.draw_mm_s2
            peak = min(machine.draw_mm_s, math.sqrt((enter**2 + leave**2) / 2 + a * length))
            ramps = (2 * peak**2 - enter**2 - leave**2) / (2 * a)
            total += (2 * peak - enter - leave) / a + (length - ramps) / peak
        place = line[-1]
    return total + trapezoid_s(float(np.hypot(*place)), machine.travel_mm_s, machine.travel_mm_s2)


def test_a_straight_line_accelerates_cruises_and_brakes() -> None:
    expected = 0.3 + trapezoid_s(200, 50, 500) + trapezoid_s(200, 100, 1000)
    assert estimate_s(drawing([[0, 0], [200, 0]]), MACHINE) == pytest.approx(expected)


def test_points_along_a_straight_line_cost_nothing() -> None:
    many = np.stack([np.linspace(0, 200, 77), np.zeros(77)], axis=1)
    plain = estimate_s(drawing([[0, 0], [200, 0]]), MACHINE)
    assert estimate_s(drawing(many), MACHINE) == pytest.approx(plain, rel=1e-6)
    assert estimate_s(drawing(np.repeat(many, 2, axis=0)), MACHINE) == pytest.approx(plain, rel=1e-6)


def test_a_reversal_stops() -> None:
    expected = 0.3 + 2 * trapezoid_s(100, 50, 500)
    assert estimate_s(drawing([[0, 0], [100, 0], [0, 0]]), MACHINE) == pytest.approx(expected)


def test_a_dot_costs_the_way_and_the_pen() -> None:
    assert estimate_s(drawing([[30, 40]]), MACHINE) == pytest.approx(0.3 + 2 * trapezoid_s(50, 100, 1000))


def test_nothing_takes_no_time() -> None:
    assert estimate_s(Drawing(Page(10, 10), ()), MACHINE) == 0.0
    assert estimate_s(drawing(), MACHINE) == 0.0


def test_each_layer_starts_and_ends_at_home() -> None:
    one = drawing([[100, 0], [100, 50]])
    two = one.with_layers(one.layers * 2)
    assert estimate_s(two, MACHINE) == pytest.approx(2 * estimate_s(one, MACHINE))


def test_all_strokes_at_once_equal_point_by_point() -> None:
    rng = np.random.default_rng(4)
    lines = [
        rng.uniform(0, 300, 2)
        + np.cumsum(rng.normal(0, 10.0 ** rng.uniform(-2, 1.3), (rng.integers(1, 30), 2)), axis=0)
        for _ in range(200)
    ]
    sheet = drawing(*lines)
    assert estimate_s(sheet, MACHINE) == pytest.approx(slow_estimate_s(sheet.layers[0].strokes, MACHINE), rel=1e-6)


def test_fifty_thousand_strokes_are_quick() -> None:
    points = np.random.default_rng(0).uniform(0, 300, (50_000 * 12, 2))
    strokes = Strokes(points, np.arange(0, len(points) + 1, 12))
    began = time.process_time()
    assert estimate_s(Drawing(Page(300, 300), (Layer(Pen(), strokes),)), MACHINE) > 0
    assert time.process_time() - began < 1.0
