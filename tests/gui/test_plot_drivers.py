"""Machines of other drivers in the Plot workspace: a plugin's, with its parameters as a form, and ours for HP-GL."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.gui.fields import SliderField
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.workspaces.plot import PlotWorkspace
from sketchdesign.gui.workspaces.plot_bars import READY, WARNING
from sketchdesign.gui.workspaces.plot_run import Phase
from sketchdesign.output.files import write_drawing
from sketchdesign.plotter.clock import RealClock
from sketchdesign.plotter.emulator.pty_server import PtyServer
from sketchdesign.services.project.file import open_project, save_project

LONG_MS = 60_000
PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "sketchdesign-grbl"


@pytest.fixture
def grbl(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The GRBL plugin's emulator, with the plugin installed."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    entry = EntryPoint("grbl", "sketchdesign_grbl.driver:GrblDriver", "sketchdesign.plotters")

    def installed(group: str) -> list[EntryPoint]:
        return [*entry_points(group=group), *([entry] if group == entry.group else [])]

    monkeypatch.setattr("sketchdesign.services.plugins.registry.entry_points", installed)
    yield importlib.import_module("sketchdesign_grbl.emulator")
    for name in [name for name in sys.modules if name.startswith("sketchdesign_grbl")]:
        del sys.modules[name]


@pytest.fixture
def room(grbl: Any, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot) -> Any:
    """The room with a planned file of two strokes, and no port with anything on it."""
    for name in ("find_plotters", "running_emulators", "serial_ports"):
        monkeypatch.setattr(f"sketchdesign.gui.workspaces.plot_machines.{name}", list)
    lines = [np.array([[10.0, 10.0 + 5.0 * n], [22.0, 10.0 + 5.0 * n]]) for n in range(2)]
    path = tmp_path / "lines.svg"
    write_drawing(Drawing(Page(60, 40), (Layer(Pen(), Strokes.from_polylines(lines)),)), path)
    made = window.enter("plot")
    assert isinstance(made, PlotWorkspace)
    made.open_file(path)
    qtbot.waitUntil(lambda: len(made.machines.drivers) == 2 and made.preview is not None, timeout=LONG_MS)
    yield made
    made.run.stop()


def choose(room: PlotWorkspace, qtbot: QtBot, text: str) -> None:
    combo = room.inspector.machine.model
    number = combo.findText(text)
    assert number >= 0, [combo.itemText(n) for n in range(combo.count())]
    combo.setCurrentIndex(number)
    combo.activated.emit(number)
    qtbot.waitUntil(lambda: not room.is_planning, timeout=LONG_MS)


def write_port(room: PlotWorkspace, port: str) -> None:
    written = room.inspector.machine.port.lineEdit()
    assert written is not None
    written.setText(port)
    written.editingFinished.emit()


def test_every_driver_is_offered_and_brings_its_form(room: PlotWorkspace, qtbot: QtBot) -> None:
    group = room.inspector.machine
    assert group.form is None
    choose(room, qtbot, "HP-GL plotter")
    assert room.painter.reach_mm == QSizeF(276.0, 193.0)
    assert group.form is not None
    assert "handshake" in group.form.values()
    choose(room, qtbot, "GRBL 1.1")
    assert room.session.project.plot.driver == "grbl"
    assert room.painter.reach_mm == QSizeF(300.0, 200.0)
    assert set(group.form.values()) >= {"width_mm", "homing", "servo_low"}
    assert not group.pace.isVisibleTo(group)
    choose(room, qtbot, "AxiDraw V3  300 \u00d7 218 mm")
    assert group.form is None
    assert room.session.project.plot.driver == "ebb"
    assert group.pace.isVisibleTo(group)


def test_its_parameters_are_edits_of_the_project(room: PlotWorkspace, qtbot: QtBot, tmp_path: Path) -> None:
    choose(room, qtbot, "GRBL 1.1")
    form = room.inspector.machine.form
    assert form is not None
    width = form.field("width_mm")
    assert isinstance(width, SliderField)
    width.changed.emit(12.5)
    assert dict(room.session.project.plot.parameters) == {"width_mm": "12.5"}
    qtbot.waitUntil(lambda: room.problem.startswith("The sheet is out of the reach of the GRBL 1.1."), timeout=LONG_MS)
    assert room.painter.reach_mm.width() == 12.5
    save_project(room.session.project, tmp_path / "kept.sketchdesign")
    assert open_project(tmp_path / "kept.sketchdesign").plot == room.session.project.plot
    room.session.history.undo()
    assert form.values()["width_mm"] == 300.0
    assert not room.session.project.plot.parameters


def test_its_port_is_never_guessed(room: PlotWorkspace, qtbot: QtBot) -> None:
    choose(room, qtbot, "GRBL 1.1")
    assert room.machines.chosen is None
    assert room.strip.tone == WARNING
    assert room.strip.words == "GRBL 1.1: choose the port that it is on."
    assert not room.controls.start.isEnabled()
    assert room.controls.detail.text() == "Choose the port that the plotter is on."
    write_port(room, "/dev/ttyNOWHERE")
    assert room.strip.words == "There is no plotter on /dev/ttyNOWHERE."


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_a_plot_on_a_machine_under_grbl(room: PlotWorkspace, grbl: Any, qtbot: QtBot) -> None:
    board = grbl.GrblBoard(RealClock(), place=(50.0, 60.0, 0.0))
    with PtyServer(board) as server:
        choose(room, qtbot, "GRBL 1.1")
        write_port(room, server.port)
        room.machines.look()
        qtbot.waitUntil(lambda: room.machines.health is not None, timeout=LONG_MS)
        assert room.strip.tone == READY
        assert room.strip.words.startswith("GRBL 1.1 on ")
        assert room.strip.words.endswith(", pen up")
        QTest.mouseClick(room.inspector.carriage.arrows["right"], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not room.machines.is_busy, timeout=LONG_MS)
        assert board.place[:2] == pytest.approx((60.0, 60.0), abs=0.02)
        assert not room.inspector.carriage.is_home.isEnabled()
        room.begin()
        qtbot.waitUntil(lambda: not room.machines.is_busy, timeout=LONG_MS)
        room.start()
        qtbot.waitUntil(lambda: room.run.phase is Phase.DONE, timeout=LONG_MS)
    drawn = [way for way in board.drawn if way.spindle is not None and way.spindle > 550.0]
    assert sum(np.hypot(way.end[0] - way.begin[0], way.end[1] - way.begin[1]) for way in drawn) == pytest.approx(
        24.0, abs=0.1
    )


def test_a_driver_that_is_gone_is_named(room: PlotWorkspace, qtbot: QtBot) -> None:
    room._change("Machine", driver="steam")
    qtbot.waitUntil(lambda: "no plotter called 'steam'" in room.problem, timeout=LONG_MS)
    assert room.inspector.machine.model.currentText() == "steam (not installed)"
    assert room.painter.reach_mm.isEmpty()
