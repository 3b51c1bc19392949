"""Where a canvas looks: a scale and a corner, and the ways between pixels and millimetres."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSizeF

SMALLEST_SCALE, LARGEST_SCALE = 0.005, 400.0
_MARGIN_PX = 28.0


@dataclass(frozen=True)
class View:
    """A look at a plane.

    Attributes:
        scale: logical pixels per millimetre.
        corner: the millimetres at the top left pixel.
    """

    scale: float = 1.0
    corner: QPointF = field(default_factory=QPointF)

    @classmethod
    def fitting(cls, bounds: QRectF, size: QSizeF) -> View:
        """All of ``bounds`` in the middle of a widget."""
        margin = min(_MARGIN_PX, 0.06 * min(size.width(), size.height()))
        width, height = max(size.width() - 2.0 * margin, 8.0), max(size.height() - 2.0 * margin, 8.0)
        scale = _clamped(min(width / bounds.width(), height / bounds.height()))
        middle = bounds.center()
        return cls(scale, middle - QPointF(size.width(), size.height()) / (2.0 * scale))

    def to_mm(self, px: QPointF) -> QPointF:
        return self.corner + px / self.scale

    def to_px(self, mm: QPointF) -> QPointF:
        return (mm - self.corner) * self.scale

    def rect_px(self, rect: QRectF) -> QRectF:
        return QRectF(self.to_px(rect.topLeft()), rect.size() * self.scale)

    def seen(self, size: QSizeF) -> QRectF:
        """The millimetres that a widget of this size shows."""
        return QRectF(self.corner, size / self.scale)

    def panned(self, by_px: QPointF) -> View:
        return View(self.scale, self.corner - by_px / self.scale)

    def zoomed(self, factor: float, about_px: QPointF) -> View:
        """Larger by a factor, with what is under ``about_px`` staying there."""
        scale = _clamped(self.scale * factor)
        return View(scale, self.to_mm(about_px) - about_px / scale)


def _clamped(scale: float) -> float:
    return min(LARGEST_SCALE, max(SMALLEST_SCALE, scale))
