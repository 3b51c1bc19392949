"""``plot`` on the command line, on emulated plotters with ports of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sketchdesign.cli.main import run
from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.output.files import write_drawing
from sketchdesign.plotter.clock import RealClock
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.pty_server import PtyServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

Invoke = Callable[..., dict[str, Any]]


def star(x: float, y: float, size: float = 6.0) -> list[list[float]]:
    return [[x, y], [x + size, y + size], [x, y + size], [x + size, y]]


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """Five open stars in two layers on a small page."""
    outline = Strokes.from_polylines([star(2.0 + 9.0 * n, 2.0) for n in range(3)])
    colour = Strokes.from_polylines([star(2.0 + 9.0 * n, 12.0) for n in range(2)])
    layers = (Layer(Pen(), outline, "outline"), Layer(Pen("red", "#c02020", 0.5), colour, "colour"))
    path = tmp_path / "stars.svg"
    write_drawing(Drawing(Page(60, 40), layers), path)
    return path


@pytest.fixture
def machine() -> Iterator[tuple[Board, str]]:
    board = Board("3.0.3", clock=RealClock())
    with PtyServer(board) as server:
        yield board, server.port


def drawn_stars(board: Board) -> list[tuple[int, int]]:
    """The column and the row of the star that the pen drew, each time that it was down."""
    found = []
    for path in board.path():
        if path.pen_down and len(path.steps) > 1:
            x, y = np.mean([path.steps.sum(axis=1), -np.diff(path.steps, axis=1)[:, 0]], axis=1) / 160.0
            found.append((round((x - 5.0) / 9.0), round((y - 5.0) / 10.0)))
    return found


def test_a_dry_run_tells_time_and_lengths(drawing: Path, invoke: Invoke) -> None:
    report = invoke("plot", drawing, "--dry-run")
    assert report["lifts"] == 5
    assert report["pen_down_mm"] == pytest.approx(5 * (6 + 2 * 72**0.5), abs=0.1)
    assert [layer["label"] for layer in report["layers"]] == ["outline", "colour"]
    assert report["duration_s"] == pytest.approx(sum(layer["duration_s"] for layer in report["layers"]), abs=0.02)
    one = invoke("plot", drawing, "--dry-run", "--layers", "2", "--copies", "3")
    assert one["lifts"] == 6
    assert one["duration_s"] == pytest.approx(3 * report["layers"][1]["duration_s"], abs=0.02)
    slow = invoke("plot", drawing, "--dry-run", "--speed", "5")
    assert slow["duration_s"] > 2 * report["duration_s"]


def test_a_preview_shows_drawing_and_travel(drawing: Path, tmp_path: Path, invoke: Invoke) -> None:
    picture = tmp_path / "preview.png"
    invoke("plot", drawing, "--dry-run", "--preview", picture)
    colours = np.array(Image.open(picture)).reshape(-1, 3).astype(int)
    red = (colours[:, 0] > 150) & (colours[:, 1] < 80)
    grey = (np.ptp(colours, axis=1) < 10) & (colours[:, 0] > 150) & (colours[:, 0] < 250)
    assert red.sum() > 100
    assert grey.sum() > 100


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--layers", "3"], "no layer 3"),
        (["--layers", "x"], "no list of layers"),
        (["--machine", "axidraw-v9"], "unknown machine"),
        (["--offset", "1"], "no offset"),
        (["--offset", "1:-9mm,0mm"], "reaches from"),
        (["--pen-up", "20"], "pen heights"),
        (["--speed", "-3"], "speed of -3"),
        (["--servo", "steam"], "unknown pen lift"),
        (["--copies", "0"], "copies"),
        (["--resume"], "cannot read the journal"),
    ],
)
def test_what_cannot_be_plotted(
    drawing: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plot", str(drawing), "--dry-run", *words]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_out_of_reach_is_refused_or_clipped(tmp_path: Path, invoke: Invoke, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wide.svg"
    line = Strokes.from_polylines([[[10.0, 10.0], [350.0, 10.0]], [[10.0, 20.0], [50.0, 20.0]]])
    write_drawing(Drawing(Page(400, 100), (Layer(Pen(), line),)), path)
    assert run(["plot", str(path), "--dry-run"]) == 2
    assert "--clip" in capsys.readouterr().err
    assert invoke("plot", path, "--dry-run", "--clip")["pen_down_mm"] == pytest.approx(330.0, abs=0.1)


def test_a_file_is_plotted(
    drawing: Path, machine: tuple[Board, str], invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    board, port = machine
    report = invoke("plot", drawing, "--port", port, "--no-pause-between-layers")
    assert report["state"] == "done"
    assert drawn_stars(board) == [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]
    assert run(["plot", str(drawing), "--port", port, "--resume"]) == 2
    assert "complete" in capsys.readouterr().err


def test_events_are_json_lines(drawing: Path, machine: tuple[Board, str]) -> None:
    words = ["plot", str(drawing), "--port", machine[1], "--layers", "2", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "sketchdesign", *words],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["state", "layer", "progress", "progress", "state"]
    assert events[-1]["state"] == "done"
    assert events[2]["seconds_left"] > events[3]["seconds_left"]
    assert json.loads(done.stdout)["state"] == "done"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_plot_that_was_interrupted_is_resumed(
    drawing: Path, machine: tuple[Board, str], how: signal.Signals, invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    board, port = machine
    words = ["plot", str(drawing), "--port", port, "--layers", "1", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "sketchdesign", *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["event"] == "progress":
                break
        # Somewhere in the second star; meanwhile nobody else gets the port, and no second plot begins.
        assert run(["plot", str(drawing), "--port", port, "--restart", "--journal", f"{drawing}.other"]) == 2
        assert "in use" in capsys.readouterr().err
        process.send_signal(how)
        assert process.wait(10) == (130 if how is signal.SIGINT else -signal.SIGKILL)
    if how is signal.SIGINT:
        assert board.queue.pen_up
    assert run(["plot", str(drawing), "--port", port, "--layers", "1"]) == 2
    assert "unfinished" in capsys.readouterr().err
    time.sleep(0.2)
    assert invoke("plot", drawing, "--port", port, "--resume")["state"] == "done"
    stars = drawn_stars(board)
    assert sorted(set(stars)) == [(0, 0), (1, 0), (2, 0)]
    length = sum(
        float(np.hypot(*np.diff(path.steps, axis=0).T).sum()) / (80.0 * 2.0**0.5)
        for path in board.path()
        if path.pen_down
    )
    assert length == pytest.approx(3 * (6 + 2 * 72**0.5), abs=0.4)


def test_something_else_on_the_port(drawing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import os
    import threading
    import tty

    server, device = os.openpty()
    tty.setraw(device)
    answering = threading.Thread(target=_modem, args=(server,), daemon=True)
    answering.start()
    assert run(["plot", str(drawing), "--port", os.ttyname(device)]) == 2
    assert "no EiBotBoard" in capsys.readouterr().err
    os.close(device)
    os.close(server)


def _modem(server: int) -> None:
    import contextlib
    import os

    with contextlib.suppress(OSError):
        while os.read(server, 100):
            os.write(server, b"\r\nERROR\r\n")
