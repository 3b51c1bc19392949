"""Motifs tossed over a repeat or into a region without touching, and settled: by outline, with all their images."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.design.ground import SAFETY_MM, Ground
from sketchdesign.design.layout import Layout, Motif, Placement, random_turn, random_turns, turning
from sketchdesign.design.settling import Floor
from sketchdesign.design.symmetry import Points, Repeat

SMALLEST_MM = 0.5
"""Motifs that do not fit even at this size are left out."""

_TRIED = 256
_BATCH = 8
"""So many places are tried for each size, of those that seem free so many at a time."""

_SELF_TESTS = 8
"""Of a batch, so many free places are tested for the motif's own images."""

_SHRINK = 0.92
_LARGE_SHARE = 1.0 / 3.0
_LARGE_DENSITY = 0.6
_FILLER_SIZE = 0.5
_MOST_FILLED = 0.78
"""Of the area, what outlines grown by half the gap may cover."""

_ROUNDS, _SPREAD_ROUNDS = 12, 6
_SWAPS_AFTER = (4, 8)
"""Motifs settle in so many rounds, and spread in the last of them; kept apart, they change places after some."""

_LEAST_LEFT = 0.05
"""Of the area asked for, what new motifs get where locked ones have taken all of it."""


def pack(
    motifs: Sequence[Motif],
    layout: Layout,
    repeat: Repeat,
    rng: np.random.Generator,
    *,
    locked: Sequence[Placement] = (),
    free: shapely.Geometry | None = None,
) -> Iterator[list[Placement]]:
    """Place the motifs, large ones first; each finds a free place or becomes smaller until it does. Then they settle.

    Motifs take turns. Of a ditsy layout a third is tossed, at a lower density; the others fill the largest holes.

    Args:
        motifs: the shapes.
        layout: how many, how dense, how turned.
        repeat: how they repeat.
        rng: decides everything else.
        locked: motifs that lie there already; they count among the layout's ``motifs``, and are not returned.
        free: the region that outlines must stay inside, in the place of the repeat's domain.

    Yields:
        The motifs placed so far, and at last all of them as they stay.

    Raises:
        InputError: not even one motif fits.
    """
    count = layout.motifs - len(locked)
    if count < 1:
        yield []
        return
    held = {placement.motif for placement in locked}
    turns = [number for number in range(len(motifs)) if number not in held]
    whose = np.array(turns)[np.arange(count) % len(turns)]
    ditsy = layout.kind == "ditsy"
    tossed = max(1, round(count * _LARGE_SHARE)) if ditsy else count
    factors = rng.uniform(*layout.scale, size=tossed) * [motifs[m].factor for m in whose[:tossed]]
    domain = shapely.Polygon(repeat.domain_mm) if free is None else free
    share = layout.density * (_LARGE_DENSITY if ditsy else 1.0)
    unit = _unit_mm(motifs, whose[:tossed], factors, locked, share * float(domain.area), float(domain.area), layout)
    widest = unit * max(layout.scale) * max(motif.factor * motif.radius for motif in motifs)
    ground = _ground(motifs, locked, layout, repeat, widest, rng, free)
    placed, sizes = list[Placement](), list[float]()
    areas = np.array([motifs[m].area for m in whose[:tossed]]) * factors**2
    wanted = [(int(whose[n]), unit * float(factors[n])) for n in np.argsort(-areas, kind="stable")]
    for placement, size in _tossed(ground, motifs, wanted, layout, rng):
        placed.append(placement)
        sizes.append(size)
        yield list(placed)
    for settled in _settled(motifs, placed, sizes, layout, repeat, locked, free):
        placed = settled
        yield list(placed)
    if ditsy:
        ground = _ground(motifs, [*locked, *placed], layout, repeat, widest, rng, free)
        largest = unit * max(layout.scale) * _FILLER_SIZE
        for placement in _fill(ground, motifs, whose[tossed:], largest, layout, rng):
            placed.append(placement)
            sizes.append(largest * motifs[placement.motif].factor)
            yield list(placed)
        yield from _settled(motifs, placed, sizes, layout, repeat, locked, free)


def _unit_mm(
    motifs: Sequence[Motif],
    whose: NDArray[np.int64],
    factors: NDArray[np.float64],
    locked: Sequence[Placement],
    wanted_mm2: float,
    domain_mm2: float,
    layout: Layout,
) -> float:
    """The size of a motif whose factor is 1, so that all together cover what is wanted, or what will go in.

    A motif takes half the gap on each side of it, and no toss fills all of the ground. Without that limit the first
    motifs would be as large as asked, and the last ones specks.
    """
    taken = sum(motifs[placement.motif].area * placement.size_mm**2 for placement in locked)
    areas = float(sum(motifs[m].area * factor**2 for m, factor in zip(whose, factors, strict=True)))
    unit = math.sqrt(max(wanted_mm2 - taken, _LEAST_LEFT * wanted_mm2) / areas)
    if layout.overlap_mm:
        return unit
    around = float(sum(motifs[m].perimeter * factor for m, factor in zip(whose, factors, strict=True)))
    half_gap = layout.gap_mm / 2.0
    room = max(_MOST_FILLED * domain_mm2 - taken, _LEAST_LEFT * domain_mm2) - len(whose) * math.pi * half_gap**2
    # The area of outlines grown by half the gap, a quadratic in the unit, is to be that of the room.
    linear = around * half_gap
    filling = (math.sqrt(linear**2 + 4.0 * areas * max(room, 0.0)) - linear) / (2.0 * areas)
    return min(unit, filling) if filling > 0.0 else unit


