"""The part of the inspector for the hands: try the pen, push the carriage about, say where home is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QWidget

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.core.machine import MachineProfile
from sketchdesign.gui.fields import FlatButton
from sketchdesign.gui.forms import Group
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.plot_machines import Machines
from sketchdesign.gui.workspaces.plot_run import Phase, PlotRun
from sketchdesign.plotter.control import Jog, TestPen, WalkHome
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.protocol import Plotter
from sketchdesign.services.plot.desk import settings_for_hands
from sketchdesign.services.plot.hands import jog, motors_off, move_pen, set_home, walk_home

_STEPS_MM = (0.5, 1.0, 10.0, 50.0)
_FIRST_STEP = 2


class PenTests(QWidget):
    """Pen up and pen down, at the heights that are set."""

    def __init__(self, session: Session, machines: Machines, run: PlotRun) -> None:
        super().__init__()
        self._hands = _Hands(session, machines, run)
        self.up, self.down = QPushButton(tr("Pen up")), QPushButton(tr("Pen down"))
        self.up.setToolTip(tr("Lift the pen as high as it is set, to see"))
        self.down.setToolTip(tr("Lower the pen as far as it is set, to see; during a pause it comes up again"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.up, self.down):
            row.addWidget(button)
        self.up.clicked.connect(lambda: self._hands.move_pen(up=True))
        self.down.clicked.connect(lambda: self._hands.move_pen(up=False))


class CarriageGroup(Group):
    """Arrows, and where home is."""

    def __init__(self, session: Session, machines: Machines, run: PlotRun) -> None:
        super().__init__(tr("Carriage"))
        self._hands = hands = _Hands(session, machines, run)
        self.step = QComboBox()
        self.step.setAccessibleName(tr("Step of the arrows"))
        self.step.setToolTip(tr("How far an arrow moves the carriage, in mm"))
        for step_mm in _STEPS_MM:
            self.step.addItem(f"{step_mm:g} mm", step_mm)
        self.step.setCurrentIndex(_FIRST_STEP)
        grid = QGridLayout()
        grid.setSpacing(4)
        self.arrows: dict[str, FlatButton] = {}
        for name, icon_name, tip, row, column, dx, dy in (
            ("up", "up", tr("Carriage away from you"), 0, 1, 0.0, -1.0),
            ("left", "left", tr("Carriage to the left"), 1, 0, -1.0, 0.0),
            ("right", "right", tr("Carriage to the right"), 1, 2, 1.0, 0.0),
            ("down", "down", tr("Carriage towards you"), 2, 1, 0.0, 1.0),
        ):
            button = FlatButton(icon_name, tip)
            button.clicked.connect(lambda _=False, dx=dx, dy=dy: hands.jog(dx * self._step_mm, dy * self._step_mm))
            self.arrows[name] = button
            grid.addWidget(button, row, column)
        self.is_home = QPushButton(tr("Home is here"))
        self.is_home.setToolTip(tr("Count from here: the top left corner of the page lies under the pen"))
        self.go_home = QPushButton(tr("Go home"))
        self.go_home.setToolTip(tr("Move the carriage back to home, pen up"))
        self.motors_off = QPushButton(tr("Motors off"))
        self.motors_off.setToolTip(tr("Let the carriage be moved by hand; where it is, is forgotten"))
        beside = QGridLayout()
        beside.setSpacing(4)
        for row, widget in enumerate((self.step, self.is_home, self.go_home)):
            beside.addWidget(widget, row, 0)
        both = QWidget()
        row_of_both = QHBoxLayout(both)
        row_of_both.setContentsMargins(0, 0, 0, 0)
        row_of_both.addLayout(grid)
        row_of_both.addLayout(beside, 1)
        self.add(both)
        self.add(self.motors_off)
        self.is_home.clicked.connect(hands.set_home)
        self.go_home.clicked.connect(hands.go_home)
        self.motors_off.clicked.connect(hands.motors_off)

    @property
    def _step_mm(self) -> float:
        return float(self.step.currentData())


class _Hands:
    """Does things with the machine that stands still, or asks the plot that waits."""

    def __init__(self, session: Session, machines: Machines, run: PlotRun) -> None:
        self._session, self._machines, self._run = session, machines, run

    def move_pen(self, *, up: bool) -> None:
        if self._run.phase is Phase.WAITING:
            self._run.ask(TestPen())
        else:
            self._do(lambda plotter, pen, machine: move_pen(plotter, pen, machine, up=up))

    def jog(self, dx_mm: float, dy_mm: float) -> None:
        if self._run.phase is Phase.WAITING:
            self._run.ask(Jog(dx_mm, dy_mm))
        else:
            self._do(lambda plotter, pen, machine: jog(plotter, pen, machine, dx_mm, dy_mm))

    def set_home(self) -> None:
        self._do(lambda plotter, pen, _: set_home(plotter, pen))

    def go_home(self) -> None:
        if self._run.phase is Phase.WAITING:
            self._run.ask(WalkHome())
        else:
            self._do(walk_home)

    def motors_off(self) -> None:
        self._do(motors_off)

    def _do(self, act: Callable[[Plotter, PenSetup, MachineProfile], None]) -> None:
        try:
            settings = settings_for_hands(self._session.project.plot)
            pen, machine = settings.pen(), settings.profile()
        except SketchDesignError as error:
            self._session.report(error)
            return
        self._machines.do(lambda plotter: act(plotter, pen, machine))
