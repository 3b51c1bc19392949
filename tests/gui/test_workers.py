"""The bridge between services and Qt: newest wins, cancel, failures, and no news for what is gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from sketchdesign.core.errors import InputError
from sketchdesign.gui.workers import Failure, Workers
from sketchdesign.services.jobs import Progress, Work


@pytest.fixture
def workers(qapp: object) -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


def counting(to: int) -> Work[int]:
    for number in range(to):
        yield Progress(number + 1, to, "numbers")
    return to


def waiting(gate: threading.Event, result: str) -> Work[str]:
    while not gate.wait(0.005):
        yield Progress(0, 1, "waiting")
    yield Progress(1, 1, "waiting")
    return result


def test_a_result_arrives_on_the_main_thread(workers: Workers, qtbot: QtBot) -> None:
    threads = []
    task = workers.run("", "Counting", lambda: counting(3))
    task.finished.connect(lambda _: threads.append(threading.current_thread()))
    with qtbot.waitSignal(task.finished) as caught:
        pass
    assert caught.args == [3]
    assert threads == [threading.main_thread()]
    assert workers.tasks == []


def test_the_newest_of_a_key_wins(workers: Workers, qtbot: QtBot) -> None:
    gate = threading.Event()
    first = workers.run("same", "First", lambda: waiting(gate, "first"))
    second = workers.run("same", "Second", lambda: waiting(gate, "second"))
    with qtbot.waitSignal(first.cancelled):
        pass
    gate.set()
    with qtbot.waitSignal(second.finished) as caught:
        pass
    assert caught.args == ["second"]


def test_other_keys_are_left_alone_and_lanes_run_side_by_side(workers: Workers, qtbot: QtBot) -> None:
    gate = threading.Event()
    slow = workers.run("slow", "Slow", lambda: waiting(gate, "slow"))
    quick = workers.run("quick", "Quick", lambda: counting(2), lane="files")
    with qtbot.waitSignal(quick.finished):
        pass
    assert not slow.is_ended
    gate.set()
    with qtbot.waitSignal(slow.finished):
        pass


def test_cancelled_work_ends(workers: Workers, qtbot: QtBot) -> None:
    task = workers.run("", "Endless", lambda: waiting(threading.Event(), ""))
    with qtbot.waitSignal(task.progressed):
        pass
    with qtbot.waitSignal(task.cancelled):
        task.cancel()
    assert workers.tasks == []


def fail(error: Exception) -> Work[None]:
    yield Progress(0, 1, "failing")
    raise error


def test_failures_are_told_in_words(workers: Workers, qtbot: QtBot) -> None:
    with qtbot.waitSignal(workers.failed) as caught:
        workers.run("", "Failing", lambda: fail(InputError("the paper is blank", hint="draw on it")))
    assert caught.args == [Failure("the paper is blank", "draw on it")]
    with qtbot.waitSignal(workers.failed) as caught:
        workers.run("", "Failing", lambda: fail(ZeroDivisionError("oops")))
    assert caught.args is not None
    assert "ZeroDivisionError: oops" in caught.args[0].what
    assert "Traceback" in caught.args[0].details


def test_quiet_failures_reach_the_task_alone(workers: Workers, qtbot: QtBot) -> None:
    said: list[Failure] = []
    workers.failed.connect(said.append)
    task = workers.run("", "Failing", lambda: fail(InputError("no")), quiet=True)
    with qtbot.waitSignal(task.failed):
        pass
    assert said == []


def test_time_left_is_told_from_the_pace(workers: Workers, qtbot: QtBot) -> None:
    task = workers.run("", "Counting", lambda: counting(2))
    assert task.seconds_left() is None
    task.take("progress", Progress(0, 10, "steps"))
    task.take("progress", Progress(5, 10, "steps"))
    left = task.seconds_left()
    assert left is not None
    assert 0.0 <= left < 1.0
    with qtbot.waitSignal(task.finished):
        pass


def test_nobody_is_called_who_is_gone(workers: Workers, qtbot: QtBot) -> None:
    calls: list[int] = []
    owner, other = QObject(), QObject()
    task = workers.run("", "Counting", lambda: counting(1))
    task.follow(owner, finished=calls.append)
    task.follow(other, finished=lambda value: calls.append(10 * value))
    delete(owner)
    with qtbot.waitSignal(task.ended):
        pass
    assert calls == [10]


def test_a_missing_model_is_a_failure(workers: Workers, qtbot: QtBot) -> None:
    with qtbot.waitSignal(workers.failed, timeout=120_000) as caught:
        workers.open_model("no-such-model")
    assert caught.args is not None
    assert "no model" in caught.args[0].what


def test_closing_ends_everything(qapp: object) -> None:
    workers = Workers()
    workers.run("", "Endless", lambda: waiting(threading.Event(), ""))
    workers.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "sketchdesign work"]


def test_a_thread_that_outlives_its_workers_says_nothing(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sketchdesign.gui.workers._JOIN_S", 0.05)
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    begun, let_go = threading.Event(), threading.Event()

    def cannot_be_stopped() -> Work[int]:
        begun.set()
        let_go.wait()
        yield Progress(1, 2, "x", found=("news",))
        return 1

    workers = Workers()
    workers.run("", "Loading a library", cannot_be_stopped)
    assert begun.wait(10.0)
    workers.close()
    assert workers.is_running
    (lane,) = workers._lanes.values()
    delete(workers)
    let_go.set()
    lane._thread.join(10.0)
    assert not lane.is_running
    assert raised == []


def test_a_model_that_opens_too_late_is_told_to_nobody(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sketchdesign.gui.workers._JOIN_S", 0.05)
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    begun, let_go = threading.Event(), threading.Event()

    def slowly() -> None:
        begun.set()
        let_go.wait()

    monkeypatch.setattr("sketchdesign.model.preload.load_libraries", slowly)
    workers = Workers()
    workers.open_model("cat")
    assert begun.wait(10.0)
    workers.close()
    (lane,) = workers._lanes.values()
    delete(workers)
    let_go.set()
    lane._thread.join(60.0)
    assert not lane.is_running
    assert raised == []