def _ground(
    motifs: Sequence[Motif],
    placed: Sequence[Placement],
    layout: Layout,
    repeat: Repeat,
    widest_mm: float,
    rng: np.random.Generator,
    free: shapely.Geometry | None,
) -> Ground:
    """The ground with motifs on it."""
    ground = Ground(repeat, layout, widest_mm, rng, free=free)
    for each in placed:
        ground.add(each.apply(motifs[each.motif].outline), motifs[each.motif].kind)
    return ground


def _settled(
    motifs: Sequence[Motif],
    placed: Sequence[Placement],
    wanted_mm: Sequence[float],
    layout: Layout,
    repeat: Repeat,
    locked: Sequence[Placement],
    free: shapely.Geometry | None,
) -> Iterator[list[Placement]]:
    """The motifs settling, round by round; those that may overlap stay as they are."""
    if layout.overlap_mm:
        yield list(placed)
        return
    floor = Floor(motifs, placed, wanted_mm, layout.gap_mm + SAFETY_MM, repeat, held=locked, free=free)
    for number in range(_ROUNDS):
        if layout.unlike and number in _SWAPS_AFTER:
            floor.keep_apart()
        if number < _ROUNDS - _SPREAD_ROUNDS:
            floor.settle()
        else:
            floor.spread()
        yield list(floor.placements)


def _tossed(
    ground: Ground,
    motifs: Sequence[Motif],
    wanted: Sequence[tuple[int, float]],
    layout: Layout,
    rng: np.random.Generator,
) -> Iterator[tuple[Placement, float]]:
    """Motifs by their numbers and sizes put on the ground, with the sizes; those that fit nowhere are left out.

    Raises:
        InputError: not even the first one fits.
    """
    for motif, size in wanted:
        placement = _toss(ground, motifs[motif], motif, size, layout, rng)
        if placement is not None:
            ground.add(placement.apply(motifs[motif].outline), motifs[motif].kind)
            yield placement, size
        elif not ground.occupied:
            raise InputError(
                "no motif fits without touching its own copies or the border",
                hint="choose a smaller gap or larger tiles",
            )


def _toss(
    ground: Ground, motif: Motif, number: int, size: float, layout: Layout, rng: np.random.Generator
) -> Placement | None:
    inner = 0.0 if layout.overlap_mm else motif.inner_radius
    while size >= SMALLEST_MM:
        roomy = rng.permutation(np.flatnonzero(ground.room_mm >= inner * size))[:_TRIED]
        placement = _first_free(ground, motif, number, size, ground.places[roomy], layout, rng)
        if placement is not None:
            return placement
        size *= _SHRINK
    return None


def _first_free(
    ground: Ground,
    motif: Motif,
    number: int,
    size: float,
    centres: Points,
    layout: Layout,
    rng: np.random.Generator,
) -> Placement | None:
    """The motif at the first of some places [n, 2] where it touches nothing, or at the one farthest from its like."""
    if not len(centres):
        return None
    turns = random_turns(layout, len(centres), rng)
    matrices = np.array([turning(*turn) * size for turn in turns])
    outlines = motif.outline @ matrices.transpose(0, 2, 1) + centres[:, None]
    likely = np.flatnonzero(ground.seems_free(outlines))
    if layout.unlike:
        likely = likely[np.argsort(-ground.like_distances(centres[likely], motif.kind), kind="stable")]
    for batch in np.split(likely, range(_BATCH, len(likely), _BATCH)) if len(likely) else ():
        for index in batch[ground.free_of(outlines[batch])][:_SELF_TESTS].tolist():
            if not ground.meets_itself(outlines[index]):
                degrees, flipped = turns[index]
                x, y = centres[index].tolist()
                return Placement(number, degrees, flipped, size, (x, y))
    return None


def _fill(
    ground: Ground,
    motifs: Sequence[Motif],
    whose: NDArray[np.int64],
    largest_mm: float,
    layout: Layout,
    rng: np.random.Generator,
) -> Iterator[Placement]:
    """Put small motifs into the largest holes until there is none left, or no motif."""
    for motif in whose.tolist():
        deepest = int(ground.room_mm.argmax())
        size = min(largest_mm * motifs[motif].factor, float(ground.room_mm[deepest]) / motifs[motif].radius)
        if size < SMALLEST_MM:
            return
        degrees, flipped = random_turn(layout, rng)
        x, y = ground.places[deepest].tolist()
        placement = Placement(motif, degrees, flipped, size, (x, y))
        ground.add(placement.apply(motifs[motif].outline), motifs[motif].kind)
        yield placement
