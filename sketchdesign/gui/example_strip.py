"""The bundled sketches in a row, to begin with."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListView

from sketchdesign.gui.docks.library import SketchModel
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.services.inputs import EXAMPLE_PREFIX, example_names, read_input
from sketchdesign.services.project.state import KeptSketch

_SIDE_PX = 46


class ExampleStrip(QListView):
    """Click one to take it, or drag it to where it is wanted."""

    taken = Signal(object)
    """A `KeptSketch`."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        model = SketchModel(_SIDE_PX)
        self.setModel(model)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setIconSize(QSize(_SIDE_PX, _SIDE_PX))
        self.setFixedHeight(_SIDE_PX + 26)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Example sketches"))
        self.setDragEnabled(True)
        self.activated.connect(lambda index: self.taken.emit(model.sketch(index)))
        self.clicked.connect(lambda index: self.taken.emit(model.sketch(index)))
        task = session.workers.call("", tr("Reading"), read_examples, quiet=True)
        task.follow(self, finished=model.show_sketches)


def read_examples() -> list[KeptSketch]:
    """All bundled sketches. Takes a moment: they are SVG files."""
    return [KeptSketch(read_input(f"{EXAMPLE_PREFIX}{name}").sketch, name) for name in example_names()]
