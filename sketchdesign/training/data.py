"""Drawings as training data: flat arrays, batches of similar length, augmentation.

A `DrawingSet` keeps every drawing as absolute points in one array, so that augmentation works on geometry and a set
of a hundred thousand drawings is a handful of arrays.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.groups import places_in_groups
from sketchdesign.core.strokes import PEN_DOWN, PEN_END, PEN_UP, FloatArray, IntArray, Sketch


@dataclass(frozen=True)
class DrawingSet:
    """Drawings of one or more classes.

    Attributes:
        points: float32 [P, 2], absolute, in the source's units (pixels for QuickDraw).
        lifts: bool [P], true on the last point of a stroke.
        starts: int64 [D + 1], where each drawing's points begin in ``points``.
        labels: int64 [D], index into ``classes``.
        classes: names of the classes.
    """

    points: FloatArray
    lifts: NDArray[np.bool_]
    starts: IntArray
    labels: IntArray
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def row_counts(self) -> IntArray:
        """Stroke-5 rows of each drawing before its end row: one fewer than points, the first being implicit."""
        return np.diff(self.starts) - 1

    @classmethod
    def build(cls, drawings: Mapping[str, Iterable[Sketch]], *, max_points: int, min_points: int = 3) -> DrawingSet:
        """Collect drawings by class name, leaving out those outside ``min_points..max_points``.

        The drawings may be generators: nothing is kept of them but their numbers.

        Raises:
            InputError: a class has no drawing left.
        """
        points, lifts = bytearray(), bytearray()  # which grow in place, unlike arrays
        sizes, labels = array("q"), array("q")
        for label, (name, sketches) in enumerate(drawings.items()):
            before = len(sizes)
            for sketch in map(with_written_start, sketches):
                if not min_points <= len(sketch) <= max_points:
                    continue
                lift = np.zeros(len(sketch), bool)
                lift[np.cumsum(sketch.stroke_lengths) - 1] = True
                points += sketch.points.tobytes()
                lifts += lift.tobytes()
                sizes.append(len(sketch))
                labels.append(label)
            if len(sizes) == before:
                raise InputError(f"class {name!r} has no drawing of {min_points} to {max_points} points")
        return cls(
            np.frombuffer(points, np.float32).reshape(-1, 2),
            np.frombuffer(lifts, bool),
            np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
            np.array(labels, np.int64),
            tuple(drawings),
        )

    def scale_factor(self) -> float:
        """Standard deviation of all offsets dx and dy, pooled (the reference's normalising scale).

        Raises:
            InputError: every drawing is a single dot.
        """
        offsets = np.diff(self.points, axis=0)
        inside = np.ones(len(offsets), bool)
        inside[self.starts[1:-1] - 1] = False
        deviation = float(offsets[inside].std(dtype=np.float64)) if inside.any() else 0.0
        if deviation == 0.0:
            raise InputError("the drawings have no extent: all their points coincide")
        return deviation

    def subset(self, index: IntArray) -> DrawingSet:
        """The drawings at ``index``, in that order."""
        sizes = np.diff(self.starts)[index]
        rows = _ranges(self.starts[index], sizes)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        return DrawingSet(self.points[rows], self.lifts[rows], starts, self.labels[index], self.classes)

    def sketches(self, index: IntArray) -> list[Sketch]:
        """The drawings at ``index`` as sketches, in the source's units."""
        parts = [slice(self.starts[place], self.starts[place + 1]) for place in index]
        lengths = [np.diff(np.flatnonzero(self.lifts[part]) + 1, prepend=0) for part in parts]
        return [Sketch(self.points[part], length) for part, length in zip(parts, lengths, strict=True)]


def with_written_start(sketch: Sketch) -> Sketch:
    """The sketch with a first stroke of at least two points.

    The first point of a drawing has no row of its own, so that a single dot in its place would vanish and its pen
    lift with it (see `Sketch.to_stroke3`).
    """
    if not len(sketch) or sketch.stroke_lengths[0] > 1:
        return sketch
    lengths = sketch.stroke_lengths.copy()
    lengths[0] = 2
    return Sketch(np.concatenate([sketch.points[:1], sketch.points]), lengths)


class Batch(NamedTuple):
    """Padded stroke-5 drawings, time-major.

    Attributes:
        strokes: float32 [T, B, 5] in model units, without start token, closed and padded with the end row.
        lengths: int64 [B], rows before the end row; T is at least their maximum plus 1.
        labels: int64 [B].
    """

    strokes: FloatArray
    lengths: IntArray
    labels: IntArray


@dataclass(frozen=True)
class Augmentation:
    """How a training drawing is varied each time it is seen.

    Attributes:
        scale: x and y are stretched by independent factors in ``1 +- scale``.
        drop: probability of leaving out a point inside a stroke.
        jitter_px: dequantisation noise, uniform in ``+- jitter_px``; spreads the integer grid's spikes.
    """

    scale: float = 0.15
    drop: float = 0.10
    jitter_px: float = 0.5


def make_batch(
    drawings: DrawingSet, scale_factor: float, augmentation: Augmentation | None = None, seed: tuple[int, ...] = ()
) -> Batch:
    """All drawings of a (small) set as one batch, divided by ``scale_factor``; varied if ``augmentation`` is given."""
    points: NDArray[np.floating] = drawings.points
    lifts, starts = drawings.lifts, drawings.starts
    if augmentation is not None:
        rng = np.random.default_rng(seed)
        points = points + rng.uniform(-augmentation.jitter_px, augmentation.jitter_px, points.shape)
        stretch = rng.uniform(1.0 - augmentation.scale, 1.0 + augmentation.scale, (len(drawings), 2))
        points = points * np.repeat(stretch, np.diff(starts), axis=0)
        keep = ~(_inside_strokes(lifts, starts) & (rng.random(len(points)) < augmentation.drop))
        starts = np.concatenate([[0], np.cumsum(keep)])[starts]
        points, lifts = points[keep], lifts[keep]
    return _pad(points / scale_factor, lifts, starts, drawings.labels)


def _pad(points: NDArray[np.floating], lifts: NDArray[np.bool_], starts: IntArray, labels: IntArray) -> Batch:
    lengths = np.diff(starts) - 1
    strokes = np.zeros((int(lengths.max()) + 1, len(labels), 5), np.float32)
    strokes[:, :, PEN_END] = 1.0
    column = np.repeat(np.arange(len(labels)), lengths)
    step = places_in_groups(lengths)
    source = _ranges(starts[:-1] + 1, lengths)
    strokes[step, column, :2] = points[source] - points[source - 1]
    strokes[step, column, PEN_UP] = lifts[source]
    strokes[step, column, PEN_DOWN] = ~lifts[source]
    strokes[step, column, PEN_END] = 0.0
    return Batch(strokes, lengths, labels)


def epoch_batches(row_counts: IntArray, batch_size: int, seed: tuple[int, ...], jitter: float = 0.1) -> list[IntArray]:
    """One epoch as index arrays of equal size, drawings of similar length together, in random order.

    Sorting by length keeps the padding small; the jitter makes other batches every epoch. A last incomplete batch is
    left out, unless it is the only one.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(row_counts * rng.uniform(1.0 - jitter, 1.0 + jitter, len(row_counts)), kind="stable")
    count = len(order) // batch_size
    if not count:
        return [order]
    # The few left over are taken from anywhere, not always from the longest.
    spare = rng.choice(len(order), len(order) - count * batch_size, replace=False)
    batches = np.delete(order, spare).reshape(count, batch_size)
    return list(batches[rng.permutation(count)])


def ordered_batches(row_counts: IntArray, batch_size: int) -> Iterator[IntArray]:
    """Every drawing exactly once, shortest first, for evaluation."""
    order = np.argsort(row_counts, kind="stable")
    for begin in range(0, len(order), batch_size):
        yield order[begin : begin + batch_size]


def _inside_strokes(lifts: NDArray[np.bool_], starts: IntArray) -> NDArray[np.bool_]:
    """Points that may be dropped: neither first nor last of their stroke, nor right behind the first."""
    first = np.concatenate([[True], lifts[:-1]])
    first[starts[:-1]] = True
    second = np.concatenate([[False], first[:-1]])
    inside: NDArray[np.bool_] = ~(first | second | lifts)
    return inside


def _ranges(begins: IntArray, sizes: IntArray) -> IntArray:
    """The concatenated ranges ``begin .. begin + size``."""
    return places_in_groups(sizes) + np.repeat(begins, sizes)
