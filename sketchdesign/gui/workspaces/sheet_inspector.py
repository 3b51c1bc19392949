"""The controls of the Sheet workspace: page, what fills it, pens, route and machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from sketchdesign.core.drawing import Page
from sketchdesign.core.errors import InputError
from sketchdesign.core.pages import PAGE_SIZES_MM, page_title
from sketchdesign.gui.fields import NumberField, SliderField, narrow
from sketchdesign.gui.forms import Group, InspectorPage, fill_choices
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.presets import PresetButton
from sketchdesign.gui.quantities import written
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.plot_words import chosen_model, model_choices, with_model
from sketchdesign.gui.workspaces.sheet_pens import PenList
from sketchdesign.services.plot.drivers import OtherDriver, other_drivers
from sketchdesign.services.project.page import BOARD, PATTERN, PenWork, ProjectSheet, pen_shares
from sketchdesign.services.project.state import Project

_WIDEST_MARGIN_MM = 1000.0
_LONGEST_JOIN_MM = 3.0
_CUSTOM = ""


class SheetInspector(InspectorPage):
    """Shows the sheet of a project and edits it through the session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._drivers: tuple[OtherDriver, ...] = ()
        for group in (self._page_group(), self._content_group(), self._pen_group(), self._route_group()):
            self.add(group)
        task = session.workers.call("", tr("Looking for drivers"), other_drivers, quiet=True)
        task.follow(self, finished=self._know_drivers)

    def load(self, project: Project, sheet: ProjectSheet | None, work: Sequence[PenWork]) -> None:
        """Show a project, and what is known of its sheet and of what each pen does on it."""
        page, settings = project.page, project.sheet
        self.sizes.setCurrentIndex(self.sizes.findData(_name_of(page)))
        self.size_text.setText(self._size_text(page))
        _check(self.landscape, page.width_mm > page.height_mm)
        self.margin.set_value(settings.margin_mm)
        self.source.setCurrentIndex(self.source.findData(settings.source))
        self.gap.set_value(settings.gap_mm)
        self._content.show_field(self.gap, settings.source == BOARD)
        self.pens.show_shares(pen_shares(project, work))
        self.join.set_value(settings.join_mm)
        fill_choices(self.machine, model_choices(project.plot, self._drivers), chosen_model(project.plot))
        too_large = sheet is not None and not sheet.reaches()
        self.reach.setVisible(too_large)

    def _page_group(self) -> Group:
        group = Group(tr("Page"))
        group.add_to_heading(PresetButton(self._session, "page"))
        self.sizes = QComboBox()
        self.sizes.setAccessibleName(tr("Size of the page"))
        self.sizes.setToolTip(tr("Size of the page"))
        for name in PAGE_SIZES_MM:
            self.sizes.addItem(page_title(name), name)
        self.sizes.addItem(tr("Own size"), _CUSTOM)
        self.sizes.activated.connect(lambda _: self._choose_size())
        self.size_text = QLineEdit()
        self.size_text.setAccessibleName(tr("Width and height of the page"))
        self.size_text.setToolTip(tr("Width and height of the page, with a unit: 297x420mm, 11x17in"))
        self.size_text.editingFinished.connect(self._read_size)
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.sizes)
        across.addWidget(self.size_text, 1)
        group.add(row)
        self.landscape = QCheckBox(tr("Landscape"))
        self.landscape.setToolTip(tr("Turn the page"))
        self.landscape.toggled.connect(lambda _: self._turn())
        group.add(self.landscape)
        self.margin = NumberField(
            tr("Margin"), 15.0, 0.0, _WIDEST_MARGIN_MM, unit=self._session.preferences.unit, step=1.0
        )
        self.margin.changed.connect(lambda value: self._change(tr("Margin"), margin_mm=value))
        group.add_field(tr("Margin"), self.margin, tr("The border that stays free, a length"))
        return group

    def _content_group(self) -> Group:
        group = self._content = Group(tr("On the page"))
        self.source = narrow(QComboBox())
        self.source.setAccessibleName(tr("On the page"))
        self.source.setToolTip(tr("What fills the page"))
        self.source.addItem(tr("The pattern"), PATTERN)
        self.source.addItem(tr("The board of Explore"), BOARD)
        self.source.activated.connect(lambda _: self._change(tr("On the page"), source=self.source.currentData()))
        group.add(self.source)
        self.gap = NumberField(tr("Gap"), 6.0, 0.0, 200.0, unit=self._session.preferences.unit)
        self.gap.changed.connect(lambda value: self._change(tr("Gap"), gap_mm=value))
        group.add_field(tr("Gap"), self.gap, tr("Between the cells of the board, a length"))
        return group

    def _pen_group(self) -> Group:
        group = Group(tr("Pens, the first draws first"))
        group.add_to_heading(PresetButton(self._session, "pens"))
        self.pens = PenList(self._session)
        group.add(self.pens)
        return group

    def _route_group(self) -> Group:
        group = Group(tr("Route"))
        self.join = SliderField(tr("Join"), 0.1, 0.0, _LONGEST_JOIN_MM, unit=self._session.preferences.unit)
        self.join.changed.connect(lambda value: self._change(tr("Join"), merge="sheet.join", join_mm=value))
        self.join.released.connect(self._session.end_merge)
        group.add_field(
            tr("Join"), self.join, tr("The longest gap that is drawn over instead of a lift, a length; shown in red")
        )
        self.machine = narrow(QComboBox())
        self.machine.setAccessibleName(tr("Machine"))
        self.machine.activated.connect(lambda _: self._choose_machine())
        group.add_field(tr("Machine"), self.machine, tr("The plotter whose time is told"))
        self.reach = QLabel(tr("The page is larger than this machine reaches."))
        self.reach.setWordWrap(True)
        self.reach.hide()
        group.add(self.reach)
        return group

    def _change(self, text: str, *, merge: str = "", **changes: Any) -> None:
        self._session.change(text, merge=merge, sheet=replace(self._session.project.sheet, **changes))

    def _choose_size(self) -> None:
        name = self.sizes.currentData()
        if name != _CUSTOM:
            self._session.change(tr("Page"), page=Page.parse(name, landscape=self.landscape.isChecked()))

    def _read_size(self) -> None:
        page = self._session.project.page
        if self.size_text.text() == self._size_text(page):
            return
        try:
            self._session.change(tr("Page"), page=Page.parse(self.size_text.text().replace(",", ".")))
        except InputError as error:
            self._session.report(error)
            self.size_text.setText(self._size_text(page))

    def _turn(self) -> None:
        page = self._session.project.page
        self._session.change(tr("Landscape"), page=Page(page.height_mm, page.width_mm))

    def _choose_machine(self) -> None:
        plot = with_model(self._session.project.plot, *self.machine.currentData())
        self._session.change(tr("Machine"), plot=plot)

    def _know_drivers(self, drivers: tuple[OtherDriver, ...]) -> None:
        self._drivers = drivers
        plot = self._session.project.plot
        fill_choices(self.machine, model_choices(plot, drivers), chosen_model(plot))

    def _size_text(self, page: Page) -> str:
        unit = self._session.preferences.unit
        sides = [written(side, unit, 2).removesuffix(f" {unit}") for side in (page.width_mm, page.height_mm)]
        return f"{sides[0]} \u00d7 {sides[1]} {unit}"


def _name_of(page: Page) -> str:
    sides = {page.width_mm, page.height_mm}
    return next((name for name, size in PAGE_SIZES_MM.items() if set(size) == sides), _CUSTOM)


def _check(box: QCheckBox, on: bool) -> None:
    box.blockSignals(True)
    box.setChecked(on)
    box.blockSignals(False)
