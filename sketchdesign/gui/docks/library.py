"""The library: starred sketches, found by class or model, dragged from here into every workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QStackedLayout, QVBoxLayout, QWidget

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.mime import SKETCHES, mime_of, sketches_of
from sketchdesign.gui.session import Session
from sketchdesign.gui.theme import theme
from sketchdesign.gui.thumbnails import sketch_pixmap
from sketchdesign.services.project.state import KeptSketch

THUMB_PX = 62
_ROOT = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


class SketchModel(QAbstractListModel):
    """Sketches as rows with a picture each."""

    def __init__(self, side_px: int = THUMB_PX) -> None:
        super().__init__()
        self._side = side_px
        self._sketches: list[KeptSketch] = []
        self._pixmaps: dict[tuple[str, KeptSketch], QPixmap] = {}

    def show_sketches(self, sketches: Sequence[KeptSketch]) -> None:
        self.beginResetModel()
        self._sketches = list(sketches)
        self.endResetModel()

    def sketch(self, index: Index) -> KeptSketch:
        return self._sketches[index.row()]

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._sketches)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        kept = self._sketches[index.row()]
        if role == Qt.ItemDataRole.DecorationRole:
            key = theme().name, kept
            if key not in self._pixmaps:
                self._pixmaps[key] = sketch_pixmap(kept.sketch, self._side, 2.0)
            shown = QIcon(self._pixmaps[key])
            # A chosen sketch lies on a wash, and is not tinted itself.
            shown.addPixmap(self._pixmaps[key], QIcon.Mode.Selected)
            return shown
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return _told(kept)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:  # noqa: N802
        return [SKETCHES]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802
        return mime_of([self.sketch(index) for index in indexes])

    def canDropMimeData(  # noqa: N802
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        return data.hasFormat(SKETCHES)


class LibraryPanel(QWidget):
    """Search, pictures, and a sentence while there is nothing."""

    taken = Signal(object)
    """Sketches that were double-clicked or asked for with Enter."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = SketchModel()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by class or model"))
        self.search.setAccessibleName(tr("Search by class or model"))
        self.search.setClearButtonEnabled(True)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.view.setIconSize(QSize(THUMB_PX, THUMB_PX))
        self.view.setGridSize(QSize(THUMB_PX + 8, THUMB_PX + 8))
        self.view.setUniformItemSizes(True)
        self.view.setDragEnabled(True)
        self.view.setAcceptDrops(False)
        self.view.setAccessibleName(tr("Starred sketches"))
        self.view.activated.connect(lambda _: self.taken.emit(self.selected()))
        use = QAction(tr("Use in this workspace"), self)
        use.triggered.connect(lambda: self.taken.emit(self.selected()))
        self.view.addAction(use)
        remove = QAction(tr("Remove from the library"), self)
        remove.setShortcut("Del")
        remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        remove.triggered.connect(lambda: session.unstar(self.selected()))
        self.view.addAction(remove)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._empty = QLabel()
        self._empty.setObjectName("quiet")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(8, 18, 8, 8)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 8, 8)
        column.addWidget(self.search)
        column.addLayout(self._stack, 1)
        self.setAcceptDrops(True)
        self.search.textChanged.connect(self._refresh)
        session.library_changed.connect(self._refresh)
        self._refresh()

    def selected(self) -> list[KeptSketch]:
        return [self._model.sketch(index) for index in self.view.selectionModel().selectedIndexes()]

    def dragEnterEvent(self, event: Any) -> None:  # noqa: N802
        if event.source() is not self.view and event.mimeData().hasFormat(SKETCHES):
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:  # noqa: N802
        self._session.star(sketches_of(event.mimeData()))
        event.acceptProposedAction()

    def _refresh(self) -> None:
        found = self._session.library.search(self.search.text())
        self._model.show_sketches(found)
        self._empty.setText(
            tr("Nothing here is called that.")
            if self._session.library.sketches
            else tr("Star a sketch in any workspace, and it stays here for all your projects.")
        )
        self._stack.setCurrentIndex(0 if found else 1)


def _told(kept: KeptSketch) -> str:
    word = kept.word or tr("a sketch")
    return tr("{word}, drawn by {model}").format(word=word, model=kept.model) if kept.model else word
