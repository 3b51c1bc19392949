"""Strokes of lines and Bezier curves in flat arrays, and the lines that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import SketchFormatError
from sketchdesign.core.groups import places_in_groups
from sketchdesign.core.strokes import LARGEST_COORDINATE, IntArray

FLATNESS = 1.0 / 2000.0
"""How far a line may leave its curve, as a share of the drawing's larger side."""

Points = NDArray[np.float64]

_BLOCK_POINTS = 1_000_000


class Curves(NamedTuple):
    """Strokes whose segments are lines, quadratic and cubic Bezier curves.

    Attributes:
        points: float64 [P, 2], every stroke's first point, then control points and end of one segment after the other.
        on_curve: bool [P], False for control points; at most two of them follow one another.
        offsets: int64 [S + 1], where each stroke's points begin.
    """

    points: Points
    on_curve: NDArray[np.bool_]
    offsets: IntArray

    @classmethod
    def from_chains(cls, chains: Iterable[Sequence[Points]]) -> Self:
        """From strokes as lists of segments, a segment being its 2 to 4 control points [n, 2] with both ends."""
        chains = [chain for chain in chains if chain]
        points = [piece for chain in chains for piece in (chain[0][:1], *(segment[1:] for segment in chain))]
        on_curve = [np.arange(len(piece)) == len(piece) - 1 for piece in points]
        sizes = [1 + sum(len(segment) - 1 for segment in chain) for chain in chains]
        return cls(
            np.concatenate([np.empty((0, 2)), *points]),
            np.concatenate([np.empty(0, bool), *on_curve]),
            np.cumsum([0, *sizes]),
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Curves]) -> Self:
        """All strokes of ``parts``, in order."""
        sizes = [np.diff(part.offsets) for part in parts]
        return cls(
            np.concatenate([np.empty((0, 2)), *(part.points for part in parts)]),
            np.concatenate([np.empty(0, bool), *(part.on_curve for part in parts)]),
            np.concatenate([np.zeros(1, np.int64), *sizes]).cumsum(),
        )

    def reordered(self, order: IntArray) -> Curves:
        """The strokes with the numbers ``order`` [n]."""
        sizes = np.diff(self.offsets)[order]
        offsets = np.concatenate([[0], sizes.cumsum()])
        rows = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][order] - offsets[:-1], sizes)
        return Curves(self.points[rows], self.on_curve[rows], offsets)


def flattened(curves: Curves, most_points: int, tolerance: float | None = None) -> tuple[Points, IntArray]:
    """Lines that stay within ``tolerance`` of the curves, by default `FLATNESS`, and keep all their ends.

    Returns:
        Points [P, 2], and where each stroke's begin, [S + 1].

    Raises:
        SketchFormatError: a coordinate is not a number of sensible size, or more than ``most_points`` are needed.
    """
    points, on_curve, offsets = curves
    if not len(points):
        return points, offsets
    if not (np.abs(points) <= LARGEST_COORDINATE).all():
        raise SketchFormatError("a coordinate of it is not a finite number of sensible size")
    if tolerance is None:
        tolerance = float(np.ptp(points, axis=0).max()) * FLATNESS
    ends = np.flatnonzero(on_curve)
    # The distance of an end from the one before it is the segment's degree; a stroke's first point counts as a line.
    degrees = np.diff(ends, prepend=-1)
    counts = np.ones(len(ends), np.int64)
    for degree in (2, 3):
        curved = np.flatnonzero(degrees == degree)
        counts[curved] = _pieces(_controls(points, ends[curved], degree), tolerance)
    if counts.sum() > most_points:
        raise SketchFormatError(f"its lines have more than {most_points} points", hint="simplify it")
    after = counts.cumsum()
    walked = np.empty((int(after[-1]), 2))
    walked[after - 1] = points[ends]
    for degree in (2, 3):
        for block in _blocks(np.flatnonzero((degrees == degree) & (counts > 1)), counts):
            rows, inner = _inner_points(_controls(points, ends[block], degree), counts[block])
            walked[np.repeat(after[block] - counts[block], counts[block] - 1) + rows] = inner
    strokes = np.searchsorted(ends, offsets[:-1])
    return walked, np.append((after - counts)[strokes], len(walked))


def _controls(points: Points, ends: IntArray, degree: int) -> Points:
    """The control points of the segments with these ends: [n, degree + 1, 2]."""
    controls: Points = points[ends[:, None] + np.arange(-degree, 1)]
    return controls


def _pieces(controls: Points, tolerance: float) -> IntArray:
    """How many equal parts of Bezier curves [n, degree + 1, 2] stay within the tolerance (Wang's bound): [n]."""
    degree = controls.shape[1] - 1
    if tolerance <= 0.0:
        return np.ones(len(controls), np.int64)
    bends = np.linalg.norm(np.diff(controls, 2, axis=1), axis=2).max(axis=1)
    pieces: IntArray = np.ceil(np.sqrt(degree * (degree - 1) / 8.0 * bends / tolerance)).astype(np.int64)
    return np.maximum(1, pieces)


def _blocks(segments: IntArray, counts: IntArray) -> list[IntArray]:
    """The segments in parts of bounded numbers of points."""
    if not len(segments):
        return []
    return np.split(segments, np.flatnonzero(np.diff(counts[segments].cumsum() // _BLOCK_POINTS)) + 1)


def _inner_points(controls: Points, counts: IntArray) -> tuple[IntArray, Points]:
    """Points between the ends of Bezier curves [n, degree + 1, 2] in ``counts`` [n] equal parts (de Casteljau).

    Returns:
        The place of each point among those of its curve, from 0, [m], and the points [m, 2].
    """
    inner = counts - 1
    rows = places_in_groups(inner)
    t = ((rows + 1) / np.repeat(counts, inner))[:, None, None]
    spans = np.repeat(controls, inner, axis=0)
    while spans.shape[1] > 1:
        spans = spans[:, :-1] * (1.0 - t) + spans[:, 1:] * t
    return rows, spans[:, 0]
