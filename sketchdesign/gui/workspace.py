"""What the window asks of a workspace, and what it offers to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import icon
from sketchdesign.gui.session import Session
from sketchdesign.services.project.state import KeptSketch, Project

_SENTENCE_PX = 420


class Workspace(QObject):
    """One of the five rooms of the app. It is made when it is first entered.

    A subclass sets the three widgets in its constructor, and reads and changes the project through the session alone:
    ``self.session.change(tr("Rows"), merge="explore.rows", explore=replace(...))``. It never keeps a project: `load`
    brings each new one, whether from an edit here, elsewhere, or from undo.

    Attributes:
        session: project, history, workers, library, messages.
        widget: fills the middle of the window.
        inspector: a few controls, in the dock at the right.
        canvas: what the zoom of the window acts on; None where there is nothing to zoom.
        actions: with shortcuts; they appear in the menu, in the command palette, and work while the room is open.
    """

    widget: QWidget
    inspector: QWidget
    canvas: Canvas | None = None

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.actions: list[QAction] = []

    def load(self, project: Project) -> None:
        """Show a project. Called when the room is entered and, while it is open, whenever the project changes."""

    def activate(self) -> None:
        """The room was entered."""

    def deactivate(self) -> None:
        """The room was left: stop what is only worth watching."""

    def take(self, kept: Sequence[KeptSketch]) -> None:
        """Use sketches that were double-clicked in the library, or dropped on the window."""

    def open_file(self, path: Path) -> bool:
        """Use a sketch's or drawing's file that was opened or dropped; False leaves it to the Sketch workspace."""
        return False

    def export_filter(self) -> str:
        """File kinds for the export dialog, such as "SVG (*.svg);;PNG (*.png)"; empty while there is nothing."""
        return ""

    def export(self, path: Path) -> None:
        """Write what the room shows. Long work belongs on a worker; failures are reported by the session."""

    def add_action(
        self, text: str, shortcut: str = "", *, icon_name: str = "", tip: str = "", checkable: bool = False
    ) -> QAction:
        """An action of this room. The tooltip ends with its shortcut."""
        action = make_action(self, text, shortcut, icon_name=icon_name, tip=tip, checkable=checkable)
        self.actions.append(action)
        return action


def make_action(
    parent: QObject, text: str, shortcut: str = "", *, icon_name: str = "", tip: str = "", checkable: bool = False
) -> QAction:
    """An action with icon, shortcut and a tooltip that names both."""
    action = QAction(text, parent)
    action.setCheckable(checkable)
    if icon_name:
        action.setIcon(icon(icon_name))
    shown = tip or text.replace("&", "").rstrip(".\u2026")
    if shortcut:
        action.setShortcut(shortcut)
        keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
        shown = f"{shown} ({keys})"
    action.setToolTip(shown)
    return action


def onward_button(action: QAction, room: str) -> QPushButton:
    """The button at the end of a tool bar that leads into the next room, and is called like it."""
    button = QPushButton(action.icon(), next(each.title for each in rooms() if each.key == room))
    button.setAccessibleName(action.text())
    button.setToolTip(action.toolTip())
    button.setEnabled(action.isEnabled())
    button.clicked.connect(action.trigger)
    action.enabledChanged.connect(button.setEnabled)
    return button


@dataclass(frozen=True)
class Room:
    """A workspace before it is made: how the switcher shows it, and where its class lies."""

    key: str
    title: str
    icon_name: str
    tip: str
    class_name: str

    def enter(self, session: Session) -> Workspace:
        """Import and make the workspace."""
        module = import_module(f"sketchdesign.gui.workspaces.{self.key}")
        return cast(Workspace, getattr(module, self.class_name)(session))


def rooms() -> list[Room]:
    """The five workspaces, in the order of the work. Shortcuts are Ctrl+F1 and so on by their place."""
    return [
        Room("sketch", tr("Sketch"), "sketch", tr("Draw, and see what the model makes of it"), "SketchWorkspace"),
        Room("explore", tr("Explore"), "explore", tr("Grids between sketches, classes and moods"), "ExploreWorkspace"),
        Room("pattern", tr("Pattern"), "pattern", tr("Repeats and layouts, edited live"), "PatternWorkspace"),
        Room("sheet", tr("Sheet"), "sheet", tr("Page, pens, route and time"), "SheetWorkspace"),
        Room("plot", tr("Plot"), "plot", tr("Send it to a pen plotter"), "PlotWorkspace"),
    ]


class EmptyState(QWidget):
    """One sentence that says what to do, one button that does it, and at most a second that does something else."""

    def __init__(self, sentence: str, button: str) -> None:
        super().__init__()
        self._text = text = QLabel(sentence)
        text.setObjectName("emptyText")
        text.setWordWrap(True)
        text.setFixedWidth(_SENTENCE_PX)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(button)
        self.button.setProperty("primary", True)
        self.second = QPushButton()
        self.second.hide()
        column = QVBoxLayout(self)
        column.setSpacing(18)
        column.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(text)
        row.addStretch(1)
        column.addLayout(row)
        for button_below in (self.button, self.second):
            column.addWidget(button_below, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def show_text(self, sentence: str, button: str, second: str = "") -> None:
        """Say something else."""
        self._text.setText(sentence)
        self.button.setText(button)
        self.second.setText(second)
        self.second.setVisible(bool(second))
