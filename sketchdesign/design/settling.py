"""Tossed motifs settled: neighbours push each other away until the ground between them is even, and small ones grow.

What is tossed leaves pockets and crowds, which show as holes and clumps once the tile is repeated, and the last motifs
had to be small for want of room. Here each motif in turn gives way to those around it, images across all seams
included, and takes what room that makes. As that is the business of near neighbours, who do not see a hole beside
them, motifs also spread: each goes towards the middle of the ground that is its own, because no other is nearer (Lloyd
1982, "Least squares quantization in PCM").
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.design.layout import Motif, Placement
from sketchdesign.design.mixing import better_swaps, neighbours
from sketchdesign.design.symmetry import Operation, Points, Repeat

_REACH = 1.5
_STRIDES = (0.2, 0.08, 0.03)
_MOST_ROOM = 0.5
_WIDEST_SWAPPED = 0.75
"""Of the mean distance of motifs: how far they push each other; by how much one moves, the first that does any good;
what room one takes in a round; and the radius up to which they change places. None outgrows what is looked at."""

_GROWTH = 0.5
"""The share of the room around it that a motif takes in one round: the others are to get theirs, too."""

_GROUND_STEP = 0.1
_MOST_PLACES = 200_000
"""Of the mean distance of motifs: how close the places are that measure the ground, if those are not too many then."""

_SPREAD = (0.5, 0.25, 0.12)
"""Of the way to the middle of its ground, how far a motif goes: the first that leaves the gap."""

_SWAP_ROUNDS, _SWAPS_TRIED = 6, 12
_SWAPPED_SIZES = (1.0, 0.85, 0.7)
"""Motifs that change places may become smaller by as much, to fit there."""

_WALL_POINTS = 8
_NEAREST_MM = 1e-3

_Array = NDArray[np.float64]


class _Image(NamedTuple):
    """What a motif's outline looks like elsewhere: under an operation, then moved by a lattice vector."""

    owner: int
    operation: Operation
    move: Points

    def of(self, outline: Points) -> shapely.Polygon:
        return shapely.Polygon(self.operation.apply(outline) + self.move)


