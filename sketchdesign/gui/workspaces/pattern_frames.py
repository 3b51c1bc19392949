"""A pattern as the canvas shows it: pictures of a few tiles, painted once and copied over the window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF

from sketchdesign.core.drawing import Pen
from sketchdesign.gui.painting import paint_pictures
from sketchdesign.gui.scene import Picture, pictures_of_strokes
from sketchdesign.gui.view import View
from sketchdesign.services.project.pattern import LaidOut

_SMALLEST_PX = 320.0
"""Tiles smaller than this are copied several at a time."""

_MOST_TOGETHER = 8
_LARGEST_PX = 2600.0
"""Larger tiles are painted line by line: little of them is in sight."""

_FEWEST_PX = 3.0
"""Of a tile smaller than this nothing can be seen."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A layout ready to be shown.

    Attributes:
        laid: the layout.
        size_mm: of its straight repeat.
        times: how many of them lie across and down in ``image`` and ``layers``.
        layers: the lines of each pen, with those that reach over the edges.
        image: the same as pixels; None where that would be too large.
        px_per_mm: of the image, in device pixels.
        ground: the colour of the cloth.
        exact: whether it is the layout itself, and not a preview of it.
    """

    laid: LaidOut
    size_mm: tuple[float, float]
    times: tuple[int, int]
    layers: tuple[tuple[Picture, ...], ...]
    image: QImage | None
    px_per_mm: float
    ground: str
    exact: bool

    def tiles_in(self, area: QRectF) -> Iterator[QPointF]:
        """The corners of all copies that show within an area in mm."""
        width, height = (size * times for size, times in zip(self.size_mm, self.times, strict=True))
        for row in range(math.floor(area.top() / height), math.ceil(area.bottom() / height)):
            for column in range(math.floor(area.left() / width), math.ceil(area.right() / width)):
                yield QPointF(column * width, row * height)


def frame_of(laid: LaidOut, pens: Sequence[Pen], ground: str, px_per_mm: float, *, exact: bool) -> Frame:
    """Paint a layout. Safe on any thread."""
    from sketchdesign.design.tile import pattern
    from sketchdesign.geometry.clip import Box

    width, height = laid.design.repeat.rectangle_mm
    across, down = (_together(side * px_per_mm) for side in (width, height))
    reach = max(pen.width_mm for pen in pens) + 2.0 / px_per_mm
    layers = pattern(laid.design, Box(0.0, 0.0, across * width, down * height).grown(reach))
    pictures = tuple(tuple(pictures_of_strokes(strokes, pen)) for strokes, pen in zip(layers, pens, strict=True))
    blank = Frame(laid, (width, height), (across, down), pictures, None, px_per_mm, ground, exact)
    return repainted(blank, pens, ground, px_per_mm)


def repainted(frame: Frame, pens: Sequence[Pen], ground: str, px_per_mm: float) -> Frame:
    """The same layout in other colours or at another scale. Safe on any thread."""
    layers = tuple(
        tuple(replace(picture, pen=pen) for picture in layer) for layer, pen in zip(frame.layers, pens, strict=True)
    )
    sides = [size * times * px_per_mm for size, times in zip(frame.size_mm, frame.times, strict=True)]
    image: QImage | None = None
    if _FEWEST_PX <= min(sides) <= max(sides) <= _LARGEST_PX:
        image = QImage(math.ceil(sides[0]) + 1, math.ceil(sides[1]) + 1, QImage.Format.Format_RGB32)
        image.fill(QColor(ground))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(px_per_mm, px_per_mm)
        paint_pictures(painter, chain.from_iterable(layers), px_per_mm)
        painter.end()
    return replace(frame, layers=layers, image=image, px_per_mm=px_per_mm, ground=ground)


def paint_frame(painter: QPainter, view: View, frame: Frame, area: QRectF) -> None:
    """Fill an area in mm with a pattern, with a painter in logical pixels.

    An image of another scale, or of another size of the tile, is stretched: it is soon replaced.
    """
    place = view.rect_px(area)
    painter.save()
    painter.setClipRect(place)
    painter.fillRect(place, QColor(frame.ground))
    size = QSizeF(frame.size_mm[0] * frame.times[0], frame.size_mm[1] * frame.times[1]) * view.scale
    if min(size.width(), size.height()) >= _FEWEST_PX:
        if frame.image is not None:
            _paint_images(painter, view, frame, frame.image, area)
        else:
            _paint_lines(painter, view, frame, area)
    painter.restore()


def motif_at(frame: Frame, at_mm: QPointF) -> tuple[int, int] | None:
    """The motif of the pattern at a place, and the operation that brought its copy there."""
    repeat = frame.laid.design.repeat
    point = np.array([at_mm.x(), at_mm.y()])
    for index, operation in enumerate(repeat.operations):
        home = np.linalg.inv(np.array(operation.matrix)) @ (point - np.array(operation.shift_mm))
        for number in range(len(frame.laid.motifs) - 1, -1, -1):
            outline = frame.laid.placements[number].apply(frame.laid.motifs[number].outline)
            # The image of a lattice is the lattice itself, so moves may be taken before the operation.
            for move in repeat.lattice_vectors(home - outline.max(axis=0), home - outline.min(axis=0)):
                if polygon(outline + move).containsPoint(QPointF(*home.tolist()), Qt.FillRule.OddEvenFill):
                    return number, index
    return None


def polygon(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> QPolygonF:
    """Corners [m, 2] as Qt has them."""
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])


def _together(side_px: float) -> int:
    return max(1, min(_MOST_TOGETHER, math.ceil(_SMALLEST_PX / max(side_px, 1.0))))


def _paint_images(painter: QPainter, view: View, frame: Frame, image: QImage, area: QRectF) -> None:
    ratio = painter.device().devicePixelRatioF()
    shrink = view.scale * ratio / frame.px_per_mm
    sharp = abs(shrink - 1.0) < 1e-9
    size = QSizeF(image.width(), image.height()) * (shrink / ratio)
    for corner in frame.tiles_in(area):
        at = view.to_px(corner)
        if sharp:
            # On whole pixels every copy is as sharp as the first.
            at = QPointF(round(at.x() * ratio) / ratio, round(at.y() * ratio) / ratio)
        painter.drawImage(QRectF(at, size), image)


def _paint_lines(painter: QPainter, view: View, frame: Frame, area: QRectF) -> None:
    for corner in frame.tiles_in(area):
        seen = area.translated(-corner)
        painter.save()
        painter.scale(view.scale, view.scale)
        painter.translate(corner - view.corner)
        pictures = chain.from_iterable(frame.layers)
        paint_pictures(painter, [each for each in pictures if QRectF(*_sides(each)).intersects(seen)], view.scale)
        painter.restore()


def _sides(picture: Picture) -> tuple[float, float, float, float]:
    left, top, right, bottom = picture.box
    margin = picture.pen.width_mm
    return left - margin, top - margin, right - left + 2.0 * margin, bottom - top + 2.0 * margin
