"""A sketch drawn stroke by stroke in the cell under the pointer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QRectF, QTimer
from PySide6.QtGui import QColor, QPainter

from sketchdesign.core.drawing import Pen
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui import theme
from sketchdesign.gui.painting import line_pen
from sketchdesign.gui.scene import fitted, path_of
from sketchdesign.gui.view import View

_FRAME_MS = 33
_DURATION_MS = 1100
_MARGIN = 0.08
_PEN = Pen("replay", theme.INK, 0.5)
_GHOST = Pen("ghost", "#dcd7cb", 0.5)


class Replay(QObject):
    """Draws one cell's sketch again and again while it is watched; ``repaint`` is given the place in millimetres."""

    def __init__(self, repaint: Callable[[QRectF], None]) -> None:
        super().__init__()
        self._repaint = repaint
        self._place = QRectF()
        self._points = np.empty((0, 2))
        self._offsets = np.zeros(1, np.int64)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    def start(self, sketch: Sketch, place: QRectF) -> None:
        """Begin to draw a sketch in a cell."""
        self.stop()
        if len(sketch) < 2:
            return
        margin = _MARGIN * min(place.width(), place.height())
        inner = place.adjusted(margin, margin, -margin, -margin)
        self._place = place
        self._points = fitted(sketch.points.astype(np.float64), inner, sketch.bounds)
        self._offsets = np.concatenate([[0], np.cumsum(sketch.stroke_lengths)])
        self._clock.start()
        self._timer.start()

    def stop(self) -> None:
        """Leave the cell as it was."""
        if self._timer.isActive():
            self._timer.stop()
            self._repaint(self._place)

    def paint(self, painter: QPainter, view: View) -> None:
        """What is drawn so far over a pale picture of the whole."""
        if not self._timer.isActive():
            return
        drawn = self.points_drawn()
        offsets = np.append(self._offsets[self._offsets < drawn], drawn)
        painter.scale(view.scale, view.scale)
        painter.translate(-view.corner)
        inset = 1.5 / view.scale
        painter.fillRect(self._place.adjusted(inset, inset, -inset, -inset), QColor(theme.PAPER))
        painter.setPen(line_pen(_GHOST, view.scale))
        painter.drawPath(path_of(self._points, self._offsets))
        painter.setPen(line_pen(_PEN, view.scale))
        painter.drawPath(path_of(self._points[:drawn], offsets))

    def points_drawn(self) -> int:
        """How many points the pen has passed, at least one."""
        share = min(1.0, self._clock.elapsed() / _DURATION_MS)
        return max(1, round(share * len(self._points)))

    def _tick(self) -> None:
        self._repaint(self._place)
        if self._clock.elapsed() >= _DURATION_MS:
            self._timer.stop()
