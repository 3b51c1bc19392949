"""Free regions of a drawn scene, and motifs tossed into them: the sky above a drawing, a heart, a silhouette."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import shapely

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.design.layout import Layout, Motif, Placement
from sketchdesign.design.packing import pack
from sketchdesign.design.repeat import make_repeat

Region: TypeAlias = shapely.Geometry
"""A polygon or several, in mm on the page."""

_CLOSING_SHARE = 0.008
"""Openings of a drawn outline up to twice this share of its size count as closed."""

_ENDS_SHARE = 0.25
"""A stroke whose ends are as near to each other as this share of its size goes around something."""

_SMALLEST_SHARE = 1e-4


def sky(scene: Drawing) -> Region:
    """What lies outside of all that is drawn, and reaches the upper edge of the page.

    Raises:
        InputError: nothing does.
    """
    page = shapely.box(0.0, 0.0, scene.page.width_mm, scene.page.height_mm)
    top = shapely.LineString([(0.0, 0.0), (scene.page.width_mm, 0.0)])
    found = _reached(page, _lines(scene.layers), top)
    if found.is_empty:
        raise InputError("the scene leaves no sky", hint="leave some of the page's upper edge free")
    return found


def outside(scene: Drawing) -> Region:
    """What lies outside of all that is drawn, and reaches any edge of the page.

    Raises:
        InputError: nothing does.
    """
    page = shapely.box(0.0, 0.0, scene.page.width_mm, scene.page.height_mm)
    found = _reached(page, _lines(scene.layers), page.exterior)
    if found.is_empty:
        raise InputError("the scene leaves nothing free around it", hint="name a shape of it to fill")
    return found


def inside(layers: Sequence[Layer]) -> Region:
    """All that strokes go around, small openings not minded: of a sketch its silhouette.

    Raises:
        InputError: they go around nothing.
    """
    lines = shapely.union_all([_lines(layers), *_chords(layers)])
    low, high = np.array(lines.bounds[:2]), np.array(lines.bounds[2:])
    around = shapely.box(*low, *high).buffer(0.2 * float((high - low).max()) + 1.0, join_style="mitre")
    found = shapely.difference(around, _reached(around, lines, around.exterior))
    # What is left of open lines is as thin as the lines.
    thin = 0.5 * _CLOSING_SHARE * float((high - low).max())
    found = found.buffer(-thin).buffer(thin)
    if found.area <= _SMALLEST_SHARE * around.area:
        raise InputError("the shape encloses nothing that could be filled", hint="choose one whose outline is closed")
    return found


def free_of_strokes(region: Region, scene: Drawing, gap_mm: float, *, drawn: bool = True) -> Region:
    """The parts of a region that keep a gap from every stroke and from the edges of the page.

    Args:
        region: in mm on the page.
        scene: what is drawn there.
        gap_mm: from ink to outline.
        drawn: whether the scene is to be seen; if not, its strokes are no obstacle.

    Raises:
        InputError: nothing is left.
    """
    page = shapely.box(0.0, 0.0, scene.page.width_mm, scene.page.height_mm).buffer(-gap_mm, join_style="mitre")
    free = shapely.intersection(region, page)
    for layer in scene.layers if drawn else ():
        free = shapely.difference(free, _lines([layer]).buffer(gap_mm + layer.pen.width_mm / 2.0, quad_segs=4))
    if free.area <= 0.0:
        raise InputError("the gap leaves nothing of the region", hint="choose a smaller gap or a larger region")
    # Lines and points that were left over have no room for anything.
    return shapely.MultiPolygon([part for part in shapely.get_parts(free) if part.geom_type == "Polygon"])


def fill_region(
    motifs: Sequence[Motif], layout: Layout, free: Region, page: Page, rng: np.random.Generator
) -> Iterator[list[Placement]]:
    """Toss motifs into a region, by `pack`: none touches another or the border."""
    # On a repeat this large no motif meets another's image.
    side = 4.0 * (page.width_mm + page.height_mm)
    return pack(motifs, layout, make_repeat("grid", side, side), rng, free=free)


def fill_layers(motifs: Sequence[Motif], placements: Sequence[Placement], pens: Sequence[Pen]) -> list[Layer]:
    """Placed motifs as layers, the pens taking turns."""
    layers = []
    for index, pen in enumerate(pens):
        parts = [
            Strokes(placed.apply(motifs[placed.motif].strokes.points), motifs[placed.motif].strokes.offsets)
            for placed in placements[index :: len(pens)]
        ]
        layers.append(Layer(pen, Strokes.concatenate(parts), "fill"))
    return layers


def _reached(area: Region, lines: Region, border: Region) -> Region:
    """What can be reached from a border of an area without crossing lines, through no narrow opening."""
    left, top, right, bottom = lines.bounds
    closing = _CLOSING_SHARE * max(right - left, bottom - top)
    parts = shapely.get_parts(shapely.difference(area, lines.buffer(closing, quad_segs=4)))
    reached = shapely.union_all([part for part in parts if part.distance(border) <= closing * 1e-3])
    return shapely.intersection(reached.buffer(closing, quad_segs=4), area)


def _lines(layers: Sequence[Layer]) -> Region:
    lines = [line for layer in layers for line in layer.strokes.polylines()]
    if not lines:
        raise InputError("the scene shows no lines", hint="give another file")
    return shapely.union_all([shapely.LineString(line if len(line) > 1 else line.repeat(2, axis=0)) for line in lines])


def _chords(layers: Sequence[Layer]) -> list[Region]:
    """From the end of each stroke that goes almost around something to its beginning."""
    chords = []
    for line in (line for layer in layers for line in layer.strokes.polylines()):
        apart = math.dist(line[0], line[-1])
        if 0.0 < apart <= _ENDS_SHARE * float(np.ptp(line, axis=0).max()):
            chords.append(shapely.LineString([line[-1], line[0]]))
    return chords
