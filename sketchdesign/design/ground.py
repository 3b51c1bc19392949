"""The ground that motifs are packed on: what is taken, what is free, and where the next one may go.

Middles of motifs are taken from places strewn over the ground. Each place knows its room, the radius of the circle
around it that touches nothing. That, and a coarse picture of what is taken, dismiss most of them before any outline is
compared with another.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.design.layout import Layout
from sketchdesign.design.symmetry import Points, Repeat

PLACES_PER_MOTIF = 64
FEWEST_PLACES, MOST_PLACES = 3_000, 30_000

_PIXELS = 300
"""Of the coarse picture, along the side of a square as large as the ground."""

_MOST_SHRUNK = 0.25
"""Of the side of a square as large: motifs overlap by no more than this, so that something of each can be seen."""

SAFETY_MM = 1e-6
"""Added to the gap, so that it still holds when the outlines are computed in another place."""

_Array = NDArray[np.float64]


class Ground:
    """The images of all placed outlines that can come near the repeat's domain, or near a free region of a page.

    Attributes:
        repeat: how the ground repeats.
        places: float64 [n, 2], where middles of motifs may lie.
        room_mm: float64 [n], how far each is from the nearest outline and half as far as from its own images, less the
            gap.
    """

    def __init__(
        self,
        repeat: Repeat,
        layout: Layout,
        widest_mm: float,
        rng: np.random.Generator,
        *,
        free: shapely.Geometry | None = None,
    ) -> None:
        """An empty ground.

        Args:
            repeat: how it repeats.
            layout: its gap, or overlap, and how many motifs to expect.
            widest_mm: no motif will reach farther than this from its middle.
            rng: strews the places.
            free: the region that motifs must stay inside, in the place of the repeat's domain.
        """
        self.repeat = repeat
        self.gap_mm = (0.0 if layout.overlap_mm else layout.gap_mm) + SAFETY_MM
        self._shrunk_mm = layout.overlap_mm / 2.0
        self._free = free
        domain = shapely.Polygon(repeat.domain_mm) if free is None else free
        shapely.prepare(domain)
        bounds = np.array(domain.bounds).reshape(2, 2)
        self.places = _strewn(domain, min(max(PLACES_PER_MOTIF * layout.motifs, FEWEST_PLACES), MOST_PLACES), rng)
        if free is None:
            # Beside an axis or a centre of rotation a motif has its own image for a neighbour.
            self.room_mm = (_own_distances(repeat, self.places, bounds) - self.gap_mm) / 2.0
        else:
            self.room_mm = shapely.distance(shapely.points(self.places), shapely.boundary(free))
        self._images: list[shapely.Geometry] = []
        self._tree = shapely.STRtree([])
        self._middles: dict[int, Points] = {}
        # No motif meets itself, and so none is wider than the domain.
        reach = min(widest_mm, math.hypot(*(bounds[1] - bounds[0]))) + self.gap_mm
        self._low, self._high = bounds[0] - reach, bounds[1] + reach
        self._pixel_mm = math.sqrt(float(domain.area)) / _PIXELS
        self._taken = np.zeros(np.ceil((self._high - self._low) / self._pixel_mm).astype(int), bool)

    @property
    def occupied(self) -> bool:
        return bool(self._images)

    def add(self, outline: Points, kind: int) -> None:
        """Take in a placed outline."""
        images = self._as_obstacles(self._own_images(outline, self._low, self._high))
        self._images += images
        self._tree = shapely.STRtree(self._images)
        for image in images:
            self._narrow(image)
            self._paint(image)
        middles = np.array([[(i.bounds[0] + i.bounds[2]) / 2.0, (i.bounds[1] + i.bounds[3]) / 2.0] for i in images])
        known = self._middles.get(kind, np.empty((0, 2)))
        self._middles[kind] = np.concatenate([known, middles.reshape(-1, 2)])

    def seems_free(self, outlines: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the outlines [n, m, 2] have no corner on a pixel that is taken; wrong by half a pixel."""
        x, y = np.moveaxis(self._pixel(outlines), -1, 0)
        free: NDArray[np.bool_] = ~self._taken[x, y].any(axis=1)
        return free

    def free_of(self, outlines: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the outlines [n, m, 2] come too near to nothing."""
        polygons = shapely.polygons(outlines)
        free = np.ones(len(outlines), bool) if self._free is None else shapely.covers(self._free, polygons)
        grown = self._as_obstacles(polygons)
        hits, _ = self._tree.query(grown, predicate="dwithin", distance=self.gap_mm)
        free[hits] = False
        return free

    def meets_itself(self, outline: Points) -> bool:
        """Whether an outline would come too near to its own images. Those never overlap."""
        low, high = outline.min(axis=0) - self.gap_mm, outline.max(axis=0) + self.gap_mm
        own, *others = self._own_images(outline, low, high)
        return bool(len(others)) and bool(shapely.dwithin(others, own, self.gap_mm).any())

    def like_distances(self, points: Points, kind: int) -> _Array:
        """How far points [n, 2] are from the nearest middle of a motif of a kind."""
        middles = self._middles.get(kind)
        if middles is None:
            return np.full(len(points), np.inf)
        distances: _Array = np.hypot(*(points[:, None] - middles).transpose(2, 0, 1)).min(axis=1)
        return distances

    def _as_obstacles(self, polygons: Any) -> list[shapely.Geometry]:
        if not self._shrunk_mm:
            return list(polygons)
        by = np.minimum(self._shrunk_mm, _MOST_SHRUNK * np.sqrt(shapely.area(polygons)))
        shrunk = shapely.buffer(polygons, -by, quad_segs=2)
        return list(np.where(shapely.is_empty(shrunk), shapely.centroid(polygons), shrunk))

    def _own_images(self, outline: Points, low: Points, high: Points) -> list[shapely.Geometry]:
        """The images of an outline whose boxes meet the box from ``low`` to ``high``, the outline itself first."""
        found = []
        for number, operation in enumerate(self.repeat.operations):
            image = operation.apply(outline)
            moves = self.repeat.lattice_vectors(low - image.max(axis=0), high - image.min(axis=0))
            if number == 0:
                still = (np.abs(moves) < SAFETY_MM).all(axis=1)
                moves = np.concatenate([np.zeros((1, 2)), moves[~still]])
            found += list(shapely.polygons([image + move for move in moves])) if len(moves) else []
        return found

    def _narrow(self, image: shapely.Geometry) -> None:
        """Take a new outline off the room of the places around it."""
        low, high = np.array(image.bounds[:2]), np.array(image.bounds[2:])
        reach = self.room_mm + self.gap_mm
        near = ((self.places > low - reach[:, None]) & (self.places < high + reach[:, None])).all(axis=1)
        if near.any():
            distances = shapely.distance(shapely.points(self.places[near]), image)
            self.room_mm[near] = np.minimum(self.room_mm[near], distances - self.gap_mm)

    def _paint(self, image: shapely.Geometry) -> None:
        grown = shapely.buffer(image, self.gap_mm, quad_segs=2)
        (left, top), (right, bottom) = self._pixel(np.array(grown.bounds).reshape(2, 2))
        columns, rows = np.arange(left, right + 1), np.arange(top, bottom + 1)
        across, down = self._low[0] + columns * self._pixel_mm, self._low[1] + rows * self._pixel_mm
        x, y = np.meshgrid(across, down, indexing="ij")
        shapely.prepare(grown)
        self._taken[left : right + 1, top : bottom + 1] |= shapely.contains_xy(grown, x, y)

    def _pixel(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """The pixels of points [..., 2], those outside of the picture moved to its border."""
        pixels = np.rint((points - self._low) / self._pixel_mm).astype(np.int64)
        inside: NDArray[np.int64] = np.clip(pixels, 0, np.array(self._taken.shape) - 1)
        return inside


def _strewn(domain: shapely.Geometry, count: int, rng: np.random.Generator) -> Points:
    left, top, right, bottom = domain.bounds
    shapely.prepare(domain)
    found = np.empty((0, 2))
    while len(found) < count:
        points = rng.uniform((left, top), (right, bottom), (4 * count, 2))
        found = np.concatenate([found, points[shapely.contains_xy(domain, points)]])
    return found[:count]


def _own_distances(repeat: Repeat, points: Points, bounds: _Array) -> _Array:
    """How far points [n, 2] are from the nearest of their own images."""
    reach = 2.0 * (bounds[1] - bounds[0])
    nearest = np.full(len(points), np.inf)
    for number, operation in enumerate(repeat.operations):
        images = operation.apply(points)
        low, high = points.min(axis=0) - images.max(axis=0), points.max(axis=0) - images.min(axis=0)
        for move in repeat.lattice_vectors(low - reach, high + reach):
            if number == 0 and (np.abs(move) < SAFETY_MM).all():
                continue
            nearest = np.minimum(nearest, np.hypot(*(images + move - points).T))
    return nearest
