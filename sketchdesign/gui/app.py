"""Starting the app: the window first, then everything that takes long."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from sketchdesign import __version__
from sketchdesign.gui.i18n import Languages, tr
from sketchdesign.gui.icons import icon
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.opening import on_paper
from sketchdesign.gui.session import Session
from sketchdesign.gui.theme import apply_theme
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.inputs import EXAMPLE_PREFIX, read_input
from sketchdesign.services.jobs import Work
from sketchdesign.services.preferences import Preferences
from sketchdesign.services.project.recovery import LostWork, find_lost_work
from sketchdesign.services.project.sample import sample_project
from sketchdesign.services.project.state import FIRST_MODEL, Colourway, Project

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

_SWITCH_S = 0.001
"""How long a worker may compute in Python before the window has its turn; Python's own 0.005 is seen as a stutter."""

FIRST_EXAMPLE = "begin-2"
"""Two ears: nine endings show at once what the app is about."""


class App:
    """One session and its window.

    Args:
        folders: where preferences, library and autosaves are.
        file: a project, sketch or model to open.
    """

    def __init__(self, folders: UserFolders, file: Path | None = None) -> None:
        first_start = not (folders.config / "preferences.json").exists()
        self.session = Session(folders)
        self._languages = Languages()
        self._languages.use(self.session.preferences.language)
        self._language = self.session.preferences.language
        apply_theme(self.session.preferences.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.window = MainWindow(self.session)
        self.session.preferences_changed.connect(self._follow_preferences)
        # Timers of no time run when the window is on the screen.
        QTimer.singleShot(0, lambda: self._begin(file, first_start=first_start))

    def _begin(self, file: Path | None, *, first_start: bool) -> None:
        self.session.workers.open_model(self.session.project.model)
        lost = find_lost_work(self.session.folders)
        if file is not None:
            self.window.open_path(file)
        elif first_start and not lost:
            self._show_sample()
        if lost:
            name = lost[0].original.name if lost[0].original is not None else tr("a project without a name")
            self.session.say(
                tr("The app ended unexpectedly. Its last work on {name} was kept").format(name=name),
                (tr("Take it up"), lambda: self.session.recover(lost[0])),
                (tr("Throw it away"), lambda: discard_all(lost)),
            )

    def _show_sample(self) -> None:
        """A living pattern at the first start, and a drawing that is begun."""
        session = self.session
        first, second = tr("Ink and rust"), tr("Rose and moss")
        ways = (
            Colourway(first, ("#1f2a44", "#b4532a"), "#fbf6ec"),
            Colourway(second, ("#a83e5b", "#4d6b3c"), "#f3ead7"),
        )

        def make(model: Model) -> Work[Project]:
            ink = on_paper(read_input(f"{EXAMPLE_PREFIX}{FIRST_EXAMPLE}").sketch)
            sample = yield from sample_project(model, Project(), ways)
            return replace(sample, sketch=replace(sample.sketch, ink=ink))

        def take(sample: Project) -> None:
            # Whoever has begun with something is not interrupted.
            if not session.is_dirty and session.path is None:
                session.begin_with(sample)

        self.window.enter("pattern")
        task = session.workers.draw("sample", tr("Drawing a first pattern"), FIRST_MODEL, make)
        task.finished.connect(take)

    def _follow_system(self) -> None:
        if self.session.preferences.theme == "system":
            apply_theme("system")

    def _follow_preferences(self) -> None:
        preferences: Preferences = self.session.preferences
        if preferences.language != self._language:
            self._language = preferences.language
            # Not while the window that asked for it is still in one of its own functions.
            QTimer.singleShot(0, self._speak)

    def _speak(self) -> None:
        """Another window in the other language; the session goes on."""
        self._languages.use(self._language)
        old = self.window
        self.window = MainWindow(self.session, old.room)
        self.window.setGeometry(old.geometry())
        self.window.setVisible(old.isVisible())
        old.leave()


def run_app(file: Path | None = None) -> int:
    """Open the app and return its exit code when the window is closed."""
    sys.setswitchinterval(_SWITCH_S)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("sketchdesign")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("sketchdesign")
    application.setWindowIcon(icon("sketch", accent=True))
    app = App(UserFolders.of_this_user(), file)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            app.session.report(error)

    sys.excepthook = report
    app.window.show()
    code = application.exec()
    app.session.close()
    return code


def discard_all(lost: Sequence[LostWork]) -> None:
    """Throw away what crashes left behind."""
    for work in lost:
        work.discard()
