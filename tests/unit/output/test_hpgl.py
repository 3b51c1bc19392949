from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.output.hpgl import read_hpgl_provenance, render_hpgl


def drawing(*lines: object, page: Page | None = None) -> Drawing:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    return Drawing(page or Page(210, 100), (Layer(Pen(), strokes),))


def drawn_mm(text: str, height_mm: float) -> list[list[tuple[float, float]]]:
    """What a plotter draws: the strokes in mm, y down."""
    strokes: list[list[tuple[float, float]]] = []
    for name, numbers in re.findall(r"(PU|PD)([-\d,]+);", text):
        values = [int(number) / 40 for number in numbers.split(",")]
        points = [(x, height_mm - y) for x, y in zip(values[::2], values[1::2], strict=True)]
        if name == "PU":
            strokes.append(points)
        else:
            strokes[-1] += points
    return strokes


def test_moves_are_absolute_in_plotter_units_from_the_lower_left() -> None:
    text = render_hpgl(drawing([[0, 100], [1, 99], [210, 0]], [[5, 95], [5, 90]]))
    assert text == "IN;\nSP1;\nPU0,0;PD40,40,8400,4000;\nPU200,200;PD200,400;\nPU;SP0;\n"


def test_coordinates_are_rounded_to_the_nearest_unit() -> None:
    assert "PU0,4000;PD1,3999;" in render_hpgl(drawing([[-0.001, 0.001], [0.0249, 0.013]]))


def test_layers_take_their_pens_and_empty_ones_none() -> None:
    line = Strokes.from_polylines([[[0, 0], [1, 1]]])
    sheet = Drawing(Page(10, 10), (Layer(Pen("a"), line), Layer(Pen("b"), Strokes.empty()), Layer(Pen("c"), line)))
    assert re.findall(r"SP\d", render_hpgl(sheet)) == ["SP1", "SP3", "SP0"]


def test_dots_lower_the_pen() -> None:
    assert "PU120,3840;PD120,3840;" in render_hpgl(drawing([[3, 4]]))


def test_long_strokes_go_in_short_instructions_that_draw_the_same() -> None:
    points = np.random.default_rng(0).uniform(0, 100, (1000, 2))
    text = render_hpgl(drawing(points))
    assert max(len(instruction) for instruction in text.split(";")) < 500
    (stroke,) = drawn_mm(text, 100)
    np.testing.assert_allclose(stroke, points, atol=0.0126)


def test_an_empty_drawing_only_puts_the_pen_away() -> None:
    assert render_hpgl(Drawing(Page(10, 10), ())) == "IN;\nPU;SP0;\n"


def test_strokes_far_away_are_refused() -> None:
    with pytest.raises(InputError, match="100 m from the page; crop"):
        render_hpgl(drawing([[0, 0], [1e7, 0]]))


def test_there_is_no_provenance(tmp_path: Path) -> None:
    with pytest.raises(SketchFormatError, match="HP-GL has no place for it; write the drawing as SVG too"):
        read_hpgl_provenance(tmp_path / "sheet.hpgl")
