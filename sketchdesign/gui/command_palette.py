"""Every command by its name: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from sketchdesign.gui import theme
from sketchdesign.gui.i18n import tr

Index = QModelIndex | QPersistentModelIndex

_ICON_PX, _ROW_PX = 17, 30
_ACTION, _KEYS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_KEYS_OF_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandPalette(QDialog):
    """Lists actions that can be run now, those that match best first."""

    def __init__(self, parent: QWidget, actions: Iterable[QAction]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(tr("Search commands"))
        self._actions = [action for action in actions if action.isEnabled() and action.text() and not action.menu()]
        blank = QPixmap(_ICON_PX, _ICON_PX)
        blank.fill(Qt.GlobalColor.transparent)
        self._blank = QIcon(blank)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Type a command"))
        self.line.setAccessibleName(tr("Type a command"))
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_KeysAtTheRight(self.list))
        self._nothing = QLabel(tr("No command is called that."))
        self._nothing.setObjectName("quiet")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(0, 24, 0, 0)
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self._nothing, 1)
        self.line.textChanged.connect(self._filter)
        self.line.returnPressed.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self.resize(520, 420)
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
        # Before anything is typed they stand as in the menus.
        for _, title, action in sorted(ranked, key=lambda row: row[:2]) if text.strip() else ranked:
            item = QListWidgetItem(action.icon() if not action.icon().isNull() else self._blank, title)
            item.setData(_ACTION, action)
            item.setData(_KEYS, action.shortcut().toString(action.shortcut().SequenceFormat.NativeText))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(ranked))
        self._nothing.setVisible(not ranked)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.accept()
        if item is not None:
            item.data(_ACTION).trigger()


class _KeysAtTheRight(QStyledItemDelegate):
    """A row of its own height, with the keys of the command at its end."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(super().sizeHint(option, index).width(), _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(theme.colour("quiet"))
        # The stubs of PySide do not know what a style option inherits.
        place = cast(Any, option).rect.adjusted(0, 0, -12, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(_KEYS) or "")
        painter.restore()


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
