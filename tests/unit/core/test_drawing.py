"""Pages, and strokes on them."""

from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.pages import PAGE_SIZES_MM, page_title
from sketchdesign.core.provenance import Provenance


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("A4", (210.0, 297.0)),
        ("  a4 ", (210.0, 297.0)),
        ("a4-landscape", (297.0, 210.0)),
        ("A3 landscape", (420.0, 297.0)),
        ("Letter", (215.9, 279.4)),
        ("120x80mm", (120.0, 80.0)),
        ("120x80", (120.0, 80.0)),
        ("120 x 80 mm", (120.0, 80.0)),
        ("12cmx80mm", (120.0, 80.0)),
        ("2x3in", (50.8, 76.2)),
        ('2x3"', (50.8, 76.2)),
        ('2"x3"', (50.8, 76.2)),
        ("96x192px", (25.4, 50.8)),
        ("96px x 192px", (25.4, 50.8)),
        ("96pxx192px", (25.4, 50.8)),
        ("10*20", (10.0, 20.0)),
        ("10\u00d720cm", (100.0, 200.0)),
    ],
)
def test_pages(text: str, size: tuple[float, float]) -> None:
    page = Page.parse(text)
    assert (page.width_mm, page.height_mm) == pytest.approx(size)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("A7", (74, 105)), ("a8", (52, 74)), ("B0", (1000, 1414)), ("b5 landscape", (250, 176))),
        *(("ANSI A", (215.9, 279.4)), ("ansi_b", (279.4, 431.8)), ("ansi-c", (431.8, 558.8))),
        *(("Arch D", (609.6, 914.4)), ("arche", (914.4, 1219.2)), ("arch-c-landscape", (609.6, 457.2))),
        *(("postcard", (101.6, 152.4)), ("Letter", (215.9, 279.4)), ("tabloid", (279.4, 431.8))),
    ],
)
def test_pages_by_name(text: str, size: tuple[float, float]) -> None:
    page = Page.parse(text)
    assert (page.width_mm, page.height_mm) == pytest.approx(size)


def test_every_page_stands_upright_and_has_one_name() -> None:
    assert all(width < height for width, height in PAGE_SIZES_MM.values())
    assert len(set(PAGE_SIZES_MM.values())) == len(PAGE_SIZES_MM)
    assert [page_title(name) for name in ("b5", "postcard", "ansi-c", "arch-d")] == [
        *("B5", "Postcard", "ANSI C", "Arch D")
    ]
    for name in PAGE_SIZES_MM:
        assert Page.parse(page_title(name)) == Page(*PAGE_SIZES_MM[name])


def test_landscape_turns_what_is_upright_and_nothing_else() -> None:
    assert Page.parse("a4", landscape=True) == Page(297, 210)
    assert Page.parse("100x50mm", landscape=True) == Page(100, 50)


@pytest.mark.parametrize("text", ["", "a4x", "quarto", "100", "100mm", "x", "10xx20", "axb", "10x20x30", "-10x20"])
def test_unknown_pages_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        Page.parse(text)


def test_a_near_miss_is_answered_with_the_page_meant() -> None:
    with pytest.raises(InputError, match="did you mean Letter"):
        Page.parse("leter")


@pytest.mark.parametrize("text", ["0x0", "0.5x100mm", "11mx1m", "1x1e", "1.2.3x4"])
def test_sizes_that_no_sheet_has_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        Page.parse(text)


def test_pen_up_and_pen_down_lengths() -> None:
    strokes = Strokes.from_polylines([[[0, 0], [3, 4]], [[3, 5]], [[10, 5], [10, 6], [11, 6]]])
    assert strokes.pen_down_mm() == pytest.approx(7.0)
    assert strokes.pen_up_mm() == pytest.approx(8.0)
    assert len(strokes) == 3


def test_a_stroke_is_closed_where_it_ends_as_it_begins() -> None:
    closed: list[list[list[float]]] = [[[0, 0], [1, 0], [0, 0]], [[3, 3], [3, 3]]]
    others: list[list[list[float]]] = [[[0, 0], [1, 0]], [[2, 2]], [[0, 0], [1, 0], [0, 1e-9]]]
    assert Strokes.from_polylines(closed).closed.tolist() == [True, True]
    assert Strokes.from_polylines(others).closed.tolist() == [False, False, False]
    assert Strokes.empty().closed.tolist() == []


def test_empty_strokes_have_no_length() -> None:
    for empty in (Strokes.empty(), Strokes.from_polylines([[], []]), Strokes.concatenate([])):
        assert len(empty) == 0
        assert empty.polylines() == []
        assert empty.pen_down_mm() == empty.pen_up_mm() == 0.0
        assert empty == Strokes.empty()


def test_concatenation_copes_with_empty_parts() -> None:
    one = Strokes.from_polylines([[[0, 0], [1, 1]]])
    assert Strokes.concatenate([Strokes.empty(), one, Strokes.empty()]) == one


@pytest.mark.parametrize("offsets", [[], [0], [1, 2], [0, 1], [0, 2, 1, 2], [0, 1, 1, 2]])
def test_offsets_that_do_not_fit_are_refused(offsets: list[int]) -> None:
    with pytest.raises(SketchFormatError, match="offsets"):
        Strokes(np.zeros((2, 2)), np.array(offsets, np.int64))


@pytest.mark.parametrize("line", [[[0, np.nan]], [[0, np.inf]], [[1, 2, 3], [4, 5, 6]], [1, 2], [["a", "b"]]])
def test_strokes_refuse_what_cannot_be_drawn(line: list[list[float]]) -> None:
    with pytest.raises(SketchFormatError):
        Strokes.from_polylines([line])


def test_strokes_are_frozen_and_do_not_follow_their_source() -> None:
    source = np.zeros((2, 2))
    strokes = Strokes(source, np.array([0, 2]))
    source[0] = 5
    assert strokes.points[0].tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        strokes.points[0] = 1
    assert hash(strokes) == hash(Strokes(np.zeros((2, 2)), np.array([0, 2])))


@pytest.mark.parametrize(("row", "number"), [(0, 1), (2, 1), (3, 2), (4, 3)])
def test_a_point_that_is_no_number_is_named_by_its_stroke(row: int, number: int) -> None:
    points = np.zeros((5, 2))
    points[row, 1] = np.nan
    with pytest.raises(SketchFormatError, match=f"stroke {number} has a point that is not a finite number"):
        Strokes(points, np.array([0, 3, 4, 5]))


def test_a_drawing_sums_its_layers_and_keeps_its_provenance() -> None:
    line = Strokes.from_polylines([[[0, 0], [10, 0]], [[20, 0], [30, 0]]])
    drawing = Drawing(Page(100, 100), (Layer(Pen(), line), Layer(Pen("red", "#ff0000"), line)), Provenance({"seed": 1}))
    assert drawing.stroke_count == 4
    assert drawing.pen_down_mm() == 40.0
    assert drawing.pen_up_mm() == 20.0
    shorter = drawing.with_layers(drawing.layers[:1])
    assert shorter.stroke_count == 2
    assert shorter.provenance == drawing.provenance
