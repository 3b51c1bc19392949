"""A plot under way: begun, paused, stopped, broken off, resumed. The machine is on another thread."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import closing
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import PortLostError, SketchDesignError
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import Failure, Task
from sketchdesign.gui.workspaces.plot_machines import PLOTTER, Machine, Machines
from sketchdesign.plotter import control as asking
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.control import WAITING, Control, Event, LayerStarted, Pause, Report, State, StateChanged
from sketchdesign.plotter.protocol import Plotter
from sketchdesign.plotter.recovery import HomeNeededError
from sketchdesign.plotter.runner import StoppedError
from sketchdesign.services.jobs import Work
from sketchdesign.services.plot.desk import KeptPlot, keep, kept_plot, plotting_work, position_kept, unfinished_plots
from sketchdesign.services.plot.hands import health_of, walk_home
from sketchdesign.services.plot.planning import Plotting, prepare
from sketchdesign.services.plot.run import journal_of, plot_new, resume
from sketchdesign.services.plot.settings import PlotSettings
from sketchdesign.services.plot.times import PlotTimes
from sketchdesign.services.project.state import SIMULATED_PORT

Draw = Callable[[Plotter, Clock, Report], None]


class Phase(Enum):
    """What a person can do next depends on it."""

    READY = "ready"
    PREPARING = "preparing"
    DRAWING = "drawing"
    WAITING = "waiting"
    STOPPING = "stopping"
    BROKEN_OFF = "broken off"
    DONE = "done"


RUNNING = (Phase.PREPARING, Phase.DRAWING, Phase.WAITING, Phase.STOPPING)


class Cause(Enum):
    """Why a plot broke off."""

    UNPLUGGED = "unplugged"
    STOPPED = "stopped"
    FAILED = "failed"
    EARLIER = "earlier"


class PlotRun(QObject):
    """At most one plot.

    Attributes:
        phase: of it.
        waits_for: the state that a person is waited in; ``wants_ink``: it paused because of the ink.
        pausing: the pause that was asked for.
        plotting, times: what is drawn; None before the first plot.
        copy, layer, strokes: where it is: numbers from 1, and the strokes of the layer that are drawn.
        label, colour: of the layer.
        seconds_left: without pauses.
        cause: why it broke off.
        knows_place: whether it can go on without moving the carriage home; None while nobody has asked the machine.
    """

    changed = Signal()
    moved = Signal()
    """A stroke was finished."""

    _heard = Signal(object)
    _opened = Signal(object)

    def __init__(self, session: Session, machines: Machines) -> None:
        super().__init__()
        self._session, self._machines = session, machines
        self.phase = Phase.READY
        self.waits_for = State.IDLE
        self.wants_ink = False
        self.pausing: Pause | None = None
        self.plotting: Plotting | None = None
        self.times: PlotTimes | None = None
        self.copy = self.layer = 1
        self.strokes = 0
        self.label = self.colour = ""
        self.seconds_left = 0.0
        self.cause = Cause.FAILED
        self.knows_place: bool | None = None
        self.kept: KeptPlot | None = None
        self._path: Path | None = None
        self._control = Control()
        self._checking = False
        self._heard.connect(self._hear)
        self._opened.connect(self._open)
        machines.looked.connect(self._look)

    @property
    def is_running(self) -> bool:
        return self.phase in RUNNING

    @property
    def place_s(self) -> float:
        """The moment of the sheet up to which all is drawn."""
        return self.times.when_finished(self.layer - 1, self.strokes) if self.times is not None else 0.0

    @property
    def strokes_done(self) -> int:
        """Of the sheet."""
        return int(self.times.first_strokes[self.layer - 1]) + self.strokes if self.times is not None else 0

    @property
    def machine(self) -> Machine | None:
        """The chosen one; None also where the plot was planned for a machine of another kind."""
        is_other = self.plotting is not None and self.plotting.settings.driver != self._machines.driver
        return None if is_other else self._machines.chosen

    # What a person asks for

    def start(self, table: Drawing, settings: PlotSettings, *, from_home: bool = False) -> None:
        """Plot a drawing from its beginning.

        Args:
            from_home: move the carriage back to where it counts from, first.
        """
        machine = self._machines.chosen
        if machine is None or self.is_running:
            return
        folder = self._session.folders.state / "plots"
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        self.copy, self.layer, self.strokes = 1, 1, 0
        self.plotting = self.times = self.kept = self._path = None
        self.cause = Cause.FAILED

        def work(control: Control) -> Work[SketchDesignError | None]:
            path = keep(table, folder, name)
            plotting = prepare(path, settings)
            self._opened.emit((path, plotting))
            if from_home:
                plotter, clock = self._machines.connect_to(machine, settings)
                with closing(plotter):
                    walk_home(plotter, settings.pen(), settings.profile())
                    health_of(plotter, settings.profile(), clock)

            def draw(plotter: Plotter, clock: Clock, report: Report) -> None:
                plot_new(plotting, plotter, journal_of(path), control, report, clock)

            return (yield from self._plot(machine, plotting, control, draw))

        self._run(work)

    def resume(self, *, home_confirmed: bool = False) -> None:
        """Go on where the plot broke off."""
        machine, kept = self.machine, self.kept
        if machine is None or kept is None or self.is_running:
            return
        known = self.plotting

        def work(control: Control) -> Work[SketchDesignError | None]:
            plotting = known or kept.open()
            self._opened.emit((kept.path, plotting))
            if home_confirmed and machine.port == SIMULATED_PORT:
                self._machines.simulated.carry_home()

            def draw(plotter: Plotter, clock: Clock, report: Report) -> None:
                resume(plotting, plotter, kept.journal, control, report, clock, home_confirmed=home_confirmed)

            return (yield from self._plot(machine, plotting, control, draw))

        self._run(work)

    def pause(self, when: Pause) -> None:
        """Lift the pen and wait."""
        if self.phase is Phase.DRAWING:
            self._control.pause(when)
            self.pausing = self._control.pausing
            self.changed.emit()

    def go_on(self) -> None:
        """After a pause, a change of the pen or of the paper."""
        if self.phase is Phase.WAITING:
            self._control.resume()

    def ask(self, task: asking.Task) -> None:
        """Move or adjust the pen while it waits."""
        if self.phase is Phase.WAITING:
            self._control.ask(task)

    def stop(self) -> None:
        """At once: pen up, motors off. What is drawn is not forgotten."""
        if self.phase in (Phase.DRAWING, Phase.WAITING):
            self._control.stop()
            self._enter(Phase.STOPPING)

    def forget(self) -> None:
        """Throw away what broke off."""
        if self.phase is Phase.BROKEN_OFF and self.kept is not None:
            self.kept.forget()
            self._begin_anew()

    def offer_earlier(self) -> None:
        """Look for a plot that an earlier run of the program left unfinished."""
        if self.phase is not Phase.READY:
            return
        folder = self._session.folders.state / "plots"

        def find() -> tuple[KeptPlot, Plotting] | None:
            found = unfinished_plots(folder)
            return (found[0], found[0].open()) if found else None

        task = self._session.workers.call("plot.earlier", tr("Looking for plots"), find, quiet=True)
        task.follow(self, finished=self._offer)

    # On the thread of the plotter

    def _plot(
        self, machine: Machine, plotting: Plotting, control: Control, draw: Draw
    ) -> Work[SketchDesignError | None]:
        def plot(report: Report) -> None:
            plotter, clock = self._machines.connect_to(machine, plotting.settings)
            draw(plotter, clock, report)

        strokes = plotting.job.copies * sum(layer.plan.lifts for layer in plotting.job.layers)
        return plotting_work(plot, control, self._heard.emit, strokes)

    # What happens

    def _run(self, work: Callable[[Control], Work[SketchDesignError | None]]) -> None:
        control = self._control = Control()
        self.pausing, self.knows_place = None, None
        self._machines.forget_health()
        self._enter(Phase.PREPARING)
        task: Task = self._session.workers.run("", tr("Plotting"), lambda: _reported(work(control)), lane=PLOTTER)
        task.follow(self, finished=self._end, failed=self._fail)
        task.cancelled.connect(lambda: self._end(StoppedError("stopped")))

    def _open(self, opened: tuple[Path, Plotting]) -> None:
        self._path, self.plotting = opened
        self.times = PlotTimes(self.plotting.job)
        self.seconds_left = self.plotting.job.duration_s
        self.changed.emit()

    def _hear(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self.wants_ink = "ink" in event.reason.split()
            self._hear_state(event.state)
        elif isinstance(event, LayerStarted):
            if (event.copy, event.layer) != (self.copy, self.layer):
                self.copy, self.layer, self.strokes = event.copy, event.layer, 0
            self.label, self.colour = event.label, event.colour
            self.changed.emit()
        else:
            self.copy, self.layer, self.strokes = event.copy, event.layer, event.strokes
            self.seconds_left = event.seconds_left
            self.moved.emit()

    def _hear_state(self, state: State) -> None:
        if state is State.PLOTTING:
            self._enter(Phase.DRAWING)
        elif state in WAITING:
            self.pausing, self.waits_for = None, state
            self._announce_next(state)
            self._enter(Phase.WAITING)

    def _announce_next(self, state: State) -> None:
        """The pen or paper that is asked for belongs to what comes next."""
        if self.plotting is None or state is State.PAUSED:
            return
        layers = self.plotting.job.layers
        if state is State.PEN_CHANGE:
            self.layer += 1
        else:
            self.copy, self.layer = self.copy + 1, 1
        self.strokes = 0
        self.label, self.colour = layers[self.layer - 1].label, layers[self.layer - 1].colour

    def _end(self, error: SketchDesignError | None) -> None:
        self.pausing = None
        if error is None:
            if self._path is not None:
                KeptPlot(self._path, 1, 1, 0).forget()
            self.kept = None
            self._enter(Phase.DONE)
            return
        self.kept = kept_plot(self._path) if self._path is not None else None
        if not isinstance(error, StoppedError | PortLostError | HomeNeededError):
            self._session.report(error)
        if self.kept is None:
            self._begin_anew()
            return
        self.cause = _CAUSES.get(type(error), Cause.FAILED)
        self.copy, self.layer, self.strokes = self.kept.copy, self.kept.layer, self.kept.strokes
        self.knows_place = False if isinstance(error, StoppedError | HomeNeededError) else None
        self._enter(Phase.BROKEN_OFF)

    def _fail(self, _failure: Failure) -> None:
        self._end(StoppedError("failed"))

    def _offer(self, found: tuple[KeptPlot, Plotting] | None) -> None:
        if found is None or self.phase is not Phase.READY:
            return
        self.kept, plotting = found
        self.cause, self.knows_place = Cause.EARLIER, None
        self.copy, self.layer, self.strokes = self.kept.copy, self.kept.layer, self.kept.strokes
        self._open((self.kept.path, plotting))
        self._enter(Phase.BROKEN_OFF)

    def _look(self) -> None:
        """A machine is there for the plot that broke off: ask it where it is. Nothing moves."""
        machine, kept, plotting = self.machine, self.kept, self.plotting
        if machine is None:
            self.knows_place = None if self.phase is Phase.BROKEN_OFF else self.knows_place
        if self.phase is not Phase.BROKEN_OFF or self.knows_place is not None or self._checking:
            return
        if machine is None or kept is None or plotting is None or self._machines.is_busy:
            return
        self._checking = True

        def check() -> bool:
            plotter, _ = self._machines.connect_to(machine, plotting.settings)
            return position_kept(plotting, plotter, kept.journal)

        task = self._session.workers.call("", tr("Asking the plotter"), check, lane=PLOTTER, quiet=True)
        task.follow(self, finished=self._know_place, ended=self._checked)

    def _know_place(self, kept: bool) -> None:
        self.knows_place = kept

    def _checked(self) -> None:
        self._checking = False
        self.changed.emit()

    def _begin_anew(self) -> None:
        self.plotting = self.times = self.kept = self._path = None
        self._enter(Phase.READY)

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.changed.emit()


_CAUSES: dict[type[SketchDesignError], Cause] = {PortLostError: Cause.UNPLUGGED, StoppedError: Cause.STOPPED}


def _reported(work: Work[SketchDesignError | None]) -> Work[SketchDesignError | None]:
    """What a person can do something about is a result: it is told in the room, and not as a failure."""
    try:
        return (yield from work)
    except SketchDesignError as error:
        return error
