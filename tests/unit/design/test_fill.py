"""Regions of a scene, and motifs in them that touch neither each other nor a stroke."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.fill import fill_layers, fill_region, free_of_strokes, inside, outside, sky
from sketchdesign.design.layout import Layout, Motif, motif_of

PAGE = Page(200.0, 150.0)
Line = list[tuple[float, float]]


def ring(x: float, y: float, radius: float, opening: float = 0.0) -> Line:
    angles = np.linspace(opening / 2.0, math.tau - opening / 2.0, 60)
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def scene(*lines: Line, width_mm: float = 0.3) -> Drawing:
    return Drawing(PAGE, (Layer(Pen(width_mm=width_mm), Strokes.from_polylines(lines), "drawn"),))


GROUND: Line = [(-1.0, 120.0), (100.0, 115.0), (201.0, 120.0)]


def blobs(count: int = 8) -> list[Motif]:
    rng = np.random.default_rng(1)
    angles = np.linspace(0.0, math.tau, 15)
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    return [motif_of(Sketch.from_polylines([ring * rng.uniform(0.6, 1.4, (15, 1))])) for _ in range(count)]


def test_the_sky_ends_at_the_ground_and_at_what_stands_on_it() -> None:
    region = sky(scene(GROUND, ring(100.0, 60.0, 30.0)))
    assert region.contains(shapely.Point(20.0, 20.0))
    assert not region.contains(shapely.Point(100.0, 60.0))
    assert not region.contains(shapely.Point(100.0, 140.0))
    assert region.area == pytest.approx(200.0 * 117.5 - math.pi * 900.0, rel=0.01)


def test_outside_takes_in_what_lies_below_the_ground() -> None:
    region = outside(scene(GROUND, ring(100.0, 60.0, 30.0)))
    assert region.contains(shapely.Point(100.0, 140.0))
    assert not region.contains(shapely.Point(100.0, 60.0))


@pytest.mark.parametrize("opening", [0.0, 0.05, 0.3])
def test_a_ring_goes_around_its_disc_even_when_a_little_open(opening: float) -> None:
    region = inside(scene(ring(100.0, 75.0, 40.0, opening)).layers)
    assert region.area == pytest.approx(math.pi * 1600.0, rel=0.03)


def test_what_goes_around_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="encloses nothing"):
        inside(scene([(10.0, 10.0), (190.0, 100.0)], [(0.0, 50.0), (50.0, 40.0), (90.0, 90.0)]).layers)
    with pytest.raises(InputError, match="no lines"):
        inside([])


def test_a_scene_that_fills_the_page_has_no_sky() -> None:
    border: Line = [(-2.0, 1.0), (202.0, 1.0)]
    with pytest.raises(InputError, match="no sky"):
        sky(scene(border, GROUND))


def test_a_gap_too_wide_is_refused() -> None:
    drawn = scene(ring(100.0, 75.0, 10.0))
    with pytest.raises(InputError, match="the gap leaves nothing"):
        free_of_strokes(inside(drawn.layers), drawn, 11.0)


@pytest.mark.parametrize("kind", ["tossed", "ditsy"])
def test_motifs_keep_the_gap_from_strokes_edges_and_each_other(kind: str) -> None:
    drawn = scene(GROUND, ring(100.0, 60.0, 30.0, 0.2), width_mm=0.8)
    gap = 1.5
    free = free_of_strokes(sky(drawn), drawn, gap)
    motifs = blobs()
    layout = Layout(kind, motifs=40, density=0.4, gap_mm=gap, turns="free", scale=(0.6, 1.3))
    placements = list(fill_region(motifs, layout, free, PAGE, np.random.default_rng(2)))[-1]
    assert len(placements) > 20
    outlines = [shapely.Polygon(p.apply(motifs[p.motif].outline)) for p in placements]
    ink = shapely.union_all([shapely.LineString(line) for line in drawn.layers[0].strokes.polylines()])
    page = shapely.box(0.0, 0.0, 200.0, 150.0)
    for number, outline in enumerate(outlines):
        assert outline.distance(ink) >= gap + 0.4 - 0.05  # arcs of the buffer are polygons
        assert outline.distance(page.exterior) >= gap - 1e-9
        assert page.contains(outline)
        assert shapely.distance(outline, outlines[:number]).min(initial=math.inf) >= gap
        assert not ink.convex_hull.equals(outline)


def test_a_shape_alone_may_be_filled_to_its_border() -> None:
    drawn = scene(ring(100.0, 75.0, 40.0))
    region = inside(drawn.layers)
    assert free_of_strokes(region, drawn, 2.0, drawn=False).area == pytest.approx(region.area)
    assert free_of_strokes(region, drawn, 2.0).area < 0.93 * region.area


def test_pens_of_a_fill_take_turns() -> None:
    free = shapely.box(10.0, 10.0, 190.0, 140.0)
    motifs = blobs(2)
    placements = list(fill_region(motifs, Layout("tossed", motifs=5), free, PAGE, np.random.default_rng(1)))[-1]
    first, second = fill_layers(motifs, placements, [Pen("a"), Pen("b")])
    assert (len(first.strokes), len(second.strokes)) == (3, 2)
    assert first.label == "fill"
