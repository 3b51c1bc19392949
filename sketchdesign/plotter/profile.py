"""From lines to moves in time: how fast the pen goes where, cut into pieces of constant acceleration.

The pen starts and stops at the ends of each stroke and each way between strokes; in between it keeps the speed that
corners, acceleration and the motors allow. Travel and drawing make one chain of segments, planned all at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.kinematics import corner_speeds_squared, peak_speeds, point_speeds_squared
from sketchdesign.core.machine import MachineProfile

_Array = NDArray[np.float64]
_Ints = NDArray[np.int64]

SLOWEST_MM_S = 1.0
"""Moves begin and end at this speed: a motor that is told to slow down to nothing may never take its last step."""

SHORTEST_S = 0.010
"""Moves last at least so long on average: thirty-two of them outlast a pause of 300 ms in the program."""

LONGEST_S = 0.1
"""Moves last at most so long, so that a stop never waits for the end of a long one."""

STEADY_RAMP_S = 0.025
"""Length of the steps of the staircase where a machine knows constant speeds only."""


class Segments(NamedTuple):
    """Straight pieces of the way, in order, each of some length.

    Attributes:
        begins, directions: [n, 2], in mm, and unit vectors.
        lengths: [n], mm.
        strokes: [n], the stroke that is drawn or travelled to; their number on the way home.
        drawing: [n], whether the pen is down.
        along: [n], mm drawn of the stroke before the segment.
    """

    begins: _Array
    directions: _Array
    lengths: _Array
    strokes: _Ints
    drawing: NDArray[np.bool_]
    along: _Array


@dataclass(frozen=True, eq=False)
class Slices:
    """Moves of constant acceleration, in order.

    Attributes:
        segment: [b], the segment that each is a part of.
        ends: [b, 2], where it ends, in mm.
        reached: [b], mm from the beginning of the segment to its end.
        seconds: [b].
        enter, leave: [b], mm/s.
    """

    segment: _Ints
    ends: _Array
    reached: _Array
    seconds: _Array
    enter: _Array
    leave: _Array


def segments_of(strokes: Strokes, start_mm: tuple[float, float], end_mm: tuple[float, float] | None) -> Segments:
    """The way from ``start_mm`` through all strokes, and on to ``end_mm`` where one is given."""
    count = len(strokes)
    stroke = np.repeat(np.arange(count), np.diff(strokes.offsets))
    home = [] if end_mm is None else [end_mm]
    points = np.concatenate([np.array([start_mm]), strokes.points, np.array(home).reshape(-1, 2)])
    stroke = np.concatenate([[-1], stroke, np.full(len(home), count)])
    steps = np.diff(points, axis=0)
    lengths = np.hypot(*steps.T)
    drawing = stroke[1:] == stroke[:-1]
    drawn = np.concatenate([[0.0], np.cumsum(np.where(drawing, lengths, 0.0))])
    before = np.append(drawn[1 + strokes.offsets[:-1]], 0.0)
    along = np.where(drawing, drawn[:-1] - before[stroke[1:]], 0.0)
    some = lengths > 0.0
    return Segments(
        points[:-1][some],
        steps[some] / lengths[some, None],
        lengths[some],
        stroke[1:][some],
        drawing[some],
        along[some],
    )


def slices_of(way: Segments, machine: MachineProfile, *, ramps: bool, enter_mm_s: float = 0.0) -> Slices:
    """Plan the speeds and cut the way into moves.

    Args:
        ramps: whether a move may change its speed; else ramps become staircases.
        enter_mm_s: the speed at the very beginning, where the way continues a movement.
    """
    if machine.plans_itself:
        return _whole_lines(way, machine)
    acceleration = np.where(way.drawing, machine.draw_mm_s2, machine.travel_mm_s2)
    top = _top_speeds(way, machine)
    limit = np.full(len(way.lengths) + 1, SLOWEST_MM_S**2)
    limit[0] = max(SLOWEST_MM_S, enter_mm_s) ** 2
    corners = corner_speeds_squared(way.directions, machine.draw_mm_s2, machine.cornering_mm)
    corners = np.minimum(corners, np.minimum(top[1:], top[:-1]) ** 2)
    limit[1:-1] = np.where(_inside_strokes(way), np.maximum(corners, SLOWEST_MM_S**2), SLOWEST_MM_S**2)
    speed = np.sqrt(point_speeds_squared(limit, 2.0 * acceleration * way.lengths))
    phases = _phases(way.lengths, speed[:-1], speed[1:], top, acceleration)
    return _cut(way, phases, STEADY_RAMP_S if not ramps else LONGEST_S)


def _whole_lines(way: Segments, machine: MachineProfile) -> Slices:
    """Each segment as one move, in the time that a machine takes which plans its speeds itself.

    Its motors drive one axis each, so that on a slant more is allowed than on an axis, and it comes to a real rest. The
    moves begin and end as if at rest: a pause needs no brakes.
    """
    speed = np.where(way.drawing, machine.draw_mm_s, machine.travel_mm_s)
    acceleration = np.where(way.drawing, machine.draw_mm_s2, machine.travel_mm_s2) / _longest_part(way.directions)
    limit = np.zeros(len(way.lengths) + 1)
    turns = np.diff(way.directions, axis=0)
    turns /= np.maximum(np.hypot(*turns.T), np.finfo(float).tiny)[:, None]
    corners = corner_speeds_squared(way.directions, machine.draw_mm_s2, machine.cornering_mm) / _longest_part(turns)
    limit[1:-1] = np.where(_inside_strokes(way), np.minimum(corners, speed[1:] ** 2), 0.0)
    between = np.sqrt(point_speeds_squared(limit, 2.0 * acceleration * way.lengths))
    enter, leave = between[:-1], between[1:]
    peak = peak_speeds(way.lengths, enter, leave, speed, acceleration)
    ramps = (2.0 * peak**2 - enter**2 - leave**2) / (2.0 * acceleration)
    seconds = (2.0 * peak - enter - leave) / acceleration + np.maximum(way.lengths - ramps, 0.0) / peak
    slowest = np.full(len(way.lengths), SLOWEST_MM_S)
    ends = way.begins + way.directions * way.lengths[:, None]
    return Slices(np.arange(len(way.lengths)), ends, way.lengths, seconds, slowest, slowest)


def _longest_part(directions: _Array) -> _Array:
    """The larger coordinate of unit vectors [n, 2]; 1 where there is no direction."""
    part = np.abs(directions).max(axis=1)
    return np.where(part > 0.0, part, 1.0)


def _inside_strokes(way: Segments) -> NDArray[np.bool_]:
    """Between which segments the pen stays down: [n - 1]."""
    inside: NDArray[np.bool_] = way.drawing[1:] & way.drawing[:-1] & (way.strokes[1:] == way.strokes[:-1])
    return inside


def _top_speeds(way: Segments, machine: MachineProfile) -> _Array:
    # Both motors turn for both axes: the faster one turns by |dx| + |dy|.
    motors = machine.top_steps_s / machine.steps_per_mm / np.abs(way.directions).sum(axis=1)
    brief = np.where(way.drawing, way.lengths / SHORTEST_S, np.inf)
    wanted = np.where(way.drawing, machine.draw_mm_s, machine.travel_mm_s)
    top: _Array = np.maximum(np.minimum(np.minimum(wanted, brief), motors), SLOWEST_MM_S)
    return top


class _Phases(NamedTuple):
    """Up to three moves for each of n segments: speeding up, going on, slowing down; each [n, 3]."""

    lengths: _Array
    seconds: _Array
    enter: _Array
    leave: _Array


def _phases(length: _Array, enter: _Array, leave: _Array, top: _Array, acceleration: _Array) -> _Phases:
    peak = peak_speeds(length, enter, leave, top, acceleration)
    up, down = (peak**2 - enter**2) / (2.0 * acceleration), (peak**2 - leave**2) / (2.0 * acceleration)
    whole_s = (2.0 * peak - enter - leave) / acceleration + np.maximum(length - up - down, 0.0) / peak
    # A ramp that would be over in a moment is made gentler instead.
    up = np.where(peak > enter, np.maximum(up, SHORTEST_S * (peak + enter) / 2.0), 0.0)
    down = np.where(peak > leave, np.maximum(down, SHORTEST_S * (peak + leave) / 2.0), 0.0)
    ramps = up + down
    cruising = (length - ramps >= SHORTEST_S * peak) | (ramps == 0.0)
    stretch = np.where(cruising, 1.0, length / np.where(ramps > 0.0, ramps, 1.0))
    up, down = up * stretch, down * stretch
    lengths = np.stack([up, np.where(cruising, length - ramps, 0.0), down], axis=1)
    enters, leaves = np.stack([enter, peak, peak], axis=1), np.stack([peak, peak, leave], axis=1)
    seconds = 2.0 * lengths / (enters + leaves)

    single = whole_s < 2.0 * SHORTEST_S
    lengths[single] = np.stack([length[single], *np.zeros((2, single.sum()))], axis=1)
    seconds[single] = np.stack([whole_s[single], *np.zeros((2, single.sum()))], axis=1)
    leaves[single, 0] = leave[single]
    return _Phases(lengths, seconds, enters, leaves)


def _cut(way: Segments, phases: _Phases, longest_ramp_s: float) -> Slices:
    chosen = phases.lengths > 0.0
    segment, _ = np.nonzero(chosen)
    length, seconds = phases.lengths[chosen], phases.seconds[chosen]
    enter, leave = phases.enter[chosen], phases.leave[chosen]
    before = (np.cumsum(phases.lengths, axis=1) - phases.lengths)[chosen]
    longest = np.where(enter == leave, LONGEST_S, longest_ramp_s)
    counts = np.maximum(np.ceil(seconds / longest - 1e-9), 1.0).astype(np.int64)

    phase = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(phase)) - np.repeat(np.cumsum(counts) - counts, counts)
    parts = counts[phase]
    end = (nth + 1) / parts
    # The distance covered is the mean of the speeds at both ends; a single short move may be scaled.
    covered = end * (enter[phase] + (leave - enter)[phase] * end / 2.0) * 2.0 / (enter + leave)[phase]
    reached = before[phase] + length[phase] * covered
    segment = segment[phase]
    last = np.append(segment[1:] != segment[:-1], True)
    reached = np.where(last, way.lengths[segment], reached)
    return Slices(
        segment,
        way.begins[segment] + way.directions[segment] * reached[:, None],
        reached,
        (seconds / counts)[phase],
        enter[phase] + (leave - enter)[phase] * nth / parts,
        enter[phase] + (leave - enter)[phase] * end,
    )
