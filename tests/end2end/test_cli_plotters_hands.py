"""``plotters jog``, ``home``, ``pen`` and ``motors-off``, on emulated machines with ports of their own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run
from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.output.files import write_drawing
from sketchdesign.plotter.clock import RealClock
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.pty_server import PtyServer
from sketchdesign.plotter.transport import open_serial

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

Invoke = Callable[..., dict[str, Any]]


@pytest.fixture(params=["2.6.2", "3.0.3"])
def machine(request: pytest.FixtureRequest) -> Iterator[tuple[Board, str]]:
    board = Board(request.param, clock=RealClock())
    with PtyServer(board) as server:
        yield board, server.port


@pytest.fixture
def grbl(installed_plugins: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """The GRBL plugin's own board, with the plugin installed."""
    monkeypatch.syspath_prepend(str(installed_plugins))
    importlib.invalidate_caches()
    board = importlib.import_module("sketchdesign_grbl.emulator").GrblBoard(RealClock(), place=(100.0, 80.0, 0.0))
    with PtyServer(board) as server:
        yield board, server.port
    for name in [name for name in sys.modules if name.startswith("sketchdesign_grbl")]:
        del sys.modules[name]


def test_the_carriage_is_pushed_about_and_finds_home(machine: tuple[Board, str], invoke: Invoke) -> None:
    board, port = machine
    there = invoke("plotters", "jog", "--right", "10mm", "--down", "1in", "--port", port)
    assert there["at_mm"] == pytest.approx([10.0, 25.4], abs=0.02)
    assert board.queue.steps(board.tick) == (2832, -1232)
    back = invoke("plotters", "jog", "--left", "15", "--up", "1cm", "--port", port)
    assert back["at_mm"] == pytest.approx([-5.0, 15.4], abs=0.02)
    assert invoke("plotters", "home", "--port", port)["at_mm"] == [0.0, 0.0]
    assert board.queue.steps(board.tick) == (0, 0)
    assert board.queue.pen_up
    invoke("plotters", "jog", "--right", "3", "--port", port)
    assert invoke("plotters", "home", "--here", "--port", port)["at_mm"] == [0.0, 0.0]
    assert not any(path.pen_down for path in board.path())


def test_the_pen_is_tried_at_the_heights_that_are_set(machine: tuple[Board, str], invoke: Invoke) -> None:
    board, port = machine
    assert invoke("plotters", "pen", "down", "--pen-down", "10", "--port", port)["pen_up"] is False
    assert not board.queue.pen_up
    assert f"SC,5,{round(9855 + 17976 * 0.10)}" in [command.text for command in board.commands]
    assert invoke("plotters", "pen", "up", "--port", port)["pen_up"] is True
    before = sum(path.pen_down for path in board.path())
    assert invoke("plotters", "pen", "test", "--port", port)["pen_up"] is True
    assert sum(path.pen_down for path in board.path()) == before + 1
    assert board.queue.steps(board.tick) == (0, 0)


def test_motors_are_let_go_with_the_pen_up(
    machine: tuple[Board, str], invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    board, port = machine
    invoke("plotters", "pen", "down", "--port", port)
    off = invoke("plotters", "motors-off", "--port", port)
    assert off["pen_up"] is True
    assert off["at_mm"] is None  # from now on nobody knows
    assert run(["plotters", "motors-off", "--port", port]) == 0
    assert capsys.readouterr().out == "The pen is up, and the carriage can be moved by hand.\n"
    assert [command.text for command in board.commands if command.text.startswith("EM")][-1] == "EM,0,0"
    assert board.queue.pen_up


@pytest.mark.parametrize("how", ["jog --right 1", "motors-off"])
def test_a_plot_is_not_resumed_where_the_carriage_was_moved_meanwhile(
    how: str, machine: tuple[Board, str], tmp_path: Path, invoke: Invoke
) -> None:
    """It broke off at home, between two pens: the counts of the motors alone would not tell."""
    port = machine[1]
    layers = (Layer(Pen(), Strokes.from_polylines([[[5.0, 5.0], [9.0, 5.0]]])),) * 2
    path = tmp_path / "two.svg"
    write_drawing(Drawing(Page(60, 40), layers), path)
    journal = path.with_name(f"{path.name}.plot-journal")
    invoke("plot", path, "--port", port, "--layers", "1")
    # What a break in the pause leaves: all but the end.
    lines = [line for line in journal.read_text().splitlines() if "complete" not in line]
    mark = int(lines[0].split('"mark":')[1].split(",")[0])
    journal.write_text("\n".join([*lines, '{"at":[0,0.0],"position":[0,0],"homeless":false}']) + "\n")
    transport = open_serial(port)
    transport.write(f"SL,{mark}\r".encode())
    transport.read(1.0)
    transport.close()
    invoke("plotters", *how.split(), "--port", port)
    if how != "motors-off":
        invoke("plotters", "home", "--port", port)
    assert "home corner" in invoke("plot", path, "--port", port, "--resume", code=2)["hint"]


def test_a_board_that_counts_no_steps_says_that_it_knows_no_home(invoke: Invoke) -> None:
    with PtyServer(Board("2.4.2", clock=RealClock())) as server:
        assert invoke("plotters", "jog", "--right", "2", "--port", server.port)["pen_up"] is True
        assert "cannot tell" in invoke("plotters", "home", "--port", server.port, code=2)["error"]


def test_without_power_the_carriage_stays(invoke: Invoke) -> None:
    with PtyServer(Board("3.0.3", clock=RealClock(), faults="lowvolt@1")) as server:
        refused = invoke("plotters", "jog", "--right", "2", "--port", server.port, code=2)
    assert "no power for its motors" in refused["error"]


def test_a_port_that_is_in_use_is_refused(machine: tuple[Board, str], invoke: Invoke) -> None:
    transport = open_serial(machine[1])
    assert "in use" in invoke("plotters", "home", "--port", machine[1], code=2)["error"]
    transport.close()


def test_a_board_is_greeted_once(machine: tuple[Board, str], invoke: Invoke) -> None:
    board, port = machine
    invoke("plotters", "pen", "up", "--port", port)
    assert [command.text for command in board.commands].count("V") == 1


def test_hands_on_a_machine_under_grbl(grbl: tuple[Any, str], invoke: Invoke) -> None:
    board, port = grbl
    words = ("--driver", "grbl", "--port", port)
    invoke("plotters", "pen", "down", *words)
    assert board.spindle == pytest.approx(700.0)
    invoke("plotters", "jog", "--right", "6mm", "--up", "2mm", *words)
    assert board.place[:2] == pytest.approx((106.0, 82.0), abs=0.02)
    assert board.spindle == pytest.approx(400.0)
    invoke("plotters", "motors-off", *words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["jog"], "stays where it is"),
        (["jog", "--right", "far"], "is not a length"),
        (["jog", "--right", "5m"], "cannot be moved by 5000 x 0 mm"),
        (["pen", "sideways"], "cannot do 'sideways'"),
        (["pen", "up", "--pen-up", "10"], "pen heights"),
        (["home", "--machine", "axidraw-v9"], "unknown machine"),
        (["home", "--driver", "steam"], "no plotter called 'steam'"),
    ],
)
def test_what_hands_cannot_do(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with PtyServer(Board("3.0.3", clock=RealClock())) as server:
        assert run(["plotters", *words, "--port", server.port]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
