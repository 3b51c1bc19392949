"""From an empty window to a plotted sheet, each step with its time; and a walk at random through everything."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from heartbeat import Heartbeat
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction, QColor, QDrag, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QColorDialog,
    QComboBox,
    QFileDialog,
    QInputDialog,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from sketchdesign.core.drawing import Page
from sketchdesign.gui.app import App
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.fields import NumberField
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.workspace import rooms
from sketchdesign.gui.workspaces.explore import ExploreWorkspace
from sketchdesign.gui.workspaces.pattern import PatternWorkspace
from sketchdesign.gui.workspaces.plot import PlotWorkspace
from sketchdesign.gui.workspaces.plot_run import Phase
from sketchdesign.gui.workspaces.sheet import SheetWorkspace
from sketchdesign.gui.workspaces.sketch import SketchWorkspace
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.project.state import ExploreSettings

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

LONG_MS = 180_000
FAST = 400.0
A_FACE = [(60.0, 60.0), (200.0, 60.0), (200.0, 200.0), (60.0, 200.0), (60.0, 62.0)]

STEPS = int(os.environ.get("SKETCHDESIGN_WALK_STEPS", "120"))
SEED = int(os.environ.get("SKETCHDESIGN_WALK_SEED", "1"))
TIMED = bool(os.environ.get("SKETCHDESIGN_TIMED"))
"""On a quiet machine: hold every step to its time."""


class Record:
    """Times steps, listens for stalls in them, and prints both."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, most_s: float) -> Iterator[None]:
        began = time.perf_counter()
        with Heartbeat().listening() as heart:
            yield
        took = self.seconds[name] = time.perf_counter() - began
        print(f"{took:8.2f} s of {most_s:g} s  {name}; stood still for {heart.longest_ms:.0f} ms")
        for stall in heart.longest(3):
            print(f"{stall.ms:18.0f} ms, {stall.own_ms:.0f} ms its own: {stall.where}")
        assert not TIMED or took <= most_s, f"{name} took {took:.2f} s"


def test_from_the_first_window_to_a_plotted_sheet(
    qapp: QApplication, folders: UserFolders, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.find_plotters", list)
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.running_emulators", list)
    record = Record()
    with record.step("first window", 1.0):
        app = App(folders)
        app.window.show()
        qtbot.waitExposed(app.window)
    session, window = app.session, app.window
    try:
        _go_through(window, record, qtbot)
    finally:
        window.asks_before_closing = False
        window.close()
        session.close()
        window.deleteLater()
    assert list(record.seconds)[-1] == "plotted"


def _go_through(window: MainWindow, record: Record, qtbot: QtBot) -> None:
    session = window.session
    with record.step("model loaded", 10.0):
        qtbot.waitUntil(lambda: bool(session.model_infos) and not session.workers.tasks, timeout=LONG_MS)
    session.change("Page", page=Page.parse("a6-landscape"))

    sketch = window.enter("sketch")
    assert isinstance(sketch, SketchWorkspace)
    sketch.clears.trigger()
    with record.step("first nine endings", 1.0), qtbot.waitSignal(sketch.results.drawn, timeout=LONG_MS):
        _draw(sketch.paper, A_FACE)
    sketch.results.canvas.select(frozenset({0, 4, 8}))
    sketch.stars.trigger()
    assert session.library.sketches

    session.change("Ten by ten", explore=ExploreSettings(rows=10, columns=10, corners=2))
    with record.step("10 x 10 grid", 2.0):
        explore = window.enter("explore")
        assert isinstance(explore, ExploreWorkspace)
        explore.take(session.library.sketches[:2])
        assert explore.board.isVisible()
        qtbot.waitUntil(lambda: all(explore.grid.results) and not explore.grid.is_drawing, timeout=LONG_MS)
    explore.board.select(frozenset({0, 44, 99}))
    explore.send_to_pattern()
    assert window.room == "pattern"

    pattern = window.workspace
    assert isinstance(pattern, PatternWorkspace)
    with record.step("pattern laid out", 5.0):
        qtbot.waitUntil(lambda: pattern.live.is_current, timeout=LONG_MS)
    with record.step("pattern change redrawn", 0.1), qtbot.waitSignal(pattern.live.changed, timeout=LONG_MS):
        pattern.controls.pick_repeat("half-brick")
    qtbot.waitUntil(lambda: pattern.live.is_current, timeout=LONG_MS)

    with record.step("sheet laid out and routed", 10.0):
        sheet = window.enter("sheet")
        assert isinstance(sheet, SheetWorkspace)
        qtbot.waitUntil(lambda: sheet.sheet is not None, timeout=LONG_MS)

    with record.step("plot planned", 5.0):
        sheet.to_plot.trigger()
        plot = window.workspace
        assert isinstance(plot, PlotWorkspace)
        qtbot.waitUntil(lambda: plot.preview is not None and not plot.is_planning, timeout=LONG_MS)
    assert plot.problem == ""
    with record.step("plotted", 60.0):
        _plot(plot, qtbot)
    board = plot.machines.simulated.board
    assert plot.preview is not None
    assert plot.preview.times is not None
    assert sum(path.pen_down for path in board.path()) == plot.preview.times.strokes
    assert board.queue.pen_up


def _plot(plot: PlotWorkspace, qtbot: QtBot) -> None:
    plot.machines.simulated.clock.pace = FAST
    qtbot.waitUntil(plot.controls.start.isEnabled, timeout=LONG_MS)
    plot.begin()
    plot.start()
    while plot.run.phase is not Phase.DONE:
        qtbot.waitUntil(lambda: plot.run.phase in (Phase.WAITING, Phase.DONE), timeout=LONG_MS)
        plot.run.go_on()
        qtbot.waitUntil(lambda: plot.run.phase is not Phase.WAITING, timeout=LONG_MS)


def _draw(canvas: Canvas, points: list[tuple[float, float]]) -> None:
    """One drag of the mouse, through points of what the canvas shows."""
    _drag(canvas, [canvas.view.to_px(QPointF(*point)) for point in points])


def _drag(widget: QWidget, places: list[QPointF]) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=places[0].toPoint())
    for place in places[1:]:
        QTest.mouseMove(widget, place.toPoint())
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=places[-1].toPoint())


