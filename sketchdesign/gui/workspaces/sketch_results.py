"""Nine answers of a model to what is on the paper."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTabBar, QVBoxLayout, QWidget

from sketchdesign.core.drawing import Pen
from sketchdesign.design.latentboard import GIVEN_PEN, Cell
from sketchdesign.gui import theme
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import icon_path
from sketchdesign.gui.mime import drag_sketches
from sketchdesign.gui.quantities import written
from sketchdesign.gui.scene import Scene
from sketchdesign.gui.session import Session
from sketchdesign.gui.view import View
from sketchdesign.gui.workers import Failure, Task
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.complete import complete
from sketchdesign.services.latent.single import vary
from sketchdesign.services.latent.tools import Board
from sketchdesign.services.project.state import KeptSketch, Project

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

ENDINGS, LOOK_ALIKES, RECONSTRUCT, THROUGH = "endings", "look-alikes", "reconstruct", "through"
ROWS = COLUMNS = 3
_GIVEN = Pen("given", "#b9b2a4", 0.5)
_DRAWN = Pen("drawn", theme.INK, 0.5)
_BADGE_PX = 15.0


class ResultsPanel(QWidget):
    """Tabs for the question, and a 3 x 3 grid of answers that are drawn anew whenever the paper changes."""

    accepted = Signal(object)
    """The `Sketch` of an ending that was clicked: beginning and ending, in place."""
    opened = Signal(object)
    """A `KeptSketch` that was double-clicked, to go on with."""
    drawn = Signal()
    """Nine new answers are shown."""
    tools: QHBoxLayout
    """Below the answers: what can be done with them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("results")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._asked: object = None
        self._task: Task | None = None
        self._started = 0.0
        self.results: list[KeptSketch] = []
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName(tr("What to ask the model"))
        for key, text, tip in (
            (ENDINGS, tr("Endings"), tr("Ways to finish the sketch; click one to accept it")),
            (LOOK_ALIKES, tr("Look-alikes"), tr("Sketches near this one in latent space")),
            (RECONSTRUCT, tr("Reconstruct"), tr("The same sketch in the model's own hand")),
            (THROUGH, tr("Through"), tr("The sketch redrawn as another subject, such as chair-like cats")),
        ):
            self.tabs.addTab(text)
            self.tabs.setTabData(self.tabs.count() - 1, key)
            self.tabs.setTabToolTip(self.tabs.count() - 1, tip)
        self.canvas = Canvas(tr("Results"))
        self.canvas.overlays.append(self._paint_badges)
        self.canvas.drag_out = lambda cell: drag_sketches(self.canvas, self.results[cell : cell + 1])
        self.canvas.show_scene(Scene.grid(ROWS, COLUMNS))
        self.caption = QLabel()
        self.caption.setObjectName("quiet")
        self.caption.setWordWrap(True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.caption.setMinimumHeight(2 * self.caption.fontMetrics().lineSpacing() + 10)
        self.caption.setContentsMargins(10, 4, 10, 0)
        self.tools = QHBoxLayout()
        self.tools.setContentsMargins(8, 0, 8, 4)
        self.tools.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.caption)
        column.addLayout(self.tools)
        self.tabs.currentChanged.connect(lambda _: self.ask(session.project))
        self.canvas.clicked.connect(self._clicked)
        self.canvas.activated.connect(self._activated)
        session.library_changed.connect(self.canvas.update)

    @property
    def question(self) -> str:
        return str(self.tabs.tabData(self.tabs.currentIndex()))

    def ask(self, project: Project) -> None:
        """Ask about a project's ink, unless that is what was asked last."""
        wanted = project.sketch
        key = (self.question, wanted, project.seed, project.model)
        if key == self._asked:
            return
        self._asked = key
        if self._task is not None:
            self._task.cancel()
        if len(wanted.ink) < 2:
            self._show([], [], tr("Draw a line on the paper, and nine answers appear here."))
            return
        model = wanted.through if self.question == THROUGH and wanted.through else project.model
        self.caption.setText(tr("Drawing\u2026"))
        self._started = time.monotonic()
        title = tr("Drawing nine answers")
        task = self._session.workers.draw("sketch.results", title, model, self._work(project), quiet=True)
        self._task = task
        task.follow(self, finished=self._take, failed=self._explain)

    def again(self) -> None:
        """Ask the same again, after something else than the project has changed."""
        self._asked = None
        self.ask(self._session.project)

    def chosen(self) -> list[KeptSketch]:
        """The answers that are selected, or else the focused one."""
        cells = sorted(self.canvas.selected) or [self.canvas.focused]
        return [self.results[cell] for cell in cells if cell < len(self.results)]

    def _work(self, project: Project) -> Callable[[Model], Work[Board]]:
        wanted, question = project.sketch, self.question
        class_name = wanted.through_class if question == THROUGH else wanted.class_name
        settings = self._session.drawing_settings(ROWS * COLUMNS, wanted.temperature, class_name)
        given = GivenSketch(tr("the sketch"), wanted.ink, dense=True)

        def make(model: Model) -> Work[Board]:
            known = settings if settings.class_name in model.info.classes else replace(settings, class_name=None)
            if question == ENDINGS:
                return complete(model, given, known, ROWS * COLUMNS)
            radius = None if question == LOOK_ALIKES else 0.0
            return vary(model, given, known, ROWS * COLUMNS, radius=radius, fresh=True)

        return make

    def _take(self, board: Board) -> None:
        model = board.recipe["model"]["name"]
        results = [KeptSketch(each.sketch, each.word, model) for each in board.results]
        cells = board.cells if self.question == ENDINGS else board.cells[1:]
        seconds = time.monotonic() - self._started
        word = results[0].word
        drawn_by = model if word == model else tr("{model} as {word}").format(model=model, word=word)
        words = tr("Drawn by {model} in {seconds} s").format(model=drawn_by, seconds=written(seconds, "", 1))
        hint = tr("Click an ending to accept it.") if self.question == ENDINGS else tr("S stars what is chosen.")
        self._show(results, cells, f"{words}. {hint}")
        self.drawn.emit()

    def _explain(self, failure: Failure) -> None:
        self._show([], [], f"{failure.what[:1].upper()}{failure.what[1:]}. {failure.hint}".strip())

    def _show(self, results: Sequence[KeptSketch], cells: Sequence[Cell], caption: str) -> None:
        self.results = list(results)
        scene = self.canvas.scene
        scene.clear()
        for number, cell in enumerate(cells):
            scene.set_cell(number, [(part.sketch, _GIVEN if part.pen == GIVEN_PEN else _DRAWN) for part in cell.parts])
        self.caption.setText(caption)
        self.canvas.select(frozenset())
        self.canvas.update()

    def _clicked(self, cell: int) -> None:
        if self.question == ENDINGS and cell < len(self.results):
            self.accepted.emit(self.results[cell].sketch)

    def _activated(self, cell: int) -> None:
        if cell >= len(self.results):
            return
        if self.question == ENDINGS:
            self.accepted.emit(self.results[cell].sketch)
        else:
            self.opened.emit(self.results[cell])

    def _paint_badges(self, painter: QPainter, view: View) -> None:
        """A star in the corner of what is in the library."""
        star = icon_path("star")
        for cell, kept in zip(self.canvas.scene.cells, self.results, strict=False):
            if kept in self._session.library:
                place = view.rect_px(cell)
                painter.save()
                painter.translate(place.topRight() + QPointF(-_BADGE_PX - 5.0, 5.0))
                painter.scale(_BADGE_PX / 24.0, _BADGE_PX / 24.0)
                painter.fillPath(star, QColor(theme.LIGHT.accent))  # it lies on paper
                painter.restore()
