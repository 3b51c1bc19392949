from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.digits import number_sketch
from sketchdesign.design.layout import Layout
from sketchdesign.output.png import render_png
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.croquis import check_file, export_overlay, overlay
from sketchdesign.services.tiles.making import TileSettings, make_tile

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="100mm" viewBox="0 0 100 100">'


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Circles in even rows, one of them missing, one cut at the seam: a tile by another program."""
    path = tmp_path / "foreign.svg"
    rows = (10, 30, 50, 70, 90)
    places = [(x, y) for x in (20, 40, 60, 80) for y in rows if (x, y) != (40, 50)]
    circles = [f'<circle cx="{x}" cy="{y}" r="6" fill="none" stroke="black"/>' for x, y in places]
    cut = [f'<path d="M100,{y - 6} A6,6 0 0 0 100,{y + 6}"/><path d="M0,{y - 6} A6,6 0 0 1 0,{y + 6}"/>' for y in rows]
    path.write_text(HEAD + "".join([*circles, *cut]) + "</svg>", encoding="utf-8")
    return path


def test_a_tile_by_another_program_is_checked(foreign: Path) -> None:
    checked = check_file(foreign)
    assert checked.joined
    assert checked.croquis.motifs == 19 + 5
    hole = checked.croquis.holes[0]
    assert (hole.x_mm, hole.y_mm) == pytest.approx((40.0, 50.0), abs=1.0)
    assert hole.radius_mm == pytest.approx(14.0, abs=0.3)
    assert 0.0 in {line_up.degrees for line_up in checked.croquis.line_ups}


def test_the_overlay_shows_every_fault_in_every_copy(foreign: Path) -> None:
    checked = check_file(foreign)
    drawing = overlay(checked.design, checked.croquis)
    assert drawing.page.width_mm == pytest.approx(300.0)
    by_name = {layer.label: layer for layer in drawing.layers}
    assert len(by_name["hole"].strokes) == 9 * len(checked.croquis.holes)
    assert by_name["alleyway"].pen.width_mm in {alley.width_mm for alley in checked.croquis.alleyways}
    pixels = np.asarray(Image.open(io.BytesIO(render_png(drawing, 50.0))), np.int16)
    hole = checked.croquis.holes[0]
    for copy in range(3):
        x = round((hole.x_mm + 100.0 * copy + hole.radius_mm) / 25.4 * 50.0)
        y = round(hole.y_mm / 25.4 * 50.0)
        near = pixels[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
        assert (near[:, 0] - near[:, 1]).max() > 100


def test_the_motifs_of_a_tile_of_ours_have_numbers_from_one(foreign: Path) -> None:
    hook = Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]]])
    layout = Layout("tossed", motifs=3, density=0.2)
    made = Job(make_tile([hook], TileSettings("p2", (60.0, 50.0), layout), {})).run()
    drawing = overlay(made.design, made.croquis)
    numbers = next(layer.strokes for layer in drawing.layers if layer.label == "number")
    assert len(numbers) == sum(len(number_sketch(number).polylines()) for number in (1, 2, 3))
    boxes = [(line.min(axis=0) + line.max(axis=0)) / 2.0 for line in numbers.polylines()]
    for placed, middle in zip(made.placements, boxes, strict=True):
        away = np.abs(np.array(placed.centre_mm) % made.design.repeat.rectangle_mm - middle)
        assert away.max() < 1.0
    checked = check_file(foreign)
    assert "number" not in {layer.label for layer in overlay(checked.design, checked.croquis).layers}


def test_the_picture_has_a_sensible_size(foreign: Path, tmp_path: Path) -> None:
    checked = check_file(foreign)
    export_overlay(checked.design, checked.croquis, tmp_path / "check.png")
    with Image.open(tmp_path / "check.png") as image:
        assert max(image.size) == pytest.approx(1500, abs=2)


def test_what_is_no_tile_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.svg"
    empty.write_text(HEAD + "</svg>", encoding="utf-8")
    for path in (empty, tmp_path / "none.svg"):
        with pytest.raises(SketchDesignError):
            check_file(path)
