"""What is plotted: the project's sheet or a file, as it lies on the machine, planned and drawn for the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QSizeF, Signal

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.i18n import tr, tr_said
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import SHEETS, Failure
from sketchdesign.gui.workspaces.plot_preview import Preview, preview_of
from sketchdesign.gui.workspaces.plot_words import machine_name
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.plot.desk import settings_for, settings_for_hands
from sketchdesign.services.plot.drivers import other_drivers
from sketchdesign.services.plot.planning import Plotting, prepare_drawing
from sketchdesign.services.plot.turning import NO, reaches, settled_turn, turned
from sketchdesign.services.project.page import BOARD, project_sheet, route_key
from sketchdesign.services.project.state import PlotSettings, Project


@dataclass(frozen=True, eq=False)
class Planned:
    """A drawing as it came, its preview, why it cannot be plotted, and which way it was turned."""

    source: Drawing
    preview: Preview
    problem: str
    turn: str = NO


class Planner(QObject):
    """Keeps the plan up with the project; the newest request wins.

    Attributes:
        planned: what is shown; None without a sheet.
        nothing: why there is no sheet.
        is_planning: what is shown is out of date.
    """

    changed = Signal(bool)
    """There is another plan, or none; True where it is of another drawing."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.planned: Planned | None = None
        self.nothing = ""
        self.is_planning = False
        self._key: object = None
        self._source_key: object = None

    def forget(self) -> None:
        """Plan anew when asked next, whatever the project says."""
        self._key = self._source_key = None

    def ask(self, project: Project) -> None:
        """Plan a project's plot, unless that was asked last."""
        source_key = _source_of(project)
        key = (source_key, replace(project.plot, port=""))
        if key == self._key:
            return
        self._key = key
        self.is_planning = True
        known = self.planned.source if self.planned is not None and source_key == self._source_key else None
        task = self._session.workers.run(
            "plot.plan", tr("Planning the plot"), lambda: _plan(project, known), lane=SHEETS, quiet=True
        )

        # Another edit may have come while a result was on its way.
        def take(planned: Planned | str) -> None:
            if key == self._key:
                self._take(planned, source_key)

        def explain(failure: Failure) -> None:
            self._session.report(failure)
            take(failure.what)

        task.follow(self, finished=take, failed=explain)

    def show_run(self, plotting: Plotting, *, earlier: bool) -> None:
        """Show a plan that is drawn: that of this sheet, planned again from its copy, or one of an earlier day."""
        if self.planned is not None and not earlier:
            self.planned = replace(self.planned, preview=preview_of(self.planned.preview.table, plotting))
        else:
            self.planned = Planned(plotting.drawing, preview_of(plotting.drawing, plotting), "")
        self.changed.emit(earlier)

    def _take(self, planned: Planned | str, source_key: object) -> None:
        self.is_planning = False
        is_new = source_key != self._source_key
        if isinstance(planned, str):
            self.planned, self._source_key, self.nothing = None, None, planned
        else:
            self.planned, self._source_key, self.nothing = planned, source_key, ""
        self.changed.emit(is_new)


def reach_of(wishes: PlotSettings) -> QSizeF:
    """What the machine reaches, in mm; nothing where that cannot be known, and the plan says why."""
    try:
        machine = settings_for_hands(wishes).profile()
    except SketchDesignError:
        return QSizeF()
    return QSizeF(machine.width_mm, machine.height_mm)


def _source_of(project: Project) -> object:
    """What the drawing to plot depends on."""
    if project.plot.file:
        return project.plot.file
    filling = project.explore if project.sheet.source == BOARD else project.pattern
    return (project.page, project.pens, project.seed, project.sheet, filling, route_key(project))


def _plan(project: Project, known: Drawing | None) -> Work[Planned | str]:
    """The plan, or why there is nothing to plan."""
    wishes = project.plot
    try:
        source = known if known is not None else (yield from _drawing(project))
    except SketchDesignError as error:
        return _sentence(error)
    yield Progress(0, 1, "planning")
    table, turn = source, NO
    try:
        machine = settings_for_hands(wishes).profile()
        settings = settings_for(wishes, source)
        drawn = source.with_layers(source.layers[number - 1] for number in settings.layers)
        turn = settled_turn(wishes.turn, drawn, machine)
        table = turned(source, turn)
        if not wishes.clips and not reaches(turned(drawn, turn), machine):
            return Planned(source, preview_of(table, None), _too_large(wishes), turn)
        plotting = prepare_drawing(table, settings)
    except SketchDesignError as error:
        return Planned(source, preview_of(table, None), _sentence(error), turn)
    return Planned(source, preview_of(table, plotting), "", turn)


def _drawing(project: Project) -> Work[Drawing]:
    from sketchdesign.geometry.read_drawing import read_drawing

    yield Progress(0, 1, "reading")
    if project.plot.file:
        return read_drawing(Path(project.plot.file))
    sheet = yield from project_sheet(project)
    return sheet.drawing


def _sentence(error: SketchDesignError) -> str:
    what, hint = tr_said(error.what, error.hint)
    sentence = f"{what[:1].upper()}{what[1:]}."
    return f"{sentence} {hint[:1].upper()}{hint[1:]}." if hint else sentence


def _too_large(wishes: PlotSettings) -> str:
    words = tr("The sheet is out of the reach of the {machine}. Choose another machine, or cut off what is outside.")
    return words.format(machine=machine_name(wishes, other_drivers()))
