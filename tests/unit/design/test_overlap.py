"""Motifs hide what lies behind them, and the pattern still meets itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sketchdesign.core.drawing import Layer, Page, Pen, Strokes
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout, design_of, motif_of
from sketchdesign.design.overlap import occluded
from sketchdesign.design.packing import pack
from sketchdesign.design.proof import prove
from sketchdesign.design.repeat import make_repeat, repeat_names
from sketchdesign.design.tile import Design, cut_tile, sheet
from sketchdesign.services.tiles.pictures import raster_difference

SQUARE = np.array([[0.0, 0.0], [20.0, 0.0], [20.0, 20.0], [0.0, 20.0], [0.0, 0.0]])


def two_squares(first: tuple[float, float], second: tuple[float, float]) -> Design:
    layers = (
        Layer(Pen(), Strokes.from_polylines([SQUARE + first])),
        Layer(Pen("red", "#ff0000"), Strokes.from_polylines([SQUARE + second])),
    )
    return Design(make_repeat("grid", 60.0, 50.0), layers, (np.array([0]), np.array([1])))


def test_the_later_square_hides_a_corner_of_the_earlier() -> None:
    seen = occluded(two_squares((10.0, 10.0), (20.0, 20.0)))
    assert seen.layers[1].strokes.pen_down_mm() == pytest.approx(80.0)
    assert seen.layers[0].strokes.pen_down_mm() == pytest.approx(60.0)
    assert [own.tolist() for own in seen.motifs] == [[0] * len(seen.layers[0].strokes), [1]]


def test_it_is_hidden_across_the_seam_as_well() -> None:
    # The second lies over the first's image in the tile to the right.
    seen = occluded(two_squares((0.0, 10.0), (50.0, 15.0)))
    assert seen.layers[0].strokes.pen_down_mm() == pytest.approx(80.0 - 10.0 - 15.0)
    assert seen.layers[1].strokes.pen_down_mm() == pytest.approx(80.0)
    assert prove(cut_tile(seen), step_mm=0.0).seamless


RING = Sketch.from_polylines([np.column_stack([np.cos(a := np.linspace(0, 2 * np.pi, 25)), np.sin(a)]) * 50])
CROSS = Sketch.from_polylines([[[0, 0], [60, 60]], [[60, 0], [0, 60]]])


@pytest.mark.parametrize("kaleidoscope", [False, True])
@pytest.mark.parametrize("name", repeat_names())
def test_every_repeat_meets_itself_in_lines_and_in_pixels(name: str, kaleidoscope: bool) -> None:
    repeat = make_repeat(name, 50.0, 40.0)
    motifs = [motif_of(RING), motif_of(CROSS)]
    layout = Layout("tossed", motifs=7, density=0.8, turns="free", overlap_mm=3.0)
    placements = list(pack(motifs, layout, repeat, np.random.Generator(np.random.Philox(key=5))))[-1]
    drawn = replace(design_of(motifs, placements, repeat, [Pen(), Pen("b", "#c03020")]), kaleidoscope=kaleidoscope)
    seen = occluded(drawn)
    assert sum(layer.strokes.pen_down_mm() for layer in seen.layers) < sum(
        layer.strokes.pen_down_mm() for layer in drawn.layers
    )
    proof = prove(cut_tile(seen), step_mm=0.0)
    assert proof.seamless
    assert proof.seam_error_mm <= 1e-9
    assert raster_difference(seen, 25.0) == 0


def test_overlapping_rings_never_cross_on_a_sheet() -> None:
    import shapely

    repeat = make_repeat("half-drop", 50.0, 40.0)
    motifs = [motif_of(RING)]
    layout = Layout("tossed", motifs=8, density=0.85, overlap_mm=3.0)
    placements = list(pack(motifs, layout, repeat, np.random.Generator(np.random.Philox(key=2))))[-1]
    design = occluded(design_of(motifs, placements, repeat, [Pen()]))
    lines = [shapely.LineString(line) for line in sheet(design, Page(150.0, 120.0)).layers[0].strokes.polylines()]
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    ends = [shapely.boundary(line) for line in lines]
    met = 0
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        for point in shapely.get_parts(shapely.intersection(lines[a], lines[b])) if a < b else ():
            met += 1
            # Where a line disappears behind another it ends; nowhere else do the two share a place.
            assert min(point.distance(ends[a]), point.distance(ends[b])) < 1e-6
    assert met > 20
