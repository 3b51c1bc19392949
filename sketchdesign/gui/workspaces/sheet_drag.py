"""The sheet dragged out of the window, as a file that is written while the pointer is on its way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import QWidget

from sketchdesign.core.drawing import Drawing
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.workers import Task
from sketchdesign.output.files import write_drawing

_PICTURE_PX = 96
_DRAG_FROM_PX = 6


def written_for_drag(drawing: Drawing, path: Path) -> Path:
    """Write a drawing where it can be carried away from.

    Raises:
        OutputError: the file cannot be written.
    """
    with contextlib.suppress(OSError):  # writing says why it cannot
        path.parent.mkdir(parents=True, exist_ok=True)
    write_drawing(drawing, path)
    return path


def drag_file(source: QWidget, path: Path, picture: QPixmap) -> None:
    """Let the pointer carry a file away; returns when it is dropped."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    drag = QDrag(source)
    drag.setMimeData(mime)
    drag.setPixmap(picture.scaledToWidth(_PICTURE_PX, Qt.TransformationMode.SmoothTransformation))
    drag.exec(Qt.DropAction.CopyAction)


class DragHandle(FlatButton):
    """Held and dragged, it takes the sheet along as a file.

    Args:
        write: begins to write the file when the button is pressed; its result is the path. None without a sheet.
        carry: drags the written file. It is called when the pointer has moved, with the button still held.
    """

    def __init__(self, write: Callable[[], Task | None], carry: Callable[[Path], None]) -> None:
        super().__init__("export", tr("Drag the sheet out of here as an SVG file"))
        self._write, self._carry = write, carry
        self._pressed: QPoint | None = None
        self._moved = False
        self._task: Task | None = None
        self._path: Path | None = None
        self.setIconSize(QSize(19, 19))
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pressed, self._moved, self._path = event.position().toPoint(), False, None
        task = self._task = self._write()
        if task is not None:
            task.follow(self, finished=lambda path: self._is_written(task, path))
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is not None and (event.position().toPoint() - self._pressed).manhattanLength() > _DRAG_FROM_PX:
            self._moved = True
            self._carry_when_written()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pressed = None
        super().mouseReleaseEvent(event)

    def _is_written(self, task: Task, path: Path) -> None:
        if task is self._task:
            self._path = path
            self._carry_when_written()

    def _carry_when_written(self) -> None:
        if self._pressed is not None and self._moved and self._path is not None:
            self._pressed = None
            self.setDown(False)
            self._carry(self._path)
