"""The colour of the cloth: seen wherever a file is looked at, and drawn by no pen."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import vpype
from PIL import Image

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.geometry.read_drawing import read_drawing
from sketchdesign.output.ground import ground_in, pdf_on_ground, png_on_ground, svg_on_ground
from sketchdesign.output.pdf import render_pdf
from sketchdesign.output.png import render_png
from sketchdesign.output.svg import render_svg
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.colourways import Colourway, in_colourways
from sketchdesign.services.tiles.files import export_tile, prove_file
from sketchdesign.services.tiles.locks import read_settings
from sketchdesign.services.tiles.making import Tile, TileSettings, make_tile
from sketchdesign.services.tiles.previews import render_preview

NIGHT, PAPER = "#15203a", "#f6efe0"
HOOK = Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]], [[70, 90], [90, 70], [80, 50]]])


def drawing(ground: str = NIGHT) -> Drawing:
    lines = Strokes.from_polylines([[[2, 5], [18, 5]], [[10, 1], [10, 9]]])
    layers = (Layer(Pen("a", "#ffcc00", 1.0), lines), Layer(Pen("none", "#00ff00", 1.0), Strokes.empty()))
    return Drawing(Page(20.0, 10.0), layers, Provenance({"ground": ground} if ground else {}))


def tile() -> Tile:
    layout = Layout("tossed", motifs=4, density=0.2)
    settings = TileSettings("half-drop", (40.0, 30.0), layout, (Pen("a", "#102030", 0.6),), ground=PAPER)
    return Job(make_tile([HOOK], settings, {})).run()


def pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def rgb(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def test_a_picture_has_the_ground_for_its_paper() -> None:
    on_white, on_ground = pixels(render_png(drawing(""), 127.0)), pixels(png_on_ground(drawing(), 127.0))
    assert on_ground.shape == on_white.shape
    assert on_ground[0, 0].tolist() == rgb(NIGHT)
    assert on_ground[25, 30].tolist() == rgb("#ffcc00")
    # As much ink on every pixel as on white: of blue there is none in the ink.
    ink = 1.0 - on_white[..., 2] / 255.0
    np.testing.assert_allclose(on_ground[..., 2] / rgb(NIGHT)[2], 1.0 - ink, atol=0.02)


def test_files_without_a_ground_are_what_they_were() -> None:
    plain = drawing("")
    assert png_on_ground(plain, 127.0) == render_png(plain, 127.0)
    assert svg_on_ground(plain) == render_svg(plain)
    assert pdf_on_ground(plain) == render_pdf(plain)
    for strange in (None, 7, "mauve", "#12345"):
        assert ground_in(Provenance({"ground": strange})) == ""


def test_no_program_for_plotters_finds_a_stroke_in_the_ground(tmp_path: Path) -> None:
    path = tmp_path / "ground.svg"
    path.write_text(svg_on_ground(drawing()), encoding="utf-8")
    document = vpype.read_multilayer_svg(str(path), 0.01)
    assert sum(len(layer) for layer in document.layers.values()) == 2
    assert document.page_size == pytest.approx((20 * 96 / 25.4, 10 * 96 / 25.4))
    assert read_drawing(path).stroke_count == 2
    assert 'inkscape:label="%ground"' in path.read_text(encoding="utf-8")


def test_a_pdf_has_the_ground_in_a_layer_below_all_others() -> None:
    with pikepdf.open(io.BytesIO(pdf_on_ground(drawing(), bleed_mm=3.0))) as pdf:
        assert [str(group.Name) for group in pdf.Root.OCProperties.OCGs] == ["%ground", "1 a 1", "2 none 1"]
        page = pdf.pages[0]
        content = b"".join(part.read_bytes() for part in page.Contents)
        assert content.index(b"re f") < content.index(b" S")
        sides = [float(side) for side in page.MediaBox][2:]
        assert sides == pytest.approx([26 * 72 / 25.4, 16 * 72 / 25.4])
        assert f"0 0 {sides[0]:.6f} {sides[1]:.6f} re".encode() in content
    assert pdf_on_ground(drawing()) == pdf_on_ground(drawing())


def test_a_tile_keeps_its_ground_and_a_colourway_may_have_another(tmp_path: Path) -> None:
    night = Colourway("night", (Pen("b", "#ffffff", 0.6),), NIGHT)
    made = in_colourways(tile(), [night, Colourway("plain", (Pen("c", "#203060", 0.6),))])
    for name, ground in (("night", NIGHT), ("plain", PAPER)):
        paths = [tmp_path / f"{name}{ending}" for ending in (".svg", ".png", ".pdf", ".dxf", ".hpgl", ".gcode")]
        export_tile(made[name], paths, 60.0)
        assert read_settings(paths[0])[0].ground == ground
        assert prove_file(paths[0]).seamless
        picture = pixels(paths[1].read_bytes()).reshape(-1, 3)
        assert (picture == rgb(ground)).all(axis=1).mean() > 0.5
    preview = pixels(render_preview(made)).reshape(-1, 3)
    for ground in (NIGHT, PAPER):
        assert (preview == rgb(ground)).all(axis=1).mean() > 0.1
