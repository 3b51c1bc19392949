"""The strip at the bottom: the job that runs, zoom, page and seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton

from sketchdesign.core.drawing import Page
from sketchdesign.core.errors import InputError
from sketchdesign.core.pages import PAGE_SIZES_MM, page_title
from sketchdesign.gui.fields import FlatButton, NumberField, ProgressLine
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.quantities import written
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import Task
from sketchdesign.services.explore.cells import reseeded
from sketchdesign.services.project.state import Project

_SHOW_AFTER_MS = 250
_ZOOMS = (12.5, 25.0, 50.0, 100.0, 200.0, 400.0)
_LARGEST_SEED = 999_999
_ORIENTED = ("a2", "a3", "a4", "a5", "a6", "letter", "tabloid")


class StatusStrip(QFrame):
    """Shows the job that was started last, and lets it be cancelled."""

    zoom_asked = Signal(float)
    """Percent; 0 fits everything."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self._session = session
        self._task: Task | None = None
        self._label = QLabel()
        self._bar = ProgressLine()
        self._bar.setFixedWidth(140)
        self._cancel = FlatButton("close", tr("Cancel"))
        self._cancel.clicked.connect(self._cancel_task)
        self._late = QTimer(self, singleShot=True, interval=_SHOW_AFTER_MS)
        self._late.timeout.connect(self._show_task)
        self._zoom = QToolButton()
        self._zoom.setToolTip(tr("Zoom; 100 % is life size"))
        self._zoom.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._zoom.setMenu(self._zoom_menu())
        self._page = QToolButton()
        self._page.setToolTip(tr("The paper of sheets and plots"))
        self._page.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._page.setMenu(self._page_menu())
        self._seed = NumberField(tr("Seed"), 1, 0, _LARGEST_SEED, decimals=0)
        self._seed.setToolTip(tr("Seed: the same number draws the same sketches again"))
        self._seed.setFixedWidth(76)
        self._seed.changed.connect(lambda value: self._reseed(int(value)))
        dice = FlatButton("dice", tr("Another seed, at random"))
        dice.clicked.connect(self.roll)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 10, 3)
        row.setSpacing(8)
        for shown in (self._cancel, self._bar, self._label):
            row.addWidget(shown)
        row.addStretch(1)
        for lasting in (self._zoom, self._page, QLabel(tr("Seed")), self._seed, dice):
            row.addWidget(lasting)
        session.workers.task_added.connect(self._follow)
        session.project_changed.connect(self.load)
        self.load(session.project)
        self._show_task()

    def load(self, project: Project) -> None:
        """Show the page and seed of a project."""
        self._seed.set_value(project.seed)
        self._page.setText(page_text(project.page, self._session.preferences.unit))

    def show_zoom(self, percent: float) -> None:
        self._zoom.setText(f"{percent:.0f} %")

    def roll(self) -> None:
        """Take another seed."""
        self._reseed(random.SystemRandom().randrange(_LARGEST_SEED))

    def _reseed(self, seed: int) -> None:
        after = reseeded(self._session.project, seed)
        self._session.change(tr("Seed"), seed=after.seed, explore=after.explore)

    def _follow(self, task: Task) -> None:
        if task.quiet:
            return
        self._task = task
        self._late.start()
        task.follow(self, progressed=lambda _: self._tell(task), ended=lambda: self._let_go(task))

    def _let_go(self, task: Task) -> None:
        if task is self._task:
            running = [other for other in self._session.workers.tasks if not other.quiet]
            self._task = running[-1] if running else None
            self._show_task()

    def _show_task(self) -> None:
        shown = self._task is not None
        for widget in (self._cancel, self._bar, self._label):
            widget.setVisible(shown)
        if self._task is not None:
            self._tell(self._task)

    def _tell(self, task: Task) -> None:
        if task is not self._task or self._late.isActive():
            return
        progress, left = task.progress, task.seconds_left()
        known = progress is not None and progress.total > 1
        self._bar.show_progress(progress.done if progress else 0, progress.total if known and progress else 0)
        words = [task.title]
        if known and progress:
            words.append(tr("{done} of {total}").format(done=progress.done, total=progress.total))
        if left is not None:
            words.append(tr("{seconds} s left").format(seconds=written(left, "", 0 if left >= 10 else 1)))
        self._label.setText("  ".join(words))
        # At once: a longer text would be cut off until the next round of events.
        self._row.activate()

    def _cancel_task(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _zoom_menu(self) -> QMenu:
        menu = QMenu(self)
        self._add(menu, tr("Fit"), lambda: self.zoom_asked.emit(0.0))
        for percent in _ZOOMS:
            self._add(menu, f"{percent:g} %", partial(self.zoom_asked.emit, percent))
        return menu

    def _page_menu(self) -> QMenu:
        menu = QMenu(self)
        for name in _ORIENTED:
            for landscape in (False, True):
                side = tr("landscape") if landscape else tr("portrait")
                text = f"{name}-landscape" if landscape else name
                self._add(menu, f"{page_title(name)} {side}", partial(self._choose_page, text))
        return menu

    def _add(self, menu: QMenu, text: str, act: Callable[[], None]) -> None:
        action = QAction(text, menu)
        action.triggered.connect(lambda _checked=False: act())
        menu.addAction(action)

    def _choose_page(self, text: str) -> None:
        try:
            self._session.change(tr("Page"), page=Page.parse(text))
        except InputError as error:
            self._session.report(error)


def page_text(page: Page, unit: str) -> str:
    """A page's size in a person's unit, by name where it has one."""
    sides = [written(side, unit, 1 if unit == "mm" else 2).removesuffix(f" {unit}") for side in _sides(page)]
    names = [name for name, size in PAGE_SIZES_MM.items() if set(size) == set(_sides(page))]
    size = f"{sides[0]} \u00d7 {sides[1]} {unit}"
    return f"{page_title(names[0])}  {size}" if names else size


def _sides(page: Page) -> tuple[float, float]:
    return page.width_mm, page.height_mm
