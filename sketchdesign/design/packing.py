"""Motifs tossed over a repeat or into a region without touching: collisions by outline, with all their images."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.design.ground import Ground
from sketchdesign.design.layout import Layout, Motif, Placement, random_turn, turning
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
) -> Iterator[Placement]:
    """Place the motifs one by one, large ones first; each finds a free place or becomes smaller until it does.

    Motifs take turns. Of a ditsy layout a third is tossed, at a lower density; the others fill the largest holes.

    Args:
        motifs: the shapes.
        layout: how many, how dense, how turned.
        repeat: how they repeat.
        rng: decides everything else.
        locked: motifs that lie there already; they count among the layout's ``motifs``, and are not yielded.
        free: the region that outlines must stay inside, in the place of the repeat's domain.

    Raises:
        InputError: not even one motif fits.
    """
    count = layout.motifs - len(locked)
    if count < 1:
        return
    held = {placement.motif for placement in locked}
    turns = [number for number in range(len(motifs)) if number not in held]
    whose = np.array(turns)[np.arange(count) % len(turns)]
    ditsy = layout.kind == "ditsy"
    tossed = max(1, round(count * _LARGE_SHARE)) if ditsy else count
    factors = rng.uniform(*layout.scale, size=tossed) * [motifs[m].factor for m in whose[:tossed]]
    areas = np.array([motifs[m].area for m in whose[:tossed]]) * factors**2
    domain = shapely.Polygon(repeat.domain_mm) if free is None else free
    taken = sum(motifs[placement.motif].area * placement.size_mm**2 for placement in locked)
    wanted = layout.density * (_LARGE_DENSITY if ditsy else 1.0) * float(domain.area)
    unit = math.sqrt(max(wanted - taken, _LEAST_LEFT * wanted) / float(areas.sum()))
    widest = unit * max(layout.scale) * max(motif.factor * motif.radius for motif in motifs)
    ground = Ground(repeat, layout, widest, rng, free=free)
    for fixed in locked:
        ground.add(fixed.apply(motifs[fixed.motif].outline), motifs[fixed.motif].kind)
    for number in np.argsort(-areas, kind="stable"):
        motif = int(whose[number])
        placement = _toss(ground, motifs[motif], motif, unit * float(factors[number]), layout, rng)
        if placement is None and not ground.occupied:
            raise InputError(
                "no motif fits without touching its own copies or the border",
                hint="choose a smaller gap or larger tiles",
            )
        if placement is not None:
            ground.add(placement.apply(motifs[motif].outline), motifs[motif].kind)
            yield placement
    if ditsy:
        yield from _fill(ground, motifs, whose[tossed:], unit * max(layout.scale) / 2.0, layout, rng)


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
    turns = [random_turn(layout, rng) for _ in centres]
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
