"""Windows without a screen. Every warning of Qt fails the test that caused it."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Iterator
from pathlib import Path

import pytest

# A computer without the system libraries of a screen can run all other tests.
pytest.importorskip("PySide6.QtWidgets", reason="Qt finds no libEGL, libxkbcommon or libdbus", exc_type=ImportError)

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from sketchdesign.gui.app import App
from sketchdesign.gui.i18n import Languages
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.session import Session
from sketchdesign.gui.theme import apply_theme
from sketchdesign.services.folders import UserFolders

OF_THE_PLATFORM = "This plugin does not support "
"""What the offscreen platform says about itself, and not about us."""


@pytest.fixture(autouse=True)
def no_qt_warnings() -> Iterator[None]:
    said: list[str] = []

    def handler(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and not text.startswith(OF_THE_PLATFORM):
            said.append(text)

    before = qInstallMessageHandler(handler)
    yield
    qInstallMessageHandler(before)
    assert said == []


@pytest.fixture
def folders(tmp_path: Path) -> UserFolders:
    return UserFolders.under(tmp_path / "user")


@pytest.fixture
def session(qapp: QApplication, folders: UserFolders) -> Iterator[Session]:
    made = Session(folders)
    yield made
    made.close()


@pytest.fixture
def english(qapp: QApplication) -> Iterator[Languages]:
    languages = Languages()
    languages.use("en")
    apply_theme("light")
    yield languages
    languages.use("en")


@pytest.fixture
def window(session: Session, english: Languages) -> Iterator[MainWindow]:
    made = MainWindow(session)
    made.asks_before_closing = False
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def app(qapp: QApplication, folders: UserFolders) -> Iterator[App]:
    made = App(folders)
    made.window.show()
    yield made
    made.window.asks_before_closing = False
    made.window.close()
    made.session.close()
    made.window.deleteLater()
