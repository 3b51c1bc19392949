"""The plot on the canvas at any moment of its time line: drawn in the pens' colours, the rest pale, travels grey."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from sketchdesign.core.drawing import Drawing, Pen, Strokes
from sketchdesign.gui import theme
from sketchdesign.gui.canvas import DIRECT_POINTS, Canvas
from sketchdesign.gui.painting import line_pen, paint_pictures
from sketchdesign.gui.scene import STROKES_TOGETHER, Picture, Scene, path_of, pictures_of_strokes
from sketchdesign.gui.view import View
from sketchdesign.services.plot.planning import Plotting
from sketchdesign.services.plot.times import PlotTimes
from sketchdesign.services.routing import travels

_TRAVEL = Pen("travel", "#c9c6be", 0.1)
_PALENESS = 0.76
_CROSS_PX, _RING_PX = 13.0, 5.0


@dataclass(frozen=True, eq=False)
class Preview:
    """A plan as pictures.

    Attributes:
        table: the drawing as it lies on the machine, with layers that are not drawn.
        plotting, times: the plan; None where it cannot be plotted.
        pale: travels and strokes that are still to come.
        drawn: for each layer, its strokes, `STROKES_TOGETHER` in a picture.
    """

    table: Drawing
    plotting: Plotting | None
    times: PlotTimes | None
    pale: list[Picture]
    drawn: list[list[Picture]]


def preview_of(table: Drawing, plotting: Plotting | None) -> Preview:
    """Make the pictures; for a worker."""
    if plotting is None:
        return Preview(table, None, None, [p for each in table.layers for p in _pale(each.strokes, each.pen)], [])
    planned = [layer.plan.strokes for layer in plotting.job.layers]
    pens = [layer.pen for layer in plotting.drawing.layers]
    pale = pictures_of_strokes(Strokes.concatenate(travels(strokes) for strokes in planned), _TRAVEL)
    for strokes, pen in zip(planned, pens, strict=True):
        pale += _pale(strokes, pen)
    drawn = [pictures_of_strokes(strokes, pen) for strokes, pen in zip(planned, pens, strict=True)]
    return Preview(table, plotting, PlotTimes(plotting.job), pale, drawn)


class PreviewPainter:
    """Paints a preview over the canvas at a moment.

    Attributes:
        reach_mm: of the machine, shown as a dashed frame.
        shows_travel: whether the ways between the strokes are seen.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._preview: Preview | None = None
        self._drawn = _DrawnImage(canvas)
        self.time_s = 0.0
        self.reach_mm = QSizeF()
        self.shows_travel = True
        canvas.overlays.append(self.paint)

    def show(self, preview: Preview, *, fit: bool) -> None:
        """Show another plan."""
        self._preview = preview
        self._drawn.forget()
        self.refresh(fit=fit)

    def refresh(self, *, fit: bool = False) -> None:
        """Show the plan again, with or without its travels."""
        if self._preview is None:
            return
        scene = Scene(self._preview.table.page, around=QRectF(QPointF(), self.reach_mm))
        scene.add(p for p in self._preview.pale if self.shows_travel or p.pen is not _TRAVEL)
        self._canvas.show_scene(scene, fit=fit)

    def look_at(self, seconds: float) -> None:
        """Move to another moment."""
        self.time_s = seconds
        self._canvas.update()

    def paint(self, painter: QPainter, view: View) -> None:
        preview = self._preview
        if preview is None:
            return
        self._paint_reach(painter, view)
        if preview.times is None or preview.plotting is None:
            return
        moment = preview.times.at(self.time_s)
        groups = [group for layer in preview.drawn[: moment.layer] for group in layer]
        groups += preview.drawn[moment.layer][: moment.stroke // STROKES_TOGETHER]
        self._drawn.paint(painter, view, groups)
        pen = preview.plotting.drawing.layers[moment.layer].pen
        strokes = preview.plotting.job.layers[moment.layer].plan.strokes
        first = moment.stroke - moment.stroke % STROKES_TOGETHER
        painter.save()
        painter.scale(view.scale, view.scale)
        painter.translate(-view.corner)
        paint_pictures(painter, pictures_of_strokes(_part(strokes, first, moment.stroke), pen), view.scale)
        painter.setPen(line_pen(pen, view.scale))
        if len(moment.line_mm) > 1:
            painter.drawPath(path_of(moment.line_mm, [0, len(moment.line_mm)]))
        painter.restore()
        _paint_carriage(painter, view.to_px(QPointF(*moment.at_mm)), down=moment.pen_down)

    def _paint_reach(self, painter: QPainter, view: View) -> None:
        if self.reach_mm.isEmpty():
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("quiet"), 1.0, Qt.PenStyle.DashLine))
        painter.drawRect(view.rect_px(QRectF(QPointF(), self.reach_mm)))


