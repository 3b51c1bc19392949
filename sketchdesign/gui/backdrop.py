"""What lies under the lines: paper with its shadow, grid dots, and the squares of cells."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from sketchdesign.gui import theme
from sketchdesign.gui.view import View

_SHADOW = ((1.0, 26), (3.0, 14), (7.0, 8))
_CLOSEST_DOTS_PX = 9.0
_CELL_RADIUS_PX = 6.0


def paint_paper(painter: QPainter, paper_px: QRectF, colour: str = theme.PAPER) -> None:
    """A sheet with a soft shadow."""
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, alpha in _SHADOW:
        painter.setBrush(QColor(0, 0, 0, alpha))
        painter.drawRoundedRect(paper_px.adjusted(-spread, -spread + 1.0, spread, spread + 1.0), spread, spread)
    painter.fillRect(paper_px, QColor(colour))


def paint_dots(painter: QPainter, view: View, area_mm: QRectF, step_mm: float) -> None:
    """A grid of dots on the paper, wider where it would become grey."""
    while step_mm * view.scale < _CLOSEST_DOTS_PX:
        step_mm *= 2.0
    columns = range(1, math.ceil(area_mm.width() / step_mm))
    rows = range(1, math.ceil(area_mm.height() / step_mm))
    dots = [view.to_px(area_mm.topLeft() + QPointF(c * step_mm, r * step_mm)) for r in rows for c in columns]
    painter.setPen(QPen(QColor(theme.PAPER_DOTS), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPoints(QPolygonF(dots))


def paint_cells(painter: QPainter, places: Iterable[QRectF], px_per_unit: float) -> None:
    """A square of paper for each cell, by a painter whose unit is so many pixels."""
    radius = _CELL_RADIUS_PX / px_per_unit
    painter.setPen(QPen(theme.colour("border"), 1.0 / px_per_unit))
    painter.setBrush(QColor(theme.PAPER))
    for place in places:
        corner = min(radius, 0.1 * place.width())
        painter.drawRoundedRect(place, corner, corner)


def paint_frame(painter: QPainter, place_px: QRectF, *, chosen: bool = False, focused: bool = False) -> None:
    """Around a cell that is chosen or under the pointer; ``focused`` dots one around it."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    accent = theme.colour("accent")
    painter.setPen(QPen(accent, 1.0, Qt.PenStyle.DotLine) if focused else QPen(accent, 2.0 if chosen else 1.0))
    room = 3.0 if focused else 0.0
    radius = _CELL_RADIUS_PX + room
    painter.drawRoundedRect(place_px.adjusted(-room, -room, room, room), radius, radius)
