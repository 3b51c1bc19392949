"""The part of the inspector that says what machine it is: model or driver, what the driver is told, and the port."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.forms import Form, Group
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.plot_machines import Machines
from sketchdesign.gui.workspaces.plot_words import chosen_model, machine_choices, model_choices, with_model
from sketchdesign.services.plot.drivers import OUR_DRIVER, OtherDriver, chosen_parameters
from sketchdesign.services.plot.simulated import PACES
from sketchdesign.services.project.state import PlotSettings


class MachineGroup(Group):
    """Which plotter draws, and where it is plugged in; each choice is an edit of the project."""

    def __init__(self, session: Session, machines: Machines) -> None:
        super().__init__(tr("Machine"))
        self._session, self._machines = session, machines
        self.model, self.port, self.pace = QComboBox(), QComboBox(), QComboBox()
        self.form: Form | None = None
        self._models: list[tuple[str, str]] = []
        self._driver = OUR_DRIVER
        self._place_of_form = QWidget()
        column = QVBoxLayout(self._place_of_form)
        column.setContentsMargins(0, 0, 0, 0)
        for pace in PACES:
            text = tr("in real time") if pace == 1.0 else tr("{pace:g} times faster").format(pace=pace)
            self.pace.addItem(text, pace)
        self.pace.setCurrentIndex(self.pace.findData(machines.simulated.clock.pace))
        self._add_combo(tr("Model"), self.model, tr("The plotter's model with its reach, or what talks to it"))
        self.add(self._place_of_form)
        self._add_combo(tr("Port"), self.port, tr("Where the plotter is plugged in"))
        self._add_combo(tr("The simulated one draws"), self.pace, tr("How fast the simulated plotter draws"))
        self.model.activated.connect(self._choose_model)
        self.port.activated.connect(lambda _: self._choose_port(self.port.currentData()))
        self.pace.activated.connect(lambda _: self._set_pace(float(self.pace.currentData())))

    def show_machines(self) -> None:
        """Show what the project wishes for among what is there."""
        wishes = self._session.project.plot
        self._show_models(wishes)
        self._show_form(wishes)
        self._show_ports(wishes)
        is_ours = wishes.driver == OUR_DRIVER
        chosen = self._machines.chosen
        self.show_field(self.pace, is_ours)
        self.pace.setEnabled(chosen is not None and chosen.is_simulated)

    def _add_combo(self, label: str, combo: QComboBox, tip: str) -> None:
        combo.setAccessibleName(label)
        combo.setMinimumContentsLength(8)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.add_field(label, combo, tip)

    def _show_models(self, wishes: PlotSettings) -> None:
        rows = model_choices(wishes, self._machines.drivers)
        models = [model for _, model in rows]
        if models != self._models:
            self._models = models
            self.model.clear()
            self.model.addItems([text for text, _ in rows])
            for number, driver in enumerate(self._machines.drivers, start=len(machine_choices())):
                self.model.setItemData(number, driver.title, Qt.ItemDataRole.ToolTipRole)
        self.model.setCurrentIndex(models.index(chosen_model(wishes)))

    def _show_form(self, wishes: PlotSettings) -> None:
        driver = next((each for each in self._machines.drivers if each.name == wishes.driver), None)
        if self.form is None or wishes.driver != self._driver:
            self._driver = wishes.driver
            self._make_form(driver)
        if self.form is not None:
            self.form.set_values(_values(wishes))

    def _make_form(self, driver: OtherDriver | None) -> None:
        layout = self._place_of_form.layout()
        assert layout is not None
        if self.form is not None:
            layout.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = None
        if driver is not None:
            self.form = Form(driver.fields, length_unit=self._session.preferences.unit)
            self.form.changed.connect(self._set_parameter)
            self.form.released.connect(self._session.end_merge)
            layout.addWidget(self.form)
        self._place_of_form.setVisible(self.form is not None)

    def _show_ports(self, wishes: PlotSettings) -> None:
        is_ours = wishes.driver == OUR_DRIVER
        written = self.port.lineEdit()
        if written is not None and written.hasFocus() and not is_ours:
            return  # a person is writing
        rows = [(tr("Whichever is there") if is_ours else tr("Choose one, or write its name"), "")]
        rows += [(each.name, each.port) for each in self._machines.machines]
        if wishes.port not in [port for _, port in rows]:
            rows.append((tr("{port} (unplugged)").format(port=wishes.port), wishes.port))
        if rows != [(self.port.itemText(n), self.port.itemData(n)) for n in range(self.port.count())]:
            self.port.clear()
            for text, port in rows:
                self.port.addItem(text, port)
        if self.port.isEditable() == is_ours:
            self._let_write(on=not is_ours)
        self.port.setCurrentIndex(self.port.findData(wishes.port))

    def _let_write(self, *, on: bool) -> None:
        """Other machines than ours may be on ports that the system does not list."""
        self.port.setEditable(on)
        self.port.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        written = self.port.lineEdit()
        if written is not None:
            written.editingFinished.connect(lambda: self._write_port(written))

    def _write_port(self, written: QLineEdit) -> None:
        text = written.text().strip()
        number = self.port.findText(text)
        port = text if number < 0 else self.port.itemData(number)
        if port != self._session.project.plot.port:
            self._choose_port(port)

    def _choose_model(self, number: int) -> None:
        plot = with_model(self._session.project.plot, *self._models[number])
        self._session.change(tr("Machine"), plot=plot)

    def _choose_port(self, port: str) -> None:
        self._change(tr("Port"), port=port)

    def _set_parameter(self, name: str, value: object) -> None:
        parameters = dict(self._session.project.plot.parameters) | {name: str(value)}
        self._change(tr("Machine"), merge=f"plot.{name}", parameters=tuple(parameters.items()))

    def _change(self, text: str, merge: str = "", **changes: Any) -> None:
        self._session.change(text, merge=merge, plot=replace(self._session.project.plot, **changes))

    def _set_pace(self, pace: float) -> None:
        self._machines.simulated.clock.pace = pace


def _values(wishes: PlotSettings) -> dict[str, Any]:
    """What the form shows; defaults where something that was kept cannot be used, which the plan says."""
    try:
        return chosen_parameters(wishes.driver, dict(wishes.parameters))
    except SketchDesignError:
        return chosen_parameters(wishes.driver, {})
