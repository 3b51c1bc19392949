"""Every command by its name: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from sketchdesign.gui.i18n import tr

_KEYS_OF_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandPalette(QDialog):
    """Lists actions that can be run now, those that match best first."""

    def __init__(self, parent: QWidget, actions: Iterable[QAction]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(tr("Search commands"))
        self._actions = [action for action in actions if action.isEnabled() and action.text() and not action.menu()]
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Type a command"))
        self.line.setAccessibleName(tr("Type a command"))
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.line.textChanged.connect(self._filter)
        self.line.returnPressed.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self.resize(460, 380)
        self.move(parent.mapToGlobal(parent.rect().center()) - self.rect().center())
        self._filter("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in _KEYS_OF_LIST:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self.list.clear()
        ranked = [(rank, _title(action), action) for action in self._actions if (rank := _rank(_title(action), text))]
        for _, title, action in sorted(ranked, key=lambda row: row[:2]):
            keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
            item = QListWidgetItem(action.icon(), f"{title}    {keys}" if keys else title)
            item.setData(Qt.ItemDataRole.UserRole, action)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.accept()
        if item is not None:
            item.data(Qt.ItemDataRole.UserRole).trigger()


def _title(action: QAction) -> str:
    return action.text().replace("&", "")


def _rank(title: str, text: str) -> tuple[int, int] | None:
    """How well a title matches; None if its letters do not appear in it in this order."""
    lowered, wanted = title.lower(), text.lower().strip()
    if wanted in lowered:
        return 0, lowered.index(wanted)
    place = -1
    for letter in wanted.replace(" ", ""):
        place = lowered.find(letter, place + 1)
        if place < 0:
            return None
    return 1, place
