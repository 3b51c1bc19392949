"""Repeats and wallpaper groups to choose from, each as a small picture made by its own mathematics."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui import theme
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.painting import paint_pictures
from sketchdesign.gui.scene import Scene
from sketchdesign.gui.session import Session

PICTURE_PX = 52
_SHARP = 2
_MOTIFS_ACROSS = 2.7
_LEAF = (
    [(10, 96), (22, 60), (44, 30), (80, 6), (86, 44), (66, 74), (34, 86), (22, 60)],
    [(22, 60), (58, 40)],
    [(58, 40), (60, 22)],
)
"""A motif that no turn and no mirror brings onto itself."""

_pictures: dict[str, QImage] = {}


def names_of_repeats() -> dict[str, str]:
    """All repeats as people call them, in the order of the keys 1 to 9; wallpaper groups go by their own names."""
    from sketchdesign.design.repeat import repeat_names

    known = {
        "grid": tr("Grid"),
        "half-drop": tr("Half-drop"),
        "half-brick": tr("Half-brick"),
        "hex": tr("Hexagons"),
        "hex-row": tr("Hex rows"),
        "diamond": tr("Diamond"),
        "ogee": tr("Ogee"),
        "mirror": tr("Mirror"),
        "turn-over": tr("Turn-over"),
        "drop:1/3": tr("Drop 1/3"),
        "brick:1/4": tr("Brick 1/4"),
    }
    return {name: known.get(name, name) for name in repeat_names()}


class _PictureAbove(QStyledItemDelegate):
    """Names stand below their pictures."""

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.decorationPosition = QStyleOptionViewItem.Position.Top
        option.decorationAlignment = option.displayAlignment = Qt.AlignmentFlag.AlignCenter

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        text = option.fontMetrics.horizontalAdvance(str(index.data()))
        return QSize(max(PICTURE_PX + 22, text + 20), PICTURE_PX + option.fontMetrics.lineSpacing() + 12)


class RepeatStrip(QListWidget):
    """A row of pictures; the chosen one is framed."""

    chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setAccessibleName(tr("Repeat"))
        self.setItemDelegate(_PictureAbove(self))
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        font = self.font()
        font.setPointSizeF(0.88 * font.pointSizeF())
        self.setFont(font)
        line = self.fontMetrics().lineSpacing()
        self.setFixedHeight(PICTURE_PX + line + 30)
        for number, (name, title) in enumerate(names_of_repeats().items(), 1):
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(f"{title} ({number})" if number <= 9 else title)
            self.addItem(item)
        self.itemActivated.connect(self._tell)
        self.itemClicked.connect(self._tell)
        missing = [name for name in names_of_repeats() if name not in _pictures]
        if missing:
            task = session.workers.call("", tr("Painting"), lambda: paint_repeats(missing), quiet=True)
            task.follow(self, finished=lambda _: self._show_pictures())
        else:
            self._show_pictures()

    def show_repeat(self, name: str) -> None:
        """Frame a repeat."""
        for row in range(self.count()):
            item = self.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == name:
                if self.currentRow() != row:
                    self.setCurrentRow(row)
                    self.scrollToItem(item)
                return
        self.setCurrentRow(-1)

    def _tell(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _show_pictures(self) -> None:
        for row in range(self.count()):
            item = self.item(row)
            item.setIcon(_icon(_pictures[item.data(Qt.ItemDataRole.UserRole)]))


def paint_repeats(names: Sequence[str]) -> None:
    """Paint repeats and keep their pictures. Safe on any thread."""
    for name in names:
        _pictures[name] = _painted(name)


def _painted(name: str) -> QImage:
    from sketchdesign.design.layout import Layout, arrange_rows, design_of, motif_of
    from sketchdesign.design.repeat import make_repeat
    from sketchdesign.design.tile import sheet

    # Cells of such a height that the motif's part of them is about as wide as high.
    width, height = np.ptp(np.array(make_repeat(name, 1.0, 1.0).domain_mm), axis=0).tolist()
    unit = make_repeat(name, 1.0, width / height)
    copies = unit.cell_area_mm2 / len(unit.operations)
    side = PICTURE_PX / (_MOTIFS_ACROSS * math.sqrt(copies))
    repeat = make_repeat(name, side, side * width / height)
    motif = motif_of(Sketch.from_polylines(np.array(line, np.float64) for line in _LEAF))
    placed = arrange_rows([motif], Layout(gap_mm=PICTURE_PX / 24.0), repeat, np.random.default_rng(0))
    design = design_of([motif], placed, repeat, [Pen("ink", theme.INK, 1.1)])
    scene = Scene.of_drawing(sheet(design, Page(PICTURE_PX, PICTURE_PX)))
    image = QImage(PICTURE_PX * _SHARP, PICTURE_PX * _SHARP, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_SHARP, _SHARP)
    paper = QPainterPath()
    paper.addRoundedRect(QRectF(0.5, 0.5, PICTURE_PX - 1.0, PICTURE_PX - 1.0), 5.0, 5.0)
    painter.fillPath(paper, QColor(theme.PAPER))
    painter.setClipPath(paper)
    paint_pictures(painter, scene.visible(scene.bounds()), 1.0)
    painter.end()
    image.setDevicePixelRatio(_SHARP)
    return image


def _icon(image: QImage) -> QIcon:
    """The same picture when it is chosen: nothing is washed over it."""
    icon, pixmap = QIcon(), QPixmap.fromImage(image)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(pixmap, mode)
    return icon


def repeat_keys(pick: Callable[[str], None]) -> Sequence[tuple[str, str, Callable[[], None]]]:
    """Key, title and what to do, for the first nine repeats."""
    names = list(names_of_repeats().items())[:9]
    return [(str(number), title, lambda name=name: pick(name)) for number, (name, title) in enumerate(names, 1)]  # type: ignore[misc]
