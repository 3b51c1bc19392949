"""The repeat over the window: looked at as far as the eye goes, as one tile, as three by three, or on the page."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication

from sketchdesign.core.drawing import Page
from sketchdesign.gui import theme
from sketchdesign.gui.backdrop import paint_paper
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.scene import Scene
from sketchdesign.gui.view import View
from sketchdesign.gui.workspaces.pattern_frames import Frame, motif_at, paint_frame
from sketchdesign.gui.workspaces.pattern_live import LivePattern
from sketchdesign.gui.workspaces.pattern_overlays import (
    handle_rect,
    paint_chosen,
    paint_croquis,
    paint_locks,
    paint_rulers,
    paint_seam_problems,
    paint_tile_outline,
)

ENDLESS, TILE, THREE, SHEET = "endless", "tile", "three", "sheet"
LOOKS = (ENDLESS, TILE, THREE, SHEET)

_AROUND = 0.6
"""Of the tile's size, what is seen around it at first."""

_GRAB_PX = 9.0
_MOVE_PX = 4.0
_SNAP_MM = 0.5
_SMALLEST_MM, _LARGEST_MM = 2.0, 5000.0
_NUDGES = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class _Bounded(Scene):
    """Nothing to paint, but somewhere to look."""

    def __init__(self, area: QRectF) -> None:
        super().__init__()
        self._area = area

    def bounds(self) -> QRectF:
        return self._area


class _Editor(Protocol):
    """What the canvas tells of what the pointer does."""

    def resize_tile(self, size_mm: tuple[float, float]) -> None: ...
    def move_motif(self, number: int, centre_mm: tuple[float, float]) -> None: ...
    def nudge_motif(self, number: int, by_mm: tuple[float, float]) -> None: ...
    def end_drag(self) -> None: ...


