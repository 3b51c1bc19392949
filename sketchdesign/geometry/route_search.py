"""How the router searches: a first round trip, exchanges over all of it, then kicks in one part after another.

The first trip links the closest ends first (greedy matching; Bentley 1992). Exchanges over the whole trip cost time in
proportion to its length, so the kicks work on a part at a time: about `PART_STROKES` neighbours, with each stretch of
the trip outside them taken for one stroke whose ends stay linked (as in Karp's partitioning, 1977).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.groups import places_in_groups
from sketchdesign.core.seeds import stream_key
from sketchdesign.geometry.route_kernels import Kernels
from sketchdesign.geometry.route_moves import (
    COUNTERS,
    JOIN_MM,
    LONG,
    MOST_LOGGED_MOVES,
    NEAR,
    PER_JOINED_MM,
    PER_MM,
    PER_ROOT_MM,
    RAMP_MM,
    SHORT,
    Tour,
)

_Array = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Result = TypeVar("_Result")
Steps = Generator[int, None, _Result]
"""Work in steps of some 10 ms; it yields how many kicks each has made."""

PART_STROKES = 1_000
_KICKS_PER_VISIT = 2
"""Kicks for each stroke of a part before the next part has its turn."""

_PASSES = 5
_WORTH_A_PASS = 1e-3
_RING_ROUNDS = 2
_FEWEST_TO_KICK = 5
_QUERY_AT_ONCE = 10_000
_SCATTER_MM = 1e-6


@dataclass
class Trip:
    """A round trip from home through S - 1 strokes; home is stroke 0.

    Attributes:
        ends: float64 [2 S, 2], mm.
        order: int64 [S], the ends by which the pen comes in, see `route_moves`.
        price: float64 [7], see `route_moves.travel`.
        rings: the closed strokes, which may begin anywhere.
        begins: int64 [S], the point at which each of them begins now.
    """

    ends: _Array
    order: _Ints
    price: _Array
    rings: Rings
    begins: _Ints


@dataclass(frozen=True)
class Rings:
    """R closed strokes.

    Attributes:
        strokes: int64 [R], their numbers in the trip.
        points: float64 [P, 2], their points without the last ones, which are the first ones again.
        offsets: int64 [R + 1].
    """

    strokes: _Ints
    points: _Array
    offsets: _Ints

    @classmethod
    def of(cls, strokes: Strokes) -> Rings:
        first, last = strokes.offsets[:-1], strokes.offsets[1:] - 1
        closed = strokes.closed & (last - first >= 2)
        lengths = (last - first)[closed]
        within = np.repeat(closed, last - first + 1)
        within[last] = False
        return cls(np.flatnonzero(closed) + 1, strokes.points[within], np.concatenate([[0], np.cumsum(lengths)]))


def given_trip(strokes: Strokes, price: _Array) -> Trip:
    """Home, then the strokes as they are."""
    count = len(strokes) + 1
    ends = np.zeros((count, 2, 2))
    ends[1:, 0] = strokes.points[strokes.offsets[:-1]]
    ends[1:, 1] = strokes.points[strokes.offsets[1:] - 1]
    return Trip(ends.reshape(-1, 2), np.arange(0, 2 * count, 2), price, Rings.of(strokes), np.zeros(count, np.int64))


def searching(trip: Trip, kernels: Kernels, seed: int, kicks: int | None, stopped: Callable[[], bool]) -> Steps[None]:
    """Make a trip better, until ``kicks`` are used up (None: no end) or it is ``stopped``; it is whole at any time."""
    if len(trip.order) < 3 and not len(trip.rings.strokes):
        return
    first_order = yield from _greedy_order(trip.ends, kernels, stopped)
    if first_order is None:
        first_order = _striped_order(trip.ends)
    if _trip_price(trip, first_order) < _trip_price(trip, trip.order):
        trip.order = first_order
    for _ in range(_RING_ROUNDS if len(trip.rings.strokes) else 1):
        everywhere = np.arange(len(trip.order))
        yield from _improve(trip, everywhere, everywhere, kernels, np.empty(0), _PASSES, stopped)
        begin_rings_anew(trip)
    if len(trip.order) < _FEWEST_TO_KICK:
        return
    rng = np.random.Generator(np.random.Philox(key=stream_key(seed, "route")))
    left = math.inf if kicks is None else kicks
    for turn in itertools.count():
        for part in _parts(trip, turn):
            if left == 0 or stopped():
                begin_rings_anew(trip)
                return
            visit = int(min(_KICKS_PER_VISIT * len(part), left))
            left -= visit
            first, last = _pieces(trip, part)
            if len(first) >= _FEWEST_TO_KICK:
                yield from _improve(trip, first, last, kernels, rng.random(4 * visit), 1, stopped)
        begin_rings_anew(trip)


def begin_rings_anew(trip: Trip) -> None:
    """Let each closed stroke begin where the ways to it and from it are cheapest."""
    rings = trip.rings
    if not len(rings.strokes):
        return
    trip.order = np.roll(trip.order, -int(np.flatnonzero(trip.order < 2)[0]))
    place = np.empty(len(trip.order), np.int64)
    place[trip.order >> 1] = np.arange(len(trip.order))
    ring_of_point = np.repeat(np.arange(len(rings.strokes)), np.diff(rings.offsets))
    # Neighbours in the trip must not move at the same time. Home, which never does, parts its end from its beginning.
    for parity in (0, 1):
        moving = place[rings.strokes] % 2 == parity
        if not moving.any():
            continue
        at = place[rings.strokes]
        before = trip.ends[trip.order[at - 1] ^ 1]
        after = trip.ends[np.roll(trip.order, -1)[at]]
        price = _prices(trip.price, rings.points, before[ring_of_point])
        price += _prices(trip.price, rings.points, after[ring_of_point])
        cheapest = np.minimum.reduceat(price, rings.offsets[:-1])
        hits = np.flatnonzero(price == cheapest[ring_of_point])
        best = hits[np.searchsorted(hits, rings.offsets[:-1])]
        strokes = rings.strokes[moving]
        trip.begins[strokes] = (best - rings.offsets[:-1])[moving]
        trip.ends[2 * strokes] = trip.ends[2 * strokes + 1] = rings.points[best[moving]]


def _greedy_order(ends: _Array, kernels: Kernels, stopped: Callable[[], bool]) -> Steps[_Ints | None]:
    """All strokes chained by their closest free ends; None where it was stopped before there was a round trip."""
    count = len(ends) // 2
    partners, roots = kernels.array(np.full(2 * count, -1)), kernels.array(np.arange(count))
    free, linked = np.arange(2 * count), 0
    while linked < count - 1:
        near = yield from _nearest(ends[free], NEAR + 2, stopped)
        if near is None:
            return None
        ones, others = np.repeat(free, near.shape[1]), free[near.ravel()]
        # Each pair once: the closest two of different chains are always among them.
        kept = (ones < others) & (ones >> 1 != others >> 1)
        ones, others = ones[kept], others[kept]
        ways = np.hypot(*(ends[ones] - ends[others]).T)
        yield 0
        if stopped():
            return None
        closest_first = np.argsort(ways, kind="stable")
        yield 0
        if stopped():
            return None
        ones, others = ones[closest_first], others[closest_first]
        linked += kernels.link_pairs(kernels.array(ones), kernels.array(others), partners, roots)
        free = np.flatnonzero(np.asarray(partners) < 0)
        yield 0
    partners[free[0]], partners[free[1]] = free[1], free[0]
    order = kernels.array(np.zeros(count, np.int64))
    kernels.walk(partners, order)
    return np.asarray(order, np.int64)


def _striped_order(ends: _Array) -> _Ints:
    """Home, then the strokes in stripes, to and fro: no good trip, but the best to be had in no time.

    The stripes are as high as makes the trip through random points shortest, the root of three times their share of
    the area (Daganzo 1984).
    """
    begins = ends[2::2]
    corner, extent = begins.min(axis=0), np.ptp(begins, axis=0)
    height = max(math.sqrt(3.0 * float(extent.prod()) / len(begins)), float(extent.max()) / len(begins), _SCATTER_MM)
    stripe = ((begins[:, 1] - corner[1]) // height).astype(np.int64)
    along = np.where(stripe % 2, -begins[:, 0], begins[:, 0])
    return np.concatenate([[0], 2 * (np.lexsort((along, stripe)) + 1)])


def _nearest(points: _Array, count: int, stopped: Callable[[], bool]) -> Steps[_Ints | None]:
    """For each of P points the nearest ones, itself among them: int64 [P, <= count]; None where it was stopped."""
    from scipy.spatial import cKDTree

    if stopped():
        return None
    # Many points in one place make the tree slow; which of them are found does not matter.
    scatter = np.random.Generator(np.random.Philox(key=len(points))).uniform(-_SCATTER_MM, _SCATTER_MM, points.shape)
    points = points + scatter
    tree = cKDTree(points)
    yield 0
    found = []
    for begin in range(0, len(points), _QUERY_AT_ONCE):
        if stopped():
            return None
        found.append(tree.query(points[begin : begin + _QUERY_AT_ONCE], k=min(count, len(points)))[1])
        yield 0
    return np.concatenate(found).reshape(len(points), -1)


def _parts(trip: Trip, turn: int) -> Iterator[_Ints]:
    """All strokes, about `PART_STROKES` that lie together at a time, with other borders in each turn."""
    middle = trip.ends.reshape(-1, 2, 2).mean(axis=1)[:, [turn % 2, 1 - turn % 2]]
    shift = (turn / 2.0) % 1.0
    everything = np.arange(len(middle))
    strips = max(1, round((len(middle) / PART_STROKES) ** 0.5))
    for strip in _cut(everything, middle[:, 0], strips, shift):
        yield from _cut(strip, middle[strip, 1], max(1, round(len(strip) / PART_STROKES)), shift)


def _cut(numbers: _Ints, values: _Array, pieces: int, shift: float) -> list[_Ints]:
    """Numbers in the order of their values, in pieces of equal size; one more, if the borders are shifted."""
    numbers = numbers[np.argsort(values, kind="stable")]
    if pieces == 1:
        return [numbers]
    borders = (np.arange(1, pieces + 1) - shift) * (len(numbers) / pieces)
    return [piece for piece in np.split(numbers, borders.astype(np.int64)) if len(piece)]


def _pieces(trip: Trip, part: _Ints) -> tuple[_Ints, _Ints]:
    """The trip as single strokes of the part and stretches outside it: the first and last place of each piece."""
    inside = np.zeros(len(trip.order), bool)
    inside[part] = True
    trip.order = np.roll(trip.order, -int(np.argmax(inside[trip.order >> 1])))
    inside = inside[trip.order >> 1]
    first = np.flatnonzero(inside | np.roll(inside, 1))
    return first, np.append(first[1:], len(inside)) - 1


def _improve(
    trip: Trip,
    first: _Ints,
    last: _Ints,
    kernels: Kernels,
    uniforms: _Array,
    passes: int,
    stopped: Callable[[], bool],
) -> Steps[None]:
    """Reorder pieces of the trip, given by their places: exchanges in some passes, then a kick per 4 ``uniforms``."""
    borders = np.stack([trip.order[first], trip.order[last] ^ 1], axis=1).ravel()
    near = yield from _nearest(trip.ends[borders], NEAR + 2, stopped)
    if near is None:
        return
    tour = _tour(trip.ends[borders], _of_others(near), trip.price, kernels)
    before = kernels.total(tour)
    for _ in range(passes):
        kernels.push_all(tour)
        while not stopped() and kernels.descend(tour, kernels.ends_at_once):
            yield 0
        after = kernels.total(tour)
        if stopped() or before - after < _WORTH_A_PASS * before:
            break
        before = after
    for begin in range(0, len(uniforms), 4 * kernels.kicks_at_once):
        if stopped():
            break
        drawn = uniforms[begin : begin + 4 * kernels.kicks_at_once]
        kernels.kick_and_repair(tour, kernels.array(drawn), len(drawn) // 4)
        yield len(drawn) // 4
    trip.order = _reordered(trip.order, first, last, np.asarray(tour.order, np.int64))


def _of_others(near: _Ints) -> _Ints:
    """Of the nearest ends of each end those of other strokes, `NEAR` of them, repeated where there are fewer."""
    own = near >> 1 == np.arange(len(near))[:, None] >> 1
    others = np.take_along_axis(near, np.argsort(own, axis=1, kind="stable"), axis=1)
    known = np.minimum((~own).sum(axis=1), NEAR)
    column = np.minimum(np.arange(NEAR), np.maximum(known[:, None] - 1, 0))
    return np.take_along_axis(others, column, axis=1)


def _tour(ends: _Array, near: _Ints, price: _Array, kernels: Kernels) -> Tour:
    """The loops' view of strokes that are visited in their order."""
    count, array = len(ends) // 2, kernels.array
    return Tour(
        x=array(ends[:, 0]),
        y=array(ends[:, 1]),
        near=array(near.ravel()),
        price=array(price),
        order=array(np.arange(0, 2 * count, 2)),
        place=array(np.arange(count)),
        queue=array(np.zeros(2 * count, np.int64)),
        queued=array(np.zeros(2 * count, bool)),
        log=array(np.zeros(2 * count, np.int64)),
        log_starts=array(np.zeros(MOST_LOGGED_MOVES, np.int64)),
        log_sizes=array(np.zeros(MOST_LOGGED_MOVES, np.int64)),
        counters=array(np.zeros(COUNTERS, np.int64)),
    )


def _reordered(order: _Ints, first: _Ints, last: _Ints, pieces: _Ints) -> _Ints:
    """The trip with its pieces in another order; 2 p stands for piece p, 2 p + 1 for it turned."""
    piece, turned = pieces >> 1, pieces & 1
    lengths = (last - first + 1)[piece]
    within = places_in_groups(lengths)
    turned = np.repeat(turned, lengths)
    place = np.where(turned, np.repeat(last[piece], lengths) - within, np.repeat(first[piece], lengths) + within)
    reordered: _Ints = order[place] ^ turned
    return reordered


def _trip_price(trip: Trip, order: _Ints) -> float:
    return float(_prices(trip.price, trip.ends[order ^ 1], trip.ends[np.roll(order, -1)]).sum())


def _prices(price: _Array, a: _Array, b: _Array) -> _Array:
    """`route_moves.travel` between points [n, 2]: [n]."""
    way = np.hypot(*(a - b).T)
    short, long = price[SHORT] + price[PER_ROOT_MM] * np.sqrt(way), price[LONG] + price[PER_MM] * way
    lifted = np.where(way < price[RAMP_MM], short, long)
    prices: _Array = np.where(way <= price[JOIN_MM], price[PER_JOINED_MM] * way, lifted)
    return prices
