"""Starting the app: the window first, then everything that takes long."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from sketchdesign import __version__
from sketchdesign.gui.i18n import Languages, tr
from sketchdesign.gui.icons import app_icon
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.opening import on_paper
from sketchdesign.gui.session import Session
from sketchdesign.gui.theme import apply_theme
from sketchdesign.gui.workers import SHEETS
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.inputs import EXAMPLE_PREFIX, read_input
from sketchdesign.services.jobs import Work
from sketchdesign.services.preferences import Preferences
from sketchdesign.services.project.recovery import LostWork, find_lost_work
from sketchdesign.services.project.sample import sample_project
from sketchdesign.services.project.state import FIRST_MODEL, Colourway, Project

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

_SWITCH_S = 0.0002
"""How long a worker may compute in Python before the window has its turn. To paint, it asks for its turn many times:
with Python's own 0.005 that is seen as a stutter."""

FIRST_EXAMPLE = "begin-2"
"""Two ears: nine endings show at once what the app is about."""


class App:
    """One session and its window.

    Args:
        folders: where preferences, library and autosaves are.
        file: a project, sketch or model to open.
    """

    def __init__(self, folders: UserFolders, file: Path | None = None) -> None:
        sys.setswitchinterval(_SWITCH_S)
        first_start = not (folders.config / "preferences.json").exists()
        self.session = Session(folders)
        self._languages = Languages()
        self._languages.use(self.session.preferences.language)
        self._language = self.session.preferences.language
        apply_theme(self.session.preferences.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        lost = find_lost_work(self.session.folders)
        shows_sample = first_start and file is None and not lost
        # A room that is made later makes the window stand still.
        self.window = MainWindow(self.session, "pattern" if shows_sample else "sketch")
        self.session.preferences_changed.connect(self._follow_preferences)
        # Ready before the first stroke; and if it is missing, that is said before, too.
        self.session.project_opened.connect(lambda: self.session.workers.open_model(self.session.project.model))
        # Its first picture loads plugins of Qt, and no two libraries load at once: it would wait for torch's.
        self.window.first_painted.connect(lambda: self._begin(file, lost, shows_sample=shows_sample))

    def _begin(self, file: Path | None, lost: Sequence[LostWork], *, shows_sample: bool) -> None:
        self.session.collector.pause()
        self.session.workers.open_model(self.session.project.model).ended.connect(self._make_ready)
        if file is not None:
            self.window.open_path(file)
        elif shows_sample:
            self._show_sample()
        if lost:
            name = lost[0].original.name if lost[0].original is not None else tr("a project without a name")
            self.session.say(
                tr("The app ended unexpectedly. Its last work on {name} was kept").format(name=name),
                (tr("Take it up"), lambda: self.session.recover(lost[0])),
                (tr("Throw it away"), lost[0].discard),
            )

    def _make_ready(self) -> None:
        """After the model: when two threads load libraries, the window waits for its turn twice as often."""
        task = self.session.workers.call("", tr("Making ready"), make_ready, lane=SHEETS, quiet=True)
        task.ended.connect(self.session.collector.go_on)
        task.ended.connect(self._make_rooms)

    def _make_rooms(self) -> None:
        self.window.make_rooms()

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
        self.window.make_rooms()
        old.leave()


def _close_windows(number: int, _frame: FrameType | None) -> None:
    """Ctrl-C or a polite kill is the window's own cross: unsaved work is asked about. The second ends it at once."""
    signal.signal(number, signal.SIG_DFL)
    # An exception would only end the function of ours that Qt happens to be in.
    QTimer.singleShot(0, QApplication.closeAllWindows)


def run_app(file: Path | None = None) -> int:
    """Open the app and return its exit code when the window is closed."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("sketchdesign")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("sketchdesign")
    application.setWindowIcon(app_icon())
    app = App(UserFolders.of_this_user(), file)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            app.session.report(error)

    sys.excepthook = report
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _close_windows)
    app.window.show()
    return shut_down(app, application.exec())


def shut_down(app: App, code: int) -> int:
    """End the session and return the exit code, or end the process with it at once."""
    app.session.close()
    if app.session.workers.is_running:
        # A thread that still loads a library cannot be stopped, and C++ aborts when Python ends beneath it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def make_ready() -> None:
    """What the first visit of a room and the first route would wait for: libraries, and loops that are compiled."""
    from sketchdesign.geometry.route import warm_up
    from sketchdesign.gui.workspaces import explore, pattern, plot, sheet, sketch  # noqa: F401

    warm_up()
