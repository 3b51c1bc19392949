"""Editing, undo, files, autosave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.session import Message, Session
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.preferences import load_preferences
from sketchdesign.services.project.file import open_project
from sketchdesign.services.project.library import load_library
from sketchdesign.services.project.recovery import Journal, find_lost_work
from sketchdesign.services.project.state import KeptSketch, Project


def heat(session: Session, value: float) -> None:
    session.change("Temperature", merge="heat", sketch=replace(session.project.sketch, temperature=value))


def test_every_edit_can_be_undone(session: Session) -> None:
    before = session.project
    session.change("Seed", seed=5)
    session.change("Model", model="doodles")
    assert (session.project.seed, session.project.model) == (5, "doodles")
    assert session.is_dirty
    session.history.undo()
    assert session.project == replace(before, seed=5)
    session.history.undo()
    assert session.project == before
    assert not session.is_dirty
    session.history.redo()
    assert session.project.seed == 5


def test_a_drag_is_one_edit_and_the_next_drag_another(session: Session) -> None:
    for value in (0.3, 0.4, 0.5):
        heat(session, value)
    session.end_merge()
    heat(session, 0.9)
    assert session.history.count() == 2
    session.history.undo()
    assert session.project.sketch.temperature == 0.5
    session.history.undo()
    assert session.project.sketch.temperature == 0.25


def test_a_drag_that_comes_back_leaves_no_trace(session: Session) -> None:
    heat(session, 0.7)
    heat(session, 0.25)
    assert session.history.count() == 0


def test_an_edit_that_changes_nothing_is_none(session: Session) -> None:
    session.change("Seed", seed=session.project.seed)
    assert session.history.count() == 0


def test_saving_and_opening(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "work.sketchdesign"
    session.change("Seed", seed=12)
    with qtbot.waitSignal(session.path_changed):
        session.save_file(path)
    assert not session.is_dirty
    assert open_project(path).seed == 12
    session.new_project()
    assert session.project == Project()
    with qtbot.waitSignal(session.project_opened):
        session.open_file(path)
    assert (session.project.seed, session.path) == (12, path)
    assert session.preferences.recent_files() == [path]


def test_a_damaged_project_is_told_and_changes_nothing(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "broken.sketchdesign"
    path.write_bytes(b"PK not a zip")
    session.change("Seed", seed=3)
    with qtbot.waitSignal(session.message) as caught:
        session.open_file(path)
    message: Message = caught.args[0] if caught.args else Message("")
    assert message.is_error
    assert "broken.sketchdesign is damaged" in message.text
    assert message.hint
    assert session.project.seed == 3


def test_a_folder_that_cannot_be_written_is_told(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    session.change("Seed", seed=3)
    with qtbot.waitSignal(session.message) as caught:
        session.save_file(tmp_path / "nowhere" / "work.sketchdesign")
    assert caught.args is not None
    assert "does not exist" in caught.args[0].text
    assert session.is_dirty


def test_work_is_autosaved_and_forgotten_once_it_is_safe(
    session: Session, folders: UserFolders, qtbot: QtBot, tmp_path: Path
) -> None:
    recovery = folders.state / "recovery"
    session.change("Seed", seed=3)
    qtbot.waitUntil(lambda: any(recovery.glob("*.sketchdesign")), timeout=5_000)
    assert find_lost_work(folders) == []
    session.save_file(tmp_path / "safe.sketchdesign")
    qtbot.waitUntil(lambda: not any(recovery.glob("*.sketchdesign")))


def test_lost_work_is_taken_up(session: Session, folders: UserFolders, qtbot: QtBot) -> None:
    journal = Journal(folders)
    journal.write(Project(seed=77), Path("/gone/away.sketchdesign"))
    journal._lock.close()
    (lost,) = find_lost_work(folders)
    with qtbot.waitSignal(session.project_opened):
        session.recover(lost)
    assert session.project.seed == 77
    assert session.path == Path("/gone/away.sketchdesign")
    assert session.is_dirty
    qtbot.waitUntil(lambda: not lost.path.exists())
    assert session.workers.tasks or any((folders.state / "recovery").glob("*.sketchdesign"))


def test_stars_and_preferences_are_kept(session: Session, folders: UserFolders, qtbot: QtBot) -> None:
    kept = KeptSketch(Sketch.from_polylines([np.eye(2)]), "line")
    session.star([kept])
    session.set_preferences(theme="dark")
    qtbot.waitUntil(lambda: not session.workers.tasks)
    assert load_library(folders).sketches == (kept,)
    assert load_preferences(folders).theme == "dark"


def test_errors_of_the_program_carry_details(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.message) as caught:
        try:
            raise ZeroDivisionError("oops")
        except ZeroDivisionError as error:
            session.report(error)
    assert caught.args is not None
    assert "ZeroDivisionError" in caught.args[0].details
    assert session.log


@pytest.mark.parametrize("seed", range(3))
def test_a_long_history_undoes_to_the_start(session: Session, seed: int) -> None:
    rng = np.random.default_rng(seed)
    start = session.project
    for _ in range(200):
        choice = rng.integers(4)
        if choice == 0:
            session.change("Seed", seed=int(rng.integers(100)))
        elif choice == 1:
            heat(session, float(rng.random()))
        elif choice == 2:
            session.history.undo()
        else:
            session.history.redo()
    while session.history.canUndo():
        session.history.undo()
    assert session.project == start
