from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sketchdesign.model.checkpoint import Model
from sketchdesign.model.latent import (
    analogy,
    around,
    fitted_gaussian,
    four_corners,
    path,
    path_legs,
    prior_gaussian,
    slerp,
    toward,
)

RNG = np.random.default_rng(2)


def vectors(count: int, size: int = 6) -> np.ndarray:
    return RNG.normal(size=(count, size)).astype(np.float32)


def test_a_quarter_turn() -> None:
    a, b = np.array([[2.0, 0.0]], np.float32), np.array([[0.0, 2.0]], np.float32)
    assert slerp(a, b, 1 / 3) == pytest.approx(np.array([[3**0.5, 1.0]]), abs=1e-6)


def test_nearly_parallel_vectors_go_straight() -> None:
    a = np.array([[1.0, 0.0]], np.float32)
    b = np.array([[2.0, 1e-5]], np.float32)
    assert slerp(a, b, 0.5) == pytest.approx(np.array([[1.5, 5e-6]]), abs=1e-7)
    assert np.isfinite(slerp(a, -a, 0.3)).all()
    assert np.isfinite(slerp(a, 0 * a, 0.3)).all()


def test_a_grid_has_its_corners_exactly_and_goes_down_before_across() -> None:
    corners = vectors(4)
    grid = four_corners(corners, 4, 5).reshape(4, 5, -1)
    for (row, column), corner in zip([(0, 0), (0, -1), (-1, 0), (-1, -1)], corners, strict=True):
        assert np.array_equal(grid[row, column], corner)
    left = slerp(corners[None, 0], corners[None, 2], 1 / 3)
    right = slerp(corners[None, 1], corners[None, 3], 1 / 3)
    assert np.array_equal(grid[1, 0], left[0])
    assert grid[1, 2] == pytest.approx(slerp(left, right, 0.5)[0], abs=1e-6)


def test_a_path_passes_its_pins() -> None:
    pins = vectors(4)
    way = path(pins, 10)
    assert np.array_equal(way[[0, 9]], pins[[0, 3]])
    assert way[[3, 6]] == pytest.approx(pins[[1, 2]], abs=1e-6)
    assert path_legs(4, 10)[0].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert path_legs(4, 10)[1][-1] == 1.0


def test_arithmetic() -> None:
    a, b, c = vectors(3)
    assert np.array_equal(analogy(a, b, c, 0.0), a)
    assert analogy(a, b, c, 1.0, rescaled=False) == pytest.approx(a - b + c, abs=1e-6)
    kept = analogy(a, b, c, 1.0)
    assert np.linalg.norm(kept) == pytest.approx(np.linalg.norm(a), rel=1e-6)
    assert kept / np.linalg.norm(kept) == pytest.approx((a - b + c) / np.linalg.norm(a - b + c), abs=1e-6)
    assert not analogy(a, a, np.zeros_like(a), 1.0).any(), "nothing has no length to change"
    assert np.array_equal(toward(a, b, c, 0.0), a)
    assert toward(b, b, c, 1.0) == pytest.approx(c, abs=1e-6)
    assert np.linalg.norm(around(a, vectors(7), 1.5) - a, axis=1) == pytest.approx(np.full(7, 1.5), abs=1e-5)


def test_gaussians_fall_back_from_fitted_to_learned_to_standard(tiny_model: Callable[..., Model]) -> None:
    from dataclasses import replace

    plain = tiny_model()
    assert plain.latent is not None
    assert np.array_equal(fitted_gaussian(plain, 0).mean, plain.latent.mean[0])
    assert np.array_equal(prior_gaussian(plain, 0).factor, np.eye(6))
    learned = tiny_model(classes=("cat", "pig"), class_count=2, class_size=4, learned_prior=True)
    learned.network.prior_mu.data[1] = 3.0
    learned.network.prior_log_variance.data[1] = np.log(4.0)
    bare = fitted_gaussian(replace(learned, latent=None), 1)
    assert bare.mean == pytest.approx(np.full(6, 3.0))
    assert np.diag(bare.factor) == pytest.approx(np.full(6, 2.0))
