"""Icons drawn by us: strokes on a square of 24 units, in the colour of the text around them at any size."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap

from sketchdesign.gui import theme

_SHAPES = {
    "sketch": "M4 20 L8 19 L20 7 L17 4 L5 16 Z M14 7 L17 10",
    "explore": "R4 4 6 6 R14 4 6 6 R4 14 6 6 O17 17 3.6",
    "pattern": "O7 7 3 O17 7 3 O7 17 3 O17 17 3 O12 12 1.4",
    "sheet": "M6 3 L15 3 L19 7 L19 21 L6 21 Z M15 3 L15 7 L19 7 M9 12 L16 12 M9 16 L14 16",
    "plot": "M3 6 L21 6 M14 6 L14 12 M12 12 L16 12 L14 16 Z M4 20 C8 14 10 24 14 19",
    "search": "O10.5 10.5 6 M15 15 L20 20",
    "star": "M12 3.5 L14.6 9 L20.5 9.8 L16.2 14 L17.3 20 L12 17 L6.7 20 L7.8 14 L3.5 9.8 L9.4 9 Z",
    "lock": "R6 11 12 9 M8.5 11 L8.5 8 C8.5 3.5 15.5 3.5 15.5 8 L15.5 11",
    "reject": "M6 6 L18 18 M18 6 L6 18",
    "close": "M7 7 L17 17 M17 7 L7 17",
    "dice": "R4 4 16 16 O8.5 8.5 0.8 O15.5 8.5 0.8 O12 12 0.8 O8.5 15.5 0.8 O15.5 15.5 0.8",
    "reroll": "M19 12 C19 20.5 5 20.5 5 12 C5 4 15 3 18 8 M18.5 3.5 L18.5 8.5 L13.5 8.5",
    "eraser": "M8 20 L4 15.5 L14 5 L20 11 L12 20 Z M9 10 L15 16 M12 20 L20 20",
    "undo": "M8 5 L4 9 L8 13 M4 9 L14 9 C21 9 21 19 14 19 L9 19",
    "redo": "M16 5 L20 9 L16 13 M20 9 L10 9 C3 9 3 19 10 19 L15 19",
    "open": "M3 19 L3 6 L9 6 L11 8 L19 8 L19 11 M3 19 L6.5 11 L22 11 L18.5 19 Z",
    "save": "M4 4 L16 4 L20 8 L20 20 L4 20 Z M8 4 L8 9 L15 9 L15 4 M8 20 L8 14 L16 14 L16 20",
    "export": "M12 15 L12 4 M8 8 L12 4 L16 8 M5 13 L5 20 L19 20 L19 13",
    "eye": "M2.5 12 C7 4.5 17 4.5 21.5 12 C17 19.5 7 19.5 2.5 12 O12 12 3",
    "bookmark": "M7 4 L17 4 L17 20 L12 16 L7 20 Z",
    "plus": "M12 5 L12 19 M5 12 L19 12",
    "minus": "M5 12 L19 12",
    "fit": "M4 9 L4 4 L9 4 M15 4 L20 4 L20 9 M20 15 L20 20 L15 20 M9 20 L4 20 L4 15",
    "clear": "M5 7 L19 7 M9 7 L10 4 L14 4 L15 7 M7 7 L8 20 L16 20 L17 7",
    "down": "M7 10 L12 15 L17 10",
    "right": "M10 7 L15 12 L10 17",
    "up": "M7 14 L12 9 L17 14",
    "left": "M14 7 L9 12 L14 17",
    "play": "M7 4 L19 12 L7 20 Z",
    "pause": "M8 5 L8 19 M16 5 L16 19",
    "stop": "R6 6 12 12",
    "copy": "R8 8 12 12 M16 8 L16 4 L4 4 L4 16 L8 16",
    "settings": "M4 7 L13 7 M17 7 L20 7 O15 7 2 M4 17 L7 17 M11 17 L20 17 O9 17 2",
    "check": "M4 12.5 L10 18 L20 6",
    "warning": "M12 4 L21 20 L3 20 Z M12 10 L12 14.5 M12 17 L12 17.4",
    "image": "R3 5 18 14 M3 16 L9 11 L13 15 L16 12 L21 17 O15.5 9 1.3",
    "layers": "M12 4 L21 9 L12 14 L3 9 Z M3 14 L12 19 L21 14",
    "ruler": "R2.5 8 19 8 M6.5 8 L6.5 11 M10.2 8 L10.2 12.5 M13.8 8 L13.8 11 M17.5 8 L17.5 12.5",
    "hand": "M6 13 C6 21 18 22 18 14 L18 8 M15 12 L15 5 M12 11 L12 4 M9 12 L9 6 L9 14 L6 11.5",
}
_APP_ICON = Path(__file__).with_name("app_icon.svg")
_UNITS = 24.0
_LINE = 1.7
_ARGUMENTS = {"M": 2, "L": 2, "C": 6, "O": 3, "R": 4, "Z": 0}


def icon_names() -> list[str]:
    """All icons there are."""
    return sorted(_SHAPES)


def icon(name: str, *, accent: bool = False) -> QIcon:
    """An icon by name; ``accent`` for what must be found at once."""
    return QIcon(_Engine(icon_path(name), accent))


def app_icon() -> QIcon:
    """The icon of the program itself, in its own colours at any size."""
    return QIcon(str(_APP_ICON))


def icon_path(name: str) -> QPainterPath:
    """The lines of an icon within a square of 24 units.

    Letters: M move, L line, C curve, O circle (middle, radius), R rectangle (corner, size), Z close.
    """
    path = QPainterPath()
    for part in _SHAPES[name].replace("M", "|M").replace("O", "|O").replace("R", "|R").split("|"):
        _add(path, part.split())
    return path


def _add(path: QPainterPath, words: list[str]) -> None:
    while words:
        letter = words[0][0]
        words[0] = words[0][1:]
        if not words[0]:
            words.pop(0)
        count = _ARGUMENTS[letter]
        numbers = [float(word) for word in words[:count]]
        words = words[count:]
        if letter == "M":
            path.moveTo(*numbers)
        elif letter == "L":
            path.lineTo(*numbers)
        elif letter == "C":
            path.cubicTo(*numbers)
        elif letter == "O":
            path.addEllipse(QPointF(*numbers[:2]), numbers[2], numbers[2])
        elif letter == "R":
            path.addRoundedRect(QRectF(*numbers), 1.5, 1.5)
        else:
            path.closeSubpath()


class _Engine(QIconEngine):
    """Draws an icon when it is shown, so that it follows the theme and every screen's resolution."""

    def __init__(self, path: QPainterPath, accent: bool) -> None:
        super().__init__()
        self._path, self._accent = path, accent

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        shown = theme.colour("accent" if self._accent or state is QIcon.State.On else "text")
        if mode is QIcon.Mode.Disabled:
            shown = theme.colour("quiet")
            shown.setAlpha(110)
        side = min(rect.width(), rect.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QRectF(rect).center())
        painter.scale(side / _UNITS, side / _UNITS)
        painter.translate(-_UNITS / 2.0, -_UNITS / 2.0)
        painter.setPen(QPen(shown, _LINE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(self._path)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._path, self._accent)
