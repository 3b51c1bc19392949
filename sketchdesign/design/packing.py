"""Motifs tossed over a repeat without touching: collisions by outline, with every image of every motif."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.design.layout import Layout, Motif, Placement, random_turn, turning
from sketchdesign.design.symmetry import Points, Repeat

SMALLEST_MM = 0.5
"""Motifs that do not fit even at this size are left out."""

_BATCH = 48
_BATCHES = 6
_SELF_TESTS = 6
"""Of a batch, so many free places are tested for the motif's own images."""

_SHRINK = 0.92
_SAFETY_MM = 1e-6
"""Added to the gap, so that it still holds when the outlines are computed in another place."""

_LARGE_SHARE = 1.0 / 3.0
_LARGE_DENSITY = 0.6
_HOLE_SAMPLES = 6_000


def pack(motifs: Sequence[Motif], layout: Layout, repeat: Repeat, rng: np.random.Generator) -> Iterator[Placement]:
    """Place the motifs one by one, large ones first; each finds a free place or becomes smaller until it does.

    Motifs take turns. Of a ditsy layout a third is tossed, at a lower density; the others fill the largest holes.

    Raises:
        InputError: not even one motif fits.
    """
    field = _Field(repeat, layout.gap_mm)
    ditsy = layout.kind == "ditsy"
    tossed = max(1, round(layout.motifs * _LARGE_SHARE)) if ditsy else layout.motifs
    density = layout.density * (_LARGE_DENSITY if ditsy else 1.0)
    whose = np.arange(layout.motifs) % len(motifs)
    factors = rng.uniform(*layout.scale, size=tossed)
    areas = np.array([motifs[m].area for m in whose[:tossed]])
    unit = math.sqrt(density * repeat.cell_area_mm2 / len(repeat.operations) / float((areas * factors**2).sum()))
    for number in np.argsort(-areas * factors**2, kind="stable"):
        motif = int(whose[number])
        placement = _toss(field, motifs[motif], motif, unit * float(factors[number]), layout, rng)
        if placement is None and not field.occupied:
            raise InputError(
                "no motif fits into the repeat without touching its own copies",
                hint="choose a smaller gap or larger tiles",
            )
        if placement is not None:
            field.add(placement.apply(motifs[motif].outline))
            yield placement
    if ditsy:
        yield from _fill(field, motifs, whose[tossed:], unit * max(layout.scale) / 2.0, layout, rng)


