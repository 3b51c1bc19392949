"""The window as a person uses it: draw, star, save, look, search."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSlider
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sketchdesign.gui.app import App
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.icons import icon, icon_names
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.mime import mime_of, sketches_of
from sketchdesign.gui.session import Message
from sketchdesign.gui.workspace import rooms
from sketchdesign.gui.workspaces.sketch import SketchWorkspace
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.project.file import open_project, save_project
from sketchdesign.services.project.state import Project

A_FACE = [(60.0, 60.0), (200.0, 60.0), (200.0, 200.0), (60.0, 200.0), (60.0, 62.0)]


def draw(qtbot: QtBot, paper: Canvas, points: Sequence[tuple[float, float]]) -> None:
    """One stroke with the mouse, through points of the paper."""
    places = [paper.view.to_px(QPointF(*point)).toPoint() for point in points]
    QTest.mousePress(paper, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(paper, place)
    QTest.mouseRelease(paper, Qt.MouseButton.LeftButton, pos=places[-1])


def sketching(window: MainWindow) -> SketchWorkspace:
    workspace = window.enter("sketch")
    assert isinstance(workspace, SketchWorkspace)
    return workspace


def test_a_stroke_brings_nine_endings_and_one_is_accepted(window: MainWindow, qtbot: QtBot) -> None:
    workspace = sketching(window)
    with qtbot.waitSignal(workspace.results.drawn, timeout=120_000):
        draw(qtbot, workspace.paper, A_FACE)
    ink = window.session.project.sketch.ink
    assert ink.stroke_count == 1
    assert len(workspace.results.results) == 9
    assert all(workspace.results.canvas.scene.is_filled(cell) for cell in range(9))
    canvas = workspace.results.canvas
    QTest.mouseClick(
        canvas, Qt.MouseButton.LeftButton, pos=canvas.view.rect_px(canvas.scene.cells[4]).center().toPoint()
    )
    accepted = window.session.project.sketch.ink
    assert len(accepted) >= len(ink)
    assert (accepted.points[: len(ink) - 1] == ink.points[: len(ink) - 1]).all()
    window.session.history.undo()
    assert window.session.project.sketch.ink == ink
    window.session.history.undo()
    assert len(window.session.project.sketch.ink) == 0


@pytest.mark.parametrize("tab", [1, 2, 3])
def test_other_questions_have_nine_answers_too(window: MainWindow, qtbot: QtBot, tab: int) -> None:
    workspace = sketching(window)
    draw(qtbot, workspace.paper, A_FACE)
    with qtbot.waitSignal(workspace.results.drawn, timeout=120_000):
        workspace.results.tabs.setCurrentIndex(tab)
    assert len(workspace.results.results) == 9
    assert len(set(workspace.results.results)) > 1


def test_the_eraser_takes_strokes_and_undo_brings_them_back(window: MainWindow, qtbot: QtBot) -> None:
    workspace = sketching(window)
    draw(qtbot, workspace.paper, [(30, 30), (30, 220)])
    draw(qtbot, workspace.paper, [(200, 30), (200, 220)])
    both = window.session.project.sketch.ink
    workspace.erases.trigger()
    draw(qtbot, workspace.paper, [(28, 120), (32, 120)])
    assert window.session.project.sketch.ink.stroke_count == 1
    window.session.history.undo()
    assert window.session.project.sketch.ink == both


def test_stars_go_to_the_library_and_back_to_the_paper(window: MainWindow, qtbot: QtBot) -> None:
    workspace = sketching(window)
    with qtbot.waitSignal(workspace.results.drawn, timeout=120_000):
        draw(qtbot, workspace.paper, A_FACE)
    workspace.results.canvas.select(frozenset({2, 5}))
    workspace.stars.trigger()
    assert window.library.view.model().rowCount() == len(set(workspace.results.chosen()))
    QTest.keyClicks(window.library.search, "zebra")
    assert window.library.view.model().rowCount() == 0
    carried = mime_of(workspace.results.chosen())
    assert carried.hasFormat("image/svg+xml")
    assert sketches_of(carried) == workspace.results.chosen()
    window.take(workspace.results.chosen())
    assert window.session.project.sketch.ink.bounds[2] <= 255.0


def test_a_problem_with_the_sketch_is_said_beside_it(window: MainWindow, qtbot: QtBot) -> None:
    workspace = sketching(window)
    window.session.change("Model", model="there-is-no-such-model")
    draw(qtbot, workspace.paper, A_FACE)
    qtbot.waitUntil(lambda: "There is no model" in workspace.results.caption.text(), timeout=120_000)


def test_every_workspace_opens_and_answers_its_key(window: MainWindow, qtbot: QtBot) -> None:
    for number, room in enumerate(rooms(), 1):
        (action,) = [each for each in window.commands() if each.shortcut().toString() == f"Ctrl+F{number}"]
        action.trigger()
        assert window.room == room.key
        assert window.workspace.widget.isVisible()
        assert window.workspace.inspector.isVisible()


def test_commands_are_found_by_a_few_letters(window: MainWindow, qtbot: QtBot) -> None:
    palette = window.search_commands()
    QTest.keyClicks(palette.line, "dark")
    assert palette.list.count() == 1
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.session.preferences.theme == "dark"
    assert QApplication.palette().color(QPalette.ColorRole.WindowText).lightness() > 200
    window.session.set_preferences(theme="light")
    assert QApplication.palette().color(QPalette.ColorRole.WindowText).lightness() < 80


def test_the_sides_hide_with_tab_on_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    paper = sketching(window).paper
    paper.setFocus()
    assert window.library.isVisible()
    QTest.keyClick(paper, Qt.Key.Key_Tab)
    assert not window.library.isVisible()
    QTest.keyClick(paper, Qt.Key.Key_Tab)
    assert window.library.isVisible()


def test_messages_stand_in_the_bar(window: MainWindow, qtbot: QtBot) -> None:
    done: list[str] = []
    window.session.message.emit(Message("it broke", "mend it", "line 1", is_error=True))
    assert window.message_bar.isVisible()
    assert window.message_bar.accessibleName() == "It broke. Mend it."
    window.session.say("Something was kept", ("Take it up", lambda: done.append("taken")))
    (button,) = [each for each in window.message_bar.findChildren(QAbstractButton) if each.text() == "Take it up"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["taken"]
    assert not window.message_bar.isVisible()


def test_files_are_dropped_on_the_window(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "square.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="50mm" viewBox="0 0 50 50">'
        '<path d="M10 10H40V40H10Z" fill="none" stroke="black"/></svg>'
    )
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    with qtbot.waitSignal(window.session.project_changed, timeout=10_000):
        window.dropEvent(event)
    assert window.session.project.sketch.ink.stroke_count == 1
    assert event.isAccepted()


def test_the_status_strip_changes_seed_and_page(window: MainWindow, qtbot: QtBot) -> None:
    (seed,) = [each for each in window.status_strip.findChildren(QLineEdit) if each.accessibleName() == "Seed"]
    seed.setText("40+2")
    QTest.keyClick(seed, Qt.Key.Key_Return)
    assert window.session.project.seed == 42
    window.status_strip.roll()
    assert window.session.project.seed != 42 or seed.text() == "42"
    (menu,) = [each for each in window.status_strip.findChildren(QAbstractButton) if "210" in each.text()]
    (landscape,) = [each for each in menu.menu().actions() if each.text() == "A3 landscape"]  # type: ignore[attr-defined]
    landscape.trigger()
    assert (window.session.project.page.width_mm, window.session.project.page.height_mm) == (420.0, 297.0)


def test_a_slider_is_one_step_of_the_history(window: MainWindow, qtbot: QtBot) -> None:
    slider = sketching(window).temperature.slider
    slider.setSliderDown(True)
    for value in (300, 500, 800):
        slider.setValue(value)
    slider.setSliderDown(False)
    assert window.session.project.sketch.temperature == pytest.approx(0.8)
    assert window.session.history.count() == 1


def test_a_project_is_saved_with_its_picture(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    draw(qtbot, sketching(window).paper, A_FACE)
    assert window.isWindowModified()
    path = tmp_path / "work.sketchdesign"
    with qtbot.waitSignal(window.session.path_changed):
        window.session.save_file(path, window.thumbnail())
    assert open_project(path).sketch == window.session.project.sketch
    assert not window.isWindowModified()
    assert window.windowTitle().startswith("work")


def test_everything_that_can_be_used_has_a_name(window: MainWindow, qtbot: QtBot) -> None:
    for room in rooms():
        window.enter(room.key)
    nameless = [
        widget
        for kind in (QAbstractButton, QLineEdit, QSlider, Canvas)
        for widget in window.findChildren(kind)
        if widget.isVisibleTo(window)
        and not (widget.accessibleName() or widget.toolTip() or getattr(widget, "text", str)())
        # Qt's own: the ends of tab bars and scroll areas, and the line within a combo box.
        and not widget.objectName().startswith("qt_")
        and type(widget).__module__.startswith("sketchdesign")
    ]
    assert nameless == []


def test_another_language_makes_another_window_and_keeps_the_work(app: App, qtbot: QtBot) -> None:
    app.session.change("Seed", seed=9)
    for room in rooms():
        app.window.enter(room.key)
    old = app.window
    app.session.set_preferences(language="de")
    qtbot.waitUntil(lambda: app.window is not old)
    assert "Skizze" in [each.text() for each in app.window.top_bar.findChildren(QAbstractButton)]
    assert app.session.project.seed == 9
    app.session.set_preferences(language="en")
    qtbot.waitUntil(lambda: "Sketch" in [each.text() for each in app.window.top_bar.findChildren(QAbstractButton)])
    qtbot.waitUntil(lambda: not isValid(old))
    app.session.models_changed.emit()
    app.session.library_changed.emit()
    app.session.change("Seed", seed=10)


def test_none_keeps_its_references(window: MainWindow, qtbot: QtBot) -> None:
    """PySide6 6.12.0 on Python 3.11 drops a reference to None with each call that returns nothing, and then aborts."""
    canvas = sketching(window).paper
    before = sys.getrefcount(None)
    for number in range(200):
        canvas.update()
        canvas.setToolTip(str(number))
        canvas.move(QPoint(0, 0))
    assert before - sys.getrefcount(None) < 20


def test_all_icons_can_be_drawn(qapp: QApplication) -> None:
    for name in icon_names():
        image = icon(name).pixmap(32, 32).toImage()
        assert any(image.pixelColor(x, y).alpha() > 100 for x in range(32) for y in range(32)), name


def test_undo_and_redo_are_in_the_menu(window: MainWindow) -> None:
    window.session.change("Temperature", sketch=replace(window.session.project.sketch, temperature=0.9))
    (undo,) = [each for each in window.commands() if each.text().startswith("Undo")]
    assert undo.isEnabled()
    undo.trigger()
    assert window.session.project.sketch.temperature == 0.25


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("damaged.sketchdesign", "damaged or no project"),
        ("missing.sketchdesign", "no such file"),
        ("missing.safetensors", "no model or model file"),
        ("damaged.safetensors", "not a safetensors file"),
        ("missing.svg", "no such file"),
        ("gone.sketchdesign", "no model or model file called a-model-of-old"),
    ],
)
def test_a_file_that_cannot_be_opened_is_said_and_the_app_goes_on(
    qapp: QApplication, folders: UserFolders, tmp_path: Path, qtbot: QtBot, name: str, said: str
) -> None:
    path = tmp_path / name
    if name.startswith("damaged"):
        path.write_bytes(b"PK not a zip archive, nor eight bytes of a header's length")
    if name.startswith("gone"):
        save_project(Project(model="a-model-of-old"), path)
    messages: list[Message] = []
    app = App(folders, path)
    app.session.message.connect(messages.append)
    app.window.show()
    try:
        qtbot.waitUntil(lambda: bool(messages), timeout=60_000)
        assert said in messages[0].text
        assert messages[0].details == ""
        assert app.window.message_bar.isVisible()
        app.session.change("Seed", seed=77)
        assert app.session.project.seed == 77
    finally:
        app.window.asks_before_closing = False
        app.window.close()
        app.session.close()
        app.window.deleteLater()
