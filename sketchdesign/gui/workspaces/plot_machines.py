"""The plotters that are there: looked for off the main thread, one of them chosen, asked how it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import Failure
from sketchdesign.plotter.clock import Clock, RealClock
from sketchdesign.plotter.emulator.running import running_emulators
from sketchdesign.plotter.ports import serial_ports
from sketchdesign.plotter.protocol import Plotter
from sketchdesign.plotter.transport import find_plotters
from sketchdesign.services.plot.desk import settings_for_hands
from sketchdesign.services.plot.drivers import OUR_DRIVER, OtherDriver, open_plotter, other_drivers
from sketchdesign.services.plot.hands import Health, health_of
from sketchdesign.services.plot.settings import PlotSettings
from sketchdesign.services.plot.simulated import PACES, SimulatedPlotter
from sketchdesign.services.project.state import SIMULATED_PORT
from sketchdesign.services.project.state import PlotSettings as Wishes

PLOTTER = "plotter"
"""The lane of the thread that owns the port."""

_LOOK_EVERY_MS = 1500


@dataclass(frozen=True)
class Machine:
    """A plotter on a port; `SIMULATED_PORT` for the one in this program. ``name``: what a person calls the port."""

    port: str
    name: str
    is_simulated: bool = False


Act = Callable[[Plotter], None]


class Machines(QObject):
    """Looks for plotters every other second while somebody watches.

    Attributes:
        drivers: of machines that are not found by themselves; none before somebody watches.
        driver: the one whose machines are looked for.
        machines: real ones first, then emulated ones on ports, the simulated one last; for another driver than ours,
            all ports, for its machines cannot be told from other devices.
        is_busy: the chosen one is being talked to.
    """

    changed = Signal()
    looked = Signal()
    """All ports have been looked at once more."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.drivers: tuple[OtherDriver, ...] = ()
        self.driver = OUR_DRIVER
        self.simulated = SimulatedPlotter(PACES[1])
        self.machines: tuple[Machine, ...] = ()
        self.is_busy = False
        self._parameters: object = ()
        self._health: Health | None = None
        self._problem = ""
        self._asked: Machine | None = None
        self._timer = QTimer(self, interval=_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._take(OUR_DRIVER, ())

    @property
    def chosen(self) -> Machine | None:
        """The machine of the project's port, or the first one there is; None where it is unplugged, or where only a
        person knows which port it is on."""
        port = self._session.project.plot.port
        if not port:
            return self.machines[0] if self.machines and self.driver == OUR_DRIVER else None
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
        if on and not self.drivers:
            task = self._session.workers.call("plot.drivers", tr("Looking for drivers"), other_drivers, quiet=True)
            task.follow(self, finished=self._know_drivers)
        if on:
            self.look()
            self._timer.start()
        else:
            self._timer.stop()

    def serve(self, wishes: Wishes) -> None:
        """Look for the machines of another driver, or set up as they are now."""
        changed = self.driver != wishes.driver
        if changed:
            self.driver = wishes.driver
            self.machines = ()
            self._take(self.driver, ())
        if changed or (self._parameters != wishes.parameters and self._problem):
            self.forget_health()
        self._parameters = wishes.parameters
        if changed and self._timer.isActive():
            self.look()

    def look(self) -> None:
        """See which ports have a plotter on them."""
        driver, port = self.driver, self._session.project.plot.port
        task = self._session.workers.call(
            "plot.look", tr("Looking for plotters"), lambda: _find(driver, port), lane="ports", quiet=True
        )
        task.follow(self, finished=lambda found: self._take(driver, found), failed=lambda _: self._take(driver, ()))

    def connect_to(self, machine: Machine, settings: PlotSettings) -> tuple[Plotter, Clock]:
        """A machine that has answered; for the thread that owns the port.

        Raises:
            PlotterError: it is not there, or somebody else has it.
        """
        if machine.port == SIMULATED_PORT:
            return self.simulated.connect(), self.simulated.clock
        clock = RealClock()
        return open_plotter(settings.driver, settings.parameters, machine.port, clock), clock

    def ask(self) -> None:
        """Ask the chosen machine how it is."""
        self.do(lambda _: None)

    def do(self, act: Act) -> None:
        """Have the chosen machine do something small, then ask it how it is. For when nothing is plotted."""
        machine = self.chosen
        if machine is None or self.is_busy:
            return
        self.is_busy, self._asked = True, machine
        settings = settings_for_hands(self._session.project.plot)
        task = self._session.workers.call(
            "", tr("Talking to the plotter"), lambda: self._perform(machine, settings, act), lane=PLOTTER, quiet=True
        )
        task.follow(self, finished=self._tell, failed=self._explain, ended=self._rest)
        self.changed.emit()

    def forget_health(self) -> None:
        """A plot has moved it since."""
        self._health, self._problem, self._asked = None, "", None

    def _perform(self, machine: Machine, settings: PlotSettings, act: Act) -> Health:
        profile = settings.profile()
        plotter, clock = self.connect_to(machine, settings)
        with closing(plotter):
            act(plotter)
            return health_of(plotter, profile, clock)

    def _take(self, driver: str, found: tuple[Machine, ...]) -> None:
        if driver != self.driver:
            return  # the search was for what a person has left since
        before = self.chosen
        if driver == OUR_DRIVER and self.simulated.plugged_in:
            found = (*found, Machine(SIMULATED_PORT, tr("Simulated plotter"), True))
        if found != self.machines:
            self.machines = found
            if self.chosen != before:
                self.forget_health()
            self.changed.emit()
        self.looked.emit()

    def _know_drivers(self, drivers: tuple[OtherDriver, ...]) -> None:
        self.drivers = drivers
        self.changed.emit()

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


def _find(driver: str, wish: str) -> tuple[Machine, ...]:
    """The machines of a driver; those of others than ours may be on any port, also on one that only a person knows."""
    if driver != OUR_DRIVER:
        ports = [each.port for each in serial_ports()]
        if wish and wish not in ports and Path(wish).exists():
            ports.append(wish)
        return tuple(Machine(port, Path(port).name) for port in ports)
    real = [Machine(port, nickname or Path(port).name) for port, _, nickname in find_plotters()]
    emulated = [Machine(port, Path(port).name, True) for port, _, _ in running_emulators()]
    return (*real, *emulated)
