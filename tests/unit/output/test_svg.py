from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import vpype

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.provenance import read_svg_provenance
from sketchdesign.output.svg import render_svg

INKSCAPE = "{http://www.inkscape.org/namespaces/inkscape}"
SVG = "{http://www.w3.org/2000/svg}"


def drawing(*lines: object, pen: Pen | None = None, label: str = "") -> Drawing:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    return Drawing(Page(210, 297), (Layer(pen or Pen(), strokes, label),))


def paths(text: str) -> list[str]:
    return [path.get("d", "") for path in ElementTree.fromstring(text).iter(f"{SVG}path")]


def groups(text: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(text).iter(f"{SVG}g"))


def test_one_user_unit_is_a_millimetre() -> None:
    root = ElementTree.fromstring(render_svg(Drawing(Page(215.9, 279.4), ())))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("215.9mm", "279.4mm", "0 0 215.9 279.4")


def test_numbers_have_three_decimals_at_most() -> None:
    text = render_svg(drawing([[1, 2.5], [-0.0001, 10.10049], [100.0, 1200.0006]]))
    assert paths(text) == ["M1,2.5 0,10.1 100,1200.001"]


def test_closed_strokes_and_dots() -> None:
    text = render_svg(
        drawing([[0, 0], [1, 0], [1, 1], [0, 0]], [[3, 4]], [[5, 6], [5, 6.0001]], [[0, 0], [1, 0], [0, 0]])
    )
    assert paths(text) == ["M0,0 1,0 1,1Z", "M3,4h0.001", "M5,6h0.001", "M0,0 1,0Z"]


def test_each_pen_has_an_inkscape_layer() -> None:
    one, two = Pen("red", "#c8372d", 0.5), Pen("fine", "#000000", 0.05)
    sheet = Drawing(Page(10, 10), (Layer(one, Strokes.empty()), Layer(two, Strokes.empty(), "outline")))
    first, second = groups(render_svg(sheet))
    assert (first.get("id"), first.get(f"{INKSCAPE}label")) == ("layer1", "1 red 0.5")
    assert (second.get("id"), second.get(f"{INKSCAPE}label")) == ("layer2", "2 outline")
    assert first.get(f"{INKSCAPE}groupmode") == "layer"
    assert (
        first.attrib.items()
        >= {
            "fill": "none",
            "stroke": "#c8372d",
            "stroke-width": "0.5",
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
        }.items()
    )
    assert second.get("stroke-width") == "0.05"


@pytest.mark.parametrize(("label", "written"), [("%guides", "%1 guides"), ("! change pen", "!1 change pen")])
def test_axidraw_codes_stay_in_front(label: str, written: str) -> None:
    assert groups(render_svg(drawing([[0, 0]], label=label)))[0].get(f"{INKSCAPE}label") == written


def test_any_text_gives_valid_xml() -> None:
    text = render_svg(drawing([[0, 0]], pen=Pen("<&\"\x00\x1b\ud800'>", "#000000"), label=""))
    assert groups(text)[0].get(f"{INKSCAPE}label") == "1 <&\"'> 0.3"


def test_no_transforms_and_no_clones() -> None:
    text = render_svg(drawing([[0, 0], [1, 1]]))
    assert "transform" not in text
    assert "<use" not in text


def test_the_same_drawing_gives_the_same_bytes() -> None:
    assert render_svg(drawing([[0, 0], [1 / 3, 1]])) == render_svg(drawing([[0, 0], [1 / 3, 1]]))


def test_vpype_reads_layers_strokes_colours_and_sizes(tmp_path: Path) -> None:
    sheet = Drawing(
        Page(297, 210),
        (
            Layer(Pen("red", "#ff0000", 0.5), Strokes.from_polylines([[[10, 20], [30, 20]], [[7, 7]]])),
            Layer(Pen("blue", "#0000ff", 0.1), Strokes.from_polylines([[[1, 1], [2, 1], [2, 2], [1, 1]]])),
        ),
    )
    path = tmp_path / "sheet.svg"
    path.write_text(render_svg(sheet))
    document = vpype.read_multilayer_svg(str(path), quantization=0.1)
    assert {number: len(lines) for number, lines in document.layers.items()} == {1: 2, 2: 1}
    np.testing.assert_allclose(document.page_size, np.array([297, 210]) * 96 / 25.4, rtol=1e-6)
    assert str(document.layers[1].property("vp_color")) == "#ff0000"
    assert document.layers[2].property("vp_pen_width") == pytest.approx(0.1 * 96 / 25.4, rel=1e-6)
    closed = document.layers[2].lines[0]
    assert len(closed) == 4
    assert closed[0] == closed[-1]


def test_provenance_survives_awkward_text(tmp_path: Path) -> None:
    recipe = {"word": "</metadata><!--]]>&amp; \u0000\ud800 \u00e9", "z": [0.1, -2.5e-9], "deep": {"a": [None, True]}}
    path = tmp_path / "sheet.svg"
    path.write_text(render_svg(Drawing(Page(10, 10), (), Provenance(recipe))))
    assert read_svg_provenance(path) == Provenance(recipe)


BOMB = """<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<svg xmlns="http://www.w3.org/2000/svg"><metadata>&b;</metadata></svg>"""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an SVG"),
        (b"no xml", "not an SVG"),
        (b"\x89PNG\r\n", "not an SVG"),
        (b"<html/>", "not an SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "not an SVG"),
        (b"<?xml version='1.0' encoding='nonsense'?><svg/>", "not an SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "does not say how it was made"),
        (BOMB.encode(), "document type"),
        (b"<svg xmlns:s='urn:sketchdesign:provenance'><s:provenance>{}</s:provenance></svg>", "damaged"),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "other.svg"
    path.write_bytes(content)
    with pytest.raises(SketchFormatError, match=reason):
        read_svg_provenance(path)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_svg_provenance(tmp_path / "absent.svg")
    with pytest.raises(InputError, match="cannot read"):
        read_svg_provenance(tmp_path)
