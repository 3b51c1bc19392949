from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.geometry.read_drawing import read_drawing
from sketchdesign.output.svg import render_svg

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'


def read(tmp_path: Path, text: str) -> Drawing:
    path = tmp_path / "tile.svg"
    path.write_text(text, encoding="utf-8")
    return read_drawing(path)


def lists(layer: Layer) -> list[list[list[float]]]:
    return [np.round(line, 9).tolist() for line in layer.strokes.polylines()]


def test_what_we_write_is_read_back_exactly(tmp_path: Path) -> None:
    lines = [np.array([[0, 1.125], [119.999, 3]]), np.array([[5.0, 5], [6, 5], [5, 5]])]
    corner = [np.array([[120, 103.923], [1, 2]])]
    layers = (
        Layer(Pen("red", "#c83020", 0.5), Strokes.from_polylines(lines)),
        Layer(Pen("blue", "#2030c8", 0.25), Strokes.from_polylines(corner), "stars"),
    )
    found = read(tmp_path, render_svg(Drawing(Page(120, 103.923), layers)))
    assert (found.page.width_mm, found.page.height_mm) == (120, 103.923)
    assert [lists(layer) for layer in found.layers] == [lists(layer) for layer in layers]
    assert [(x.pen.colour, x.pen.width_mm) for x in found.layers] == [("#c83020", 0.5), ("#2030c8", 0.25)]
    assert [layer.label for layer in found.layers] == ["red 0.5", "stars"]
    # To the last digit on the edge, or no tile would be seamless.
    assert found.layers[1].strokes.points[0].tolist() == pytest.approx([120, 103.923], abs=1e-11)


@pytest.mark.parametrize(
    ("size", "page", "point"),
    [
        ('width="100mm" height="50mm" viewBox="0 0 200 100"', (100, 50), (5, 10)),
        ('width="10cm" height="50mm" viewBox="-10 0 1000 500"', (100, 50), (2, 2)),
        ('width="960" height="480"', (254, 127), (10 * 25.4 / 96, 20 * 25.4 / 96)),
        ('width="1in" viewBox="0 0 254 508"', (25.4, 50.8), (1, 2)),
        ('viewBox="0 0 96 192"', (25.4, 50.8), (10 * 25.4 / 96, 20 * 25.4 / 96)),
        ('width="100%" height="100%" viewBox="0 0 96 192"', (25.4, 50.8), (10 * 25.4 / 96, 20 * 25.4 / 96)),
        ('width="50vw" height="auto" viewBox="0 0 96 192"', (25.4, 50.8), (10 * 25.4 / 96, 20 * 25.4 / 96)),
        ('width="60em" height="30EM" viewBox="0 0 200 100"', (254, 127), (12.7, 25.4)),
        ('width="60rem" height="60ex"', (254, 127), (10 * 25.4 / 96, 20 * 25.4 / 96)),
        ('width="120ch" height=" 508q "', (254, 127), (10 * 25.4 / 96, 20 * 25.4 / 96)),
        ('width="960px" height="480 "', (254, 127), (10 * 25.4 / 96, 20 * 25.4 / 96)),
    ],
)
def test_sizes_of_all_kinds(tmp_path: Path, size: str, page: tuple[float, float], point: tuple[float, float]) -> None:
    found = read(tmp_path, f'<svg {SVG} {size}><path d="M10,20 30,40"/></svg>')
    assert (found.page.width_mm, found.page.height_mm) == pytest.approx(page)
    assert found.layers[0].strokes.points[0].tolist() == pytest.approx(point)


def test_layers_follow_the_groups_and_the_rest_has_its_own(tmp_path: Path) -> None:
    text = f"""<svg {SVG} width="10mm" height="10mm" viewBox="0 0 10 10"><metadata/>
      <defs><path id="shape" d="M0,0 1,1"/></defs>
      <g inkscape:label="2 leaves" style="stroke:#00FF00;stroke-width:0.4px" transform="translate(3,0)">
        <use href="#shape"/></g>
      <g id="stems"><line x1="1" y1="2" x2="3" y2="4"/></g>
      <g id="empty"/>
      <polyline points="5,5 6,6"/></svg>"""
    found = read(tmp_path, text)
    assert [layer.label for layer in found.layers] == ["leaves", "stems", ""]
    assert found.layers[0].pen == Pen("leaves", "#00ff00", 0.4)
    assert [lists(x) for x in found.layers] == [[[[3, 0], [4, 1]]], [[[1, 2], [3, 4]]], [[[5, 5], [6, 6]]]]


