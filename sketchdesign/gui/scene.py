"""What a canvas shows: a page, lines, and cells, in millimetres (or pixels of a sketch), y down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QByteArray, QDataStream, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from sketchdesign.core.drawing import Drawing, Page, Pen, Strokes
from sketchdesign.core.strokes import Sketch

CELL_MM = 30.0
STROKES_TOGETHER = 24
"""Strokes of a sheet that are culled and drawn as one: neighbours in drawing order lie close together."""

_WIDE_LINE = 12
"""So many times longer it takes to paint a line that is wider than a pixel, as measured."""

_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_MOVE, _LINE = 0, 1


@dataclass(frozen=True, eq=False)
class Picture:
    """Lines of one pen.

    Attributes:
        path: what is drawn.
        pen: with what.
        box: left, top, right, bottom.
        points: how many, as a measure of the work.
    """

    path: QPainterPath
    pen: Pen
    box: tuple[float, float, float, float]
    points: int


def path_of(points: ArrayLike, offsets: ArrayLike) -> QPainterPath:
    """A path through points [n, 2], lifted at each of ``offsets`` [s + 1].

    It is read from bytes in the format of `QDataStream`: a call per point would take a hundred times as long.
    """
    rows = np.asarray(points, np.float64)
    starts = np.asarray(offsets, np.int64)[:-1]
    path = QPainterPath()
    if not len(rows):
        return path
    elements = np.empty(len(rows), _ELEMENT)
    elements["kind"] = _LINE
    elements["kind"][starts] = _MOVE
    elements["x"], elements["y"] = rows[:, 0], rows[:, 1]
    head = np.array([len(rows)], ">i4").tobytes()
    tail = np.array([int(starts[-1]), 0], ">i4").tobytes()
    stream = QDataStream(QByteArray(head + elements.tobytes() + tail))
    stream >> path
    return path


def picture_of(points: NDArray[np.floating], offsets: NDArray[np.int64], pen: Pen) -> Picture:
    """Lines as a picture."""
    points, offsets = _dots_as_lines(points, offsets)
    low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return Picture(path_of(points, offsets), pen, (low[0], low[1], high[0], high[1]), len(points))


def pictures_of_strokes(strokes: Strokes, pen: Pen) -> list[Picture]:
    """Strokes as pictures of a few strokes each."""
    pictures = []
    for begin in range(0, len(strokes), STROKES_TOGETHER):
        offsets = strokes.offsets[begin : begin + STROKES_TOGETHER + 1]
        pictures.append(picture_of(strokes.points[offsets[0] : offsets[-1]], offsets - offsets[0], pen))
    return pictures


def picture_of_sketch(sketch: Sketch, pen: Pen, place: QRectF | None = None) -> Picture | None:
    """A sketch where it is, or as large as ``place`` allows in its middle; None for an empty one."""
    if not len(sketch):
        return None
    points = sketch.points.astype(np.float64)
    if place is not None:
        points = fitted(points, place, sketch.bounds)
    return picture_of(points, np.concatenate([[0], np.cumsum(sketch.stroke_lengths)]), pen)


def fitted(
    points: NDArray[np.float64], place: QRectF, bounds: tuple[float, float, float, float]
) -> NDArray[np.float64]:
    """Points moved and scaled so that ``bounds`` lie in the middle of ``place``, as large as it allows."""
    left, top, right, bottom = bounds
    width, height = max(right - left, 1e-9), max(bottom - top, 1e-9)
    scale = min(place.width() / width, place.height() / height)
    centre = np.array([place.center().x(), place.center().y()])
    moved: NDArray[np.float64] = (points - np.array([(left + right) / 2.0, (top + bottom) / 2.0])) * scale + centre
    return moved


class Scene:
    """Pictures on a page or in cells. Build one, hand it to a canvas, and change its cells as results come in.

    Attributes:
        page: the paper; None for cells without one.
        cells: their rectangles, row by row; empty for a drawing.
        columns: of cells.
        around: what is to be seen as well when all is looked at.
        revision: rises with every change.
    """

    def __init__(
        self, page: Page | None = None, cells: Sequence[QRectF] = (), columns: int = 1, around: QRectF | None = None
    ) -> None:
        self.page = page
        self.around = around if around is not None else QRectF()
        self.cells = list(cells)
        self.columns = columns
        self.revision = 0
        self._loose: list[Picture] = []
        self._in_cells: list[list[Picture]] = [[] for _ in self.cells]
        self._boxes: NDArray[np.float64] | None = None
        self._all: list[Picture] = []
        self._points = np.empty(0, np.int64)
        self._widths = np.empty(0)
        sides = [(cell.left(), cell.top(), cell.right(), cell.bottom()) for cell in self.cells]
        self._cell_boxes = np.array(sides, np.float64).reshape(-1, 4)

    @classmethod
    def of_drawing(cls, drawing: Drawing) -> Scene:
        """A drawing on its page."""
        scene = cls(drawing.page)
        for layer in drawing.layers:
            scene.add(pictures_of_strokes(layer.strokes, layer.pen))
        return scene

    @classmethod
    def grid(cls, rows: int, columns: int, *, cell_mm: float = CELL_MM, gap_mm: float = 4.0) -> Scene:
        """Empty cells in rows and columns, to be filled with `set_cell`."""
        step = cell_mm + gap_mm
        places = [QRectF(c * step, r * step, cell_mm, cell_mm) for r in range(rows) for c in range(columns)]
        return cls(None, places, columns)

    @property
    def pictures(self) -> list[Picture]:
        self._arrange()
        return self._all

    @property
    def boxes(self) -> NDArray[np.float64]:
        """[n, 4] left, top, right, bottom of the pictures."""
        self._arrange()
        assert self._boxes is not None
        return self._boxes

    @property
    def point_count(self) -> int:
        return sum(picture.points for picture in self.pictures)

    def add(self, pictures: Iterable[Picture]) -> None:
        """Draw more, outside the cells."""
        self._loose += pictures
        self._changed()

    def clear(self) -> None:
        """Remove everything but the page and the cells."""
        self._loose = []
        self._in_cells = [[] for _ in self.cells]
        self._changed()

    def set_cell(self, number: int, parts: Sequence[tuple[Sketch, Pen]], *, bounds: Sketch | None = None) -> None:
        """Show a sketch, or parts of one that stay together as they are, in a cell.

        Args:
            number: of the cell.
            parts: sketches in the same units, each with its pen; none empties the cell.
            bounds: what is to fill the cell; by default all of the parts.
        """
        cell = self.cells[number]
        margin = 0.08 * min(cell.width(), cell.height())
        place = cell.adjusted(margin, margin, -margin, -margin)
        measured = [bounds] if bounds is not None else [sketch for sketch, _ in parts]
        points = [sketch.points for sketch in measured if len(sketch)]
        pictures = []
        if points:
            every = np.concatenate(points)
            low, high = every.min(axis=0).tolist(), every.max(axis=0).tolist()
            for sketch, pen in parts:
                if len(sketch):
                    moved = fitted(sketch.points.astype(np.float64), place, (low[0], low[1], high[0], high[1]))
                    pictures.append(picture_of(moved, np.concatenate([[0], np.cumsum(sketch.stroke_lengths)]), pen))
        self._in_cells[number] = pictures
        self._changed()

    def is_filled(self, number: int) -> bool:
        return bool(self._in_cells[number])

    def cell_at(self, point: QPointF) -> int | None:
        """The cell that holds a point."""
        return next(iter(self.visible_cells(QRectF(point, point))), None)

    def bounds(self) -> QRectF:
        """What there is to see: the page, or else the cells and pictures."""
        if self.page is not None:
            return self.around.united(QRectF(0.0, 0.0, self.page.width_mm, self.page.height_mm))
        whole = QRectF()
        if self.cells:
            low, high = self._cell_boxes[:, :2].min(axis=0).tolist(), self._cell_boxes[:, 2:].max(axis=0).tolist()
            whole = QRectF(QPointF(*low), QPointF(*high))
        if len(self.boxes):
            low, high = self.boxes[:, :2].min(axis=0).tolist(), self.boxes[:, 2:].max(axis=0).tolist()
            whole = whole.united(QRectF(QPointF(*low), QPointF(*high)))
        return whole if not whole.isEmpty() else QRectF(0.0, 0.0, 100.0, 100.0)

    def visible(self, view: QRectF) -> list[Picture]:
        """The pictures that may show within a rectangle."""
        return [self._all[number] for number in np.flatnonzero(_meets(self.boxes, view)).tolist()]

    def visible_work(self, view: QRectF, px_per_unit: float) -> int:
        """How much there is to paint within a rectangle, in points of lines of a pixel's width."""
        meets = _meets(self.boxes, view)
        weights = np.where(self._widths[meets] * px_per_unit > 1.0, _WIDE_LINE, 1)
        return int((self._points[meets] * weights).sum())

    def visible_cells(self, view: QRectF) -> list[int]:
        """The numbers of the cells that show within a rectangle."""
        return [int(number) for number in np.flatnonzero(_meets(self._cell_boxes, view))]

    def _changed(self) -> None:
        self._boxes = None
        self.revision += 1

    def _arrange(self) -> None:
        if self._boxes is None:
            self._all = self._loose + [picture for pictures in self._in_cells for picture in pictures]
            self._boxes = np.array([picture.box for picture in self._all], np.float64).reshape(-1, 4)
            self._points = np.array([picture.points for picture in self._all], np.int64)
            self._widths = np.array([picture.pen.width_mm for picture in self._all], np.float64)


def _meets(boxes: NDArray[np.float64], view: QRectF) -> NDArray[np.bool_]:
    """Which of the boxes [n, 4] touch a rectangle."""
    horizontal = (boxes[:, 0] <= view.right()) & (boxes[:, 2] >= view.left())
    meets: NDArray[np.bool_] = horizontal & (boxes[:, 1] <= view.bottom()) & (boxes[:, 3] >= view.top())
    return meets


def _dots_as_lines(
    points: NDArray[np.floating], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Strokes of one point as very short lines, which a painter shows as dots."""
    lengths = np.diff(offsets)
    rows = np.asarray(points, np.float64)
    if (lengths > 1).all():
        return rows, offsets
    rows = np.repeat(rows, np.repeat(np.where(lengths == 1, 2, 1), lengths), axis=0)
    lengths = np.where(lengths == 1, 2, lengths)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    rows[ends[1:] - 1, 0] += np.where(lengths == 2, 1e-3, 0.0)
    return rows, ends
