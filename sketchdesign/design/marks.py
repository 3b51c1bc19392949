"""The motifs of a tile as outlines, whoever drew it."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.design.layout import outline_of
from sketchdesign.design.symmetry import Points, Repeat
from sketchdesign.design.tile import Design
from sketchdesign.geometry.dedupe import selected

TOGETHER_MM = 0.5
"""Strokes this near to each other, or inside each other, are taken for parts of one motif."""


def outlines_of(design: Design, *, joined: bool = False) -> list[Points]:
    """An outline [m, 2] in mm for each motif of one cell, its images counted.

    Args:
        design: the tile.
        joined: it was put together from cut strokes, and so nothing is known of its motifs.
    """
    return stroke_outlines(design) if joined or design.kaleidoscope else motif_outlines(design)


def motif_outlines(design: Design) -> list[Points]:
    """An outline [m, 2] in mm for each image of each motif in one cell."""
    parts: dict[int, list[Strokes]] = {}
    for orbit in design.orbit:
        home = orbit.strokes.points - np.repeat(orbit.moves, np.diff(orbit.strokes.offsets), axis=0)
        strokes = Strokes(home, orbit.strokes.offsets)
        for owner in np.unique(orbit.owners).tolist():
            parts.setdefault(owner, []).append(selected(strokes, orbit.owners == owner))
    return [outline_of(Strokes.concatenate(own)) for own in parts.values()]


def stroke_outlines(design: Design) -> list[Points]:
    """The same where nothing is known of motifs: strokes that lie together across all seams make one.

    A stroke that touches its own copies, such as a stripe, stays by itself.
    """
    lines = [line for orbit in design.orbit for line in orbit.strokes.polylines()]
    hulls = shapely.convex_hull([shapely.MultiPoint(line) for line in lines])
    return [
        outline_of(Strokes.from_polylines(lines[number] + shift for number, shift in group))
        for group in _groups(hulls, design.repeat)
    ]


def _groups(hulls: NDArray[np.object_], repeat: Repeat) -> list[list[tuple[int, Points]]]:
    """Shapes of one cell that lie together: the numbers of each group, and the moves that bring them together."""
    bounds = shapely.bounds(hulls)
    low, high = bounds[:, :2], bounds[:, 2:]
    reach = (high - low).max(axis=0) + TOGETHER_MM
    moves = repeat.lattice_vectors(
        low.min(axis=0) - high.max(axis=0) - reach, high.max(axis=0) - low.min(axis=0) + reach
    )
    copies = np.concatenate([shapely.transform(hulls, move.__add__) for move in moves])
    first, second = shapely.STRtree(copies).query(hulls, predicate="dwithin", distance=TOGETHER_MM)
    neighbours: list[list[tuple[int, Points]]] = [[] for _ in hulls]
    endless = np.zeros(len(hulls), bool)
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        move = moves[other // len(hulls)]
        neighbours[one].append((other % len(hulls), move))
        endless[one] |= other % len(hulls) == one and bool(move.any())
    groups, seen = [[(number, np.zeros(2))] for number in np.flatnonzero(endless).tolist()], endless.copy()
    for number in np.flatnonzero(~endless).tolist():
        if seen[number]:
            continue
        seen[number] = True
        group = [(number, np.zeros(2))]
        for member, shift in group:
            for other, move in neighbours[member]:
                if not seen[other]:
                    seen[other] = True
                    group.append((other, shift + move))
        groups.append(group)
    return groups
