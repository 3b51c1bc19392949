"""How-to-draw sheets, and what a model sees of a sketch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.latentboard import Cell, Part
from sketchdesign.design.lesson import lesson_cells
from sketchdesign.services.generate import DrawnSketch, GenerateSettings, generate
from sketchdesign.services.inputs import GivenSketch, as_seen, drawing_json, filling_box
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.tools import Board

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

MOST_STAGES = 9

INK_PEN = Pen("ink", "#b8b8b8", 0.5)
LINE_PEN = Pen("lines seen", "#000000", 0.2)
POINT_PEN = Pen("points seen", "#d62828", 0.8)


def lesson(given: Sequence[GivenSketch], stage_count: int) -> Board:
    """A row for each sketch: how it is drawn, step by step.

    Raises:
        InputError: there are too many stages, or a sketch is empty.
    """
    if not 2 <= stage_count <= MOST_STAGES:
        raise InputError(f"a lesson of {stage_count} stages is out of range", hint=f"choose 2 to {MOST_STAGES}")
    for each in given:
        if not len(each.sketch):
            raise InputError(f"{each.name} is empty", hint="draw something")
    sketches = [filling_box(each.sketch) for each in given]
    rows = [lesson_cells(sketch, stage_count, row) for row, sketch in enumerate(sketches)]
    results = tuple(DrawnSketch(sketch, each.word, True) for sketch, each in zip(sketches, given, strict=True))
    recipe = {
        "command": "lesson",
        "inputs": [{"name": each.name, "drawing": drawing_json(each.sketch)} for each in given],
        "operation": {"stages": stage_count},
    }
    report = {"sketches": len(given), "stages": [len(row) for row in rows], "ended_share": 1.0}
    cells = tuple(cell for row in rows for cell in row)
    return Board(cells, len(rows), max(map(len, rows)), results, recipe, report)


def drawn_lesson(model: Model, settings: GenerateSettings, stage_count: int) -> Work[Board]:
    """The same for new sketches by a model; the recipe says which."""
    drawn = yield from generate(model, settings)
    given = [
        GivenSketch(f"{model.info.name} {n}", each.sketch, word=each.word) for n, each in enumerate(drawn.sketches)
    ]
    board = lesson(given, stage_count)
    source = {"model": {"name": model.info.name, "sha256": model.sha256}, "generate": settings.to_json()}
    report = {"seed": settings.seed, "rejected": drawn.rejected, "ended_share": drawn.ended_share}
    return replace(board, recipe={**board.recipe, **source}, report={**board.report, **report})


def seen(model: Model, given: GivenSketch) -> Board:
    """What a model reads of a sketch, over the sketch: its points, and the lines between them.

    Raises:
        InputError: the model cannot read the sketch.
    """
    reduced = as_seen(model.info, given)
    ink = filling_box(given.sketch)
    dots = Sketch(reduced.sketch.points, np.ones(len(reduced.sketch), np.int64))
    cell = Cell(0, 0, (Part(ink, INK_PEN), Part(reduced.sketch, LINE_PEN), Part(dots, POINT_PEN)))
    recipe: dict[str, Any] = {
        "command": "seen",
        "model": {"name": model.info.name, "sha256": model.sha256},
        "inputs": [reduced.to_json()],
    }
    report = {
        "sketches": 1,
        "ended_share": 1.0,
        "points_given": len(given.sketch),
        "points_seen": len(reduced.sketch),
        "points_read_at_most": model.info.max_points,
        "strokes_seen": reduced.sketch.stroke_count,
    }
    return Board((cell,), 1, 1, (DrawnSketch(reduced.sketch, given.word, True),), recipe, report)
