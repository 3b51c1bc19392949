"""The Sheet workspace as a person uses it: page, pens, route, numbers, and the ways out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sketchdesign.core.drawing import Pen
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.gui.colour_words import colour_word
from sketchdesign.gui.i18n import Languages
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.workspaces.sheet import SheetWorkspace
from sketchdesign.services.jobs import Job
from sketchdesign.services.project.page import BOARD, project_sheet
from sketchdesign.services.project.state import CellState, KeptSketch, PatternSettings

HOOK = Sketch.from_polylines([[(0, 0), (40, 0), (40, 30)], [(10, 20), (30, 40)], [(31, 40), (40, 31)]])
LONG_MS = 60_000


@pytest.fixture
def room(window: MainWindow, qtbot: QtBot) -> SheetWorkspace:
    """A page of hooks in two pens, routed."""
    pattern = PatternSettings(motifs=(KeptSketch(HOOK, "hook"),), layout=Layout("grid", rows=1, columns=2))
    window.session.change("Begin", pattern=pattern, pens=(Pen("ink", "#102040"), Pen("rust", "#a04020", 0.5)))
    workspace = window.enter("sheet")
    assert isinstance(workspace, SheetWorkspace)
    settled(workspace, qtbot)
    return workspace


def settled(room: SheetWorkspace, qtbot: QtBot) -> None:
    """Wait until the sheet that was asked for last is routed."""
    qtbot.waitUntil(lambda: room.is_current, timeout=LONG_MS)


def test_without_a_pattern_it_leads_to_one(window: MainWindow, qtbot: QtBot) -> None:
    workspace = window.enter("sheet")
    assert isinstance(workspace, SheetWorkspace)
    assert workspace.empty.isVisible()
    assert workspace.export_filter() == ""
    workspace.empty.button.click()
    assert window.room == "pattern"


def test_it_tells_times_before_and_after_and_metres_of_each_pen(room: SheetWorkspace, qtbot: QtBot) -> None:
    assert room.sheet is not None
    made = room.sheet.made
    assert made.estimate_s < made.estimate_before_s
    assert "as drawn" in room.caption.text()
    assert "lifts" in room.caption.text()
    told = [row.words.text() for row in room.controls.pens.rows]
    assert len(told) == 2
    assert all(" m, " in text and "strokes" in text for text in told)


def test_before_and_after_are_one_click_apart(room: SheetWorkspace, qtbot: QtBot) -> None:
    assert room.sheet is not None
    routed = room.canvas.grab().toImage()
    room.as_drawn.trigger()
    assert not room.session.project.sheet.routed
    assert room.sheet.drawing is room.sheet.plain
    assert room.canvas.grab().toImage() != routed
    lines = room.canvas.scene.point_count
    room.shows_travel.trigger()
    assert room.canvas.scene.point_count < lines
    room.session.history.undo()
    assert room.as_routed.isChecked()


def test_joins_are_drawn_in_red(room: SheetWorkspace, qtbot: QtBot) -> None:
    room.session.change("Join", sheet=replace(room.session.project.sheet, join_mm=0.0))
    settled(room, qtbot)
    assert room.sheet is not None
    lifts = room.sheet.made.route.lifts_after
    assert room.sheet.made.joins == 0
    slider = room.controls.join.slider
    slider.setSliderDown(True)
    for value in (300, 900):
        slider.setValue(value)
    slider.setSliderDown(False)
    settled(room, qtbot)
    assert room.sheet.made.joins > 0
    assert room.sheet.made.route.lifts_after < lifts
    assert room.routed is not None
    assert {picture.pen.colour for picture in room.routed.joins} == {"#e00000"}
    assert "joins" in room.caption.text()
    room.session.history.undo()
    assert room.session.project.sheet.join_mm == 0.0


def test_the_page_is_chosen_typed_and_turned(room: SheetWorkspace, qtbot: QtBot) -> None:
    controls = room.controls
    controls.sizes.setCurrentIndex(controls.sizes.findData("a5"))
    controls.sizes.activated.emit(controls.sizes.currentIndex())
    assert room.session.project.page.width_mm == 148.0
    controls.landscape.click()
    assert room.session.project.page.width_mm == 210.0
    controls.size_text.setText("4x6in")
    controls.size_text.editingFinished.emit()
    assert room.session.project.page.width_mm == pytest.approx(101.6)
    controls.size_text.setText("as large as a door")
    with qtbot.waitSignal(room.session.message):
        controls.size_text.editingFinished.emit()
    assert room.session.project.page.width_mm == pytest.approx(101.6)
    controls.margin.setText("0.5in")
    controls.margin.editingFinished.emit()
    settled(room, qtbot)
    assert room.sheet is not None
    for layer in room.sheet.drawing.layers:
        assert layer.strokes.points.min() >= 12.7 - 1e-6


def test_pens_change_places_and_are_left_out(room: SheetWorkspace, qtbot: QtBot) -> None:
    first, second = room.controls.pens.rows
    first.down.click()
    settled(room, qtbot)
    assert room.sheet is not None
    assert [layer.pen.name for layer in room.sheet.drawing.layers] == ["rust", "ink"]
    assert second.name.text() == "ink"
    first.visible.click()
    settled(room, qtbot)
    assert [layer.pen.name for layer in room.sheet.drawing.layers] == ["ink"]
    assert first.words.text() == "Left out"
    second.width_field.setText("0.8")
    second.width_field.editingFinished.emit()
    second.name.setText("night")
    second.name.editingFinished.emit()
    settled(room, qtbot)
    assert room.sheet.drawing.layers[0].pen == Pen("night", "#102040", 0.8)
    while room.session.history.index() > 1:
        room.session.history.undo()
    assert [pen.name for pen in room.session.project.pens] == ["ink", "rust"]


def test_the_board_of_explore_fills_the_page(room: SheetWorkspace, qtbot: QtBot) -> None:
    cells = tuple(CellState(KeptSketch(HOOK, "hook"), mark) for mark in ("star", "lock", "reject", "star"))
    room.session.change(
        "Board",
        explore=replace(room.session.project.explore, rows=2, columns=2, cells=cells),
        sheet=replace(room.session.project.sheet, source=BOARD),
    )
    settled(room, qtbot)
    assert room.sheet is not None
    assert room.sheet.plain.stroke_count == 3 * HOOK.stroke_count
    assert len(room.controls.pens.rows) == 1


@pytest.mark.parametrize("ending", [".svg", ".pdf", ".png", ".dxf", ".hpgl", ".gcode"])
def test_it_is_written_in_every_format(room: SheetWorkspace, qtbot: QtBot, tmp_path: Path, ending: str) -> None:
    assert f"*{ending}" in room.export_filter()
    path = tmp_path / f"sheet{ending}"
    with qtbot.waitSignal(room.session.message, timeout=LONG_MS) as said:
        room.export(path)
    assert not said.args[0].is_error, said.args[0].text
    assert path.stat().st_size > 500


def test_it_is_dragged_out_as_a_file_and_opens_again(
    room: SheetWorkspace, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[Path] = []

    class Drag(QDrag):
        def exec(self, *_actions: object) -> Qt.DropAction:
            carried.append(Path(self.mimeData().urls()[0].toLocalFile()))
            return Qt.DropAction.CopyAction

    monkeypatch.setattr("sketchdesign.gui.workspaces.sheet_drag.QDrag", Drag)
    room.session.change("Margin", sheet=replace(room.session.project.sheet, margin_mm=21.0))
    settled(room, qtbot)
    handle = room.handle
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: not room.session.workers.tasks, timeout=LONG_MS)
    assert carried == [], "nothing is carried away while the pointer rests"
    QTest.mouseMove(handle, QPoint(40, 8))
    (path,) = carried
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(40, 8))
    project = window.session.project
    window.session.new_project()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))
    qtbot.waitUntil(lambda: bool(window.session.project.pattern.motifs), timeout=LONG_MS)
    opened = window.session.project
    assert window.room == "sheet"
    assert (opened.page, opened.sheet.margin_mm, opened.pens) == (project.page, 21.0, project.pens)
    assert opened.pattern.motifs == project.pattern.motifs
    settled(room, qtbot)


def test_a_click_on_the_handle_carries_nothing_away(
    room: SheetWorkspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[Path] = []
    monkeypatch.setattr("sketchdesign.gui.workspaces.sheet.drag_file", lambda _at, path, _picture: carried.append(path))
    QTest.mouseClick(room.handle, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not room.session.workers.tasks, timeout=LONG_MS)
    QTest.mouseMove(room.handle, QPoint(60, 8))
    assert carried == []


def test_the_plot_takes_the_sheet_that_was_routed_already(
    room: SheetWorkspace, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert room.sheet is not None

    def again(*_: object) -> None:
        raise AssertionError("it was routed before")

    monkeypatch.setattr("sketchdesign.geometry.optimise.optimising", again)
    drawn = Job(project_sheet(window.session.project)).run()
    assert drawn.drawing.layers == room.sheet.drawing.layers
    assert drawn.seconds == room.sheet.seconds
    reseeded = Job(project_sheet(replace(window.session.project, seed=99))).run()
    assert reseeded.drawing.provenance.recipe["tile"]["seed"] == 99
    assert reseeded.drawing.provenance.recipe["pipeline"] == room.sheet.drawing.provenance.recipe["pipeline"]


def test_a_pen_is_called_by_its_colour_until_it_has_a_name(room: SheetWorkspace, qtbot: QtBot) -> None:
    room.session.change("Pens", pens=(Pen("#1f2a44", "#1f2a44"), Pen("Rust", "#b4532a")))
    first, second = room.controls.pens.rows
    assert (first.name.text(), first.name.placeholderText()) == ("", "dark blue")
    assert (second.name.text(), second.name.placeholderText()) == ("Rust", "brown")
    first.name.setText("Ink")
    first.name.editingFinished.emit()
    assert room.session.project.pens[0].name == "Ink"
    first.name.clear()
    first.name.editingFinished.emit()
    assert room.session.project.pens[0].name == "#1f2a44"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("#000000", "black"),
        ("#ffffff", "white"),
        ("#808080", "grey"),
        ("#d0d0d0", "light grey"),
        ("#ff0000", "red"),
        ("#7a4a1e", "brown"),
        ("#ffa500", "orange"),
        ("#ffff00", "yellow"),
        ("#0b5d1e", "dark green"),
        ("#00c8c8", "turquoise"),
        ("#3f5fd8", "blue"),
        ("#a9c5ff", "light blue"),
        ("#7a3bd9", "violet"),
        ("#ff4fb0", "pink"),
        ("#ff0030", "red"),
    ],
)
def test_colours_have_plain_names(english: Languages, code: str, word: str) -> None:
    assert colour_word(code) == word


def test_a_margin_without_room_is_said_and_mended(room: SheetWorkspace, qtbot: QtBot) -> None:
    with qtbot.waitSignal(room.session.message, timeout=LONG_MS) as said:
        room.controls.margin.changed.emit(500.0)
    assert "margin" in said.args[0].text
    assert room.sheet is None
    room.session.history.undo()
    settled(room, qtbot)


def test_to_plot_goes_on_to_the_plotter(room: SheetWorkspace, window: MainWindow, qtbot: QtBot) -> None:
    room.to_plot.trigger()
    assert window.room == "plot"


def test_an_empty_board_leads_to_where_cells_are_marked(room: SheetWorkspace, window: MainWindow) -> None:
    room.session.change("Board", sheet=replace(room.session.project.sheet, source=BOARD))
    assert room.empty.isVisible()
    assert room.empty.button.text() == "Mark some cells"
    room.empty.button.click()
    assert window.room == "explore"


def test_the_time_is_that_of_the_machine_that_is_chosen(room: SheetWorkspace, qtbot: QtBot) -> None:
    assert room.sheet is not None
    before = room.sheet.made.estimate_s
    machine = room.controls.machine
    qtbot.waitUntil(lambda: machine.findText("HP-GL plotter") >= 0, timeout=LONG_MS)
    machine.setCurrentIndex(machine.findText("HP-GL plotter"))
    machine.activated.emit(machine.currentIndex())
    assert room.session.project.plot.driver == "hpgl"
    settled(room, qtbot)
    assert room.sheet is not None
    assert machine.currentText() == "HP-GL plotter"
    assert room.sheet.machine.name == "hpgl"
    assert room.sheet.made.estimate_s != before
    slower = (("max_speed", "20"),)
    fast = room.sheet.made.estimate_s
    room.session.change("Speed", plot=replace(room.session.project.plot, parameters=slower))
    settled(room, qtbot)
    assert room.sheet.made.estimate_s > 1.5 * fast
    machine.setCurrentIndex(0)
    machine.activated.emit(0)
    settled(room, qtbot)
    assert room.session.project.plot.driver == "ebb"
    assert room.session.project.plot.parameters == ()


def test_a_sheet_for_a_machine_that_is_not_there_has_its_time_still(room: SheetWorkspace, qtbot: QtBot) -> None:
    room.session.change("Machine", plot=replace(room.session.project.plot, driver="steam"))
    settled(room, qtbot)
    assert room.sheet is not None
    assert room.sheet.made.estimate_s > 0.0
    assert room.controls.machine.currentText() == "steam (not installed)"


def test_a_pen_without_a_name_shows_its_colour_as_one(room: SheetWorkspace, qtbot: QtBot) -> None:
    row = room.controls.pens.rows[0]
    pens = (Pen("black", "#102040"), room.session.project.pens[1])
    room.session.change("Pens", pens=pens)
    assert row.name.text() == ""
    assert row.name.placeholderText() == "dark blue"
    row.name.editingFinished.emit()
    assert room.session.project.pens == pens
    row.name.setText("brush")
    row.name.editingFinished.emit()
    assert room.session.project.pens[0].name == "brush"
    row.name.setText("")
    row.name.editingFinished.emit()
    assert room.session.project.pens[0].name == "#102040"
