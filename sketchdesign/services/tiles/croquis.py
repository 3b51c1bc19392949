"""The croquis check of a tile's file, and its picture: the faults drawn over the repeat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.services.export import export_drawing
from sketchdesign.services.tiles.making import open_design

if TYPE_CHECKING:
    from sketchdesign.design.croquis import Alleyway, Croquis, Hole, LineUp
    from sketchdesign.design.tile import Design

_Array = NDArray[np.float64]

_PICTURE_PX = 1500.0
_MANY_MOTIFS = 60
_CIRCLE_STEPS = 72
_LINE_SHARE = 0.0025
"""Of the picture's side: how wide thin lines are drawn."""

_ALLEY, _CROWD, _HOLE, _ROW = "#ffe08a", "#d9c6f0", "#e03131", "#1c7ed6"
_PATTERN, _SEAM, _NUMBER = "#6b7280", "#ced4da", "#0b7285"
_NUMBER_SHARE = 0.014
"""Of the picture's side: how high numbers are."""


@dataclass(frozen=True)
class CheckedTile:
    """A tile and what was found; ``joined`` if its strokes had been cut at the seams."""

    design: Design
    croquis: Croquis
    joined: bool


def check_file(path: Path) -> CheckedTile:
    """Check a tile's file, whoever made it.

    Raises:
        InputError, SketchFormatError: it cannot be read, or shows no lines.
    """
    from sketchdesign.design.croquis import check
    from sketchdesign.design.marks import outlines_of

    design, joined = open_design(path)
    return CheckedTile(design, check(outlines_of(design, joined=joined), design.repeat), joined)


def overlay(design: Design, croquis: Croquis) -> Drawing:
    """The repeat, three by three or of many motifs two by two, with the faults over it.

    Alleyways are yellow bands, line-ups blue lines, holes red circles, and crowds violet discs. In one repeat the
    motifs have their numbers, from 1, as ``tile --lock`` takes them.
    """
    from sketchdesign.design.tile import sheet

    times = 2 if croquis.motifs * design.repeat.cells_per_rectangle > _MANY_MOTIFS else 3
    width, height = design.repeat.rectangle_mm
    page = Page(times * width, times * height)
    pattern = sheet(design, page)
    line_mm = _LINE_SHARE * max(page.width_mm, page.height_mm)
    corners = [np.array([i * width, j * height]) for i in range(times) for j in range(times)]
    layers = [
        *(_layer("alleyway", _ALLEY, alley.width_mm, _lines(alley, page)) for alley in croquis.alleyways),
        *(
            _layer("crowd", _CROWD, 2.0 * crowd.radius_mm, [np.array([[crowd.x_mm, crowd.y_mm]]) + c for c in corners])
            for crowd in croquis.crowds
        ),
        _layer("seam", _SEAM, line_mm / 2.0, _seams(page, times)),
        *(replace(layer, pen=replace(layer.pen, colour=_PATTERN)) for layer in pattern.layers),
        _layer("line-up", _ROW, line_mm, [line for row in croquis.line_ups for line in _lines(row, page)]),
        _layer(
            "hole",
            _HOLE,
            line_mm,
            [_circle(hole) + c for hole in croquis.holes for c in corners],
        ),
        _layer("number", _NUMBER, line_mm, _numbers(design, _NUMBER_SHARE * max(page.width_mm, page.height_mm))),
    ]
    provenance = Provenance({"command": "croquis", **croquis.to_json()})
    return Drawing(page, tuple(layer for layer in layers if len(layer.strokes)), provenance)


def export_overlay(design: Design, croquis: Croquis, path: Path) -> None:
    """Write `overlay` to a file; a picture has some 1500 pixels along its larger side."""
    drawing = overlay(design, croquis)
    export_drawing(
        drawing, [path], _PICTURE_PX * MM_PER_UNIT["in"] / max(drawing.page.width_mm, drawing.page.height_mm)
    )


def _layer(name: str, colour: str, width_mm: float, lines: Sequence[_Array]) -> Layer:
    return Layer(Pen(name, colour, width_mm), Strokes.from_polylines(lines), name)


def _lines(band: Alleyway | LineUp, page: Page) -> list[_Array]:
    """The middle line of a band and of its copies, across the page."""
    from sketchdesign.geometry.clip import Box, clip_to_box

    angle = math.radians(band.degrees)
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    reach = math.hypot(page.width_mm, page.height_mm)
    copies = range(-math.ceil(reach / band.step_mm), math.ceil(reach / band.step_mm) + 1)
    middles = [np.array([band.x_mm, band.y_mm]) + n * band.step_mm * across for n in copies]
    lines = Strokes.from_polylines([np.array([middle - reach * along, middle + reach * along]) for middle in middles])
    return clip_to_box(lines, Box(0.0, 0.0, page.width_mm, page.height_mm)).polylines()


def _seams(page: Page, times: int) -> list[_Array]:
    shares = [n / times for n in range(1, times)]
    upright = [np.array([[x * page.width_mm, 0.0], [x * page.width_mm, page.height_mm]]) for x in shares]
    return upright + [np.array([[0.0, y * page.height_mm], [page.width_mm, y * page.height_mm]]) for y in shares]


def _numbers(design: Design, height_mm: float) -> list[_Array]:
    """The number of each motif at its middle; none where motifs are not known apart."""
    from sketchdesign.design.digits import HEIGHT, number_sketch
    from sketchdesign.design.tile import motif_middles

    images = len(design.repeat.operations)
    middles = {owner // images: middle for owner, middle in motif_middles(design).items() if owner % images == 0}
    lines = []
    for number, middle in middles.items() if len(middles) > 1 else ():
        strokes = [height_mm / HEIGHT * line for line in number_sketch(number + 1).polylines()]
        points = np.concatenate(strokes)
        place = middle % np.array(design.repeat.rectangle_mm) - (points.min(axis=0) + points.max(axis=0)) / 2.0
        lines += [line + place for line in strokes]
    return lines


def _circle(hole: Hole) -> _Array:
    angles = np.linspace(0.0, math.tau, _CIRCLE_STEPS + 1)
    ring: _Array = np.array([hole.x_mm, hole.y_mm]) + hole.radius_mm * np.column_stack([np.cos(angles), np.sin(angles)])
    return ring
