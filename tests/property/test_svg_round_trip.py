"""Whatever is drawn, vpype reads the same strokes, layers and sizes from our SVG."""

from __future__ import annotations

import io
from string import printable

import numpy as np
import vpype
from hypothesis import given, settings
from hypothesis import strategies as st

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.output.svg import render_svg

MM_PER_PX = 25.4 / 96.0
PAGE = Page(210.0, 148.0)

points = st.tuples(st.floats(0.01, PAGE.width_mm - 0.01), st.floats(0.01, PAGE.height_mm - 0.01))
open_strokes = st.lists(points, min_size=1, max_size=6)
closed_strokes = st.lists(points, min_size=2, max_size=6).map(lambda stroke: [*stroke, stroke[0]])
pens = st.builds(
    Pen,
    name=st.text(printable, max_size=8),
    colour=st.sampled_from(["#000000", "#c8372d"]),
    width_mm=st.floats(0.05, 2.0),
)
layers = st.builds(
    Layer, pens, st.lists(open_strokes | closed_strokes, min_size=1, max_size=5).map(Strokes.from_polylines)
)


@settings(max_examples=80, deadline=None)
@given(st.lists(layers, max_size=3))
def test_svg_round_trip_through_vpype(drawn: list[Layer]) -> None:
    text = render_svg(Drawing(PAGE, tuple(drawn)))
    document = vpype.read_multilayer_svg(io.StringIO(text), quantization=0.1)
    np.testing.assert_allclose(np.array(document.page_size) * MM_PER_PX, [PAGE.width_mm, PAGE.height_mm], atol=0.01)
    assert sorted(document.layers) == list(range(1, len(drawn) + 1))
    for number, layer in enumerate(drawn, 1):
        lines = document.layers[number].lines
        assert len(lines) == len(layer.strokes)
        for line, stroke in zip(lines, layer.strokes.polylines(), strict=True):
            read = np.stack([line.real, line.imag], axis=1) * MM_PER_PX
            np.testing.assert_allclose(read[[0, -1]], stroke[[0, -1]], atol=0.01)
            for point in stroke:
                assert np.hypot(*(read - point).T).min() < 0.01