class _DrawnImage:
    """What is drawn, as an image that grows with the plot: painting all of it each time would take too long."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._image = QImage()
        self._key: object = None
        self._view = View()
        self._count = 0
        self._before: tuple[QImage, View] | None = None

    def forget(self) -> None:
        self._key, self._before = None, None

    def paint(self, painter: QPainter, view: View, groups: list[Picture]) -> None:
        """Show ``groups``; many of them take several turns, until then the image before stands in."""
        ratio = self._canvas.devicePixelRatioF()
        key = (view, self._canvas.size(), ratio)
        if key != self._key or len(groups) < self._count:
            moved = self._key is not None and len(groups) >= self._count > 0
            self._before = (self._image, self._view) if moved else None
            self._image = QImage(self._canvas.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.setDevicePixelRatio(ratio)
            self._image.fill(Qt.GlobalColor.transparent)
            self._key, self._view, self._count = key, view, 0
        self._catch_up(view, groups)
        if self._count < len(groups):
            if self._before is not None:
                image, then = self._before
                size = image.deviceIndependentSize()
                painter.drawImage(view.rect_px(then.seen(size)), image)
            QTimer.singleShot(0, self._canvas, self._canvas.update)
        else:
            self._before = None
        painter.drawImage(QPointF(), self._image)

    def _catch_up(self, view: View, groups: list[Picture]) -> None:
        room = DIRECT_POINTS
        begin = self._count
        while self._count < len(groups) and room > 0:
            room -= groups[self._count].points
            self._count += 1
        if self._count > begin:
            painter = QPainter(self._image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(view.scale, view.scale)
            painter.translate(-view.corner)
            paint_pictures(painter, groups[begin : self._count], view.scale)
            painter.end()


def _paint_carriage(painter: QPainter, at_px: QPointF, *, down: bool) -> None:
    """A cross; its ring is full while the pen is on the paper."""
    accent = QColor(theme.LIGHT.accent)  # it lies on paper
    painter.setPen(QPen(accent, 1.6))
    for way in (QPointF(_CROSS_PX, 0.0), QPointF(0.0, _CROSS_PX)):
        painter.drawLine(at_px - way, at_px + way)
    painter.setBrush(accent if down else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at_px, _RING_PX, _RING_PX)


def _pale(strokes: Strokes, pen: Pen) -> list[Picture]:
    return pictures_of_strokes(strokes, replace(pen, colour=_mixed(pen.colour)))


def _mixed(colour: str) -> str:
    ink, paper = QColor(colour), QColor(theme.PAPER)
    pairs = ((ink.red(), paper.red()), (ink.green(), paper.green()), (ink.blue(), paper.blue()))
    return QColor(*(round(own + _PALENESS * (ground - own)) for own, ground in pairs)).name()


def _part(strokes: Strokes, first: int, end: int) -> Strokes:
    """Some strokes of many."""
    offsets = strokes.offsets[first : end + 1]
    return Strokes(strokes.points[offsets[0] : offsets[-1]], offsets - offsets[0])