class Floor:
    """Motifs where they lie; all their images keep a gap, whatever is done here.

    Attributes:
        placements: of the motifs that may move.
    """

    def __init__(
        self,
        motifs: Sequence[Motif],
        placements: Sequence[Placement],
        wanted_mm: Sequence[float],
        gap_mm: float,
        repeat: Repeat,
        *,
        held: Sequence[Placement] = (),
        free: shapely.Geometry | None = None,
    ) -> None:
        """A floor with motifs on it.

        Args:
            motifs: the shapes.
            placements: of the motifs that may move.
            wanted_mm: up to which size each of them may grow.
            gap_mm: the least distance between outlines; they keep it now.
            repeat: how they repeat.
            held: motifs that stay where they are.
            free: the region that outlines must stay inside, in the place of the repeat's domain.
        """
        self.placements = list(placements)
        self._motifs, self._wanted_mm, self._gap_mm, self._repeat = motifs, list(wanted_mm), gap_mm, repeat
        self._held = list(held)
        self._outlines = [each.apply(motifs[each.motif].outline) for each in (*placements, *held)]
        self._free = free
        self._domain = shapely.Polygon(repeat.domain_mm) if free is None else free
        shapely.prepare(self._domain)
        self._walls = [] if free is None else _walls(free)
        self._spacing_mm = math.sqrt(float(self._domain.area) / len(self._outlines))
        self._ground = _places(self._domain, _GROUND_STEP * self._spacing_mm)
        self._look_around()

    def settle(self) -> None:
        """One round: every motif gives way, and grows if it is smaller than wanted."""
        for number in range(len(self.placements)):
            self._give_way(number)
            self._grow(number)
        self._go_home()

    def spread(self) -> None:
        """One round: every motif goes towards the middle of its ground, and grows if it is smaller than wanted."""
        for number, middle in enumerate(self._middles_of_ground()):
            self._go_towards(number, middle)
            self._grow(number)
        self._go_home()

    def keep_apart(self) -> None:
        """Let motifs change places where that leaves fewer neighbours of one kind, and both have room there."""
        everybody = [*self.placements, *self._held]
        kinds = np.array([self._motifs[placed.motif].kind for placed in everybody])
        centres = np.array([placed.centre_mm for placed in everybody])
        pairs = neighbours(centres, self._repeat)
        for _ in range(_SWAP_ROUNDS):
            swapped = False
            for place in range(len(self.placements)):
                for other in better_swaps(kinds, pairs, place)[:_SWAPS_TRIED]:
                    if other < len(self.placements) and self._swap(place, other):
                        kinds[[place, other]] = kinds[[other, place]]
                        swapped = True
                        break
            if not swapped:
                break
        self._look_around()

    def _go_home(self) -> None:
        """Bring back into the domain what has left it."""
        for number, placed in enumerate(self.placements):
            self._put(number, replace(placed, centre_mm=self._home(placed.centre_mm) or placed.centre_mm))
        self._look_around()

    def _look_around(self) -> None:
        """Find for each motif the images and walls that are near."""
        reach = _REACH * self._spacing_mm + self._gap_mm
        self._images = list(_images(self._outlines, self._repeat, reach))
        polygons = [image.of(self._outlines[image.owner]) for image in self._images]
        self._obstacles: NDArray[Any] = np.array([*polygons, *self._walls], object)
        movable = len(self.placements)
        self._around: list[list[int]] = [[] for _ in range(movable)]
        self._own: list[list[_Image]] = [[] for _ in range(movable)]
        self._images_of: list[list[int]] = [[] for _ in self._outlines]
        for index, image in enumerate(self._images):
            self._images_of[image.owner].append(index)
        shapes = np.array([shapely.Polygon(outline) for outline in self._outlines[:movable]], object)
        seen = shapely.STRtree(self._obstacles).query(shapes, predicate="dwithin", distance=reach)
        identity = self._repeat.operations[0]
        for number, index in seen.T.tolist():
            if index >= len(self._images) or self._images[index].owner != number:
                self._around[number].append(index)
            elif self._images[index].operation != identity or self._images[index].move.any():
                self._own[number].append(self._images[index])

    def _give_way(self, number: int) -> None:
        """Move a motif down the slope of the sum of the inverse squares of its distances."""
        placed, outline = self.placements[number], self._outlines[number]
        shape, obstacles = self._seen(number, outline)
        if not len(obstacles):
            return
        distances = self._distances(number, shape, obstacles)
        between = shapely.get_coordinates(shapely.shortest_line(obstacles, shape)).reshape(-1, 2, 2)
        away = between[:, 1] - between[:, 0]
        push = (away / np.hypot(*away.T).clip(_NEAREST_MM)[:, None] / distances[:, None] ** 3).sum(axis=0)
        strength = float(np.hypot(*push))
        if not strength > 0.0:
            return
        for stride in _STRIDES:
            step = push / strength * stride * self._spacing_mm
            x, y = (np.array(placed.centre_mm) + step).tolist()
            moved = replace(placed, centre_mm=(x, y))
            if self._home(moved.centre_mm) is None:
                continue
            tried = self._distances_of(number, outline + step)
            if (tried**-2).sum() < (distances**-2).sum() and self._is_free(outline + step, tried):
                self._put(number, moved)
                return

    def _middles_of_ground(self) -> Points:
        """For each motif that may move the middle of the places it is nearest to, the farther the heavier: [n, 2].

        A place that is nearest to an image counts where it lies as the motif sees it.
        """
        tree = shapely.STRtree(self._obstacles[: len(self._images)])
        (places, images), distances = tree.query_nearest(
            shapely.points(self._ground), return_distance=True, all_matches=False
        )
        owners = np.array([image.owner for image in self._images])[images]
        matrices = np.array([image.operation.matrix for image in self._images])[images]
        shifts = np.array([image.move + image.operation.shift_mm for image in self._images])[images]
        seen = np.einsum(
            "ni,nij->nj", self._ground[places] - shifts, matrices
        )  # an isometry's inverse is its transpose
        count = len(self._outlines)
        weights = np.bincount(owners, distances, count)
        sums = np.stack([np.bincount(owners, distances * along, count) for along in seen.T], axis=1)
        centres = np.array([placed.centre_mm for placed in (*self.placements, *self._held)])
        middles: Points = np.where(weights[:, None] > 0.0, sums / weights.clip(_NEAREST_MM)[:, None], centres)
        return middles[: len(self.placements)]

    def _go_towards(self, number: int, middle: Points) -> None:
        placed = self.placements[number]
        way = middle - placed.centre_mm
        for share in _SPREAD:
            x, y = (placed.centre_mm + share * way).tolist()
            moved = replace(placed, centre_mm=(x, y))
            if self._home(moved.centre_mm) is not None and self._fits(number, moved):
                self._put(number, moved)
                return

    def _grow(self, number: int) -> None:
        placed = self.placements[number]
        missing = self._wanted_mm[number] / placed.size_mm - 1.0
        if missing <= 0.0:
            return
        distances = self._distances_of(number, self._outlines[number])
        room_mm = min(float(distances.min(initial=math.inf)) - self._gap_mm, _MOST_ROOM * self._spacing_mm)
        # Its own images grow, too.
        share = _GROWTH * room_mm / (2.0 * self._motifs[placed.motif].radius * placed.size_mm)
        larger = replace(placed, size_mm=placed.size_mm * (1.0 + max(0.0, min(missing, share))))
        if self._fits(number, larger):
            self._put(number, larger)

    def _swap(self, one: int, other: int) -> bool:
        """Let two motifs that are not near each other change places, as large as they can be there."""
        if any(index < len(self._images) and self._images[index].owner == other for index in self._around[one]):
            return False
        first, second = self.placements[one], self.placements[other]
        there = self._fitting(other, replace(first, centre_mm=second.centre_mm))
        here = self._fitting(one, replace(second, centre_mm=first.centre_mm))
        if there is None or here is None:
            return False
        self._put(one, here)
        self._put(other, there)
        self._wanted_mm[one], self._wanted_mm[other] = self._wanted_mm[other], self._wanted_mm[one]
        return True

    def _fitting(self, number: int, placed: Placement) -> Placement | None:
        """A placement in the place of a motif, as large as there is room for."""
        for share in _SWAPPED_SIZES:
            smaller = replace(placed, size_mm=placed.size_mm * share)
            narrow = self._motifs[placed.motif].radius * smaller.size_mm <= _WIDEST_SWAPPED * self._spacing_mm
            if narrow and self._fits(number, smaller):
                return smaller
        return None

    def _fits(self, number: int, placed: Placement) -> bool:
        outline = placed.apply(self._motifs[placed.motif].outline)
        return self._is_free(outline, self._distances_of(number, outline))

    def _is_free(self, outline: Points, distances: _Array) -> bool:
        inside = self._free is None or bool(shapely.covers(self._free, shapely.Polygon(outline)))
        return inside and bool((distances >= self._gap_mm).all())

    def _seen(self, number: int, outline: Points) -> tuple[shapely.Polygon, NDArray[Any]]:
        """A motif's shape as it would be, and what is around it then."""
        own = np.array([image.of(outline) for image in self._own[number]], object)
        return shapely.Polygon(outline), np.concatenate([self._obstacles[self._around[number]], own])

    def _distances_of(self, number: int, outline: Points) -> _Array:
        return self._distances(number, *self._seen(number, outline))

    def _distances(self, number: int, shape: shapely.Polygon, obstacles: NDArray[Any]) -> _Array:
        """To all that is around a motif; to walls, which need no gap, longer by it."""
        distances: _Array = shapely.distance(shape, obstacles)
        walls = np.array(self._around[number], np.int64) >= len(self._images)
        distances[: len(walls)][walls] += self._gap_mm
        return distances.clip(_NEAREST_MM)

    def _put(self, number: int, placed: Placement) -> None:
        self.placements[number] = placed
        self._outlines[number] = placed.apply(self._motifs[placed.motif].outline)
        for index in self._images_of[number]:
            self._obstacles[index] = self._images[index].of(self._outlines[number])

    def _home(self, centre: tuple[float, float]) -> tuple[float, float] | None:
        """The same place in the domain, if it is that of a lattice move away."""
        if shapely.contains_xy(self._domain, *centre):
            return centre
        if self._free is not None:
            return None
        low, high = np.array(self._domain.bounds).reshape(2, 2) - centre
        for move in self._repeat.lattice_vectors(low, high):
            x, y = (centre + move).tolist()
            if shapely.contains_xy(self._domain, x, y):
                return x, y
        return None


