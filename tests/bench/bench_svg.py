"""How long large sheets take to read, treat and write, beside vpype, all in one run.

``pytest tests/bench/bench_svg.py --benchmark-enable -o python_files='bench_*.py' -o addopts=''``
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import vpype
from pytest_benchmark.fixture import BenchmarkFixture

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.geometry.occlude import occlude_groups
from sketchdesign.geometry.read_drawing import read_drawing
from sketchdesign.geometry.simplify import simplify
from sketchdesign.geometry.smooth import smooth
from sketchdesign.geometry.timecost import estimate_s
from sketchdesign.output.png import render_png
from sketchdesign.output.svg import render_svg

STROKES, POINTS = 50_000, 12
FILES = ("ours", "vpype", "relative")

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def sheet() -> Drawing:
    """50,000 strokes of 12 points, 1.5 mm apart, on A3."""
    rng = np.random.default_rng(0)
    heading = rng.uniform(0, 6.3, (STROKES, 1)) + rng.normal(0, 0.5, (STROKES, POINTS)).cumsum(axis=1)
    steps = 1.5 * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    points = rng.uniform([20, 20], [277, 400], (STROKES, 2))[:, None] + steps.cumsum(axis=1)
    strokes = Strokes(points.reshape(-1, 2), np.arange(0, STROKES * POINTS + 1, POINTS))
    return Drawing(Page(297, 420), (Layer(Pen(), strokes),))


@pytest.fixture(scope="module")
def plots(sheet: Drawing, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sheet as we and as vpype write it, and with relative coordinates, a transform and a style for each path."""
    folder = tmp_path_factory.mktemp("plots")
    paths = {name: folder / f"{name}.svg" for name in FILES}
    paths["ours"].write_text(render_svg(sheet))
    with paths["vpype"].open("w") as file:
        vpype.write_svg(file, as_vpype(sheet))
    paths["relative"].write_text(relative_svg(sheet))
    return paths


def as_vpype(sheet: Drawing) -> vpype.Document:
    pixels = (sheet.layers[0].strokes.points / MM_PER_UNIT["px"]).view(np.complex128).ravel()
    lines = vpype.LineCollection(np.split(pixels, sheet.layers[0].strokes.offsets[1:-1]))
    size = (sheet.page.width_mm / MM_PER_UNIT["px"], sheet.page.height_mm / MM_PER_UNIT["px"])
    return vpype.Document(lines, page_size=size)


def relative_svg(sheet: Drawing) -> str:
    steps = np.round(np.diff(sheet.layers[0].strokes.points, axis=0, prepend=0.0), 4)
    steps[sheet.layers[0].strokes.offsets[:-1]] = sheet.layers[0].strokes.points[sheet.layers[0].strokes.offsets[:-1]]
    paths = "".join(
        f'<path style="fill:none;stroke:#000;stroke-width:0.3" id="path{number}" transform="translate({number % 7},0)" '
        f'd="m {" ".join(f"{x:.4f},{y:.4f}" for x, y in line.tolist())}"/>'
        for number, line in enumerate(np.split(steps, sheet.layers[0].strokes.offsets[1:-1]))
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="420mm" viewBox="0 0 297 420">'
        f'<g id="layer1">{paths}</g></svg>'
    )


def timed(benchmark: BenchmarkFixture, function: Callable[[], Result], rounds: int = 3) -> tuple[Result, float]:
    """What a function returns, and the fewest seconds it took."""
    pedantic: Any = benchmark.pedantic
    result = pedantic(function, rounds=rounds)
    return result, benchmark.stats.stats.min if benchmark.stats else 0.0


@pytest.fixture(scope="module")
def our_seconds() -> dict[str, float]:
    """What our tests measured, for those that measure vpype after them."""
    return {}


@pytest.mark.benchmark(group="write 50,000 paths")
def test_our_writer(benchmark: BenchmarkFixture, sheet: Drawing, our_seconds: dict[str, float]) -> None:
    _, our_seconds["write"] = timed(benchmark, lambda: render_svg(sheet))


@pytest.mark.benchmark(group="write 50,000 paths")
def test_vpypes_writer(benchmark: BenchmarkFixture, sheet: Drawing, our_seconds: dict[str, float]) -> None:
    document = as_vpype(sheet)
    _, seconds = timed(benchmark, lambda: vpype.write_svg(io.StringIO(), document), rounds=1)
    assert our_seconds["write"] <= seconds / 3.5


@pytest.mark.benchmark(group="read 50,000 paths")
@pytest.mark.parametrize("name", FILES)
def test_our_reader(
    benchmark: BenchmarkFixture, plots: dict[str, Path], name: str, our_seconds: dict[str, float]
) -> None:
    drawing, our_seconds[name] = timed(benchmark, lambda: read_drawing(plots[name]))
    assert drawing.stroke_count == STROKES


@pytest.mark.benchmark(group="read 50,000 paths")
@pytest.mark.parametrize("name", FILES)
def test_vpypes_reader(
    benchmark: BenchmarkFixture, plots: dict[str, Path], name: str, our_seconds: dict[str, float]
) -> None:
    (lines, _, _), seconds = timed(benchmark, lambda: vpype.read_svg(str(plots[name]), 0.1), rounds=1)
    assert len(lines) == STROKES
    assert our_seconds[name] <= seconds / 3.5


@pytest.mark.benchmark(group="treat 50,000 strokes")
def test_smooth(benchmark: BenchmarkFixture, sheet: Drawing) -> None:
    found, _ = timed(benchmark, lambda: smooth(sheet.layers[0].strokes, 0.2))
    assert len(found) == STROKES


@pytest.mark.benchmark(group="treat 50,000 strokes")
def test_simplify(benchmark: BenchmarkFixture, sheet: Drawing) -> None:
    found, _ = timed(benchmark, lambda: simplify(sheet.layers[0].strokes, 0.05))
    assert len(found) == STROKES


@pytest.mark.benchmark(group="hide behind 8,000 shapes")
def test_occlude(benchmark: BenchmarkFixture) -> None:
    """Closed 24-gons that cover A3 five times over."""
    rng = np.random.default_rng(0)
    angles = np.arange(25) % 24 * np.pi / 12.0
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    shapes = [
        Strokes.from_polylines([ring * rng.uniform(2.5, 7.5) + rng.uniform([0, 0], [297, 420])]) for _ in range(8_000)
    ]
    found, _ = timed(benchmark, lambda: occlude_groups(shapes), rounds=2)
    assert len(found) == len(shapes)


def test_png(benchmark: BenchmarkFixture, sheet: Drawing) -> None:
    benchmark(render_png, sheet, 150.0)


def test_estimate(benchmark: BenchmarkFixture, sheet: Drawing) -> None:
    benchmark(estimate_s, sheet, AXIDRAW_V3)
    assert benchmark.stats is None or benchmark.stats.stats.min < 1.0
