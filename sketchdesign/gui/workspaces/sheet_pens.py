"""The pens of a sheet as a list of layers: order, colour, width, name, what each draws, and whether it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from sketchdesign.core.drawing import Pen
from sketchdesign.gui.colour_words import colour_word, pen_title
from sketchdesign.gui.fields import ColourField, FlatButton, NumberField
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.quantities import counted
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.plot_words import duration, metres
from sketchdesign.services.project import colours as project_colours
from sketchdesign.services.project.page import PenShare, pen_order
from sketchdesign.services.project.state import Project

_WIDTHS_MM = (0.05, 20.0)


class PenList(QWidget):
    """A row for each pen, in the order in which they draw."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.rows: list[PenRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_shares(self, shares: list[PenShare]) -> None:
        """Show the pens, and what each does as far as that is known."""
        while len(self.rows) < len(shares):
            self.rows.append(PenRow(self._session, len(self.rows)))
            self._column.addWidget(self.rows[-1])
        while len(self.rows) > len(shares):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        for place, (row, share) in enumerate(zip(self.rows, shares, strict=True)):
            row.load(share, is_first=place == 0, is_last=place == len(shares) - 1)


class PenRow(QFrame):
    """One pen."""

    def __init__(self, session: Session, place: int) -> None:
        super().__init__()
        self._session = session
        self._place = place
        self._share = PenShare(0, Pen(), False)
        self.visible = FlatButton("eye", tr("Draw with this pen, or leave it out"), checkable=True)
        self.up = FlatButton("up", tr("Draw earlier"))
        self.down = FlatButton("down", tr("Draw later"))
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the pen"))
        self.name.setToolTip(tr("Name of the pen, as the run sheet calls it"))
        self.colour = ColourField(tr("Colour"), "#000000")
        self.width_field = NumberField(
            tr("Width of the line"), 0.3, *_WIDTHS_MM, unit=session.preferences.unit, step=0.05
        )
        self.width_field.setToolTip(tr("Width of the line, a length"))
        self.words = QLabel()
        self.words.setObjectName("quiet")
        for button in (self.visible, self.up, self.down):
            button.setIconSize(QSize(17, 17))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(3)
        grid.addWidget(self.visible, 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.up, 0, 2)
        grid.addWidget(self.down, 0, 3)
        below = QGridLayout()
        below.setHorizontalSpacing(6)
        below.addWidget(self.colour, 0, 0)
        below.addWidget(self.width_field, 0, 1)
        below.setColumnStretch(0, 1)
        grid.addLayout(below, 1, 0, 1, 4)
        grid.addWidget(self.words, 2, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        self.visible.clicked.connect(self._toggle)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.name.editingFinished.connect(self._rename)
        self.width_field.changed.connect(lambda value: self._change_pen(tr("Width of the line"), width_mm=value))
        self.colour.changed.connect(self._recolour)

    def load(self, share: PenShare, *, is_first: bool, is_last: bool) -> None:
        """Show a pen."""
        self._share = share
        self.visible.setChecked(not share.hidden)
        self.up.setEnabled(not is_first)
        self.down.setEnabled(not is_last)
        # The name of a pen that nobody has named is the word for its colour, in the language of the app.
        is_named = pen_title(share.pen) == share.pen.name
        self.name.setText(share.pen.name if is_named else "")
        self.name.setPlaceholderText(colour_word(share.pen.colour))
        self.colour.set_value(share.pen.colour)
        self.width_field.set_value(share.pen.width_mm)
        self.words.setText(_told(share))

    def _toggle(self) -> None:
        sheet = self._session.project.sheet
        hidden = set(sheet.hidden_pens) ^ {self._share.number}
        text = tr("Leave a pen out") if self._share.number in hidden else tr("Draw with a pen")
        self._session.change(text, sheet=replace(sheet, hidden_pens=tuple(sorted(hidden))))

    def _move(self, by: int) -> None:
        project = self._session.project
        order = list(pen_order(project))
        order.insert(self._place + by, order.pop(self._place))
        self._session.change(tr("Order of the pens"), sheet=replace(project.sheet, pen_order=tuple(order)))

    def _rename(self) -> None:
        pen, written = self._share.pen, self.name.text().strip()
        name = written or pen.colour
        if name != pen.name and (written or pen_title(pen) == pen.name):
            self._change_pen(tr("Name of the pen"), name=name)

    def _change_pen(self, text: str, **changes: Any) -> None:
        self._edit(text, lambda project: replace(project, pens=_changed(project.pens, self._share.number, changes)))

    def _recolour(self, colour: str) -> None:
        self._edit(tr("Colour"), lambda project: project_colours.with_colour(project, self._share.number, colour))

    def _edit(self, text: str, edit: Callable[[Project], Project]) -> None:
        project = edit(self._session.project)
        self._session.change(text, pens=project.pens, pattern=project.pattern)


def _changed(pens: tuple[Pen, ...], number: int, changes: dict[str, Any]) -> tuple[Pen, ...]:
    return tuple(replace(pen, **changes) if place == number else pen for place, pen in enumerate(pens))


def _told(share: PenShare) -> str:
    if share.hidden:
        return tr("Left out")
    work = share.work
    if not work.strokes:
        return tr("Draws nothing")
    strokes = counted(work.strokes, tr("1 stroke"), tr("{count} strokes"))
    return ", ".join((metres(work.drawn_mm), strokes, duration(work.seconds)))
