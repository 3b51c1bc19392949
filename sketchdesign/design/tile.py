"""From motifs in one cell to tiles and sheets: whole strokes of the infinite pattern, cut once or not at all."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import IntArray
from sketchdesign.design.symmetry import Points, Repeat
from sketchdesign.geometry.clip import ON_EDGE_MM, Box, clip_to_box, clip_to_polygon
from sketchdesign.geometry.dedupe import first_copies, selected, stroke_centres

MOST_POINTS = 20_000_000
"""More points than this on one sheet are refused."""

CLEAR_MM = 0.002
"""Two steps of the decimals that files are written with."""


@dataclass(frozen=True)
class Design:
    """Motifs and how they repeat.

    Attributes:
        repeat: the repeat.
        layers: for each pen the strokes of the motifs as they lie in the repeat's domain, in mm.
        motifs: for each layer the number of the motif that each stroke belongs to.
        kaleidoscope: whether motifs end at the border of the domain, where their mirror images begin.
        mirrored_pen: whether mirror images are drawn with the next pen (counterchange); a stroke that is its own mirror
            image keeps its pen.
    """

    repeat: Repeat
    layers: tuple[Layer, ...]
    motifs: tuple[IntArray, ...]
    kaleidoscope: bool = False
    mirrored_pen: bool = False

    @functools.cached_property
    def orbit(self) -> tuple[_Orbit, ...]:
        """For each layer every stroke of one cell, its images under all operations.

        None equals another, or a lattice move of another.
        """
        return tuple(_orbits(self))


@dataclass(frozen=True)
class _Orbit:
    """Images of strokes, each moved into the cell at the origin.

    Attributes:
        strokes: in mm, the mean of each one's points in the cell at the origin.
        moves: float64 [n, 2], the lattice vector that brought each there from its place in its motif.
        owners: int64 [n], which image of which motif each stroke belongs to.
    """

    strokes: Strokes
    moves: Points
    owners: IntArray

    def only(self, which: NDArray[np.bool_]) -> _Orbit:
        return _Orbit(selected(self.strokes, which), self.moves[which], self.owners[which])


def _orbits(design: Design) -> list[_Orbit]:
    parts: list[list[_Orbit]] = [[] for _ in design.layers]
    for number, (layer, motifs) in enumerate(zip(design.layers, design.motifs, strict=True)):
        strokes = clip_to_polygon(layer.strokes, design.repeat.domain_mm) if design.kaleidoscope else layer.strokes
        # What is left of a stroke cut in two need not stay together: nobody moves a part of a kaleidoscope.
        whose = np.zeros(len(strokes), np.int64) if design.kaleidoscope else motifs
        images = _images(design.repeat, strokes, whose)
        if design.mirrored_pen:
            own, mirrored = _told_apart(design.repeat, images)
            parts[number].append(own)
            parts[(number + 1) % len(design.layers)].append(mirrored)
        else:
            parts[number].append(images)
    return [_once(_together(own)) for own in parts]


def _images(repeat: Repeat, strokes: Strokes, motifs: IntArray) -> _Orbit:
    """The images of strokes under all operations, mirror images last."""
    operations = sorted(enumerate(repeat.operations), key=lambda each: each[1].mirrors)
    images = [Strokes(operation.apply(strokes.points), strokes.offsets) for _, operation in operations]
    owners = [motifs * len(repeat.operations) + number for number, _ in operations]
    everything = Strokes.concatenate(images)
    moves = repeat.moves_into_cell(stroke_centres(everything))
    return _Orbit(_each_moved(everything, moves), moves, np.concatenate(owners))


def _told_apart(repeat: Repeat, images: _Orbit) -> tuple[_Orbit, _Orbit]:
    """The images that are no mirror images, and those that are.

    A stroke on a mirror axis is both. It counts as the former: its motif's own pen draws it, once.
    """
    images = _once(images)
    mirrors = np.array([operation.mirrors for operation in repeat.operations])
    mirrored = mirrors[images.owners % len(repeat.operations)]
    return images.only(~mirrored), images.only(mirrored)


def _together(orbits: Sequence[_Orbit]) -> _Orbit:
    return _Orbit(
        Strokes.concatenate(orbit.strokes for orbit in orbits),
        np.concatenate([np.empty((0, 2)), *(orbit.moves for orbit in orbits)]),
        np.concatenate([np.empty(0, np.int64), *(orbit.owners for orbit in orbits)]),
    )


def _once(orbit: _Orbit) -> _Orbit:
    return orbit.only(first_copies(orbit.strokes))


def pattern(design: Design, box: Box) -> list[Strokes]:
    """For each layer the whole strokes of the infinite pattern whose bounding boxes meet a rectangle.

    Raises:
        InputError: there would be more than `MOST_POINTS` points.
    """
    low = np.array([orbit.strokes.points.min(axis=0) for orbit in design.orbit if len(orbit.strokes)])
    high = np.array([orbit.strokes.points.max(axis=0) for orbit in design.orbit if len(orbit.strokes)])
    if not len(low):
        return [Strokes.empty() for _ in design.layers]
    moves = design.repeat.lattice_vectors(box.low - high.max(axis=0), box.high - low.min(axis=0))
    points = sum(len(orbit.strokes.points) for orbit in design.orbit)
    if (box.right - box.left) * (box.bottom - box.top) / design.repeat.cell_area_mm2 * points > MOST_POINTS:
        raise InputError(
            "the pattern has too many strokes for an area of this size", hint="use larger cells or a smaller page"
        )
    return [_copies(orbit.strokes, moves, box) for orbit in design.orbit]


def _copies(strokes: Strokes, moves: Points, box: Box) -> Strokes:
    if not len(strokes):
        return strokes
    low = np.minimum.reduceat(strokes.points, strokes.offsets[:-1], axis=0)
    high = np.maximum.reduceat(strokes.points, strokes.offsets[:-1], axis=0)
    copies = []
    for move in moves:
        meets = ((low + move <= box.high) & (high + move >= box.low)).all(axis=1)
        if meets.any():
            copies.append(_moved(selected(strokes, meets), move))
    return Strokes.concatenate(copies)


def cut_tile(design: Design) -> Drawing:
    """The straight-repeat rectangle with strokes cut at its edges: what leaves on one side enters on the other.

    The ends on opposite edges agree to the last bit, so that rounding them in a file cannot part them. Points nearer
    to an edge than `CLEAR_MM` are moved off it by as much, so that rounding cannot turn them into ends or crossings.
    """
    box = design.repeat.rectangle
    whole = pattern(design, box.grown(CLEAR_MM))
    cut = [clip_to_box(_clear_of_edges(strokes, box), box, half_open=True) for strokes in whole]
    return _on_page(design, box, [_welded(strokes, box) for strokes in cut])


def overhang_tile(design: Design) -> Drawing:
    """One repeat of uncut motifs, each once: moved and edited they stay whole, and repeated they make the pattern.

    Motifs whose middle lies in the straight-repeat rectangle are drawn; they may reach over its edges.
    """
    repeat, size = design.repeat, np.array(design.repeat.rectangle_mm)
    middles = motif_middles(design)
    layers = []
    for orbit in design.orbit:
        own = np.array([middles[owner] for owner in orbit.owners.tolist()]).reshape(-1, 2)
        copies = []
        for move in repeat.moves_into_cell(own)[None] + repeat.cell_moves[:, None]:
            into_rectangle = -np.floor((own + move) / size + ON_EDGE_MM) * size
            copies.append(_each_moved(orbit.strokes, move + into_rectangle - orbit.moves))
        layers.append(Strokes.concatenate(copies))
    return _on_page(design, repeat.rectangle, layers)


def sheet(design: Design, page: Page, margin_mm: float = 0.0, origin_mm: tuple[float, float] | None = None) -> Drawing:
    """The pattern over a page, from whole strokes that are cut nowhere but at the margin.

    Args:
        design: what to draw.
        page: the paper.
        margin_mm: free border.
        origin_mm: where the corner of a tile lies; by default at the corner of the margin.

    Raises:
        InputError: the margin leaves no room, or there would be too many strokes.
    """
    area = printable(page, margin_mm)
    origin = np.array(origin_mm if origin_mm is not None else (margin_mm, margin_mm))
    box = Box(*(area.low - origin), *(area.high - origin))
    layers = [_moved(clip_to_box(strokes, box), origin) for strokes in pattern(design, box)]
    return Drawing(page, tuple(replace(layer, strokes=s) for layer, s in zip(design.layers, layers, strict=True)))


def count_motifs(design: Design, box: Box) -> int:
    """How many motifs of the infinite pattern have their middle in a rectangle."""
    middles = np.array(list(motif_middles(design).values())).reshape(-1, 2)
    return sum(len(design.repeat.lattice_vectors(box.low - middle, box.high - middle)) for middle in middles)


def printable(page: Page, margin_mm: float) -> Box:
    """The page without its margin.

    Raises:
        InputError: nothing is left of it.
    """
    if margin_mm < 0:
        raise InputError("a margin cannot be negative", hint="use 0mm or more")
    if 2 * margin_mm >= min(page.width_mm, page.height_mm):
        raise InputError(f"a margin of {margin_mm:g} mm leaves nothing of the page", hint="choose a smaller margin")
    return Box(margin_mm, margin_mm, page.width_mm - margin_mm, page.height_mm - margin_mm)


def _on_page(design: Design, box: Box, strokes: Sequence[Strokes]) -> Drawing:
    layers = (replace(layer, strokes=own) for layer, own in zip(design.layers, strokes, strict=True))
    return Drawing(Page(box.right, box.bottom), tuple(layers))


def _moved(strokes: Strokes, by: NDArray[np.float64]) -> Strokes:
    return Strokes(strokes.points + by, strokes.offsets)


def _each_moved(strokes: Strokes, by: Points) -> Strokes:
    """Each stroke moved by its own vector of ``by`` [n, 2]."""
    return Strokes(strokes.points + np.repeat(by, np.diff(strokes.offsets), axis=0), strokes.offsets)


def _clear_of_edges(strokes: Strokes, box: Box) -> Strokes:
    """Points almost on an edge, moved to the side where their stroke comes from or goes to.

    Lines along an edge stay on it; so do ends where another stroke goes on at the other side, as on a mirror axis.
    """
    points = strokes.points.copy()
    starts, ends = strokes.offsets[:-1], strokes.offsets[1:] - 1
    for axis in (0, 1):
        for edge in (box.low[axis], box.high[axis]):
            away = points[:, axis] - edge
            near = np.abs(away) < CLEAR_MM
            side = _sides(np.where(near, 0.0, np.sign(away)), strokes.offsets)
            moved = near & (side != 0.0)
            tips = np.concatenate([starts, ends])
            tips = tips[moved[tips] & (np.abs(away[tips]) <= ON_EDGE_MM)]
            points[near & (side == 0.0), axis] = edge
            moved[tips[_met(points[tips, 1 - axis], side[tips])]] = False
            points[moved, axis] = edge + side[moved] * CLEAR_MM
    return Strokes(points, strokes.offsets)


def _sides(signs: NDArray[np.float64], offsets: IntArray) -> NDArray[np.float64]:
    """For each point the sign of the last point before it in its stroke that has one, else of the next one after it."""
    order = np.arange(len(signs))
    counts = np.diff(offsets)
    before = np.maximum.accumulate(np.where(signs != 0.0, order, -1))
    after = np.minimum.accumulate(np.where(signs != 0.0, order, len(signs))[::-1])[::-1]
    starts, ends = np.repeat(offsets[:-1], counts), np.repeat(offsets[1:], counts)
    found = np.where(before >= starts, before, np.where(after < ends, after, -1))
    sides: NDArray[np.float64] = np.where(found >= 0, signs[found], 0.0) if len(signs) else signs
    return sides


def _met(places: NDArray[np.float64], sides: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the ends at ``places`` [n] along an edge have another at the same place on the other side."""
    order = np.argsort(places, kind="stable")
    group = np.empty(len(places), np.int64)
    group[order] = np.cumsum(np.diff(places[order], prepend=-np.inf) > ON_EDGE_MM) - 1
    below, above = (np.bincount(group, weights=sides == sign, minlength=len(places)) for sign in (-1.0, 1.0))
    met: NDArray[np.bool_] = np.where(sides < 0.0, above[group], below[group]) > 0
    return met


