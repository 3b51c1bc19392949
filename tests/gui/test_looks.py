"""What a picky eye would see: seams, blank places, cut numbers, words for numbers, and another language."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sketchdesign.core.strokes import Sketch
from sketchdesign.gui import theme
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.colour_words import layer_title
from sketchdesign.gui.fields import NumberField, SliderField
from sketchdesign.gui.i18n import Languages, read_catalogue, tr_said
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.scene import Scene
from sketchdesign.gui.session import Session
from sketchdesign.gui.thumbnails import blank_card, card_image
from sketchdesign.gui.view import View
from sketchdesign.gui.workers import Task
from sketchdesign.gui.workspaces.explore_wells import WELL_PX, Well
from sketchdesign.gui.workspaces.pattern_words import verdict
from sketchdesign.gui.workspaces.plot_timeline import TimeLine
from sketchdesign.gui.workspaces.plot_words import clock, duration
from sketchdesign.gui.workspaces.sketch import SketchWorkspace
from sketchdesign.services.plot.drivers import other_drivers
from sketchdesign.services.project.state import KeptSketch

PAPER = QColor(theme.PAPER).rgb()


@pytest.fixture
def crowded(qtbot: QtBot, english: Languages, monkeypatch: pytest.MonkeyPatch) -> Canvas:
    """Cells in squares that begin within pixels: the first just above the middle of one, the next just below."""
    monkeypatch.setattr("sketchdesign.gui.canvas.DIRECT_CELLS", 0)
    made = Canvas("Test")
    qtbot.addWidget(made)
    made.resize(600, 600)
    made.show_scene(Scene.grid(8, 8))
    made._follows = False
    half = float(np.nextafter(46.5, 0.0))
    made.view = View(2.0, QPointF(-half, -half) / 2.0)
    made.show()
    return made


def blemishes(canvas: Canvas) -> int:
    """Pixels within the visible cells that are no paper."""
    image = canvas.grab().toImage()
    wrong = 0
    for cell in canvas.scene.visible_cells(canvas.view.seen(canvas.size().toSizeF())):
        inner = canvas.view.rect_px(canvas.scene.cells[cell]).adjusted(4, 4, -4, -4).toAlignedRect()
        inner = inner.intersected(image.rect())
        places = ((x, y) for x in range(inner.left(), inner.right()) for y in range(inner.top(), inner.bottom()))
        wrong += sum(image.pixel(x, y) != PAPER for x, y in places)
    return wrong


def test_the_squares_of_a_large_grid_meet_without_a_line(crowded: Canvas, qtbot: QtBot) -> None:
    crowded.focused = -1
    crowded.grab()
    qtbot.waitUntil(lambda: len(crowded._tiles._tiles) >= 9, timeout=20_000)
    qtbot.waitUntil(lambda: not crowded._tiles._asked, timeout=20_000)
    assert blemishes(crowded) == 0


def test_cells_show_their_paper_before_they_are_painted(crowded: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowded._tiles, "ask", lambda *_: None)
    monkeypatch.setattr(crowded._tiles, "get", lambda *_: None)
    assert blemishes(crowded) == 0


def test_the_letter_of_a_well_is_not_drawn_over(session: Session, english: Languages, qtbot: QtBot) -> None:
    well = Well(session, "A")
    qtbot.addWidget(well)
    well.show_sketch(KeptSketch(Sketch.from_polylines([[(0, 0), (90, 0), (90, 90), (0, 90), (0, 0)]]), "box"))
    image = well.grab().toImage()
    letter = QRectF(4, 2, 16, well.fontMetrics().height() - 1).toAlignedRect()
    ink = QColor(theme.INK).lightness()
    pixels = [(x, y) for x in range(letter.left(), letter.right()) for y in range(letter.top(), letter.bottom())]
    quiet = theme.colour("quiet").lightness()
    assert min(QColor(image.pixel(x, y)).lightness() for x, y in pixels) > quiet - 20
    below = [image.pixelColor(WELL_PX // 2, y).lightness() for y in range(WELL_PX)]
    assert min(below) < ink + 40


@pytest.mark.parametrize(("low", "high", "unit"), [(1.0, 20_000.0, "mm/s\u00b2"), (0.0, 1.0, ""), (0.0, 100.0, "%")])
def test_a_number_beside_a_slider_has_room_for_all_it_can_show(
    low: float, high: float, unit: str, english: Languages, qtbot: QtBot
) -> None:
    field = SliderField("Test", high, low, high, unit=unit)
    qtbot.addWidget(field)
    field.show()
    inner = field.number.width() - 16  # its padding and border
    assert field.number.fontMetrics().horizontalAdvance(field.number.text()) <= inner


def test_nothing_can_be_called_by_a_word(english: Languages, qtbot: QtBot) -> None:
    field = NumberField("Test", 0.0, 0.0, 9000.0, unit="m", step=1000.0, decimals=1, zero="never")
    qtbot.addWidget(field)
    heard: list[float] = []
    field.changed.connect(heard.append)
    assert field.text() == "never"
    field.setText("2.5")
    field.editingFinished.emit()
    assert field.text() == "2.5 m"
    field.setText("never")
    field.editingFinished.emit()
    assert heard == [2500.0, 0.0]
    assert field.text() == "never"


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ink", ["#000000", "#1f2a44", "#ffffff", "#b4532a"])
def test_a_dark_pen_is_seen_on_a_dark_time_line_and_keeps_its_hue(name: str, ink: str, english: Languages) -> None:
    theme.apply_theme(name)
    line = TimeLine()
    line.resize(400, 40)
    line.show_layers([ink], [0.0, 60.0])
    line.go_to(60.0)
    bar = line.bar
    shown = bar.grab().toImage().pixelColor(bar.width() // 2, bar.height() // 2)
    assert abs(shown.lightness() - theme.colour("panel").lightness()) >= 50
    if QColor(ink).hslSaturationF() > 0.2:
        assert abs(shown.hslHue() - QColor(ink).hslHue()) <= 12
    theme.apply_theme("light")


def test_without_a_plan_nothing_can_be_played(english: Languages) -> None:
    line = TimeLine()
    assert not line.play.isEnabled()
    line.show_layers(["#000000"], [0.0, 60.0])
    assert line.play.isEnabled()
    line.set_watching(on=False)
    assert not line.play.isEnabled()
    line.set_watching(on=True)
    line.show_layers([], [0.0])
    assert not line.play.isEnabled()


def test_a_time_is_the_same_on_a_clock_and_in_words(english: Languages) -> None:
    assert clock(253.7) == "4:14"
    assert duration(253.7) == "4 min 14 s"


def test_a_pen_without_a_name_is_called_by_its_colour(english: Languages) -> None:
    assert layer_title("#1f2a44 0.5", "#1f2a44") == "dark blue"
    assert layer_title("my brush", "#1f2a44") == "my brush"


def checked(*counts: int) -> Any:
    holes, alleyways, line_ups, crowds = ([None] * count for count in counts)
    return SimpleNamespace(
        croquis=SimpleNamespace(score=0.957, holes=holes, alleyways=alleyways, line_ups=line_ups, crowds=crowds)
    )


def test_one_fault_is_not_many(english: Languages) -> None:
    assert verdict(checked(0, 3, 1, 0), in_full=True) == "croquis 96 %: 3 alleyways, 1 line-up"
    assert verdict(checked(1, 1, 0, 1), in_full=True) == "croquis 96 %: 1 hole, 1 alleyway, 1 crowd"
    assert verdict(checked(1, 1, 0, 1), in_full=False) == "croquis 96 %"
    english.use("de")
    assert verdict(checked(0, 3, 1, 0), in_full=True) == "Croquis 96 %: 3 Gassen, 1 Reihe"


def test_what_is_said_of_seams_and_files_is_german(english: Languages) -> None:
    english.use("de")
    for text in (
        "The tile does not meet itself: a stroke in layer 1 (ink) ends on the left edge at (0.000, 3.200) mm, "
        "but nothing goes on there at the right edge.",
        "a stroke in layer 2 (rust) bends by 12 degrees where it leaves the top edge at (0.000, 3.200) mm",
        "a.png has 945 x 472 whole pixels, which are 160.020 x 79.925 mm at 150 dpi (the tile: 160.000 x 80.000 mm).",
    ):
        said = tr_said(text)[0]
        assert said != text
        assert not {"edge", "stroke", "whole", "left", "top"} & set(said.replace(":", " ").split())


def test_our_drivers_have_german_forms(qapp: QApplication) -> None:
    german = read_catalogue("de")
    (hpgl,) = [driver for driver in other_drivers() if driver.name == "hpgl"]
    texts = [text for field in hpgl.fields for text in (field.label, field.help, *field.choices)]
    assert len(texts) > 12
    assert [text for text in texts if text not in german] == []


def test_cards_of_models_lie_on_paper(tmp_path: Path) -> None:
    white = QImage(160, 100, QImage.Format.Format_RGB32)
    white.fill(0xFFFFFF)
    white.save(str(tmp_path / "card.png"))
    size = QSize(60, 40)
    for card in (card_image(tmp_path / "card.png", size), blank_card(size)):
        assert card.size() == size
        assert card.pixelColor(30, 20).rgb() == PAPER
        assert card.pixelColor(0, 0).alpha() < 128  # round corners


def test_both_sides_of_the_sketch_room_are_in_line(window: MainWindow) -> None:
    room = window.enter("sketch")
    assert isinstance(room, SketchWorkspace)
    window.resize(1280, 800)
    QApplication.processEvents()
    left, right = (
        QRectF(widget.mapTo(window, widget.rect().topLeft()), widget.size().toSizeF())
        for widget in (room.paper, room.results.canvas)
    )
    assert abs(left.top() - right.top()) <= 1.0
    assert abs(left.bottom() - right.bottom()) <= 1.0


def test_what_nobody_asked_to_be_saved_is_saved_in_silence(session: Session, qtbot: QtBot) -> None:
    begun: list[Task] = []
    session.workers.task_added.connect(begun.append)
    session._autosave.setInterval(0)
    session.change("Seed", seed=5)
    session.star([KeptSketch(Sketch.from_polylines([np.eye(2)]), "line")])
    session.set_preferences(reduced_motion=True)
    qtbot.waitUntil(lambda: {task.key for task in begun} >= {"autosave", "library", "preferences"})
    qtbot.waitUntil(lambda: not session.workers.tasks)
    assert all(task.quiet for task in begun)


def test_what_cannot_be_saved_in_silence_is_said(session: Session, qtbot: QtBot) -> None:
    session.folders.config.parent.mkdir(parents=True, exist_ok=True)
    session.folders.config.write_text("a file where the folder should be")
    with qtbot.waitSignal(session.message, timeout=10_000) as said:
        session.set_preferences(reduced_motion=True)
    assert said.args is not None
    assert said.args[0].is_error


def test_news_of_a_job_do_not_paint_the_window_at_once(window: MainWindow, qtbot: QtBot) -> None:
    room = window.enter("sketch")
    assert isinstance(room, SketchWorkspace)
    painted: list[int] = []
    room.paper.overlays.append(lambda *_: painted.append(1))
    bar = window.status_strip._bar
    bar.setVisible(True)
    QApplication.processEvents()
    room.paper.update()
    painted.clear()
    for done in range(20):
        bar.show_progress(done, 20)
    assert painted == []
    QApplication.processEvents()
    assert painted
    assert (bar.value(), bar.maximum()) == (19, 20)


def test_rooms_are_made_ahead_and_answer_to_no_key_before_they_are_entered(window: MainWindow, qtbot: QtBot) -> None:
    window.enter("sketch")
    window.make_rooms()
    qtbot.waitUntil(lambda: len(window._made) == 5, timeout=20_000)
    qtbot.waitUntil(lambda: not window._ahead.isActive(), timeout=5_000)
    assert window.room == "sketch"
    for key, made in window._made.items():
        assert all(action.isVisible() is (key == "sketch") for action in made.actions)
    before = dict(window._made)
    for key in ("plot", "explore", "sheet", "pattern"):
        assert window.enter(key) is before[key]
        assert window.workspace.widget.isVisible()


def test_a_room_that_is_half_made_can_be_entered(window: MainWindow, qtbot: QtBot) -> None:
    window.enter("sketch")
    for _ in range(2):
        window._make_more()
    assert "explore" not in window._made
    made = window.enter("explore")
    assert made.widget.isVisible()
    assert window._middle.count() == 2


@pytest.mark.parametrize("name", ["odd.svg", "odd.ndjson", "none.svg"])
def test_a_file_that_cannot_be_read_leaves_the_room_as_it_is(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, name: str
) -> None:
    (tmp_path / "odd.svg").write_text("no XML")
    (tmp_path / "odd.ndjson").write_text("{")
    window.enter("pattern")
    with qtbot.waitSignal(window.session.message, timeout=20_000) as said:
        window.open_path(tmp_path / name)
    assert said.args is not None
    assert said.args[0].is_error
    assert window.room == "pattern"


def test_a_sketch_that_can_be_read_is_shown_on_the_paper(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "line.svg"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0 L9 9 L0 9' stroke='black'/></svg>")
    window.enter("pattern")
    window.open_path(path)
    qtbot.waitUntil(lambda: window.room == "sketch", timeout=20_000)
    assert len(window.session.project.sketch.ink) == 3
