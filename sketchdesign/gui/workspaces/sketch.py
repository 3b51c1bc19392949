"""The Sketch workspace: paper to draw on, and beside it what a model makes of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.example_strip import ExampleStrip
from sketchdesign.gui.fields import FlatButton, SliderField
from sketchdesign.gui.forms import Group, InspectorPage, fill_choices
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.opening import on_paper
from sketchdesign.gui.scene import Scene, picture_of_sketch
from sketchdesign.gui.session import Session
from sketchdesign.gui.view import View
from sketchdesign.gui.workspace import Workspace, onward_button
from sketchdesign.gui.workspaces.sketch_results import ResultsPanel
from sketchdesign.gui.workspaces.sketch_tools import INK_PEN, EraserTool, PenTool, paint_seen
from sketchdesign.model.zoo import find_models
from sketchdesign.output.files import write_drawing
from sketchdesign.services.explore.cells import reseeded
from sketchdesign.services.project.pattern import with_motifs
from sketchdesign.services.project.state import PAPER_PX, KeptSketch, Project

_DOTS_PX = 15.0
_EXPORT_MM = 100.0
"""The side of the paper when a sketch is exported alone."""


class SketchWorkspace(Workspace):
    """Draw with mouse or tablet; endings, look-alikes and reconstructions follow each stroke."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.canvas = self.paper = Canvas(tr("Paper"))
        self.paper.dots_mm = _DOTS_PX
        self.paper.setCursor(Qt.CursorShape.CrossCursor)
        self.paper.show_scene(Scene(Page(PAPER_PX, PAPER_PX)))
        self.pen = PenTool(self.paper.update, self._drew)
        self.eraser = EraserTool(lambda: session.project.sketch.ink, self._erased, session.end_merge)
        self.paper.tool = self.pen
        self.paper.overlays += [self._paint_seen, self.pen.paint]
        self.results = ResultsPanel(session)
        self.results.accepted.connect(lambda ink: self._change(tr("Accept ending"), ink=ink))
        self.results.opened.connect(lambda kept: self.take([kept]))
        self.examples = ExampleStrip(session)
        self.examples.taken.connect(lambda kept: self.take([kept]))
        self._make_actions()
        for action in (self.rerolls, self.stars):
            self.results.tools.addWidget(_tool_button(action))
        self.results.tools.addStretch(1)
        self.results.tools.addWidget(onward_button(self.sends, "pattern"))
        self.widget = self._layout()
        self.inspector = self._inspector()
        session.models_changed.connect(self._list_classes)

    def load(self, project: Project) -> None:
        scene = Scene(self.paper.scene.page)
        picture = picture_of_sketch(project.sketch.ink, INK_PEN)
        scene.add([picture] if picture is not None else [])
        self.paper.show_scene(scene, fit=False)
        self.temperature.set_value(project.sketch.temperature)
        self._list_classes()
        self.results.ask(project)

    def activate(self) -> None:
        self.paper.setFocus()

    def take(self, kept: Sequence[KeptSketch]) -> None:
        self._change(tr("Put on paper"), ink=on_paper(kept[0].sketch))

    def export_filter(self) -> str:
        return "SVG (*.svg);;PDF (*.pdf);;PNG (*.png)" if len(self.session.project.sketch.ink) else ""

    def export(self, path: Path) -> None:
        ink = self.session.project.sketch.ink.transformed(_EXPORT_MM / PAPER_PX)
        layer = Layer(Pen(), Strokes.from_polylines(ink.polylines()))
        drawing = Drawing(Page(_EXPORT_MM, _EXPORT_MM), (layer,))
        task = self.session.workers.call("export", tr("Exporting"), lambda: write_drawing(drawing, path))
        task.finished.connect(lambda _: self.session.say(tr("Exported {name}").format(name=path.name)))

    def send_to_pattern(self) -> None:
        """Add the selected results, or else the drawing itself, to the motifs of the pattern."""
        pattern = self.session.project.pattern
        sent = self.results.chosen() if self.results.canvas.selected else self._drawn()
        if not sent:
            self.session.say(tr("Draw something, or select some results: the pattern is made of them"))
            return
        self.session.change(tr("To the pattern"), pattern=with_motifs(pattern, sent))
        self.session.room_asked.emit("pattern")

    def _drawn(self) -> list[KeptSketch]:
        """What is on the paper, if anything is."""
        wanted = self.session.project.sketch
        return [KeptSketch(wanted.ink, wanted.class_name)] if len(wanted.ink) > 1 else []

    def _drew(self, stroke: NDArray[np.float64]) -> None:
        ink = self.session.project.sketch.ink
        self._change(tr("Draw"), ink=Sketch.from_polylines([*ink.polylines(), stroke]))

    def _erased(self, ink: Sketch) -> None:
        self._change(tr("Erase"), merge="sketch.erase", ink=ink)

    def _change(self, text: str, *, merge: str = "", **changes: Any) -> None:
        self.session.change(text, merge=merge, sketch=replace(self.session.project.sketch, **changes))

    def _make_actions(self) -> None:
        self.draws = self.add_action(tr("Pen"), "B", icon_name="sketch", tip=tr("Draw"), checkable=True)
        self.erases = self.add_action(
            tr("Eraser"), "E", icon_name="eraser", tip=tr("Erase the strokes that are touched"), checkable=True
        )
        self.sees = self.add_action(
            tr("What the model sees"),
            "V",
            icon_name="eye",
            tip=tr("Show the few points that a model sees of the ink"),
            checkable=True,
        )
        self.clears = self.add_action(tr("Clear the paper"), "Ctrl+Backspace", icon_name="clear")
        self.keeps = self.add_action(
            tr("Star the drawing"), "Shift+S", icon_name="bookmark", tip=tr("Keep your own drawing in the library")
        )
        self.stars = self.add_action(tr("Star the chosen results"), "S", icon_name="star")
        self.sends = self.add_action(
            tr("To the pattern"),
            "P",
            icon_name="pattern",
            tip=tr("Make motifs of the selected results, or of your own drawing"),
        )
        self.rerolls = self.add_action(
            tr("Nine others"), "R", icon_name="reroll", tip=tr("Ask again with another seed")
        )
        self.draws.setChecked(True)
        self.draws.triggered.connect(lambda: self._use(self.pen))
        self.erases.triggered.connect(lambda: self._use(self.eraser))
        self.sees.toggled.connect(self.paper.update)
        self.clears.triggered.connect(lambda: self._change(tr("Clear the paper"), ink=Sketch.empty()))
        self.keeps.triggered.connect(lambda: self.session.star(self._drawn()))
        self.stars.triggered.connect(lambda: self.session.star(self.results.chosen()))
        self.sends.triggered.connect(self.send_to_pattern)
        self.rerolls.triggered.connect(lambda: self._reseed((self.session.project.seed + 1) % 1_000_000))

    def _reseed(self, seed: int) -> None:
        after = reseeded(self.session.project, seed)
        self.session.change(tr("Seed"), seed=after.seed, explore=after.explore)

    def _use(self, tool: PenTool | EraserTool) -> None:
        self.paper.tool = tool
        self.draws.setChecked(tool is self.pen)
        self.erases.setChecked(tool is self.eraser)

    def _layout(self) -> QWidget:
        paper_side = QWidget()
        column = QVBoxLayout(paper_side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tool_bar())
        column.addWidget(self.paper, 1)
        column.addWidget(self.examples)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(paper_side)
        splitter.addWidget(self.results)
        splitter.setStretchFactor(0, 11)
        splitter.setStretchFactor(1, 10)
        return splitter

    def _tool_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("toolBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(2)
        for action in (self.draws, self.erases, self.sees, self.clears):
            row.addWidget(_tool_button(action))
        row.addStretch(1)
        row.addWidget(_tool_button(self.keeps))
        return bar

    def _inspector(self) -> InspectorPage:
        page = InspectorPage()
        model = Group(tr("Model"))
        self.classes = QComboBox()
        self.classes.setAccessibleName(tr("Class"))
        model.add_field(tr("Class"), self.classes, tr("What to draw; a model of many classes can find it out"))
        self.classes.activated.connect(lambda _: self._change(tr("Class"), class_name=self.classes.currentData()))
        self.temperature = SliderField(tr("Temperature"), 0.25, 0.0, 1.0)
        model.add_field(
            tr("Temperature"),
            self.temperature,
            tr("Temperature, without unit: 0 is careful, 1 as varied as people draw"),
        )
        self.temperature.changed.connect(
            lambda value: self._change(tr("Temperature"), merge="sketch.temperature", temperature=value)
        )
        self.temperature.released.connect(self.session.end_merge)
        others = QPushButton(self.rerolls.icon(), self.rerolls.text())
        others.setToolTip(self.rerolls.toolTip())
        others.clicked.connect(self.rerolls.trigger)
        model.add(others)
        through = Group(tr("Through"))
        self.through = QComboBox()
        self.through.setAccessibleName(tr("Redraw as"))
        through.add_field(
            tr("Redraw as"), self.through, tr("Another subject: its model draws your sketch, such as chair-like cats")
        )
        self.through.activated.connect(lambda _: self._choose_through(*self.through.currentData()))
        page.add(model)
        page.add(through)
        return page

    def _choose_through(self, model: str, class_name: str) -> None:
        self._change(tr("Redraw as"), through=model, through_class=class_name)
        self.session.workers.open_model(model or self.session.project.model, quiet=True)

    def _list_classes(self) -> None:
        project = self.session.project
        classes = self.session.classes_of(project.model)
        rows = [(tr("The likeliest"), "")] + [(name, name) for name in classes]
        fill_choices(self.classes, rows, project.sketch.class_name)
        names = [name for name, _ in find_models()]
        subjects: list[tuple[str, Any]] = [(tr("The project's model"), ("", ""))]
        for name in names:
            known = self.session.classes_of(name)
            subjects += [(each, (name, each)) for each in known] if len(known) > 1 else [(name, (name, ""))]
        fill_choices(self.through, subjects, (project.sketch.through, project.sketch.through_class))

    def _paint_seen(self, painter: QPainter, view: View) -> None:
        if self.sees.isChecked():
            paint_seen(painter, view, self.session.project.sketch.ink)


def _tool_button(action: QAction) -> FlatButton:
    button = FlatButton("plus", action.toolTip())
    button.setDefaultAction(action)
    button.setIconSize(QSize(19, 19))
    return button
