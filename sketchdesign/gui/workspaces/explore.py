"""The Explore workspace: grids of sketches, and wells for what they are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QStackedWidget, QVBoxLayout, QWidget

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.example_strip import ExampleStrip
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.opening import on_paper
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspace import EmptyState, Workspace, onward_button
from sketchdesign.gui.workspaces.explore_bars import TasteBar, ToolSwitch
from sketchdesign.gui.workspaces.explore_beginnings import beginning_of, wells_of
from sketchdesign.gui.workspaces.explore_inspector import ExploreInspector
from sketchdesign.gui.workspaces.explore_results import ResultsGrid
from sketchdesign.gui.workspaces.explore_wells import LETTERS, WellFrame
from sketchdesign.services.explore.cells import asking, rolled, switched, tasted, with_marks
from sketchdesign.services.explore.grid import explored_board
from sketchdesign.services.generate import DrawnSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.boards import export_board, finish_board
from sketchdesign.services.project.pattern import with_motifs
from sketchdesign.services.project.state import ExploreSettings, KeptSketch, Project

_EXPORT_MARGIN_MM, _EXPORT_GAP_MM, _EXPORT_DPI = 10.0, 4.0, 150.0


class ExploreWorkspace(Workspace):
    """Ask a model for grids, and sort what comes: star, lock, reject, roll anew."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.grid = ResultsGrid(session)
        self.grid.setParent(self)
        self.canvas = self.board = self.grid.canvas
        self.switch = ToolSwitch()
        self.taste = TasteBar()
        self.empty = EmptyState("", "")
        self.examples = ExampleStrip(session)
        self.caption = QLabel()
        self._make_actions()
        self.widget = self._layout()
        self.inspector = self.settings = ExploreInspector(session)
        self._connect()

    def load(self, project: Project) -> None:
        explore = project.explore
        self.switch.show_tool(explore.tool)
        self.taste.setVisible(explore.tool == "taste" and bool(explore.liked))
        self.taste.load(explore)
        self.wells.arrange(explore.tool, wells_of(explore), explore.wells)
        self.settings.load(project)
        beginning = beginning_of(self.session, project)
        if beginning is not None:
            second = beginning.second
            self.empty.show_text(beginning.sentence, beginning.first.text, second.text if second is not None else "")
            self.caption.clear()
        self._stack.setCurrentIndex(0 if beginning is None else 1)
        self.grid.show_project(project, ask=beginning is None)

    def activate(self) -> None:
        self.board.setFocus()

    def deactivate(self) -> None:
        self.grid.stop()

    def take(self, kept: Sequence[KeptSketch]) -> None:
        explore = self.session.project.explore
        if explore.tool == "taste":
            self._ask(tr("Like"), liked=tuple(dict.fromkeys([*explore.liked, *kept])))
            return
        if not wells_of(explore):
            explore = switched(explore, "interpolate")
        wells = [*explore.wells, None, None, None, None][:4]
        places = [number for number in range(wells_of(explore)) if wells[number] is None] or [0]
        for number, each in zip(places, kept, strict=False):
            wells[number] = each
        axes: dict[str, Any] = {"row_axis": explore.row_axis, "column_axis": explore.column_axis}
        self._ask(tr("Fill a well"), tool=explore.tool, wells=tuple(wells), **axes)

    def export_filter(self) -> str:
        return "SVG (*.svg);;PNG (*.png);;PDF (*.pdf);;NDJSON (*.ndjson)" if any(self.grid.results) else ""

    def export(self, path: Path) -> None:
        project, results = self.session.project, self.grid.results
        task = self.session.workers.run("export", tr("Exporting"), lambda: export_grid(project, results, path))
        task.follow(self.widget, finished=lambda _: self.session.say(tr("Exported {name}").format(name=path.name)))

    def fill_well(self, number: int, kept: KeptSketch | None) -> None:
        """Put a sketch into a well, or empty it."""
        wells = [*self.session.project.explore.wells, None, None, None, None][:4]
        wells[number] = kept
        self._ask(tr("Fill a well") if kept is not None else tr("Empty the well"), wells=tuple(wells))

    def mark(self, mark: str, cells: Sequence[int]) -> None:
        """Mark cells, or take the mark away where all of them have it."""
        texts = {"star": tr("Star"), "lock": tr("Lock"), "reject": tr("Reject")}
        shown = self.grid.kept(cells)
        after = with_marks(self.session.project.explore, shown, mark)
        if mark == "star":
            self.session.star(kept for number, kept in shown.items() if after.cells[number].mark == "star")
        if shown:
            self.session.change(texts[mark], explore=after)

    def roll(self, cells: Sequence[int]) -> None:
        """Draw cells anew, the locked ones excepted."""
        self.session.change(tr("Re-roll"), explore=rolled(self.session.project.explore, cells))

    def open_cell(self, cell: int) -> None:
        """Go on with a cell's sketch in the Sketch workspace."""
        for kept in self.grid.kept([cell]).values():
            sketch = replace(self.session.project.sketch, ink=on_paper(kept.sketch))
            self.session.change(tr("Put on paper"), sketch=sketch)
            self.session.room_asked.emit("sketch")

    def send_to_pattern(self) -> None:
        """Add the selected cells, or else all starred ones, to the motifs of the pattern."""
        project = self.session.project
        starred = [number for number, cell in enumerate(project.explore.cells) if cell.mark == "star"]
        sent = self.grid.kept(sorted(self.board.selected) or starred)
        if not sent:
            self.session.say(tr("Select or star the cells that the pattern should be made of"))
            return
        self.session.change(tr("To the pattern"), pattern=with_motifs(project.pattern, sent.values()))
        self.session.room_asked.emit("pattern")

    def menu_of(self, cell: int) -> QMenu:
        """What can be done with a cell."""
        if cell not in self.board.selected:
            self.board.focused = cell
            self.board.select(frozenset({cell}))
        menu = QMenu(self.board)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.opens, self.stars, self.locks, self.rejects, self.rerolls])
        wells = wells_of(self.session.project.explore)
        menu.addSeparator()
        for number, letter in enumerate(LETTERS[:wells]):
            action = QAction(tr("Put into well {letter}").format(letter=letter), menu)
            action.triggered.connect(lambda _checked=False, number=number: self._fill_from(number, cell))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(self.sends)
        return menu

    def _ask(self, text: str, *, merge: str = "", seed: int | None = None, **changes: Any) -> None:
        """Ask another question: what is not locked is drawn anew."""
        project = self.session.project
        try:
            after = asking(project.explore, **changes)
        except SketchDesignError as error:
            self.session.report(error)
            self.load(project)
            return
        self.session.change(text, merge=merge, explore=after, seed=project.seed if seed is None else seed)

    def _fill_from(self, number: int, cell: int) -> None:
        for kept in self.grid.kept([cell]).values():
            self.fill_well(number, kept)

    def _use_tool(self, tool: str) -> None:
        project = self.session.project
        if tool != project.explore.tool:
            self.session.change(self.switch.buttons[tool].text(), explore=switched(project.explore, tool))

    def _begin(self, *, second: bool = False) -> None:
        """Bring what is missing."""
        beginning = beginning_of(self.session, self.session.project)
        offer = None
        if beginning is not None:
            offer = beginning.second if second else beginning.first
        if offer is not None:
            task = self.session.workers.call("explore.begin", offer.text, offer.changes, quiet=True)
            task.follow(self.widget, finished=lambda changes: self._ask(offer.text, **changes))
            task.follow(self.widget, failed=self.session.report)

    def _key(self, cell: int, key: int) -> None:
        if key == Qt.Key.Key_Space.value:
            self.mark("star", self.grid.chosen())

    def _make_actions(self) -> None:
        self.stars = self.add_action(
            tr("Star"), "S", icon_name="star", tip=tr("Keep in the library; the space bar does it, too")
        )
        self.locks = self.add_action(tr("Lock"), "L", icon_name="lock", tip=tr("Keep here, whatever else changes"))
        self.rejects = self.add_action(
            tr("Reject"), "X", icon_name="reject", tip=tr("Not this; a taste learns from it")
        )
        self.rerolls = self.add_action(
            tr("Re-roll"), "R", icon_name="reroll", tip=tr("Draw the selected cells anew, the locked ones excepted")
        )
        self.rerolls_all = self.add_action(tr("Re-roll all that are not locked"), "Shift+R", icon_name="dice")
        self.opens = self.add_action(
            tr("Open in Sketch"), "O", icon_name="sketch", tip=tr("Go on with it on the paper")
        )
        self.sends = self.add_action(
            tr("To the pattern"),
            "P",
            icon_name="pattern",
            tip=tr("Make motifs of the selected cells, or of all that are starred"),
        )
        for action, mark in ((self.stars, "star"), (self.locks, "lock"), (self.rejects, "reject")):
            action.triggered.connect(lambda _checked=False, mark=mark: self.mark(mark, self.grid.chosen()))
        self.rerolls.triggered.connect(lambda: self.roll(self.grid.chosen()))
        self.rerolls_all.triggered.connect(lambda: self.roll(range(len(self.board.scene.cells))))
        self.opens.triggered.connect(lambda: self.open_cell(self.grid.chosen()[0]))
        self.sends.triggered.connect(self.send_to_pattern)

    def _layout(self) -> QWidget:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.board)
        self._stack.addWidget(self.empty)
        self.wells = WellFrame(self.session, self._stack)
        self.caption.setObjectName("quiet")
        self.caption.setContentsMargins(12, 3, 12, 3)
        self.caption.setMinimumWidth(1)
        bar = QFrame()
        bar.setObjectName("toolBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(2)
        row.addWidget(self.switch)
        row.addStretch(1)
        for action in (self.stars, self.locks, self.rejects, self.rerolls, self.rerolls_all):
            button = FlatButton("plus", action.toolTip())
            button.setDefaultAction(action)
            button.setIconSize(QSize(19, 19))
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(onward_button(self.sends, "pattern"))
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (bar, self.taste):
            column.addWidget(widget)
        column.addWidget(self.wells, 1)
        column.addWidget(self.caption)
        column.addWidget(self.examples)
        return whole

    def _connect(self) -> None:
        session = self.session
        self.switch.chosen.connect(self._use_tool)
        self.taste.learn_asked.connect(
            lambda: session.change(tr("Learn from the marks"), explore=tasted(session.project.explore))
        )
        self.taste.forget_asked.connect(lambda: self._ask(tr("Forget"), liked=(), disliked=()))
        self.empty.button.clicked.connect(lambda: self._begin())
        self.empty.second.clicked.connect(lambda: self._begin(second=True))
        self.examples.taken.connect(lambda kept: self.take([kept]))
        self.wells.filled.connect(self.fill_well)
        self.settings.changed.connect(lambda text, merge, changes: self._ask(text, merge=merge, **changes))
        self.settings.seed_changed.connect(lambda seed: self._ask(tr("Seed"), seed=seed))
        self.grid.said.connect(self.caption.setText)
        self.board.activated.connect(self.open_cell)
        self.board.key_pressed.connect(self._key)
        self.board.menu_asked.connect(lambda cell, place: self.menu_of(cell).popup(place))
        session.models_changed.connect(self._know_models)

    def _know_models(self) -> None:
        """A model was opened: its classes may be chosen from now on."""
        if self.widget.isVisible():
            self.load(self.session.project)


def export_grid(project: Project, results: Sequence[KeptSketch | None], path: Path) -> Work[None]:
    """Write a grid in the format of the path's ending, on paper that fits."""
    explore: ExploreSettings = project.explore
    recipe = {
        "command": "explore",
        "tool": explore.tool,
        "seed": project.seed,
        "model": explore.through or project.model,
        "rows": explore.rows,
        "columns": explore.columns,
    }
    drawn = [None if kept is None else DrawnSketch(kept.sketch, kept.word, ended=True) for kept in results]
    board = explored_board(explore, drawn, recipe)
    drawing = yield from finish_board(board, None, _EXPORT_MARGIN_MM, _EXPORT_GAP_MM)
    export_board(board, drawing, [path], _EXPORT_DPI)
