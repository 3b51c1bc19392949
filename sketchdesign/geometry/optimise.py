"""Shorter ways for the pen: join, simplify and order the strokes of each layer with vpype."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.geometry.vpype_worker import VpypeWorker

MERGE_MM, SIMPLIFY_MM, RELOOP_MM = 0.05, 0.02, 0.05
TOLERANCE_MM = SIMPLIFY_MM + RELOOP_MM / 2
"""How far `DEFAULT_PIPELINE` may move a line: simplifying, then meeting in the middle where a loop closes.
Gaps up to ``MERGE_MM`` are closed by a line besides. A fine pen draws 0.1 mm."""

DEFAULT_PIPELINE = (
    f"linemerge --tolerance {MERGE_MM}mm linesimplify --tolerance {SIMPLIFY_MM}mm "
    f"reloop --tolerance {RELOOP_MM}mm linesort"
)

TWO_OPT_STROKES = 2_000
"""Layers up to this size are also improved by two-opt: a fifth less travel for about a second. Its time grows with the
square of the size, and a layer of 10,000 would take six seconds and more."""


@dataclass(frozen=True)
class RouteReport:
    """What optimising gained, and the vpype pipeline that did it.

    Pen-up lengths are those between strokes, without the ways from and to home.
    """

    pipeline: str
    pen_up_mm_before: float
    pen_up_mm_after: float
    lifts_before: int
    lifts_after: int
    pen_down_mm: float
    seconds: float


def optimise(
    drawing: Drawing,
    worker: VpypeWorker,
    pipeline: str | None = None,
    *,
    timeout_s: float = 300.0,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Drawing, RouteReport]:
    """The same drawing in fewer, better ordered strokes; pens, labels, page and provenance stay.

    Args:
        drawing: what to draw.
        worker: the vpype process.
        pipeline: vpype commands, run as they are. By default `DEFAULT_PIPELINE`, with two-opt for small layers, and
            each layer begins where the way from home (the top left corner) and back is shortest.
        timeout_s, cancelled: as in `VpypeWorker.run`.

    Raises:
        InputError, CancelledError, WorkerError: as `VpypeWorker.run`.
    """
    started = time.perf_counter()
    layers = [layer.strokes for layer in drawing.layers]
    commands = default_pipeline(layers) if pipeline is None else pipeline
    routed = worker.run(layers, commands, timeout_s=timeout_s, cancelled=cancelled)
    if pipeline is None:
        routed = [_begun_near_home(strokes) for strokes in routed]
    result = drawing.with_layers(
        replace(layer, strokes=strokes) for layer, strokes in zip(drawing.layers, routed, strict=True)
    )
    report = RouteReport(
        pipeline=commands,
        pen_up_mm_before=drawing.pen_up_mm(),
        pen_up_mm_after=result.pen_up_mm(),
        lifts_before=drawing.stroke_count,
        lifts_after=result.stroke_count,
        pen_down_mm=result.pen_down_mm(),
        seconds=time.perf_counter() - started,
    )
    return result, report


def default_pipeline(layers: Sequence[Strokes]) -> str:
    """`DEFAULT_PIPELINE`, with two-opt where it is fast enough."""
    small = max(map(len, layers), default=0) <= TWO_OPT_STROKES
    return f"{DEFAULT_PIPELINE} --two-opt" if small else DEFAULT_PIPELINE


def _begun_near_home(strokes: Strokes) -> Strokes:
    """The same round trip through all strokes, entered from home (the origin) at the cheapest place."""
    if len(strokes) < 2:
        return strokes
    begins = strokes.points[strokes.offsets[:-1]]
    ends_before = np.roll(strokes.points[strokes.offsets[1:] - 1], 1, axis=0)
    saved = np.hypot(*(begins - ends_before).T)
    detour = np.hypot(*begins.T) + np.hypot(*ends_before.T) - saved
    first = int(np.argmin(detour))
    cut = int(strokes.offsets[first])
    lengths = np.roll(np.diff(strokes.offsets), -first)
    return Strokes(np.roll(strokes.points, -cut, axis=0), np.concatenate([[0], np.cumsum(lengths)]))
