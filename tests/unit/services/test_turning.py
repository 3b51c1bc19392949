"""Pages that lie turned on the machine."""

from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.services.plot.planning import prepare_drawing
from sketchdesign.services.plot.settings import PlotSettings
from sketchdesign.services.plot.turning import AUTO, LEFT, NO, RIGHT, turned


def drawing(page: Page, *lines: list[list[float]]) -> Drawing:
    """Each line in a layer of its own."""
    return Drawing(page, tuple(Layer(Pen(), Strokes.from_polylines([line]), f"{n}") for n, line in enumerate(lines)))


def framed(page: Page, margin_mm: float = 5.0) -> Drawing:
    """A diagonal between the corners of the margins."""
    end = [page.width_mm - margin_mm, page.height_mm - margin_mm]
    return drawing(page, [[margin_mm, margin_mm], end])


def test_where_points_and_corners_go() -> None:
    sheet = drawing(Page(30, 50), [[4.0, 7.0], [30.0, 0.0], [0.0, 50.0]])
    left, right = turned(sheet, LEFT), turned(sheet, RIGHT)
    assert left.page == right.page == Page(50, 30)
    np.testing.assert_allclose(left.layers[0].strokes.points, [[7.0, 26.0], [0.0, 0.0], [50.0, 30.0]])
    np.testing.assert_allclose(right.layers[0].strokes.points, [[43.0, 4.0], [50.0, 30.0], [0.0, 0.0]])
    assert turned(left, RIGHT) == sheet
    assert turned(sheet, NO) is sheet


def test_a_drawing_without_strokes_is_turned_too() -> None:
    sheet = Drawing(Page(30, 50), (Layer(Pen(), Strokes.empty()),))
    assert turned(sheet, LEFT).layers[0].strokes == Strokes.empty()


@pytest.mark.parametrize(
    ("sheet", "turn"),
    [
        (framed(Page(300, 218)), NO),
        (framed(Page(210, 297)), LEFT),
        # All of the page but a border is used, and only one of its sides may hang over.
        (drawing(Page(210, 320), [[5.0, 25.0], [205.0, 315.0]]), RIGHT),
        # It is the drawing that must fit, not the page.
        (drawing(Page(210, 297), [[5.0, 5.0], [205.0, 200.0]]), NO),
    ],
)
def test_a_page_is_turned_only_where_that_helps(sheet: Drawing, turn: str) -> None:
    plotting = prepare_drawing(sheet, PlotSettings())
    assert plotting.settings.turn == turn
    assert plotting.drawing == turned(sheet, turn)
    assert prepare_drawing(sheet, PlotSettings(turn=turn)).job.fingerprint == plotting.job.fingerprint


def test_what_fits_in_no_way_is_refused_or_clipped_as_it_lies() -> None:
    sheet = framed(Page(800, 900))
    with pytest.raises(InputError, match=r"reaches from \(5.0, 5.0\) to \(795.0, 895.0\)"):
        prepare_drawing(sheet, PlotSettings())
    assert prepare_drawing(sheet, PlotSettings(clip=True)).settings.turn == NO


def test_what_lies_beside_a_page_that_fits_is_not_brought_in_by_a_turn() -> None:
    with pytest.raises(InputError, match=r"reaches from \(-3.0"):
        prepare_drawing(drawing(Page(60, 40), [[-3.0, 5.0], [20.0, 5.0]]), PlotSettings())
    offset = PlotSettings(offsets_mm=((1, -9.0, 0.0),))
    with pytest.raises(InputError, match=r"reaches from \(-4.0"):
        prepare_drawing(framed(Page(60, 40)), offset)


def test_only_layers_that_are_drawn_must_fit() -> None:
    tall, small = [[5.0, 5.0], [5.0, 290.0]], [[5.0, 5.0], [9.0, 9.0]]
    sheet = drawing(Page(210, 297), tall, small)
    assert prepare_drawing(sheet, PlotSettings()).settings.turn == LEFT
    assert prepare_drawing(sheet, PlotSettings(layers=(2,))).settings.turn == NO


def test_offsets_marks_and_clips_are_those_of_the_machine() -> None:
    sheet = drawing(Page(210, 297), [[100.0, 20.0], [100.0, 290.0]])
    plain, moved = (
        prepare_drawing(sheet, PlotSettings(turn=LEFT, offsets_mm=offsets)).job.layers[0].plan.strokes.points
        for offsets in ((), ((1, 3.0, -1.0),))
    )
    np.testing.assert_allclose(moved - plain, [[3.0, -1.0]] * len(plain), atol=1e-9)
    marked = prepare_drawing(sheet, PlotSettings(turn=LEFT, marks=True)).job.layers[0].plan.strokes.points
    assert marked.min(axis=0) == pytest.approx([20.0 - 7.5, 110.0 - 7.5], abs=0.02)
    clipped = prepare_drawing(
        drawing(Page(210, 400), [[100.0, 20.0], [100.0, 390.0]]), PlotSettings("axidraw-v3", turn=LEFT, clip=True)
    )
    assert clipped.job.layers[0].plan.strokes.points.max(axis=0) == pytest.approx([300.0, 110.0], abs=0.02)


def test_a_turn_that_makes_no_sense() -> None:
    with pytest.raises(InputError, match="cannot be turned 'over'; use one of auto, no, left, right"):
        prepare_drawing(framed(Page(20, 20)), PlotSettings(turn="over"))


def test_journals_keep_the_turn_and_old_ones_lie_as_they_lay() -> None:
    settings = prepare_drawing(framed(Page(210, 297)), PlotSettings()).settings
    assert settings.to_json()["turn"] == LEFT
    assert PlotSettings.from_json(settings.to_json()) == settings
    assert PlotSettings().turn == AUTO
    old = {name: value for name, value in PlotSettings().to_json().items() if name != "turn"}
    assert PlotSettings.from_json(old).turn == NO
