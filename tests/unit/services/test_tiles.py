from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError, SketchDesignError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.design.repeat import repeat_names
from sketchdesign.geometry.vpype_worker import VpypeWorker
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.making import (
    Tile,
    TileSettings,
    export_tile,
    make_tile,
    open_design,
    pattern_sheet,
    prove_file,
    read_sketches,
)
from sketchdesign.services.tiles.pictures import raster_difference, tile_picture

HOOK = Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]], [[70, 90], [90, 70], [80, 50]]])
BLOB = Sketch.from_polylines([[[0, 0], [50, 10], [60, 60], [5, 45], [0, 0]]])


def tile(repeat: str = "half-drop", *, layout: Layout | None = None, **options: object) -> Tile:
    settings = TileSettings(repeat, (40.0, 30.0), layout or Layout(), **options)  # type: ignore[arg-type]
    return Job(make_tile([HOOK, BLOB], settings, {"sketches": "test"})).run()


LARGE = Layout("grid", gap_mm=0.0, scale=(1.5, 1.5), jitter_mm=1.0)
"""Motifs that reach over the edges."""


@pytest.mark.parametrize("kaleidoscope", [False, True])
@pytest.mark.parametrize("repeat", repeat_names())
def test_every_repeat_is_seamless_in_lines_and_in_pixels(repeat: str, kaleidoscope: bool, tmp_path: Path) -> None:
    made = tile(repeat, layout=LARGE, kaleidoscope=kaleidoscope)
    assert made.proof.seamless
    assert made.proof.seam_error_mm <= 1e-6
    assert raster_difference(made.design, 40.0) == 0
    path = tmp_path / "tile.svg"
    assert export_tile(made, [path], 150.0) == []
    assert prove_file(path).seam_error_mm == 0.0


def test_a_tile_reopens_from_its_files_as_it_was(tmp_path: Path) -> None:
    layout = Layout("tossed", motifs=6, turns="free", density=0.2)
    made = tile("p4g", layout=layout, pens=(Pen("a", "#102030", 0.4), Pen("b", "#c03020", 0.6)), mirrored_pen=True)
    paths = [tmp_path / "tile.svg", tmp_path / "tile.png"]
    export_tile(made, paths, 60.0)
    for path in paths:
        design, joined = open_design(path)
        assert not joined
        assert (design.repeat, design.layers, design.mirrored_pen) == (made.design.repeat, made.design.layers, True)


def test_the_recipe_says_how_it_was_made() -> None:
    recipe = tile("p3", seed=5).drawing.provenance.recipe
    assert (recipe["command"], recipe["layout_seed"], recipe["sketches"]) == ("tile", 5, "test")
    assert recipe["layout"]["kind"] == "grid"
    assert recipe["design"]["repeat"] == "p3"


def test_a_picture_has_whole_pixels_and_says_what_became_of_the_size(tmp_path: Path) -> None:
    made = tile("p6m")
    path = tmp_path / "tile.png"
    (note,) = export_tile(made, [path], 150.0)
    with Image.open(path) as image:
        assert image.size == (236, 409)
    assert "236 x 409 whole pixels" in note
    assert "39.963 x 69.257 mm" in note
    assert export_tile(tile("grid"), [path], 25.4 * 4) == []


@pytest.mark.parametrize("dpi", [0.0, -1.0, float("nan"), 1e9])
def test_resolutions_without_sense_are_refused(dpi: float) -> None:
    with pytest.raises(InputError, match="makes no sense"):
        tile_picture(tile("grid").design, dpi)


def test_a_picture_rolled_by_half_shows_no_edge() -> None:
    # A straight line through the tile looks the same at the seam as anywhere else.
    line = Sketch.from_polylines([[[-400, 0], [400, 0]]])
    layout = Layout("grid", gap_mm=0.0, scale=(3.0, 3.0))
    made = Job(make_tile([line], TileSettings("grid", (40.0, 30.0), layout), {})).run()
    pixels = np.asarray(Image.open(io.BytesIO(tile_picture(made.design, 80.0).data)), np.int16)
    assert np.ptp(pixels, axis=1).max() == 0


def test_a_sheet_is_drawn_from_uncut_strokes(tmp_path: Path) -> None:
    path = tmp_path / "tile.svg"
    made = tile("half-brick", layout=LARGE)
    export_tile(made, [path], 150.0)
    with VpypeWorker() as worker:
        ours = Job(pattern_sheet(path, Page(150, 200), 10.0, worker)).run()
        text = path.read_text(encoding="utf-8")
        begin, end = text.index("<metadata"), text.index("</metadata>") + len("</metadata>")
        path.write_text(text[:begin] + text[end:], encoding="utf-8")
        foreign = Job(pattern_sheet(path, Page(150, 200), 10.0, worker)).run()
    assert not ours.joined
    assert foreign.joined
    assert ours.drawing.provenance.recipe["tile"]["design"]["repeat"] == "half-brick"
    assert foreign.route.pen_down_mm == pytest.approx(ours.route.pen_down_mm, rel=1e-3)
    assert foreign.route.lifts_before == ours.route.lifts_before
    for layer in ours.drawing.layers:
        assert layer.strokes.points.min() >= 10.0
    assert ours.sketches > 10
    assert ours.estimate_s > 0


def test_an_overhang_tile_is_written_whole(tmp_path: Path) -> None:
    made = tile("half-drop", layout=LARGE, overhang=True)
    assert made.drawing.stroke_count == 2 * 3
    assert made.proof.seamless


def test_sketches_come_from_files(tmp_path: Path) -> None:
    path = tmp_path / "many.ndjson"
    path.write_text('{"word":"a","drawing":[[[0,5],[0,5]]]}\n' * 5, encoding="utf-8")
    assert len(read_sketches(str(path), 3)[0]) == 3
    assert len(read_sketches(f"{path}#4", 3)[0]) == 1
    empty = tmp_path / "empty.ndjson"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="no drawing"):
        read_sketches(str(empty), 3)


@pytest.mark.parametrize("name", ["none.svg", "none.png", "none.pdf", "damaged.svg", "picture.png"])
def test_files_that_are_no_tiles_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "damaged.svg").write_text("<svg", encoding="utf-8")
    Image.new("RGB", (2, 2)).save(tmp_path / "picture.png")
    with pytest.raises(SketchDesignError):
        open_design(tmp_path / name)
    with pytest.raises(SketchDesignError):
        prove_file(tmp_path / name)
