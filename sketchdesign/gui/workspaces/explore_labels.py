"""What changes down the rows and across the columns, written beside the grid."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from sketchdesign.gui import theme
from sketchdesign.gui.scene import Scene
from sketchdesign.gui.view import View
from sketchdesign.services.explore.places import along_axes, taken_axes
from sketchdesign.services.project.state import ExploreSettings

_TEXT_PX = 11
_ROOM_PX = 16.0
_AWAY_PX = 5.0
_CLOSEST_PX = 24.0
"""Labels of smaller cells would run into each other."""


def paint_axes(painter: QPainter, view: View, scene: Scene, explore: ExploreSettings, classes: Sequence[str]) -> None:
    """Values above the columns and, turned, to the left of the rows."""
    font = QFont(painter.font())
    font.setPixelSize(_TEXT_PX)
    painter.setFont(font)
    painter.setPen(theme.colour("quiet"))
    for column, text in enumerate(column_labels(explore, classes)):
        place = view.rect_px(scene.cells[column])
        if text and place.width() >= _CLOSEST_PX:
            _write(painter, QRectF(0.0, 0.0, place.width(), _ROOM_PX), text, place.left(), _above(place))
    for row, text in enumerate(row_labels(explore, classes)):
        place = view.rect_px(scene.cells[row * explore.columns])
        if text and place.height() >= _CLOSEST_PX:
            painter.save()
            painter.translate(place.left() - _AWAY_PX - _ROOM_PX, place.bottom())
            painter.rotate(-90.0)
            _write(painter, QRectF(0.0, 0.0, place.height(), _ROOM_PX), text, 0.0, 0.0)
            painter.restore()


def row_labels(explore: ExploreSettings, classes: Sequence[str]) -> list[str]:
    """A text for each row, empty where nothing but the dice change."""
    axis = "" if taken_axes(explore)[0] else explore.row_axis
    return _labels(axis, _values(explore, axis)[:: explore.columns], explore.rows, classes)


def column_labels(explore: ExploreSettings, classes: Sequence[str]) -> list[str]:
    """A text for each column."""
    axis = "" if taken_axes(explore)[1] else explore.column_axis
    return _labels(axis, _values(explore, axis)[: explore.columns], explore.columns, classes)


def _values(explore: ExploreSettings, axis: str) -> list[float]:
    """The values of an axis that has some, in all cells."""
    return along_axes(explore, axis) if axis in ("temperature", "strength", "spread") else []


def _labels(axis: str, values: Sequence[float], count: int, classes: Sequence[str]) -> list[str]:
    if axis == "class" and classes:
        return [classes[number % len(classes)] for number in range(count)]
    return [QLocale().toString(value, "f", 2) for value in values] or [""] * count


def _above(place: QRectF) -> float:
    return place.top() - _AWAY_PX - _ROOM_PX


def _write(painter: QPainter, place: QRectF, text: str, left: float, top: float) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
    painter.drawText(place.translated(left, top), Qt.AlignmentFlag.AlignCenter, shown)
