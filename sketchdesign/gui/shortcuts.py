"""All keys on one page: those of the open workspace, those of the window, and those of every canvas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sketchdesign.gui.forms import caption
from sketchdesign.gui.i18n import tr

Row = tuple[str, str]
"""What is done, and the keys that do it."""


class ShortcutsDialog(QDialog):
    """Shows the keys of a workspace beside those that work everywhere."""

    def __init__(self, parent: QWidget, room: str, of_room: Iterable[QAction], of_window: Iterable[QAction]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        page = QWidget()
        page.setObjectName("page")
        columns = QHBoxLayout(page)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(48)
        columns.addWidget(_column([(room, rows_of(of_room)), (tr("On the canvas"), canvas_rows())]))
        columns.addWidget(_column([(tr("Everywhere"), rows_of(of_window))]))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        area.setAccessibleName(tr("Keyboard shortcuts"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.addWidget(area, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 0, 12, 0)
        foot.addWidget(buttons)
        column.addLayout(foot)
        wanted = page.sizeHint()
        self.resize(wanted.width() + 20, min(wanted.height() + 70, 640))


def rows_of(actions: Iterable[QAction]) -> list[Row]:
    """The actions that have keys, in their order."""
    return [(_name(action), _keys(action)) for action in actions if action.shortcuts()]


def canvas_rows() -> list[Row]:
    """Keys and gestures that are no commands of their own."""
    return [
        (tr("Zoom"), tr("Wheel or pinch, + and \u2212")),
        (tr("Move the view"), tr("Space and drag, or two fingers")),
        (tr("Walk through the cells"), tr("Arrow keys")),
        (tr("Star the cell"), tr("Space")),
        (tr("Open the cell"), tr("Enter")),
        (tr("Hide or show the sides"), tr("Tab")),
    ]


def _column(groups: Sequence[tuple[str, Sequence[Row]]]) -> QWidget:
    whole = QWidget()
    grid = QGridLayout(whole)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(28)
    grid.setVerticalSpacing(7)
    line = 0
    for number, (title, rows) in enumerate(groups):
        heading = caption(title)
        heading.setObjectName("heading")
        if number:
            grid.setRowMinimumHeight(line, 12)
            line += 1
        grid.addWidget(heading, line, 0, 1, 2)
        for name, keys in rows:
            line += 1
            shown = QLabel(keys)
            shown.setObjectName("quiet")
            grid.addWidget(QLabel(name), line, 0)
            grid.addWidget(shown, line, 1, Qt.AlignmentFlag.AlignRight)
        line += 1
    grid.setRowStretch(line, 1)
    return whole


def _name(action: QAction) -> str:
    return action.text().replace("&", "").rstrip(".\u2026")


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
