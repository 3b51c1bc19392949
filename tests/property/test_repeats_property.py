"""Every repeat: its operations form a group, its domain covers the plane once, and its tiles meet themselves."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import Polygon, contains_xy

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.design.proof import prove
from sketchdesign.design.repeat import make_repeat, repeat_names
from sketchdesign.design.symmetry import Repeat
from sketchdesign.design.tile import Design, cut_tile, overhang_tile, sheet
from sketchdesign.design.wallpaper import GROUPS
from sketchdesign.geometry.dedupe import duplicate_pairs

PER_CELL = dict(
    zip(
        (
            "p1",
            "p2",
            "pm",
            "pg",
            "cm",
            "pmm",
            "pmg",
            "pgg",
            "cmm",
            "p4",
            "p4m",
            "p4g",
            "p3",
            "p3m1",
            "p31m",
            "p6",
            "p6m",
        ),
        (1, 2, 2, 2, 4, 4, 4, 4, 8, 4, 8, 8, 3, 6, 6, 6, 12),
        strict=True,
    )
)

sizes = st.floats(5.0, 300.0)
names = st.sampled_from(repeat_names())


def whole_moves(repeat: Repeat, vector: NDArray[np.float64]) -> bool:
    fractions = repeat.fractions(vector)
    return bool(np.abs(fractions - np.rint(fractions)).max() < 1e-9)


def scribble(repeat: Repeat, seed: int, strokes: int = 4) -> Design:
    rng = np.random.default_rng(seed)
    middle = np.array(repeat.domain_mm).mean(axis=0)
    step = repeat.cell_area_mm2**0.5 / 12.0
    lines = [middle + rng.normal(size=(int(n), 2)).cumsum(axis=0) * step for n in rng.integers(1, 9, strokes)]
    layer = Layer(Pen(), Strokes.from_polylines(lines))
    return Design(repeat, (layer,), (np.arange(strokes) // 2,))


@given(name=names, width=sizes, height=sizes)
def test_operations_form_a_group_of_isometries(name: str, width: float, height: float) -> None:
    repeat = make_repeat(name, width, height)
    matrices = [np.array(operation.matrix) for operation in repeat.operations]
    shifts = [np.array(operation.shift_mm) for operation in repeat.operations]
    for matrix in matrices:
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(2), atol=1e-12)
        for vector in repeat.lattice_mm:
            assert whole_moves(repeat, matrix @ np.array(vector))
    for (a, s), (b, t) in itertools.product(zip(matrices, shifts, strict=True), repeat=2):
        matching = [
            number
            for number, (c, u) in enumerate(zip(matrices, shifts, strict=True))
            if np.allclose(a @ b, c, atol=1e-9) and whole_moves(repeat, a @ t + s - u)
        ]
        assert len(matching) == 1


@given(name=names, width=sizes, height=sizes)
def test_the_rectangle_repeats_straight_and_is_made_of_whole_cells(name: str, width: float, height: float) -> None:
    repeat = make_repeat(name, width, height)
    across, down = repeat.rectangle_mm
    assert whole_moves(repeat, np.array([across, 0.0]))
    assert whole_moves(repeat, np.array([0.0, down]))
    assert len(repeat.cell_moves) == repeat.cells_per_rectangle
    assert across * down == pytest.approx(repeat.cells_per_rectangle * repeat.cell_area_mm2)


@given(name=names, seed=st.integers(0, 1000))
@settings(max_examples=60)
def test_the_domain_covers_the_plane_exactly_once(name: str, seed: int) -> None:
    repeat = make_repeat(name, 120.0, 80.0)
    points = np.random.default_rng(seed).uniform((0.0, 0.0), repeat.rectangle_mm, (50, 2))
    domain = Polygon(repeat.domain_mm)
    left, top, right, bottom = domain.bounds
    counts = np.zeros(len(points), int)
    for operation in repeat.operations:
        images = operation.apply(points)
        low, high = images.min(axis=0), images.max(axis=0)
        for move in repeat.lattice_vectors(np.array([left, top]) - high, np.array([right, bottom]) - low):
            counts += contains_xy(domain, images + move)
    assert (counts == 1).all()


@pytest.mark.parametrize("name", GROUPS)
def test_each_group_has_its_number_of_images_per_cell(name: str) -> None:
    assert len(make_repeat(name, 50.0, 30.0).operations) == PER_CELL[name]


@given(name=names, seed=st.integers(0, 10_000), kaleidoscope=st.booleans())
@settings(max_examples=80, deadline=None)
def test_every_tile_meets_itself_exactly_and_in_its_file(name: str, seed: int, kaleidoscope: bool) -> None:
    design = replace(scribble(make_repeat(name, 40.0, 30.0), seed), kaleidoscope=kaleidoscope)
    tile = cut_tile(design)
    proof = prove(tile, step_mm=0.0)
    assert proof.seam_error_mm <= 1e-9
    page = Page(round(tile.page.width_mm, 3), round(tile.page.height_mm, 3))
    layers = tuple(replace(x, strokes=Strokes(np.round(x.strokes.points, 3), x.strokes.offsets)) for x in tile.layers)
    written = prove(Drawing(page, layers))
    assert written.seam_error_mm == 0.0
    assert not [problem for problem in written.problems if problem.kind in ("offset", "gap", "loose")]


@given(name=names, seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_tile_overhang_and_sheet_draw_the_same_lines(name: str, seed: int) -> None:
    design = scribble(make_repeat(name, 40.0, 30.0), seed)
    width, height = design.repeat.rectangle_mm
    cut, whole = cut_tile(design), overhang_tile(design)
    three = sheet(design, Page(3.0 * width, 3.0 * height))
    assert cut.pen_down_mm() == pytest.approx(whole.pen_down_mm(), abs=0.2)
    assert three.pen_down_mm() == pytest.approx(9.0 * whole.pen_down_mm(), rel=1e-3)
    assert not duplicate_pairs(three.layers[0].strokes)


@given(name=names, seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_no_stroke_of_a_sheet_ends_on_a_seam(name: str, seed: int) -> None:
    design = scribble(make_repeat(name, 40.0, 30.0), seed)
    width, height = design.repeat.rectangle_mm
    page = Page(2.0 * width, 2.0 * height)
    strokes = sheet(design, page).layers[0].strokes
    ends = np.concatenate([strokes.points[strokes.offsets[:-1]], strokes.points[strokes.offsets[1:] - 1]])
    inside = ((ends > 1e-9) & (ends < np.array([page.width_mm, page.height_mm]) - 1e-9)).all(axis=1)
    assert not (np.abs(ends[inside] - np.array([width, height])) < 1e-9).any()
