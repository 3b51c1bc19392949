from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.drawing import Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.design.archive import design_from_json, design_to_json, quantised
from sketchdesign.design.joining import design_of_tile
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.tile import Design, count_motifs, cut_tile, overhang_tile, sheet

HOOK = [[5.0, 5.0], [45.0, 7.0], [45.0, 12.0]]


def design(name: str, *lines: object, kaleidoscope: bool = False, mirrored_pen: bool = False, pens: int = 1) -> Design:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    layers = [Layer(Pen("first"), strokes), *[Layer(Pen("other"), Strokes.empty())] * (pens - 1)]
    numbers = [np.zeros(len(layer.strokes), np.int64) for layer in layers]
    repeat = make_repeat(name, 40.0, 30.0)
    return Design(repeat, tuple(layers), tuple(numbers), kaleidoscope, mirrored_pen)


def lists(strokes: Strokes) -> list[list[list[float]]]:
    return [line.tolist() for line in strokes.polylines()]


def test_what_leaves_at_the_right_enters_at_the_left() -> None:
    tile = cut_tile(design("grid", HOOK))
    assert (tile.page.width_mm, tile.page.height_mm) == (40.0, 30.0)
    (out,), (enter,) = [[line for line in lists(tile.layers[0].strokes) if [x, 6.75] in line] for x in (40.0, 0.0)]
    assert out == [[5, 5], [40, 6.75]]
    assert enter == [[0, 6.75], [5, 7], [5, 12]]


def test_a_sheet_draws_the_same_stroke_in_one_go() -> None:
    made = sheet(design("grid", HOOK), Page(100, 50), 10.0)
    assert np.add(HOOK, 10.0).tolist() in lists(made.layers[0].strokes)


def test_a_sheet_is_cut_at_the_margin() -> None:
    points = sheet(design("p6m", HOOK), Page(100, 70), 8.0).layers[0].strokes.points
    assert points.min() == 8.0
    assert points.max(axis=0).tolist() == [92.0, 62.0]


def test_the_pattern_may_begin_anywhere_on_the_sheet() -> None:
    made = sheet(design("grid", HOOK), Page(100, 70), 0.0, (3.0, 4.0))
    assert np.add(HOOK, [3.0, 4.0]).tolist() in lists(made.layers[0].strokes)


def test_an_overhang_tile_keeps_motifs_whole() -> None:
    parts = [[[30.0, 5.0], [38.0, 5.0]], [[42.0, 5.0], [70.0, 5.0]]]
    (layer,) = overhang_tile(design("grid", *parts)).layers
    # Its middle, at 50 mm, goes into the tile, and both strokes with it.
    assert lists(layer.strokes) == [[[-10, 5], [-2, 5]], [[2, 5], [30, 5]]]


def test_a_stroke_on_a_mirror_axis_is_drawn_once() -> None:
    tile = cut_tile(design("pm", [[20.0, 5.0], [20.0, 25.0]], [[2.0, 3.0], [9.0, 3.0]]))
    assert len(tile.layers[0].strokes) == 3


def test_a_ring_on_a_centre_of_rotation_is_drawn_once() -> None:
    ring = [[25.0, 20.0], [20.0, 25.0], [15.0, 20.0], [20.0, 15.0], [25.0, 20.0]]
    assert len(cut_tile(design("p4m", ring)).layers[0].strokes) == 1


def test_a_line_along_an_edge_is_in_the_tile_once() -> None:
    tile = cut_tile(design("grid", [[0.0, 5.0], [0.0, 25.0]]))
    assert lists(tile.layers[0].strokes) == [[[0, 5], [0, 25]]]


def test_a_kaleidoscope_shows_the_domain_alone() -> None:
    whole = cut_tile(design("pmm", [[5.0, 5.0], [35.0, 5.0]]))
    clipped = cut_tile(design("pmm", [[5.0, 5.0], [35.0, 5.0]], kaleidoscope=True))
    assert clipped.pen_down_mm() == pytest.approx(4 * 15.0)
    assert whole.pen_down_mm() == pytest.approx(2 * 30.0)  # each line is its own mirror image


def test_counterchange_draws_mirror_images_with_the_next_pen() -> None:
    tile = cut_tile(design("pm", [[2.0, 3.0], [9.0, 4.0]], mirrored_pen=True, pens=2))
    assert [lists(layer.strokes) for layer in tile.layers] == [[[[2, 3], [9, 4]]], [[[38, 3], [31, 4]]]]


def test_motifs_are_counted_by_their_middles() -> None:
    made = design("half-drop", HOOK)
    assert count_motifs(made, made.repeat.rectangle) == 2


def test_too_much_is_refused() -> None:
    rng = np.random.default_rng(1)
    busy = design("grid", *rng.uniform(0, 30, (300, 100, 2)))
    with pytest.raises(InputError, match="too many strokes"):
        sheet(busy, Page(2000, 2000))


@pytest.mark.parametrize(("margin", "said"), [(-1.0, "negative"), (50.0, "leaves nothing")])
def test_margins_that_leave_no_room_are_refused(margin: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        sheet(design("grid", HOOK), Page(100, 100), margin)


def test_a_design_without_strokes_gives_empty_layers() -> None:
    empty = design("p3")
    assert cut_tile(empty).stroke_count == overhang_tile(empty).stroke_count == 0


def test_a_design_comes_back_from_its_archive() -> None:
    rng = np.random.default_rng(2)
    made = design("p31m", *rng.normal(size=(6, 20, 2)) * 15, kaleidoscope=True, pens=2)
    made = Design(made.repeat, (Layer(Pen(), quantised(made.layers[0].strokes)), *made.layers[1:]), made.motifs, True)
    again = design_from_json(design_to_json(made, (40.0, 30.0)))
    assert again.layers == made.layers
    assert again.repeat == made.repeat
    assert again.kaleidoscope
    assert cut_tile(again).layers == cut_tile(made).layers


@pytest.mark.parametrize(
    "change",
    [
        {"repeat": "p5"},
        {"cell_mm": [0, 1]},
        {"cell_mm": [1]},
        {"layers": []},
        {"layers": [{"pen": {}}]},
        {"layers": "x"},
    ],
)
def test_damaged_archives_are_refused(change: dict[str, object]) -> None:
    document = design_to_json(design("grid", HOOK), (40.0, 30.0)) | change
    with pytest.raises(SketchFormatError, match="damaged"):
        design_from_json(document)


@pytest.mark.parametrize("text", ["", "????", "AAAA", "eJw="])
def test_damaged_points_are_refused(text: str) -> None:
    document = design_to_json(design("grid", HOOK), (40.0, 30.0))
    document["layers"][0]["points"] = text
    with pytest.raises(SketchFormatError, match="damaged"):
        design_from_json(document)


def test_strokes_cut_at_the_seams_are_put_together_again() -> None:
    joined = design_of_tile(cut_tile(design("half-brick", HOOK, [[10.0, 25.0], [12.0, 40.0]])))
    made = sheet(joined, Page(200, 240))
    original = sheet(design("half-brick", HOOK, [[10.0, 25.0], [12.0, 40.0]]), Page(200, 240))
    assert len(made.layers[0].strokes) == len(original.layers[0].strokes)
    assert made.pen_down_mm() == pytest.approx(original.pen_down_mm())


def test_a_stripe_through_a_tile_ends_somewhere() -> None:
    joined = design_of_tile(cut_tile(design("grid", [[0.0, 5.0], [20.0, 6.0], [40.0, 5.0]])))
    assert len(joined.layers[0].strokes) == 1
