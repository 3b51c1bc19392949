"""Every text has its German, and German fits where English was."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sketchdesign import gui
from sketchdesign.gui.i18n import Languages, read_catalogue, tr
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspace import rooms

SOURCES = Path(str(gui.__file__)).parent


def texts_of_the_app() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                for each in ast.walk(node.args[0]):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield path.name, each.value


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_its_german() -> None:
    german = read_catalogue("de")
    missing = sorted({f"{file}: {text}" for file, text in texts_of_the_app() if text not in german})
    assert missing == []
    assert all(holes(text) == holes(translated) for text, translated in german.items())


def test_the_catalogue_holds_nothing_that_is_not_said() -> None:
    # Labels of declared parameters reach tr by name, and not as literals.
    said = {text for _, text in texts_of_the_app()}
    declared = set(read_parameters())
    assert sorted(set(read_catalogue("de")) - said - declared) == []


def read_parameters() -> Iterator[str]:
    import json

    path = SOURCES / "i18n" / "de" / "parameters.json"
    if path.exists():
        yield from json.loads(path.read_text(encoding="utf-8"))


def test_unknown_texts_stay_as_they_are(qapp: QApplication) -> None:
    languages = Languages()
    languages.use("de")
    assert tr("Undo") == "R\u00fcckg\u00e4ngig"
    assert tr("nobody translated this") == "nobody translated this"
    languages.use("en")
    assert tr("Undo") == "Undo"


@pytest.mark.parametrize("size", [(1280, 800), (2560, 1440)])
def test_german_is_not_clipped(session: Session, qtbot: QtBot, size: tuple[int, int], english: Languages) -> None:
    english.use("de")
    window = MainWindow(session)
    window.asks_before_closing = False
    window.resize(*size)
    window.show()
    for room in rooms():
        window.enter(room.key)
        QApplication.processEvents()
        labels = [each for each in window.findChildren(QWidget) if isinstance(each, QPushButton | QToolButton | QLabel)]
        clipped = [each.text() for each in labels if each.isVisible() and each.text() and not _fits(each)]
        assert clipped == []
    window.close()
    window.deleteLater()


def _fits(widget: QPushButton | QToolButton | QLabel) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() >= widget.heightForWidth(widget.width()) - 1
    wanted = widget.sizeHint() if isinstance(widget, QLabel) else widget.minimumSizeHint()
    return widget.width() >= min(wanted.width(), widget.sizeHint().width()) - 1
