"""What lies over the repeat: the tile's outline, chosen and locked motifs, faults, seams and rulers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.gui import theme
from sketchdesign.gui.icons import icon_path
from sketchdesign.gui.view import View
from sketchdesign.gui.workspaces.pattern_frames import Frame, polygon

if TYPE_CHECKING:
    from sketchdesign.design.croquis import Alleyway, Croquis, LineUp
    from sketchdesign.design.proof import Problem

ALLEY, CROWD, HOLE, ROW, SEAM = "#f2b705", "#9b6cd9", "#e03131", "#1c7ed6", "#e8590c"
"""Colours of the faults, as `services.croquis.overlay` has them, but that they show on any ground."""

HANDLE_PX = 11.0
RULER_PX = 22.0
_LOCK_PX = 15.0
_MOST_COPIES = 600
_TICKS = {"mm": (1.0, 5, 10), "cm": (1.0, 5, 10), "in": (MM_PER_UNIT["in"] / 8.0, 4, 8)}
"""For each unit the smallest step in mm, and so many of them to a longer tick and to one with a number."""


def paint_tile_outline(painter: QPainter, view: View, frame: Frame) -> None:
    """The straight repeat with its corner to drag, and the cell in it."""
    accent = QColor(theme.LIGHT.accent)
    tile = view.rect_px(QRectF(0.0, 0.0, *frame.size_mm))
    faint = QColor(accent)
    faint.setAlpha(150)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(faint, 1.0, Qt.PenStyle.DotLine))
    painter.drawPolygon(_on_screen(view, polygon(np.array(frame.laid.design.repeat.domain_mm))))
    painter.setPen(QPen(QColor(255, 255, 255, 180), 3.0))
    painter.drawRect(tile)
    painter.setPen(QPen(accent, 1.4))
    painter.drawRect(tile)
    painter.setBrush(QColor(theme.PAPER))
    painter.setPen(QPen(accent, 1.8))
    painter.drawRoundedRect(handle_rect(view, frame.size_mm), 3.0, 3.0)


def handle_rect(view: View, size_mm: tuple[float, float]) -> QRectF:
    """The handle at the tile's corner, in pixels."""
    corner = view.to_px(QPointF(*size_mm))
    return QRectF(corner.x() - HANDLE_PX / 2.0, corner.y() - HANDLE_PX / 2.0, HANDLE_PX, HANDLE_PX)


def paint_chosen(painter: QPainter, view: View, frame: Frame, chosen: int, area: QRectF) -> None:
    """A frame around all copies of a motif."""
    accent = QColor(theme.LIGHT.accent)
    wash = QColor(accent)
    wash.setAlpha(38)
    painter.setPen(QPen(accent, 1.2))
    painter.setBrush(wash)
    for outline in _copies(frame, chosen, area):
        painter.drawPolygon(_on_screen(view, outline))


def paint_locks(painter: QPainter, view: View, frame: Frame, area: QRectF) -> None:
    """A small lock on every copy of the motifs that stay."""
    path = icon_path("lock")
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pin in frame.laid.pattern.pins:
        if not (pin.locked and pin.number < len(frame.laid.motifs)):
            continue
        for outline in _copies(frame, pin.number, area):
            middle = view.to_px(outline.boundingRect().center())
            painter.save()
            painter.translate(middle - QPointF(_LOCK_PX, _LOCK_PX) / 2.0)
            painter.scale(_LOCK_PX / 24.0, _LOCK_PX / 24.0)
            painter.setPen(QPen(QColor(255, 255, 255, 220), 6.0))
            painter.drawPath(path)
            painter.setPen(QPen(QColor(theme.LIGHT.accent), 2.6))
            painter.drawPath(path)
            painter.restore()


def paint_croquis(painter: QPainter, view: View, frame: Frame, croquis: Croquis, area: QRectF) -> None:
    """Alleyways as yellow bands, crowds as violet discs, line-ups as blue lines and holes as red circles."""
    for alley in croquis.alleyways:
        _paint_bands(painter, view, alley, max(2.0, alley.width_mm * view.scale), _washed(ALLEY, 110), area)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_washed(CROWD, 80))
    for crowd in croquis.crowds:
        _paint_circles(painter, view, frame, (crowd.x_mm, crowd.y_mm), crowd.radius_mm, area)
    for row in croquis.line_ups:
        _paint_bands(painter, view, row, 2.0, QColor(ROW), area)
    painter.setBrush(_washed(HOLE, 45))
    painter.setPen(QPen(QColor(HOLE), 2.0))
    for hole in croquis.holes:
        _paint_circles(painter, view, frame, (hole.x_mm, hole.y_mm), hole.radius_mm, area)


def paint_seam_problems(painter: QPainter, view: View, frame: Frame, problems: Iterable[Problem], area: QRectF) -> None:
    """A ring around every place where the tile does not meet itself."""
    painter.setBrush(_washed(SEAM, 60))
    painter.setPen(QPen(QColor(SEAM), 2.2))
    for problem in problems:
        _paint_circles(painter, view, frame, (problem.x_mm, problem.y_mm), 9.0 / view.scale, area)


