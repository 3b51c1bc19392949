"""Strokes taken apart into segments, and put together again from what is left of them.

General overlay operations split a line wherever it crosses itself; a pen would lift there. So each segment is cut by
itself, and the parts that follow one another stay one stroke.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.groups import places_in_groups
from sketchdesign.core.strokes import IntArray

_Array = NDArray[np.float64]
_Mask = NDArray[np.bool_]


class Segments(NamedTuple):
    """Every segment of many strokes in order [n], and the number of its stroke.

    A stroke of one point is a segment of no length.
    """

    begins: _Array
    ends: _Array
    numbers: IntArray


class Chained(NamedTuple):
    """Strokes, and the number of the stroke that each was a part of [S]."""

    strokes: Strokes
    numbers: IntArray


def segments_of(points: _Array, offsets: IntArray) -> Segments:
    """The segments of strokes as `Strokes` holds them."""
    counts = np.maximum(np.diff(offsets) - 1, 1)
    numbers = np.repeat(np.arange(len(counts)), counts)
    first = offsets[:-1][numbers] + places_in_groups(counts)
    last = np.minimum(first + 1, offsets[1:][numbers] - 1)
    return Segments(points[first], points[last], numbers)


def chained(
    firsts: _Array, lasts: _Array, numbers: IntArray, places: IntArray, opened: _Mask, closed: _Mask
) -> Chained:
    """Strokes from pieces of segments [n]; a piece continues the one before unless either was cut or one is missing.

    Args:
        firsts, lasts: where the pieces begin and end, float64 [n, 2].
        numbers: the stroke that each was a part of, rising.
        places: its place among all pieces; neighbours in a stroke follow one another.
        opened, closed: whether its begin or its end is a cut.
    """
    if not len(firsts):
        return Chained(Strokes.empty(), numbers)
    begins_stroke = np.ones(len(firsts), bool)
    begins_stroke[1:] = (np.diff(numbers) != 0) | (np.diff(places) != 1) | opened[1:] | closed[:-1]
    single = (firsts == lasts).all(axis=1) & begins_stroke & np.append(begins_stroke[1:], True)
    counts = 1 + (begins_stroke & ~single)
    points = np.empty((int(counts.sum()), 2))
    after = np.cumsum(counts)
    points[after - 1] = lasts
    points[after[begins_stroke] - counts[begins_stroke]] = firsts[begins_stroke]
    offsets = np.append(after[begins_stroke] - counts[begins_stroke], len(points))
    return Chained(Strokes(points, offsets), numbers[begins_stroke])
