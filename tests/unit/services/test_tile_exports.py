"""What programs of others find in the files of a tile."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import vpype
from PIL import Image

from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.design.repeat import repeat_names
from sketchdesign.output.files import read_provenance
from sketchdesign.output.gcode import GcodeSettings
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.files import export_tile, prove_file
from sketchdesign.services.tiles.locks import read_settings
from sketchdesign.services.tiles.making import Tile, TileSettings, make_tile
from sketchdesign.services.tiles.previews import contact_sheet_of_repeats, render_preview
from sketchdesign.services.tiles.settings import MotifSet

HOOK = Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]], [[70, 90], [90, 70], [80, 50]]])
PENS = (Pen("indigo", "#203060", 0.4), Pen("rust", "#c03020", 0.6))
PT = 72 / 25.4


def tile(**options: object) -> Tile:
    layout = Layout("grid", rows=1, columns=2, gap_mm=0.0, scale=(1.4, 1.4))
    settings = TileSettings("half-drop", (40.0, 30.0), layout, PENS, **options)  # type: ignore[arg-type]
    return Job(make_tile([HOOK], settings, {})).run()


def written(tmp_path: Path, ending: str, made: Tile | None = None, **options: object) -> Path:
    path = tmp_path / f"tile{ending}"
    export_tile(made or tile(), [path], 127.0, **options)  # type: ignore[arg-type]
    return path


def test_vpype_finds_true_millimetres_pens_and_colours(tmp_path: Path) -> None:
    made = tile()
    document = vpype.read_multilayer_svg(str(written(tmp_path, ".svg", made)), 0.01)
    px_per_mm = 96 / 25.4
    assert document.page_size == pytest.approx((80 * px_per_mm, 30 * px_per_mm))
    assert sorted(document.layers) == [1, 2]
    for number, layer in enumerate(made.drawing.layers, 1):
        found = document.layers[number]
        assert len(found) == len(layer.strokes)
        lengths_mm = found.length() / px_per_mm
        assert lengths_mm == pytest.approx(layer.strokes.pen_down_mm(), abs=0.05)
        assert found.property("vp_color").as_hex() == layer.pen.colour
        assert found.property("vp_pen_width") / px_per_mm == pytest.approx(layer.pen.width_mm)


def test_inkscape_finds_a_layer_for_each_pen(tmp_path: Path) -> None:
    text = written(tmp_path, ".svg").read_text(encoding="utf-8")
    assert re.findall(r'inkscape:groupmode="layer" inkscape:label="([^"]+)"', text) == ["1 indigo 0.4", "2 rust 0.6"]
    assert all(part in text for part in ('width="80mm"', 'height="30mm"', 'viewBox="0 0 80 30"'))
    assert not re.search("transform=|<use", text)


def test_an_audit_of_the_dxf_finds_nothing(tmp_path: Path) -> None:
    import ezdxf

    document = ezdxf.readfile(written(tmp_path, ".dxf"))
    assert not document.audit().errors
    assert document.header["$INSUNITS"] == 4
    assert {entity.dxf.layer for entity in document.modelspace()} == {"1 indigo 0.4", "2 rust 0.6"}


def test_boxes_of_the_pdf_are_the_tile_and_its_bleed(tmp_path: Path) -> None:
    for bleed_mm in (0.0, 3.0):
        path = written(tmp_path, ".pdf", bleed_mm=bleed_mm)
        with pikepdf.open(path) as pdf:
            (page,) = pdf.pages
            trim, bleed, media = (
                [float(x) for x in page.obj[f"/{name}Box"].as_list()] for name in ("Trim", "Bleed", "Media")
            )
            assert len(pdf.Root.OCProperties.OCGs.as_list()) == 2
        assert trim == pytest.approx([x * PT for x in (bleed_mm, bleed_mm, bleed_mm + 80, bleed_mm + 30)], abs=1e-5)
        assert bleed == media == pytest.approx([0, 0, (80 + 2 * bleed_mm) * PT, (30 + 2 * bleed_mm) * PT], abs=1e-5)


def test_a_bleed_shows_what_the_neighbours_begin_with(tmp_path: Path) -> None:
    made = tile()
    picture = np.asarray(Image.open(written(tmp_path, ".png", made)), np.int16)
    wide = np.asarray(Image.open(written(tmp_path, ".png", made, bleed_mm=4.0)), np.int16)
    assert picture.shape == (150, 400, 3)
    assert wide.shape == (190, 440, 3)
    assert np.array_equal(wide[20:-20, 20:-20], picture)
    assert np.array_equal(wide, np.tile(picture, (3, 3, 1))[130:320, 380:820])
    text = written(tmp_path, ".svg", made, bleed_mm=4.0).read_text(encoding="utf-8")
    assert all(part in text for part in ('width="88mm"', 'height="38mm"'))


def test_a_file_with_a_bleed_is_no_tile_to_prove_but_reopens(tmp_path: Path) -> None:
    path = written(tmp_path, ".svg", bleed_mm=3.0)
    assert read_provenance(path).recipe["bleed_mm"] == 3.0
    assert read_settings(path)[1].layers == tile().design.layers
    with pytest.raises(InputError, match="has a bleed"):
        prove_file(path)


@pytest.mark.parametrize(("bleed_mm", "overhang"), [(-1.0, False), (1e3, False), (float("nan"), False), (3.0, True)])
def test_impossible_bleeds_are_refused(tmp_path: Path, bleed_mm: float, overhang: bool) -> None:
    with pytest.raises(InputError, match="bleed"):
        written(tmp_path, ".svg", tile(overhang=overhang), bleed_mm=bleed_mm)
    assert not list(tmp_path.iterdir())


def test_gcode_moves_the_machine_as_told(tmp_path: Path) -> None:
    from dataclasses import replace

    machine = replace(AXIDRAW_V3, draw_mm_s=20.0)
    lines = written(tmp_path, ".gcode", gcode=GcodeSettings(machine, "G1 Z0 F600", "G0 Z5")).read_text().splitlines()
    assert lines.count("G1 Z0 F600") == tile().drawing.stroke_count
    assert any(line.startswith("G1 X") and line.endswith(" F1200") for line in lines)
    assert "M5" not in lines


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf", ".dxf", ".gcode"])
@pytest.mark.parametrize("colour_by", ["stroke", "position", "kind"])
def test_a_tile_reopens_from_every_format(tmp_path: Path, ending: str, colour_by: str) -> None:
    made = tile(colour_by=colour_by)
    settings, design = read_settings(written(tmp_path, ending, made))
    assert (settings.repeat, settings.cell_mm, settings.colour_by) == ("half-drop", (40.0, 30.0), colour_by)
    assert settings.pens == PENS
    assert design.layers == made.design.layers


def test_blends_that_no_motif_has_make_no_layers(tmp_path: Path) -> None:
    made = tile(colour_by="position")
    assert len(made.design.layers) == 5
    text = written(tmp_path, ".svg", made).read_text(encoding="utf-8")
    assert text.count("inkscape:groupmode") == sum(len(layer.strokes) > 0 for layer in made.design.layers) < 5


def test_a_preview_shows_nine_repeats(tmp_path: Path) -> None:
    made = tile()
    with Image.open(io.BytesIO(render_preview({"": made}))) as picture:
        assert picture.size == (1200, 450)
        pixels = np.asarray(picture.convert("RGB"), np.int16)
    assert np.abs(pixels[:, 400:800] - pixels[:, :400])[:, 5:-5].max() <= 2
    (tmp_path / "p.png").write_bytes(render_preview({"a": made, "b": made}))
    assert read_provenance(tmp_path / "p.png").recipe["colourways"] == ["a", "b"]
    with Image.open(tmp_path / "p.png") as both:
        left, right = (np.asarray(both)[20:200, x : x + 480] for x in (20, 520))
    assert np.array_equal(left, right)


def test_every_repeat_is_on_the_contact_sheet() -> None:
    from sketchdesign.design.layout import motif_of

    given = MotifSet([motif_of(HOOK)], {})
    data, shown = Job(contact_sheet_of_repeats(given, TileSettings("grid", (30.0, 30.0), Layout()))).run()
    assert [each.name for each in shown] == list(repeat_names())
    assert max(each.seam_error_mm for each in shown) <= 1e-6
    with Image.open(io.BytesIO(data)) as picture:
        pixels = np.asarray(picture)
    for number in range(len(shown)):
        left, top = 20 + number % 6 * 260, 20 + number // 6 * 286
        assert (pixels[top : top + 240, left : left + 240] < 128).any(), shown[number].name
        assert (pixels[top + 242 : top + 264, left : left + 240] < 80).any(), shown[number].name
