from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.geometry.dedupe import duplicate_pairs, first_copies, without_duplicates

LINE = np.array([[0.0, 0.0], [3.0, 1.0], [4.0, 4.0]])
RING = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [0.0, 0.0]])


def turned(ring: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    corners = np.roll(ring[:-1], by, axis=0)
    return np.concatenate([corners, corners[:1]])


def test_the_same_line_forwards_and_backwards_is_drawn_once() -> None:
    lines = Strokes.from_polylines([LINE, LINE + 5e-7, LINE[::-1], LINE + 1e-5])
    assert first_copies(lines).tolist() == [True, False, False, True]


def test_closed_strokes_may_begin_anywhere() -> None:
    lines = Strokes.from_polylines([RING, turned(RING, 1), turned(RING, 3)[::-1]])
    assert first_copies(lines).tolist() == [True, False, False]


def test_the_same_middle_is_not_the_same_line() -> None:
    cross = [
        np.array([[-1.0, 0.0], [1.0, 0.0]]),
        np.array([[0.0, -1.0], [0.0, 1.0]]),
        np.array([[-2.0, 0.0], [2.0, 0.0]]),
    ]
    assert duplicate_pairs(Strokes.from_polylines(cross)) == []


def test_pairs_on_both_sides_of_any_rounding_are_found() -> None:
    rng = np.random.default_rng(1)
    lines = [rng.uniform(0, 100, (5, 2)) for _ in range(200)]
    noisy = [line + rng.uniform(-4e-7, 4e-7, (5, 2)) for line in lines]
    assert len(without_duplicates(Strokes.from_polylines(lines + noisy))) == 200


def test_little_is_nothing_special() -> None:
    assert duplicate_pairs(Strokes.empty()) == []
    assert first_copies(Strokes.from_polylines([LINE])).tolist() == [True]