class Walk:
    """Does at random what a person could do."""

    LEFT_OUT = ("Quit", "New project", "Reset the layout", "Full screen")
    """What ends the walk, forgets the history, or belongs to the window's manager."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window = window
        self.dice = random.Random(seed)
        self.trail: list[str] = []

    def step(self) -> None:
        """One action."""
        kinds = [self._press, self._press, self._act, self._slide, self._choose, self._type, self._drag, self._key]
        kinds += [self._enter, self._undo]
        self.dice.choice(kinds)()
        QApplication.processEvents()
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.close()

    def _widgets(self, kind: type[QWidget]) -> list[QWidget]:
        return [
            each
            for each in self.window.findChildren(kind)
            if each.isVisible() and each.isEnabled() and not each.objectName().startswith("qt_")
        ]

    def _press(self) -> None:
        for button in self._one(QAbstractButton):
            assert isinstance(button, QAbstractButton)
            menu = getattr(button, "menu", lambda: None)()
            self.trail.append(f"press {button.text() or button.toolTip()}")
            if menu is None:
                button.click()
            else:
                self._trigger(menu.actions())

    def _act(self) -> None:
        self._trigger(self.window.commands())

    def _trigger(self, actions: list[QAction]) -> None:
        able = [each for each in actions if each.isEnabled() and each.isVisible() and not self._is_left_out(each)]
        if able:
            action = self.dice.choice(able)
            self.trail.append(f"action {action.text()}")
            action.trigger()

    def _is_left_out(self, action: QAction) -> bool:
        return action.isSeparator() or action.text().replace("&", "") in self.LEFT_OUT

    def _slide(self) -> None:
        for slider in self._one(QAbstractSlider):
            assert isinstance(slider, QAbstractSlider)
            slider.setSliderDown(True)
            for _ in range(3):
                slider.setValue(self.dice.randint(slider.minimum(), slider.maximum()))
            slider.setSliderDown(False)
            self.trail.append(f"slide {slider.accessibleName()} {slider.value()}")

    def _choose(self) -> None:
        for combo in self._one(QComboBox):
            assert isinstance(combo, QComboBox)
            if combo.count():
                number = self.dice.randrange(combo.count())
                self.trail.append(f"choose {combo.accessibleName()} {combo.itemText(number)}")
                combo.setCurrentIndex(number)
                combo.activated.emit(number)

    def _type(self) -> None:
        for field in self._one(NumberField):
            assert isinstance(field, NumberField)
            text = self.dice.choice(["1", "2", "3*4", "10", "25", "-1", "", "no", "1in", "1e9"])
            self.trail.append(f"type {field.accessibleName()} {text}")
            field.setText(text)
            field.editingFinished.emit()

    def _drag(self) -> None:
        for canvas in self._one(Canvas):
            places = [
                QPointF(self.dice.random() * canvas.width(), self.dice.random() * canvas.height()) for _ in range(4)
            ]
            self.trail.append(f"drag on {canvas.accessibleName()}")
            _drag(canvas, places)

    def _key(self) -> None:
        for canvas in self._one(Canvas):
            keys = [Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_R, Qt.Key.Key_S]
            key = self.dice.choice([*keys, Qt.Key.Key_L, Qt.Key.Key_Escape, Qt.Key.Key_Plus, Qt.Key.Key_3])
            self.trail.append(f"key {QKeySequence(key).toString()} on {canvas.accessibleName()}")
            QTest.keyClick(canvas, key)

    def _enter(self) -> None:
        key = self.dice.choice(rooms()).key
        self.trail.append(f"enter {key}")
        self.window.enter(key)

    def _undo(self) -> None:
        history = self.window.session.history
        for _ in range(self.dice.randint(1, 3)):
            self.trail.append("undo or redo")
            (history.redo if self.dice.random() < 0.4 else history.undo)()

    def _one(self, kind: type[QWidget]) -> list[QWidget]:
        widgets = self._widgets(kind)
        return [self.dice.choice(widgets)] if widgets else []


@pytest.fixture
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever would have to answer a dialog closes it, and nothing is dragged out of the window."""
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_args, **_options: ("", ""))
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_options: ("", False))
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_args, **_options: QColor())
    monkeypatch.setattr(QMessageBox, "question", lambda *_args, **_options: QMessageBox.StandardButton.Cancel)
    monkeypatch.setattr(QDrag, "exec", lambda *_args: Qt.DropAction.IgnoreAction)
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.find_plotters", list)
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.running_emulators", list)


