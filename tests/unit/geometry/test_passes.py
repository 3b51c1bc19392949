from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.geometry.passes import multipass, reloop

LOOP = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]
MIXED = Strokes.from_polylines([LOOP, [[5, 5]], [[1, 2], [3, 4], [5, 9]], [[7, 7], [7, 7]]])


def lists(strokes: Strokes) -> list[list[list[float]]]:
    return [line.tolist() for line in strokes.polylines()]


def test_open_strokes_go_to_and_fro_and_closed_ones_round() -> None:
    twice = lists(multipass(MIXED, 2))
    assert twice[0] == [*LOOP, *LOOP[1:]]
    assert twice[1:3] == [[[5, 5]], [[1, 2], [3, 4], [5, 9], [3, 4], [1, 2]]]
    assert lists(multipass(MIXED, 3))[2] == [[1, 2], [3, 4], [5, 9], [3, 4], [1, 2], [3, 4], [5, 9]]
    assert multipass(MIXED, 1) == MIXED
    assert multipass(MIXED, 5).pen_down_mm() == pytest.approx(5 * MIXED.pen_down_mm())
    assert len(multipass(Strokes.empty(), 2)) == 0


@pytest.mark.parametrize("passes", [0, -1, 101])
def test_senseless_numbers_of_passes_are_refused(passes: int) -> None:
    with pytest.raises(InputError, match=f"{passes} times; use 1 to 100 passes"):
        multipass(MIXED, passes)


def test_loops_begin_anywhere_and_the_rest_stays() -> None:
    strokes = Strokes.from_polylines([LOOP] * 200)
    begins = reloop(strokes, 3).points[strokes.offsets[:-1]]
    counts = [int((begins == corner).all(axis=1).sum()) for corner in LOOP[:-1]]
    assert sum(counts) == 200
    assert min(counts) > 40
    assert lists(reloop(MIXED, 3))[1:] == lists(MIXED)[1:]
    assert reloop(strokes, 3) == reloop(strokes, 3) != reloop(strokes, 4)
    assert len(reloop(Strokes.empty(), 1)) == 0


corners = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=6)


@given(st.lists(corners.map(lambda line: [*line, line[0]]), max_size=5), st.integers(0, 2**40))
def test_relooped_strokes_are_the_same_loops(loops: list[list[tuple[int, int]]], seed: int) -> None:
    strokes = Strokes.from_polylines(loops)
    for before, after in zip(strokes.polylines(), reloop(strokes, seed).polylines(), strict=True):
        assert after[0].tolist() == after[-1].tolist()
        turned = [np.roll(before[:-1], -shift, axis=0).tolist() for shift in range(len(before) - 1)]
        assert after[:-1].tolist() in turned
