"""How long large sheets take to write: ``pytest tests/bench --benchmark-enable -o python_files='bench_*.py'``."""

from __future__ import annotations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.geometry.timecost import estimate_s
from sketchdesign.output.png import render_png
from sketchdesign.output.svg import render_svg

STROKES, POINTS = 50_000, 12


@pytest.fixture(scope="module")
def sheet() -> Drawing:
    """50,000 strokes of 12 points, 1.5 mm apart, on A3."""
    rng = np.random.default_rng(0)
    heading = rng.uniform(0, 6.3, (STROKES, 1)) + rng.normal(0, 0.5, (STROKES, POINTS)).cumsum(axis=1)
    steps = 1.5 * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    points = rng.uniform([20, 20], [277, 400], (STROKES, 2))[:, None] + steps.cumsum(axis=1)
    strokes = Strokes(points.reshape(-1, 2), np.arange(0, STROKES * POINTS + 1, POINTS))
    return Drawing(Page(297, 420), (Layer(Pen(), strokes),))


def test_svg(benchmark: BenchmarkFixture, sheet: Drawing) -> None:
    benchmark(render_svg, sheet)
    assert benchmark.stats is None or benchmark.stats.stats.min < 2.0


def test_png(benchmark: BenchmarkFixture, sheet: Drawing) -> None:
    benchmark(render_png, sheet, 150.0)


def test_estimate(benchmark: BenchmarkFixture, sheet: Drawing) -> None:
    benchmark(estimate_s, sheet, AXIDRAW_V3)
    assert benchmark.stats is None or benchmark.stats.stats.min < 1.0