@pytest.mark.usefixtures("no_dialogs")
def test_a_walk_at_random_breaks_nothing_and_can_be_undone(
    window: MainWindow, tiny_model: Callable[..., Model], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    model = tiny_model(("cat", "pig", "owl"), class_count=3, class_size=4)
    monkeypatch.setattr("sketchdesign.model.zoo.open_model", lambda name: model)
    session = window.session
    session.project = start = replace(
        session.project, page=Page.parse("a6"), explore=ExploreSettings(rows=2, columns=2, wells=(None,) * 4)
    )
    walk = Walk(window, SEED)
    for number in range(STEPS):
        try:
            walk.step()
        except Exception as error:
            raise AssertionError(f"step {number}: {walk.trail[-5:]}") from error
        if number % 10 == 0:
            qtbot.waitUntil(lambda: len(session.workers.tasks) < 4, timeout=LONG_MS)
    plot = window.enter("plot")
    assert isinstance(plot, PlotWorkspace)
    plot.run.stop()
    qtbot.waitUntil(lambda: not plot.run.is_running and not session.workers.tasks, timeout=LONG_MS)
    while session.history.canUndo():
        session.history.undo()
    broken = [line for line in session.log if "error in the program" in line]
    assert broken == []
    assert session.project == start, walk.trail


ON_A_SCREEN = """
from pathlib import Path
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sketchdesign.gui.app import App, shut_down
from sketchdesign.services.folders import UserFolders
application = QApplication([])
app = App(UserFolders.under(Path(sys.argv[1])))
app.window.show()
app.window.enter("plot")

looks = 0

def look():
    global looks
    looks += 1
    screen = application.primaryScreen().grabWindow(app.window.winId()).toImage()
    places = [(x, y) for x in range(0, screen.width(), 7) for y in range(0, screen.height(), 7)]
    colours = {screen.pixelColor(*place).name() for place in places}
    is_exposed = app.window.windowHandle().isExposed()
    if looks < 100 and not (is_exposed and len(colours) > 20):
        return
    print(application.platformName(), is_exposed, len(colours))
    app.window.asks_before_closing = False
    app.window.close()
    application.quit()

timer = QTimer(interval=200)
timer.timeout.connect(look)
timer.start()
sys.exit(shut_down(app, application.exec()))
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="there is no Xvfb")
def test_a_real_window_shows_itself(tmp_path: Path) -> None:
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24"], pass_fds=(write,), stderr=subprocess.DEVNULL
    ) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                display = told.readline().strip()
            environment = {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
            done = subprocess.run(
                [sys.executable, "-c", ON_A_SCREEN, str(tmp_path)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            server.terminate()
    if "Could not load the Qt platform plugin" in done.stderr:
        pytest.skip("the libraries that Qt needs for X11 are not installed")
    assert done.returncode == 0, done.stderr
    platform, exposed, colours = done.stdout.split()
    assert (platform, exposed) == ("xcb", "True")
    assert int(colours) > 20
