"""Motifs on a torus: the straight-repeat rectangle whose opposite edges are one.

An endless straight line closes on a torus only in the directions of its lattice vectors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.design.symmetry import Points, Repeat, Vector

_SAMPLES = 16
"""Points along the outline of a motif of ordinary size, between which the largest empty circles are found."""

_PERIODS_AROUND = 5.0
"""No empty circle is wider than this many mean distances of motifs, or it is measured too wide."""

_NEIGHBOURS = np.array([(i, j) for i in (-1.0, 0.0, 1.0) for j in (-1.0, 0.0, 1.0)])
_Array = NDArray[np.float64]


class Torus:
    """Motifs on a torus.

    Attributes:
        repeat: its lattice says which places are the same.
        shapes: a polygon for each motif of one cell.
        centres: float64 [n, 2], their centroids.
        spacing: mean distance of motifs in mm.
        radius: of a circle as large as a motif is on the average.
    """

    def __init__(self, outlines: Sequence[Points], repeat: Repeat) -> None:
        drawn = np.array([shapely.Polygon(outline) for outline in outlines])
        self.repeat = repeat
        self.shapes: NDArray[Any] = np.where(shapely.is_valid(drawn), drawn, shapely.convex_hull(drawn))
        self.centres: Points = shapely.get_coordinates(shapely.centroid(self.shapes))
        self.spacing = math.sqrt(repeat.cell_area_mm2 / len(drawn))
        self.radius = math.sqrt(shapely.area(self.shapes).mean() / math.pi)

    def copies(self, reach: float) -> NDArray[Any]:
        """All copies of the shapes that come nearer to the straight-repeat rectangle than ``reach``."""
        far = np.array(self.repeat.rectangle_mm) + reach
        bounds = shapely.bounds(self.shapes)
        low, high = bounds[:, :2], bounds[:, 2:]
        found = []
        for move in self.repeat.lattice_vectors(-reach - high.max(axis=0), far - low.min(axis=0)):
            near = ((low + move <= far) & (high + move >= -reach)).all(axis=1)
            found.append(_moved(self.shapes[near], move))
        return np.concatenate(found)

    def clearances(self, points: Points) -> _Array:
        """How far points [n, 2] of the straight-repeat rectangle are from the nearest motif."""
        tree = shapely.STRtree(self.copies(float(max(self.repeat.rectangle_mm))))
        _, distances = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
        return np.asarray(distances, np.float64)

    def distances(self, points: Points, place: Points) -> _Array:
        """How far points [n, 2] are from a place, the shortest way around."""
        fractions = self.repeat.fractions(points - place)
        away = (fractions - np.rint(fractions)) @ np.array(self.repeat.lattice_mm)
        around = away[:, None] + _NEIGHBOURS @ np.array(self.repeat.lattice_mm)
        distances: _Array = np.hypot(around[..., 0], around[..., 1]).min(axis=1)
        return distances

    def in_rectangle(self, place: Points) -> Vector:
        """The copy of a place in the straight-repeat rectangle."""
        x, y = (place % np.array(self.repeat.rectangle_mm)).tolist()
        return x, y


class Direction(NamedTuple):
    """A direction in which lines close: its angle in degrees, how long it takes, and what lies across it.

    Attributes:
        length_mm: along it until it repeats.
        normal: float64 [2], a unit vector across.
        step_mm: across it until it repeats.
    """

    degrees: float
    length_mm: float
    normal: _Array
    step_mm: float


def directions(repeat: Repeat, farthest: int) -> Iterator[Direction]:
    for i in range(farthest + 1):
        for j in range(-farthest, farthest + 1):
            if math.gcd(i, j) != 1 or (i == 0 and j < 0):
                continue
            along = np.array((i, j)) @ np.array(repeat.lattice_mm)
            length = float(np.hypot(*along))
            normal = np.array([-along[1], along[0]]) / length
            yield Direction(_degrees(along), length, normal, repeat.cell_area_mm2 / length)


def empty_circles(torus: Torus) -> tuple[Points, _Array]:
    """Middles [n, 2] in the straight-repeat rectangle and radii [n] of the empty circles through three outlines."""
    from scipy.spatial import Delaunay

    far = np.array(torus.repeat.rectangle_mm)
    reach = min(float(np.hypot(*far)) / 2.0, _PERIODS_AROUND * torus.spacing)
    copies = torus.copies(reach)
    step = max(math.tau * torus.radius / _SAMPLES, torus.spacing / 100.0)
    points = shapely.get_coordinates(shapely.segmentize(shapely.boundary(copies), step))
    points = points[((points >= -reach) & (points <= far + reach)).all(axis=1)]
    corners = points[Delaunay(points).simplices]
    centres = _circumcentres(corners)
    inside = ((centres >= 0.0) & (centres < far)).all(axis=1)
    centres, corners = centres[inside], corners[inside]
    covered = np.zeros(len(centres), bool)
    covered[shapely.STRtree(copies).query(shapely.points(centres), predicate="intersects")[0]] = True
    return centres[~covered], np.hypot(*(corners[:, 0] - centres)[~covered].T)


def _circumcentres(corners: _Array) -> Points:
    """The middles of the circles through the corners of triangles [n, 3, 2]; far away for flat ones."""
    a, b, c = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    double = 2.0 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    double = np.where(np.abs(double) < 1e-12, 1e-12, double)
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    middles: Points = a + np.stack([c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb], axis=1) / double[:, None]
    return middles


def free_arcs(begins: _Array, ends: _Array, step: float) -> Iterator[tuple[float, float]]:
    """What intervals leave free on a circle of circumference ``step``: middles and widths."""
    if (ends - begins).max() >= step:
        return
    low = begins % step
    high = low + (ends - begins)
    order = np.argsort(low, kind="stable")
    low = low[order]
    # The far end of what came before, on this round or the last one.
    reached = np.maximum.accumulate(high[order])
    before = np.concatenate([[reached[-1] - step], np.maximum(reached[:-1], reached[-1] - step)])
    for index in np.flatnonzero(low > before).tolist():
        yield float(before[index] + low[index]) / 2.0, float(low[index] - before[index])


def _degrees(along: _Array) -> float:
    return math.degrees(math.atan2(along[1], along[0])) % 180.0


def _moved(shapes: NDArray[Any], by: Points) -> NDArray[Any]:
    moved: NDArray[Any] = shapely.transform(shapes, by.__add__)
    return moved
