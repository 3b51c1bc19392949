"""The area that a motif covers: what its outlines enclose."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    import shapely

CLOSING_MM = 0.5
CONCAVITY = 0.3
"""How closely a concave hull follows its points: 0 as closely as it can, 1 is convex."""

_SMALLEST_MM2 = 1e-9


class OpenMotifs(enum.StrEnum):
    """What a motif covers whose lines enclose nothing."""

    CLEAR = "clear"
    CONCAVE = "concave"
    CONVEX = "convex"


def silhouettes(
    motifs: Sequence[Strokes],
    *,
    closing_mm: float = CLOSING_MM,
    open_motifs: OpenMotifs = OpenMotifs.CLEAR,
    margin_mm: float = 0.0,
) -> list[shapely.Geometry | None]:
    """The area of each motif, None where it covers nothing.

    An outline is a stroke that ends where it begins, or not farther than ``closing_mm`` from there. A motif covers all
    that its outlines enclose, alone or several together; inner outlines make no holes.

    Args:
        motifs: the strokes of each, in mm.
        closing_mm: the largest gap in an outline.
        open_motifs: whether a motif without outlines covers nothing, its concave hull or its convex hull.
        margin_mm: how much farther each area reaches, for the width of a pen.

    Raises:
        InputError: a length is negative or not finite.
    """
    import shapely

    for name, length in (("gap", closing_mm), ("margin", margin_mm)):
        if not 0.0 <= length < math.inf:
            raise InputError(f"a {name} of {length:g} mm cannot be used", hint="use a length such as 0.5mm")
    areas = [_area(motif, closing_mm, open_motifs) for motif in motifs]
    found = np.array([area is not None for area in areas], bool)
    if margin_mm > 0.0 and found.any():
        grown = iter(shapely.buffer([area for area in areas if area is not None], margin_mm))
        areas = [next(grown) if there else None for there in found]
    return areas


def _area(motif: Strokes, closing_mm: float, open_motifs: OpenMotifs) -> Any:
    import shapely

    outlines = [line for line in motif.polylines() if len(line) > 2 and math.dist(line[0], line[-1]) <= closing_mm]
    rings = [np.concatenate([line, line[:1]]) for line in outlines]
    area = _enclosed(rings) if rings else None
    if area is None and open_motifs is not OpenMotifs.CLEAR and len(motif):
        points = shapely.MultiPoint(motif.points)
        hull = (
            shapely.concave_hull(points, ratio=CONCAVITY)
            if open_motifs is OpenMotifs.CONCAVE
            else shapely.convex_hull(points)
        )
        area = hull if shapely.area(hull) > _SMALLEST_MM2 else None
    return area


def _enclosed(rings: Sequence[np.ndarray[Any, np.dtype[np.float64]]]) -> Any:
    """All that closed lines go around, however they cross; None for nothing."""
    import shapely

    area = shapely.Polygon(rings[0])
    if len(rings) > 1 or not area.is_valid:
        lines = shapely.union_all([shapely.LineString(ring) for ring in rings])
        faces = shapely.get_parts(shapely.polygonize([lines]))
        area = shapely.union_all([shapely.Polygon(face.exterior) for face in faces])
    return area if shapely.area(area) > _SMALLEST_MM2 else None
