"""Small pictures: sketches on their own paper, and the cards of models."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QImageReader, QPainter, QPen, QPixmap

from sketchdesign.core.drawing import Pen
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui import theme
from sketchdesign.gui.painting import paint_pictures
from sketchdesign.gui.scene import picture_of_sketch

_PADDING = 0.12
_RADIUS = 0.1
_CARD_RADIUS = 0.08
_CARD_EDGE = QColor(0, 0, 0, 32)
"""Paper on a light panel would have no edge. Seen on both themes: cards are made once."""


def sketch_pixmap(sketch: Sketch, side_px: int, ratio: float = 1.0) -> QPixmap:
    """A sketch on a square of paper with round corners, sharp at a device pixel ratio."""
    pixmap = QPixmap(round(side_px * ratio), round(side_px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.colour("border"))
    painter.setBrush(QColor(theme.PAPER))
    square = QRectF(0.5, 0.5, side_px - 1.0, side_px - 1.0)
    painter.drawRoundedRect(square, _RADIUS * side_px, _RADIUS * side_px)
    inset = _PADDING * side_px
    picture = picture_of_sketch(sketch, Pen("ink", theme.INK, 1.2), square.adjusted(inset, inset, -inset, -inset))
    if picture is not None:
        paint_pictures(painter, [picture], 1.0)
    painter.end()
    return pixmap


def card_image(picture: Path, size: QSize) -> QImage:
    """The upper left part of a model's card, where its first sketches are; an empty image if there is no card.

    Safe on any thread.
    """
    reader = QImageReader(str(picture))
    whole = reader.size()
    if not whole.isValid():
        return QImage()
    columns, rows = 3, 2
    part = QSize(whole.width() * columns // 8, whole.height() * rows // 5)
    reader.setClipRect(QRect(0, 0, part.width(), part.height()))
    card = reader.read().scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    return _on_paper(card)


def blank_card(size: QSize) -> QImage:
    """The paper of a card without its sketches."""
    card = QImage(size, QImage.Format.Format_RGB32)
    card.fill(Qt.GlobalColor.white)
    return _on_paper(card)


def _on_paper(card: QImage) -> QImage:
    """A picture on white, on paper with round corners."""
    shown = QImage(card.size(), QImage.Format.Format_ARGB32_Premultiplied)
    shown.fill(Qt.GlobalColor.transparent)
    painter = QPainter(shown)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(card))
    radius = _CARD_RADIUS * card.height()
    painter.drawRoundedRect(card.rect(), radius, radius)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    painter.setBrush(QColor(theme.PAPER))
    painter.drawRoundedRect(card.rect(), radius, radius)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setPen(QPen(_CARD_EDGE, 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(card.rect().adjusted(1, 1, -1, -1), radius, radius)
    painter.end()
    return shown
