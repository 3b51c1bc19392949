"""Wells: places that take a sketch from anywhere, at the corners of the grid or in a formula above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QGridLayout, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from sketchdesign.core.drawing import Pen
from sketchdesign.gui import theme
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.mime import SKETCHES, drag_sketches, sketches_of
from sketchdesign.gui.opening import SKETCH_ENDINGS, files_of, kind_of
from sketchdesign.gui.painting import paint_pictures
from sketchdesign.gui.scene import picture_of_sketch
from sketchdesign.gui.session import Session
from sketchdesign.services.inputs import read_input
from sketchdesign.services.project.state import KeptSketch

LETTERS = "ABCD"
WELL_PX = 84
_PADDING, _RADIUS = 0.14, 8.0
_INK = Pen("ink", theme.INK, 1.3)


class Well(QWidget):
    """One sketch, or the invitation to drop one. Click or Enter: where to take it from."""

    filled = Signal(object)
    """A `KeptSketch`, or None to empty it."""

    def __init__(self, session: Session, letter: str) -> None:
        super().__init__()
        self._session = session
        self.letter = letter
        self.kept: KeptSketch | None = None
        self._pressed: QPoint | None = None
        self.setFixedSize(WELL_PX, WELL_PX)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Well {letter}").format(letter=letter))
        self.show_sketch(None)

    def show_sketch(self, kept: KeptSketch | None) -> None:
        """Show what it holds."""
        self.kept = kept
        held = (kept.word or tr("a sketch")) if kept is not None else tr("empty")
        self.setToolTip(tr("Well {letter}: {held}. Drop a sketch here, or click").format(letter=self.letter, held=held))
        self.setAccessibleDescription(held)
        self.update()

    def menu(self) -> QMenu:
        """Where to take a sketch from, and how to empty the well."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        paper = self._session.project.sketch.ink
        self._add(menu, tr("The sketch on the paper"), self._from_paper).setEnabled(len(paper) > 1)
        self._add(menu, tr("From a file\u2026"), self._ask_file)
        menu.addSeparator()
        self._add(menu, tr("Empty the well"), lambda: self.filled.emit(None)).setEnabled(self.kept is not None)
        return menu

    def read(self, path: Path) -> None:
        """Fill it from a file; a failure is reported and changes nothing."""
        task = self._session.workers.call(
            "", tr("Opening"), lambda: KeptSketch(read_input(str(path)).sketch, path.stem)
        )
        task.follow(self, finished=self.filled.emit)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(WELL_PX, WELL_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        empty, focus = self.kept is None, self.hasFocus()
        frame = QPen(theme.colour("accent" if focus else "quiet" if empty else "border"), 1.5 if focus else 1.0)
        if empty:
            frame.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(frame)
        painter.setBrush(theme.colour("desk") if empty else QColor(theme.PAPER))
        square = QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0)
        painter.drawRoundedRect(square, _RADIUS, _RADIUS)
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(theme.LIGHT.quiet) if not empty else theme.colour("quiet"))
        if self.kept is None:
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter, self.letter)
        else:
            painter.drawText(square.adjusted(6.0, 3.0, 0.0, 0.0), Qt.AlignmentFlag.AlignLeft, self.letter)
            # Below the letter, and as far from the other sides as from this one's.
            inset = _PADDING * WELL_PX
            room = square.adjusted(inset, self.fontMetrics().height(), -inset, -0.5 * inset)
            picture = picture_of_sketch(self.kept.sketch, _INK, room)
            paint_pictures(painter, [picture] if picture is not None else [], 1.0)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        far = QApplication.startDragDistance()
        if self._pressed is None or (event.position().toPoint() - self._pressed).manhattanLength() < far:
            return
        self._pressed = None
        if self.kept is not None:
            drag_sketches(self, [self.kept])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is not None:
            self._pressed = None
            self.menu().popup(event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        self.menu().popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.menu().popup(self.mapToGlobal(QPoint(0, self.height())))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.filled.emit(None)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        files = [path for path in files_of(event.mimeData()) if kind_of(path) == "sketch"]
        if event.source() is not self and (files or event.mimeData().hasFormat(SKETCHES)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        carried = sketches_of(event.mimeData())
        files = [path for path in files_of(event.mimeData()) if kind_of(path) == "sketch"]
        event.acceptProposedAction()
        if carried:
            self.filled.emit(carried[0])
        elif files:
            self.read(files[0])

    def _add(self, menu: QMenu, text: str, act: Callable[[], object]) -> QAction:
        action = QAction(text, menu)
        action.triggered.connect(lambda _checked=False: act())
        menu.addAction(action)
        return action

    def _from_paper(self) -> None:
        self.filled.emit(KeptSketch(self._session.project.sketch.ink, tr("the sketch")))

    def _ask_file(self) -> None:
        kinds = " ".join(f"*{ending}" for ending in SKETCH_ENDINGS)
        path, _ = QFileDialog.getOpenFileName(self, tr("Open"), "", tr("Sketches") + f" ({kinds})")
        if path:
            self.read(Path(path))


class WellFrame(QWidget):
    """Wells around the grid: at its corners, at its ends, or as A - B + C above it."""

    filled = Signal(int, object)
    """The number of a well, and a `KeptSketch` or None."""

    def __init__(self, session: Session, middle: QWidget) -> None:
        super().__init__()
        self.setObjectName("wells")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._corners = [self._well(session, number) for number in range(4)]
        self._terms = [self._well(session, number) for number in range(3)]
        self._formula = QWidget()
        row = QHBoxLayout(self._formula)
        row.setContentsMargins(0, 8, 0, 0)
        row.addStretch(1)
        for sign, term in zip(("", "\u2212", "+"), self._terms, strict=True):
            label = QLabel(sign)
            label.setObjectName("emptyText")
            row.addWidget(label)
            row.addWidget(term)
        row.addStretch(1)
        self._left, self._right = (_column(self._corners[side::2]) for side in (0, 1))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self._formula, 0, 0, 1, 3)
        grid.addWidget(self._left, 1, 0)
        grid.addWidget(middle, 1, 1)
        grid.addWidget(self._right, 1, 2)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)

    def arrange(self, tool: str, count: int, wells: Sequence[KeptSketch | None]) -> None:
        """Show the wells of a tool, and what they hold."""
        is_formula = tool == "analogy"
        self._formula.setVisible(is_formula)
        self._left.setVisible(not is_formula and count > 0)
        self._right.setVisible(not is_formula and count > 1)
        padded = [*wells, None, None, None, None]
        for number, well in enumerate(self._corners):
            well.setVisible(number < count)
            well.show_sketch(padded[number])
        for well, kept in zip(self._terms, padded, strict=False):
            well.show_sketch(kept)

    def visible_wells(self) -> list[Well]:
        return [well for well in (*self._corners, *self._terms) if well.isVisible()]

    def _well(self, session: Session, number: int) -> Well:
        well = Well(session, LETTERS[number])
        well.filled.connect(lambda kept: self.filled.emit(number, kept))
        return well


def _column(wells: Sequence[Well]) -> QWidget:
    """Wells at the top and the bottom of a side."""
    side = QWidget()
    column = QVBoxLayout(side)
    column.setContentsMargins(8, 8, 8, 8)
    for number, well in enumerate(wells):
        if number:
            column.addStretch(1)
        column.addWidget(well)
    if len(wells) == 1:
        column.addStretch(1)
    return side
