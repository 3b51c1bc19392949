"""From a drawing of one's own to the page, without a detour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget
from pytestqt.qtbot import QtBot

from sketchdesign.core.drawing import Page
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.gui.docks.library import SketchModel
from sketchdesign.gui.i18n import Languages
from sketchdesign.gui.main_window import LEFT_PX, RIGHT_PX, MainWindow
from sketchdesign.gui.mime import SKETCHES, mime_of, sketches_of
from sketchdesign.gui.session import Session
from sketchdesign.gui.shortcuts import ShortcutsDialog
from sketchdesign.gui.theme import apply_theme
from sketchdesign.gui.workspace import rooms
from sketchdesign.gui.workspaces.explore import ExploreWorkspace
from sketchdesign.gui.workspaces.pattern import PatternWorkspace
from sketchdesign.gui.workspaces.sketch import SketchWorkspace
from sketchdesign.services.project.state import CellState, ExploreSettings, KeptSketch, PatternSettings, SketchSettings

HOOK = Sketch.from_polylines([[(0, 0), (40, 0), (40, 30)]])
OTHER = KeptSketch(Sketch.from_polylines([[(0, 0), (30, 30)]]), "line", "cat")


@pytest.fixture
def sketch(window: MainWindow) -> SketchWorkspace:
    room = window.enter("sketch")
    assert isinstance(room, SketchWorkspace)
    return room


def test_an_own_drawing_goes_to_the_library(sketch: SketchWorkspace) -> None:
    sketch.keeps.trigger()
    assert list(sketch.session.library.sketches) == []
    sketch.session.change("Draw", sketch=SketchSettings(ink=HOOK, class_name="cat"))
    sketch.keeps.trigger()
    assert list(sketch.session.library.sketches) == [KeptSketch(HOOK, "cat")]


def test_an_own_drawing_goes_to_the_pattern_and_is_seen_there(sketch: SketchWorkspace, window: MainWindow) -> None:
    session = sketch.session
    with_one = PatternSettings(motifs=(OTHER,), layout=Layout("grid", rows=1, columns=1))
    session.change("Begin", sketch=SketchSettings(ink=HOOK), pattern=with_one)
    sketch.sends.trigger()
    assert window.room == "pattern"
    # A cell of one place shows the first motif alone.
    assert list(session.project.pattern.motifs) == [KeptSketch(HOOK), OTHER]
    session.history.undo()
    assert list(session.project.pattern.motifs) == [OTHER]


def test_selected_results_go_in_the_place_of_the_drawing(sketch: SketchWorkspace) -> None:
    sketch.session.change("Draw", sketch=SketchSettings(ink=HOOK))
    sketch.results.results = [OTHER] * 9
    sketch.results.canvas.select(frozenset({2}))
    sketch.sends.trigger()
    assert sketch.session.project.pattern.motifs == (OTHER,)


def test_without_a_drawing_it_says_what_to_do(sketch: SketchWorkspace, window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sketch.session.message):
        sketch.sends.trigger()
    assert window.room == "sketch"


def test_whole_repeats_fill_the_page(window: MainWindow) -> None:
    session = window.session
    pattern = PatternSettings(motifs=(OTHER,), repeat="half-drop", cell_mm=(50.0, 40.0))
    session.change("Begin", pattern=pattern, page=Page(210.0, 297.0))
    room = window.enter("pattern")
    assert isinstance(room, PatternWorkspace)
    room.controls.fit_to_page()
    # A half-drop repeats straight after two cells: 180 mm hold two of 100 mm, 267 mm seven of 40 mm.
    assert session.project.pattern.cell_mm == pytest.approx((45.0, 267.0 / 7.0))
    session.change("Margin", sheet=replace(session.project.sheet, margin_mm=105.0))
    before = session.project
    room.controls.fit_to_page()
    assert session.project == before


def test_each_room_leads_into_the_next(window: MainWindow) -> None:
    window.session.change("Begin", pattern=PatternSettings(motifs=(OTHER,)), sketch=SketchSettings(ink=HOOK))
    for room, leads in (("sketch", "pattern"), ("pattern", "sheet"), ("sheet", "plot")):
        entered = window.enter(room)
        (onward,) = [
            action for action in entered.actions if action.text() in ("To the pattern", "To the sheet", "To plot")
        ]
        onward.trigger()
        assert window.room == leads


def test_another_seed_takes_the_marks_with_it_and_undo_brings_them_back(window: MainWindow) -> None:
    session = window.session
    room = window.enter("explore")
    assert isinstance(room, ExploreWorkspace)
    room.grid.stop()
    kept = KeptSketch(HOOK, "cat", "cat")
    cells = (CellState(kept, "star"), CellState(OTHER, "lock"), CellState(OTHER, "reject"))
    session.change("Begin", explore=replace(ExploreSettings(), rows=1, columns=3, cells=cells))
    window.status_strip.roll()
    after = session.project.explore
    assert session.project.seed != 1
    assert [cell.mark for cell in after.cells] == ["", "lock"]
    assert (after.liked, after.disliked) == ((kept,), (OTHER,))
    session.history.undo()
    assert session.project.explore.cells == cells


def test_thumbnails_follow_the_theme(qapp: QApplication, english: Languages) -> None:
    model = SketchModel()
    model.show_sketches([OTHER])

    def corner() -> str:
        return str(
            model.data(model.index(0), Qt.ItemDataRole.DecorationRole).pixmap(62).toImage().pixelColor(30, 0).name()
        )

    light = corner()
    apply_theme("dark")
    dark = corner()
    apply_theme("light")
    assert light != dark
    assert corner() == light


def test_sketches_are_written_when_they_are_asked_for(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Sketch] = []

    def spy(sketch: Sketch) -> bytes:
        written.append(sketch)
        return b"<svg/>"

    monkeypatch.setattr("sketchdesign.gui.mime._svg", spy)
    mime = mime_of([OTHER, KeptSketch(HOOK)])
    assert sketches_of(mime) == [OTHER, KeptSketch(HOOK)]
    assert written == []
    assert bytes(mime.data("image/svg+xml").data()) == b"<svg/>"
    assert written == [OTHER.sketch]
    assert b'"word": "line"' in bytes(mime.data(SKETCHES).data())


def test_all_keys_are_on_one_page(window: MainWindow) -> None:
    window.enter("explore")
    dialog = window.menus.shortcuts()
    assert isinstance(dialog, ShortcutsDialog)
    shown = {label.text() for label in dialog.findChildren(type(window.message_bar._text))}
    assert {"Re-roll", "R", "Search commands", "Ctrl+K", "Arrow keys"} <= shown
    dialog.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_room_pushes_the_sides_away(session: Session, english: Languages, language: str) -> None:
    english.use(language)
    window = MainWindow(session)
    window.asks_before_closing = False
    window.resize(1280, 800)
    window.show()
    widths = set()
    for room in rooms():
        window.enter(room.key)
        QApplication.processEvents()
        sides = {dock.objectName(): dock.width() for dock in window.findChildren(QDockWidget)}
        widths.add((sides["library"], sides["inspectorDock"]))
    assert window.width() == 1280
    # The inspector grows a little once, for the longest German line; the library never gives way.
    assert {library for library, _ in widths} == {LEFT_PX}
    assert all(RIGHT_PX <= inspector <= RIGHT_PX + 8 for _, inspector in widths)
    window.close()
    window.deleteLater()
