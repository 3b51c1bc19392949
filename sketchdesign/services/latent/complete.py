"""Endings for an unfinished sketch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.latentboard import DRAWN_PEN, GIVEN_PEN, Cell, Part
from sketchdesign.services.generate import DrawnSketch, GenerateSettings
from sketchdesign.services.inputs import GivenSketch, as_seen_beginning, drawing_json
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.tools import Board, Studio, check_count, z_text

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

Lines = list[NDArray[np.float64]]


def complete(
    model: Model,
    given: GivenSketch,
    settings: GenerateSettings,
    count: int,
    *,
    size_px: float | None = None,
    pen_down: bool = False,
) -> Work[Board]:
    """Endings for a sketch that is only begun (Figure 8): the decoder reads the beginning and goes on by itself.

    The results are in the beginning's own units and place; their first points are its points.

    Args:
        model: any.
        given: the beginning.
        settings: seed and the like; the noise is independent for each ending.
        count: number of endings. Where nobody says what the sketch is to become, each takes a class that it may become.
        size_px: see `as_seen_beginning`.
        pen_down: the last line is unfinished, too.

    Raises:
        InputError: the model cannot read the beginning, it leaves no room, or the count is out of range.
    """
    from sketchdesign.model.beginnings import fitting_labels, fitting_z

    check_count(count, "endings")
    studio = Studio(model, settings, fresh=True)
    seen, scale = as_seen_beginning(model.info, given, size_px, pen_down=pen_down)
    limit = settings.sampling.max_points or model.info.max_points
    if len(seen.rows) >= limit:
        raise InputError(
            f"{given.name} leaves no room for an ending: a drawing has {limit} points at most",
            hint="draw it with fewer strokes or fewer details",
        )
    keys = np.array([settings.stream("complete", number) for number in range(count)], np.uint64)
    spread = settings.sampling.z_spread
    label = studio.known_label(given)
    if label is None:
        pool_key = np.uint64(stream_key(settings.seed, "complete", "classes"))
        labels = fitting_labels(model, seen.rows, keys, pool_key, spread)
    else:
        labels = [label] * count
    z = fitting_z(model, seen.rows, labels, keys, spread)
    points = studio.points(z, labels)
    drawn = yield from studio.draw(points, begun=[seen.rows] * count, aim=studio.aim(points))
    simplified = len(seen.sketch) != len(given.sketch)
    beginning = seen.sketch.transformed(1.0 / scale) if simplified else given.sketch
    told = len(seen.rows) + model.info.implicit_first_point
    columns = math.ceil(math.sqrt(count))
    cells, results = [], []
    for number, each in enumerate(drawn):
        lines = _new_lines(each.sketch, told, beginning.points[-1], scale)
        parts = (Part(beginning, GIVEN_PEN), Part(Sketch.from_polylines(lines), DRAWN_PEN))
        cells.append(Cell(number // columns, number % columns, parts))
        results.append(DrawnSketch(_joined(beginning, lines, pen_down), each.word, each.ended))
    recipe = studio.recipe("complete", [], {"count": count, "pen_down": pen_down, "scale": scale})
    words = [each.word for each in drawn]
    recipe["inputs"] = [{"name": given.name, "drawing": drawing_json(seen.sketch), "classes": words}]
    if z is not None:
        recipe["operation"]["z"] = [z_text(row) for row in z]
    return Board(tuple(cells), -(-count // columns), columns, tuple(results), recipe, studio.counts(drawn))


def _new_lines(sketch: Sketch, told: int, last_given: NDArray[np.float32], scale: float) -> Lines:
    """What was added to the first ``told`` points, in the beginning's units and place.

    A line that the model went on with starts at the last given point.
    """
    points = sketch.points.astype(np.float64)
    points = (points - points[told - 1]) / scale + last_given
    ends = np.cumsum(sketch.stroke_lengths)
    begins = ends - sketch.stroke_lengths
    added = [(max(begin, told - 1), end) for begin, end in zip(begins, ends, strict=True) if end > told]
    return [points[begin:end] for begin, end in added]


def _joined(beginning: Sketch, lines: Lines, pen_down: bool) -> Sketch:
    """Beginning and ending as one sketch, whose first points are exactly the beginning's."""
    given: Lines = [line.astype(np.float64) for line in beginning.polylines()]
    if pen_down and lines:
        given[-1] = np.concatenate([given[-1], lines[0][1:]])
        lines = lines[1:]
    return Sketch.from_polylines([*given, *lines])
