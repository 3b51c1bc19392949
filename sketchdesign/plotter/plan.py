"""The whole plot as moves, known to the tick before a byte is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import MachineProfile
from sketchdesign.plotter.blocks import (
    TICKS_PER_MS,
    TICKS_PER_S,
    motor_positions,
    positions_mm,
    ramp_registers,
    ramp_ticks,
    steady_ms,
)
from sketchdesign.plotter.merge import merged
from sketchdesign.plotter.profile import segments_of, slices_of
from sketchdesign.plotter.rounding import ends_in_steps

_Array = NDArray[np.float64]
_Ints = NDArray[np.int64]

MERGE_STEPS = 0.23
"""How far merging may move a line, in motor steps. With what rounding to whole ones moves it, that is less than one."""

HOME_MM = (0.0, 0.0)


class OutOfReachError(InputError):
    """A point of a drawing lies where the machine cannot go."""


class Block(NamedTuple):
    """One move.

    Attributes:
        steps: of motor 1 and 2.
        ticks: duration in units of 40 microseconds.
        rates, growths: registers of a ramp; both rates are 0 for a move at constant speed.
        end_mm: where it ends.
        seconds: duration.
        top_mm_s: the most speed that a machine which plans its speeds itself may reach.
    """

    steps: tuple[int, int]
    ticks: int
    rates: tuple[int, int]
    growths: tuple[int, int]
    end_mm: tuple[float, float]
    seconds: float
    top_mm_s: float


class Kind(Enum):
    """What an item of a plot does."""

    TRAVEL = "travel"
    DROP = "drop"
    DRAW = "draw"
    LIFT = "lift"
    RAISE = "raise"  # in the middle of a stroke, for a pause


class Item(NamedTuple):
    """One thing to send: a move, or a movement of the pen.

    Attributes:
        kind: what it does.
        stroke: the stroke that it travels to or belongs to; their number on the way home.
        begin, end: step counts of both motors before and after it.
        along_begin, along_end: mm of the stroke drawn before and after it.
        seconds: how long it takes.
        block: the move; None for the pen.
        leave_mm_s: the speed after it.
        dot: it lowers the pen for a stroke without length, which is then drawn.
    """

    kind: Kind
    stroke: int
    begin: tuple[int, int]
    end: tuple[int, int]
    along_begin: float
    along_end: float
    seconds: float
    block: Block | None
    leave_mm_s: float
    dot: bool = False

    @property
    def is_lift(self) -> bool:
        return self.kind in (Kind.LIFT, Kind.RAISE)


@dataclass(frozen=True, eq=False)
class Plan:
    """All moves of one layer: to each stroke, along it, and home. Immutable.

    Attributes:
        strokes: the lines that are drawn, merged as far as `MERGE_STEPS` allows.
        machine: the speeds and pen times planned with.
        positions: int64 [B + 1, 2], step counts of both motors before each block and at the end.
        ticks: int64 [B].
        rates, growths: int64 [B, 2], as in `Block`.
        along_mm: float64 [B], mm of the stroke drawn at the end of each block that draws.
        leave_mm_s: float64 [B], speed at the end of each block.
        travels: int64 [S + 1], the block in which the way to each stroke begins, and the way home.
        draws: int64 [S + 1], the block in which each stroke begins; the number of blocks for the way home.
        pen_down_mm, pen_up_mm: lengths drawn and travelled.
    """

    strokes: Strokes
    machine: MachineProfile
    positions: _Ints
    ticks: _Ints
    rates: _Ints
    growths: _Ints
    along_mm: _Array
    leave_mm_s: _Array
    travels: _Ints
    draws: _Ints
    pen_down_mm: float
    pen_up_mm: float

    def __len__(self) -> int:
        return len(self.ticks)

    @property
    def lifts(self) -> int:
        return len(self.strokes)

    @property
    def duration_s(self) -> float:
        """Seconds from home and back, pen movements included."""
        return int(self.ticks.sum()) / TICKS_PER_S + self.lifts * (self.lift_ms + self.drop_ms) / 1000.0

    @property
    def lift_ms(self) -> int:
        return round(self.machine.lift_s * 1000.0)

    @property
    def drop_ms(self) -> int:
        return round(self.machine.drop_s * 1000.0)

    def block(self, index: int) -> Block:
        """One move, ready to be sent."""
        before, after = self.positions[index].tolist(), self.positions[index + 1].tolist()
        ticks = int(self.ticks[index])
        x, y = positions_mm(self.positions[index + 1], self.machine.steps_per_mm).tolist()
        first_rate, second_rate = self.rates[index].tolist()
        first_growth, second_growth = self.growths[index].tolist()
        return Block(
            (after[0] - before[0], after[1] - before[1]),
            ticks,
            (first_rate, second_rate),
            (first_growth, second_growth),
            (x, y),
            ticks / TICKS_PER_S,
            self.machine.draw_mm_s if self._draws(index) else self.machine.travel_mm_s,
        )

    def _draws(self, index: int) -> bool:
        stroke = int(np.searchsorted(self.travels, index, side="right")) - 1
        return index >= int(self.draws[stroke])

    @property
    def item_count(self) -> int:
        """Moves and movements of the pen: for each stroke the way to it, the drop, its moves, the lift."""
        return len(self) + 2 * self.lifts

    @cached_property
    def first_items(self) -> _Ints:
        """Number of the first item of each stroke, and of the way home: int64 [S + 1]."""
        return self.travels + 2 * np.arange(self.lifts + 1)

    def item(self, number: int) -> Item:
        """One item of the plot, in order."""
        stroke = int(np.searchsorted(self.first_items, number, side="right")) - 1
        block = int(self.travels[stroke]) + number - int(self.first_items[stroke])
        draw = int(self.draws[stroke])
        if block < draw:
            return self._move(Kind.TRAVEL, stroke, block, 0.0)
        if block == draw:
            return self._pen(Kind.DROP, stroke, draw, 0.0, self.drop_ms)
        if block - 1 < self.travels[stroke + 1]:
            return self._move(Kind.DRAW, stroke, block - 1, 0.0 if block - 1 == draw else self.along_mm[block - 2])
        along = 0.0 if block - 1 == draw else self.along_mm[block - 2]
        return self._pen(Kind.LIFT, stroke, block - 1, along, self.lift_ms)

    def _move(self, kind: Kind, stroke: int, index: int, along: float) -> Item:
        block = self.block(index)
        begin = self._steps_at(index)
        end = (begin[0] + block.steps[0], begin[1] + block.steps[1])
        after = float(self.along_mm[index]) if kind is Kind.DRAW else 0.0
        return Item(kind, stroke, begin, end, float(along), after, block.seconds, block, float(self.leave_mm_s[index]))

    def _pen(self, kind: Kind, stroke: int, index: int, along: float, milliseconds: int) -> Item:
        place = self._steps_at(index)
        dot = kind is Kind.DROP and index == self.travels[stroke + 1]
        return Item(kind, stroke, place, place, float(along), float(along), milliseconds / 1000.0, None, 0.0, bool(dot))

    def _steps_at(self, index: int) -> tuple[int, int]:
        first, second = self.positions[index].tolist()
        return first, second

    @cached_property
    def seconds_left(self) -> _Array:
        """Seconds from the beginning of the way to each stroke [S + 1] until all is done."""
        elapsed = np.concatenate([[0], np.cumsum(self.ticks)]) / TICKS_PER_S
        pens = np.arange(self.lifts, -1, -1) * (self.lift_ms + self.drop_ms) / 1000.0
        left: _Array = elapsed[-1] - elapsed[self.travels] + pens
        return left


def plan_strokes(strokes: Strokes, machine: MachineProfile, *, ramps: bool) -> Plan:
    """Plan a layer from home and back.

    Args:
        strokes: in mm from home, in the order of drawing.
        machine: its speeds, limits and pen times.
        ramps: whether the machine knows moves that change their speed (firmware 2.7 and later).

    Raises:
        OutOfReachError: a point is out of the machine's reach.
    """
    check_reach(strokes, machine)
    tolerance_mm = MERGE_STEPS / (machine.steps_per_mm * 2.0**0.5)
    return plan_way(merged(strokes, tolerance_mm), machine, ramps=ramps)


def plan_way(
    strokes: Strokes,
    machine: MachineProfile,
    *,
    ramps: bool,
    start_mm: tuple[float, float] = HOME_MM,
    end_mm: tuple[float, float] | None = HOME_MM,
    enter_mm_s: float = 0.0,
) -> Plan:
    """Plan strokes as they are, from one place to another.

    Args:
        end_mm: where to go at last; None stays at the end of the last stroke.
        enter_mm_s: the speed at the start, where the plan continues a movement.
    """
    way = segments_of(strokes, start_mm, end_mm)
    slices = slices_of(way, machine, ramps=ramps, enter_mm_s=enter_mm_s)
    nearest = motor_positions(slices.ends, machine.steps_per_mm)
    ends = nearest if machine.plans_itself else ends_in_steps(way, slices, machine.steps_per_mm)
    start = motor_positions(np.array([start_mm]), machine.steps_per_mm)
    moved = (np.diff(ends, axis=0, prepend=start) != 0).any(axis=1)
    positions = np.concatenate([start, ends[moved]])
    steps = np.diff(positions, axis=0)
    segment, seconds = slices.segment[moved], slices.seconds[moved]
    enter, leave = slices.enter[moved], slices.leave[moved]

    ticks = TICKS_PER_MS * steady_ms(steps, seconds, machine.top_steps_s)
    rates, growths = np.zeros_like(steps), np.zeros_like(steps)
    if ramps and len(steps) and not machine.plans_itself:
        ramp_time = ramp_ticks(steps, seconds, enter, leave, machine.top_steps_s)
        registers = ramp_registers(steps, ramp_time, enter, leave)
        exact = registers.exact
        ticks[exact] = ramp_time[exact]
        rates[exact], growths[exact] = registers.rates[exact], registers.growths[exact]

    key = 2 * way.strokes[segment] + way.drawing[segment]
    numbers = np.arange(len(strokes) + 1)
    arrays = (
        positions,
        ticks,
        rates,
        growths,
        way.along[segment] + slices.reached[moved],
        leave,
        np.searchsorted(key, 2 * numbers),
        np.searchsorted(key, 2 * numbers + 1),
    )
    for array in arrays:
        array.setflags(write=False)
    drawn = float(way.lengths[way.drawing].sum())
    return Plan(strokes, machine, *arrays, drawn, float(way.lengths.sum()) - drawn)


def check_reach(strokes: Strokes, machine: MachineProfile) -> None:
    """Refuse what the machine cannot reach.

    Raises:
        OutOfReachError: a point lies outside its travel.
    """
    if not len(strokes):
        return
    (left, top), (right, bottom) = strokes.points.min(axis=0), strokes.points.max(axis=0)
    slack = 0.5 / machine.steps_per_mm
    if left < -slack or top < -slack or right > machine.width_mm + slack or bottom > machine.height_mm + slack:
        raise OutOfReachError(
            f"the drawing reaches from ({left:.1f}, {top:.1f}) to ({right:.1f}, {bottom:.1f}) mm, but {machine.name} "
            f"from (0, 0) to ({machine.width_mm:g}, {machine.height_mm:g}) mm",
            hint="turn the page, choose a larger machine, or cut off what is outside",
        )
