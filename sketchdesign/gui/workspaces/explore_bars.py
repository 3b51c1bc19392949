"""Above the grid: which tool is used, and what a taste is made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QListView, QPushButton, QToolButton, QWidget

from sketchdesign.gui.docks.library import SketchModel
from sketchdesign.gui.i18n import tr
from sketchdesign.services.project.state import ExploreSettings, KeptSketch

_TASTE_PX = 34


class ToolSwitch(QFrame):
    """The tools side by side, of which one is used."""

    chosen = Signal(str)
    """One of `EXPLORE_TOOLS`."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("switcher")
        self.setAccessibleName(tr("Tool"))
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(0)
        for key, text, tip in (
            ("generate", tr("New"), tr("New sketches: temperature down the rows, other throws or classes across")),
            ("interpolate", tr("Between"), tr("What lies between two or four sketches")),
            ("analogy", tr("Analogy"), tr("One sketch minus another plus a third")),
            ("morph", tr("Classes"), tr("From one class to another, and from one shape to another")),
            ("taste", tr("Taste"), tr("More like what you starred, less like what you rejected")),
            ("walk", tr("Walk"), tr("A walk through what the model can draw, step by step")),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self.buttons[key] = button
            row.addWidget(button)

    def show_tool(self, tool: str) -> None:
        self.buttons[tool].setChecked(True)


class TasteBar(QWidget):
    """What was liked and what was not, and the button that learns from the marks in the grid."""

    learn_asked = Signal()
    forget_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("toolBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lists = [_SketchRow(tr("Liked sketches")), _SketchRow(tr("Rejected sketches"))]
        learn = QPushButton(tr("Learn from the marks"))
        learn.setToolTip(tr("Draw more like the cells that are starred, and less like those that are rejected"))
        learn.clicked.connect(self.learn_asked)
        forget = QPushButton(tr("Forget"))
        forget.setToolTip(tr("Begin the taste anew"))
        forget.clicked.connect(self.forget_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        for text, own in zip((tr("Like"), tr("Unlike")), self._lists, strict=True):
            label = QLabel(text)
            label.setObjectName("quiet")
            row.addWidget(label)
            row.addWidget(own, 1)
        row.addWidget(learn)
        row.addWidget(forget)

    def load(self, explore: ExploreSettings) -> None:
        """Show what a taste is made of, the latest first."""
        for own, sketches in zip(self._lists, (explore.liked, explore.disliked), strict=True):
            own.show_sketches(sketches[::-1])


class _SketchRow(QListView):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._sketches = SketchModel(_TASTE_PX)
        self._known: Sequence[KeptSketch] = ()
        self.setModel(self._sketches)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setIconSize(QSize(_TASTE_PX, _TASTE_PX))
        self.setFixedHeight(_TASTE_PX + 14)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setAccessibleName(name)

    def show_sketches(self, sketches: Sequence[KeptSketch]) -> None:
        if sketches != self._known:
            self._known = sketches
            self._sketches.show_sketches(sketches)
