from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sketchdesign.model.latent import four_corners, slerp

Vector = NDArray[np.float32]

VALUES = st.floats(-50.0, 50.0, width=32)
PAIRS = arrays(np.float32, (2, 1, 8), elements=VALUES)


def length(vectors: Vector) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(vectors.astype(np.float64), axis=-1))


@given(PAIRS)
def test_slerp_begins_and_ends_exactly(pair: Vector) -> None:
    first, second = pair
    assert np.array_equal(slerp(first, second, 0.0), first)
    assert np.array_equal(slerp(first, second, 1.0), second)


@given(PAIRS, st.floats(0.0, 1.0))
def test_slerp_backwards_is_slerp(pair: Vector, share: float) -> None:
    first, second = pair
    there, back = slerp(first, second, share), slerp(second, first, 1.0 - share)
    assert np.allclose(there, back, atol=1e-3 * (1.0 + length(pair).max()))


@given(PAIRS, st.floats(0.0, 1.0))
def test_between_vectors_of_one_length_it_stays_on_their_sphere(pair: Vector, share: float) -> None:
    lengths = length(pair)
    if lengths.min() < 1e-3:
        return
    first, second = (10.0 * vector / np.linalg.norm(vector) for vector in pair.astype(np.float64))
    cosine = float((first * second).sum()) / 100.0
    if cosine < -0.999:  # opposite vectors have no shortest arc
        return
    assert abs(length(slerp(first.astype(np.float32), second.astype(np.float32), share))[0] - 10.0) < 1e-2


@given(PAIRS, st.floats(0.0, 1.0), st.integers(0, 5))
def test_a_row_does_not_depend_on_the_others(pair: Vector, share: float, others: int) -> None:
    first, second = pair
    more = np.ones((others, 8), np.float32)
    many = slerp(np.concatenate([more, first]), np.concatenate([-more, second]), share)
    assert np.array_equal(many[-1:], slerp(first, second, share))


@given(arrays(np.float32, (4, 8), elements=VALUES), st.integers(2, 6), st.integers(2, 6))
def test_corners_of_a_grid_are_exact(corners: Vector, rows: int, columns: int) -> None:
    grid = four_corners(corners, rows, columns).reshape(rows, columns, -1)
    assert np.array_equal(grid[[0, 0, -1, -1], [0, -1, 0, -1]], corners)