def _welded(strokes: Strokes, box: Box) -> Strokes:
    """Ends at the same place on opposite edges get the same coordinates."""
    points = strokes.points.copy()
    ends = np.concatenate([strokes.offsets[:-1], strokes.offsets[1:] - 1])
    for axis, along in ((0, 1), (1, 0)):
        across = points[ends, axis]
        on_edge = ends[(across == box.low[axis]) | (across == box.high[axis])]
        on_edge = on_edge[np.argsort(points[on_edge, along], kind="stable")]
        places = points[on_edge, along]
        first = np.flatnonzero(np.diff(places, prepend=-np.inf) > ON_EDGE_MM)
        points[on_edge, along] = np.repeat(places[first], np.diff(first, append=len(places)))
    return Strokes(points, strokes.offsets)


def motif_middles(design: Design) -> dict[int, Points]:
    """The middle of the bounding box of each image of each motif, by its owner: see `_Orbit`."""
    operations = design.repeat.operations
    boxes: dict[int, tuple[Points, Points]] = {}
    for layer, motifs in zip(design.layers, design.motifs, strict=True):
        for line, motif in zip(layer.strokes.polylines(), motifs.tolist(), strict=True):
            key = 0 if design.kaleidoscope else motif
            low, high = boxes.get(key, (line[0], line[0]))
            boxes[key] = (np.minimum(low, line.min(axis=0)), np.maximum(high, line.max(axis=0)))
    return {
        motif * len(operations) + index: operation.apply((low + high) / 2.0)
        for motif, (low, high) in boxes.items()
        for index, operation in enumerate(operations)
    }
