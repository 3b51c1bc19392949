"""Where the pen is at each moment of a plot, from its plan alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sketchdesign.plotter.job import Job
    from sketchdesign.plotter.plan import Plan

_Array = NDArray[np.float64]


class Moment(NamedTuple):
    """The plot at a moment.

    Attributes:
        layer: being drawn, from 0.
        stroke: so many of the layer are drawn.
        line_mm: the part of the next one that is drawn so far, [n, 2]; empty while the pen is up.
        at_mm: where the pen is.
        pen_down: whether it touches the paper.
    """

    layer: int
    stroke: int
    line_mm: _Array
    at_mm: tuple[float, float]
    pen_down: bool


class LayerTimes:
    """The moments of one layer.

    Attributes:
        finished_s: [S], when each stroke is on the paper and the pen up again, from the beginning of the layer.
        duration_s: with the way home.
    """

    def __init__(self, plan: Plan) -> None:
        from sketchdesign.plotter.blocks import TICKS_PER_S, positions_mm

        self._plan = plan
        self.duration_s = plan.duration_s
        self.finished_s: _Array = plan.duration_s - plan.seconds_left[1:]
        seconds = plan.ticks / TICKS_PER_S
        blocks = np.arange(len(plan))
        # Before each block the pen came down for every stroke begun, and rose for every stroke left behind.
        drops = np.searchsorted(plan.draws[:-1], blocks, side="right") * (plan.drop_ms / 1000.0)
        lifts = np.searchsorted(plan.travels[1:], blocks, side="right") * (plan.lift_ms / 1000.0)
        self._begins: _Array = np.cumsum(seconds) - seconds + drops + lifts
        self._seconds = seconds
        self._places: _Array = positions_mm(plan.positions, plan.machine.steps_per_mm)

    def at(self, seconds: float, layer: int) -> Moment:
        """A moment of the layer, 0 at its beginning."""
        plan = self._plan
        stroke = int(np.searchsorted(self.finished_s, seconds, side="right"))
        block = int(np.searchsorted(self._begins, seconds, side="right")) - 1
        if block < 0:
            return Moment(layer, stroke, np.empty((0, 2)), _point(self._places[0]), False)
        share = min(1.0, (seconds - self._begins[block]) / max(self._seconds[block], 1e-9))
        here = self._places[block] + share * (self._places[block + 1] - self._places[block])
        drawing = stroke < len(self.finished_s) and plan.draws[stroke] <= block < plan.travels[stroke + 1]
        line = np.empty((0, 2))
        if drawing:
            line = np.concatenate([self._places[plan.draws[stroke] : block + 1], here[None]])
        return Moment(layer, stroke, line, _point(here), bool(drawing))


class PlotTimes:
    """All moments of one sheet: its layers one after the other, without the time for changing pens.

    Attributes:
        layers: their moments.
        begins_s: [L + 1], when each layer begins, and the end.
        first_strokes: [L + 1], number of the first stroke of each layer among all, and how many there are.
    """

    def __init__(self, job: Job) -> None:
        self.layers = [LayerTimes(layer.plan) for layer in job.layers]
        self.begins_s: _Array = np.concatenate([[0.0], np.cumsum([layer.duration_s for layer in self.layers])])
        counts = [len(layer.finished_s) for layer in self.layers]
        self.first_strokes = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @property
    def duration_s(self) -> float:
        return float(self.begins_s[-1])

    @property
    def strokes(self) -> int:
        return int(self.first_strokes[-1])

    def at(self, seconds: float) -> Moment:
        """The plot at a moment; before the beginning and after the end nothing moves."""
        seconds = min(max(seconds, 0.0), self.duration_s)
        layer = min(int(np.searchsorted(self.begins_s, seconds, side="right")) - 1, len(self.layers) - 1)
        return self.layers[layer].at(seconds - self.begins_s[layer], layer)

    def when_finished(self, layer: int, strokes: int) -> float:
        """The moment at which so many strokes of a layer, from 0, are drawn."""
        finished = self.layers[layer].finished_s
        within = float(finished[min(strokes, len(finished)) - 1]) if strokes and len(finished) else 0.0
        return float(self.begins_s[layer]) + within


def _point(place: _Array) -> tuple[float, float]:
    return float(place[0]), float(place[1])
