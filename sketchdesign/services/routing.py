"""A drawing from any program, simplified, joined and routed for a plotter."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.files import read_provenance
from sketchdesign.services.jobs import Progress, Work

if TYPE_CHECKING:
    from sketchdesign.geometry.optimise import OptimiseSettings, RouteReport, Share
    from sketchdesign.geometry.treatment import Treatment

TRAVEL_PEN = Pen("travel", "#a8a8a8", 0.12)
JOIN_PEN = Pen("joins", "#e00000", 0.5)


@dataclass(frozen=True)
class Optimised:
    """A routed drawing.

    Attributes:
        drawing: with its provenance.
        route: what routing changed.
        estimate_before_s, estimate_s: seconds that a plotter takes for the file as it was, and as it is now.
        seconds: what all of it took here.
    """

    drawing: Drawing
    route: RouteReport
    estimate_before_s: float
    estimate_s: float
    seconds: float

    @property
    def joins(self) -> int:
        """Number of lines drawn in the place of lifts."""
        return sum(map(len, self.route.joins))


def optimise_file(
    path: Path,
    settings: OptimiseSettings,
    *,
    treatment: Treatment | None = None,
    pipeline: str | None = None,
    machine: MachineProfile = AXIDRAW_V3,
) -> Work[Optimised]:
    """Read a drawing and make its plot shorter.

    Args:
        path: an SVG file of any program.
        settings: how to simplify, join and route.
        treatment: what else to do to the strokes.
        pipeline: vpype commands in the place of simplifying, joining and routing.
        machine: the plotter whose time is estimated.

    Raises:
        InputError, SketchFormatError: the file cannot be read, or vpype does not accept the pipeline.
        WorkerError: vpype failed.
    """
    from sketchdesign.geometry.optimise import optimise, optimising
    from sketchdesign.geometry.read_drawing import read_drawing
    from sketchdesign.geometry.timecost import estimate_s
    from sketchdesign.geometry.treatment import Treatment

    started = time.perf_counter()
    if path.suffix.lower() != ".svg":
        raise InputError(f"cannot optimise {path} by its ending", hint="give a drawing as .svg")
    yield Progress(0, 1, "reading")
    drawing = read_drawing(path)
    treatment = treatment or Treatment()
    treated = treatment.before_routing(drawing)
    yield Progress(0, 1, "routing")
    if pipeline is None:
        routed, route = yield from told(optimising(treated, settings))
    else:
        routed, route = optimise(treated, pipeline=pipeline)
    routed = treatment.after_routing(routed)
    recipe = _source(path) | {"pipeline": route.pipeline}
    recipe |= {"treatment": str(treatment)} if str(treatment) else {}
    routed = replace(routed, provenance=Provenance(recipe))
    return Optimised(
        routed,
        replace(
            route,
            pen_up_mm_before=drawing.pen_up_mm(),
            pen_up_mm_after=routed.pen_up_mm(),
            lifts_before=drawing.stroke_count,
        ),
        estimate_s(drawing, machine),
        estimate_s(routed, machine),
        time.perf_counter() - started,
    )


def preview(made: Optimised) -> Drawing:
    """What the pen does: travels in grey below the strokes in their colours, and what it draws to join them in red."""
    ways = Strokes.concatenate(travels(layer.strokes) for layer in made.drawing.layers)
    joins = Strokes.concatenate(made.route.joins)
    return made.drawing.with_layers([Layer(TRAVEL_PEN, ways), *made.drawing.layers, Layer(JOIN_PEN, joins)])


def travels(strokes: Strokes) -> Strokes:
    """The ways from home, between strokes and back as strokes of two points."""
    if not len(strokes):
        return strokes
    home = np.zeros((1, 2))
    begins = np.concatenate([home, strokes.points[strokes.offsets[1:] - 1]])
    ends = np.concatenate([strokes.points[strokes.offsets[:-1]], home])
    points = np.stack([begins, ends], axis=1).reshape(-1, 2)
    return Strokes(points, np.arange(0, len(points) + 1, 2))


def told(steps: Generator[Share, None, tuple[Drawing, RouteReport]]) -> Work[tuple[Drawing, RouteReport]]:
    """The router's steps as the progress of a job."""
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            result: tuple[Drawing, RouteReport] = end.value
            return result
        yield Progress(done, total, "routing")


def _source(path: Path) -> dict[str, Any]:
    """The recipe of a file of ours, so that it can still be opened as what it is; the name of any other file."""
    try:
        return dict(read_provenance(path).recipe)
    except SketchFormatError:
        return {"command": "optimise", "source": path.name}
