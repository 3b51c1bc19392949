"""Documents as real programs write them: which are read fast, and that both ways give the same drawing."""

from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import SketchFormatError
from sketchdesign.geometry import read_drawing, svg_fast, svg_reader
from sketchdesign.geometry.read_drawing import any_drawing, parse_drawing
from sketchdesign.geometry.svg_fast import NotPlainError, plain_parts
from sketchdesign.output.svg import render_svg

NAMES = (
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '
    'xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"'
)
SIZE = 'width="100mm" height="80mm" viewBox="0 0 200 160"'
PATH = '<path d="M 1,2 L 3,4 Z"/>'


def svg(body: str, head: str = SIZE) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><svg {NAMES} {head}>{body}</svg>'.encode()


PLAIN = {
    "vpype": svg(
        '<metadata><rdf:RDF xmlns:rdf="r"><Work/></rdf:RDF></metadata><defs/>'
        '<g fill="none" id="layer1" inkscape:groupmode="layer" inkscape:label="1" stroke="#0000ff" '
        'style="display:inline"><polyline points="5.5,1.25 5.75,3 6,4"/><line x1="1" x2="2" y1="3" y2="4.5"/>'
        '<polygon points="1,1 9,1 9,9"/></g>',
        'baseProfile="tiny" version="1.2" width="10cm" height="8cm" viewBox="0 0 377.952756 302.362205"',
    ),
    "Inkscape": svg(
        '<sodipodi:namedview id="base" pagecolor="#fff"><inkscape:grid id="g"/></sodipodi:namedview>'
        '<defs id="defs2"><linearGradient id="l"><stop/></linearGradient><clipPath><rect width="1"/></clipPath>'
        '</defs><g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1" transform="translate(-3.5,2)">'
        '<g transform="matrix(0.26458333,0,0,0.26458333,2,3)" id="g12"><title>cat</title><path '
        'style="fill:none;stroke:#000000;stroke-width:0.26458332px;stroke-linecap:butt" d="m 1,2 3,4 c 1,0 2,2 3,1 s '
        '2,2 4,-1 q 1,1 2,0 l -1.5e-1,2 h 4 v -3 H 2 V 1 z m 5,5 1,1 z l 2,2" id="path1" '
        'inkscape:connector-curvature="0" sodipodi:nodetypes="ccc"/></g></g>'
        '<g inkscape:label="%2 hidden" style="display:none"><path d="M0,0 9,9"/></g>',
    ),
    "all shapes": svg(
        '<rect x="1" y="2" width="30" height="40"/><rect x="3" width="30" height="40" rx="5" transform="rotate(30)"/>'
        '<circle cx="50" cy="60" r="10" transform="rotate(45 10 10) scale(2 1)"/><ellipse cx="9" rx="4" ry="2"/>'
        '<line x2="3mm" y2="10%"/><path d="M 0 0 A 25 10 -30 0 1 50 -25"/><path/><path d="M 5 5"/>'
        '<path d="M.5.5.25-.75-1-2"/><path d="M 1 1 T 2 2 3 1 S 4 4 5 5"/><path d="M 0 0 L 1 1 L banana"/>'
        '<polyline points="1 -1 -2 -2 7"/><polyline points=" 3,,4 5,6"/><polygon points="1,1"/>'
        '<rect width="-1" height="2"/><path d="M 1 2 L 3 4" stroke="nonsense" style="visibility:visible"/>'
        '<text x="3" y="4">words <tspan x="1">more</tspan></text><symbol><path d="M0,0 1,1"/></symbol>',
    ),
    "visibility": svg(
        f'<g visibility="hidden">{PATH}<path d="M1,1 5,5" visibility="visible"/></g><g display="none">{PATH}</g>'
        f'<g style="display:none;display:inline">{PATH}</g><g style="visibility: collapse">{PATH}</g>',
    ),
    "no namespace": b'<svg width="10" height="10"><g id="a"><path d="M0 0 5 5"/></g></svg>',
}  # fmt: skip

NOT_PLAIN = {
    "a style sheet": svg(f'<style>.a{{display:none}}</style><g class="a">{PATH}</g>{PATH}'),
    "a style sheet in definitions": svg(f'<defs><style>path{{display:none}}</style></defs>{PATH}<line x2="4"/>'),
    "a clone": svg(f'<defs><g id="a">{PATH}</g></defs><g id="b"><use href="#a" x="5"/></g><use xlink:href="#a"/>'),
    "a nested document": svg(f'<svg x="10" y="5" width="50" height="40" viewBox="0 0 100 100">{PATH}</svg>'),
    "a link": svg(f'<a href="x">{PATH}</a>'),
    "a skew": svg(f'<g transform="skewX(20) translate(3)">{PATH}</g>'),
    "a shift with units": svg(f'<g transform="translate(10mm, 5mm)">{PATH}</g>'),
    "a transform in a style": svg(f'<g style="transform:scale(2)">{PATH}</g>'),
    "an inherited width": svg('<g width="30"><rect height="20"/></g>'),
    "a shape in a text": svg(f"<text>{PATH}</text>"),
    "a shape in another program's element": svg(f"<inkscape:foo>{PATH}</inkscape:foo>"),
    "a picture": svg(f'<image href="a.png" width="5" height="5"/>{PATH}'),
    "an animation": svg('<path d="M 1,2 3,4"><animate attributeName="d"/></path>'),
}  # fmt: skip


