from __future__ import annotations

import numpy as np

from sketchdesign.model.latent import slerp


def test_the_way_along_a_quarter_circle() -> None:
    first, second = np.array([[1.0, 0.0]], np.float32), np.array([[0.0, 1.0]], np.float32)
    for share in (0.0, 0.25, 0.5, 1.0):
        angle = share * np.pi / 2
        assert np.allclose(slerp(first, second, share), [[np.cos(angle), np.sin(angle)]], atol=1e-6)


def test_length_is_kept_between_vectors_of_one_length() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 20, 64)).astype(np.float32)
    first, second = (5.0 * side / np.linalg.norm(side, axis=1, keepdims=True) for side in (first, second))
    assert np.allclose(np.linalg.norm(slerp(first, second, 0.4), axis=1), 5.0, atol=1e-4)


def test_equal_opposite_and_zero_vectors_give_numbers() -> None:
    first = np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0]], np.float32)
    second = np.array([[3.0, 4.0], [-1.0, 0.0], [2.0, 0.0]], np.float32)
    middle = slerp(first, second, 0.5)
    assert np.allclose(middle[0], [3.0, 4.0])
    assert np.isfinite(middle).all()
    assert middle.dtype == np.float32
