"""The grid of the Explore workspace: what is known is shown, what is not is asked of a worker, and marks lie above."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from sketchdesign.core.drawing import Pen
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
from sketchdesign.gui.workspaces.explore_labels import paint_axes
from sketchdesign.gui.workspaces.explore_replay import Replay
from sketchdesign.services.explore.cells import all_cells, locked, question
from sketchdesign.services.explore.grid import FoundCell, draw_cells
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.project.state import CellState, ExploreSettings, KeptSketch, Project

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

_PEN = Pen("drawn", theme.INK, 0.5)
_QUESTIONS_KEPT = 24
_BADGES = {"star": theme.LIGHT.accent, "lock": theme.INK, "reject": theme.LIGHT.warning}
_BADGE_SHARE, _BADGE_MOST_PX, _BADGE_LEAST_PX = 0.2, 16.0, 6.0
_ICON_UNITS, _BADGE_LINE = 24.0, 2.6

Question = tuple[ExploreSettings, int, str]
Drawing = tuple[int, int]
"""A cell's number and how often it was rolled."""


class ResultsGrid(QObject):
    """Keeps a canvas full of the answers to what a project asks."""

    drawn = Signal()
    """All cells show what they should."""
    said = Signal(str)
    """A sentence about the grid."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.canvas = Canvas(tr("Grid of results"))
        self.canvas.drag_out = lambda cell: drag_sketches(self.canvas, list(self.kept([cell]).values()))
        self.canvas.overlays += [self._paint_marks, self._paint_axes]
        self.replay = Replay(lambda place: self.canvas.update(self.canvas.view.rect_px(place).toAlignedRect()))
        self.canvas.overlays.append(self.replay.paint)
        self.canvas.hovered.connect(self._hovered)
        self._explore = ExploreSettings(rows=1, columns=1)
        self._shown: list[KeptSketch | None] = []
        self._cells: tuple[CellState, ...] = ()
        self._answers: OrderedDict[Question, dict[Drawing, KeptSketch]] = OrderedDict()
        self._asked: tuple[Question, frozenset[Drawing]] | None = None
        self._waiting: frozenset[int] = frozenset()
        self._task: Task | None = None
        self._started = 0.0

    @property
    def is_drawing(self) -> bool:
        return bool(self._waiting)

    @property
    def results(self) -> list[KeptSketch | None]:
        """What the cells show, row by row; None for those that are not drawn yet."""
        return [None if cell in self._waiting else kept for cell, kept in enumerate(self._shown)]

    def kept(self, cells: Sequence[int]) -> dict[int, KeptSketch]:
        """What some cells show, by number."""
        results = self.results
        shown = {cell: results[cell] for cell in cells if cell < len(results)}
        return {cell: kept for cell, kept in shown.items() if kept is not None}

    def chosen(self) -> list[int]:
        """The cells that are selected, or else the focused one."""
        return sorted(self.canvas.selected) or [self.canvas.focused]

    def show_project(self, project: Project, *, ask: bool = True) -> None:
        """Show a project's grid.

        Args:
            project: whose grid.
            ask: whether to draw what is missing; otherwise only the locked cells show.
        """
        explore = project.explore
        if (explore.rows, explore.columns) != (self._explore.rows, self._explore.columns) or not self._shown:
            self.canvas.show_scene(Scene.grid(explore.rows, explore.columns))
            self._shown = [None] * (explore.rows * explore.columns)
        self._explore, self._cells = explore, all_cells(explore)
        asked: Question = (question(explore), project.seed, explore.through or project.model)
        answers = self._answers_to(asked)
        missing: dict[Drawing, int] = {}
        stays = locked(explore)
        for number, cell in enumerate(self._cells):
            kept = cell.kept or answers.get((number, cell.rolls))
            if kept is not None:
                self._show(number, kept)
            elif number not in stays:
                missing[number, cell.rolls] = number
        self._waiting = frozenset(missing.values())
        if ask:
            self._ask(asked, frozenset(missing))
        else:
            self.stop()
            self._clear(self._waiting)
        self.canvas.update()

    def stop(self) -> None:
        """What is not drawn yet is not wanted any more."""
        self.replay.stop()
        self._asked = None
        if self._task is not None:
            self._task.cancel()

    def _answers_to(self, asked: Question) -> dict[Drawing, KeptSketch]:
        answers = self._answers.setdefault(asked, {})
        self._answers.move_to_end(asked)
        while len(self._answers) > _QUESTIONS_KEPT:
            self._answers.popitem(last=False)
        return answers

    def _ask(self, asked: Question, missing: frozenset[Drawing]) -> None:
        if not missing:
            self.stop()
            return
        if self._asked is not None and self._asked[0] == asked and missing <= self._asked[1]:
            return  # under way already
        self._asked = (asked, missing)
        self._started = time.monotonic()
        self.said.emit(tr("Drawing\u2026"))
        task = self._session.workers.draw("explore.grid", tr("Drawing the grid"), asked[2], self._work(missing))
        self._task = task
        task.follow(
            self,
            progressed=lambda progress: self._take(asked, progress),
            finished=lambda found: self._finish(asked, found),
            failed=lambda failure: self._explain(asked, failure),
        )

    def _work(self, missing: frozenset[Drawing]) -> Callable[[Model], Work[tuple[FoundCell, ...]]]:
        explore = self._explore
        settings = self._session.drawing_settings(len(missing), explore.temperature[0], explore.through_class)
        numbers = sorted(number for number, _ in missing)

        def make(model: Model) -> Work[tuple[FoundCell, ...]]:
            knows = settings.class_name in model.info.classes
            return draw_cells(model, explore, settings if knows else replace(settings, class_name=None), numbers)

        return make

    def _take(self, asked: Question, progress: Progress) -> None:
        if self._asked is None or self._asked[0] != asked:
            return
        answers = self._answers_to(asked)
        rolls = dict(self._asked[1])
        for found in progress.found:
            if isinstance(found, FoundCell) and found.number in rolls:
                kept = KeptSketch(found.drawn.sketch, found.drawn.word, asked[2])
                answers[found.number, rolls[found.number]] = kept
                if found.number in self._waiting:
                    self._waiting -= {found.number}
                    self._show(found.number, kept)
        self.canvas.update()

    def _finish(self, asked: Question, found: tuple[FoundCell, ...]) -> None:
        if self._asked is None or self._asked[0] != asked:
            return
        self._asked = None
        seconds = time.monotonic() - self._started
        words = tr("{count} drawn by {model} in {seconds} s.").format(
            count=len(found), model=asked[2], seconds=written(seconds, "", 1)
        )
        self.said.emit(f"{words} {tr('Space stars, L locks, X rejects, R draws others.')}")
        self.drawn.emit()

    def _explain(self, asked: Question, failure: Failure) -> None:
        if self._asked is not None and self._asked[0] == asked:
            self._clear(self._waiting)
            self.said.emit(f"{failure.what[:1].upper()}{failure.what[1:]}. {failure.hint}".strip())

    def _show(self, number: int, kept: KeptSketch) -> None:
        if self._shown[number] != kept:
            self._shown[number] = kept
            self.canvas.scene.set_cell(number, [(kept.sketch, _PEN)])

    def _clear(self, cells: frozenset[int]) -> None:
        for number in cells:
            if self._shown[number] is not None:
                self._shown[number] = None
                self.canvas.scene.set_cell(number, [])

    def _hovered(self, cell: int) -> None:
        shown = self.kept([cell]) if cell >= 0 else {}
        if shown and not self._session.preferences.reduced_motion:
            self.replay.start(shown[cell].sketch, self.canvas.scene.cells[cell])
        else:
            self.replay.stop()

    def _paint_marks(self, painter: QPainter, view: View) -> None:
        """A wash over what is out of date or rejected, and in its corner the mark of a cell."""
        seen = view.seen(self.canvas.size().toSizeF())
        faded = QColor(theme.PAPER)
        faded.setAlpha(175)
        for number in self.canvas.scene.visible_cells(seen):
            place = view.rect_px(self.canvas.scene.cells[number])
            mark = self._cells[number].mark
            if mark == "reject" or number in self._waiting:
                painter.fillRect(place.adjusted(2.0, 2.0, -2.0, -2.0), faded)
            if mark:
                _paint_badge(painter, place, mark)

    def _paint_axes(self, painter: QPainter, view: View) -> None:
        classes = self._session.classes_of(self._explore.through or self._session.project.model)
        paint_axes(painter, view, self.canvas.scene, self._explore, classes)


def _paint_badge(painter: QPainter, place: QRectF, mark: str) -> None:
    side = min(_BADGE_MOST_PX, _BADGE_SHARE * place.width())
    if side < _BADGE_LEAST_PX:
        return
    painter.save()
    painter.translate(place.topRight() + QPointF(-1.25 * side, 0.25 * side))
    painter.scale(side / _ICON_UNITS, side / _ICON_UNITS)
    colour = QColor(_BADGES[mark])
    if mark == "star":
        painter.fillPath(icon_path(mark), colour)
    else:
        painter.strokePath(icon_path(mark), QPen(colour, _BADGE_LINE))
    painter.restore()
