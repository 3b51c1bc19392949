"""Leaving work that is not saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from sketchdesign.gui.main_window import MainWindow
from sketchdesign.services.project.file import open_project


@pytest.fixture
def dirty(window: MainWindow, tmp_path: Path) -> MainWindow:
    window.asks_before_closing = True
    window.session.path = tmp_path / "work.sketchdesign"
    window.session.change("Seed", seed=23)
    return window


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_: button)


def test_save_in_the_close_question_saves_and_then_closes(
    dirty: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    assert not dirty.close()
    qtbot.waitUntil(lambda: not dirty.isVisible())
    assert dirty.session.path is not None
    assert open_project(dirty.session.path).seed == 23


def test_save_before_a_new_project_saves_and_then_makes_it(
    dirty: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    path = dirty.session.path
    with qtbot.waitSignal(dirty.session.project_opened):
        dirty.menus.new()
    assert path is not None
    assert open_project(path).seed == 23
    assert dirty.session.project.seed == 1
    dirty.asks_before_closing = False


def test_a_folder_that_cannot_be_written_keeps_the_window(
    dirty: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, tmp_path: Path
) -> None:
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    dirty.session.path = tmp_path / "no such folder" / "work.sketchdesign"
    with qtbot.waitSignal(dirty.session.message):
        dirty.close()
    assert dirty.isVisible()
    assert dirty.session.is_dirty
    dirty.asks_before_closing = False
