"""Does a tile meet itself? The strokes that end on one edge must go on at the same place of the opposite edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Strokes
from sketchdesign.geometry.clip import Box, clip_to_box
from sketchdesign.geometry.dedupe import duplicate_pairs

TOLERANCE_MM = 1e-6
BEND_DEGREES = 0.1
"""How far a stroke may change its direction on a seam."""

FILE_STEP_MM = 0.001
"""The step of the decimals in a file: directions of short lines are not known better than it allows."""

CURVE_DEGREES = 20.0
"""Lines that turn by less from one to the next may stand for a curve, whose end points elsewhere than its last line."""

REACH_MM = 1.0
"""Ends so near to each other across a seam are taken for two halves of one stroke."""

FACING_MM = 0.2
FACING_DEGREES = 20.0
"""Ends that both stop before the seam may be halves of one stroke if they are this close and in line."""

_HARMLESS = ("facing", "twice")

_Array = NDArray[np.float64]
_EDGES = (("left", "right"), ("top", "bottom"))


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a tile.

    Attributes:
        kind: "offset" (the halves of a stroke do not meet), "gap" (a stroke stops before the edge where its other half
            leaves), "loose" (a stroke ends on the edge and nothing goes on) or "bend" (the halves meet at an angle).
            Two kinds do not harm the seam: "facing" (two strokes stop before it that may have been one) and "twice"
            (a stroke lies on another).
        edge: "left", "right", "top" or "bottom"; "" where no edge is concerned.
        layer: its number from 1 and label.
        x_mm, y_mm: where.
        error_mm: how far apart the halves are.
        text: all of it in words.
    """

    kind: str
    edge: str
    layer: str
    x_mm: float
    y_mm: float
    error_mm: float
    text: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, lengths rounded to 1e-6 mm."""
        rounded = {name: round(getattr(self, name), 6) for name in ("x_mm", "y_mm", "error_mm")}
        return {"kind": self.kind, "edge": self.edge, "layer": self.layer, **rounded, "text": self.text}


@dataclass(frozen=True)
class Proof:
    """The verdict.

    Attributes:
        seam_error_mm: the largest distance between ends that should be one point.
        problems: all that is wrong, and what may be.
        reaches_edges: whether any stroke comes to an edge; otherwise there is no seam that could fail.
    """

    seam_error_mm: float
    problems: tuple[Problem, ...]
    reaches_edges: bool = True

    @property
    def seamless(self) -> bool:
        return all(problem.kind in _HARMLESS for problem in self.problems)


class _Ends(NamedTuple):
    """Both ends of strokes: places and outward directions [n, 2] and the length [n] of their last segment.

    Where the lines stand for a curve, ``tangents`` [n, 2] are its directions there, ``sways`` [n] degrees away.
    """

    places: _Array
    directions: _Array
    lengths: _Array
    tangents: _Array
    sways: _Array

    def only(self, which: NDArray[Any]) -> _Ends:
        return _Ends(*(values[which] for values in self))


class _Meeting(NamedTuple):
    """Two ends near each other: their distance across the seam and the angle between them in degrees.

    ``image`` says whether they are mirror images of each other in the seam.
    """

    near: int
    far: int
    distance_mm: float
    bend: float
    image: bool


def prove(drawing: Drawing, *, tolerance_mm: float = TOLERANCE_MM, step_mm: float = FILE_STEP_MM) -> Proof:
    """Compare opposite edges of a tile, layer by layer.

    What lies outside the page is not looked at. A stroke mirrored by an edge, as in a kaleidoscope, is no bend.

    Args:
        drawing: the tile; its page is what repeats.
        tolerance_mm: how far apart ends may be.
        step_mm: the rounding of its coordinates in a file, where lines may stand for curves; 0 for exact ones.
    """
    box = Box(0.0, 0.0, drawing.page.width_mm, drawing.page.height_mm)
    errors, problems = [0.0], list[Problem]()
    for number, layer in enumerate(drawing.layers, 1):
        examined = _LayerProof(_name(number, layer), box, tolerance_mm, step_mm)
        strokes = clip_to_box(layer.strokes, box, half_open=True)
        ends = _ends_of(strokes)
        for axis in (0, 1):
            problems += examined.seam(ends, axis)
        problems += examined.duplicates(strokes)
        errors.append(examined.error_mm)
    return Proof(max(errors), tuple(problems), _reaches_edges(drawing, tolerance_mm))


class _LayerProof:
    """Examines one layer and remembers the largest error met."""

    def __init__(self, name: str, box: Box, tolerance_mm: float, step_mm: float) -> None:
        self._name, self._box, self._tolerance_mm, self._step_mm = name, box, tolerance_mm, step_mm
        self.error_mm = 0.0

    def seam(self, ends: _Ends, axis: int) -> Iterator[Problem]:
        """The problems between the left and right edges (axis 0) or the top and bottom edges (axis 1)."""
        size = self._box.high[axis]
        near_gap, far_gap = ends.places[:, axis], size - ends.places[:, axis]
        near = ends.only((near_gap <= REACH_MM) & (near_gap <= far_gap))
        far = ends.only((far_gap <= REACH_MM) & (far_gap < near_gap))
        shift = np.zeros(2)
        shift[axis] = size
        across = near._replace(places=near.places + shift)
        near_on = near.places[:, axis] <= self._tolerance_mm
        far_on = size - far.places[:, axis] <= self._tolerance_mm
        free_near, free_far = np.ones(len(near_on), bool), np.ones(len(far_on), bool)
        for meeting in self._meetings(across, far, axis):
            a, b = meeting.near, meeting.far
            if not (free_near[a] and free_far[b]) or not self._belong(meeting, bool(near_on[a]), bool(far_on[b])):
                continue
            free_near[a] = free_far[b] = False
            if near_on[a] or far_on[b]:
                self.error_mm = max(self.error_mm, meeting.distance_mm)
            yield from self._meeting_problem(meeting, near, far, axis, (bool(near_on[a]), bool(far_on[b])))
        yield from self._loose(near.only(free_near & near_on), far, axis, 0)
        yield from self._loose(far.only(free_far & far_on), near, axis, 1)

    def duplicates(self, strokes: Strokes) -> Iterator[Problem]:
        for _, second in duplicate_pairs(strokes, max(self._tolerance_mm, TOLERANCE_MM)):
            x, y = strokes.points[strokes.offsets[second]].tolist()
            text = f"a stroke in layer {self._name} lies on another one at {_place(x, y)} and would be drawn twice"
            yield Problem("twice", "", self._name, x, y, 0.0, text)

    def _meetings(self, near: _Ends, far: _Ends, axis: int) -> list[_Meeting]:
        """Pairs of ends within reach, the closest first, and of those at one place the straightest first."""
        import shapely

        if not len(near.places) or not len(far.places):
            return []
        tree = shapely.STRtree(shapely.points(far.places))
        a, b = tree.query(shapely.points(near.places), predicate="dwithin", distance=REACH_MM)
        distances = np.hypot(*(near.places[a] - far.places[b]).T)
        straight = _angles(near.directions[a], -far.directions[b])
        directions, places = far.directions[b].copy(), far.places[b].copy()
        directions[:, axis] *= -1.0
        places[:, axis] = 2.0 * self._box.high[axis] - places[:, axis]
        # A side of the tile may be a mirror axis; then the other half leaves as this one comes.
        mirrored = _angles(near.directions[a], directions)
        images = np.abs(near.places[a] - places).max(axis=1) <= max(self._tolerance_mm, self._step_mm)
        bends = np.minimum(straight, mirrored)
        unknown = np.degrees(
            np.arctan2(1.5 * self._step_mm, near.lengths[a]) + np.arctan2(1.5 * self._step_mm, far.lengths[b])
        )
        if self._step_mm:
            # A curve's own curvature changes on the way, too.
            curved = _angles(near.tangents[a], -far.tangents[b]) - (near.sways[a] + far.sways[b]) / 2.0
            bends = np.minimum(bends, curved)
        bends = (bends - unknown).clip(0.0)
        images &= mirrored - unknown <= BEND_DEGREES
        order = np.lexsort((bends, np.where(distances <= self._tolerance_mm, 0.0, distances)))
        columns = (values[order].tolist() for values in (a, b, distances, bends, images))
        return [_Meeting(*row) for row in zip(*columns, strict=True)]

    def _belong(self, meeting: _Meeting, near_on: bool, far_on: bool) -> bool:
        if near_on or far_on:
            return True
        # A stroke that ends just beside a mirror axis faces its own image.
        return meeting.distance_mm <= FACING_MM and meeting.bend <= FACING_DEGREES and not meeting.image

    def _meeting_problem(
        self, meeting: _Meeting, near: _Ends, far: _Ends, axis: int, on_edge: tuple[bool, bool]
    ) -> Iterator[Problem]:
        side = 0 if on_edge == (False, True) else 1
        x, y = (far.places[meeting.far] if side else near.places[meeting.near]).tolist()
        here, there = _EDGES[axis][side], _EDGES[axis][1 - side]
        error = meeting.distance_mm
        if not any(on_edge):
            kind = "facing"
            text = (
                f"a stroke in layer {self._name} stops just before the {here} edge at {_place(x, y)}, {error:.4g} mm "
                f"away from one that stops before the {there} edge: are they one stroke?"
            )
        elif error > self._tolerance_mm:
            # Two whole sentences, for a translation turns their parts round.
            kind = "offset" if on_edge == (True, True) else "gap"
            ends_on = (
                f"a stroke in layer {self._name} ends on the {here} edge at {_place(x, y)}, "
                f"{error:.4g} mm away from where it goes on at the {there} edge"
            )
            stops_before = (
                f"a stroke in layer {self._name} stops before the {here} edge at {_place(x, y)}, "
                f"{error:.4g} mm away from where it goes on at the {there} edge"
            )
            text = ends_on if kind == "offset" else stops_before
        elif meeting.bend > BEND_DEGREES:
            kind = "bend"
            text = (
                f"a stroke in layer {self._name} bends by {meeting.bend:.2g} degrees "
                f"where it leaves the {here} edge at {_place(x, y)}"
            )
        else:
            return
        yield Problem(kind, here, self._name, x, y, error, text)

    def _loose(self, loose: _Ends, others: _Ends, axis: int, side: int) -> Iterator[Problem]:
        here, there = _EDGES[axis][side], _EDGES[axis][1 - side]
        # A line along an edge may well end there.
        leaving = np.abs(loose.directions[:, axis]) > np.sin(np.radians(BEND_DEGREES))
        # Nor can it be told on which side of a corner a stroke of a rounding step passed.
        corner = 2.0 * self._step_mm
        along = loose.places[:, 1 - axis]
        apart = (along > corner) & (along < self._box.high[1 - axis] - corner) if corner else np.ones(len(along), bool)
        for place in loose.places[leaving & apart]:
            distances = np.abs(others.places[:, 1 - axis] - place[1 - axis])
            error = float(distances.min(initial=self._box.high[1 - axis]))
            self.error_mm = max(self.error_mm, error)
            x, y = place.tolist()
            text = (
                f"a stroke in layer {self._name} ends on the {here} edge at {_place(x, y)}, "
                f"but nothing goes on there at the {there} edge"
            )
            yield Problem("loose", here, self._name, x, y, error, text)


def _reaches_edges(drawing: Drawing, tolerance_mm: float) -> bool:
    far = np.array([drawing.page.width_mm, drawing.page.height_mm]) - tolerance_mm
    points = (layer.strokes.points for layer in drawing.layers)
    return any(bool(((part <= tolerance_mm) | (part >= far)).any()) for part in points)


def _ends_of(strokes: Strokes) -> _Ends:
    """The ends of all strokes with a length."""
    lines = [line for line in strokes.polylines() if len(line) > 1]
    tips = np.array([tip for line in lines for tip in ((line[0], line[1]), (line[-1], line[-2]))]).reshape(-1, 2, 2)
    steps = tips[:, 0] - tips[:, 1]
    lengths = np.hypot(*steps.T)
    directions = steps / np.maximum(lengths, np.finfo(float).tiny)[:, None]
    third = np.array([tip for line in lines for tip in (line[:3][-1], line[-3:][0])]).reshape(-1, 2)
    sways = _sways(directions, lengths, tips[:, 1] - third)
    c, s = np.cos(np.radians(sways)), np.sin(np.radians(sways))
    x, y = directions.T
    return _Ends(tips[:, 0], directions, lengths, np.column_stack([c * x - s * y, s * x + c * y]), np.abs(sways))


def _sways(directions: _Array, lengths: _Array, before: _Array) -> _Array:
    """From the last lines of curves to their tangents, in degrees; ``before`` [n, 2] are the lines that come first."""
    crossed = before[:, 0] * directions[:, 1] - before[:, 1] * directions[:, 0]
    turns = np.degrees(np.arctan2(crossed, (before * directions).sum(axis=1)))
    # On an arc the angle to the tangent is to the turn as this line's length is to that of both.
    sways = turns * lengths / np.maximum(lengths + np.hypot(*before.T), np.finfo(float).tiny)
    return np.where(np.abs(turns) < CURVE_DEGREES, sways, 0.0)


def _angles(first: _Array, second: _Array) -> _Array:
    """Between unit vectors [n, 2], in degrees."""
    crossed = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    angles: _Array = np.degrees(np.abs(np.arctan2(crossed, (first * second).sum(axis=1))))
    return angles


def _name(number: int, layer: Layer) -> str:
    return f"{number} ({layer.label or layer.pen.name})"


def _place(x: float, y: float) -> str:
    return f"({x:.3f}, {y:.3f}) mm"
