"""Pen and eraser on the paper of the Sketch workspace."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from sketchdesign.core.drawing import Pen
from sketchdesign.core.simplify import QUICKDRAW_EPSILON, kept_points, simplified
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui import theme
from sketchdesign.gui.painting import line_pen
from sketchdesign.gui.scene import path_of
from sketchdesign.gui.view import View
from sketchdesign.services.project.state import PAPER_PX

INK_PEN = Pen("ink", theme.INK, 1.6)
SEEN_PEN = Pen("seen", theme.LIGHT.accent, 0.6)
_CLOSEST_PX = 0.4
"""Pointer positions nearer than this tell nothing new."""
_SMOOTH_PX = 0.35
_ERASER_PX = 5.0
_SEEN_DOT_PX = 5.0


class PenTool:
    """Draws a stroke from press to release; ``done`` receives its points, float64 [n, 2] on the paper."""

    def __init__(self, repaint: Callable[[], None], done: Callable[[NDArray[np.float64]], None]) -> None:
        self._repaint, self._done = repaint, done
        self._points: list[tuple[float, float]] = []

    def press(self, at_mm: QPointF) -> bool:
        if not (0.0 <= at_mm.x() <= PAPER_PX and 0.0 <= at_mm.y() <= PAPER_PX):
            return False
        self._points = [(at_mm.x(), at_mm.y())]
        return True

    def move(self, at_mm: QPointF) -> None:
        x, y = min(PAPER_PX, max(0.0, at_mm.x())), min(PAPER_PX, max(0.0, at_mm.y()))
        last = self._points[-1]
        if abs(x - last[0]) + abs(y - last[1]) >= _CLOSEST_PX:
            self._points.append((x, y))
            self._repaint()

    def release(self, at_mm: QPointF) -> None:
        self.move(at_mm)
        points = np.array(self._points)
        self._points = []
        self._done(points[kept_points(points, _SMOOTH_PX)])

    def paint(self, painter: QPainter, view: View) -> None:
        """The stroke under way."""
        if len(self._points) > 1:
            painter.scale(view.scale, view.scale)
            painter.translate(-view.corner)
            painter.setPen(line_pen(INK_PEN, view.scale))
            painter.drawPath(path_of(self._points, [0, len(self._points)]))


class EraserTool:
    """Takes away each stroke that it touches."""

    def __init__(self, ink: Callable[[], Sketch], erased: Callable[[Sketch], None], done: Callable[[], None]) -> None:
        self._ink, self._erased, self._done = ink, erased, done

    def press(self, at_mm: QPointF) -> bool:
        self.move(at_mm)
        return True

    def move(self, at_mm: QPointF) -> None:
        here = np.array([at_mm.x(), at_mm.y()])
        lines = self._ink().polylines()
        left = [line for line in lines if _distance(line.astype(np.float64), here) > _ERASER_PX]
        if len(left) < len(lines):
            self._erased(Sketch.from_polylines(left))

    def release(self, _at_mm: QPointF) -> None:
        self._done()


def paint_seen(painter: QPainter, view: View, ink: Sketch) -> None:
    """What a model sees of the ink: few points and straight lines between them."""
    seen = simplified(ink, QUICKDRAW_EPSILON)
    if not len(seen):
        return
    painter.scale(view.scale, view.scale)
    painter.translate(-view.corner)
    pen = line_pen(SEEN_PEN, view.scale)
    painter.setPen(pen)
    painter.drawPath(path_of(seen.points, np.concatenate([[0], np.cumsum(seen.stroke_lengths)])))
    pen.setWidthF(_SEEN_DOT_PX / view.scale)
    painter.setPen(pen)
    painter.drawPoints([QPointF(x, y) for x, y in seen.points.tolist()])


def _distance(line: NDArray[np.float64], here: NDArray[np.float64]) -> float:
    """From a point to a polyline [n, 2]."""
    if len(line) == 1:
        return float(np.hypot(*(line[0] - here)))
    along = np.diff(line, axis=0)
    lengths = (along**2).sum(axis=1)
    share = np.clip(((here - line[:-1]) * along).sum(axis=1) / np.where(lengths > 0.0, lengths, 1.0), 0.0, 1.0)
    nearest = line[:-1] + share[:, None] * along - here
    return float(np.hypot(nearest[:, 0], nearest[:, 1]).min())
