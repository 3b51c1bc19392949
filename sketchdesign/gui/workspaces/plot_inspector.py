"""The run sheet, the pen and the machine: what a plot is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from sketchdesign.gui import theme
from sketchdesign.gui.colour_words import layer_title, pen_title
from sketchdesign.gui.fields import NumberField, SliderField, narrow
from sketchdesign.gui.forms import Group, InspectorPage
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.quantities import counted
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.plot_hands import CarriageGroup, PenTests
from sketchdesign.gui.workspaces.plot_machine_group import MachineGroup
from sketchdesign.gui.workspaces.plot_machines import Machines
from sketchdesign.gui.workspaces.plot_preview import Preview
from sketchdesign.gui.workspaces.plot_run import Phase, PlotRun
from sketchdesign.gui.workspaces.plot_words import duration, metres, turn_choices
from sketchdesign.services.plot.desk import layer_name
from sketchdesign.services.plot.drivers import OUR_DRIVER
from sketchdesign.services.project.state import Project

if TYPE_CHECKING:
    from sketchdesign.plotter.plan import Plan

_MOST_COPIES = 10_000
_LONGEST_REINK_M = 1000.0
_LONGEST_DELAY_MS = 5000.0
_FASTEST_MM_S = 400.0
_SHOWN = {"reink_m": 1000.0}
"""What fields show is so many times the setting: lengths are millimetres in all of them."""
_WHILE_WAITING = (
    "pen_up_percent",
    "pen_down_percent",
    "lift_delay_ms",
    "drop_delay_ms",
    "draw_mm_s",
    "travel_mm_s",
)
"""Settings that can be changed during a pause."""


class PlotInspector(InspectorPage):
    """All settings of the room; each is an edit of the project, so that it can be undone."""

    def __init__(self, session: Session, machines: Machines, run: PlotRun) -> None:
        super().__init__()
        self._session, self._machines, self._run = session, machines, run
        self.layers = _Layers(self._skip)
        self._settings: dict[str, NumberField | SliderField | QCheckBox | QComboBox] = {}
        self.pen_tests = PenTests(session, machines, run)
        self.carriage = CarriageGroup(session, machines, run)
        self.machine = MachineGroup(session, machines)
        for group in (self._run_sheet(), self._pen(), self.carriage, self.machine, self._more()):
            self.add(group)

    def load(self, project: Project) -> None:
        """Show a project's settings."""
        for name, widget in self._settings.items():
            value = getattr(project.plot, name)
            if isinstance(widget, QCheckBox):
                widget.blockSignals(True)
                widget.setChecked(value)
                widget.blockSignals(False)
            elif isinstance(widget, QComboBox):
                widget.setCurrentIndex(widget.findData(value))
            else:
                widget.set_value(value * _SHOWN.get(name, 1.0))
        self.layers.show_skipped(project.plot.skipped_pens)
        self.machine.show_machines()

    def show_plan(self, preview: Preview | None) -> None:
        """Show the layers of a drawing, and the time of each that is planned; none without a drawing."""
        self.layers.setVisible(preview is not None)
        if preview is None:
            self.layers.clear()
        else:
            self.layers.show_drawing(preview, self._session.project.plot.skipped_pens)

    def follow_phase(self) -> None:
        """While a plot runs its plan cannot change; while it waits, the pen can."""
        phase, machine = self._run.phase, self._machines.chosen
        still = not self._run.is_running
        waits = phase is Phase.WAITING
        free = still and machine is not None and not self._machines.is_busy
        for group in (self._sheet_group, self.machine):
            group.setEnabled(still)
        for name in ("marks", "turn", "clips"):
            self._settings[name].setEnabled(still)
        for name in _WHILE_WAITING:
            self._settings[name].setEnabled(still or waits)
        self.pen_tests.setEnabled(free or waits)
        keeps_place = phase is Phase.BROKEN_OFF and self._run.knows_place is not False
        for button in (*self.carriage.arrows.values(), self.carriage.go_home):
            button.setEnabled(waits or (free and not keeps_place))
        self.carriage.motors_off.setEnabled(free and not keeps_place)
        # Other machines than ours do not count from one day to the next: the plot counts from where it starts.
        self.carriage.is_home.setEnabled(free and not keeps_place and self._machines.driver == OUR_DRIVER)

    def _run_sheet(self) -> Group:
        group = self._sheet_group = Group(tr("Run sheet"))
        group.add(self.layers)
        self._check(group, "pauses", tr("Wait for another pen"), tr("Pause between layers until the pen is changed"))
        self._number(group, "copies", tr("Copies"), 1, _MOST_COPIES, "", 0, tr("Sheets; the paper is changed between"))
        self._number(
            group,
            "reink_m",
            tr("Pause for ink every"),
            0.0,
            _LONGEST_REINK_M,
            "m",
            1,
            tr("Metres drawn between pauses for ink; 0 for none"),
            zero=tr("never"),
        )
        return group

    def _pen(self) -> Group:
        group = Group(tr("Pen"))
        for name, label, tip in (
            ("pen_up_percent", tr("Height up"), tr("Of the raised pen, in percent; 100 is the highest")),
            ("pen_down_percent", tr("Height down"), tr("Of the lowered pen, in percent; 0 is the lowest")),
        ):
            slider = SliderField(label, getattr(self._session.project.plot, name), 0.0, 100.0, unit="%", decimals=0)
            slider.changed.connect(lambda value, name=name, label=label: self._change(label, name, value))
            slider.released.connect(self._session.end_merge)
            group.add_field(label, slider, tip)
            self._settings[name] = slider
        group.add(self.pen_tests)
        return group

    def _more(self) -> Group:
        group = Group(tr("Speeds, delays, page"), folds=True)
        speed = tr("Millimetres per second; 0 for the machine's own")
        delay = tr("More time for the pen, in milliseconds; below 0 for less")
        for name, label in (("draw_mm_s", tr("Speed of drawing")), ("travel_mm_s", tr("Speed of travel"))):
            self._number(group, name, label, 0.0, _FASTEST_MM_S, "mm/s", 0, speed, zero=tr("the machine's own"))
        low, high = -_LONGEST_DELAY_MS, _LONGEST_DELAY_MS
        self._number(group, "lift_delay_ms", tr("Delay after lifting"), low, high, "ms", 0, delay)
        self._number(group, "drop_delay_ms", tr("Delay after lowering"), low, high, "ms", 0, delay)
        self._check(group, "marks", tr("Registration marks"), tr("Crosses of every pen, to see whether they meet"))
        self._choice(
            group, "turn", tr("Page"), turn_choices(), tr("Automatic turns it by a quarter where it fits only so")
        )
        self._check(group, "clips", tr("Cut off what is out of reach"), tr("Otherwise such a sheet is refused"))
        return group

    def _number(
        self,
        group: Group,
        name: str,
        label: str,
        low: float,
        high: float,
        unit: str,
        decimals: int,
        tip: str,
        *,
        zero: str = "",
    ) -> None:
        times = _SHOWN.get(name, 1.0)
        value = times * getattr(self._session.project.plot, name)
        field = NumberField(
            label, value, times * low, times * high, unit=unit, step=times, decimals=decimals, zero=zero
        )

        def tell(value: float) -> None:
            self._change(label, name, int(value) if name == "copies" else value / times, merges=False)

        field.changed.connect(tell)
        group.add_field(label, field, tip)
        self._settings[name] = field

    def _choice(self, group: Group, name: str, label: str, choices: list[tuple[str, str]], tip: str) -> None:
        box = narrow(QComboBox())
        box.setAccessibleName(label)
        for words, value in choices:
            box.addItem(words, value)
        box.activated.connect(lambda _: self._change(label, name, box.currentData(), merges=False))
        group.add_field(label, box, tip)
        self._settings[name] = box

    def _check(self, group: Group, name: str, label: str, tip: str) -> None:
        box = QCheckBox(label)
        box.setToolTip(tip)
        box.toggled.connect(lambda on: self._change(label, name, on, merges=False))
        group.add(box)
        self._settings[name] = box

    def _change(self, text: str, name: str, value: Any, *, merges: bool = True) -> None:
        plot = replace(self._session.project.plot, **{name: value})
        self._session.change(text, merge=f"plot.{name}" if merges else "", plot=plot)

    def _skip(self, name: str, *, drawn: bool) -> None:
        skipped = set(self._session.project.plot.skipped_pens)
        changed = skipped - {name} if drawn else skipped | {name}
        self._change(tr("Layer {name}").format(name=name), "skipped_pens", tuple(sorted(changed)), merges=False)


