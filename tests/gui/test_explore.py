"""The Explore workspace as a person uses it: wells, grids, marks, keys, taste, and out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.mime import mime_of
from sketchdesign.gui.view import View
from sketchdesign.gui.workers import Workers
from sketchdesign.gui.workspaces.explore import ExploreWorkspace
from sketchdesign.gui.workspaces.explore_wells import Well
from sketchdesign.services.explore.cells import asking
from sketchdesign.services.project.state import ExploreSettings, KeptSketch

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

CAT = KeptSketch(Sketch.from_polylines([np.array([[0.0, 90.0], [20.0, 0.0], [50.0, 40.0], [90.0, 5.0]])]), "cat")
PIG = KeptSketch(Sketch.from_polylines([np.array([[0.0, 0.0], [80.0, 0.0], [80.0, 60.0], [0.0, 60.0]])]), "pig")


@pytest.fixture
def explore(
    window: MainWindow, tiny_model: Callable[..., Model], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> ExploreWorkspace:
    """A grid of nine, drawn by a small model of three classes."""
    model = tiny_model(("cat", "pig", "owl"), class_count=3, class_size=4)
    monkeypatch.setattr("sketchdesign.model.zoo.open_model", lambda name: model)
    window.session.change("Nine", explore=ExploreSettings(rows=3, columns=3))
    workspace = window.enter("explore")
    assert isinstance(workspace, ExploreWorkspace)
    settle(workspace, qtbot)
    return workspace


def settle(workspace: ExploreWorkspace, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: all(workspace.grid.results) and not workspace.grid.is_drawing, timeout=60_000)


def cells_of(workspace: ExploreWorkspace) -> ExploreSettings:
    return workspace.session.project.explore


def click(workspace: ExploreWorkspace, cell: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    place = workspace.board.view.rect_px(workspace.board.scene.cells[cell]).center().toPoint()
    QTest.mouseClick(workspace.board, Qt.MouseButton.LeftButton, keys, place)


def test_a_grid_is_there_at_once_and_cells_are_starred_with_space(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    click(explore, 4)
    QTest.keyClick(explore.board, Qt.Key.Key_Right)
    assert explore.board.selected == {5}
    QTest.keyClick(explore.board, Qt.Key.Key_Space)
    assert cells_of(explore).cells[5].mark == "star"
    assert explore.grid.results[5] in explore.session.library
    explore.session.history.undo()
    assert not any(cell.mark for cell in cells_of(explore).cells)


def test_rerolling_all_leaves_the_locked_cells(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    before = explore.grid.results
    click(explore, 0)
    click(explore, 4, Qt.KeyboardModifier.ControlModifier)
    explore.locks.trigger()
    explore.rerolls_all.trigger()
    settle(explore, qtbot)
    after = explore.grid.results
    assert [number for number in range(9) if after[number] == before[number]] == [0, 4]
    explore.session.history.undo()
    settle(explore, qtbot)
    assert explore.grid.results == before


def test_one_cell_is_rolled_anew_alone(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    before = explore.grid.results
    click(explore, 7)
    explore.rerolls.trigger()
    settle(explore, qtbot)
    after = explore.grid.results
    assert [number for number in range(9) if after[number] != before[number]] == [7]


def test_locked_cells_survive_another_question_and_another_shape(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    kept = explore.grid.results[8]
    explore.mark("lock", [8])
    explore.settings.seed.setText("77")
    QTest.keyClick(explore.settings.seed, Qt.Key.Key_Return)
    settle(explore, qtbot)
    assert explore.session.project.seed == 77
    assert explore.grid.results[8] == kept
    explore.settings.row_count.setText("2")
    QTest.keyClick(explore.settings.row_count, Qt.Key.Key_Return)
    settle(explore, qtbot)
    assert len(explore.grid.results) == 6
    assert kept in explore.grid.results


def test_more_locked_cells_than_places_are_refused_in_words(explore: ExploreWorkspace, window: MainWindow) -> None:
    explore.mark("lock", range(9))
    explore.settings.row_count.setText("2")
    QTest.keyClick(explore.settings.row_count, Qt.Key.Key_Return)
    assert "locked" in window.message_bar.accessibleName()
    assert cells_of(explore).rows == 3
    assert explore.settings.row_count.value == 3.0


def test_empty_wells_say_what_to_do_and_one_button_fills_them(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    explore.session.star([CAT, PIG, *explore.grid.kept([0, 1]).values()])
    explore.switch.buttons["interpolate"].click()
    assert explore.empty.isVisible()
    assert any("corners" in label.text() for label in explore.empty.findChildren(QLabel))
    with qtbot.waitSignal(explore.grid.drawn, timeout=60_000):
        QTest.mouseClick(explore.empty.button, Qt.MouseButton.LeftButton)
    assert explore.board.isVisible()
    assert None not in cells_of(explore).wells
    assert len(set(explore.grid.results)) > 5


def test_chair_like_cats_are_one_button_away(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    explore.switch.buttons["interpolate"].click()
    assert explore.empty.second.text() == "Chair-like cats"
    with qtbot.waitSignal(explore.grid.drawn, timeout=60_000):
        QTest.mouseClick(explore.empty.second, Qt.MouseButton.LeftButton)
    settings = cells_of(explore)
    assert [well and well.word for well in settings.wells] == ["chair-1", "chair-2", "chair-3", "chair-4"]
    assert (settings.through, settings.through_class, settings.toward) == ("doodles", "cat", 0.5)
    explore.session.history.undo()
    assert explore.empty.isVisible()
    explore.switch.buttons["analogy"].click()
    assert not explore.empty.second.isVisible()


def test_another_subject_is_approached_as_far_as_both_are_seen(explore: ExploreWorkspace) -> None:
    subjects = next(each for each in explore.settings.findChildren(QComboBox) if each.accessibleName() == "Drawn as")
    for subject, toward in ((("owl", ""), 0.7), (("", ""), 0.0), (("", "pig"), 0.5)):
        rows = [subjects.itemData(row) for row in range(subjects.count())]
        subjects.setCurrentIndex(rows.index(subject))
        subjects.activated.emit(subjects.currentIndex())
        assert (cells_of(explore).through, cells_of(explore).through_class) == subject
        assert cells_of(explore).toward == toward


def test_wells_take_drops_and_files_and_cells(explore: ExploreWorkspace, qtbot: QtBot, tmp_path: Path) -> None:
    explore.switch.buttons["interpolate"].click()
    first, second, third, fourth = explore.wells.visible_wells()
    drop(first, CAT)
    assert cells_of(explore).wells[0] == CAT
    path = tmp_path / "square.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><path d="M10 10H40V40H10Z" stroke="black"/></svg>')
    with qtbot.waitSignal(second.filled, timeout=10_000):
        second.read(path)
    QTest.keyClick(third, Qt.Key.Key_Delete)
    explore.take([PIG, CAT])
    settle(explore, qtbot)
    assert [well.kept for well in (first, third, fourth)] == [CAT, PIG, CAT]
    (into_b,) = [each for each in explore.menu_of(4).actions() if each.text().endswith("well B")]
    cell = explore.grid.results[4]
    into_b.trigger()
    assert cells_of(explore).wells[1] == cell
    QTest.keyClick(third, Qt.Key.Key_Delete)
    assert cells_of(explore).wells[2] is None


def drop(well: Well, kept: KeptSketch) -> None:
    mime = mime_of([kept])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    well.dropEvent(QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, mime, buttons, keys))


@pytest.mark.parametrize("tool", ["analogy", "morph", "walk"])
def test_every_tool_draws(explore: ExploreWorkspace, qtbot: QtBot, tool: str) -> None:
    before = explore.grid.results
    explore.take([CAT, PIG, CAT, PIG])
    settle(explore, qtbot)
    explore.switch.buttons[tool].click()
    qtbot.waitUntil(lambda: explore.grid.results != before, timeout=60_000)
    settle(explore, qtbot)
    assert len(set(explore.grid.results)) > 3
    explore.session.history.setIndex(1)
    settle(explore, qtbot)
    assert cells_of(explore).tool == "generate"
    assert explore.grid.results == before


def test_a_taste_learns_from_marks_when_it_is_told_to(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    liked, disliked = explore.grid.results[0], explore.grid.results[1]
    explore.mark("star", [0])
    explore.mark("reject", [1])
    explore.switch.buttons["taste"].click()
    settle(explore, qtbot)
    assert cells_of(explore).liked == (liked,)
    assert cells_of(explore).disliked == (disliked,)
    before = explore.grid.results
    explore.mark("star", [3])
    assert explore.grid.results == before
    explore.taste.learn_asked.emit()
    settle(explore, qtbot)
    assert len(cells_of(explore).liked) == 2
    assert explore.grid.results != before


def test_enter_opens_a_cell_in_sketch_and_starred_cells_go_to_pattern(explore: ExploreWorkspace) -> None:
    asked: list[str] = []
    explore.session.room_asked.disconnect()
    explore.session.room_asked.connect(asked.append)
    explore.mark("star", [2, 6])
    explore.sends.trigger()
    assert set(explore.session.project.pattern.motifs) == {explore.grid.results[2], explore.grid.results[6]}
    click(explore, 3)
    QTest.keyClick(explore.board, Qt.Key.Key_Return)
    assert len(explore.session.project.sketch.ink) > 1
    assert asked == ["pattern", "sketch"]


def test_the_temperature_is_one_step_of_the_history(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    steps = explore.session.history.count()
    slider = explore.settings.ranges["temperature"].ends[1].slider
    slider.setSliderDown(True)
    for value in (500, 700, 900):
        slider.setValue(value)
    slider.setSliderDown(False)
    settle(explore, qtbot)
    assert explore.session.history.count() == steps + 1
    assert cells_of(explore).temperature[1] == pytest.approx(1.35)


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_the_grid_is_exported(explore: ExploreWorkspace, qtbot: QtBot, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"grid{ending}"
    assert f"*{ending}" in explore.export_filter()
    with qtbot.waitSignal(explore.session.message, timeout=20_000) as said:
        explore.export(path)
    assert said.args is not None
    assert "Exported" in said.args[0].text
    assert path.stat().st_size > 1000


def test_a_sketch_under_the_pointer_is_drawn_stroke_by_stroke(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    replay = explore.grid.replay
    explore.board.hovered.emit(4)
    assert replay.is_running
    first = replay.points_drawn()
    qtbot.waitUntil(lambda: replay.points_drawn() > first)
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    replay.paint(painter, View())
    painter.end()
    explore.board.hovered.emit(-1)
    assert not replay.is_running


def test_what_is_left_in_the_middle_is_finished_when_one_comes_back(
    explore: ExploreWorkspace, window: MainWindow, qtbot: QtBot
) -> None:
    explore.session.change("Others", explore=asking(cells_of(explore), rows=5))
    window.enter("sketch")
    window.enter("explore")
    settle(explore, qtbot)
    assert len(explore.grid.results) == 15


def test_an_empty_formula_ends_what_is_being_drawn(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    explore.session.change("Many", explore=asking(cells_of(explore), rows=40, columns=40))
    (task,) = [task for task in explore.session.workers.tasks if task.key == "explore.grid"]
    with qtbot.waitSignal(task.cancelled, timeout=20_000):
        explore.switch.buttons["analogy"].click()
    assert explore.empty.isVisible()


def test_a_missing_model_is_told_and_the_grid_stays_usable(
    explore: ExploreWorkspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with qtbot.waitSignal(explore.session.message, timeout=60_000) as said:
        explore.session.change("Model", model="no-such-model")
    assert said.args is not None
    assert "no model" in said.args[0].text.lower()
    assert not any(explore.grid.results)
    explore.session.history.undo()
    assert all(explore.grid.results)


def test_results_reach_the_main_thread_however_fast_they_come(workers: Workers, qtbot: QtBot) -> None:
    from sketchdesign.services.jobs import Progress, Work

    def work() -> Work[None]:
        for number in range(50):
            yield Progress(number, 50, "cells", (number,))

    found: list[object] = []
    task = workers.run("", "Finding", work)
    task.progressed.connect(lambda progress: found.extend(progress.found))
    with qtbot.waitSignal(task.finished):
        pass
    assert found == list(range(50))


@pytest.fixture
def workers(window: MainWindow) -> Workers:
    return window.session.workers


def test_settings_of_another_tool_do_not_ask_again(explore: ExploreWorkspace, qtbot: QtBot) -> None:
    before = explore.session.workers.tasks
    explore.session.change("Liked", explore=replace(cells_of(explore), liked=(CAT,)))
    assert explore.session.workers.tasks == before
    assert not explore.grid.is_drawing
