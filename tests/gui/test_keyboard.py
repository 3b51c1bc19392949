"""Without a mouse: every control is reached and operated by keys, and shows that it has the focus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.workspace import rooms
from sketchdesign.gui.workspaces.explore import ExploreWorkspace
from sketchdesign.gui.workspaces.explore_wells import Well
from sketchdesign.services.explore.cells import switched
from sketchdesign.services.project.state import ExploreSettings

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider, QAbstractItemView, QTabBar, Canvas, Well)
MOST_STEPS = 150


@pytest.fixture
def drawing(window: MainWindow, tiny_model: Callable[..., Model], monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window that draws with a small model of three classes, four sketches in a grid."""
    model = tiny_model(("cat", "pig", "owl"), class_count=3, class_size=4)
    monkeypatch.setattr("sketchdesign.model.zoo.open_model", lambda name: model)
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.find_plotters", list)
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.running_emulators", list)
    window.session.change("Four", explore=ExploreSettings(rows=2, columns=2))
    return window


def controls(window: MainWindow) -> list[QWidget]:
    """All that a mouse could use."""
    return [
        each
        for each in window.findChildren(QWidget)
        if isinstance(each, CONTROLS)
        and not isinstance(each, QScrollBar)
        and each.isVisible()
        and each.isEnabled()
        and not each.objectName().startswith("qt_")
        and not isinstance(each.parentWidget(), QComboBox)
    ]


def reached(window: MainWindow) -> Iterator[QWidget]:
    """All that F6, Tab and Shift+Tab come to."""
    parts: list[QWidget] = []
    while (part := pressed(window, Qt.Key.Key_F6)) not in parts:
        parts.append(part)
    for part in parts:
        for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            part.setFocus()
            here = part
            seen: list[QWidget] = []
            while here not in seen and len(seen) < MOST_STEPS:
                seen.append(here)
                if isinstance(here, Canvas) and here.keeps_tab and key is Qt.Key.Key_Tab:
                    break
                here = pressed(here, key)
            yield from seen


def pressed(widget: QWidget, key: Qt.Key) -> QWidget:
    """What has the focus after a key."""
    QTest.keyClick(widget, key)
    focus = QApplication.focusWidget()
    assert focus is not None
    return focus


@pytest.mark.parametrize("room", [each.key for each in rooms()])
def test_every_control_is_reached_and_shows_it(drawing: MainWindow, room: str, qtbot: QtBot) -> None:
    drawing.enter(room)
    qtbot.waitUntil(lambda: not drawing.session.workers.tasks, timeout=60_000)
    drawing.activateWindow()
    found = set(reached(drawing))
    groups = {each.group() for each in found if isinstance(each, QAbstractButton) and each.group() is not None}
    by_arrows = {button for group in groups for button in group.buttons()}
    missing = [each for each in controls(drawing) if each not in found | by_arrows]
    assert missing == []
    unseen = [each for each in found if looks(each, focused=False) == looks(each, focused=True)]
    assert [(type(each).__name__, each.accessibleName()) for each in unseen] == []


def looks(widget: QWidget, *, focused: bool) -> QImage:
    window = widget.window()
    assert isinstance(window, MainWindow)
    search = window.library.findChild(QLineEdit)
    assert search is not None
    away = window.models.list if widget is search else search
    (widget if focused else away).setFocus(Qt.FocusReason.TabFocusReason)
    if isinstance(widget, QLineEdit):
        widget.deselect()
    return widget.grab().toImage()


def test_arrows_go_through_the_rooms_and_the_tools(drawing: MainWindow, qtbot: QtBot) -> None:
    explore = drawing.enter("explore")
    assert isinstance(explore, ExploreWorkspace)
    new = explore.switch.buttons["generate"]
    new.setFocus()
    assert pressed(new, Qt.Key.Key_Right) is explore.switch.buttons["interpolate"]
    QTest.keyClick(explore.switch.buttons["interpolate"], Qt.Key.Key_Space)
    assert drawing.session.project.explore.tool == "interpolate"
    room = next(each for each in drawing.top_bar.findChildren(QAbstractButton) if each.text() == "Explore")
    room.setFocus()
    following = pressed(room, Qt.Key.Key_Right)
    QTest.keyClick(following, Qt.Key.Key_Space)
    assert drawing.room == "pattern"


def test_wells_are_filled_and_emptied_by_keys(drawing: MainWindow, qtbot: QtBot) -> None:
    explore = drawing.enter("explore")
    assert isinstance(explore, ExploreWorkspace)
    drawing.session.change("Between", explore=switched(drawing.session.project.explore, "interpolate"))
    qtbot.waitUntil(lambda: bool(explore.examples.model().rowCount()), timeout=10_000)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right):
        QTest.keyClick(explore.examples, key)
        QTest.keyClick(explore.examples, Qt.Key.Key_Return)
    first, second = drawing.session.project.explore.wells[:2]
    assert first is not None
    assert second is not None
    assert first != second
    wells = explore.wells.visible_wells()
    QTest.keyClick(wells[0], Qt.Key.Key_Delete)
    assert drawing.session.project.explore.wells[:2] == (None, second)
    QTest.keyClick(wells[0], Qt.Key.Key_Return)
    (menu,) = [each for each in wells[0].findChildren(QMenu) if each.isVisible()]
    assert "The sketch on the paper" in [action.text() for action in menu.actions()]
    menu.close()


def test_the_menu_key_asks_about_the_cell_that_has_the_focus(drawing: MainWindow, qtbot: QtBot) -> None:
    explore = drawing.enter("explore")
    assert isinstance(explore, ExploreWorkspace)
    qtbot.waitUntil(lambda: all(explore.grid.results), timeout=60_000)
    asked: list[int] = []
    explore.board.menu_asked.disconnect()
    explore.board.menu_asked.connect(lambda cell, _place: asked.append(cell))
    explore.board.focused = 3
    anywhere = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(explore.board, anywhere)
    centre = explore.board.view.rect_px(explore.board.scene.cells[1]).center().toPoint()
    there = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, centre, explore.board.mapToGlobal(centre))
    QApplication.sendEvent(explore.board, there)
    assert asked == [3, 1]
