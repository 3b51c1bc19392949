"""How-to-draw sheets: a sketch in stages, what is new dark and what is there already grey."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Pen
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.digits import HEIGHT, number_sketch
from sketchdesign.design.latentboard import Cell, Part

EARLIER_PEN = Pen("earlier", "#a8a8a8")
NEW_PEN = Pen("new", "#000000", 0.5)
NUMBER_PEN = Pen("number", "#1b6ca8")

_NUMBER_SHARE = 0.09
"""Height of a panel's number, as a share of the sketch's larger side."""

Lines = list[NDArray[np.float32]]


def stages(sketch: Sketch, count: int) -> list[Sketch]:
    """The strokes in ``count`` parts of about equal ink, in the order in which they were drawn, none of them empty.

    Strokes stay whole where there are enough of them; otherwise the longest are cut at their points. A sketch of
    fewer lines than parts gives as many parts as it has lines.
    """
    lines = _cut(sketch.polylines(), count)
    count = min(count, len(lines))
    ink = np.cumsum([_length(line) for line in lines])
    total = float(ink[-1]) if len(ink) else 0.0
    ends: list[int] = []
    for part in range(1, count):
        wanted = int(np.abs(ink - total * part / count).argmin()) + 1
        # Room for at least one line in this part and in each that follows.
        ends.append(min(max(wanted, (ends[-1] if ends else 0) + 1), len(lines) - (count - part)))
    edges = [0, *ends, len(lines)]
    return [Sketch.from_polylines(lines[begin:end]) for begin, end in itertools.pairwise(edges)]


def lesson_cells(sketch: Sketch, count: int, row: int = 0) -> list[Cell]:
    """A row of numbered panels, each with one more part of the sketch, all at the same place and scale."""
    parts = stages(sketch, count)
    x_min, y_min, x_max, y_max = sketch.bounds
    height = max(x_max - x_min, y_max - y_min) * _NUMBER_SHARE
    top = y_min - 2.0 * height
    cells = []
    earlier: Lines = []
    for column, new in enumerate(parts):
        number = number_sketch(column + 1).transformed(height / HEIGHT, (x_min, top))
        panel = (Part(Sketch.from_polylines(earlier), EARLIER_PEN), Part(new, NEW_PEN), Part(number, NUMBER_PEN))
        cells.append(Cell(row, column, panel, (x_min, top, x_max, y_max)))
        earlier += new.polylines()
    return cells


def _cut(lines: Lines, count: int) -> Lines:
    """Lines, the longest of them cut in two as often as it takes to have ``count``, or until none can be cut."""
    lines = list(lines)
    while len(lines) < count:
        place = max(range(len(lines)), key=lambda n: _length(lines[n]) if len(lines[n]) > 2 else -1.0, default=0)
        if not lines or len(lines[place]) <= 2:
            break
        line = lines[place]
        way = np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))
        middle = 1 + int(np.abs(way[:-1] - way[-1] / 2.0).argmin())
        lines[place : place + 1] = [line[: middle + 1], line[middle:]]
    return lines


def _length(line: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
