"""The Plot workspace: preview and time line, machine strip, run sheet, and the big buttons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSizeF, QTimer
from PySide6.QtWidgets import QFileDialog, QMenu, QStackedWidget, QVBoxLayout, QWidget

from sketchdesign.core.drawing import Page
from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspace import EmptyState, Workspace
from sketchdesign.gui.workspaces.plot_bars import ControlBar, MachineStrip, Prompt
from sketchdesign.gui.workspaces.plot_inspector import PlotInspector
from sketchdesign.gui.workspaces.plot_machines import Machines
from sketchdesign.gui.workspaces.plot_plan import Planner, reach_of
from sketchdesign.gui.workspaces.plot_preview import Preview, PreviewPainter
from sketchdesign.gui.workspaces.plot_run import Cause, Phase, PlotRun
from sketchdesign.gui.workspaces.plot_sayings import Sayings
from sketchdesign.gui.workspaces.plot_timeline import TimeLine
from sketchdesign.output.files import write_drawing
from sketchdesign.plotter.control import Adjust, Pause
from sketchdesign.services.plot.desk import settings_for_hands
from sketchdesign.services.plot.turning import NO
from sketchdesign.services.project.state import SIMULATED_PORT, PlotSettings, Project

_FRAME_MS = 40
_TWICE_MS = 700
"""Two presses of Esc within this time stop the plot."""


class PlotWorkspace(Workspace):
    """Plan, preview, and draw with a pen."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.machines = Machines(session)
        self.run = PlotRun(session, self.machines)
        self.canvas = self.paper = Canvas(tr("Preview of the plot"))
        self.planner = Planner(session)
        self.painter = PreviewPainter(self.paper)
        self.time_line = TimeLine()
        self.strip, self.prompt, self.controls = MachineStrip(), Prompt(), ControlBar()
        self.inspector: PlotInspector = PlotInspector(session, self.machines, self.run)
        self._asks_to_start = False
        self._since = 0.0
        self._fitted: tuple[Page, QSizeF] | None = None
        self._make_actions()
        self.sayings = Sayings(self)
        self.widget = self._layout()
        self._follow = QTimer(self, interval=_FRAME_MS)
        self._follow.timeout.connect(self._follow_pen)
        self._escape = QTimer(self, singleShot=True, interval=_TWICE_MS)
        self._escape.timeout.connect(self.show_state)
        self.time_line.scrubbed.connect(self.painter.look_at)
        self.machines.changed.connect(self._machines_changed)
        self.run.changed.connect(self._run_changed)
        self.run.moved.connect(self._stroke_finished)
        self.planner.changed.connect(self._plan_changed)

    # The room

    def load(self, project: Project) -> None:
        self.machines.serve(project.plot)
        self.inspector.load(project)
        self.painter.reach_mm = reach_of(project.plot)
        if self.run.phase is Phase.WAITING:
            self._adjust(project.plot)
        self._plan(project)
        self.show_state()

    def activate(self) -> None:
        self.machines.watch(on=True)
        self._machines_changed()
        self.run.offer_earlier()
        self.paper.setFocus()

    def deactivate(self) -> None:
        self.time_line.stop()
        # A plot that broke off waits for its machine, also while nobody looks.
        if not self.run.is_running and self.run.phase is not Phase.BROKEN_OFF:
            self.machines.watch(on=False)

    def open_file(self, path: Path) -> bool:
        if path.suffix.lower() != ".svg":
            return False
        self._change(tr("Plot a file"), file=str(path), skipped_pens=())
        return True

    def export_filter(self) -> str:
        return "SVG (*.svg);;PNG (*.png);;PDF (*.pdf);;HPGL (*.hpgl);;G-code (*.gcode)" if self.preview else ""

    def export(self, path: Path) -> None:
        if self.preview is not None:
            table = self.preview.table
            task = self.session.workers.call("export", tr("Exporting"), lambda: write_drawing(table, path))
            task.finished.connect(lambda _: self.session.say(tr("Exported {name}").format(name=path.name)))

    # What there is to plot

    @property
    def preview(self) -> Preview | None:
        """What the canvas shows, once there is something."""
        planned = self.planner.planned
        return planned.preview if planned is not None else None

    @property
    def problem(self) -> str:
        """Why there is no sheet, or it cannot be plotted; nothing where it can."""
        planned = self.planner.planned
        return planned.problem if planned is not None else self.planner.nothing

    @property
    def turn(self) -> str:
        """Which way the page lies turned on the machine, one of `turning.TURNS`."""
        planned = self.planner.planned
        return planned.turn if planned is not None else NO

    @property
    def asks_to_start(self) -> bool:
        return self._asks_to_start

    @property
    def is_planning(self) -> bool:
        return self.planner.is_planning

    @property
    def escape_pressed(self) -> bool:
        """Esc once; a second time stops."""
        return self._escape.isActive()

    @property
    def seconds_left(self) -> float:
        """Until all is drawn, on the clock on the wall."""
        return self.run.seconds_left / self._pace

    @property
    def _pace(self) -> float:
        """How much faster than a machine the chosen one draws."""
        chosen = self.machines.chosen
        return self.machines.simulated.clock.pace if chosen is not None and chosen.port == SIMULATED_PORT else 1.0

    # Buttons

    def begin(self) -> None:
        """The big button: ask, and then start; or go on."""
        if self.run.phase is Phase.WAITING:
            self.run.go_on()
        elif self.run.phase is Phase.BROKEN_OFF:
            self.run.resume(home_confirmed=self.run.knows_place is False)
        elif not self.run.is_running and not self.sayings.why_not_start():
            self._asks_to_start = True
            self.machines.ask()
            self.show_state()

    def start(self, *, from_home: bool = False) -> None:
        """Start for good."""
        self._asks_to_start = False
        if self.preview is not None and self.preview.plotting is not None:
            self.run.start(self.preview.table, self.preview.plotting.settings, from_home=from_home)

    def not_yet(self) -> None:
        self._asks_to_start = False
        self.show_state()

    def throw_away(self) -> None:
        """Forget the plot that broke off, and show the project's sheet again."""
        self.run.forget()
        self.planner.forget()
        self._plan(self.session.project)

    def press_escape(self) -> None:
        """Once warns, twice stops."""
        if not self.run.is_running:
            self.not_yet()
        elif self._escape.isActive():
            self._escape.stop()
            self.run.stop()
        else:
            self._escape.start()
            self.show_state()

    def _make_actions(self) -> None:
        self.opens = self.add_action(
            tr("Plot a file\u2026"), "Ctrl+Shift+O", icon_name="open", tip=tr("Plot an SVG file in the sheet's place")
        )
        self.goes_back = self.add_action(
            tr("Plot the project's sheet"), "", icon_name="sheet", tip=tr("Put the file aside")
        )
        self.travels = self.add_action(
            tr("Travel"), "T", icon_name="eye", tip=tr("Show the ways of the raised pen"), checkable=True
        )
        self.travels.setChecked(True)
        self.starts = self.add_action(tr("Start or go on"), "Ctrl+Return", icon_name="play")
        self.pauses = self.add_action(tr("Pause at the next lift"), "P", icon_name="pause")
        self.pauses_now = self.add_action(tr("Pause now, in the stroke"), "Shift+P", icon_name="pause")
        self.stops = self.add_action(tr("Stop"), "Esc", icon_name="stop", tip=tr("Stop: press twice"))
        self.pulls = self.add_action(
            tr("Pull the simulated cable"), "", tip=tr("See what happens when the simulated plotter is unplugged")
        )
        self.opens.triggered.connect(self._open)
        self.goes_back.triggered.connect(lambda: self._change(tr("Plot the sheet"), file="", skipped_pens=()))
        self.travels.toggled.connect(self._show_travels)
        self.starts.triggered.connect(self.begin)
        self.pauses.triggered.connect(lambda: self.run.pause(Pause.NEXT_LIFT))
        self.pauses_now.triggered.connect(lambda: self.run.pause(Pause.NOW))
        self.stops.triggered.connect(self.press_escape)
        self.pulls.triggered.connect(self._pull_cable)

    def _layout(self) -> QWidget:
        self._empty = EmptyState("", tr("Make a sheet"))
        self._empty.button.clicked.connect(lambda: self.session.room_asked.emit("sheet"))
        self._middle = QStackedWidget()
        self._middle.addWidget(self.paper)
        self._middle.addWidget(self._empty)
        menu = QMenu(self.controls.pause)
        menu.addAction(self.pauses)
        menu.addAction(self.pauses_now)
        self.controls.pause.setMenu(menu)
        self.controls.start.clicked.connect(self.begin)
        self.controls.stop.clicked.connect(self.run.stop)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in (
            (self.strip, 0),
            (self.prompt, 0),
            (self._middle, 1),
            (self.time_line, 0),
            (self.controls, 0),
        ):
            column.addWidget(widget, stretch)
        return whole

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self.widget, tr("Plot a file"), "", "SVG (*.svg)")
        if path:
            self.open_file(Path(path))

    def _pull_cable(self) -> None:
        simulated = self.machines.simulated
        if simulated.plugged_in:
            simulated.pull_cable()
        else:
            simulated.plug_in()
        self.machines.look()

    def _show_travels(self, on: bool) -> None:
        self.painter.shows_travel = on
        self.painter.refresh()

    def _change(self, text: str, **changes: object) -> None:
        self.session.change(text, plot=replace(self.session.project.plot, **changes))  # type: ignore[arg-type]

    def _adjust(self, wishes: PlotSettings) -> None:
        """The pen that waits is moved as it is set now."""
        try:
            settings = settings_for_hands(wishes)
            pen = settings.pen()
        except SketchDesignError:
            return  # two sliders on their way past each other
        self.run.ask(Adjust(pen, wishes.draw_mm_s or None, wishes.travel_mm_s or None))

    # Planning

    def _plan(self, project: Project) -> None:
        if not self.run.is_running and self.run.phase is not Phase.BROKEN_OFF:
            self.planner.ask(project)
            # What was asked was about another plan.
            self._asks_to_start = self._asks_to_start and not self.planner.is_planning

    def _plan_changed(self, is_new: bool) -> None:
        if self._shows_another_plot():
            self._show_run()
            return
        if self.preview is not None:
            self._show_preview(self.preview, fit=is_new or self._fits_no_more(self.preview))
        else:
            self.inspector.show_plan(None)
        self.show_state()

    def _fits_no_more(self, preview: Preview) -> bool:
        """The page lies in another way than the one that is shown, or on another machine."""
        return (preview.table.page, self.painter.reach_mm) != self._fitted

    def _shows_another_plot(self) -> bool:
        """A plot is under way, or broke off, that is not the one that is shown."""
        if not self.run.is_running and self.run.phase is not Phase.BROKEN_OFF:
            return False
        return self.run.plotting is not None and (
            self.preview is None or self.preview.plotting is not self.run.plotting
        )

    def _show_run(self) -> None:
        if self.run.plotting is not None:
            self.planner.show_run(self.run.plotting, earlier=self.run.cause is Cause.EARLIER)

    def _show_preview(self, preview: Preview, *, fit: bool) -> None:
        self.inspector.show_plan(preview)
        colours: list[str] = []
        begins = [0.0]
        if preview.plotting is not None and preview.times is not None:
            colours = [layer.colour for layer in preview.plotting.job.layers]
            begins = preview.times.begins_s.tolist()
        was_at_end = self.time_line.seconds >= self.time_line.bar.maximum() / 1000.0
        self.time_line.show_layers(colours, begins)
        if fit or was_at_end:
            self.time_line.go_to(begins[-1])
        if fit:
            self._fitted = (preview.table.page, self.painter.reach_mm)
        self.painter.show(preview, fit=fit)
        self.painter.look_at(self.time_line.seconds)

    # Following the plot

    def _machines_changed(self) -> None:
        if self.machines.needs_asking and not self.run.is_running and self.run.phase is not Phase.BROKEN_OFF:
            self.machines.ask()
        self.inspector.machine.show_machines()
        self.show_state()

    def _run_changed(self) -> None:
        phase = self.run.phase
        drawing = phase is Phase.DRAWING
        if drawing and not self._follow.isActive():
            self._since = 0.0
            self._follow.start()
        elif not drawing:
            self._follow.stop()
        if self._shows_another_plot():
            self._show_run()
        if phase is Phase.DONE:
            if self.run.cause is Cause.EARLIER:
                self.planner.forget()
            self.time_line.go_to(self.time_line.bar.maximum() / 1000.0)
            self.painter.look_at(self.time_line.seconds)
        elif self.run.is_running or phase is Phase.BROKEN_OFF:
            self._stroke_finished()
        self.time_line.set_watching(on=not self.run.is_running)
        self._machines_changed()

    def _stroke_finished(self) -> None:
        self._since = 0.0
        self.time_line.go_to(self.run.place_s)
        self.painter.look_at(self.time_line.seconds)
        self.show_state()

    def _follow_pen(self) -> None:
        """Between two strokes the pen goes on as planned."""
        times = self.run.times
        if times is None:
            return
        self._since += _FRAME_MS / 1000.0 * self._pace
        end_s = times.when_finished(self.run.layer - 1, self.run.strokes + 1)
        self.painter.look_at(min(self.run.place_s + self._since, end_s))
        self.time_line.go_to(self.painter.time_s)

    def show_state(self) -> None:
        """Say everything anew."""
        self.sayings.say_all()
        self.inspector.follow_phase()
        is_empty = self.preview is None and not self.is_planning
        self._middle.setCurrentIndex(1 if is_empty else 0)
        words = tr("There is no sheet to plot yet. Make one, or drop an SVG file here.")
        if self.session.project.plot.file:
            words = self.planner.nothing or words
        self._empty.show_text(words, tr("Make a sheet"))
        self.time_line.setVisible(not is_empty)
        self.goes_back.setEnabled(bool(self.session.project.plot.file) and not self.run.is_running)
        self.opens.setEnabled(not self.run.is_running)
