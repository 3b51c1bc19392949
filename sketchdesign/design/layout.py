"""What a layout inside the tile may look like, and motifs as shapes that can be turned, scaled and fitted."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity

from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.mixing import kept_apart, like_pairs, neighbours
from sketchdesign.design.symmetry import Points, Repeat
from sketchdesign.design.tile import Design

KINDS = ("grid", "tossed", "ditsy")
TURNS: dict[str, tuple[float, ...]] = {
    "one-way": (0.0,),
    "two-way": (0.0, 180.0),
    "four-way": (0.0, 90.0, 180.0, 270.0),
    "free": (),
}
"""Angles in degrees that motifs may be turned by; none stands for any."""

MOST_MOTIFS = 5_000
_CONCAVITY = 0.3
_OUTLINE_SHARE = 0.01
"""By this share of its size an outline may stand off its motif."""

_FIT_STEPS = 30
_DOT_MM = 0.1


@dataclass(frozen=True)
class Layout:
    """How motifs sit in the repeat's domain.

    Attributes:
        kind: one of `KINDS`: ``grid`` in rows and columns, ``tossed`` at random without touching, ``ditsy`` the same
            with a third of them large and the others filling the holes.
        rows, columns: of a grid.
        motifs: how many are tossed.
        density: the share of the area that tossed motifs are to cover.
        gap_mm: the least distance between their outlines.
        turns: one of `TURNS`.
        scale: sizes are drawn between these factors.
        flip: the share of motifs that are mirrored.
        jitter_mm: how far motifs of a grid stray from their places.
        unlike: neighbours are of different kinds where that can be.
        overlap_mm: how far motifs may reach over one another, in the place of a gap.
    """

    kind: str = "grid"
    rows: int = 1
    columns: int = 1
    motifs: int = 12
    density: float = 0.4
    gap_mm: float = 2.0
    turns: str = "one-way"
    scale: tuple[float, float] = (1.0, 1.0)
    flip: float = 0.0
    jitter_mm: float = 0.0
    unlike: bool = False
    overlap_mm: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"unknown layout {self.kind!r}", hint=f"use one of {' '.join(KINDS)}")
        if self.turns not in TURNS:
            raise InputError(f"unknown rotation {self.turns!r}", hint=f"use one of {' '.join(TURNS)}")
        _check(self.rows * self.columns, "number of motifs in a grid", 1, MOST_MOTIFS)
        _check(min(self.rows, self.columns), "number of rows or columns", 1, MOST_MOTIFS)
        _check(self.motifs, "number of motifs", 1, MOST_MOTIFS)
        _check(self.density, "density", 0.01, 0.9)
        _check(self.gap_mm, "gap in mm", 0.0, 1000.0)
        _check(self.flip, "share of flipped motifs", 0.0, 1.0)
        _check(self.jitter_mm, "jitter in mm", 0.0, 1000.0)
        _check(self.overlap_mm, "overlap in mm", 0.0, 1000.0)
        _check(min(self.scale), "scale", 0.05, 20.0)
        _check(max(self.scale), "scale", 0.05, 20.0)
        if self.scale[0] > self.scale[1]:
            raise InputError("the scale ends below its beginning", hint="write it as 0.8-1.2")

    @property
    def count(self) -> int:
        """How many motifs it asks for."""
        return self.rows * self.columns if self.kind == "grid" else self.motifs

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for provenance."""
        return asdict(self) | {"scale": list(self.scale)}


@dataclass(frozen=True)
class Motif:
    """A sketch as a shape: centred on the origin, its larger side one.

    Attributes:
        strokes: its lines.
        outline: float64 [m, 2], a closed polygon around all of them, without holes.
        kind: its class or source, as a number.
        factor: how much larger than others it is drawn.
    """

    strokes: Strokes
    outline: Points
    kind: int = 0
    factor: float = 1.0

    @property
    def area(self) -> float:
        return float(shapely.Polygon(self.outline).area)

    @property
    def perimeter(self) -> float:
        return float(shapely.Polygon(self.outline).length)

    @functools.cached_property
    def radius(self) -> float:
        """How far its outline reaches from its middle."""
        return float(np.hypot(*self.outline.T).max())

    @functools.cached_property
    def inner_radius(self) -> float:
        """Of the largest circle around its middle that its outline holds; 0 where the middle lies outside."""
        outline, middle = shapely.Polygon(self.outline), shapely.Point(0.0, 0.0)
        return float(outline.exterior.distance(middle)) if outline.covers(middle) else 0.0


