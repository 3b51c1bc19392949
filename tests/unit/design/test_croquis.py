"""Faults planted in an even toss must be found where they were planted, also across the seams."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.croquis import MOST_SHOWN, Croquis, check
from sketchdesign.design.layout import Layout, design_of, motif_of
from sketchdesign.design.marks import motif_outlines, stroke_outlines
from sketchdesign.design.packing import pack
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.symmetry import Repeat
from sketchdesign.design.tile import Design, cut_tile

Outline = NDArray[np.float64]

WIDTH, HEIGHT = 200.0, 160.0
TILE = make_repeat("grid", WIDTH, HEIGHT)


def disc(x: float, y: float, radius: float = 6.0) -> Outline:
    angles = np.linspace(0.0, math.tau, 17)
    return np.array([x, y]) + radius * np.column_stack([np.cos(angles), np.sin(angles)])


def toss(seed: int = 1, repeat: Repeat = TILE, motifs: int = 70) -> list[Outline]:
    """An even toss of discs: the best of many darts for each."""
    rng = np.random.default_rng(seed)
    lattice = np.array(repeat.lattice_mm)
    moves = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]) @ lattice
    places = np.zeros((1, 2))
    while len(places) < motifs:
        darts = rng.uniform(size=(60, 2)) @ lattice
        away = np.hypot(*(darts[:, None, None] - places[:, None] - moves).transpose(3, 0, 1, 2)).min(axis=(1, 2))
        places = np.concatenate([places, darts[away.argmax()][None]])
    return [disc(x, y) for x, y in places]


def centre(outline: Outline) -> Outline:
    middle: Outline = (outline.min(axis=0) + outline.max(axis=0)) / 2.0
    return middle


def around(a: float, b: float, period: float) -> float:
    return abs((a - b + period / 2.0) % period - period / 2.0)


def without(outlines: list[Outline], x: float, y: float, reach: float) -> list[Outline]:
    return [
        each
        for each in outlines
        if math.hypot(around(centre(each)[0], x, WIDTH), around(centre(each)[1], y, HEIGHT)) > reach
    ]


@pytest.fixture(scope="module")
def even() -> Croquis:
    return check(toss(), TILE)


def test_an_even_toss_scores_well(even: Croquis) -> None:
    assert even.score > 0.8
    assert even.motifs == 70
    assert even.spacing_mm == pytest.approx(math.sqrt(WIDTH * HEIGHT / 70))


@pytest.mark.parametrize(("x", "y"), [(100.0, 80.0), (199.0, 3.0), (0.0, 80.0)])
def test_a_planted_hole_is_found_in_its_place(x: float, y: float, even: Croquis) -> None:
    fence = [disc(x + 31.0 * math.cos(a), y + 31.0 * math.sin(a)) for a in np.arange(13) * math.tau / 13.0]
    found = check(without(toss(), x, y, 44.0) + fence, TILE)
    hole = found.holes[0]
    assert math.hypot(around(hole.x_mm, x, WIDTH), around(hole.y_mm, y, HEIGHT)) < 1.0
    assert hole.radius_mm == pytest.approx(25.0, abs=0.5)
    assert hole.severity > 0.5
    assert found.scores["holes"] < 0.5
    assert found.score < even.score - 0.2


def test_the_largest_empty_circle_is_exact() -> None:
    outlines = [disc(x, y, 3.0) for x in (0.0, 30.0, 60.0) for y in (0.0, 30.0, 60.0) if (x, y) != (30.0, 30.0)]
    (hole, *_) = check(outlines, make_repeat("grid", 90.0, 90.0)).holes
    assert (hole.x_mm, hole.y_mm) == pytest.approx((30.0, 30.0), abs=0.3)
    assert hole.radius_mm == pytest.approx(27.0, abs=0.3)


def test_no_motif_lies_in_a_reported_hole() -> None:
    outlines = without(toss(4), 30.0, 150.0, 24.0)
    images = [
        shapely.Polygon(outline + np.array([i * WIDTH, j * HEIGHT]))
        for outline in outlines
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    ]
    holes = check(outlines, TILE).holes
    assert holes
    for hole in holes:
        nearest = float(shapely.distance(shapely.Point(hole.x_mm, hole.y_mm), images).min())
        assert nearest == pytest.approx(hole.radius_mm, abs=1e-6)


@pytest.mark.parametrize(("i", "j"), [(1, 0), (0, 1), (1, 1), (1, -2)])
def test_a_planted_alleyway_is_found_in_its_place(i: int, j: int, even: Croquis) -> None:
    along = np.array([i * WIDTH, j * HEIGHT])
    normal = np.array([-along[1], along[0]]) / np.hypot(*along)
    step = WIDTH * HEIGHT / float(np.hypot(*along))
    middle = float(np.array([3.0, 5.0]) @ normal) % step
    far = [each for each in toss() if around(float(centre(each) @ normal), middle, step) > 6.0 + 4.0]
    found = check(far, TILE)
    alley = max(found.alleyways, key=lambda each: each.width_mm)
    assert alley.degrees == pytest.approx(math.degrees(math.atan2(along[1], along[0])) % 180.0)
    assert alley.step_mm == pytest.approx(step)
    assert alley.width_mm >= 7.5
    place = float(np.array([alley.x_mm, alley.y_mm]) @ normal)
    assert around(place, middle, step) <= alley.width_mm / 2.0 - 3.7
    assert found.scores["alleyways"] < 0.8
    assert not even.alleyways


def test_the_width_of_an_alleyway_is_exact() -> None:
    rows = [disc(x, y, 10.0) for x, y in ((5.0, 0.0), (30.0, 3.0), (55.0, -3.0), (80.0, 0.0))]
    (alley,) = (each for each in check(rows, make_repeat("grid", 100.0, 60.0)).alleyways if each.degrees == 0.0)
    assert alley.width_mm == pytest.approx(60.0 - 26.0)
    assert alley.y_mm == pytest.approx(30.0)


def test_a_planted_line_up_is_found_in_its_place(even: Croquis) -> None:
    rng = np.random.default_rng(2)
    y = 158.0
    row = [disc(x, y + rng.uniform(-0.3, 0.3)) for x in np.arange(9) * WIDTH / 9.0]
    found = check([each for each in toss() if around(centre(each)[1], y, HEIGHT) > 14.0] + row, TILE)
    line_up = found.line_ups[0]
    assert line_up.degrees == 0.0
    assert around(line_up.y_mm, y, HEIGHT) < 1.0
    assert line_up.motifs >= 9
    assert line_up.spread_mm <= 0.7
    assert line_up.severity > 0.5
    assert found.scores["line_ups"] < 0.5 < even.scores["line_ups"]


def test_motifs_in_rows_and_columns_line_up() -> None:
    outlines = [disc(x, y) for x in range(10, 200, 20) for y in range(10, 160, 20)]
    found = check(outlines, TILE)
    assert {0.0, 90.0} <= {line_up.degrees for line_up in found.line_ups}
    assert {0.0, 90.0} <= {alley.degrees for alley in found.alleyways}
    assert not found.holes
    assert len(found.line_ups) <= MOST_SHOWN
    assert found.score < 0.6


def test_a_planted_crowd_is_found_in_its_place(even: Croquis) -> None:
    rng = np.random.default_rng(3)
    sparse = [disc(x, y, 3.0) for x, y in map(centre, toss(motifs=60))]
    crowd = [disc(198.0 + rng.normal() * 9.0, 40.0 + rng.normal() * 9.0, 5.0) for _ in range(25)]
    found = check(sparse + crowd, TILE)
    worst = found.crowds[0]
    assert math.hypot(around(worst.x_mm, 198.0, WIDTH), around(worst.y_mm, 40.0, HEIGHT)) < 12.0
    assert worst.density > 1.7
    assert not even.crowds


@pytest.mark.parametrize("name", ["half-drop", "hex", "brick:1/3"])
def test_moving_a_tile_by_any_way_changes_no_score(name: str) -> None:
    repeat = make_repeat(name, 120.0, 100.0)
    outlines = toss(5, repeat, 30)
    lattice = np.array(repeat.lattice_mm)
    rng = np.random.default_rng(1)
    moved = [each + (13.0, 7.0) + rng.integers(-2, 3, 2) @ lattice for each in outlines]
    before, after = check(outlines, repeat), check(moved, repeat)
    assert after.score == pytest.approx(before.score, abs=0.02)
    assert len(after.alleyways) == len(before.alleyways)


def test_a_cell_says_the_same_as_the_tile_made_of_it() -> None:
    repeat = make_repeat("half-drop", 120.0, 100.0)
    outlines = toss(6, repeat, 25)
    whole = [outline + move for outline in outlines for move in repeat.cell_moves]
    cell, tile = check(outlines, repeat), check(whole, make_repeat("grid", *repeat.rectangle_mm))
    assert cell.scores["holes"] == pytest.approx(tile.scores["holes"], abs=0.03)
    assert cell.scores["alleyways"] == tile.scores["alleyways"]


@pytest.mark.parametrize("outlines", [[disc(0.0, 0.0)], [disc(20.0, 30.0), disc(90.0, 100.0)]])
def test_a_few_motifs_are_judged_too(outlines: list[Outline]) -> None:
    assert 0.0 <= check(outlines, TILE).score <= 1.0


def test_no_motifs_and_too_many_are_refused() -> None:
    with pytest.raises(InputError, match="no motif"):
        check([], TILE)
    with pytest.raises(InputError, match="too many"):
        check([disc(0.0, 0.0)] * 20_001, TILE)


def test_the_report_holds_places_and_sizes() -> None:
    report = check(without(toss(), 100.0, 80.0, 26.0), TILE).to_json()
    assert set(report["holes"][0]) == {"x_mm", "y_mm", "radius_mm", "severity"}
    assert set(report["scores"]) == {"holes", "alleyways", "line_ups", "crowds"}
    assert 0.0 <= report["score"] <= 1.0


def test_a_hundred_and_fifty_motifs_take_no_second() -> None:
    repeat = make_repeat("grid", 300.0, 240.0)
    outlines = toss(2, repeat, 150)
    check(outlines[:10], repeat)
    started = time.process_time()
    check(outlines, repeat)
    assert time.process_time() - started < 1.0


SMILE = Sketch.from_polylines(
    [[[0, 0], [40, 0], [40, 40], [0, 40], [0, 0]], [[10, 10], [12, 12]], [[10, 30], [30, 30]]]
)


def smiles(name: str) -> Design:
    repeat = make_repeat(name, 90.0, 80.0)
    motif = motif_of(SMILE)
    layout = Layout("tossed", motifs=6, density=0.2, gap_mm=3.0, turns="free")
    placements = list(pack([motif], layout, repeat, np.random.Generator(np.random.Philox(key=3))))[-1]
    return design_of([motif], placements, repeat, [Pen(), Pen("red", "#ff0000")])


@pytest.mark.parametrize("name", ["grid", "half-drop", "p4", "pgg"])
def test_every_image_of_a_motif_is_one_outline(name: str) -> None:
    design = smiles(name)
    outlines = motif_outlines(design)
    assert len(outlines) == 6 * len(design.repeat.operations)
    together = stroke_outlines(design)
    assert len(together) == len(outlines)
    areas, others = (sorted(shapely.Polygon(each).area for each in found) for found in (outlines, together))
    np.testing.assert_allclose(areas, others, rtol=1e-6)


def test_cut_strokes_are_motifs_again_once_they_are_joined() -> None:
    from sketchdesign.design.joining import design_of_tile

    design = smiles("half-drop")
    joined = stroke_outlines(design_of_tile(cut_tile(design)))
    assert len(joined) == 2 * len(motif_outlines(design))


def test_a_stripe_stays_by_itself() -> None:
    stripe = Strokes.from_polylines([[[-10.0, 20.0], [110.0, 20.0]], [[50.0, 50.0], [60.0, 60.0]]])
    design = Design(make_repeat("grid", 100.0, 80.0), (Layer(Pen(), stripe),), (np.zeros(2, np.int64),))
    assert len(stroke_outlines(design)) == 2
