"""A real app in a process of its own, killed while somebody works in it: the next start gives the work back."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from sketchdesign.gui.app import App
from sketchdesign.gui.session import Message, Session
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.project.recovery import Journal, find_lost_work, recovery_folder
from sketchdesign.services.project.state import Project

KILLS = int(os.environ.get("SKETCHDESIGN_KILLS", "1"))
LATEST_S = 12.0 if KILLS > 1 else 5.0
MOST_LOST_S = 10.0

WORKER = """
import os, sys, time
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from dataclasses import replace
from pathlib import Path
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.app import App
from sketchdesign.services.folders import UserFolders

if __name__ == "__main__":
    application = QApplication([])
    app = App(UserFolders.under(Path(sys.argv[1])))
    app.window.show()
    session, rng, edits = app.session, np.random.default_rng(1), 0

    def edit():
        global edits
        edits += 1
        print(edits, time.time(), flush=True)
        sketch = session.project.sketch
        stroke = rng.uniform(0.0, 255.0, (20, 2)).astype(np.float32)
        strokes = [*sketch.ink.polylines(), stroke] if sketch.ink.stroke_count < 50 else [stroke]
        session.change("Edit", seed=edits, sketch=replace(sketch, ink=Sketch.from_polylines(strokes)))

    hand = QTimer(interval=40)
    hand.timeout.connect(edit)
    hand.start()
    application.exec()
"""


def work_and_be_killed(user: Path, after_s: float) -> tuple[list[float], float]:
    """When each edit was made by an app that is killed so long after the first, and when that was."""
    script = user.parent / "worker.py"
    script.write_text(WORKER)
    with subprocess.Popen([sys.executable, str(script), str(user)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(after_s)
        process.kill()
        killed_at = time.time()
        lines = [first, *process.stdout.read().splitlines()]
    # The end may have come in the middle of a line.
    return [float(line.split()[1]) for line in lines if len(line.split()) == 2], killed_at


@pytest.fixture
def told(session: Session) -> list[Message]:
    messages: list[Message] = []
    session.message.connect(messages.append)
    return messages


def leave_behind(folders: UserFolders, seed: int) -> None:
    """What a program leaves that ends in the middle of its work."""
    journal = Journal(folders)
    journal.write(Project(seed=seed), None)
    journal._lock.close()


@pytest.mark.parametrize("number", range(KILLS))
def test_after_a_kill_at_any_moment_the_next_start_offers_the_work(
    qapp: QApplication, folders: UserFolders, tmp_path: Path, qtbot: QtBot, number: int
) -> None:
    after_s = random.Random(number).uniform(3.0, LATEST_S)
    edits, killed_at = work_and_be_killed(tmp_path / "user", after_s)
    app = App(folders)
    app.window.show()
    try:
        qtbot.waitUntil(app.window.message_bar.isVisible)
        buttons = app.window.message_bar.findChildren(QAbstractButton)
        (take_up,) = [each for each in buttons if each.text() == "Take it up"]
        with qtbot.waitSignal(app.session.project_opened):
            QTest.mouseClick(take_up, Qt.MouseButton.LeftButton)
        kept = app.session.project.seed
        lost_s = killed_at - edits[kept] if kept < len(edits) else 0.0
        print(f"killed {after_s:.1f} s after the first of {len(edits)} edits: {lost_s:.1f} s lost")
        assert app.session.project.sketch.ink.stroke_count > 0
        assert lost_s <= MOST_LOST_S
        # Taken up, it is kept anew before the old copy goes.
        qtbot.waitUntil(lambda: not find_lost_work(folders))
        assert list(recovery_folder(folders).glob("*.sketchdesign"))
    finally:
        app.window.asks_before_closing = False
        app.window.close()
        app.session.close()
        app.window.deleteLater()


def test_only_the_work_that_was_offered_is_thrown_away(qapp: QApplication, folders: UserFolders, qtbot: QtBot) -> None:
    leave_behind(folders, 11)
    leave_behind(folders, 12)
    newest, other = find_lost_work(folders)
    app = App(folders)
    app.window.show()
    qtbot.waitUntil(app.window.message_bar.isVisible)
    buttons = app.window.message_bar.findChildren(QAbstractButton)
    (throw,) = [each for each in buttons if each.text() == "Throw it away"]
    QTest.mouseClick(throw, Qt.MouseButton.LeftButton)
    assert [lost.path for lost in find_lost_work(folders)] == [other.path]
    assert not newest.path.exists()
    app.window.asks_before_closing = False
    app.window.close()
    app.session.close()
    app.window.deleteLater()


def test_lost_work_stays_until_it_is_kept_again(session: Session, folders: UserFolders, qtbot: QtBot) -> None:
    leave_behind(folders, 7)
    (lost,) = find_lost_work(folders)
    with qtbot.waitSignal(session.project_opened):
        session.recover(lost)
    assert lost.path.exists()
    qtbot.waitUntil(lambda: not lost.path.exists())
    assert session.project.seed == 7


def test_damaged_lost_work_is_said_and_changes_nothing(
    session: Session, folders: UserFolders, told: list[Message], qtbot: QtBot
) -> None:
    leave_behind(folders, 7)
    (lost,) = find_lost_work(folders)
    lost.path.write_bytes(lost.path.read_bytes()[:100])
    session.change("Seed", seed=3)
    with qtbot.waitSignal(session.message):
        session.recover(lost)
    assert "damaged" in told[0].text
    assert session.project.seed == 3
    assert lost.path.exists()


def test_a_folder_for_autosaves_that_cannot_be_made_is_said_once(
    session: Session, folders: UserFolders, told: list[Message], qtbot: QtBot
) -> None:
    folders.state.parent.mkdir(parents=True, exist_ok=True)
    folders.state.write_text("a file where the folder should be")
    session._autosave.setInterval(0)
    for seed in (2, 3, 4):
        session.change("Seed", seed=seed)
        qtbot.waitUntil(lambda: not session._autosave.isActive())
    assert len(told) == 1
    assert "autosaves cannot be kept" in told[0].text
    assert session.project.seed == 4


def test_a_long_wait_for_a_file_does_not_put_an_autosave_off(
    session: Session, folders: UserFolders, qtbot: QtBot
) -> None:
    session._autosave.setInterval(0)
    opened = threading.Event()
    waiting = session.workers.call("slow", "Opening", opened.wait)
    session.change("Seed", seed=9)
    qtbot.waitUntil(lambda: any(recovery_folder(folders).glob("*.json")))
    assert not waiting.is_ended
    opened.set()
