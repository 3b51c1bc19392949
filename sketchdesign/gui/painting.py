"""Lines on a painter, at their true width once that is wider than a pixel."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sketchdesign.core.drawing import Pen
from sketchdesign.gui.scene import Picture

_THINNEST_PX = 1.0


def line_pen(pen: Pen, px_per_mm: float) -> QPen:
    """A pen for a painter that is scaled to millimetres."""
    width = max(pen.width_mm, _THINNEST_PX / px_per_mm)
    return QPen(QColor(pen.colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def paint_pictures(painter: QPainter, pictures: Iterable[Picture], px_per_mm: float) -> None:
    """Draw pictures with a painter that is scaled to millimetres."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    current: Pen | None = None
    for picture in pictures:
        if picture.pen is not current:
            current = picture.pen
            painter.setPen(line_pen(current, px_per_mm))
        painter.drawPath(picture.path)
