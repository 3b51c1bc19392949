from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError, SketchDesignError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout, motif_of
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.fill import FillSettings, Scene, fill_scene, read_scene, region_of
from sketchdesign.services.tiles.making import MotifSet

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="80mm" viewBox="0 0 100 80">'
BODY = (
    '<g id="land" stroke="#305020"><path d="M0,70 L100,70"/></g>'
    '<g id="things" stroke="#102030"><rect id="box" x="10" y="40" width="20" height="20" fill="none"/>'
    '<circle id="sun" cx="75" cy="25" r="12" fill="none"/></g>'
)
BLOB = MotifSet([motif_of(Sketch.from_polylines([[[0, 0], [50, 10], [60, 60], [5, 45], [0, 0]]]))], {"sketches": "x"})


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    path = tmp_path / "scene.svg"
    path.write_text(HEAD + BODY + "</svg>", encoding="utf-8")
    return read_scene(str(path), Page.parse("A5"), 10.0)


def test_regions_are_found_by_layer_number_and_id(scene: Scene) -> None:
    sun = region_of(scene, "sun")
    assert sun.area == pytest.approx(452.4, rel=0.03)
    assert sun.centroid.distance(shapely.Point(75.0, 25.0)) < 0.2
    assert region_of(scene, "things").area == pytest.approx(452.4 + 400.0, rel=0.03)
    assert region_of(scene, "2").equals(region_of(scene, "things"))
    assert region_of(scene, "box").bounds == pytest.approx((10.0, 40.0, 30.0, 60.0), abs=0.3)
    assert region_of(scene, "sky").area == pytest.approx(7000.0 - 852.4, rel=0.02)
    assert region_of(scene, "outside").area == pytest.approx(8000.0 - 852.4, rel=0.02)
    with pytest.raises(InputError, match="no layer or shape 'moon'"):
        region_of(scene, "moon")


def test_a_filled_scene_keeps_its_layers_and_gets_new_ones(scene: Scene) -> None:
    layout = Layout("tossed", motifs=20, density=0.3, gap_mm=1.0, turns="free")
    settings = FillSettings(layout, "sky", (Pen("red", "#ff0000"), Pen("blue", "#0000ff")), seed=3)
    made = Job(fill_scene(scene, BLOB, settings)).run()
    assert [layer.label for layer in made.drawing.layers] == ["land", "things", "fill", "fill"]
    assert made.drawing.layers[:2] == scene.drawing.layers
    assert made.sketches == 20
    assert made.coverage == pytest.approx(0.3, abs=0.05)
    for layer in made.drawing.layers[2:]:
        assert layer.strokes.points[:, 1].max() < 69.0
    recipe = made.drawing.provenance.recipe
    assert (recipe["command"], recipe["scene"], recipe["region"]) == ("fill", "scene.svg", "sky")
    again = Job(fill_scene(scene, BLOB, settings)).run()
    assert again.drawing.layers == made.drawing.layers
    alone = Job(fill_scene(scene, BLOB, replace(settings, keep_scene=False))).run()
    assert [layer.label for layer in alone.drawing.layers] == ["fill", "fill"]


def test_a_sketch_becomes_a_scene_on_a_page() -> None:
    scene = read_scene("example:cat-face", Page(100.0, 150.0), 10.0)
    points = scene.drawing.layers[0].strokes.points
    assert points[:, 0].min() == pytest.approx(10.0)
    assert points[:, 0].max() == pytest.approx(90.0)
    made = Job(fill_scene(scene, BLOB, FillSettings(Layout("ditsy", motifs=15, gap_mm=0.5), "inside"))).run()
    assert made.sketches > 10


def test_scenes_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    for text in (str(tmp_path / "none.svg"), "example:unicorn", "nothing"):
        with pytest.raises(SketchDesignError):
            read_scene(text, Page.parse("A5"), 10.0)
    with pytest.raises(InputError, match="margin"):
        read_scene("example:cat", Page.parse("A5"), 100.0)
