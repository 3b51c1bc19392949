from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchdesign.model import quality
from sketchdesign.model.quality import frechet_distance, nearest, precision_recall

Vectors = NDArray[np.float64]


def gaussian(mean: Vectors, root: Vectors, seed: int, count: int = 200) -> Vectors:
    """Vectors whose sample mean is exactly ``mean`` and whose sample covariance is exactly ``root @ root.T``."""
    noise = np.random.default_rng(seed).normal(size=(count, len(mean)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise, rowvar=False))).T
    return white @ root.T + mean


def test_frechet_distance_of_axis_aligned_gaussians_is_the_textbook_sum() -> None:
    first = gaussian(np.array([1.0, 0.0, 0.0]), np.diag([1.0, 2.0, 3.0]), seed=1)
    second = gaussian(np.array([0.0, 2.0, 0.0]), np.diag([2.0, 2.0, 1.0]), seed=2)
    assert frechet_distance(first, second) == pytest.approx((1 + 4) + (1 + 0 + 4))


def test_frechet_distance_of_turned_gaussians() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(2, 4, 4))
    got = frechet_distance(gaussian(np.zeros(4), first, seed=4), gaussian(np.ones(4), second, seed=5))
    a, b = first @ first.T, second @ second.T
    overlap = np.sqrt(np.linalg.eigvals(a @ b).real).sum()
    assert got == pytest.approx(4.0 + np.trace(a) + np.trace(b) - 2.0 * overlap)


def test_frechet_distance_of_a_set_to_itself_is_zero_even_where_it_is_flat() -> None:
    vectors = np.random.default_rng(6).normal(size=(5, 40)).astype(np.float32)
    assert frechet_distance(vectors, vectors) == pytest.approx(0.0, abs=1e-6)


def test_precision_and_recall_of_equal_and_of_distant_sets() -> None:
    vectors = np.random.default_rng(7).normal(size=(50, 3))
    assert precision_recall(vectors, vectors) == (1.0, 1.0)
    assert precision_recall(vectors, vectors + 100.0) == (0.0, 0.0)


def test_precision_and_recall_on_a_line_by_hand() -> None:
    real = np.array([[0.0], [1.0], [2.0], [10.0], [11.0]])  # reach with k = 1: 1 each
    drawn = np.array([[0.5], [0.6], [5.0]])  # reach with k = 1: 0.1, 0.1, 4.4
    # Drawn 0.5 and 0.6 lie near real 0 and 1; of the real ones, 1 and 2 lie in the reach of 5 and no others do.
    assert precision_recall(real, drawn, neighbours=1) == pytest.approx((2 / 3, 2 / 5))


def test_a_model_that_draws_one_thing_only_is_precise_and_recalls_little() -> None:
    rng = np.random.default_rng(8)
    real = rng.normal(size=(200, 2))
    found = precision_recall(real, rng.normal(size=(200, 2)) * 0.05)
    assert found.precision == 1.0
    assert found.recall < 0.2


def test_nearest_is_what_brute_force_finds_whatever_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    queries, references = rng.normal(size=(23, 5)), rng.normal(size=(31, 5))
    distances = np.linalg.norm(queries[:, None] - references, axis=2)
    for block in (31 * 4, 2**20):
        monkeypatch.setattr(quality, "_LARGEST_BLOCK", block)
        found = nearest(queries, references)
        assert np.array_equal(found.which, distances.argmin(axis=1))
        assert np.allclose(found.distance, distances.min(axis=1))


def test_a_copy_is_at_no_distance_at_all() -> None:
    references = (np.random.default_rng(10).normal(size=(40, 8)) + 1000.0).astype(np.float32)
    found = nearest(references[[7, 3]], references)
    assert found.distance.tolist() == [0.0, 0.0]
    assert found.which.tolist() == [7, 3]
