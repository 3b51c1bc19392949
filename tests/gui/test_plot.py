"""The Plot workspace on the simulated plotter: planned, scrubbed, drawn, paused, unplugged, stopped, resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.geometry.read_drawing import read_drawing
from sketchdesign.gui.fields import NumberField
from sketchdesign.gui.main_window import MainWindow
from sketchdesign.gui.session import Session
from sketchdesign.gui.workspaces.plot import PlotWorkspace
from sketchdesign.gui.workspaces.plot_bars import SIMULATED, WARNING
from sketchdesign.gui.workspaces.plot_machines import Machines
from sketchdesign.gui.workspaces.plot_run import Cause, Phase
from sketchdesign.output.files import write_drawing
from sketchdesign.plotter.control import Pause, State
from sketchdesign.services.project.state import PatternSettings, PlotSettings

LONG_MS = 60_000
FAST = 400.0


def sheet(folder: Path, page: Page | None = None, strokes: int = 6) -> Path:
    """A file with two pens, each with rows of zigzags."""
    zigzag = np.array([[0, 0], [4, 8], [8, 0], [12, 8]], float)
    rows = [zigzag + np.array([15 + 16 * (number % 8), 15 + 14 * (number // 8)]) for number in range(strokes)]
    layers = (
        Layer(Pen("black", "#000000", 0.3), Strokes.from_polylines(rows), "1 black"),
        Layer(Pen("rust", "#b5532b", 0.5), Strokes.from_polylines([row + np.array([0, 60]) for row in rows]), "2 rust"),
    )
    path = folder / "sheet.svg"
    write_drawing(Drawing(page or Page(160, 120), layers), path)
    return path


@pytest.fixture
def plotting(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlotWorkspace]:
    """The room, with no machine but the simulated one, which is in a hurry. What still runs is stopped at the end."""
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.find_plotters", list)
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.running_emulators", list)
    workspace = window.enter("plot")
    assert isinstance(workspace, PlotWorkspace)
    workspace.machines.simulated.clock.pace = FAST
    yield workspace
    workspace.run.stop()


@pytest.fixture
def planned(plotting: PlotWorkspace, qtbot: QtBot, tmp_path: Path) -> PlotWorkspace:
    """The room with a file that is planned."""
    assert plotting.open_file(sheet(tmp_path))
    qtbot.waitUntil(lambda: plotting.preview is not None and plotting.machines.health is not None, timeout=LONG_MS)
    return plotting


def wait_for(qtbot: QtBot, room: PlotWorkspace, phase: Phase) -> None:
    qtbot.waitUntil(lambda: room.run.phase is phase, timeout=LONG_MS)


def start(qtbot: QtBot, room: PlotWorkspace) -> None:
    """The big button, and yes."""
    QTest.mouseClick(room.controls.start, Qt.MouseButton.LeftButton)
    answer(room, "Start now")
    # A small sheet may already wait for its second pen when one looks.
    begun = (Phase.DRAWING, Phase.WAITING, Phase.DONE)
    qtbot.waitUntil(lambda: room.run.phase in begun, timeout=LONG_MS)


def answer(room: PlotWorkspace, text: str) -> None:
    button = room.prompt.button(text)
    assert button is not None, f"{text!r} is not offered by {room.prompt.text!r}"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def wait_for_strokes(qtbot: QtBot, room: PlotWorkspace, count: int) -> None:
    qtbot.waitUntil(lambda: room.run.strokes_done >= count, timeout=LONG_MS)


def drawn_strokes(room: PlotWorkspace) -> int:
    """How often the simulated pen was down."""
    return sum(path.pen_down for path in room.machines.simulated.board.path())


def slowly(room: PlotWorkspace) -> None:
    """Slow enough for a person to come in between."""
    room.machines.simulated.clock.pace = 20.0


def test_without_a_sheet_start_says_why_not(plotting: PlotWorkspace, qtbot: QtBot) -> None:
    plotting.session.change("Motifs", pattern=PatternSettings(), plot=PlotSettings(file="nowhere.svg"))
    qtbot.waitUntil(lambda: not plotting.is_planning, timeout=LONG_MS)
    assert not plotting.controls.start.isEnabled()
    assert plotting.controls.detail.text() == "There is no sheet to plot yet."
    assert plotting.controls.start.toolTip() == "There is no sheet to plot yet."
    assert not plotting.paper.isVisible()
    assert "nowhere.svg" in plotting.problem
    assert any("nowhere.svg" in label.text() for label in plotting.widget.findChildren(QLabel) if label.isVisible())


def test_the_strip_tells_the_simulated_plotter_from_a_real_one(planned: PlotWorkspace) -> None:
    assert planned.strip.tone == SIMULATED
    assert planned.strip.words == "Simulated plotter, as an AxiDraw V3, 9.2 V, pen up"


def test_time_and_lengths_are_known_before_anything_moves(planned: PlotWorkspace) -> None:
    preview = planned.preview
    assert preview is not None
    assert preview.plotting is not None
    report = preview.plotting.report()
    assert report["lifts"] == 12
    assert planned.time_line.bar.maximum() == pytest.approx(1000 * report["duration_s"], abs=2)
    assert "12 lifts" in planned.controls.detail.text()
    QTest.mouseClick(planned.controls.start, Qt.MouseButton.LeftButton)
    assert "12 strokes" in planned.prompt.text
    assert "2 pens" in planned.prompt.text
    answer(planned, "Not yet")
    assert planned.prompt.text == ""
    assert planned.run.phase is Phase.READY


def test_scrubbing_shows_each_moment(planned: PlotWorkspace) -> None:
    assert planned.preview is not None
    times = planned.preview.times
    assert times is not None
    bar = planned.time_line.bar
    bar.setValue(0)
    assert planned.painter.time_s == 0.0
    empty = planned.paper.grab().toImage()
    bar.setValue(bar.maximum() // 2)
    half = planned.paper.grab().toImage()
    bar.setValue(bar.maximum())
    assert times.at(planned.time_line.seconds).stroke == 6
    whole = planned.paper.grab().toImage()
    assert empty != half != whole
    bar.setValue(0)
    assert planned.paper.grab().toImage() == empty


def test_the_preview_plays_to_its_end(planned: PlotWorkspace, qtbot: QtBot) -> None:
    planned.time_line.go_to(planned.time_line.bar.maximum() / 1000.0 - 2.0)
    planned.time_line.play.click()
    qtbot.waitUntil(lambda: not planned.time_line.play.isChecked(), timeout=LONG_MS)
    assert planned.time_line.bar.value() == planned.time_line.bar.maximum()


def test_a_sheet_is_plotted_with_a_change_of_pens(planned: PlotWorkspace, qtbot: QtBot) -> None:
    start(qtbot, planned)
    assert not planned.time_line.bar.isEnabled()
    wait_for(qtbot, planned, Phase.WAITING)
    assert planned.run.waits_for is State.PEN_CHANGE
    assert planned.prompt.text.startswith("Put in the pen 2 rust for layer 2 of 2.")
    answer(planned, "Go on")
    wait_for(qtbot, planned, Phase.DONE)
    assert drawn_strokes(planned) == 12
    assert list((planned.session.folders.state / "plots").iterdir()) == []
    assert planned.controls.state.text().startswith("Done")
    assert planned.controls.start.isEnabled()


def test_unticked_layers_and_copies_are_heeded_and_undone(planned: PlotWorkspace, qtbot: QtBot) -> None:
    planned.inspector.layers.boxes["2 rust"].click()
    assert planned.session.project.plot.skipped_pens == ("2 rust",)
    planned._change("Copies", copies=2)
    qtbot.waitUntil(lambda: not planned.is_planning, timeout=LONG_MS)
    start(qtbot, planned)
    wait_for(qtbot, planned, Phase.WAITING)
    assert planned.run.waits_for is State.PAPER_CHANGE
    assert "copy 2 of 2" in planned.prompt.text
    answer(planned, "Go on")
    wait_for(qtbot, planned, Phase.DONE)
    assert drawn_strokes(planned) == 12
    planned.session.history.undo()
    planned.session.history.undo()
    assert not planned.session.project.plot.skipped_pens
    assert planned.inspector.layers.boxes["2 rust"].isChecked()


def test_a_pause_lets_the_pen_be_set_and_tried(planned: PlotWorkspace, qtbot: QtBot) -> None:
    slowly(planned)
    start(qtbot, planned)
    wait_for_strokes(qtbot, planned, 2)
    planned.pauses.trigger()
    assert planned.controls.state.text() == "Pausing at the next lift"
    wait_for(qtbot, planned, Phase.WAITING)
    assert planned.run.waits_for is State.PAUSED
    planned._change("Height down", pen_down_percent=20.0)
    before = drawn_strokes(planned)
    planned.machines.simulated.clock.pace = FAST
    QTest.mouseClick(planned.inspector.pen_tests.down, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: drawn_strokes(planned) == before + 1, timeout=LONG_MS)
    QTest.mouseClick(planned.controls.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: planned.run.waits_for is State.PEN_CHANGE, timeout=LONG_MS)
    answer(planned, "Go on")
    wait_for(qtbot, planned, Phase.DONE)
    assert drawn_strokes(planned) == 12 + 1


def test_a_pulled_cable_costs_nothing(planned: PlotWorkspace, qtbot: QtBot) -> None:
    slowly(planned)
    planned._change("Pens", pauses=False)
    qtbot.waitUntil(lambda: not planned.is_planning, timeout=LONG_MS)
    start(qtbot, planned)
    wait_for_strokes(qtbot, planned, 3)
    planned.pulls.trigger()
    wait_for(qtbot, planned, Phase.BROKEN_OFF)
    qtbot.waitUntil(lambda: planned.strip.tone == WARNING, timeout=LONG_MS)
    assert planned.run.cause is Cause.UNPLUGGED
    assert planned.strip.words.startswith("Unplugged at stroke ")
    assert planned.strip.words.endswith(" of 12. Plug it in, nothing will move.")
    assert not planned.controls.start.isEnabled()
    place = planned.machines.simulated.board.queue.steps(planned.machines.simulated.board.tick)
    planned.pulls.trigger()
    qtbot.waitUntil(lambda: planned.prompt.text == "Position kept. Resume?", timeout=LONG_MS)
    assert planned.run.phase is Phase.BROKEN_OFF
    assert place != (0, 0)
    planned.machines.simulated.clock.pace = FAST
    answer(planned, "Resume")
    wait_for(qtbot, planned, Phase.DONE)
    assert planned.preview is not None
    assert planned.preview.plotting is not None
    planned_mm = planned.preview.plotting.report()["pen_down_mm"]
    drawn = [path.steps.astype(float) for path in planned.machines.simulated.board.path() if path.pen_down]
    drawn_mm = sum(np.hypot(*np.diff(steps, axis=0).T).sum() for steps in drawn) / (80.0 * 2.0**0.5)
    assert drawn_mm == pytest.approx(planned_mm, rel=0.02)


def test_esc_twice_stops_and_says_what_it_did(planned: PlotWorkspace, window: MainWindow, qtbot: QtBot) -> None:
    slowly(planned)
    start(qtbot, planned)
    wait_for_strokes(qtbot, planned, 1)
    planned.stops.trigger()
    assert planned.run.phase is Phase.DRAWING
    assert planned.controls.detail.text() == "Press Esc again to stop."
    planned.stops.trigger()
    wait_for(qtbot, planned, Phase.BROKEN_OFF)
    board = planned.machines.simulated.board
    assert board.queue.pen_up
    assert planned.controls.state.text() == "Stopped: the pen is up and the motors are off"
    assert "by hand" in planned.prompt.text
    planned.machines.simulated.clock.pace = FAST
    answer(planned, "It is home: resume")
    wait_for(qtbot, planned, Phase.WAITING)
    planned.run.stop()
    wait_for(qtbot, planned, Phase.BROKEN_OFF)
    answer(planned, "Throw the plot away")
    wait_for(qtbot, planned, Phase.READY)
    assert list((planned.session.folders.state / "plots").iterdir()) == []


def test_cancelling_the_job_stops_the_plot_from_any_room(
    planned: PlotWorkspace, window: MainWindow, qtbot: QtBot
) -> None:
    slowly(planned)
    start(qtbot, planned)
    window.enter("sketch")
    (task,) = [task for task in window.session.workers.tasks if task.title == "Plotting"]
    task.cancel()
    wait_for(qtbot, planned, Phase.BROKEN_OFF)
    assert planned.machines.simulated.board.queue.pen_up


def test_an_unfinished_plot_is_offered_when_the_room_is_entered_again(
    planned: PlotWorkspace, session: Session, qtbot: QtBot
) -> None:
    slowly(planned)
    start(qtbot, planned)
    wait_for_strokes(qtbot, planned, 2)
    planned.run.stop()
    wait_for(qtbot, planned, Phase.BROKEN_OFF)
    later = PlotWorkspace(session)
    later.widget.show()
    later.activate()
    wait_for(qtbot, later, Phase.BROKEN_OFF)
    assert later.run.cause is Cause.EARLIER
    qtbot.waitUntil(lambda: "not finished" in later.prompt.text and "by hand" in later.prompt.text, timeout=LONG_MS)
    assert later.preview is not None
    assert later.preview.plotting is not None
    later.deactivate()
    later.machines.watch(on=False)
    later.widget.deleteLater()


def test_a_page_that_fits_only_turned_is_turned_and_one_that_never_fits_is_refused(
    plotting: PlotWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    plotting.open_file(sheet(tmp_path, Page(210, 297), strokes=100))
    qtbot.waitUntil(lambda: plotting.preview is not None and not plotting.is_planning, timeout=LONG_MS)
    assert plotting.preview is not None
    assert plotting.preview.table.page == Page(297, 210)
    assert plotting.turn == "left"
    way = plotting.inspector._settings["turn"]
    assert isinstance(way, QComboBox)
    assert way.currentText() == "Automatic"
    way.setCurrentText("As it lies")
    way.activated.emit(way.currentIndex())
    qtbot.waitUntil(lambda: plotting.problem != "", timeout=LONG_MS)
    assert plotting.problem.startswith("The sheet is out of the reach of the AxiDraw V3.")
    assert plotting.problem in plotting.controls.detail.text()
    assert not plotting.controls.start.isEnabled()
    plotting._change("Cut", clips=True)
    qtbot.waitUntil(lambda: plotting.problem == "", timeout=LONG_MS)


def test_hands_move_the_machine_and_the_plot_starts_from_home(planned: PlotWorkspace, qtbot: QtBot) -> None:
    board = planned.machines.simulated.board

    def use(button: object, until: Callable[[], bool]) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]
        qtbot.waitUntil(lambda: not planned.machines.is_busy and until(), timeout=LONG_MS)

    use(planned.inspector.pen_tests.down, lambda: not board.queue.pen_up)
    assert planned.strip.words.endswith("pen down")
    use(planned.inspector.carriage.arrows["right"], lambda: board.queue.position == [800, 800])
    assert planned.strip.words.endswith("pen up, 10.0 mm right and 0.0 mm below home")
    QTest.mouseClick(planned.controls.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: planned.prompt.button("Go home and start") is not None, timeout=LONG_MS)
    answer(planned, "Not yet")
    qtbot.waitUntil(lambda: not planned.machines.is_busy, timeout=LONG_MS)
    use(planned.inspector.carriage.go_home, lambda: board.queue.position == [0, 0])
    use(planned.inspector.carriage.arrows["down"], lambda: board.queue.position == [800, -800])
    use(planned.inspector.carriage.is_home, lambda: planned.strip.words.endswith("pen up"))


def test_a_vanished_port_is_named(planned: PlotWorkspace, qtbot: QtBot) -> None:
    planned._change("Port", port="/dev/ttyNOWHERE")
    assert planned.strip.words == "There is no plotter on /dev/ttyNOWHERE."
    assert planned.strip.tone == WARNING
    assert planned.controls.detail.text() == "The plotter is not plugged in."


def test_real_ports_come_first(session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from sketchdesign.plotter.transport import PlotterPort

    monkeypatch.setattr(
        "sketchdesign.gui.workspaces.plot_machines.find_plotters", lambda: [PlotterPort("/dev/ttyACM7", "EBB", "")]
    )
    monkeypatch.setattr("sketchdesign.gui.workspaces.plot_machines.running_emulators", list)
    machines = Machines(session)
    with qtbot.waitSignal(machines.looked, timeout=LONG_MS):
        machines.look()
    assert [machine.name for machine in machines.machines] == ["ttyACM7", "Simulated plotter"]
    assert machines.chosen == machines.machines[0]
    machines.ask()
    qtbot.waitUntil(lambda: machines.problem != "", timeout=LONG_MS)
    assert "ttyACM7" in machines.problem


def test_pausing_now_stops_in_the_stroke(planned: PlotWorkspace, qtbot: QtBot) -> None:
    slowly(planned)
    start(qtbot, planned)
    wait_for_strokes(qtbot, planned, 1)
    planned.run.pause(Pause.NOW)
    wait_for(qtbot, planned, Phase.WAITING)
    assert planned.machines.simulated.board.queue.pen_up
    assert planned.run.strokes_done < 6


def test_a_pause_for_ink_is_counted_in_metres(planned: PlotWorkspace, qtbot: QtBot) -> None:
    field = planned.inspector._settings["reink_m"]
    assert isinstance(field, NumberField)
    assert field.text() == "never"
    field.setText("2.5")
    field.editingFinished.emit()
    assert planned.session.project.plot.reink_m == 2.5
    assert field.text() == "2.5 m"
    planned.session.history.undo()
    assert field.text() == "never"


def test_a_speed_is_typed_with_its_unit(planned: PlotWorkspace, qtbot: QtBot) -> None:
    field = planned.inspector._settings["draw_mm_s"]
    assert isinstance(field, NumberField)
    assert field.text() == "the machine's own"
    field.setText("25 mm/s")
    field.editingFinished.emit()
    assert planned.session.project.plot.draw_mm_s == 25.0
    assert not field.property("wrong")


def notes(room: PlotWorkspace) -> list[str]:
    layers = room.inspector.layers
    return [note.text() for note in layers._notes.values() if note.isVisible()]


def test_what_each_pen_does_is_told_while_it_draws(plotting: PlotWorkspace, qtbot: QtBot, tmp_path: Path) -> None:
    drawing = read_drawing(sheet(tmp_path))
    plain = drawing.with_layers(Layer(replace(each.pen, name=each.pen.colour), each.strokes) for each in drawing.layers)
    write_drawing(plain, tmp_path / "plain.svg")
    plotting.open_file(tmp_path / "plain.svg")
    qtbot.waitUntil(lambda: plotting.preview is not None and plotting.machines.health is not None, timeout=LONG_MS)
    before = notes(plotting)
    assert len(before) == 2
    slowly(plotting)
    start(qtbot, plotting)
    wait_for_strokes(qtbot, plotting, 1)
    assert notes(plotting) == before
    assert plotting.controls.state.text() == "Drawing black, layer 1 of 2"
    plotting.begin()
    assert not plotting.asks_to_start
    plotting.run.stop()
    wait_for(qtbot, plotting, Phase.BROKEN_OFF)


def test_a_layer_that_is_left_out_does_not_give_its_time_to_another(planned: PlotWorkspace, qtbot: QtBot) -> None:
    layers = planned.inspector.layers
    black, rust = layers.boxes
    planned._change("Skip", skipped_pens=(black,))
    qtbot.waitUntil(lambda: not planned.is_planning, timeout=LONG_MS)
    assert layers._notes[rust].text().startswith("6 strokes")
    assert not layers._notes[black].isVisible()


def test_without_a_sheet_the_run_sheet_is_empty(planned: PlotWorkspace, qtbot: QtBot) -> None:
    assert planned.inspector.layers.boxes
    planned.session.new_project()
    qtbot.waitUntil(lambda: not planned.is_planning, timeout=LONG_MS)
    assert not planned.inspector.layers.boxes
    assert not planned.time_line.isVisible()


def test_a_page_that_is_turned_is_looked_at_anew(planned: PlotWorkspace, qtbot: QtBot) -> None:
    def shown() -> tuple[QRectF, QRectF]:
        view = planned.paper.view
        assert planned.preview is not None
        page = planned.preview.table.page
        return view.rect_px(QRectF(0, 0, page.width_mm, page.height_mm)), view.rect_px(
            QRectF(QPointF(), planned.painter.reach_mm)
        )

    window = QRectF(planned.paper.rect())
    for turn in ("left", "no"):
        planned._change("Turn", turn=turn)
        qtbot.waitUntil(lambda: not planned.is_planning, timeout=LONG_MS)
        page, reach = shown()
        assert window.contains(page)
        assert window.contains(reach)
        assert max(page.united(reach).width() / window.width(), page.united(reach).height() / window.height()) > 0.85