@dataclass(frozen=True)
class Placement:
    """Where a motif lies.

    Attributes:
        motif: its number among the motifs.
        degrees: turned clockwise on paper, after being flipped.
        flipped: mirrored left to right.
        size_mm: its larger side.
        centre_mm: where its middle lies.
    """

    motif: int
    degrees: float
    flipped: bool
    size_mm: float
    centre_mm: tuple[float, float]

    def to_json(self) -> dict[str, float]:
        """Place and size in whole micrometres, for reports."""
        x, y = self.centre_mm
        return {"x_mm": round(x, 3), "y_mm": round(y, 3), "size_mm": round(self.size_mm, 3)}

    def apply(self, points: Points) -> Points:
        """Points [n, 2] of the motif in mm."""
        placed: Points = points @ turning(self.degrees, self.flipped).T * self.size_mm + np.array(self.centre_mm)
        return placed


def motif_of(sketch: Sketch, kind: int = 0, factor: float = 1.0) -> Motif:
    """A sketch as a motif.

    Raises:
        InputError: it has no extent.
    """
    strokes = Strokes(sketch.points.astype(np.float64), np.concatenate([[0], np.cumsum(sketch.stroke_lengths)]))
    return replace(placed_motif(strokes)[0], kind=kind, factor=factor)


def placed_motif(strokes: Strokes) -> tuple[Motif, Placement]:
    """Strokes in mm as a motif, and the placement, as number 0, that puts it back where they are.

    Raises:
        InputError: they have no extent.
    """
    low = strokes.points.min(axis=0) if len(strokes) else np.zeros(2)
    high = strokes.points.max(axis=0) if len(strokes) else np.zeros(2)
    size = float((high - low).max())
    if not size > 0.0:
        raise InputError("a sketch without lines cannot be repeated", hint="choose another one")
    middle = (low + high) / 2.0
    unit = Strokes((strokes.points - middle) / size, strokes.offsets)
    return Motif(unit, _outline(unit)), Placement(0, 0.0, False, size, (float(middle[0]), float(middle[1])))


def outline_of(strokes: Strokes) -> Points:
    """A closed polygon [m, 2] in mm around strokes; a small square around a dot."""
    if not len(strokes) or not np.ptp(strokes.points, axis=0).any():
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])
        dot: Points = strokes.points[:1] + corners * (_DOT_MM / 2.0)
        return dot
    motif, placed = placed_motif(strokes)
    return placed.apply(motif.outline)


def _outline(strokes: Strokes) -> Points:
    lines = [shapely.LineString(line if len(line) > 1 else np.repeat(line, 2, axis=0)) for line in strokes.polylines()]
    hull = shapely.concave_hull(shapely.MultiPoint(strokes.points), ratio=_CONCAVITY)
    around = shapely.union_all([hull, *lines]).buffer(_OUTLINE_SHARE, quad_segs=2)
    if around.geom_type != "Polygon":
        around = shapely.convex_hull(around)
    # Simplifying moves the border by less than the buffer has pushed it out.
    simple = shapely.simplify(shapely.Polygon(around.exterior), 0.7 * _OUTLINE_SHARE)
    corners: Points = np.array(simple.exterior.coords)
    return corners


