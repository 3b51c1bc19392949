from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout, arrange_rows, like_neighbours, motif_of
from sketchdesign.design.mixing import by_weight, kept_apart, like_pairs, neighbours
from sketchdesign.design.packing import pack
from sketchdesign.design.repeat import make_repeat

BLOB = motif_of(Sketch.from_polylines([[[0, 0], [50, 10], [60, 60], [5, 45], [0, 0]]]))


@given(st.lists(st.floats(0.1, 10.0), min_size=1, max_size=6), st.integers(1, 60))
def test_every_beginning_is_shared_out_by_weight(weights: list[float], count: int) -> None:
    kinds = by_weight(weights, count)
    assert len(kinds) == count
    for end in range(1, count + 1):
        for kind, weight in enumerate(weights):
            assert abs(kinds[:end].count(kind) - end * weight / sum(weights)) < len(weights)


def test_neighbours_reach_across_the_seams() -> None:
    repeat = make_repeat("grid", 100.0, 100.0)
    centres = np.array([[5.0, 50.0], [50.0, 50.0], [95.0, 50.0], [50.0, 95.0]])
    pairs = neighbours(centres, repeat)
    assert (0, 2) in pairs
    assert all(a < b for a, b in pairs)
    assert neighbours(centres[:1], repeat) == []


def test_a_chessboard_keeps_two_kinds_apart() -> None:
    size = 6
    places = [(r, c) for r in range(size) for c in range(size)]
    index = {place: number for number, place in enumerate(places)}
    pairs = [(index[r, c], index[(r + 1) % size, c]) for r, c in places]
    pairs += [(index[r, c], index[r, (c + 1) % size]) for r, c in places]
    kinds = [0] * 12 + [1] * 12 + [2] * 12
    order = kept_apart(kinds, pairs)
    assert sorted(order) == list(range(36))
    assert like_pairs([kinds[number] for number in order], pairs) <= 4 < like_pairs(kinds, pairs)


def test_motifs_of_a_grid_are_kept_apart_across_the_seams() -> None:
    motifs = [replace(BLOB, kind=kind) for kind in (0, 1, 2, 0)]
    repeat = make_repeat("half-drop", 120.0, 90.0)
    layout = Layout("grid", rows=4, columns=4)
    shares = [
        like_neighbours(motifs, arrange_rows(motifs, each, repeat, np.random.default_rng(1)), repeat)
        for each in (layout, replace(layout, unlike=True))
    ]
    assert shares[1] < 0.6 * shares[0]


def test_tossed_motifs_are_kept_apart() -> None:
    motifs = [replace(BLOB, kind=kind) for kind in by_weight([2, 1, 1], 60)]
    repeat = make_repeat("half-drop", 200.0, 160.0)
    layout = Layout("tossed", motifs=60, density=0.3, turns="free")
    shares = []
    for each in (layout, replace(layout, unlike=True)):
        rngs = [np.random.Generator(np.random.Philox(key=seed)) for seed in (1, 2, 3)]
        shares.append(np.mean([like_neighbours(motifs, list(pack(motifs, each, repeat, r))[-1], repeat) for r in rngs]))
    assert shares[1] < 0.7 * shares[0]


def test_sizes_of_a_mix_hold_in_a_grid_and_a_toss() -> None:
    motifs = [replace(BLOB, kind=0), replace(BLOB, kind=1, factor=0.5)]
    repeat = make_repeat("grid", 100.0, 100.0)
    large, small = arrange_rows(motifs, Layout("grid", rows=1, columns=2), repeat, np.random.default_rng(1))
    assert small.size_mm == pytest.approx(0.5 * large.size_mm)
    tossed = list(pack(motifs, Layout("tossed", motifs=6, density=0.15), repeat, np.random.default_rng(1)))[-1]
    sizes = [np.mean([placed.size_mm for placed in tossed if placed.motif == kind]) for kind in (0, 1)]
    assert sizes[1] == pytest.approx(0.5 * sizes[0], rel=0.1)
