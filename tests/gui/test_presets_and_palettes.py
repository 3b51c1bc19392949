"""What a designer keeps and brings along: presets under a name, palettes of other programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.presets import PresetButton, PresetMenu, PresetShelf
from sketchdesign.gui.session import Message, Session
from sketchdesign.services.project.presets import load_presets
from sketchdesign.services.project.state import KeptSketch, PatternSettings

HOOK = KeptSketch(Sketch.from_polylines([[(0, 0), (40, 0), (40, 30)]]), "hook")
LONG_MS = 30_000
PALETTE = "GIMP Palette\nName: Harbour\n#\n 31 42 68 Ink\n180 83 42 Rust\n 94 139 126 Sage\n"


@pytest.fixture
def shelf(window: MainWindow, qtbot: QtBot) -> PresetShelf:
    made = PresetShelf.of(window.session)
    qtbot.waitUntil(lambda: not window.session.workers.tasks, timeout=LONG_MS)
    return made


def entry(menu: QMenu, text: str) -> None:
    """Choose a line of a menu, or of one of its submenus (``"Delete > Poster"``)."""
    title, _, rest = text.partition(" > ")
    (found,) = [action for action in menu.actions() if action.text() == title]
    inner = found.menu()
    if rest:
        assert isinstance(inner, QMenu)
        entry(inner, rest)
    else:
        found.trigger()


def drop(window: MainWindow, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))


def messages_of(session: Session) -> list[Message]:
    said: list[Message] = []
    session.message.connect(said.append)
    return said


def test_a_page_is_kept_by_its_button_and_taken_by_the_menu_in_another_project(
    window: MainWindow, shelf: PresetShelf, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    session.change("Page", page=Page.parse("a3"), sheet=replace(session.project.sheet, margin_mm=21.0))
    room = window.enter("sheet")
    button = room.inspector.findChildren(PresetButton)[0]
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    menu = button.menu()
    assert isinstance(menu, PresetMenu)
    menu.fill()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("Poster", True))
    with qtbot.waitSignal(shelf.changed, timeout=LONG_MS):
        entry(menu, "Keep these settings\u2026")
    session.new_project()
    before = session.project
    (command,) = [action for action in window.commands() if action.text() == "Page preset: Poster"]
    command.trigger()
    assert session.project.page == Page.parse("a3")
    assert session.project.sheet.margin_mm == 21.0
    assert session.history.undoText() == "Preset Poster"
    session.history.undo()
    assert session.project == before
    menu.fill()
    entry(menu, "Poster")
    assert session.project.page == Page.parse("a3")


def test_it_is_exported_imported_by_drop_deleted_and_brought_back(
    window: MainWindow, shelf: PresetShelf, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    window.enter("pattern")
    session.change("Repeat", pattern=replace(PatternSettings(), repeat="ogee"))
    with qtbot.waitSignal(shelf.changed, timeout=LONG_MS):
        shelf.keep("pattern", "Ogees")
    menu = PresetMenu(session, ("pattern", "pens"))
    menu.fill()
    path = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    written = path.with_name("mine.preset.json")
    entry(menu, "Export > Ogees")
    qtbot.waitUntil(written.exists, timeout=LONG_MS)
    said = messages_of(session)
    with qtbot.waitSignal(shelf.changed, timeout=LONG_MS):
        entry(menu, "Delete > Ogees")
    assert shelf.presets == []
    ((_, bring_back),) = said[-1].actions
    with qtbot.waitSignal(shelf.changed, timeout=LONG_MS):
        bring_back()
    assert [preset.name for preset in load_presets(session.folders)] == ["Ogees"]
    with qtbot.waitSignal(shelf.changed, timeout=LONG_MS):
        shelf.remove(shelf.presets[0])
    session.new_project()
    drop(window, written)
    qtbot.waitUntil(lambda: session.project.pattern.repeat == "ogee", timeout=LONG_MS)
    qtbot.waitUntil(lambda: [preset.name for preset in shelf.presets] == ["Ogees"], timeout=LONG_MS)
    assert session.history.canUndo()


def test_a_damaged_preset_is_said_and_changes_nothing(
    window: MainWindow, shelf: PresetShelf, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "odd.preset.json"
    path.write_text("{}")
    before = window.session.project
    with qtbot.waitSignal(window.session.message, timeout=LONG_MS) as said:
        drop(window, path)
    assert "no preset" in said.args[0].text
    assert window.session.project == before
    assert shelf.presets == []


def test_rooms_without_panels_offer_the_import_alone(window: MainWindow, shelf: PresetShelf) -> None:
    menu = PresetMenu(window.session)
    menu.fill()
    assert [action.text() for action in menu.actions()] == ["Import a preset\u2026"]


def test_a_palette_that_is_dropped_gives_a_project_of_one_pen_its_pens(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    session = window.session
    path = tmp_path / "harbour.gpl"
    path.write_text(PALETTE)
    drop(window, path)
    qtbot.waitUntil(lambda: len(session.project.pens) == 3, timeout=LONG_MS)
    assert [(pen.name, pen.colour) for pen in session.project.pens] == [
        ("Ink", "#1f2a44"),
        ("Rust", "#b4532a"),
        ("Sage", "#5e8b7e"),
    ]
    assert {pen.width_mm for pen in session.project.pens} == {Pen().width_mm}
    pattern = session.project.pattern
    assert [each.name for each in pattern.colourways] == ["Colourway 1", "Harbour"]
    assert {len(each.colours) for each in pattern.colourways} == {3}
    assert pattern.colourway == 1
    session.history.undo()
    assert session.project.pens == (Pen(),)


def test_of_several_pens_it_recolours_them_and_offers_the_rest(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    session = window.session
    session.change("Pens", pens=(Pen("black"), Pen("red", "#ff0000", 0.7)))
    path = tmp_path / "harbour.gpl"
    path.write_text(PALETTE)
    said = messages_of(session)
    drop(window, path)
    qtbot.waitUntil(lambda: bool(said), timeout=LONG_MS)
    assert [pen.colour for pen in session.project.pens] == ["#1f2a44", "#b4532a"]
    session.change("Something else", seed=77)
    ((label, use_all),) = said[-1].actions
    assert "3" in label
    use_all()
    assert [pen.colour for pen in session.project.pens] == ["#1f2a44", "#b4532a", "#5e8b7e"]
    assert [pen.width_mm for pen in session.project.pens] == [Pen().width_mm, 0.7, 0.7]
    assert session.project.seed == 77
    assert [each.name for each in session.project.pattern.colourways] == ["Colourway 1", "Harbour"]


def test_a_damaged_palette_is_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "odd.ase"
    path.write_bytes(b"no swatches")
    with qtbot.waitSignal(window.session.message, timeout=LONG_MS) as said:
        drop(window, path)
    assert "Adobe" in said.args[0].text
    assert window.session.project.pens == (Pen(),)
