"""The croquis check: holes, alleyways, line-ups and crowds, which only show once a tile is repeated.

All are looked for on the torus, the cell whose opposite edges are one, so that faults across the seams count like any
others. An endless straight line closes on a torus only in the directions of its lattice vectors:
those are the directions in which bands and rows are looked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.design.symmetry import Points, Repeat
from sketchdesign.design.torus import Torus, directions, empty_circles, free_arcs

MOST_SHOWN = 12
"""Of each kind the worst so many are reported."""

MOST_MOTIFS = 20_000

_HOLE_RAMP = (1.25, 2.0)
_ALLEY_RAMP = (0.1, 0.6)
_ROW_RAMP = (1.0, 8.0)
_CROWD_RAMP = (1.35, 2.2)
"""Where a fault begins to count, and where it is as bad as can be; what of is said at each."""

_FARTHEST = 6
"""Lattice vectors are taken up to so many tiles across and down, those of rows up to a third of it."""

_APART = 0.9
"""Of the sum of their radii, how near empty circles may come to each other and count as two."""

_FEWEST_IN_A_ROW = 3
_WIDEST_STEP = 1.75
_WIDEST_ROW = 0.25
_SHARPEST_ROW = 0.01
"""Of the mean distance between motifs: the steps of a row, how far motifs may stray from it, and how little counts."""

_FEWEST_IN_A_CROWD = 4
_CROWD_CELLS = 96

_Array = NDArray[np.float64]


@dataclass(frozen=True)
class Hole:
    """An empty circle larger than the others; ``severity`` 0 to 1, as of all faults."""

    x_mm: float
    y_mm: float
    radius_mm: float
    severity: float


@dataclass(frozen=True)
class Alleyway:
    """An endless straight band without any motif.

    Attributes:
        x_mm, y_mm: a place in its middle.
        degrees: its direction, clockwise on paper from the x axis, 0 to 180.
        width_mm: how wide it is.
        step_mm: how far beside it its next copy runs.
        severity: 0 to 1.
    """

    x_mm: float
    y_mm: float
    degrees: float
    width_mm: float
    step_mm: float
    severity: float


@dataclass(frozen=True)
class LineUp:
    """An endless row of motifs, straighter than chance would have it.

    Attributes:
        x_mm, y_mm: a place on it.
        degrees: its direction, clockwise on paper from the x axis, 0 to 180.
        spread_mm: how far the middles of the motifs lie apart across it.
        motifs: how many there are before it repeats.
        step_mm: how far beside it its next copy runs.
        severity: 0 to 1.
    """

    x_mm: float
    y_mm: float
    degrees: float
    spread_mm: float
    motifs: int
    step_mm: float
    severity: float


@dataclass(frozen=True)
class Crowd:
    """A place where motifs cover ``density`` times as much as on the average."""

    x_mm: float
    y_mm: float
    radius_mm: float
    density: float
    severity: float


@dataclass(frozen=True)
class Croquis:
    """What was found, the worst of each kind first.

    Attributes:
        motifs: how many there are in one cell, images counted.
        spacing_mm: their mean distance: the side of the square that each would have for itself.
    """

    motifs: int
    spacing_mm: float
    holes: tuple[Hole, ...]
    alleyways: tuple[Alleyway, ...]
    line_ups: tuple[LineUp, ...]
    crowds: tuple[Crowd, ...]

    @property
    def scores(self) -> dict[str, float]:
        """For each kind of fault 1 less the severity of the worst."""
        return {name: 1.0 - max((fault.severity for fault in found), default=0.0) for name, found in self._faults()}

    @property
    def score(self) -> float:
        """0 to 1: half of it the mean of `scores`, half the lowest of them."""
        scores = list(self.scores.values())
        return (sum(scores) / len(scores) + min(scores)) / 2.0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, rounded to a micrometre."""
        return {
            "score": round(self.score, 4),
            "scores": {name: round(value, 4) for name, value in self.scores.items()},
            "motifs": self.motifs,
            **{name: [_rounded(fault) for fault in found] for name, found in self._faults()},
        }

    def _faults(self) -> Iterator[tuple[str, Sequence[Hole | Alleyway | LineUp | Crowd]]]:
        yield from (
            ("holes", self.holes),
            ("alleyways", self.alleyways),
            ("line_ups", self.line_ups),
            ("crowds", self.crowds),
        )


def _rounded(fault: Hole | Alleyway | LineUp | Crowd) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else round(value, 3) for name, value in vars(fault).items()}


Fault = TypeVar("Fault", Hole, Alleyway, LineUp, Crowd)


def check(outlines: Sequence[Points], repeat: Repeat) -> Croquis:
    """Look for faults among motifs on a torus.

    Args:
        outlines: for each motif of one cell, and each of its images there, the corners [m, 2] of a polygon around it in
            mm, wherever it lies.
        repeat: how cells repeat. Places are reported in its straight-repeat rectangle.

    Raises:
        InputError: there is no motif, or more than `MOST_MOTIFS`.
    """
    if not outlines:
        raise InputError("there is no motif to look at", hint="give a tile with lines")
    if len(outlines) > MOST_MOTIFS:
        raise InputError(f"{len(outlines)} motifs are too many to check", hint=f"check a tile of up to {MOST_MOTIFS}")
    torus = Torus(outlines, repeat)
    return Croquis(
        len(outlines),
        torus.spacing,
        tuple(_worst(_holes(torus))),
        tuple(_worst(_alleyways(torus))),
        tuple(_worst(_line_ups(torus))),
        tuple(_worst(_crowds(torus))),
    )


