"""The models, shown by what they draw."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.thumbnails import blank_card, card_image
from sketchdesign.model.zoo import find_models
from sketchdesign.services.project.state import Project

_CARD = QSize(108, 72)
_AROUND_NAME_PX = 14
_NAME = Qt.ItemDataRole.UserRole


class ModelsPanel(QWidget):
    """Bundled models and the file of the project; a click draws with another one."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.list = QListWidget()
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setIconSize(_CARD)
        self.list.setSpacing(2)
        self.list.setWordWrap(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(tr("Models"))
        self.list.itemClicked.connect(lambda item: self.choose(item.data(_NAME)))
        self.list.itemActivated.connect(lambda item: self.choose(item.data(_NAME)))
        other = QPushButton(tr("Open a model file\u2026"))
        other.setToolTip(tr("A checkpoint of ours, of sketch-rnn-js or of TensorFlow"))
        other.clicked.connect(self._ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.list, 1)
        column.addWidget(other)
        for name, path in find_models():
            self._add(name, path)
        session.project_changed.connect(self.load)
        session.models_changed.connect(self._tell_more)
        self.load(session.project)

    def load(self, project: Project) -> None:
        """Mark the project's model."""
        if self._item(project.model) is None:
            self._add(project.model, Path(project.model))
        item = self._item(project.model)
        assert item is not None
        self.list.setCurrentItem(item)

    def choose(self, name: str) -> None:
        """Draw with another model. It is opened first, so that a damaged file changes nothing."""
        task = self._session.workers.open_model(name)
        task.follow(
            self,
            finished=lambda _: self._session.change(tr("Model"), model=name),
            failed=lambda _: self.load(self._session.project),
        )

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Open a model file"), "", tr("Models") + " (*.safetensors *.json *.index)"
        )
        if path:
            self.choose(path)

    def _add(self, name: str, path: Path) -> None:
        item = QListWidgetItem(Path(name).name.removesuffix(".safetensors"))
        item.setData(_NAME, name)
        item.setSizeHint(_CARD + QSize(8, _below_px(self.list.fontMetrics(), item.text())))
        item.setToolTip(name)
        item.setIcon(QIcon(QPixmap.fromImage(blank_card(_CARD))))
        self.list.addItem(item)
        task = self._session.workers.call(
            "", tr("Reading"), lambda: card_image(path.with_suffix(".png"), _CARD * 2), quiet=True
        )
        task.follow(self, finished=lambda image: self._show_card(name, image))

    def _show_card(self, name: str, image: QImage) -> None:
        item = self._item(name)
        if item is not None and not image.isNull():
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(2.0)
            shown = QIcon(pixmap)
            # A chosen card is framed, and not tinted.
            shown.addPixmap(pixmap, QIcon.Mode.Selected)
            item.setIcon(shown)

    def _item(self, name: str) -> QListWidgetItem | None:
        items = [self.list.item(row) for row in range(self.list.count())]
        return next((item for item in items if item.data(_NAME) == name), None)

    def _tell_more(self) -> None:
        for name, info in self._session.model_infos.items():
            item = self._item(name)
            if item is not None:
                classes = ", ".join(info.classes) or info.name
                licence = info.licence or tr("unknown")
                item.setToolTip(
                    tr("Draws: {classes}\nLicence: {licence}\nTrained on: {data}").format(
                        classes=classes, licence=licence, data=info.data
                    )
                )


def _below_px(font: QFontMetrics, name: str) -> int:
    """Room for a name, which breaks at its hyphens where it is longer than its card is wide."""
    lines = 1 if font.horizontalAdvance(name) <= _CARD.width() else 2
    return lines * font.lineSpacing() + _AROUND_NAME_PX
