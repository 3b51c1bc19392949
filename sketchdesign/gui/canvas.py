"""The paper on the screen: zoom, pan, cells to choose from, and tools that draw on it.

What is quickly painted is painted at once, more than that comes from cached tiles. Wheel and pinch zoom, the space
bar, the middle button and two fingers pan, arrow keys walk through the cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from sketchdesign.gui import theme
from sketchdesign.gui.backdrop import paint_cells, paint_dots, paint_frame, paint_paper
from sketchdesign.gui.painting import paint_pictures
from sketchdesign.gui.scene import Scene
from sketchdesign.gui.tiles import TILE_PX, TileCache
from sketchdesign.gui.view import View

DIRECT_POINTS = 20_000
"""Of lines a pixel wide; wider ones weigh more, see `Scene.visible_work`."""

DIRECT_CELLS = 200

_WHEEL_STEP = 1.0015
_DRAG_PX = 6.0
_RING_PX = 2.0
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}

Overlay = Callable[[QPainter, View], None]


class Tool(Protocol):
    """What the left button does on the canvas, in millimetres. `press` answers whether the tool takes the drag."""

    def press(self, at_mm: QPointF) -> bool: ...
    def move(self, at_mm: QPointF) -> None: ...
    def release(self, at_mm: QPointF) -> None: ...


class Canvas(QWidget):
    """Shows a `Scene`.

    Attributes:
        tool: takes the left button; None leaves it to cells.
        overlays: paint over the scene, each with a painter in pixels and the `View`.
        dots_mm: distance of the grid dots on the paper; 0 for none.
        keeps_tab: whether Tab is told of by `tab_pressed`, and does not go to the next control.
        drag_out: what dragging a cell out of the window carries away is left to this function of its number.
    """

    view_changed = Signal()
    hovered = Signal(int)
    """The cell under the pointer, -1 for none."""
    clicked = Signal(int)
    activated = Signal(int)
    """A cell was double-clicked or Enter pressed on it."""
    key_pressed = Signal(int, int)
    """The focused cell and a letter's `Qt.Key`, or the space bar's when nothing was dragged with it."""
    selection_changed = Signal()
    menu_asked = Signal(int, QPoint)
    """What can be done with a cell was asked for, by mouse or by key, at this place on the screen."""
    tab_pressed = Signal()
    """Tab on the canvas of a room hides the sides of the window; Shift+Tab goes to the control before it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(120, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.scene = Scene()
        self.view = View()
        self.tool: Tool | None = None
        self.overlays: list[Overlay] = []
        self.dots_mm = 0.0
        self.keeps_tab = False
        self.drag_out: Callable[[int], None] | None = None
        self.selected: frozenset[int] = frozenset()
        self.focused = 0
        self.hovered_cell = -1
        self._tiles = TileCache(self)
        self._tiles.ready.connect(self.update)
        self._revision = -1
        self._follows = True
        self._panning: QPointF | None = None
        self._pressed: QPointF | None = None
        self._drawing = False
        self._space = self._space_used = self._by_key = False

    def show_scene(self, scene: Scene, *, fit: bool = True) -> None:
        """Show another scene; ``fit`` looks at all of it. Without, it is taken for the same one after an edit."""
        self.scene = scene
        self._revision = -1
        self.selected = frozenset()
        self.focused = min(self.focused, max(0, len(scene.cells) - 1))
        if fit:
            self._tiles.clear(keep_old=False)
            self.fit()
        self.update()

    def fit(self) -> None:
        """Look at everything, also when the window changes its size."""
        self._follows = True
        self._look(View.fitting(self.scene.bounds(), QSizeF(self.size())))

    def zoom_percent(self) -> float:
        """100 is life size."""
        return 100.0 * self.view.scale / (self.logicalDpiX() / 25.4)

    def zoom_to(self, percent: float) -> None:
        self.zoom_by(percent / self.zoom_percent())

    def zoom_by(self, factor: float, about_px: QPointF | None = None) -> None:
        self._follows = False
        self._look(self.view.zoomed(factor, QRectF(self.rect()).center() if about_px is None else about_px))

    def select(self, cells: frozenset[int]) -> None:
        """Choose cells."""
        if cells != self.selected:
            self.selected = cells
            self.selection_changed.emit()
            self.update()

    def _look(self, view: View) -> None:
        if view.scale != self.view.scale:
            self._tiles.forget_requests()
        self.view = view
        self.view_changed.emit()
        self.update()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        if self.scene.revision != self._revision:
            self._revision = self.scene.revision
            self._tiles.clear()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("desk"))
        self._paint_backdrop(painter)
        seen = self.view.seen(QSizeF(self.size()))
        cells = self.scene.visible_cells(seen)
        if len(cells) <= DIRECT_CELLS and self.scene.visible_work(seen, self.view.scale) <= DIRECT_POINTS:
            painter.save()
            painter.scale(self.view.scale, self.view.scale)
            painter.translate(-self.view.corner)
            paint_cells(painter, [self.scene.cells[cell] for cell in cells], self.view.scale)
            paint_pictures(painter, self.scene.visible(seen), self.view.scale)
            painter.restore()
        else:
            self._paint_tiles(painter)
        self._paint_frames(painter)
        for overlay in self.overlays:
            painter.save()
            overlay(painter, self.view)
            painter.restore()
        if self._by_key and self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), _RING_PX))
            painter.drawRect(QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0))
        painter.end()

    def _paint_backdrop(self, painter: QPainter) -> None:
        page = self.scene.page
        if page is not None:
            paper = QRectF(0.0, 0.0, page.width_mm, page.height_mm)
            paint_paper(painter, self.view.rect_px(paper))
            if self.dots_mm:
                paint_dots(painter, self.view, paper, self.dots_mm)

    def _paint_frames(self, painter: QPainter) -> None:
        cells = self.scene.cells
        for cell in self.selected:
            paint_frame(painter, self.view.rect_px(cells[cell]), chosen=True)
        if 0 <= self.hovered_cell < len(cells):
            paint_frame(painter, self.view.rect_px(cells[self.hovered_cell]))
        if self.hasFocus() and self.focused < len(cells):
            paint_frame(painter, self.view.rect_px(cells[self.focused]), focused=True)

    def _paint_tiles(self, painter: QPainter) -> None:
        scale, ratio = self.view.scale, self.devicePixelRatioF()
        corner = self.view.corner * scale
        # On whole pixels of the screen: between two squares that begin within one the desk would shine through.
        corner = QPointF(round(corner.x() * ratio), round(corner.y() * ratio)) / ratio
        columns = range(int(corner.x() // TILE_PX), int((corner.x() + self.width()) // TILE_PX) + 1)
        rows = range(int(corner.y() // TILE_PX), int((corner.y() + self.height()) // TILE_PX) + 1)
        for column, row in ((column, row) for row in rows for column in columns):
            place = QPointF(column * TILE_PX, row * TILE_PX) - corner
            key = (scale, column, row)
            tile = self._tiles.get(key)
            if tile is not None:
                painter.drawImage(place, tile)
                continue
            blurred = self._tiles.nearest(key)
            if blurred is not None:
                painter.drawImage(QRectF(place, QSizeF(TILE_PX, TILE_PX)), *blurred)
            elif self.scene.cells:
                self._paint_blank(painter, QRectF(place, QSizeF(TILE_PX, TILE_PX)))
            self._tiles.ask(key, self.scene, ratio)

    def _paint_blank(self, painter: QPainter, square_px: QRectF) -> None:
        """The cells of a square that is not painted yet, without what is in them."""
        area = QRectF(self.view.to_mm(square_px.topLeft()), square_px.size() / self.view.scale)
        painter.save()
        painter.setClipRect(square_px)
        painter.scale(self.view.scale, self.view.scale)
        painter.translate(-self.view.corner)
        paint_cells(painter, [self.scene.cells[cell] for cell in self.scene.visible_cells(area)], self.view.scale)
        painter.restore()

    # Pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.MiddleButton or (
            self._space and event.button() is Qt.MouseButton.LeftButton
        ):
            self._panning, self._space_used = event.position(), True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() is Qt.MouseButton.LeftButton:
            at = self.view.to_mm(event.position())
            self._drawing = self.tool is not None and self.tool.press(at)
            self._pressed = None if self._drawing else event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        if self._panning is not None:
            self._follows = False
            self._look(self.view.panned(at - self._panning))
            self._panning = at
        elif self._drawing and self.tool is not None:
            self.tool.move(self.view.to_mm(at))
        elif self._pressed is not None and (at - self._pressed).manhattanLength() > _DRAG_PX:
            cell = self.scene.cell_at(self.view.to_mm(self._pressed))
            self._pressed = None
            if cell is not None and self.drag_out is not None:
                self.drag_out(cell)
        else:
            self._hover(self.scene.cell_at(self.view.to_mm(at)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = self.view.to_mm(event.position())
        if self._panning is not None:
            self._panning = None
            self.unsetCursor()
        elif self._drawing and self.tool is not None:
            self._drawing = False
            self.tool.release(at)
        elif self._pressed is not None and event.button() is Qt.MouseButton.LeftButton:
            self._pressed = None
            self._click(self.scene.cell_at(at), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        cell = self.scene.cell_at(self.view.to_mm(event.position()))
        if self.tool is None and cell is not None:
            self.activated.emit(cell)
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            if self.focused < len(self.scene.cells):
                place = self.view.rect_px(self.scene.cells[self.focused]).center().toPoint()
                self.menu_asked.emit(self.focused, self.mapToGlobal(place))
            return
        cell = self.scene.cell_at(self.view.to_mm(event.pos().toPointF()))
        if cell is not None:
            self.menu_asked.emit(cell, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if not event.pixelDelta().isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._follows = False
            self._look(self.view.panned(QPointF(event.pixelDelta())))
        else:
            self.zoom_by(_WHEEL_STEP ** event.angleDelta().y(), event.position())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        return super().event(event)

    def _click(self, cell: int | None, modifiers: Qt.KeyboardModifier) -> None:
        if cell is None:
            self.select(frozenset())
            return
        self.focused = cell
        add = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self.select(self.selected ^ {cell} if add else frozenset({cell}))
        self.clicked.emit(cell)

    def _hover(self, cell: int | None) -> None:
        number = -1 if cell is None else cell
        if number != self.hovered_cell:
            self.hovered_cell = number
            self.hovered.emit(number)
            self.update()

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space, self._space_used = True, False
        elif key in _ARROWS:
            self._walk(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.scene.cells:
            self.activated.emit(self.focused)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom_by(0.8 if key is Qt.Key.Key_Minus else 1.25)
        elif Qt.Key.Key_A <= key <= Qt.Key.Key_Z and not event.modifiers() and self.scene.cells:
            self.key_pressed.emit(self.focused, key.value)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            if not self._space_used and self.scene.cells:
                self.key_pressed.emit(self.focused, Qt.Key.Key_Space.value)
            self._space = False
        else:
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: N802
        if next and self.keeps_tab:
            self.tab_pressed.emit()
            return True
        return super().focusNextPrevChild(next)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        # Whoever clicks knows where they are, and would only see a frame around their picture.
        self._by_key = event.reason() in _BY_KEY
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._space = False
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._follows:
            self.fit()

    def _walk(self, right: int, down: int) -> None:
        if not self.scene.cells:
            self._follows = False
            self._look(self.view.panned(QPointF(-40.0 * right, -40.0 * down)))
            return
        columns = self.scene.columns
        column, row = self.focused % columns + right, self.focused // columns + down
        number = row * columns + column
        if 0 <= column < columns and 0 <= number < len(self.scene.cells):
            self.focused = number
            self.select(frozenset({number}))
