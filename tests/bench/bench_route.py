"""Routes against vpype's: ``python tests/bench/bench_route.py`` prints a table; two-opt takes most of the time.

All in one run, on the same strokes: random polylines of 5 to 12 points, 1.5 mm apart, on A3 with a margin of 10 mm,
and a pattern of 60 x 40 cells of four strokes. Seconds are those of this computer, without starting up: by the clock,
and of the processor alone, which other programs disturb less. Metres are pen-up, without the ways from and to home;
hours are those of a plotter for the whole drawing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.geometry.route import RouteSettings, route, warm_up
from sketchdesign.geometry.timecost import estimate_s

PAGE, MARGIN_MM = Page(297.0, 420.0), 10.0
MOST_FOR_TWO_OPT = 10_000

Result = TypeVar("Result")


class Seconds(NamedTuple):
    clock: float
    processor: float


def random_polylines(count: int) -> Strokes:
    rng = np.random.default_rng(0)
    low, high = MARGIN_MM, np.array([PAGE.width_mm, PAGE.height_mm]) - MARGIN_MM
    lines = []
    for points in rng.integers(5, 13, count):
        heading = rng.uniform(0.0, 2.0 * np.pi) + np.cumsum(rng.normal(0.0, 0.5, points))
        steps = 1.5 * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        lines.append(rng.uniform(low, high) + np.cumsum(steps, axis=0))
    return Strokes.from_polylines(lines)


def pattern_grid(columns: int = 40, rows: int = 60, cell_mm: float = 6.7) -> Strokes:
    """Cells of four strokes of twelve segments, row by row."""
    rng = np.random.default_rng(1)
    heading = rng.uniform(0.0, 2.0 * np.pi, (4, 1)) + np.cumsum(rng.normal(0.0, 0.6, (4, 13)), axis=1)
    steps = 0.3 * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    motif = np.clip(rng.uniform(0.2, 0.8, (4, 1, 2)) * cell_mm + np.cumsum(steps, axis=1), 0.0, cell_mm)
    corners = cell_mm * np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 1, 1, 2)
    return Strokes.from_polylines((corners + motif).reshape(-1, 13, 2))


def with_vpype(strokes: Strokes, pipeline: str) -> tuple[Seconds, Strokes]:
    """A pipeline in this process, without the time to convert what it takes and gives."""
    import vpype
    import vpype_cli

    pixels = (strokes.points / MM_PER_UNIT["px"]).view(np.complex128).ravel()
    document = vpype.Document()
    document.add(vpype.LineCollection(np.split(pixels, strokes.offsets[1:-1])), 1)
    vpype_cli.execute("linesort", vpype.Document())
    seconds, routed = timed(lambda: vpype_cli.execute(pipeline, document))
    lines = routed.layers[1].lines
    return seconds, Strokes.from_polylines(np.stack([line.real, line.imag], 1) * MM_PER_UNIT["px"] for line in lines)


def with_ours(strokes: Strokes, settings: RouteSettings) -> tuple[Seconds, Strokes]:
    return timed(lambda: route(strokes, settings).drawn(strokes))


def timed(work: Callable[[], Result]) -> tuple[Seconds, Result]:
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return Seconds(time.perf_counter() - clock, time.process_time() - processor), result


def runs(count: int) -> Iterator[tuple[str, Callable[[Strokes], tuple[Seconds, Strokes]]]]:
    yield "ours, least time", lambda strokes: with_ours(strokes, RouteSettings())
    yield "ours, least way", lambda strokes: with_ours(strokes, RouteSettings(machine=None))
    yield "vpype linesort", lambda strokes: with_vpype(strokes, "linesort")
    if count <= MOST_FOR_TWO_OPT:
        yield "vpype two-opt", lambda strokes: with_vpype(strokes, "linesort --two-opt")


def main() -> None:
    warm_up()
    print(f"{'strokes':<24}{'by':<20}{'s':>8}{'cpu s':>8}{'pen-up m':>10}{'plot h':>9}")
    sheets = [(f"{count} random", random_polylines(count)) for count in (1_000, 10_000, 50_000)]
    for name, strokes in [*sheets, ("9600 pattern grid", pattern_grid())]:
        for by, run in runs(len(strokes)):
            seconds, routed = run(strokes)
            plot_s = estimate_s(Drawing(PAGE, (Layer(Pen(), routed),)), AXIDRAW_V3)
            times = f"{seconds.clock:8.2f}{seconds.processor:8.2f}"
            ways = f"{routed.pen_up_mm() / 1000.0:10.2f}{plot_s / 3600.0:9.3f}"
            print(f"{name:<24}{by:<20}{times}{ways}", flush=True)


if __name__ == "__main__":
    main()