def assert_same(ours: Drawing, theirs: Drawing) -> None:
    assert ours.page == theirs.page
    assert [(layer.pen, layer.label) for layer in ours.layers] == [(layer.pen, layer.label) for layer in theirs.layers]
    for one, other in zip(ours.layers, theirs.layers, strict=True):
        assert one.strokes.offsets.tolist() == other.strokes.offsets.tolist()
        np.testing.assert_allclose(one.strokes.points, other.strokes.points, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", PLAIN)
def test_plain_documents_are_read_fast_and_as_svgelements_reads_them(name: str) -> None:
    sheet, parts = plain_parts(PLAIN[name])
    assert sheet.page == any_drawing(PLAIN[name]).page
    assert sum(len(part.curves.points) for part in parts) > 0
    assert_same(parse_drawing(PLAIN[name]), any_drawing(PLAIN[name]))


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_others_are_left_to_svgelements(name: str) -> None:
    with pytest.raises(NotPlainError):
        plain_parts(NOT_PLAIN[name])
    assert_same(parse_drawing(NOT_PLAIN[name]), any_drawing(NOT_PLAIN[name]))


def test_viewbox_and_aspect_ratio_do_not_matter_to_the_way() -> None:
    for head in (
        'width="50mm" height="80mm" viewBox="-10 -20 200 160" preserveAspectRatio="xMinYMin slice"',
        'width="50mm" height="80mm" viewBox="-10 -20 200 160" preserveAspectRatio="none"',
        'width="300" height="200px" x="0px" y="0px"',
        'viewBox="0 0 96 192"',
    ):
        plain_parts(svg(PATH, head))
        assert_same(parse_drawing(svg(PATH, head)), any_drawing(svg(PATH, head)))


def test_many_shapes_of_all_kinds_stay_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg_fast, "_BATCH_CHARACTERS", 500)
    kinds = (
        '<path d="M{0} 0 {0} 5"/>',
        '<circle cx="{0}" r="2"/>',
        '<path d="M{0} 1a1 1 0 00 2 2"/>',
        '<line x1="{0}"/>',
    )
    data = svg("".join(kinds[number % 4].format(number) for number in range(60)))
    assert_same(parse_drawing(data), any_drawing(data))
    assert parse_drawing(data).stroke_count == 60


def test_a_large_plain_file_is_read_and_a_large_other_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg_reader, "MAX_FILE_BYTES", 5000)
    lines = "".join(f'<path d="M0,0 {number},1"/>' for number in range(300))
    assert parse_drawing(svg(lines)).stroke_count == 300
    with pytest.raises(SketchFormatError, match="it has the element 'style', which files larger than 0 MiB may not"):
        parse_drawing(svg(f"<style/>{lines}"))
    monkeypatch.setattr(read_drawing, "MAX_FILE_BYTES", 6000)
    with pytest.raises(SketchFormatError, match="it is larger than 0 MiB"):
        parse_drawing(svg(lines))


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SketchFormatError, match="nested deeper than 100"):
        parse_drawing(svg("<g>" * 101 + PATH + "</g>" * 101))
    with pytest.raises(SketchFormatError, match="a coordinate of it is not a finite number"):
        parse_drawing(svg('<path d="M0 0 1e999 4"/>'))
    monkeypatch.setattr(svg_fast, "MOST_POINTS", 10)
    with pytest.raises(SketchFormatError, match="more than 10 points; simplify it"):
        parse_drawing(svg('<path d="M0 0 1 1 2 2"/>' * 4))
    monkeypatch.setattr(svg_fast, "MOST_ELEMENTS", 3)
    with pytest.raises(SketchFormatError, match="more than 3 elements"):
        parse_drawing(svg(PATH * 4))


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg", svg(PATH)[:-8], b"\x89PNG", b'<?xml version="1.0" encoding="none"?><svg/>', svg(PATH) + b"<a/>"],
)
def test_damage_is_named(data: bytes) -> None:
    with pytest.raises(SketchFormatError, match="it is no XML"):
        parse_drawing(data)


def test_what_we_write_is_plain() -> None:
    strokes = Strokes.from_polylines([[[0, 1.125], [9.999, 3]], [[5, 5], [6, 5], [6, 6], [5, 5]], [[7, 7]]])
    layers = (Layer(Pen("a<b>&", "#c83020", 0.5), strokes, "%x"), Layer(Pen(), Strokes.empty()))
    data = render_svg(Drawing(Page(10, 10), layers)).encode()
    _, parts = plain_parts(data)
    assert [len(part.curves.offsets) - 1 for part in parts] == [3, 0, 0]
    assert_same(parse_drawing(data), any_drawing(data))
