from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchdesign.core.errors import SketchFormatError
from sketchdesign.geometry import curves
from sketchdesign.geometry.curves import FLATNESS, Curves, flattened

LINE = [np.array([[0.0, 0.0], [5.0, 5.0]])]
ARCH = [np.array([[0.0, 0.0], [0.0, 50.0], [100.0, 50.0], [100.0, 0.0]])]
MIXED = [np.array([[1.0, 1.0], [2.0, 2.0]]), np.array([[2.0, 2.0], [50.0, 90.0], [100.0, 2.0]])]


def point_on(controls: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.broadcast_to(controls, (len(t), *controls.shape))
    while rows.shape[1] > 1:
        rows = rows[:, :-1] * (1 - t[:, None, None]) + rows[:, 1:] * t[:, None, None]
    return np.asarray(rows[:, 0])


def test_chains_become_flat_arrays_and_can_be_put_in_another_order() -> None:
    flat = Curves.from_chains([LINE, [], MIXED])
    assert flat.points.tolist() == [[0, 0], [5, 5], [1, 1], [2, 2], [50, 90], [100, 2]]
    assert flat.on_curve.tolist() == [True, True, True, True, False, True]
    assert flat.offsets.tolist() == [0, 2, 6]
    turned = flat.reordered(np.array([1, 0]))
    assert turned.offsets.tolist() == [0, 4, 6]
    assert turned.points[4:].tolist() == [[0, 0], [5, 5]]
    both = Curves.concatenate([flat, turned])
    assert both.offsets.tolist() == [0, 2, 6, 10, 12]
    assert Curves.from_chains([]).offsets.tolist() == Curves.concatenate([]).offsets.tolist() == [0]


def test_lines_stay_and_curves_are_followed_closely() -> None:
    points, offsets = flattened(Curves.from_chains([LINE, ARCH, MIXED]), 1000)
    first, arch, mixed = np.split(points, offsets[1:-1])
    assert first.tolist() == [[0, 0], [5, 5]]
    assert mixed[:2].tolist() == [[1, 1], [2, 2]]
    steps = len(arch) - 1
    np.testing.assert_allclose(arch, point_on(ARCH[0], np.arange(steps + 1) / steps), atol=1e-12)
    middles = point_on(ARCH[0], (np.arange(steps) + 0.5) / steps)
    chords = (arch[1:] + arch[:-1]) / 2
    assert np.hypot(*(middles - chords).T).max() <= 100.0 * FLATNESS
    assert steps < 60


def test_the_tolerance_sets_the_number_of_points(monkeypatch: pytest.MonkeyPatch) -> None:
    arches = Curves.from_chains([ARCH, MIXED] * 20)
    coarse, _ = flattened(arches, 10_000, 5.0)
    fine, offsets = flattened(arches, 10_000, 0.01)
    assert len(coarse) < len(fine) / 10
    monkeypatch.setattr(curves, "_BLOCK_POINTS", 100)
    again, same = flattened(arches, 10_000, 0.01)
    np.testing.assert_array_equal(again, fine)
    np.testing.assert_array_equal(same, offsets)


def test_limits() -> None:
    with pytest.raises(SketchFormatError, match="more than 9 points"):
        flattened(Curves.from_chains([ARCH]), 9)
    for bad in (np.inf, np.nan, 1e19):
        with pytest.raises(SketchFormatError, match="not a finite number"):
            flattened(Curves.from_chains([[np.array([[0.0, 0.0], [bad, 1.0]])]]), 9)
    still = [np.zeros((4, 2))]
    assert flattened(Curves.from_chains([still]), 9)[0].tolist() == [[0, 0], [0, 0]]