def _images(outlines: Sequence[Points], repeat: Repeat, reach_mm: float) -> Iterator[_Image]:
    """All images of outlines that come as near as ``reach_mm`` to the box of them all."""
    lows, highs = (np.array([end(outline, axis=0) for outline in outlines]) for end in (np.min, np.max))
    low, high = lows.min(axis=0) - reach_mm, highs.max(axis=0) + reach_mm
    for operation in repeat.operations:
        corners = np.stack([operation.apply(lows), operation.apply(highs)])
        # A turn by no right angle makes the box of an image larger than the image of the box.
        middles, halves = corners.mean(axis=0), np.hypot(*(highs - lows).T)[:, None] / 2.0
        begins, ends = middles - halves, middles + halves
        for move in repeat.lattice_vectors(low - ends.max(axis=0), high - begins.min(axis=0)):
            meets = ((begins + move <= high) & (ends + move >= low)).all(axis=1)
            yield from (_Image(owner, operation, move) for owner in np.flatnonzero(meets).tolist())


def _places(region: shapely.Geometry, step_mm: float) -> Points:
    """Points [n, 2] of a square grid that lie in a region, `_MOST_PLACES` at most in all of its box."""
    left, top, right, bottom = region.bounds
    step_mm = max(step_mm, math.sqrt((right - left) * (bottom - top) / _MOST_PLACES))
    across, down = np.arange(left + step_mm / 2.0, right, step_mm), np.arange(top + step_mm / 2.0, bottom, step_mm)
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    inside: Points = grid[shapely.contains_xy(region, grid)]
    return inside


def _walls(region: shapely.Geometry) -> list[shapely.Geometry]:
    """The border of a region in short pieces, so that a motif is measured against those near it alone."""
    pieces = []
    for ring in shapely.get_parts(shapely.boundary(region)):
        points = shapely.get_coordinates(ring)
        begins = range(0, len(points) - 1, _WALL_POINTS)
        pieces += [shapely.LineString(points[begin : begin + _WALL_POINTS + 1]) for begin in begins]
    return pieces