class _Field:
    """The images of all placed outlines that can come near the repeat's domain."""

    def __init__(self, repeat: Repeat, gap_mm: float) -> None:
        self.repeat = repeat
        self.gap_mm = gap_mm + _SAFETY_MM
        self.domain = shapely.Polygon(repeat.domain_mm)
        shapely.prepare(self.domain)
        self._images: list[shapely.Geometry] = []
        self._tree = shapely.STRtree([])

    @property
    def occupied(self) -> bool:
        return bool(self._images)

    def images(self, outline: Points, low: Points, high: Points) -> list[shapely.Geometry]:
        """The images of an outline whose boxes meet the box from ``low`` to ``high``, the outline itself first."""
        found = []
        for number, operation in enumerate(self.repeat.operations):
            image = operation.apply(outline)
            moves = self.repeat.lattice_vectors(low - image.max(axis=0), high - image.min(axis=0))
            if number == 0:
                still = (np.abs(moves) < _SAFETY_MM).all(axis=1)
                moves = np.concatenate([np.zeros((1, 2)), moves[~still]])
            found += list(shapely.polygons([image + move for move in moves])) if len(moves) else []
        return found

    def add(self, outline: Points) -> list[shapely.Geometry]:
        """Take in a placed outline; returns its images."""
        left, top, right, bottom = self.domain.bounds
        # A motif has its middle in the domain and is no larger than the domain is wide, or it would meet itself.
        reach = math.hypot(right - left, bottom - top) + self.gap_mm
        images = self.images(outline, np.array([left, top]) - reach, np.array([right, bottom]) + reach)
        self._images += images
        self._tree = shapely.STRtree(self._images)
        return images

    def blocked(self, outlines: list[Points]) -> NDArray[np.bool_]:
        """Which of the outlines come too near to what is placed."""
        polygons = shapely.polygons(outlines)
        hits, _ = self._tree.query(polygons, predicate="dwithin", distance=self.gap_mm)
        blocked = np.zeros(len(outlines), bool)
        blocked[hits] = True
        return blocked

    def meets_itself(self, outline: Points) -> bool:
        """Whether an outline would come too near to its own images."""
        own, *others = self.images(outline, outline.min(axis=0) - self.gap_mm, outline.max(axis=0) + self.gap_mm)
        return bool(len(others)) and bool(shapely.dwithin(others, own, self.gap_mm).any())

    def places(self, count: int, rng: np.random.Generator) -> Points:
        """Random places in the domain: [count, 2]."""
        left, top, right, bottom = self.domain.bounds
        found = np.empty((0, 2))
        while len(found) < count:
            points = rng.uniform((left, top), (right, bottom), (4 * count, 2))
            found = np.concatenate([found, points[shapely.contains_xy(self.domain, points)]])
        return found[:count]

    def distances(self, points: Points) -> NDArray[np.float64]:
        """How far points [n, 2] are from the nearest outline."""
        _, distances = self._tree.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
        return np.asarray(distances, np.float64)

    def own_distances(self, points: Points) -> NDArray[np.float64]:
        """How far points [n, 2] are from the nearest of their own images."""
        left, top, right, bottom = self.domain.bounds
        reach = 2.0 * np.array([right - left, bottom - top])
        nearest = np.full(len(points), np.inf)
        for number, operation in enumerate(self.repeat.operations):
            images = operation.apply(points)
            low, high = points.min(axis=0) - images.max(axis=0), points.max(axis=0) - images.min(axis=0)
            for move in self.repeat.lattice_vectors(low - reach, high + reach):
                if number == 0 and (np.abs(move) < _SAFETY_MM).all():
                    continue
                nearest = np.minimum(nearest, np.hypot(*(images + move - points).T))
        return nearest


def _toss(
    field: _Field, motif: Motif, number: int, size: float, layout: Layout, rng: np.random.Generator
) -> Placement | None:
    while size >= SMALLEST_MM:
        for _ in range(_BATCHES):
            centres = field.places(_BATCH, rng)
            turns = [random_turn(layout, rng) for _ in centres]
            outlines = [
                motif.outline @ turning(*turn).T * size + centre for turn, centre in zip(turns, centres, strict=True)
            ]
            for index in np.flatnonzero(~field.blocked(outlines))[:_SELF_TESTS]:
                if not field.meets_itself(outlines[index]):
                    x, y = centres[index].tolist()
                    degrees, flipped = turns[index]
                    return Placement(number, degrees, flipped, size, (x, y))
        size *= _SHRINK
    return None


def _fill(
    field: _Field,
    motifs: Sequence[Motif],
    whose: NDArray[np.int64],
    largest_mm: float,
    layout: Layout,
    rng: np.random.Generator,
) -> Iterator[Placement]:
    """Put small motifs into the largest holes until there is none left, or no motif."""
    points = field.places(_HOLE_SAMPLES, rng)
    # Beside an axis or a centre of rotation a motif has its own image for a neighbour.
    own_room = field.own_distances(points) / 2.0 - field.gap_mm / 2.0
    distances = field.distances(points)
    for motif in whose.tolist():
        room = np.minimum(distances - field.gap_mm, own_room)
        deepest = int(room.argmax())
        radius = float(np.hypot(*motifs[motif].outline.T).max())
        size = min(largest_mm, float(room[deepest]) / radius)
        if size < SMALLEST_MM:
            return
        x, y = points[deepest].tolist()
        degrees, flipped = random_turn(layout, rng)
        placement = Placement(motif, degrees, flipped, size, (x, y))
        images = field.add(placement.apply(motifs[motif].outline))
        distances = np.minimum(distances, _nearest(images, points))
        yield placement


def _nearest(polygons: list[shapely.Geometry], points: Points) -> NDArray[np.float64]:
    _, distances = shapely.STRtree(polygons).query_nearest(
        shapely.points(points), return_distance=True, all_matches=False
    )
    return np.asarray(distances, np.float64)