def _holes(torus: Torus) -> Iterator[Hole]:
    """Largest empty circles, none overlapping another; of the ramp: how much farther from motifs than the median."""
    from scipy.spatial import KDTree

    centres, radii = empty_circles(torus)
    if not len(radii):
        return
    size = np.array(torus.repeat.rectangle_mm)
    around = KDTree(centres, boxsize=size)
    free = np.ones(len(radii), bool)
    found = list[int]()
    for index in np.argsort(-radii, kind="stable").tolist():
        if not free[index] or len(found) == len(torus.centres):
            continue
        found.append(index)
        for place in (centres[index] + torus.repeat.cell_moves) % size:
            near = np.array(around.query_ball_point(place, 2.0 * radii[index]), np.int64)
            away = np.abs(centres[near] - place)
            distances = np.hypot(*np.minimum(away, size - away).T)
            free[near[distances < _APART * (radii[near] + radii[index])]] = False
    exact = torus.clearances(centres[found])
    ordinary = float(np.median(exact))
    for (x, y), radius in zip(centres[found].tolist(), exact.tolist(), strict=True):
        ratio = (radius + torus.radius) / (ordinary + torus.radius)
        yield Hole(x, y, radius, _ramp(ratio, _HOLE_RAMP))


def _alleyways(torus: Torus) -> Iterator[Alleyway]:
    """Bands between the projections of all motifs; of the ramp: their width in mean distances of motifs."""
    points, owners = shapely.get_coordinates(torus.shapes, return_index=True)
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    for direction in directions(torus.repeat, _FARTHEST):
        step = direction.step_mm
        across = points @ direction.normal
        begins, ends = np.minimum.reduceat(across, first), np.maximum.reduceat(across, first)
        for middle, width in free_arcs(begins, ends, step):
            severity = _ramp(width / torus.spacing, _ALLEY_RAMP)
            yield Alleyway(*torus.in_rectangle(direction.normal * middle), direction.degrees, width, step, severity)


def _line_ups(torus: Torus) -> Iterator[LineUp]:
    """Rows that chance would not have made; of the ramp: the powers of ten by which they are too many.

    A row counts by how many such rows motifs strewn at random would show (Desolneux, Moisan and Morel 2000, "Meaningful
    alignments"): n motifs, each the first of a row that m - 1 others join within a band, tested in every direction.
    """
    from scipy.special import gammainc

    count = len(torus.centres)
    tested = list(directions(torus.repeat, _FARTHEST // 3))
    for direction in tested:
        across = np.sort(torus.centres @ direction.normal % direction.step_mm)
        around = np.concatenate([across, across + direction.step_mm])
        fewest = max(_FEWEST_IN_A_ROW, math.ceil(direction.length_mm / (_WIDEST_STEP * torus.spacing)))
        rows = list[tuple[float, int, int]]()
        for members in range(fewest, min(count, 4 * fewest) + 1):
            spreads = around[members - 1 : members - 1 + count] - across
            width = np.maximum(spreads, _SHARPEST_ROW * torus.spacing)
            expected = count * width / direction.step_mm
            chance = len(tested) * count * gammainc(members - 1, expected)
            for index in np.flatnonzero((chance < 1.0) & (spreads <= _WIDEST_ROW * torus.spacing)).tolist():
                rows.append((float(chance[index]), index, members))
        taken = np.zeros(2 * count, bool)
        for chance, index, members in sorted(rows):
            if taken[index : index + members].any():
                continue
            taken[index : index + members] = True
            taken[:count] |= taken[count:]
            taken[count:] = taken[:count]
            spread = float(around[index + members - 1] - around[index])
            place = torus.in_rectangle(direction.normal * (around[index] + spread / 2.0))
            severity = _ramp(-math.log10(max(chance, 1e-300)), _ROW_RAMP)
            yield LineUp(*place, direction.degrees, spread, members, direction.step_mm, severity)


def _crowds(torus: Torus) -> Iterator[Crowd]:
    """Peaks of what motifs cover, blurred by their mean distance; of the ramp: the peak over the mean."""
    if len(torus.centres) < _FEWEST_IN_A_CROWD:
        return
    size = np.array(torus.repeat.rectangle_mm)
    cells = np.maximum(8, np.round(_CROWD_CELLS * size / size.max())).astype(int)
    steps = size / cells
    places = (np.stack(np.meshgrid(*(np.arange(n) + 0.5 for n in cells), indexing="ij"), axis=-1) * steps).reshape(
        -1, 2
    )
    covered = np.zeros(len(places))
    covered[shapely.STRtree(torus.copies(0.0)).query(shapely.points(places), predicate="intersects")[0]] = 1.0
    if not covered.any():
        return
    waves = np.meshgrid(*(np.fft.fftfreq(n, step) for n, step in zip(cells, steps, strict=True)), indexing="ij")
    blur = np.exp(-2.0 * (np.pi * torus.spacing) ** 2 * (waves[0] ** 2 + waves[1] ** 2))
    density = np.fft.ifft2(np.fft.fft2(covered.reshape(cells)) * blur).real.ravel() / covered.mean()
    left = density.copy()
    for _ in range(MOST_SHOWN):
        peak = int(left.argmax())
        severity = _ramp(float(left[peak]), _CROWD_RAMP)
        if not severity > 0.0:
            return
        x, y = places[peak].tolist()
        yield Crowd(x, y, 1.5 * torus.spacing, float(density[peak]), severity)
        left[torus.distances(places, places[peak]) < 3.0 * torus.spacing] = 0.0


def _worst(faults: Iterator[Fault]) -> list[Fault]:
    found = sorted((fault for fault in faults if fault.severity > 0.0), key=lambda fault: -fault.severity)
    return found[:MOST_SHOWN]


def _ramp(value: float, ends: tuple[float, float]) -> float:
    return min(1.0, max(0.0, (value - ends[0]) / (ends[1] - ends[0])))