class PatternCanvas(Canvas):
    """Shows the frame of a `LivePattern`, and hands what is dragged to an editor."""

    chosen_changed = Signal()

    def __init__(self, live: LivePattern, editor: _Editor) -> None:
        super().__init__(tr("Pattern"))
        self._live = live
        self._editor = editor
        self.look = ENDLESS
        self.page = Page(210.0, 297.0)
        self.margin_mm = 0.0
        self.unit = "mm"
        self.chosen: int | None = None
        self.shows_croquis = self.shows_seams = self.shows_rulers = False
        self._bounds = QRectF()
        self.tool = PatternTool(self, editor)
        self.overlays = [self._paint_repeat, self._paint_marks]
        live.changed.connect(self._follow)
        live.checks_changed.connect(self.update)
        self.view_changed.connect(live.repaint)

    @property
    def frame(self) -> Frame | None:
        return self._live.frame

    def show_look(self, look: str) -> None:
        """Look at the repeat in another way."""
        self.look = look
        self._follow(fit=True)

    def show_page(self, page: Page, margin_mm: float) -> None:
        """The paper of the look at a sheet."""
        if (page, margin_mm) != (self.page, self.margin_mm):
            self.page, self.margin_mm = page, margin_mm
            if self.look == SHEET:
                self._follow(fit=True)

    def choose(self, number: int | None) -> None:
        """Frame a motif and its copies."""
        if number != self.chosen:
            self.chosen = number
            self.chosen_changed.emit()
            self.update()

    def area_mm(self) -> QRectF:
        """What of the endless pattern is shown."""
        seen = self.view.seen(QSizeF(self.size()))
        if self.look == ENDLESS or self.frame is None:
            return seen
        if self.look == SHEET:
            margin = self.margin_mm
            return QRectF(0.0, 0.0, self.page.width_mm - 2.0 * margin, self.page.height_mm - 2.0 * margin)
        times = 1.0 if self.look == TILE else 3.0
        return QRectF(QPointF(), QSizeF(*self.frame.size_mm) * times)

    def px_per_mm(self) -> float:
        """Device pixels."""
        return self.view.scale * self.devicePixelRatioF()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseMoveEvent(event)
        if not event.buttons() and self.frame is not None:
            at_handle = self.is_handle(event.position())
            self.setCursor(Qt.CursorShape.SizeFDiagCursor if at_handle else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = _NUDGES.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self.chosen is not None:
            self.choose(None)
        elif step is not None and self.chosen is not None and self.frame is not None:
            far = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self._editor.nudge_motif(self.chosen, (far * _SNAP_MM * step[0], far * _SNAP_MM * step[1]))
        else:
            super().keyPressEvent(event)

    def is_handle(self, at_px: QPointF) -> bool:
        """Whether the tile's corner is there."""
        frame = self.frame
        if frame is None or self.look == SHEET:
            return False
        return handle_rect(self.view, frame.size_mm).adjusted(-_GRAB_PX, -_GRAB_PX, _GRAB_PX, _GRAB_PX).contains(at_px)

    def _follow(self, *, fit: bool = False) -> None:
        frame = self.frame
        if frame is not None:
            bounds = self._wanted_bounds(frame)
            # While a person has not zoomed, the first frame and another look are shown whole.
            if fit or self._bounds.isEmpty():
                self._bounds = bounds
                self.show_scene(_Bounded(bounds))
            if self.chosen is not None and self.chosen >= len(frame.laid.placements):
                self.choose(None)
        else:
            self._bounds = QRectF()
        self.update()

    def _wanted_bounds(self, frame: Frame) -> QRectF:
        width, height = frame.size_mm
        if self.look == ENDLESS:
            return QRectF(0.0, 0.0, width, height).adjusted(
                -_AROUND * width, -_AROUND * height, _AROUND * width, _AROUND * height
            )
        if self.look == SHEET:
            return self._paper()
        return self.area_mm()

    def _paper(self) -> QRectF:
        return QRectF(-self.margin_mm, -self.margin_mm, self.page.width_mm, self.page.height_mm)

    def _paint_repeat(self, painter: QPainter, view: View) -> None:
        frame = self.frame
        if frame is None:
            return
        if self.look == SHEET:
            paint_paper(painter, view.rect_px(self._paper()))
        paint_frame(painter, view, frame, self.area_mm())

    def _paint_marks(self, painter: QPainter, view: View) -> None:
        frame = self.frame
        if frame is None:
            return
        area = self.area_mm()
        painter.save()
        if self.look != ENDLESS:
            painter.setClipRect(view.rect_px(area).adjusted(-8.0, -8.0, 8.0, 8.0))
        checked = self._live.checked
        if self.shows_croquis and checked is not None:
            paint_croquis(painter, view, frame, checked.croquis, area)
        if self.look != SHEET:
            paint_tile_outline(painter, view, frame)
        if self.chosen is not None and self.chosen < len(frame.laid.placements):
            paint_chosen(painter, view, frame, self.chosen, area)
        paint_locks(painter, view, frame, area)
        if self.shows_seams and checked is not None:
            paint_seam_problems(painter, view, frame, checked.proof.problems, area)
        painter.restore()
        if self.shows_rulers:
            paint_rulers(painter, view, QRectF(self.rect()), self.unit)
        if self._live.problem:
            _paint_problem(painter, QRectF(self.rect()), self._live.problem)


class PatternTool:
    """Drags the tile's corner and the motifs."""

    def __init__(self, canvas: PatternCanvas, editor: _Editor) -> None:
        self._canvas, self._editor = canvas, editor
        self._from = QPointF()
        self._tile = (1.0, 1.0)
        self._motif: int | None = None
        self._home = (0.0, 0.0)
        self._back = np.eye(2)
        self._moved = False

    def press(self, at_mm: QPointF) -> bool:
        canvas, frame = self._canvas, self._canvas.frame
        if frame is None:
            return False
        self._from, self._moved, self._motif = at_mm, False, None
        if canvas.is_handle(canvas.view.to_px(at_mm)):
            self._tile = frame.size_mm
            return True
        found = motif_at(frame, at_mm) if canvas.area_mm().contains(at_mm) else None
        canvas.choose(found[0] if found else None)
        if found is None:
            return False
        self._motif, operation = found
        self._home = frame.laid.placements[self._motif].centre_mm
        # A copy that is mirrored or turned moves its motif the other way.
        self._back = np.linalg.inv(np.array(frame.laid.design.repeat.operations[operation].matrix))
        return True

    def move(self, at_mm: QPointF) -> None:
        by = at_mm - self._from
        if not self._moved and by.manhattanLength() * self._canvas.view.scale < _MOVE_PX:
            return
        self._moved = True
        if self._motif is None:
            self._editor.resize_tile(self._size(by))
        else:
            x, y = (self._back @ np.array([by.x(), by.y()])).tolist()
            self._editor.move_motif(self._motif, (self._home[0] + x, self._home[1] + y))

    def release(self, at_mm: QPointF) -> None:
        self.move(at_mm)
        self._editor.end_drag()

    def _size(self, by: QPointF) -> tuple[float, float]:
        """Of the tile when its corner is dragged by so much; in proportion with the Shift key."""
        width, height = self._tile
        if QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            factor = max((width + by.x()) / width, (height + by.y()) / height)
            return _snapped(width * factor), _snapped(height * factor)
        return _snapped(width + by.x()), _snapped(height + by.y())


def _snapped(size_mm: float) -> float:
    return min(_LARGEST_MM, max(_SMALLEST_MM, round(size_mm / _SNAP_MM) * _SNAP_MM))


def _paint_problem(painter: QPainter, widget: QRectF, text: str) -> None:
    """Why there is no layout, in a strip at the bottom."""
    strip = widget.adjusted(16.0, widget.height() - 62.0, -16.0, -14.0)
    painter.setPen(theme.colour("warning"))
    painter.setBrush(theme.colour("panel"))
    painter.drawRoundedRect(strip, 8.0, 8.0)
    painter.setPen(theme.colour("text"))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(strip.adjusted(12.0, 4.0, -12.0, -4.0), flags.value, text)
