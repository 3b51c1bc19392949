"""Shorter ways for the pen: simplify the strokes of each layer, then route and join them, or run a vpype pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.geometry.route import RouteSettings, finished, joined, routing
from sketchdesign.geometry.simplify import simplify
from sketchdesign.geometry.vpype_worker import VpypeWorker

MERGE_MM, SIMPLIFY_MM, RELOOP_MM = 0.05, 0.02, 0.05
TOLERANCE_MM = SIMPLIFY_MM + RELOOP_MM / 2
"""How far our own settings may move a line: simplifying, then meeting in the middle where a loop closes.
Gaps up to ``MERGE_MM`` are closed by a line besides. A fine pen draws 0.1 mm."""

_FEWEST_LOOP_POINTS = 4
_PERCENT = 100


@dataclass(frozen=True)
class OptimiseSettings:
    """Our own way to shorten a plot.

    Attributes:
        simplify_mm: points are left out where the line moves by no more than this; 0 keeps all.
        route: how to route; its ``join_mm`` is the longest gap that is closed by a line.
    """

    simplify_mm: float = SIMPLIFY_MM
    route: RouteSettings = field(default_factory=lambda: RouteSettings(join_mm=MERGE_MM))

    def __post_init__(self) -> None:
        if not 0.0 <= self.simplify_mm <= 1000.0:
            raise InputError(f"lines cannot be simplified by {self.simplify_mm:g} mm", hint="choose one such as 0.05mm")

    def __str__(self) -> str:
        """The options of the command ``optimise`` that do the same."""
        route = self.route
        words = ["route", f"--simplify {self.simplify_mm:g}mm", f"--join {route.join_mm:g}mm"]
        words += [f"--machine {route.machine.name}"] if route.machine else []
        words += [f"--budget {route.budget_s:g}s"] if route.budget_s else []
        return " ".join(words)


@dataclass(frozen=True)
class RouteReport:
    """What optimising gained, and what did it: a vpype pipeline, or our own settings.

    Pen-up lengths are those between strokes, without the ways from and to home. ``joins`` are the lines that were drawn
    in the place of lifts, for each layer; gaps within rounding are none.
    """

    pipeline: str
    pen_up_mm_before: float
    pen_up_mm_after: float
    lifts_before: int
    lifts_after: int
    pen_down_mm: float
    seconds: float
    joins: tuple[Strokes, ...] = ()


class Share(NamedTuple):
    """How far optimising has come: ``done`` of ``total``."""

    done: int
    total: int


def optimise(
    drawing: Drawing,
    worker: VpypeWorker | None = None,
    pipeline: str | None = None,
    *,
    settings: OptimiseSettings | None = None,
    timeout_s: float = 300.0,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Drawing, RouteReport]:
    """The same drawing in fewer, better ordered strokes; pens, labels, page and provenance stay.

    Args:
        drawing: what to draw.
        worker: the vpype process for a ``pipeline``; by default one that lives as long as this call.
        pipeline: vpype commands to run in the place of our own simplifying and routing.
        settings: of our own.
        timeout_s: as in `VpypeWorker.run`.
        cancelled: asked many times a second; True stops the work.

    Raises:
        InputError, WorkerError: as `VpypeWorker.run` and `route`.
        CancelledError: ``cancelled`` returned True.
    """
    if pipeline is not None:
        if worker is None:
            with VpypeWorker() as own:
                return _piped(drawing, own, pipeline, timeout_s, cancelled)
        return _piped(drawing, worker, pipeline, timeout_s, cancelled)
    return finished(optimising(drawing, settings), cancelled)


def optimising(
    drawing: Drawing, settings: OptimiseSettings | None = None, *, enough: Callable[[], bool] | None = None
) -> Generator[Share, None, tuple[Drawing, RouteReport]]:
    """`optimise` without vpype, in steps of some 10 ms.

    Args:
        drawing: what to draw.
        settings: how.
        enough: once it says True the best routes so far are taken.
    """
    started = time.perf_counter()
    settings = settings or OptimiseSettings()
    budget_s, strokes_before, strokes_in_all = settings.route.budget_s, 0, max(1, drawing.stroke_count)
    routed, joins = [], []
    for layer in drawing.layers:
        simple = simplify(layer.strokes, settings.simplify_mm) if settings.simplify_mm > 0.0 else layer.strokes
        strokes = _closed(simple, RELOOP_MM)
        share = len(strokes) / strokes_in_all
        # A layer without strokes takes no time; a budget is never 0.
        own = replace(settings.route, budget_s=budget_s * share) if budget_s and len(strokes) else settings.route
        search = routing(strokes, own, enough=enough)
        while True:
            try:
                done = (strokes_before + next(search) * len(strokes)) / strokes_in_all
                yield Share(round(_PERCENT * done), _PERCENT)
            except StopIteration as end:
                shortened, drawn = joined(end.value.drawn(strokes), settings.route.join_mm)
                break
        routed.append(shortened)
        joins.append(drawn)
        strokes_before += len(strokes)
    return _result(drawing, routed, str(settings), joins, started)


def _piped(
    drawing: Drawing,
    worker: VpypeWorker,
    pipeline: str,
    timeout_s: float,
    cancelled: Callable[[], bool] | None,
) -> tuple[Drawing, RouteReport]:
    started = time.perf_counter()
    layers = [layer.strokes for layer in drawing.layers]
    routed = worker.run(layers, pipeline, timeout_s=timeout_s, cancelled=cancelled)
    return _result(drawing, routed, pipeline, (), started)


def _result(
    drawing: Drawing, routed: Sequence[Strokes], pipeline: str, joins: Iterable[Strokes], started: float
) -> tuple[Drawing, RouteReport]:
    result = drawing.with_layers(
        replace(layer, strokes=strokes) for layer, strokes in zip(drawing.layers, routed, strict=True)
    )
    report = RouteReport(
        pipeline=pipeline,
        pen_up_mm_before=drawing.pen_up_mm(),
        pen_up_mm_after=result.pen_up_mm(),
        lifts_before=drawing.stroke_count,
        lifts_after=result.stroke_count,
        pen_down_mm=result.pen_down_mm(),
        seconds=time.perf_counter() - started,
        joins=tuple(joins),
    )
    return result, report


def _closed(strokes: Strokes, gap_mm: float) -> Strokes:
    """Loops whose ends nearly meet, made to meet half way: then they may begin anywhere."""
    first, last = strokes.offsets[:-1], strokes.offsets[1:] - 1
    gap = np.hypot(*(strokes.points[first] - strokes.points[last]).T)
    open_loops = (last - first + 1 >= _FEWEST_LOOP_POINTS) & (gap > 0.0) & (gap <= gap_mm)
    points = strokes.points.copy()
    middle = (points[first[open_loops]] + points[last[open_loops]]) / 2.0
    points[first[open_loops]] = points[last[open_loops]] = middle
    return Strokes(points, strokes.offsets)
