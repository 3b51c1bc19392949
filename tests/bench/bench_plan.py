"""Planning fifty thousand strokes, and fetching their moves one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.plotter.plan import plan_strokes

STROKES, POINTS = 50_000, 12


def scribbles(count: int) -> Strokes:
    """Strokes of a dozen points like those of a sketch, over an A4 sheet."""
    rng = np.random.default_rng(0)
    begins = rng.uniform((10.0, 10.0), (290.0, 208.0), (count, 1, 2))
    lines = np.clip(begins + np.cumsum(rng.normal(0.0, 0.6, (count, POINTS, 2)), axis=1), 0.0, (300.0, 218.0))
    return Strokes(lines.reshape(-1, 2), np.arange(0, count * POINTS + 1, POINTS))


@pytest.mark.parametrize("ramps", [True, False])
def test_planning(benchmark: Any, ramps: bool) -> None:
    strokes = scribbles(STROKES)
    plan = benchmark.pedantic(plan_strokes, (strokes, AXIDRAW_V3), {"ramps": ramps}, rounds=3)
    assert plan.lifts == STROKES
    assert benchmark.stats.stats.min < 5.0


def test_moves_one_by_one(benchmark: Any) -> None:
    plan = plan_strokes(scribbles(1000), AXIDRAW_V3, ramps=True)
    items = benchmark(lambda: [plan.item(number) for number in range(plan.item_count)])
    assert len(items) == plan.item_count
