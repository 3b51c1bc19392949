"""The sheet dragged out of the window, as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import QWidget

from sketchdesign.core.drawing import Drawing
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr
from sketchdesign.output.files import write_drawing

_PICTURE_PX = 96
_DRAG_FROM_PX = 6


def drag_file(source: QWidget, drawing: Drawing, path: Path, picture: QPixmap) -> None:
    """Write a drawing, and let the pointer carry its file away; returns when it is dropped.

    Raises:
        OutputError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_drawing(drawing, path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    drag = QDrag(source)
    drag.setMimeData(mime)
    drag.setPixmap(picture.scaledToWidth(_PICTURE_PX, Qt.TransformationMode.SmoothTransformation))
    drag.exec(Qt.DropAction.CopyAction)


class DragHandle(FlatButton):
    """Held and dragged, it takes the sheet along as a file."""

    def __init__(self, begin: Callable[[], None]) -> None:
        super().__init__("export", tr("Drag the sheet out of here as an SVG file"))
        self._begin = begin
        self._pressed: QPoint | None = None
        self.setIconSize(QSize(19, 19))
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is not None and (event.position().toPoint() - self._pressed).manhattanLength() > _DRAG_FROM_PX:
            self._pressed = None
            self.setDown(False)
            self._begin()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pressed = None
        super().mouseReleaseEvent(event)
