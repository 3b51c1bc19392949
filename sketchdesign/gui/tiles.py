"""Squares of a large scene, painted ahead on threads and kept, so that panning only copies pictures."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from sketchdesign.gui.backdrop import paint_cells
from sketchdesign.gui.painting import paint_pictures
from sketchdesign.gui.scene import Picture, Scene

TILE_PX = 256
"""Side of a square, in logical pixels."""

_MOST_TILES = 400
_painters = ThreadPoolExecutor(1, "sketchdesign tiles")

Key = tuple[float, int, int]


class TileCache(QObject):
    """Squares of one scene at the scales that were asked for, the latest few hundred."""

    painted = Signal(int, object, QImage)
    """The generation, the key, and the picture of a square."""
    ready = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.painted.connect(self._take)
        self._tiles: OrderedDict[Key, QImage] = OrderedDict()
        self._old: OrderedDict[Key, QImage] = OrderedDict()
        self._asked: dict[Key, Future[None]] = {}
        self._generation = 0

    def clear(self, *, keep_old: bool = True) -> None:
        """The scene has changed. Old squares stand in until they are painted anew, so that an edit does not flicker."""
        self._generation += 1
        self._old = self._tiles if keep_old else OrderedDict()
        self._tiles = OrderedDict()
        self.forget_requests()

    def forget_requests(self) -> None:
        """What was asked for is out of sight: paint what is not begun only when it is asked for again."""
        for future in self._asked.values():
            future.cancel()
        self._asked.clear()

    def get(self, key: Key) -> QImage | None:
        """A square, if it is painted at that scale."""
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
        return tile

    def nearest(self, key: Key) -> tuple[QImage, QRectF] | None:
        """A picture of the same place before the last change or at another scale, and the part of it to show."""
        scale, column, row = key
        old = self._old.get(key)
        if old is not None:
            return old, QRectF(old.rect())
        others = sorted({other for other, _, _ in self._tiles if other != scale}, key=lambda s: abs(s - scale))
        for other in others:
            side = TILE_PX * other / scale
            left, top = column * side, row * side
            found = self._tiles.get((other, int(left // TILE_PX), int(top // TILE_PX)))
            if found is not None and left % TILE_PX + side <= TILE_PX + 1e-6 and top % TILE_PX + side <= TILE_PX + 1e-6:
                ratio = found.devicePixelRatio()
                return found, QRectF(left % TILE_PX * ratio, top % TILE_PX * ratio, side * ratio, side * ratio)
        return None

    def ask(self, key: Key, scene: Scene, ratio: float) -> None:
        """Have a square painted; `ready` tells when there is something new."""
        if key in self._asked:
            return
        scale, column, row = key
        side = TILE_PX / scale
        area = QRectF(column * side, row * side, side, side)
        line = 2.0
        pictures = scene.visible(area.adjusted(-line, -line, line, line))
        cells = [scene.cells[cell] for cell in scene.visible_cells(area)]
        generation = self._generation

        def paint() -> None:
            self.painted.emit(generation, key, _paint(cells, pictures, area, scale, ratio))

        self._asked[key] = _painters.submit(paint)

    def _take(self, generation: int, key: Key, image: QImage) -> None:
        if generation != self._generation:
            return
        self._asked.pop(key, None)
        self._tiles[key] = image
        while len(self._tiles) > _MOST_TILES:
            self._tiles.popitem(last=False)
        self.ready.emit()


def _paint(cells: list[QRectF], pictures: list[Picture], area: QRectF, scale: float, ratio: float) -> QImage:
    side = round(TILE_PX * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    if pictures or cells:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        painter.translate(-area.topLeft())
        paint_cells(painter, cells, scale)
        paint_pictures(painter, pictures, scale)
        painter.end()
    return image