class _Layers(QWidget):
    """A tick box for each layer, with its pen and its time."""

    def __init__(self, toggled: Any) -> None:
        super().__init__()
        self._toggled = toggled
        self._boxes: dict[str, QCheckBox] = {}
        self._notes: dict[str, QLabel] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    @property
    def boxes(self) -> dict[str, QCheckBox]:
        """By the name of the layer."""
        return dict(self._boxes)

    def show_drawing(self, preview: Preview, skipped: tuple[str, ...]) -> None:
        table = preview.table
        names = [layer_name(table, number) for number in range(len(table.layers))]
        if names != list(self._boxes):
            self._rebuild(names)
        self.show_skipped(skipped)
        planned = _plans(preview)
        for number, name in enumerate(names):
            layer = table.layers[number]
            self._boxes[name].setIcon(_pen_icon(layer.pen.colour))
            self._boxes[name].setText(layer_title(name, layer.pen.colour) if layer.label else pen_title(layer.pen))
            words, tips = [], [tr("Draw this layer"), f"{layer.pen.width_mm:g} mm"]
            if number in planned:
                plan = planned[number]
                words = [counted(plan.lifts, tr("1 stroke"), tr("{count} strokes")), duration(plan.duration_s)]
                tips += [tr("{length} drawn").format(length=metres(plan.pen_down_mm))]
                tips += [tr("{length} pen up").format(length=metres(plan.pen_up_mm))]
            self._notes[name].setText(", ".join(words))
            self._notes[name].setVisible(bool(words))
            self._boxes[name].setToolTip(", ".join(tips))

    def show_skipped(self, skipped: tuple[str, ...]) -> None:
        for name, box in self._boxes.items():
            box.blockSignals(True)
            box.setChecked(name not in skipped)
            box.blockSignals(False)

    def clear(self) -> None:
        """There is nothing to draw."""
        for widget in (*self._boxes.values(), *self._notes.values()):
            widget.hide()
            widget.deleteLater()
        self._boxes, self._notes = {}, {}

    def _rebuild(self, names: list[str]) -> None:
        self.clear()
        for name in names:
            box, note = QCheckBox(name), QLabel()
            box.setIconSize(QSize(14, 14))
            note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            box.toggled.connect(lambda on, name=name: self._toggled(name, drawn=on))
            note.setObjectName("quiet")
            note.setIndent(26)
            self._boxes[name], self._notes[name] = box, note
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(box)
            pair.addWidget(note)
            self._column.addLayout(pair)


def _plans(preview: Preview) -> dict[int, Plan]:
    """What the pen does on each layer that is planned, by the number of the layer from 0.

    Names do not tell: in the copy that is plotted a layer without one is named by its pen.
    """
    if preview.plotting is None:
        return {}
    plans = [layer.plan for layer in preview.plotting.job.layers]
    if len(plans) == len(preview.table.layers):
        return dict(enumerate(plans))
    drawn = [number - 1 for number in preview.plotting.settings.layers]
    return dict(zip(drawn, plans, strict=True)) if len(drawn) == len(plans) else {}


def _pen_icon(colour: str) -> QIcon:
    pixmap = QPixmap(28, 28)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("quiet"), 2.0))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(2, 2, 24, 24)
    painter.end()
    return QIcon(pixmap)
