"""The bar at the top: the app's name, the workspaces, and the way into all commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import icon
from sketchdesign.gui.workspace import Room

_SIDE_PX = 210


class TopBar(QFrame):
    """Switches between the workspaces."""

    chosen = Signal(str)
    """The key of a workspace."""
    search_asked = Signal()

    def __init__(self, rooms: Sequence[Room]) -> None:
        super().__init__()
        self.setObjectName("topBar")
        name = QLabel("sketchdesign")
        name.setObjectName("appName")
        name.setFixedWidth(_SIDE_PX)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        search = QPushButton(icon("search"), tr("Search commands"))
        search.setObjectName("search")
        search.setToolTip(tr("Find any command by its name (Ctrl+K)"))
        search.setFixedWidth(_SIDE_PX)
        search.clicked.connect(self.search_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.addWidget(name)
        row.addStretch(1)
        row.addWidget(self._switcher(rooms))
        row.addStretch(1)
        row.addWidget(search)

    def show_room(self, key: str) -> None:
        """Mark a workspace as the open one."""
        self._buttons[key].setChecked(True)

    def _switcher(self, rooms: Sequence[Room]) -> QWidget:
        switcher = QFrame()
        switcher.setObjectName("switcher")
        row = QHBoxLayout(switcher)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(0)
        for number, room in enumerate(rooms, 1):
            button = QToolButton()
            button.setText(room.title)
            button.setIcon(icon(room.icon_name))
            button.setIconSize(QSize(17, 17))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setToolTip(f"{room.tip} (Ctrl+F{number})")
            button.setAccessibleName(room.title)
            button.clicked.connect(lambda _checked=False, key=room.key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[room.key] = button
            row.addWidget(button)
        return switcher
