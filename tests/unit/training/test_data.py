"""Drawings as arrays: nothing is lost, nothing leaks from one drawing into the next."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import PEN_END, PEN_UP, Sketch
from sketchdesign.training.data import (
    Augmentation,
    DrawingSet,
    epoch_batches,
    make_batch,
    ordered_batches,
    with_written_start,
)

DOT_FIRST = Sketch.from_polylines([[[5, 5]], [[7, 5], [8, 5], [9, 9]]])
PLAIN = Sketch.from_polylines([[[0, 0], [10, 0], [10, 10]], [[20, 20], [30, 20]]])


def test_a_batch_is_the_stroke5_of_its_sketches() -> None:
    sketches = [PLAIN, DOT_FIRST, Sketch.from_polylines([[[1, 2], [3, 4], [6, 6]]])]
    batch = make_batch(DrawingSet.build({"a": sketches}, max_points=9), scale_factor=4.0)
    assert batch.strokes.dtype == np.float32
    for column, sketch in enumerate(sketches):
        expected = sketch.transformed(0.25).to_stroke5(len(batch.strokes), implicit_first_point=True)
        assert np.array_equal(batch.strokes[:, column], expected)
        assert batch.lengths[column] == (expected[:, PEN_END] == 0).sum()


def test_a_dot_at_the_start_keeps_its_pen_lift() -> None:
    assert with_written_start(DOT_FIRST).stroke_lengths.tolist() == [2, 3]
    assert with_written_start(PLAIN) is PLAIN
    assert with_written_start(Sketch.empty()) == Sketch.empty()


def test_lengths_outside_the_limits_are_left_out() -> None:
    built = DrawingSet.build({"a": [PLAIN, DOT_FIRST.transformed(2)], "b": [PLAIN]}, max_points=5, min_points=5)
    assert len(built) == 3
    with pytest.raises(InputError, match="class 'b' has no drawing of 3 to 4 points"):
        DrawingSet.build({"a": [Sketch.from_polylines([[[0, 0], [1, 1], [2, 2]]])], "b": [PLAIN]}, max_points=4)


def test_the_scale_is_the_deviation_of_all_offsets_within_drawings(drawings: DrawingSet) -> None:
    offsets = [
        np.diff(drawings.points[a:b], axis=0) for a, b in zip(drawings.starts[:-1], drawings.starts[1:], strict=True)
    ]
    assert drawings.scale_factor() == pytest.approx(np.concatenate(offsets).std(dtype=np.float64))


def test_drawings_without_extent_have_no_scale() -> None:
    with pytest.raises(InputError, match="no extent"):
        DrawingSet.build({"a": [Sketch.from_polylines([[[3, 3]] * 4])]}, max_points=9).scale_factor()


def test_a_subset_holds_the_same_drawings_in_the_order_asked_for(drawings: DrawingSet) -> None:
    index = np.array([65, 3, 40])
    part = drawings.subset(index)
    assert np.array_equal(part.labels, drawings.labels[index])
    for place, source in enumerate(index):
        own = slice(part.starts[place], part.starts[place + 1])
        whole = slice(drawings.starts[source], drawings.starts[source + 1])
        assert np.array_equal(part.points[own], drawings.points[whole])
        assert np.array_equal(part.lifts[own], drawings.lifts[whole])
    assert len(drawings.subset(np.array([], np.int64))) == 0


def test_a_large_set_is_built_in_little_more_than_its_own_size() -> None:
    def many() -> Iterator[Sketch]:
        for shift in range(20_000):
            yield PLAIN.transformed(shift=(shift, 0))

    tracemalloc.start()
    try:
        built = DrawingSet.build({"a": many()}, max_points=9)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    size = built.points.nbytes + built.lifts.nbytes + built.starts.nbytes + built.labels.nbytes
    assert peak < 2.5 * size


def test_augmentation_keeps_strokes_and_their_ends(drawings: DrawingSet) -> None:
    plain = make_batch(drawings, 30.0)
    varied = make_batch(drawings, 30.0, Augmentation(scale=0.0, drop=0.9, jitter_px=0.0), (1, 2))
    assert (varied.lengths <= plain.lengths).all()
    assert varied.lengths.sum() < 0.8 * plain.lengths.sum()
    for column in range(len(drawings)):
        ends = [positions(batch.strokes[:, column])[batch.strokes[:, column, PEN_UP] == 1] for batch in (plain, varied)]
        np.testing.assert_allclose(ends[1], ends[0], atol=1e-4)
    assert (varied.strokes[:, :, 2:].sum(axis=2) == 1).all()
    assert (varied.strokes[-1, :, PEN_END] == 1).all()


def test_augmentation_drops_inner_points_only(drawings: DrawingSet) -> None:
    varied = make_batch(drawings, 1.0, Augmentation(scale=0.0, drop=0.9999, jitter_px=0.0), (1,))
    # First and second point and the end of each stroke stay, the very first without a row.
    assert np.array_equal(varied.lengths, np.where(drawings.labels == 0, 2, 5))


def test_stretching_is_one_factor_for_each_axis_of_a_drawing(drawings: DrawingSet) -> None:
    plain = make_batch(drawings, 1.0).strokes
    varied = make_batch(drawings, 1.0, Augmentation(scale=0.15, drop=0.0, jitter_px=0.0), (7,)).strokes
    with np.errstate(invalid="ignore"):
        factors = varied[:, :, :2] / plain[:, :, :2]
    low, high = np.nanmin(factors, axis=0), np.nanmax(factors, axis=0)
    np.testing.assert_allclose(low, high, atol=1e-4)
    assert low.min() > 0.849
    assert high.max() < 1.151
    assert np.abs(low[:, 0] - low[:, 1]).max() > 0.01


def test_jitter_stays_within_its_bounds_and_depends_on_the_seed(drawings: DrawingSet) -> None:
    plain = make_batch(drawings, 1.0).strokes
    noise = Augmentation(scale=0.0, drop=0.0, jitter_px=0.5)
    one, again, other = (make_batch(drawings, 1.0, noise, (seed,)).strokes for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert 0.5 < np.abs(one - plain).max() <= 1.0


def positions(rows: np.ndarray) -> np.ndarray:
    return np.cumsum(rows[:, :2], axis=0)


@pytest.mark.parametrize(("count", "size"), [(100, 10), (100, 32), (7, 3), (5, 8), (1, 1)])
def test_an_epoch_sees_every_drawing_once_but_for_an_incomplete_batch(count: int, size: int) -> None:
    rows = np.random.default_rng(1).integers(3, 100, count)
    batches = epoch_batches(rows, size, (1, 0))
    seen = np.concatenate(batches)
    assert len(np.unique(seen)) == len(seen) == (count // size * size if count >= size else count)
    assert {len(batch) for batch in batches} == {min(size, count)}


def test_over_epochs_every_drawing_is_seen_and_none_is_favoured() -> None:
    rows = np.random.default_rng(1).integers(3, 100, 50)
    counts = np.zeros(50, int)
    for epoch in range(60):
        np.add.at(counts, np.concatenate(epoch_batches(rows, 16, (1, epoch))), 1)
    assert counts.min() > 45


def test_batches_hold_drawings_of_similar_length_in_random_order() -> None:
    rows = np.random.default_rng(1).integers(3, 100, 640)
    batches = epoch_batches(rows, 64, (1, 0))
    assert np.mean([rows[batch].max() - rows[batch].mean() for batch in batches]) < 15
    longest = [rows[batch].max() for batch in batches]
    assert longest != sorted(longest)
    assert any(not np.array_equal(a, b) for a, b in zip(batches, epoch_batches(rows, 64, (1, 1)), strict=True))


def test_ordered_batches_hold_everything() -> None:
    rows = np.array([5, 1, 4, 2, 3])
    assert [batch.tolist() for batch in ordered_batches(rows, 2)] == [[1, 3], [4, 2], [0]]
    assert list(ordered_batches(np.array([], np.int64), 2)) == []
