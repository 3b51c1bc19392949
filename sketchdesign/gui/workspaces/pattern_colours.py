"""Colourways: the same pattern in several sets of colours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QInputDialog, QLabel, QMenu, QToolButton, QWidget

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.fields import ColourField, FlatButton, narrow
from sketchdesign.gui.forms import Group
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.icons import icon
from sketchdesign.gui.palettes import ask_palette, first_colourway
from sketchdesign.gui.presets import PresetButton
from sketchdesign.gui.session import Session
from sketchdesign.services.project import colours as project_colours
from sketchdesign.services.project.state import Project


class ColourwayGroup(Group):
    """The colourway that is shown, its colours, and what can be done with project_colours."""

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Colourway"))
        self._session = session
        self.add_to_heading(PresetButton(session, "pens"))
        self.names = narrow(QComboBox())
        self.names.setAccessibleName(tr("Colourway"))
        self.names.setToolTip(tr("A set of colours for all pens and the ground"))
        self.names.activated.connect(self._show)
        self.menu = QToolButton()
        self.menu.setObjectName("flat")
        self.menu.setIcon(icon("settings"))
        self.menu.setAccessibleName(tr("Add, rename or remove a colourway"))
        self.menu.setToolTip(tr("Add, rename or remove a colourway"))
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu.setMenu(self._menu())
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.names, 1)
        across.addWidget(self.menu)
        self.add(row)
        self.ground = ColourField(tr("Ground"), "#ffffff")
        self.ground.changed.connect(
            lambda colour: self._edit(tr("Ground"), lambda p: project_colours.with_ground(p, colour))
        )
        self.add(_labelled(tr("Ground"), self.ground))
        self.pens: list[ColourField] = []
        self._rows: list[QWidget] = []
        buttons = QWidget()
        across = QHBoxLayout(buttons)
        across.setContentsMargins(0, 0, 0, 0)
        self.more = FlatButton("plus", tr("One more pen"))
        self.fewer = FlatButton("minus", tr("One pen less"))
        self.more.clicked.connect(lambda: self._edit(tr("One more pen"), project_colours.with_more_pens))
        self.fewer.clicked.connect(lambda: self._edit(tr("One pen less"), project_colours.with_fewer_pens))
        across.addStretch(1)
        across.addWidget(self.fewer)
        across.addWidget(self.more)
        self.add(buttons)

    def load(self, project: Project) -> None:
        """Show a project's colours."""
        every = project_colours.colourways(project, first_colourway())
        self.names.clear()
        self.names.addItems([each.name for each in every])
        self.names.setCurrentIndex(min(project.pattern.colourway, len(every) - 1))
        self.ground.set_value(project.pattern.ground)
        while len(self.pens) < len(project.pens):
            self._add_pen(len(self.pens))
        while len(self.pens) > len(project.pens):
            self.pens.pop()
            row = self._rows.pop()
            row.hide()
            row.deleteLater()
        for field, pen in zip(self.pens, project.pens, strict=True):
            field.set_value(pen.colour)
        self.fewer.setEnabled(len(project.pens) > 1)
        self.more.setEnabled(len(project.pens) < project_colours.MOST_PENS)

    def _add_pen(self, number: int) -> None:
        label = tr("Pen {number}").format(number=number + 1)
        field = ColourField(label, "#000000")
        field.changed.connect(
            lambda colour: self._edit(label, lambda p: project_colours.with_colour(p, number, colour))
        )
        row = _labelled(label, field)
        self.contents.insertWidget(self.contents.count() - 1, row)
        self.pens.append(field)
        self._rows.append(row)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for text, act in (
            (tr("Duplicate this colourway"), self._duplicate),
            (tr("Rename\u2026"), self._rename),
            (tr("Import a palette\u2026"), lambda: ask_palette(self._session)),
            (tr("Remove this colourway"), lambda: self._edit(tr("Remove colourway"), project_colours.removed)),
        ):
            menu.addAction(text).triggered.connect(lambda _checked=False, act=act: act())
        return menu

    def _duplicate(self) -> None:
        project = self._session.project
        taken = {each.name for each in project_colours.colourways(project, first_colourway())}
        number = len(taken) + 1
        while tr("Colourway {number}").format(number=number) in taken:
            number += 1
        name = tr("Colourway {number}").format(number=number)
        self._edit(tr("Add colourway"), lambda p: project_colours.duplicated(p, first_colourway(), name))

    def _rename(self) -> None:
        name, chosen = QInputDialog.getText(
            self, tr("Rename"), tr("Name of the colourway"), text=self.names.currentText()
        )
        if chosen and name.strip():
            self._edit(tr("Rename colourway"), lambda p: project_colours.renamed(p, first_colourway(), name.strip()))

    def _show(self, number: int) -> None:
        if number < len(self._session.project.pattern.colourways):
            self._edit(tr("Colourway"), lambda p: project_colours.shown(p, number))

    def _edit(self, text: str, edit: Callable[[Project], Project]) -> None:
        try:
            project = edit(self._session.project)
        except SketchDesignError as error:
            self._session.report(error)
            return
        self._session.change(text, pens=project.pens, pattern=project.pattern)


def _labelled(text: str, field: QWidget) -> QWidget:
    row = QWidget()
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    label = QLabel(text)
    label.setBuddy(field)
    label.setMinimumWidth(52)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    across.addWidget(label)
    across.addWidget(field, 1)
    return row