def paint_rulers(painter: QPainter, view: View, widget: QRectF, unit: str) -> None:
    """Rulers along the top and the left, in a person's unit, from the tile's corner."""
    step, half, whole = _TICKS[unit]
    while step * whole * view.scale < 34.0:
        step *= 10.0 if step * whole * view.scale < 4.0 else 2.0
    painter.fillRect(QRectF(0.0, 0.0, widget.width(), RULER_PX), theme.colour("panel"))
    painter.fillRect(QRectF(0.0, 0.0, RULER_PX, widget.height()), theme.colour("panel"))
    font = painter.font()
    font.setPointSizeF(7.5)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    painter.setPen(QPen(theme.colour("quiet"), 1.0))
    per_number = step * whole / MM_PER_UNIT[unit]
    for upright in (False, True):
        origin, corner, length = (
            (view.corner.y(), 0.0, widget.height()) if upright else (view.corner.x(), 0.0, widget.width())
        )
        for number in range(math.ceil(origin / step), math.floor((origin + length / view.scale) / step) + 1):
            at = (number * step - origin) * view.scale + corner
            if at < RULER_PX:
                continue
            long = RULER_PX if number % whole == 0 else 9.0 if number % half == 0 else 5.0
            if upright:
                painter.drawLine(QPointF(RULER_PX - long, at), QPointF(RULER_PX, at))
            else:
                painter.drawLine(QPointF(at, RULER_PX - long), QPointF(at, RULER_PX))
            if number % whole == 0:
                text = f"{number / whole * per_number:g}"
                if upright:
                    painter.save()
                    painter.translate(metrics.ascent() + 1.0, at + metrics.horizontalAdvance(text) + 4.0)
                    painter.rotate(-90.0)
                    painter.drawText(QPointF(0.0, 0.0), text)
                    painter.restore()
                else:
                    painter.drawText(QPointF(at + 3.0, metrics.ascent() + 1.0), text)
    painter.setPen(theme.colour("border"))
    painter.drawLine(QPointF(0.0, RULER_PX), QPointF(widget.width(), RULER_PX))
    painter.drawLine(QPointF(RULER_PX, 0.0), QPointF(RULER_PX, widget.height()))
    painter.fillRect(QRectF(0.0, 0.0, RULER_PX, RULER_PX), theme.colour("panel"))
    painter.setPen(theme.colour("quiet"))
    painter.drawText(QRectF(0.0, 0.0, RULER_PX, RULER_PX), Qt.AlignmentFlag.AlignCenter, unit)


def _paint_bands(
    painter: QPainter, view: View, band: Alleyway | LineUp, width_px: float, colour: QColor, area: QRectF
) -> None:
    angle = math.radians(band.degrees)
    along = QPointF(math.cos(angle), math.sin(angle))
    across = QPointF(-along.y(), along.x())
    middle = area.center()
    reach = math.hypot(area.width(), area.height()) / 2.0 + band.step_mm
    away = QPointF.dotProduct(middle - QPointF(band.x_mm, band.y_mm), across) / band.step_mm
    painter.setPen(QPen(colour, width_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    first, last = math.floor(away - reach / band.step_mm), math.ceil(away + reach / band.step_mm)
    for number in range(first, min(last, first + _MOST_COPIES) + 1):
        start = QPointF(band.x_mm, band.y_mm) + across * (number * band.step_mm)
        start += along * QPointF.dotProduct(middle - start, along)
        painter.drawLine(view.to_px(start - along * reach), view.to_px(start + along * reach))


def _paint_circles(
    painter: QPainter, view: View, frame: Frame, at_mm: tuple[float, float], radius_mm: float, area: QRectF
) -> None:
    """A circle at a place of the straight repeat, and at its copies within an area."""
    place, reach = np.array(at_mm), radius_mm
    low = np.array([area.left(), area.top()]) - reach
    high = np.array([area.right(), area.bottom()]) + reach
    for move in frame.laid.design.repeat.lattice_vectors(low - place, high - place)[:_MOST_COPIES]:
        middle = view.to_px(QPointF(*(place + move).tolist()))
        painter.drawEllipse(middle, radius_mm * view.scale, radius_mm * view.scale)


def _copies(frame: Frame, number: int, area: QRectF) -> Iterator[QPolygonF]:
    """The outlines in mm of all copies of a motif within an area."""
    laid = frame.laid
    outline = laid.placements[number].apply(laid.motifs[number].outline)
    low, high = np.array([area.left(), area.top()]), np.array([area.right(), area.bottom()])
    for operation in laid.design.repeat.operations:
        image = operation.apply(outline)
        moves = laid.design.repeat.lattice_vectors(low - image.max(axis=0), high - image.min(axis=0))
        for move in moves[:_MOST_COPIES]:
            yield polygon(image + move)


def _on_screen(view: View, outline: QPolygonF) -> QPolygonF:
    return QPolygonF([view.to_px(outline.at(number)) for number in range(outline.count())])


def _washed(colour: str, alpha: int) -> QColor:
    washed = QColor(colour)
    washed.setAlpha(alpha)
    return washed
