"""The shortest day for the pen: in which order and direction to draw strokes, and where closed ones begin.

A layer is a round trip from home, the top left corner, through all its strokes and back, because the pen is changed
at home: that is what `timecost.estimate_s` assumes, too, and what makes the layers independent of each other.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import CancelledError, InputError
from sketchdesign.core.groups import places_in_groups
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile
from sketchdesign.geometry.route_kernels import PLAIN, fastest
from sketchdesign.geometry.route_search import Trip, given_trip, searching

_Result = TypeVar("_Result")

LARGEST_MM = 1e9
"""Beyond it the squares of distances lose too much."""

LONGEST_BUDGET_S = 86_400.0
_KICKS_PER_STROKE, _MOST_KICKS = 20, 40_000
_ROUNDING_MM = 1e-6


@dataclass(frozen=True)
class RouteSettings:
    """What makes a route good, and how long to look for it.

    Attributes:
        machine: whose seconds count: travels, and the time the pen needs to rise and come down. None: millimetres
            travelled count alone.
        join_mm: ends up to this distance apart count as connected by a line: `joined` draws it.
        seed: of the search.
        kicks: how many random changes to try; by default `default_kicks`. The same seed and number give the same route.
        budget_s: look for this long instead; the route then depends on the computer.
    """

    machine: MachineProfile | None = AXIDRAW_V3
    join_mm: float = 0.0
    seed: int = 1
    kicks: int | None = None
    budget_s: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.join_mm <= LARGEST_MM:
            raise InputError(f"ends cannot be joined over {self.join_mm:g} mm", hint="choose a length such as 0.3mm")
        if self.kicks is not None and self.kicks < 0:
            raise InputError(f"{self.kicks} random changes cannot be tried", hint="choose 0 or more")
        if self.budget_s is not None and not 0.0 < self.budget_s <= LONGEST_BUDGET_S:
            raise InputError(f"a budget of {self.budget_s:g} s makes no sense", hint="choose one such as 5s")


@dataclass(frozen=True, eq=False)
class Route:
    """How to draw S strokes.

    Attributes:
        order: int64 [S], the numbers of the strokes as they are drawn.
        turned: bool [S], in this order: which are drawn from their end.
        begins: int64 [S], in this order: at which of its points a closed stroke begins; 0 for all others.
    """

    order: NDArray[np.int64]
    turned: NDArray[np.bool_]
    begins: NDArray[np.int64]

    def drawn(self, strokes: Strokes) -> Strokes:
        """The strokes in the order and direction of the route."""
        first = strokes.offsets[self.order]
        lengths = np.diff(strokes.offsets)[self.order]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        within = places_in_groups(lengths)
        within = np.where(np.repeat(self.turned, lengths), np.repeat(lengths, lengths) - 1 - within, within)
        # The last point of a ring is its first one again, so going round counts one point less.
        begins = np.repeat(self.begins, lengths)
        around = (within + begins) % np.maximum(np.repeat(lengths, lengths) - 1, 1)
        within = np.where(begins > 0, around, within)
        return Strokes(strokes.points[np.repeat(first, lengths) + within], offsets)


def default_kicks(strokes: int) -> int:
    """Enough to gain a few per cent over plain exchanges, in about half a second at most."""
    return min(_KICKS_PER_STROKE * strokes, _MOST_KICKS)


def route(
    strokes: Strokes,
    settings: RouteSettings | None = None,
    *,
    enough: Callable[[], bool] | None = None,
    compiled: bool = True,
) -> Route:
    """The best route found.

    Args:
        strokes: of one layer. None is lost, also not duplicates and strokes of a single point.
        settings: what is good, and for how long to search.
        enough: asked every few milliseconds; once it says True, the best route so far is returned.
        compiled: False runs the same loops without numba, for the same result more slowly.

    Raises:
        InputError: a stroke lies beyond `LARGEST_MM`.
    """
    return finished(routing(strokes, settings or RouteSettings(), enough=enough, compiled=compiled))


def routing(
    strokes: Strokes,
    settings: RouteSettings,
    *,
    enough: Callable[[], bool] | None = None,
    compiled: bool = True,
) -> Generator[float, None, Route]:
    """`route` in steps of some 10 ms: yields the share of the work that is done, 0 to 1, and returns the route."""
    started = time.perf_counter()
    _check(strokes)
    budget_s = settings.budget_s
    kicks = default_kicks(len(strokes)) if settings.kicks is None else settings.kicks

    def stopped() -> bool:
        late = budget_s is not None and time.perf_counter() - started >= budget_s
        return late or (enough is not None and enough())

    trip = given_trip(strokes, _price_list(settings))
    kernels = fastest() if compiled else PLAIN
    made = 0
    for step in searching(trip, kernels, settings.seed, None if budget_s else kicks, stopped):
        made += step
        share = (time.perf_counter() - started) / budget_s if budget_s else made / max(kicks, 1)
        yield min(share, 1.0)
    return _route(trip)


def finished(steps: Generator[object, None, _Result], cancelled: Callable[[], bool] | None = None) -> _Result:
    """Work in steps, done at one go; ``cancelled`` is asked before each.

    Raises:
        CancelledError: it said True.
    """
    while True:
        if cancelled is not None and cancelled():
            raise CancelledError
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result


def joined(strokes: Strokes, join_mm: float) -> tuple[Strokes, Strokes]:
    """Consecutive strokes at most ``join_mm`` apart as one, and the lines that connect them.

    Returns:
        The strokes, and the connections as strokes of two points. Where the ends meet no connection is needed.
    """
    if len(strokes) < 2 or join_mm <= 0.0:
        return strokes, Strokes.empty()
    border = strokes.offsets[1:-1]
    ends, begins = strokes.points[border - 1], strokes.points[border]
    gap = np.hypot(*(begins - ends).T)
    joins = gap <= join_mm
    drawn = joins & (gap > _ROUNDING_MM)
    kept = np.ones(len(strokes.points), bool)
    kept[border[joins & ~drawn]] = False
    offsets = np.concatenate([[0], np.cumsum(kept)])[np.append(np.insert(border[~joins], 0, 0), len(kept))]
    lines = np.stack([ends[drawn], begins[drawn]], axis=1).reshape(-1, 2)
    return Strokes(strokes.points[kept], offsets), Strokes(lines, np.arange(0, len(lines) + 1, 2))


def warm_up() -> None:
    """Compile the loops, or load what was compiled before: for a quiet moment before the first route."""
    lines = np.random.Generator(np.random.Philox(key=1)).uniform(0.0, 100.0, (20, 2, 2))
    route(Strokes.from_polylines(lines))


def _check(strokes: Strokes) -> None:
    beyond = np.flatnonzero((np.abs(strokes.points) > LARGEST_MM).any(axis=1))
    if len(beyond):
        number = int(np.searchsorted(strokes.offsets, beyond[0], side="right"))
        raise InputError(f"stroke {number} reaches further than {LARGEST_MM:g} mm", hint="draw it on the page")


def _price_list(settings: RouteSettings) -> NDArray[np.float64]:
    """What `route_moves.travel` asks for: seconds of a trapezoid with a lift, or plain millimetres."""
    join_mm = settings.join_mm if settings.join_mm > 0.0 else -1.0
    machine = settings.machine
    if machine is None:
        return np.array([join_mm, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    speed, acceleration = machine.travel_mm_s, machine.travel_mm_s2
    pen_s = machine.lift_s + machine.drop_s
    return np.array(
        [
            join_mm,
            1.0 / machine.draw_mm_s,
            speed**2 / acceleration,
            pen_s,
            2.0 / math.sqrt(acceleration),
            pen_s + speed / acceleration,
            1.0 / speed,
        ]
    )


def _route(trip: Trip) -> Route:
    """The round trip without home, in the direction that begins with the shorter way."""
    home = int(np.flatnonzero(trip.order < 2)[0])
    order = np.roll(trip.order, -home)[1:]
    if len(order) and np.hypot(*trip.ends[order[0]]) > np.hypot(*trip.ends[order[-1] ^ 1]):
        order = order[::-1] ^ 1
    strokes = order >> 1
    turned = (order & 1).astype(bool)
    # A ring drawn the other way round is the same ring.
    turned[np.isin(strokes, trip.rings.strokes)] = False
    return Route(strokes - 1, turned, trip.begins[strokes])
