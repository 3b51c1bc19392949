"""Hidden lines: what was drawn before disappears behind the motifs drawn after it, as if they were filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import IntArray
from sketchdesign.geometry.segments import Chained, Segments, chained, segments_of
from sketchdesign.geometry.silhouette import CLOSING_MM, OpenMotifs, silhouettes

if TYPE_CHECKING:
    import shapely

SHORTEST_MM = 1e-6
"""Visible parts shorter than this are left out: they come from rounding."""

_Array = NDArray[np.float64]


class _Spans(NamedTuple):
    """Parts of segments, from a share of their length to another."""

    segments: IntArray
    begins: _Array
    ends: _Array


def occlude_groups(
    groups: Sequence[Strokes],
    ranks: Sequence[int] | None = None,
    *,
    closing_mm: float = CLOSING_MM,
    open_motifs: OpenMotifs = OpenMotifs.CLEAR,
    margin_mm: float = 0.0,
) -> list[Strokes]:
    """Groups of strokes without what lies behind later ones.

    A group is a motif, or the part of one that one pen draws. What it covers is told in `silhouettes`. Lines on the
    very border of a later motif are hidden, so that what two motifs share is drawn once. Strokes keep their direction
    and order, and are cut nowhere else; a closed one that is cut may leave a part that begins where it began.

    In a pattern that repeats, motifs also hide what reaches over from the neighbouring tiles. Pass each motif together
    with its copies moved by whole periods that reach into the tile, as groups of the same rank, and keep of the result
    the group that is not a copy.

    Args:
        groups: strokes in mm.
        ranks: the place of each group in the order of drawing, by default its index. Groups of one rank are one motif
            and do not hide one another.
        closing_mm, open_motifs, margin_mm: as in `silhouettes`.

    Returns:
        As many groups; those wholly hidden are empty.

    Raises:
        InputError: there are more or fewer ranks than groups, or a length is negative.
    """
    if ranks is not None and len(ranks) != len(groups):
        raise InputError(f"{len(groups)} groups of strokes cannot have {len(ranks)} ranks", hint="give one for each")
    order = np.arange(len(groups)) if ranks is None else np.asarray(ranks, np.int64)
    levels, motifs = np.unique(order, return_inverse=True)
    members: list[list[Strokes]] = [[] for _ in levels]
    for group, motif in zip(groups, motifs.tolist(), strict=True):
        members[motif].append(group)
    whole = [Strokes.concatenate(parts) for parts in members]
    areas = silhouettes(whole, closing_mm=closing_mm, open_motifs=open_motifs, margin_mm=margin_mm)
    strokes = Strokes.concatenate(groups)
    owners = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    seen = _visible(strokes, motifs[owners], areas)
    return _split(seen.strokes, owners[seen.numbers], len(groups))


def occlude_drawing(drawing: Drawing, *, closing_mm: float = CLOSING_MM, margin_mm: float = 0.0) -> Drawing:
    """A drawing in which each closed stroke hides what was drawn before it, also by other pens.

    The strokes of a file do not say which belong to one motif, so each is one of its own: open strokes hide nothing.

    Raises:
        InputError: a length is negative.
    """
    layers = [layer.strokes for layer in drawing.layers]
    strokes = Strokes.concatenate(layers)
    areas = silhouettes(_single(strokes), closing_mm=closing_mm, margin_mm=margin_mm)
    seen = _visible(strokes, np.arange(len(strokes)), areas)
    owners = np.repeat(np.arange(len(layers)), [len(layer) for layer in layers])
    left = _split(seen.strokes, owners[seen.numbers], len(layers))
    return drawing.with_layers(
        replace(layer, strokes=strokes) for layer, strokes in zip(drawing.layers, left, strict=True)
    )


def _single(strokes: Strokes) -> list[Strokes]:
    return [Strokes(line, np.array([0, len(line)])) for line in strokes.polylines()]


def _split(strokes: Strokes, owners: IntArray, count: int) -> list[Strokes]:
    """Strokes by their owner, which rises: one group for each number below ``count``."""
    firsts = np.searchsorted(owners, np.arange(count + 1))
    cuts = strokes.offsets[firsts]
    return [
        Strokes(strokes.points[begin:end], strokes.offsets[first : last + 1] - begin)
        for first, last, begin, end in zip(firsts[:-1], firsts[1:], cuts[:-1], cuts[1:], strict=True)
    ]


def _visible(strokes: Strokes, motifs: IntArray, areas: Sequence[shapely.Geometry | None]) -> Chained:
    """What is left of strokes [S], each of one motif, where later motifs cover theirs."""
    segments = segments_of(strokes.points, strokes.offsets)
    hidden = _hidden(segments, motifs[segments.numbers], areas)
    if not len(hidden.segments):
        return Chained(strokes, np.arange(len(strokes)))
    spans = _remaining(hidden, segments)
    steps = segments.ends - segments.begins
    whose = spans.segments
    firsts = segments.begins[whose] + steps[whose] * spans.begins[:, None]
    lasts = segments.begins[whose] + steps[whose] * spans.ends[:, None]
    cut_before, cut_behind = spans.begins > 0.0, spans.ends < 1.0
    lasts[~cut_behind] = segments.ends[whose[~cut_behind]]
    return chained(firsts, lasts, segments.numbers[whose], whose, cut_before, cut_behind)


def _hidden(segments: Segments, motifs: IntArray, areas: Sequence[shapely.Geometry | None]) -> _Spans:
    """The parts of segments [n] that areas of later motifs cover, in no order; they may overlap."""
    import shapely

    covering = np.array([number for number, area in enumerate(areas) if area is not None], np.int64)
    shapes = np.array([area for area in areas if area is not None], object)
    lines = shapely.linestrings(np.stack([segments.begins, segments.ends], axis=1))
    dots = (segments.begins == segments.ends).all(axis=1)
    lines[dots] = shapely.points(segments.begins[dots])
    shapely.prepare(shapes)
    over, under = shapely.STRtree(lines).query(shapes, predicate="intersects")
    later = covering[over] > motifs[under]
    over, under = over[later], under[later]
    inside = shapely.contains_properly(shapes[over], lines[under])
    gone = np.zeros(len(lines), bool)
    gone[under[inside]] = True
    over, under = over[~gone[under]], under[~gone[under]]
    pieces, owners = shapely.get_parts(shapely.intersection(lines[under], shapes[over]), return_index=True)
    drawn = ~shapely.is_empty(pieces)
    begins, ends, parts = _shares(segments, pieces[drawn], under[owners[drawn]])
    whole = np.flatnonzero(gone)
    return _Spans(
        np.concatenate([whole, parts]),
        np.concatenate([np.zeros(len(whole)), begins]),
        np.concatenate([np.ones(len(whole)), ends]),
    )


def _shares(segments: Segments, pieces: NDArray[np.object_], whose: IntArray) -> tuple[_Array, _Array, IntArray]:
    """Where pieces of segments begin and end as shares of their lengths, and the segments; points are left out."""
    import shapely

    points, owners = shapely.get_coordinates(pieces, return_index=True)
    steps = segments.ends - segments.begins
    squares = (steps**2).sum(axis=1)
    rows = whose[owners]
    along = ((points - segments.begins[rows]) * steps[rows]).sum(axis=1) / np.where(squares > 0.0, squares, 1.0)[rows]
    low, high = np.full(len(pieces), np.inf), np.full(len(pieces), -np.inf)
    np.minimum.at(low, owners, along)
    np.maximum.at(high, owners, along)
    long = (high - low) * np.sqrt(squares[whose]) > SHORTEST_MM
    # A stroke of one point is a segment without length: it is hidden or not.
    dots = squares[whose] == 0.0
    low[dots], high[dots] = 0.0, 1.0
    kept = long | dots
    return low[kept], high[kept], whose[kept]


def _remaining(hidden: _Spans, segments: Segments) -> _Spans:
    """What hidden parts leave of all segments, in order."""
    lengths = np.hypot(*(segments.ends - segments.begins).T)
    count = len(lengths)
    # Segment k stands on the number line from 2k to 2k + 1, so that one sweep serves all of them.
    begins = np.concatenate([2.0 * hidden.segments + hidden.begins.clip(0.0, 1.0), 2.0 * np.arange(count) + 1.0])
    ends = np.concatenate([2.0 * hidden.segments + hidden.ends.clip(0.0, 1.0), 2.0 * np.arange(count) + 2.0])
    order = np.argsort(begins, kind="stable")
    reached = np.append(0.0, np.maximum.accumulate(ends[order])[:-1])
    whose = np.minimum(reached // 2, count - 1).astype(np.int64)
    first, last = reached - 2.0 * whose, begins[order] - 2.0 * whose
    seen = (last - first) * np.where(lengths[whose] > 0.0, lengths[whose], 1.0) > SHORTEST_MM
    return _Spans(whose[seen], first[seen], last[seen])
