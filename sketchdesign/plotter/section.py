"""A layer from some place on: where the pen is in a drawing, and the plan that draws the rest from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.machine import MachineProfile
from sketchdesign.plotter.blocks import positions_mm
from sketchdesign.plotter.plan import Item, Kind, Plan, plan_way
from sketchdesign.plotter.profile import SLOWEST_MM_S

_Array = NDArray[np.float64]
Steps = tuple[int, int]

_WRONG_PEN_STEPS = 0.5
_MARGIN_MM = 0.01


class Place(NamedTuple):
    """How far a layer is drawn: all strokes before ``stroke``, and ``along_mm`` of that one."""

    stroke: int
    along_mm: float


BEGINNING = Place(0, 0.0)


class Section:
    """The rest of a layer from a place on, planned; its items count strokes and lengths as the layer does.

    Attributes:
        strokes: all of the layer, as they are drawn.
        place: where it begins.
        plan: of what is left.
    """

    def __init__(self, strokes: Strokes, place: Place, start: Steps, machine: MachineProfile, *, ramps: bool) -> None:
        self.strokes = strokes
        self.place = place
        self._ramps = ramps
        start_mm = steps_mm(start, machine)
        self.plan = plan_way(_rest(strokes, place), machine, ramps=ramps, start_mm=start_mm)

    @classmethod
    def whole(cls, strokes: Strokes, plan: Plan, *, ramps: bool) -> Section:
        """All of a layer, planned already."""
        section = cls.__new__(cls)
        section.strokes, section.place, section.plan, section._ramps = strokes, BEGINNING, plan, ramps
        return section

    @property
    def item_count(self) -> int:
        return self.plan.item_count

    def item(self, number: int) -> Item:
        """One item, in terms of the layer."""
        return _moved(self.plan.item(number), self.place)

    def first_item(self, stroke: int) -> int:
        """The number of the first item of a stroke of the layer."""
        return int(self.plan.first_items[stroke - self.place.stroke])

    def seconds_left(self, stroke: int) -> float:
        """From the way to a stroke on, until all is drawn."""
        return float(self.plan.seconds_left[stroke - self.place.stroke])

    def braking(self, last: Item) -> list[Item]:
        """What brings the pen to rest on its line, behind a move that draws and does not end at rest."""
        if last.kind is not Kind.DRAW or last.leave_mm_s <= SLOWEST_MM_S * 1.01:
            return []
        machine = self.plan.machine
        way_mm = last.leave_mm_s**2 / (2.0 * machine.draw_mm_s2) + _MARGIN_MM
        line = self._line(last.stroke)
        part = _cut(_cut(line, last.along_end)[1], way_mm)[0]
        start_mm = steps_mm(last.end, machine)
        part = np.concatenate([[start_mm], part[1:]])
        plan = plan_way(
            Strokes.from_polylines([part]),
            machine,
            ramps=self._ramps,
            start_mm=start_mm,
            end_mm=None,
            enter_mm_s=last.leave_mm_s,
        )
        after = Place(last.stroke, last.along_end)
        return [_moved(plan.item(number), after) for number in range(1, plan.item_count - 1)]

    def raising(self, last: Item) -> tuple[Item, Place]:
        """The lift behind an item with the pen down, and the place where that is."""
        place = self.settled(place_in(last, 1.0))
        kind = Kind.LIFT if place.stroke > last.stroke else Kind.RAISE
        along, seconds = last.along_end, self.plan.lift_ms / 1000.0
        return Item(kind, last.stroke, last.end, last.end, along, along, seconds, None, 0.0), place

    def settled(self, place: Place) -> Place:
        """The place, or the next stroke where it is at the end of one."""
        if place.stroke < len(self.strokes) and place.along_mm > 0.0:
            left = _length(self._line(place.stroke)) - place.along_mm
            if left <= 1.0 / self.plan.machine.steps_per_mm:
                return Place(place.stroke + 1, 0.0)
        return place

    def _line(self, stroke: int) -> _Array:
        return self.strokes.points[self.strokes.offsets[stroke] : self.strokes.offsets[stroke + 1]]


class Found(NamedTuple):
    """Where a machine stands in a layer, and how many motor steps that is off the way; infinite if it was not seen, but
    must have come so far at least."""

    place: Place
    off_steps: float


def locate(items: Iterable[tuple[int, Item]], position: Steps, expected: int, pen_up: bool | None) -> Found | None:
    """Find the item that a machine was at when it stood still.

    Args:
        items: numbers and items in question.
        position: step counts of both motors.
        expected: the item where it should be about; decides between several that pass through the position.
        pen_up: which items are likelier; None if that says nothing.
    """
    best: tuple[float, int] | None = None
    found: Found | None = None
    for number, item in items:
        off, share = _off(item, position)
        up = item.kind is Kind.TRAVEL or item.is_lift
        wrong = _WRONG_PEN_STEPS if pen_up is not None and pen_up != up else 0.0
        order = (round(off + wrong, 3), abs(number - expected))
        if best is None or order < best:
            best, found = order, Found(place_in(item, share), off)
    return found


def place_in(item: Item, share: float) -> Place:
    """The place when a share of an item, from 0 to 1, has been done."""
    if item.kind is Kind.LIFT or (item.dot and share > 0.0):
        return Place(item.stroke + 1, 0.0)
    return Place(item.stroke, item.along_begin + share * (item.along_end - item.along_begin))


def steps_mm(steps: Steps, machine: MachineProfile) -> tuple[float, float]:
    """The place in mm of a position in motor steps."""
    x, y = positions_mm(np.array(steps), machine.steps_per_mm).tolist()
    return x, y


def travel(start: Steps, end_mm: tuple[float, float], machine: MachineProfile, *, ramps: bool) -> list[Item]:
    """The way from one place to another, pen up."""
    plan = plan_way(Strokes.empty(), machine, ramps=ramps, start_mm=steps_mm(start, machine), end_mm=end_mm)
    return [plan.item(number) for number in range(plan.item_count)]


def _moved(item: Item, place: Place) -> Item:
    along = place.along_mm if item.stroke == 0 else 0.0
    return item._replace(
        stroke=item.stroke + place.stroke, along_begin=item.along_begin + along, along_end=item.along_end + along
    )


def _off(item: Item, position: Steps) -> tuple[float, float]:
    """How far a position is off an item, and the share of the item that is done there."""
    dx, dy = item.end[0] - item.begin[0], item.end[1] - item.begin[1]
    px, py = position[0] - item.begin[0], position[1] - item.begin[1]
    square = dx * dx + dy * dy
    share = min(1.0, max(0.0, (px * dx + py * dy) / square)) if square else 1.0
    return float(np.hypot(px - share * dx, py - share * dy)), share


def _rest(strokes: Strokes, place: Place) -> Strokes:
    left = strokes.points[strokes.offsets[place.stroke] :]
    offsets = strokes.offsets[place.stroke :] - strokes.offsets[place.stroke]
    if place.along_mm <= 0.0:
        return Strokes(left, offsets)
    line = _cut(left[: offsets[1]], place.along_mm)[1]
    return Strokes(np.concatenate([line, left[offsets[1] :]]), np.append(0, offsets[1:] + len(line) - offsets[1]))


def _length(line: _Array) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _cut(line: _Array, along_mm: float) -> tuple[_Array, _Array]:
    """A line [n, 2] in two at a distance along it; both parts have the point of the cut."""
    reached = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    cut = np.array([[np.interp(along_mm, reached, line[:, axis]) for axis in (0, 1)]])
    return np.concatenate([line[reached < along_mm], cut]), np.concatenate([cut, line[reached > along_mm]])