def turning(degrees: float, flipped: bool) -> NDArray[np.float64]:
    """The matrix that flips and then turns."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    sign = -1.0 if flipped else 1.0
    return np.array([[c * sign, -s], [s * sign, c]])


def random_turn(layout: Layout, rng: np.random.Generator) -> tuple[float, bool]:
    """An angle in degrees and whether to flip, as the layout allows."""
    return random_turns(layout, 1, rng)[0]


def random_turns(layout: Layout, count: int, rng: np.random.Generator) -> list[tuple[float, bool]]:
    """As many angles in degrees, and whether to flip, as the layout allows."""
    angles = TURNS[layout.turns]
    degrees = rng.choice(angles, count) if angles else rng.uniform(0.0, 360.0, count)
    return list(zip(degrees.tolist(), (rng.random(count) < layout.flip).tolist(), strict=True))


def arrange_rows(motifs: Sequence[Motif], layout: Layout, repeat: Repeat, rng: np.random.Generator) -> list[Placement]:
    """A grid over the box of the repeat's domain; each motif as large as its part of the domain allows.

    Parts that the domain fills by less than half stay empty, except that there is always one motif.

    Raises:
        InputError: the gap leaves no room.
    """
    domain = shapely.Polygon(repeat.domain_mm)
    left, top, right, bottom = domain.bounds
    width, height = (right - left) / layout.columns, (bottom - top) / layout.rows
    parts = [
        shapely.box(left + c * width, top + r * height, left + (c + 1) * width, top + (r + 1) * height)
        for r in range(layout.rows)
        for c in range(layout.columns)
    ]
    cut = [shapely.intersection(part, domain) for part in parts]
    rooms = [room for room in cut if room.area >= 0.5 * width * height] or [max(cut, key=lambda room: room.area)]
    whose = [number % len(motifs) for number in range(len(rooms))]
    if layout.unlike:
        pairs = neighbours(np.array([(room.centroid.x, room.centroid.y) for room in rooms]), repeat)
        whose = [whose[number] for number in kept_apart([motifs[m].kind for m in whose], pairs)]
    largest = max(motifs[m].factor for m in whose)
    inset = (-layout.overlap_mm if layout.overlap_mm else layout.gap_mm) / 2.0
    placements = []
    for motif, room in zip(whose, rooms, strict=True):
        degrees, flipped = random_turn(layout, rng)
        size, centre = _largest_fit(motifs[motif], turning(degrees, flipped), room.buffer(-inset))
        size *= float(rng.uniform(*layout.scale)) * motifs[motif].factor / largest
        stray = rng.uniform(-layout.jitter_mm, layout.jitter_mm, 2)
        placements.append(Placement(motif, degrees, flipped, size, (centre[0] + stray[0], centre[1] + stray[1])))
    return placements


def _largest_fit(
    motif: Motif, matrix: NDArray[np.float64], room: shapely.Geometry
) -> tuple[float, tuple[float, float]]:
    """The size and middle of the motif when it fills a region, by bisection."""
    if room.is_empty or room.area <= 0.0:
        raise InputError("the gap leaves no room for a motif", hint="choose a smaller gap or larger tiles")
    hull = shapely.get_coordinates(shapely.convex_hull(shapely.MultiPoint(motif.strokes.points @ matrix.T)))
    circle = shapely.maximum_inscribed_circle(room)
    best = (0.0, (room.centroid.x, room.centroid.y))
    for middle in (room.centroid.coords[0], circle.coords[0]):
        low, high = 0.0, 2.0 * math.hypot(room.bounds[2] - room.bounds[0], room.bounds[3] - room.bounds[1])
        for _ in range(_FIT_STEPS):
            size = (low + high) / 2.0
            fits = bool(shapely.covers(room, shapely.convex_hull(shapely.MultiPoint(hull * size + np.array(middle)))))
            low, high = (size, high) if fits else (low, size)
        if low > best[0] * (1.0 + 1e-6):
            best = (low, (float(middle[0]), float(middle[1])))
    return best


def design_of(
    motifs: Sequence[Motif],
    placements: Sequence[Placement],
    repeat: Repeat,
    pens: Sequence[Pen],
    *,
    kaleidoscope: bool = False,
    mirrored_pen: bool = False,
) -> Design:
    """Placed motifs as a design, the pens taking turns."""
    layers, numbers = [], []
    for index, pen in enumerate(pens):
        own = [(n, placed) for n, placed in enumerate(placements) if n % len(pens) == index]
        strokes = [motifs[placed.motif].strokes for _, placed in own]
        parts = [Strokes(p.apply(s.points), s.offsets) for (_, p), s in zip(own, strokes, strict=True)]
        layers.append(Layer(pen, Strokes.concatenate(parts)))
        numbers.append(np.repeat([n for n, _ in own], [len(part) for part in parts]).astype(np.int64))
    return Design(repeat, tuple(layers), tuple(numbers), kaleidoscope, mirrored_pen)


def with_locked(placements: Sequence[Placement], locked: Mapping[int, Placement]) -> list[Placement]:
    """Locked placements at their numbers, the others in between, in order."""
    rest = iter(placements)
    found = [locked[n] if n in locked else next(rest, None) for n in range(len(placements) + len(locked))]
    late = [placed for number, placed in sorted(locked.items()) if number >= len(found)]
    return [placed for placed in (*found, *rest, *late) if placed is not None]


def like_neighbours(motifs: Sequence[Motif], placements: Sequence[Placement], repeat: Repeat) -> float:
    """The share of neighbours, across all seams, that are of the same kind."""
    pairs = neighbours(np.array([placed.centre_mm for placed in placements]).reshape(-1, 2), repeat)
    return like_pairs([motifs[placed.motif].kind for placed in placements], pairs) / max(1, len(pairs))


def coverage(motifs: Sequence[Motif], placements: Sequence[Placement], repeat: Repeat, *, clipped: bool) -> float:
    """The share of the area that the motifs' outlines cover; ``clipped`` at the domain as in a kaleidoscope."""
    outlines = [shapely.make_valid(shapely.Polygon(p.apply(motifs[p.motif].outline))) for p in placements]
    if clipped:
        outlines = [shapely.intersection(outline, shapely.Polygon(repeat.domain_mm)) for outline in outlines]
    whole = shapely.union_all(outlines)
    if whole.is_empty:
        return 0.0
    images = [shapely.transform(whole, operation.apply) for operation in repeat.operations]
    box = repeat.rectangle
    copies = []
    for image in images:
        low, high = np.array(image.bounds[:2]), np.array(image.bounds[2:])
        moves = repeat.lattice_vectors(box.low - high, box.high - low)
        copies += [shapely.clip_by_rect(affinity.translate(image, *move), *box) for move in moves.tolist()]
    return float(shapely.union_all(copies).area / (box.right * box.bottom))


def _check(value: float, name: str, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InputError(f"a {name} of {value:g} is out of range", hint=f"choose a number from {low:g} to {high:g}")
