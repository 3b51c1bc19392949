"""Patterns of projects: laid out, previewed, moved by hand, coloured, put on pages, and opened again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.output.files import write_drawing
from sketchdesign.services.jobs import Job
from sketchdesign.services.project import colours as project_colours
from sketchdesign.services.project.file import open_project, save_project
from sketchdesign.services.project.page import BOARD, pen_order, pen_shares, project_sheet, shown_pens, work_of
from sketchdesign.services.project.pattern import (
    check_pattern,
    finished_tile,
    improved,
    lay_out,
    resized,
    sketched,
    unpinned,
    with_lock,
    with_moved,
    with_tile_size,
)
from sketchdesign.services.project.reopen import reopened
from sketchdesign.services.project.state import (
    Colourway,
    ExploreSettings,
    KeptSketch,
    PatternSettings,
    Project,
    SheetSettings,
)

TRIANGLE = Sketch.from_polylines([[(0, 0), (60, 10), (20, 50), (0, 0)]])
HOOK = Sketch.from_polylines([[(0, 0), (40, 0), (40, 30)], [(10, 20), (30, 40)]])
MOTIFS = (KeptSketch(TRIANGLE, "cat", "cat"), KeptSketch(HOOK, "pig"))
PENS = (Pen("ink", "#102040", 0.4), Pen("rust", "#a04020", 0.6))
TOSSED = PatternSettings(MOTIFS, layout=Layout("tossed", motifs=5, density=0.3, turns="free"))
PROJECT = Project(seed=11, pens=PENS, pattern=TOSSED)


def test_the_live_layout_is_the_one_that_is_written() -> None:
    laid = Job(lay_out(TOSSED, PENS)).run()
    tile = Job(finished_tile(PROJECT)).run()
    assert [each.centre_mm for each in laid.placements] == [each.centre_mm for each in tile.placements]
    checked = Job(check_pattern(laid)).run()
    assert checked.proof.seamless
    assert checked.croquis.score == pytest.approx(tile.croquis.score, abs=1e-6)
    assert checked.coverage == pytest.approx(tile.coverage)


def test_a_preview_of_another_size_is_what_it_will_be_by_hand() -> None:
    laid = Job(lay_out(TOSSED, PENS)).run()
    by_hand = replace(TOSSED, pins=with_moved(TOSSED, laid.pins(), 0, (5.0, 5.0)).pins)
    wide = resized(by_hand, (90.0, 60.0))
    preview = sketched(Job(lay_out(by_hand, PENS)).run(), wide, PENS)
    exact = Job(lay_out(wide, PENS)).run()
    for first, second in zip(preview.placements, exact.placements, strict=True):
        assert first.centre_mm == pytest.approx(second.centre_mm)
        assert first.size_mm == pytest.approx(second.size_mm)
    denser = sketched(laid, replace(TOSSED, layout=replace(TOSSED.layout, density=0.6)), PENS)
    assert denser.placements[0].size_mm == pytest.approx(laid.placements[0].size_mm * 2.0**0.5)


@pytest.mark.parametrize(("repeat", "size"), [("half-drop", (140.0, 80.0)), ("p4m", (90.0, 90.0)), ("p6", (60.0, 0.0))])
def test_a_tile_takes_the_size_it_is_dragged_to(repeat: str, size: tuple[float, float]) -> None:
    from sketchdesign.design.repeat import make_repeat

    wanted = size if size[1] else (size[0], size[0] * 3.0**0.5)
    dragged = with_tile_size(replace(TOSSED, repeat=repeat, cell_mm=(50.0, 50.0)), wanted)
    assert make_repeat(repeat, *dragged.cell_mm).rectangle_mm == pytest.approx(wanted)


def test_a_moved_motif_stays_when_the_others_are_laid_out_anew() -> None:
    laid = Job(lay_out(TOSSED, PENS)).run()
    moved = with_moved(TOSSED, laid.pins(), 2, (7.0, 9.0))
    assert moved.by_hand
    same = Job(lay_out(moved, PENS)).run()
    assert [each.centre_mm for each in same.placements[:2]] == [each.centre_mm for each in laid.placements[:2]]
    assert same.placements[2].centre_mm == (7.0, 9.0)
    rolled = Job(lay_out(replace(unpinned(moved), seed=9), PENS)).run()
    assert rolled.placements[2].centre_mm == (7.0, 9.0)
    assert rolled.placements[0].centre_mm != laid.placements[0].centre_mm
    assert with_lock(unpinned(moved), laid.pins(), 2).pins[0].number == 2


def test_improving_never_makes_it_worse() -> None:
    found = Job(improved(TOSSED, PENS, tries=3)).run()
    assert found.score >= found.score_before
    assert (found.pattern == TOSSED) == (found.score == found.score_before)


def test_a_pattern_without_motifs_is_refused() -> None:
    with pytest.raises(InputError, match="no motifs"):
        Job(lay_out(PatternSettings(), PENS)).run()


@pytest.mark.parametrize("colour_by", ["motif", "kind", "stroke"])
def test_a_tile_opens_again_as_it_was(tmp_path: Path, colour_by: str) -> None:
    laid = Job(lay_out(TOSSED, PENS)).run()
    pattern = replace(with_moved(TOSSED, laid.pins(), 1, (4.0, 8.0)), colour_by=colour_by, ground="#fbf6ec")
    project = replace(PROJECT, pattern=pattern)
    tile = Job(finished_tile(project)).run()
    write_drawing(tile.drawing, tmp_path / "tile.svg")
    opened = reopened(tmp_path / "tile.svg", Project())
    assert opened is not None
    assert (opened.seed, opened.pens, opened.pattern.motifs) == (11, PENS, MOTIFS)
    assert (opened.pattern.colour_by, opened.pattern.ground) == (colour_by, "#fbf6ec")
    assert [pin.number for pin in opened.pattern.pins if pin.locked] == [
        pin.number for pin in pattern.pins if pin.locked
    ]
    again = Job(finished_tile(opened)).run()
    assert again.proof.seamless
    for before, after in zip(tile.drawing.layers, again.drawing.layers, strict=True):
        assert len(before.strokes) == len(after.strokes)
        assert np.abs(before.strokes.points - after.strokes.points).max() < 1e-4


def test_a_sheet_opens_again_with_its_page(tmp_path: Path) -> None:
    sheet = SheetSettings(margin_mm=12.0)
    made = Job(project_sheet(replace(PROJECT, page=Page(120.0, 90.0), sheet=sheet))).run()
    write_drawing(made.drawing, tmp_path / "sheet.svg")
    opened = reopened(tmp_path / "sheet.svg", Project())
    assert opened is not None
    assert (opened.page, opened.sheet.margin_mm) == (Page(120.0, 90.0), 12.0)
    assert opened.pattern.motifs == MOTIFS


def test_other_files_keep_no_design_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain.svg"
    plain.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1L8 8"/></svg>')
    assert reopened(plain, Project()) is None
    tile = Job(finished_tile(PROJECT)).run()
    recipe = dict(tile.drawing.provenance.recipe)
    damages: list[dict[str, Any]] = [
        {"design": {}},
        {"motifs": [{"word": 1}]},
        {"layout": {"kind": "zigzag"}},
        {"seed": "no"},
    ]
    for damage in damages:
        provenance = replace(tile.drawing.provenance, recipe=recipe | damage)
        write_drawing(replace(tile.drawing, provenance=provenance), tmp_path / "tile.svg")
        with pytest.raises(SketchFormatError, match="damaged"):
            reopened(tmp_path / "tile.svg", Project())


def test_pins_and_colourways_are_kept_in_project_files(tmp_path: Path) -> None:
    laid = Job(lay_out(TOSSED, PENS)).run()
    ways = (Colourway("Ink", ("#102040", "#a04020"), "#fbf6ec"),)
    project = replace(PROJECT, pattern=replace(with_moved(TOSSED, laid.pins(), 0, (1.0, 2.0)), colourways=ways))
    save_project(project, tmp_path / "it.sketchdesign")
    assert open_project(tmp_path / "it.sketchdesign") == project


def test_colourways_follow_the_pens() -> None:
    two = project_colours.duplicated(PROJECT, "First", "Second")
    assert [each.name for each in two.pattern.colourways] == ["First", "Second"]
    red = project_colours.with_ground(project_colours.with_colour(two, 1, "#ff0000"), "#000000")
    first = project_colours.shown(red, 0)
    assert [pen.colour for pen in first.pens] == ["#102040", "#a04020"]
    assert (first.pattern.ground, red.pattern.ground) == ("#ffffff", "#000000")
    assert [pen.name for pen in red.pens] == ["ink", "rust"]
    assert project_colours.shown(first, 1).pens == red.pens
    more = project_colours.with_more_pens(red)
    assert all(len(each.colours) == 3 for each in more.pattern.colourways)
    assert project_colours.with_fewer_pens(more) == red
    assert project_colours.renamed(red, "First", "Rose").pattern.colourways[1].name == "Rose"
    assert project_colours.removed(red).pens == PROJECT.pens
    assert project_colours.removed(project_colours.removed(red)) == project_colours.removed(red)
    full = PROJECT
    for _ in range(project_colours.MOST_PENS - 2):
        full = project_colours.with_more_pens(full)
    with pytest.raises(InputError, match="at most"):
        project_colours.with_more_pens(full)


def test_pens_draw_in_their_order_and_hidden_ones_not_at_all() -> None:
    page = replace(PROJECT, page=Page(130.0, 90.0), sheet=SheetSettings(pen_order=(1, 7), hidden_pens=(0,)))
    assert (pen_order(page), shown_pens(page)) == ((1, 0), (1,))
    made = Job(project_sheet(page)).run()
    assert [layer.pen for layer in made.drawing.layers] == [PENS[1]]
    rust, ink = pen_shares(page, work_of(made.drawing, AXIDRAW_V3))
    assert (rust.number, rust.hidden, ink.number, ink.hidden) == (1, False, 0, True)
    assert rust.work.drawn_mm == pytest.approx(made.drawing.pen_down_mm())
    assert rust.work.seconds == pytest.approx(made.seconds)
    assert ink.work.strokes == 0
    assert made.reaches()
    assert not replace(made, plain=replace(made.plain, page=Page(301.0, 10.0))).reaches()


def test_the_board_leaves_out_what_was_rejected() -> None:
    with pytest.raises(InputError, match="empty"):
        Job(project_sheet(replace(PROJECT, explore=ExploreSettings(), sheet=SheetSettings(BOARD)))).run()