PATHS = {
    "attributes": """<path d="M0,1 9,1" stroke="#c83020" stroke-width="0.5"/><path d="M0,2 9,2" stroke="navy"/>
      <path d="M0,3 9,3" stroke="#C83020" stroke-width="0.5"/><path d="M0,4 9,4" stroke="#c83020" stroke-width="2"/>""",
    "styles": """<path d="M0,1 9,1" stroke="tan" style="fill:none;stroke:#c83020;stroke-width:0.5px"/>
      <path d="M0,2 9,2" style="stroke: rgb(0 0 50%)"/><path d="M0,3 9,3" style="stroke:#c83020 !important"/>
      <path d="M0,4 9,4" style="stroke-width:0.5;stroke:rgb(200, 48, 32)"/>""",
    "inheritance": """<g stroke="#c83020" transform="scale(2)" stroke-width="0.25" color="red"><path d="M0,.5 4.5,.5"/>
      <g color="#000080"><path d="M0,1 4.5,1" stroke="currentColor" stroke-width="inherit"/></g>
      <path d="M0,1.5 4.5,1.5"/><polyline stroke="inherit" points="0,2 4.5,2"/></g>""",
    "style sheets": """<style>.warm{stroke:#c83020;stroke-width:0.5} #b{stroke:navy}</style>
      <path d="M0,1 9,1" class="warm"/><path d="M0,2 9,2" id="b"/><g class="warm"><path d="M0,3 9,3"/></g>
      <path d="M0,4 9,4" class="x warm"/>""",
}


@pytest.mark.parametrize("way", PATHS)
def test_each_colour_of_a_layer_has_a_pen(tmp_path: Path, way: str) -> None:
    text = (
        f'<svg {SVG} width="10mm" height="10mm" viewBox="0 0 10 10"><g inkscape:label="1 cats">{PATHS[way]}</g></svg>'
    )
    found = read(tmp_path, text)
    assert [(layer.label, layer.pen.colour) for layer in found.layers] == [
        ("cats #c83020", "#c83020"),
        ("cats #000080", "#000080"),
    ]
    assert [lists(layer) for layer in found.layers] == [[[[0, y], [9, y]] for y in (1, 3, 4)], [[[0, 2], [9, 2]]]]
    assert found.layers[0].pen.width_mm == pytest.approx(0.5)
    # What is written is read back as it was.
    again = read(tmp_path, render_svg(found))
    assert [(layer.label, layer.pen) for layer in again.layers] == [(layer.label, layer.pen) for layer in found.layers]


def test_what_has_no_colour_is_black_and_keeps_its_width(tmp_path: Path) -> None:
    text = f"""<svg {SVG} width="10mm" height="10mm" viewBox="0 0 10 10"><rect width="0" height="0" stroke="#abc"/>
      <path d="M0,0 1,1" stroke="none"/>
      <path d="M1,1 2,2" stroke="url(#gradient)" stroke-width="0.7"/><path d="M2,2 3,3" style="stroke:#000"/>
      <path d="" stroke="red"/><path d="M3,3 4,4" stroke="url(#gradient) #abc"/></svg>"""
    found = read(tmp_path, text)
    assert [(layer.pen, len(layer.strokes)) for layer in found.layers] == [
        (Pen("black", "#000000", 0.7), 3),
        (Pen("#aabbcc", "#aabbcc", 0.3), 1),
    ]


def test_lengths_of_shapes_in_units_of_the_font(tmp_path: Path) -> None:
    shape = '<rect x="1em" width="2rem" height="1ex"/>'
    px = 25.4 / 96
    expected = np.array([[16, 0], [48, 0], [48, 8], [16, 8], [16, 0]]) * px
    for inside in (shape, f"<style/>{shape}"):
        found = read(tmp_path, f'<svg {SVG} width="20em" height="10em">{inside}</svg>')
        assert np.allclose(found.layers[0].strokes.points, expected, atol=1e-9)


def test_percentages_are_of_the_page(tmp_path: Path) -> None:
    frame = '<rect width="100%" height="100%"/>'
    for inside in (frame, f"<style/>{frame}"):
        found = read(tmp_path, f'<svg {SVG} width="20mm" height="10mm" viewBox="0 0 40 20">{inside}</svg>')
        assert lists(found.layers[0]) == [[[0, 0], [20, 0], [20, 10], [0, 10], [0, 0]]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no XML"),
        ("<html/>", "not SVG"),
        (f'<svg {SVG}><path d="M0,0 1,1"/></svg>', "how large"),
        (f'<svg {SVG} width="0" height="0"><path d="M0,0 1,1"/></svg>', "how large"),
        (f'<svg {SVG} width="1e9mm" height="1mm"><path d="M0,0 1,1"/></svg>', "how large"),
        (f'<svg {SVG} width="100%" height="9mm"><path d="M0,0 1,1"/></svg>', "width of 100% is a share of a window"),
        (f'<svg {SVG} width="9mm" height="20vh"><path d="M0,0 1,1"/></svg>', "height of 20vh is a share of a window"),
        (f'<svg {SVG} width="9 apples" height="9"><path d="M0,0 1,1"/></svg>', "width '9 apples' is no length"),
        (f'<svg {SVG} width="9mm" height="9mm"><g/></svg>', "no lines"),
        (f'<!DOCTYPE svg [<!ENTITY a "b">]><svg {SVG} width="9mm" height="9mm"/>', "entities"),
    ],
)
def test_what_is_no_drawing_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SketchFormatError, match=said) as caught:
        read(tmp_path, text)
    assert "tile.svg" in str(caught.value)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.svg"):
        read_drawing(tmp_path / "none.svg")
