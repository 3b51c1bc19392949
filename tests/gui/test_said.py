"""What services say is said in German, or in English: never in both at once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import sketchdesign
from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Page
from sketchdesign.core.errors import InputError, SketchDesignError
from sketchdesign.core.palettes import read_palettes
from sketchdesign.core.units import parse_length_mm
from sketchdesign.gui.i18n import Languages, tr_said
from sketchdesign.gui.i18n.sentences import Sentences, read_sentences
from sketchdesign.gui.session import Session
from sketchdesign.gui.workers import Failure
from sketchdesign.services.inputs import read_input
from sketchdesign.services.project.file import open_project
from sketchdesign.services.project.presets import read_preset
from sketchdesign.services.project.reopen import reopened
from sketchdesign.services.project.state import ExploreSettings, Project
from sketchdesign.services.tiles.colourways import read_colourways

SOURCES = Path(str(sketchdesign.__file__)).parent
OF_THE_SYSTEM = (
    "no such",
    "permission",
    "operation",
    "is a directory",
    "not a directory",
    "no space",
    "read-only file",
    "file name",
    "input/output",
)


@pytest.fixture
def german(qapp: QApplication) -> Iterator[Languages]:
    languages = Languages()
    languages.use("de")
    yield languages
    languages.use("en")


def templates() -> Iterator[str]:
    """Every text of the sources that is no part of another, with a hole for each part that changes."""
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_sentence_of_the_catalogue_is_said_somewhere() -> None:
    known = set(templates()) | {"{}: {}"}
    gone = [text for text in read_sentences("de") if text not in known and not text.startswith(OF_THE_SYSTEM)]
    # What is said of an unknown error is made of one hole more.
    assert gone == ["an error in the program itself: {}"]
    assert len(read_sentences("de")) >= 60


def test_every_translation_has_the_holes_of_its_sentence() -> None:
    for english, german in read_sentences("de").items():
        places = {german[at + 1] for at, sign in enumerate(german[:-1]) if sign in "{<" and german[at + 1].isdigit()}
        assert places <= {str(number) for number in range(english.count("{}"))}, english


def test_a_sentence_is_found_by_what_it_says_most() -> None:
    sentences = Sentences("de")
    assert sentences.translated("choose a smaller margin") == "W\u00e4hle einen kleineren Rand"
    assert sentences.translated("a margin of 70 mm leaves nothing of the page") == (
        "ein Rand von 70 mm l\u00e4sst von der Seite nichts \u00fcbrig"
    )
    assert sentences.translated("cannot open /tmp/a: b.svg: no such file or directory") == (
        "/tmp/a: b.svg l\u00e4sst sich nicht \u00f6ffnen: es gibt sie nicht"
    )
    assert sentences.translated("cannot open a.svg: the moon is in the way") is None
    assert sentences.translated("nobody translated this") is None
    assert sentences.translated("x" * 5000 + " is a folder") is None


def test_what_is_half_known_stays_english(german: Languages) -> None:
    assert tr_said("choose another file", "turn around twice") == ("choose another file", "turn around twice")
    assert tr_said("the board is empty") == ("die Tafel ist leer", "")
    failure = Failure.of(InputError("the board is empty", hint="choose another file"))
    assert (failure.what, failure.hint) == ("die Tafel ist leer", "W\u00e4hle eine andere Datei")


def mistakes(folder: Path) -> Iterator[SketchDesignError]:
    """What goes wrong in an afternoon, by what a person does."""
    odd = folder / "odd.sketchdesign"
    odd.write_text("no zip")
    for name, data in (("odd.gpl", "no palette"), ("odd.ase", "no swatches"), ("odd.preset.json", "{}"),
                       ("odd.svg", "no XML"), ("blank.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
                       ("odd.toml", "="), ("odd.ndjson", "{")):  # fmt: skip
        (folder / name).write_text(data)
    acts: list[Callable[[], object]] = [
        lambda: open_project(odd),
        lambda: open_project(folder / "none.sketchdesign"),
        lambda: open_project(folder),
        lambda: read_preset(folder / "odd.preset.json"),
        lambda: read_preset(folder / "none.preset.json"),
        lambda: read_palettes(folder / "odd.gpl"),
        lambda: read_palettes(folder / "odd.ase"),
        lambda: read_palettes(folder / "none.gpl"),
        lambda: read_colourways(folder / "odd.toml"),
        lambda: read_input(str(folder / "odd.svg")),
        lambda: read_input(str(folder / "blank.svg")),
        lambda: read_input(str(folder / "none.svg")),
        lambda: read_input(str(folder / "odd.ndjson")),
        lambda: read_input(str(folder / "odd.docx")),
        lambda: reopened(folder / "none.svg", Project()),
        lambda: Page.parse("as large as a door"),
        lambda: Page.parse("A9"),
        lambda: parse_colour("navi"),
        lambda: parse_colour("7"),
        lambda: Page.parse("1x900000mm"),
        lambda: parse_length_mm("two feet"),
        lambda: ExploreSettings(rows=41),
    ]
    for number, act in enumerate(acts):
        try:
            act()
        except SketchDesignError as error:
            yield error
        else:
            raise AssertionError(f"mistake {number} is none")


def test_the_mistakes_of_an_afternoon_are_said_in_german(german: Languages, tmp_path: Path) -> None:
    english = [
        str(error)
        for error in mistakes(tmp_path)
        if Failure.of(error).what == error.what or (error.hint and Failure.of(error).hint == error.hint)
    ]
    assert english == []


def test_the_message_bar_hears_them(session: Session, german: Languages, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(session.message, timeout=30_000) as said:
        session.open_file(tmp_path / "none.sketchdesign")
    assert said.args[0].text.endswith("l\u00e4sst sich nicht \u00f6ffnen: es gibt sie nicht")
    assert said.args[0].hint == "W\u00e4hle eine andere Datei"
