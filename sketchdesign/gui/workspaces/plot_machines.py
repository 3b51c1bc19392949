"""The plotters that are there: looked for off the main thread, one of them chosen, asked how it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from sketchdesign.core.machine import find_machine
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import Failure
from sketchdesign.plotter.clock import Clock, RealClock
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.emulator.running import running_emulators
from sketchdesign.plotter.section import steps_mm
from sketchdesign.plotter.transport import find_plotters, open_serial
from sketchdesign.services.plot.simulated import PACES, SimulatedPlotter
from sketchdesign.services.project.state import SIMULATED_PORT

PLOTTER = "plotter"
"""The lane of the thread that owns the port."""

_LOOK_EVERY_MS = 1500
_MOST_OFF_MM = 0.05


@dataclass(frozen=True)
class Machine:
    """A plotter on a port; `SIMULATED_PORT` for the one in this program. ``name``: what a person calls the port."""

    port: str
    name: str
    is_simulated: bool = False


@dataclass(frozen=True)
class Health:
    """What a machine says about itself, asked while it stood still.

    Attributes:
        version: of its firmware.
        at_mm: where its pen is, as far as it counts.
    """

    version: str
    volts: float
    pen_up: bool
    at_mm: tuple[float, float] | None

    @property
    def is_home(self) -> bool:
        return self.at_mm is None or max(map(abs, self.at_mm)) <= _MOST_OFF_MM


Act = Callable[[Ebb], None]


class Machines(QObject):
    """Looks for plotters every other second while somebody watches.

    Attributes:
        machines: real ones first, then emulated ones on ports, the simulated one last.
        is_busy: the chosen one is being talked to.
    """

    changed = Signal()
    looked = Signal()
    """All ports have been looked at once more."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.simulated = SimulatedPlotter(PACES[1])
        self.machines: tuple[Machine, ...] = ()
        self.is_busy = False
        self._health: Health | None = None
        self._problem = ""
        self._asked: Machine | None = None
        self._timer = QTimer(self, interval=_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._take(())

    @property
    def chosen(self) -> Machine | None:
        """The machine of the project's port, or the first one there is; None where it is unplugged."""
        port = self._session.project.plot.port
        if not port:
            return self.machines[0] if self.machines else None
        return next((machine for machine in self.machines if machine.port == port), None)

    @property
    def health(self) -> Health | None:
        """Of the chosen machine; None while it is not known."""
        return self._health if self._asked == self.chosen else None

    @property
    def problem(self) -> str:
        """Why the chosen machine does not answer."""
        return self._problem if self._asked == self.chosen else ""

    def watch(self, *, on: bool) -> None:
        """Look for plotters now and then, or no more."""
        if on:
            self.look()
            self._timer.start()
        else:
            self._timer.stop()

    def look(self) -> None:
        """See which ports have a plotter on them."""
        task = self._session.workers.call("plot.look", tr("Looking for plotters"), _find, lane="ports", quiet=True)
        task.follow(self, finished=self._take, failed=lambda _: self._take(()))

    def connect_to(self, machine: Machine) -> tuple[Ebb, Clock]:
        """A driver for a machine; for the thread that owns the port.

        Raises:
            PlotterError: it is not there, or somebody else has it.
        """
        if machine.port == SIMULATED_PORT:
            return Ebb(self.simulated.open(), self.simulated.clock), self.simulated.clock
        clock = RealClock()
        return Ebb(open_serial(machine.port), clock), clock

    def ask(self) -> None:
        """Ask the chosen machine how it is."""
        self.do(lambda _: None)

    def do(self, act: Act) -> None:
        """Have the chosen machine do something small, then ask it how it is. For when nothing is plotted."""
        machine = self.chosen
        if machine is None or self.is_busy:
            return
        self.is_busy, self._asked = True, machine
        task = self._session.workers.call(
            "", tr("Talking to the plotter"), lambda: self._perform(machine, act), lane=PLOTTER, quiet=True
        )
        task.follow(self, finished=self._tell, failed=self._explain, ended=self._rest)
        self.changed.emit()

    def forget_health(self) -> None:
        """A plot has moved it since."""
        self._health, self._problem, self._asked = None, "", None

    def _perform(self, machine: Machine, act: Act) -> Health:
        plotter, _ = self.connect_to(machine)
        try:
            plotter.connect()
            act(plotter)
            plotter.wait_until_idle()
            status = plotter.status()
            at = None
            if status.position is not None:
                at = steps_mm(status.position, find_machine(self._session.project.plot.machine))
            return Health(".".join(map(str, plotter.version)), plotter.volts(), status.pen_up, at)
        finally:
            plotter.close()

    def _take(self, found: tuple[Machine, ...]) -> None:
        before = self.chosen
        simulated = (Machine(SIMULATED_PORT, tr("Simulated plotter"), True),) if self.simulated.plugged_in else ()
        if (*found, *simulated) != self.machines:
            self.machines = (*found, *simulated)
            if self.chosen != before:
                self.forget_health()
            self.changed.emit()
        self.looked.emit()

    def _tell(self, health: Health) -> None:
        self._health, self._problem = health, ""

    def _explain(self, failure: Failure) -> None:
        self._health = None
        self._problem = f"{failure.what[:1].upper()}{failure.what[1:]}. {failure.hint[:1].upper()}{failure.hint[1:]}"

    def _rest(self) -> None:
        self.is_busy = False
        self.changed.emit()

    @property
    def needs_asking(self) -> bool:
        """Whether the chosen machine was never asked how it is."""
        return self.chosen is not None and self._asked != self.chosen


def _find() -> tuple[Machine, ...]:
    real = [Machine(port, nickname or Path(port).name) for port, _, nickname in find_plotters()]
    emulated = [Machine(port, Path(port).name, True) for port, _, _ in running_emulators()]
    return (*real, *emulated)
