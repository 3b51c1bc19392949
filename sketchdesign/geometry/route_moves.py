"""The inner loops of the router: a round trip through strokes, made shorter exchange by exchange.

Stroke ``s`` has the ends ``2 s`` and ``2 s + 1``; the pen comes in by one and leaves by the other (``end ^ 1``), so
each end has one travel, to its *partner*. The round trip is the array of the ends by which the pen comes in.

An exchange takes two or three travels away and puts others in their place, found through each end's nearest ends
(2-opt and sequential 3-opt with neighbour lists and don't-look bits: Bentley 1992, "Fast algorithms for geometric
traveling salesman problems"; Or-opt is among them). Where none helps any more, a *kick* (the double bridge of Martin,
Otto and Felten 1991, over a short stretch) shuffles a few strokes, the exchanges repair it, and what is not better is
taken back.

Everything here is plain Python over flat sequences without any library, so that numba may compile it and the same
source run without numba gives the same result to the last bit: see `route_kernels`. All of it has to stay in this one
file, for numba's cache looks at the file of the outermost function alone. The first trip comes from `route_chains`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, MutableSequence, Sequence
from typing import NamedTuple

NEAR = 8
"""Nearest ends known for each end."""

_NEAR_FOR_THIRD = 5
_LONGEST_KICK = 10
"""Strokes in each of the three pieces that a kick shuffles."""

_LEAST_GAIN = 1e-7
"""Smaller gains may be rounding, and could go round in circles."""

JOIN_MM, PER_JOINED_MM, RAMP_MM, SHORT, PER_ROOT_MM, LONG, PER_MM = range(7)
"""Places in the price list: see `travel`."""

_HEAD, _WAITING, _MOVES, _LOGGED, _MATES = range(5)
COUNTERS = _MATES + 6
MOST_LOGGED_MOVES = 1000


class Tour(NamedTuple):
    """A round trip through S strokes and what is known about it; arrays, or lists for the uncompiled path.

    Attributes:
        x, y: floats [2 S], mm: where the ends are.
        near: ints [2 S * NEAR], the nearest ends of other strokes, nearest first.
        price: floats [7], what a travel costs.
        order: ints [S], by which end the pen comes into the first stroke, the second...
        place: ints [S], where in ``order`` each stroke is.
        queue: ints [2 S], a ring of the ends whose travel may be improved; ``queued`` bools [2 S] tells which.
        log: ints [>= S], ``order`` as it was before each move since the last kick; ``log_starts``, ``log_sizes``:
            ints [MOST_LOGGED_MOVES], which part each move rewrote.
        counters: ints [COUNTERS].
    """

    x: Sequence[float]
    y: Sequence[float]
    near: Sequence[int]
    price: Sequence[float]
    order: MutableSequence[int]
    place: MutableSequence[int]
    queue: MutableSequence[int]
    queued: MutableSequence[bool]
    log: MutableSequence[int]
    log_starts: MutableSequence[int]
    log_sizes: MutableSequence[int]
    counters: MutableSequence[int]


def travel(tour: Tour, a: int, b: int) -> float:
    """The price of going from one end to another: a line where they are close, else up, over and down again."""
    dx, dy = tour.x[a] - tour.x[b], tour.y[a] - tour.y[b]
    way = math.sqrt(dx * dx + dy * dy)
    price = tour.price
    if way <= price[JOIN_MM]:
        return price[PER_JOINED_MM] * way
    if way < price[RAMP_MM]:
        return price[SHORT] + price[PER_ROOT_MM] * math.sqrt(way)
    return price[LONG] + price[PER_MM] * way


def wrapped(place: int, count: int) -> int:
    """A place at most one round too far, within the round."""
    if place >= count:
        return place - count
    return place + count if place < 0 else place


def comes_in(tour: Tour, end: int) -> int:
    """1 where the pen comes in by this end, 0 where it leaves."""
    return 1 if tour.order[tour.place[end >> 1]] == end else 0


def partner(tour: Tour, end: int) -> int:
    """The end of another stroke that the travel at this end leads to."""
    place = tour.place[end >> 1]
    count = len(tour.order)
    if tour.order[place] == end:
        return tour.order[wrapped(place - 1, count)] ^ 1
    return tour.order[wrapped(place + 1, count)]


def travel_place(tour: Tour, end: int) -> int:
    """The travel at an end, as the place of the stroke before it."""
    place = tour.place[end >> 1]
    return wrapped(place - 1, len(tour.order)) if tour.order[place] == end else place


def travel_after(tour: Tour, place: int) -> float:
    """The price of the travel after the stroke at ``place``."""
    count = len(tour.order)
    place = wrapped(place, count)
    return travel(tour, tour.order[place] ^ 1, tour.order[wrapped(place + 1, count)])


def total(tour: Tour) -> float:
    """The price of the whole round trip."""
    price = 0.0
    for place in range(len(tour.order)):
        price += travel_after(tour, place)
    return price


def push(tour: Tour, end: int) -> None:
    """Have an end looked at again."""
    if tour.queued[end]:
        return
    tour.queued[end] = True
    counters = tour.counters
    tour.queue[wrapped(counters[_HEAD] + counters[_WAITING], len(tour.queue))] = end
    counters[_WAITING] += 1


def push_all(tour: Tour) -> None:
    """Have every end looked at again."""
    for end in range(len(tour.queue)):
        push(tour, end)


def pop(tour: Tour) -> int:
    """The end to look at next."""
    counters = tour.counters
    end = tour.queue[counters[_HEAD]]
    counters[_HEAD] = wrapped(counters[_HEAD] + 1, len(tour.queue))
    counters[_WAITING] -= 1
    tour.queued[end] = False
    return end


def put(tour: Tour, source: int, size: int, turn: int, place: int) -> None:
    """Write a piece of the log into the round trip from ``place`` on, turned round if wished."""
    count = len(tour.order)
    for step in range(size):
        end = tour.log[source + size - 1 - step] ^ 1 if turn else tour.log[source + step]
        tour.order[place] = end
        tour.place[end >> 1] = place
        place += 1
        if place == count:
            place = 0


def rewrite(tour: Tour, start: int, first: int, second: int, swap: int, turn_first: int, turn_second: int) -> bool:
    """Swap or turn two neighbouring pieces of the round trip; False where the log has no room to take it back."""
    if not swap and not turn_second:
        second = 0
    if not swap and not turn_first:
        start, first = start + first, 0
    count, size = len(tour.order), first + second
    start = wrapped(start, count)
    counters = tour.counters
    base, move = counters[_LOGGED], counters[_MOVES]
    if base + size > len(tour.log) or move == len(tour.log_starts):
        return False
    place = start
    for step in range(size):
        tour.log[base + step] = tour.order[place]
        place += 1
        if place == count:
            place = 0
    if swap:
        put(tour, base + first, second, turn_second, start)
        put(tour, base, first, turn_first, wrapped(start + second, count))
    else:
        put(tour, base, first, turn_first, start)
        put(tour, base + first, second, turn_second, wrapped(start + first, count))
    tour.log_starts[move], tour.log_sizes[move] = start, size
    counters[_MOVES] += 1
    counters[_LOGGED] += size
    return True


def forget(tour: Tour) -> None:
    """Keep all moves so far."""
    tour.counters[_MOVES] = tour.counters[_LOGGED] = 0


def take_back(tour: Tour) -> None:
    """Undo all moves since they were last forgotten."""
    counters = tour.counters
    while counters[_MOVES]:
        counters[_MOVES] -= 1
        size = tour.log_sizes[counters[_MOVES]]
        counters[_LOGGED] -= size
        put(tour, counters[_LOGGED], size, 0, tour.log_starts[counters[_MOVES]])


def exchange_two(tour: Tour, a: int, c: int) -> bool:
    """Replace the travels at ``a`` and ``c`` by one between them and one between their partners.

    The pen must come in by both or leave by both. Turning one part of the round trip does it; the shorter one is taken.
    """
    one, other = travel_place(tour, a), travel_place(tour, c)
    low, high = min(one, other), max(one, other)
    count, inner = len(tour.order), high - low
    if 2 * inner <= count:
        return rewrite(tour, low + 1, inner, 0, 0, 1, 0)
    return rewrite(tour, high + 1, count - inner, 0, 0, 1, 0)


def three_pattern(tour: Tour, a: int, b: int, c: int, d: int, e: int, f: int) -> int:
    """What the travels a-c, d-e and f-b in the place of a-b, c-d and e-f make of the pieces between these.

    The three travels cut the round trip into pieces 1, 2 and 3 (the one over its beginning). Seen from piece 3 the
    answer is 4 where piece 2 comes before piece 1, plus 2 where piece 1 is turned, plus 1 where piece 2 is; -1 where
    the pieces fall apart.
    """
    at_a, at_c, at_e = travel_place(tour, a), travel_place(tour, c), travel_place(tour, e)
    rank_a = (1 if at_a > at_c else 0) + (1 if at_a > at_e else 0)
    rank_c = (1 if at_c > at_a else 0) + (1 if at_c > at_e else 0)
    rank_e = 3 - rank_a - rank_c
    in_a, in_c, in_e = comes_in(tour, a), comes_in(tour, c), comes_in(tour, e)
    # The ends in their order: 0 leaves piece 3, 1 and 2 are those of piece 1, 3 and 4 of piece 2, 5 begins piece 3.
    mates = tour.counters
    for one, other in (
        (2 * rank_a + in_a, 2 * rank_c + in_c),
        (2 * rank_c + 1 - in_c, 2 * rank_e + in_e),
        (2 * rank_e + 1 - in_e, 2 * rank_a + 1 - in_a),
    ):
        mates[_MATES + one] = other
        mates[_MATES + other] = one
    first = mates[_MATES]
    if first == 5:
        return -1
    if first <= 2:
        second = mates[_MATES + 3 - first]
        if second not in (3, 4):
            return -1
        return 2 * (1 if first == 2 else 0) + (1 if second == 4 else 0)
    second = mates[_MATES + 7 - first]
    if second not in (1, 2):
        return -1
    return 4 + 2 * (1 if second == 2 else 0) + (1 if first == 4 else 0)


def exchange_three(tour: Tour, a: int, c: int, e: int, pattern: int) -> bool:
    """Carry out what `three_pattern` found, leaving the longest piece where it is."""
    at_a, at_c, at_e = travel_place(tour, a), travel_place(tour, c), travel_place(tour, e)
    low, high = min(at_a, at_c, at_e), max(at_a, at_c, at_e)
    middle = at_a + at_c + at_e - low - high
    one, two = middle - low, high - middle
    three = len(tour.order) - one - two
    swap, turn_one, turn_two = pattern >> 2, (pattern >> 1) & 1, pattern & 1
    # A longest piece that ought to be turned stays, and the whole round trip is seen in the other direction instead.
    if three >= one and three >= two:
        return rewrite(tour, low + 1, one, two, swap, turn_one, turn_two)
    if one >= two:
        return rewrite(tour, middle + 1, two, three, swap ^ turn_one, turn_two ^ turn_one, turn_one)
    return rewrite(tour, high + 1, three, one, swap ^ turn_two, turn_two, turn_one ^ turn_two)


def improve(tour: Tour, a: int) -> float:
    """Carry out the best exchange that gives ``a`` a nearer partner; returns what it saves, 0 where there is none."""
    b = partner(tour, a)
    before, in_a = travel(tour, a, b), comes_in(tour, a)
    best, best_c, best_e, best_pattern = _LEAST_GAIN, -1, -1, -1
    for index in range(a * NEAR, (a + 1) * NEAR):
        c = tour.near[index]
        gain_c = before - travel(tour, a, c)
        if gain_c <= _LEAST_GAIN:
            break
        if c == b:
            continue
        d = partner(tour, c)
        gain_c += travel(tour, c, d)
        if comes_in(tour, c) == in_a:
            gain = gain_c - travel(tour, b, d)
            if gain > best:
                best, best_c, best_e = gain, c, -1
        for deeper in range(d * NEAR, d * NEAR + _NEAR_FOR_THIRD):
            e = tour.near[deeper]
            gain_e = gain_c - travel(tour, d, e)
            if gain_e <= _LEAST_GAIN:
                break
            if e in (a, b, c):
                continue
            f = partner(tour, e)
            gain = gain_e + travel(tour, e, f) - travel(tour, f, b)
            if gain > best:
                pattern = three_pattern(tour, a, b, c, d, e, f)
                if pattern >= 0:
                    best, best_c, best_e, best_pattern = gain, c, e, pattern
    if best_c < 0:
        return 0.0
    d = partner(tour, best_c)
    f = partner(tour, best_e) if best_e >= 0 else -1
    done = exchange_two(tour, a, best_c) if best_e < 0 else exchange_three(tour, a, best_c, best_e, best_pattern)
    if not done:
        return 0.0
    for end in (a, b, best_c, d, best_e, f):
        if end >= 0:
            push(tour, end)
    return best


def descend(tour: Tour, ends: int) -> int:
    """Look at up to ``ends`` queued ends and improve what can be; returns how many are still queued."""
    for _ in range(ends):
        if not tour.counters[_WAITING]:
            break
        improve(tour, pop(tour))
        forget(tour)
    return tour.counters[_WAITING]


def kick(tour: Tour, uniforms: Sequence[float], at: int) -> float:
    """Reverse the order of three short neighbouring pieces; returns what that saves, mostly less than 0."""
    count = len(tour.order)
    start = int(uniforms[at] * count)
    longest = min(_LONGEST_KICK, (count - 1) // 3)
    one = 1 + int(uniforms[at + 1] * longest)
    two = 1 + int(uniforms[at + 2] * longest)
    three = 1 + int(uniforms[at + 3] * longest)
    whole = one + two + three
    saved = 0.0
    for offset in (0, one, one + two, whole):
        saved += travel_after(tour, start + offset)
    rewrite(tour, start + 1, one, two + three, 1, 0, 0)
    rewrite(tour, start + 1, two, three, 1, 0, 0)
    for offset in (0, three, three + two, whole):
        saved -= travel_after(tour, start + offset)
        end = tour.order[wrapped(start + offset, count)] ^ 1
        push(tour, end)
        push(tour, partner(tour, end))
    return saved


def kick_and_repair(tour: Tour, uniforms: Sequence[float], kicks: int) -> float:
    """Kick as often as told, four of the ``uniforms`` in [0, 1) each, keeping what helps; returns what it saved."""
    saved = 0.0
    for number in range(kicks):
        forget(tour)
        balance = kick(tour, uniforms, 4 * number)
        while tour.counters[_WAITING]:
            balance += improve(tour, pop(tour))
        if balance >= 0.0:
            saved += balance
        else:
            take_back(tour)
    forget(tour)
    return saved


KERNELS: tuple[Callable[..., object], ...] = (
    travel,
    wrapped,
    comes_in,
    partner,
    travel_place,
    travel_after,
    total,
    push,
    push_all,
    pop,
    put,
    rewrite,
    forget,
    take_back,
    exchange_two,
    three_pattern,
    exchange_three,
    improve,
    descend,
    kick,
    kick_and_repair,
)
"""All of them, each after those it calls."""
