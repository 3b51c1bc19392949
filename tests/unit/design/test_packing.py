"""No two outlines closer than the gap, counted by hand over every image on the plane."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely import affinity

from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design import packing
from sketchdesign.design.croquis import check
from sketchdesign.design.layout import (
    Layout,
    Motif,
    Placement,
    arrange_rows,
    coverage,
    design_of,
    motif_of,
    with_locked,
)
from sketchdesign.design.marks import outlines_of
from sketchdesign.design.packing import pack
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.symmetry import Repeat
from sketchdesign.design.tile import cut_tile


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


def scrawls(count: int) -> list[Motif]:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(count):
        angle = np.linspace(0, 2 * np.pi, 24)
        ring = np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(0.5, 1.5, (24, 1))
        found.append(motif_of(Sketch.from_polylines([ring * 40, rng.normal(size=(8, 2)) * 20 + [50, 0]])))
    return found


def packed(layout: Layout, repeat: Repeat, motifs: list[Motif], seed: int = 1) -> list[Placement]:
    return list(pack(motifs, layout, repeat, generator(seed)))[-1]


def smallest_distance(motifs: list[Motif], placements: list[Placement], repeat: Repeat, around: int = 3) -> float:
    """By brute force: every outline against every image of every outline in the surrounding cells."""
    outlines = [shapely.Polygon(p.apply(motifs[p.motif].outline)) for p in placements]
    steps = range(-around, around + 1)
    images: list[shapely.Geometry] = []
    for number, operation in enumerate(repeat.operations):
        for i, j in itertools.product(steps, steps):
            if (number, i, j) == (0, 0, 0):
                continue
            x, y = i * np.array(repeat.lattice_mm[0]) + j * np.array(repeat.lattice_mm[1])
            (a, b), (c, d) = operation.matrix
            matrix = [a, b, c, d, operation.shift_mm[0] + x, operation.shift_mm[1] + y]
            images += [affinity.affine_transform(outline, matrix) for outline in outlines]
    smallest = float("inf")
    for number, outline in enumerate(outlines):
        others = np.array(outlines[:number] + images, object)
        smallest = min(smallest, float(shapely.distance(outline, others).min()))
    return smallest


def test_a_hundred_and_fifty_motifs_keep_their_distance_and_take_seconds() -> None:
    motifs, repeat = scrawls(20), make_repeat("half-drop", 300.0, 240.0)
    layout = Layout("tossed", motifs=150, density=0.4, gap_mm=2.0, turns="free", scale=(0.7, 1.3), flip=0.5)
    started = time.process_time()
    placements = packed(layout, repeat, motifs)
    assert time.process_time() - started < 5.0
    assert len(placements) == 150
    assert smallest_distance(motifs, placements, repeat, around=1) >= 2.0
    assert coverage(motifs, placements, repeat, clipped=False) == pytest.approx(0.4, abs=0.1)


@pytest.mark.parametrize("density", [0.6, 0.8])
def test_a_dense_toss_takes_seconds_too(density: float) -> None:
    motifs, repeat = scrawls(20), make_repeat("half-drop", 300.0, 240.0)
    layout = Layout("tossed", motifs=150, density=density, gap_mm=2.0, turns="free", scale=(0.7, 1.3))
    started = time.process_time()
    placements = packed(layout, repeat, motifs)
    assert time.process_time() - started < 5.0
    assert smallest_distance(motifs, placements, repeat, around=1) >= 2.0
    assert coverage(motifs, placements, repeat, clipped=False) > 0.48


@pytest.mark.parametrize("name", ["mirror", "p4g"])
def test_motifs_that_spread_leave_smaller_holes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    motifs, repeat = scrawls(12), make_repeat(name, 120.0, 90.0)
    layout = Layout(kind="tossed", motifs=12)
    scores = []
    for rounds in (0, packing._SPREAD_ROUNDS):
        monkeypatch.setattr(packing, "_SPREAD_ROUNDS", rounds)
        designs = [design_of(motifs, packed(layout, repeat, motifs, seed), repeat, (Pen(),)) for seed in (1, 2, 3)]
        scores.append(sum(check(outlines_of(design), repeat).scores["holes"] for design in designs))
    assert scores[1] > scores[0] + 0.1


def test_locked_motifs_stay_and_the_others_keep_away_from_them() -> None:
    motifs, repeat = scrawls(6), make_repeat("pgg", 120.0, 90.0)
    layout = Layout("tossed", motifs=12, density=0.3, gap_mm=1.0, turns="free")
    locked = packed(layout, repeat, motifs)[:4]
    held = [replace(placement, motif=6 + number) for number, placement in enumerate(locked)]
    everything = [*motifs, *(motifs[placement.motif] for placement in locked)]
    rolled = list(pack(everything, layout, repeat, generator(9), locked=held))[-1]
    assert len(rolled) == 8
    assert {placement.motif for placement in rolled} <= set(range(6))
    assert smallest_distance(everything, [*held, *rolled], repeat) >= 1.0
    together = with_locked(rolled, {0: held[0], 3: held[1], 7: held[2], 11: held[3]})
    assert [together[number] for number in (0, 3, 7, 11)] == held
    assert len(together) == 12
    assert with_locked([], {5: held[0]}) == [held[0]]
    assert list(pack(everything, replace(layout, motifs=4), repeat, generator(), locked=held))[-1] == []


def test_motifs_may_overlap_by_so_much_and_no_more() -> None:
    motifs, repeat = scrawls(6), make_repeat("grid", 120.0, 90.0)
    layout = Layout("tossed", motifs=14, density=0.8, gap_mm=2.0, overlap_mm=4.0)
    placements = packed(layout, repeat, motifs)
    assert smallest_distance(motifs, placements, repeat) == 0.0
    outlines = [shapely.Polygon(p.apply(motifs[p.motif].outline)).buffer(-2.0) for p in placements]
    assert all(a.disjoint(b) for a, b in itertools.combinations(outlines, 2))


@pytest.mark.parametrize(
    ("kind", "name"), [("tossed", "p6m"), ("tossed", "pgg"), ("ditsy", "p4g"), ("ditsy", "hex"), ("ditsy", "brick:1/3")]
)
def test_images_under_all_operations_keep_their_distance(kind: str, name: str) -> None:
    motifs, repeat = scrawls(5), make_repeat(name, 120.0, 90.0)
    layout = Layout(kind, motifs=12, density=0.3, gap_mm=1.0, turns="four-way")
    placements = packed(layout, repeat, motifs)
    assert len(placements) >= 6
    assert smallest_distance(motifs, placements, repeat) >= 1.0


def test_strokes_stay_inside_their_outline() -> None:
    for motif in scrawls(20):
        lines = shapely.union_all([shapely.LineString(line) for line in motif.strokes.polylines()])
        assert shapely.Polygon(motif.outline).covers(lines)


def test_the_seed_decides_everything() -> None:
    motifs, repeat = scrawls(4), make_repeat("grid", 100.0, 100.0)
    layout = Layout("ditsy", motifs=20, turns="free", scale=(0.5, 1.5))
    assert packed(layout, repeat, motifs, 3) == packed(layout, repeat, motifs, 3)
    assert packed(layout, repeat, motifs, 3) != packed(layout, repeat, motifs, 4)


def test_fillers_are_smaller_than_what_they_surround() -> None:
    motifs, repeat = scrawls(3), make_repeat("grid", 100.0, 100.0)
    sizes = [p.size_mm for p in packed(Layout("ditsy", motifs=30), repeat, motifs)]
    assert min(sizes[:10]) > max(sizes[10:])


def test_a_gap_without_room_is_refused() -> None:
    with pytest.raises(InputError, match="no motif fits"):
        packed(Layout("tossed", gap_mm=60.0), make_repeat("grid", 50.0, 50.0), scrawls(1))


@pytest.mark.parametrize("turns", ["one-way", "two-way", "four-way"])
def test_motifs_turn_as_asked(turns: str) -> None:
    allowed = {"one-way": {0.0}, "two-way": {0.0, 180.0}, "four-way": {0.0, 90.0, 180.0, 270.0}}[turns]
    layout = Layout("tossed", motifs=25, density=0.2, turns=turns)
    placements = packed(layout, make_repeat("grid", 200.0, 200.0), scrawls(2))
    assert {p.degrees for p in placements} == allowed
    assert not any(p.flipped for p in placements)


def extents(placement: Placement, motif: Motif) -> NDArray[np.float64]:
    points = placement.apply(motif.strokes.points)
    return np.array([points.min(axis=0), points.max(axis=0)])


def test_a_grid_fills_its_parts_and_keeps_the_gap() -> None:
    motif = motif_of(Sketch.from_polylines([[[0, 0], [200, 0], [200, 100], [0, 100]]]))
    layout = Layout("grid", rows=2, columns=3, gap_mm=4.0)
    placements = arrange_rows([motif], layout, make_repeat("grid", 120.0, 80.0), generator())
    assert len(placements) == 6
    # Parts of 40 x 40 mm less the gap give 36 x 18 mm.
    np.testing.assert_allclose(extents(placements[0], motif), [[2, 11], [38, 29]], atol=1e-4)
    np.testing.assert_allclose(extents(placements[5], motif), [[82, 51], [118, 69]], atol=1e-4)


@pytest.mark.parametrize("name", ["p6m", "p3", "ogee", "hex-row", "cmm", "p4g"])
def test_a_single_motif_fits_into_any_domain(name: str) -> None:
    (motif,) = scrawls(1)
    repeat = make_repeat(name, 60.0, 60.0)
    placements = arrange_rows([motif], Layout("grid", gap_mm=1.0), repeat, generator())
    assert len(placements) == 1
    assert (
        shapely.Polygon(repeat.domain_mm)
        .buffer(-0.49)
        .covers(shapely.MultiPoint(placements[0].apply(motif.strokes.points)))
    )


def test_jitter_and_scale_move_motifs_of_a_grid() -> None:
    motifs, repeat = scrawls(1), make_repeat("grid", 100.0, 100.0)
    still = arrange_rows(motifs, Layout("grid", rows=2, columns=2), repeat, generator())
    moved = arrange_rows(
        motifs, Layout("grid", rows=2, columns=2, jitter_mm=2.0, scale=(0.5, 0.9)), repeat, generator()
    )
    for a, b in zip(still, moved, strict=True):
        assert 0.0 < np.abs(np.subtract(a.centre_mm, b.centre_mm)).max() <= 2.0
        assert 0.5 <= b.size_mm / a.size_mm <= 0.9


def test_pens_take_turns_and_every_stroke_knows_its_motif() -> None:
    motifs, repeat = scrawls(2), make_repeat("grid", 100.0, 100.0)
    placements = arrange_rows(motifs, Layout("grid", rows=1, columns=3), repeat, generator())
    design = design_of(motifs, placements, repeat, [Pen("one"), Pen("two", "#ff0000")])
    assert [sorted(set(own.tolist())) for own in design.motifs] == [[0, 2], [1]]
    assert [layer.pen.name for layer in cut_tile(design).layers] == ["one", "two"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "heap"},
        {"turns": "askew"},
        {"motifs": 0},
        {"rows": 0},
        {"rows": -2, "columns": -2},
        {"density": 0.95},
        {"density": float("nan")},
        {"gap_mm": -1.0},
        {"flip": 2.0},
        {"scale": (1.2, 0.8)},
        {"scale": (0.0, 1.0)},
        {"jitter_mm": -1.0},
        {"overlap_mm": -1.0},
    ],
)
def test_layouts_without_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Layout(**wrong)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("lines", [[], [[[3, 3]]], [[[3, 3], [3, 3]]]])
def test_sketches_without_extent_are_refused(lines: list[object]) -> None:
    with pytest.raises(InputError, match="without lines"):
        motif_of(Sketch.from_polylines(np.array(line, float) for line in lines))


def test_a_straight_line_is_a_motif_too() -> None:
    motif = motif_of(Sketch.from_polylines([[[0, 0], [100, 0]]]))
    assert motif.area > 0.0
    (placed,) = arrange_rows([motif], Layout(gap_mm=2.0), make_repeat("grid", 50.0, 30.0), generator())
    assert placed.size_mm == pytest.approx(48.0, rel=1e-3)
