"""Many sketches as small grey pictures, for programs that look at drawings rather than at pen movements.

Lines are laid down as dense samples, each shared among the four pixels around it in proportion to its nearness
(bilinear splatting). That is the line's length seen through a tent as wide as a pixel: antialiased, the same width
everywhere, and one pass over flat arrays for any number of sketches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.strokes import FloatArray, IntArray, Sketch

SIZE_PX = 48
MARGIN_PX = 2.0
LINE_GAIN = 1.5
"""Darkness of a line through pixel centres, before it is cut off at 1; more makes lines wider."""

_SAMPLES_PER_PX = 2.0
_SKETCHES_PER_PASS = 256
"""So many keep their samples in the processor's cache."""


class Outlines(NamedTuple):
    """Sketches as flat arrays.

    Attributes:
        points: float [P, 2], absolute, y down.
        lifts: bool [P], true on the last point of a stroke.
        starts: int64 [N + 1], where each sketch's points begin.
    """

    points: NDArray[np.floating]
    lifts: NDArray[np.bool_]
    starts: IntArray

    def part(self, begin: int, end: int) -> Outlines:
        """The sketches from ``begin`` to before ``end``."""
        rows = slice(int(self.starts[begin]), int(self.starts[end]))
        return Outlines(self.points[rows], self.lifts[rows], self.starts[begin : end + 1] - self.starts[begin])


def outlines(sketches: Sequence[Sketch]) -> Outlines:
    """The points and pen lifts of sketches, one after the other."""
    points = np.concatenate([np.empty((0, 2), np.float32), *(sketch.points for sketch in sketches)])
    lengths = np.concatenate([np.empty(0, np.int64), *(sketch.stroke_lengths for sketch in sketches)])
    lifts = np.zeros(len(points), bool)
    lifts[np.cumsum(lengths) - 1] = True
    return Outlines(points, lifts, np.cumsum([0, *map(len, sketches)], dtype=np.int64))


def rasterise(drawn: Outlines, size_px: int = SIZE_PX) -> NDArray[np.uint8]:
    """Grey pictures of sketches, each scaled to fit and centred, its aspect kept.

    Args:
        drawn: the sketches; one without points gives an empty picture.
        size_px: side of the pictures.

    Returns:
        uint8 [N, size_px, size_px], 0 for paper and 255 for ink.
    """
    count = len(drawn.starts) - 1
    pictures = np.zeros((count, size_px, size_px), np.uint8)
    for begin in range(0, count, _SKETCHES_PER_PASS):
        end = min(count, begin + _SKETCHES_PER_PASS)
        part = drawn.part(begin, end)
        if len(part.points):
            ink = _splatted(_samples(_fitted(part, size_px), part), end - begin, size_px)
            pictures[begin:end] = np.minimum(np.rint(ink * (255.0 * LINE_GAIN)), 255.0)
    return pictures


class _Samples(NamedTuple):
    """Dots of ink: where [M, 2], how much of it in pixels of line [M], and of which sketch [M]."""

    where: FloatArray
    weight: FloatArray
    owner: IntArray


def _fitted(drawn: Outlines, size_px: int) -> FloatArray:
    """The points in pixels, pixel centres at whole numbers."""
    points = drawn.points.astype(np.float64)
    sizes = np.diff(drawn.starts)
    full = np.flatnonzero(sizes)
    low = np.minimum.reduceat(points, drawn.starts[full])
    high = np.maximum.reduceat(points, drawn.starts[full])
    extent = (high - low).max(axis=1)
    scale = np.divide(size_px - 1 - 2.0 * MARGIN_PX, extent, out=np.ones_like(extent), where=extent > 0.0)
    owner = np.repeat(np.arange(len(full)), sizes[full])
    fitted: FloatArray = ((points - (low + high)[owner] / 2.0) * scale[owner, None] + (size_px - 1) / 2.0).astype(
        np.float32
    )
    return fitted


def _samples(points: FloatArray, drawn: Outlines) -> _Samples:
    """Samples along all strokes, and half a pixel's worth of ink at both their ends: round caps, and dots."""
    owner = np.repeat(np.arange(len(drawn.starts) - 1), np.diff(drawn.starts))
    first = np.concatenate([[True], drawn.lifts[:-1]])
    first[drawn.starts[:-1][np.diff(drawn.starts) > 0]] = True
    begins = np.flatnonzero(~first) - 1
    step = points[begins + 1] - points[begins]
    length = np.hypot(step[:, 0], step[:, 1])
    counts = np.ceil(length * _SAMPLES_PER_PX).astype(np.int64)
    line = np.repeat(np.arange(len(begins)), counts)
    place = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = np.float32(1.0) / np.maximum(counts, 1).astype(np.float32)
    along = (place.astype(np.float32) + np.float32(0.5)) * share[line]
    caps = np.concatenate([np.flatnonzero(first), np.flatnonzero(np.append(first[1:], True))])
    return _Samples(
        np.concatenate([points[begins][line] + along[:, None] * step[line], points[caps]]),
        np.concatenate([(length * share)[line], np.full(len(caps), 0.5, np.float32)]),
        np.concatenate([owner[begins][line], owner[caps]]),
    )


def _splatted(samples: _Samples, count: int, size_px: int) -> NDArray[np.float64]:
    corner = samples.where.astype(np.int64)  # rounds down, since all lie inside the margin
    x, y = (samples.where - corner).T
    below, above = samples.weight * y, samples.weight * (np.float32(1.0) - y)
    pixel = (samples.owner * size_px + corner[:, 1]) * size_px + corner[:, 0]
    ink = np.zeros(count * size_px * size_px)
    for offset, weight in (
        (0, above * (np.float32(1.0) - x)),
        (1, above * x),
        (size_px, below * (np.float32(1.0) - x)),
        (size_px + 1, below * x),
    ):
        ink += np.bincount(pixel + offset, weight, len(ink))
    return ink.reshape(count, size_px, size_px)
