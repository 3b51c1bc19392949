"""``plot`` on the command line, on emulated plotters with ports of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
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
from sketchdesign.plotter.journal import Header, Journal
from sketchdesign.services.plot.run import journal_of
from sketchdesign.services.plot.settings import PlotSettings

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


def test_a_plot_may_go_on_with_other_speeds_but_not_with_other_lines(drawing: Path, invoke: Invoke) -> None:
    settings = PlotSettings(layers=(1,), turn="no", speed_mm_s=20.0)
    with closing(Journal.create(journal_of(drawing), Header("a drawing", 7, settings.to_json()))):
        again = ("plot", drawing, "--resume", "--dry-run")
        kept = invoke(*again, "--layers", "1", "--turn", "auto")  # what was typed in the beginning may be typed again
        assert kept["lifts"] == 3
        assert invoke(*again, "--speed", "5", "--drop-delay", "200")["duration_s"] > 2 * kept["duration_s"]
        refused = invoke(*again, "--layers", "2", code=2)
        assert refused["error"] == "--layers cannot be changed in the middle of a plot"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--layers", "3"], "no layer 3"),
        (["--layers", "x"], "no list of layers"),
        (["--machine", "axidraw-v9"], "unknown machine"),
        (["--offset", "1"], "no offset"),
        (["--offset", "3:1mm,0mm"], "no layer 3"),
        (["--offset", "1:-9mm,0mm"], "(300, 218) mm; choose a larger --machine, or cut off"),
        (["--pen-up", "20"], "pen heights"),
        (["--speed", "-3"], "speed of -3"),
        (["--travel-speed", "0.001"], "speed of 0.001"),
        (["--servo", "steam"], "unknown pen lift"),
        (["--copies", "0"], "copies"),
        (["--turn", "over"], "cannot be turned 'over'"),
        (["--resume"], "cannot read the journal"),
        (["--resume", "--journal", "/dev/zero"], "/dev/zero is no file"),
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


def test_what_a_pen_off_its_place_cannot_reach_is_clipped(drawing: Path, invoke: Invoke) -> None:
    whole = invoke("plot", drawing, "--dry-run")["layers"]
    moved = invoke("plot", drawing, "--dry-run", "--clip", "--offset", "1:-5mm,0mm")["layers"]
    assert moved[0]["pen_down_mm"] < whole[0]["pen_down_mm"]
    assert moved[1]["pen_down_mm"] == whole[1]["pen_down_mm"]


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """Five stars down the left edge of a page that an AxiDraw V3 reaches only turned."""
    path = tmp_path / "portrait.svg"
    stars = Strokes.from_polylines([star(2.0, 2.0 + 9.0 * n) for n in range(4)] + [star(2.0, 285.0)])
    write_drawing(Drawing(Page(30, 297), (Layer(Pen(), stars),)), path)
    return path


def test_a_page_that_fits_only_turned_is_turned(
    portrait: Path, drawing: Path, tmp_path: Path, invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "turned.png"
    assert invoke("plot", portrait, "--dry-run", "--preview", picture)["turned"] == "left"
    with Image.open(picture) as image:
        width, height = image.size
    assert width > 9 * height
    assert invoke("plot", portrait, "--dry-run", "--turn", "right")["turned"] == "right"
    assert invoke("plot", drawing, "--dry-run")["turned"] is None
    assert run(["plot", str(portrait), "--dry-run"]) == 0
    assert "turned left by a quarter: its upper right corner is at home" in capsys.readouterr().out
    assert run(["plot", str(portrait), "--dry-run", "--turn", "no"]) == 2
    refused = capsys.readouterr().err
    assert "reaches from" in refused
    assert all(option in refused for option in ("--turn auto", "--machine", "--clip"))


def test_a_preview_never_takes_the_place_of_the_drawing(
    drawing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(drawing.parent)
    before = drawing.read_bytes()
    assert run(["plot", str(drawing), "--dry-run", "--preview", drawing.name]) == 2
    assert "take the place of the drawing" in capsys.readouterr().err
    assert drawing.read_bytes() == before


def test_a_person_is_told_time_and_lengths_of_each_layer(drawing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plot", str(drawing), "--dry-run"]) == 0
    whole, *layers = capsys.readouterr().out.splitlines()
    assert whole.endswith(" s, 0.11 m drawn, 0.07 m with the pen up, 5 lifts.")
    assert [line.split(":")[0] for line in layers] == ["- outline", "- colour"]
    assert layers[0].endswith("0.07 m drawn, 0.03 m with the pen up, 3 strokes")


def test_a_full_disk_stops_the_plot_with_the_pen_up(
    drawing: Path, machine: tuple[Board, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import errno
    import os

    board, port = machine
    write, written = os.write, 0

    def fill(descriptor: int, data: bytes) -> int:
        nonlocal written
        if data.startswith(b'{"'):
            written += 1
            if written > 25:  # in the first star
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    monkeypatch.setattr("sketchdesign.plotter.journal.os.write", fill)
    assert run(["plot", str(drawing), "--port", port, "--layers", "1"]) == 2
    assert "no space left" in capsys.readouterr().err
    assert board.queue.pen_up
    monkeypatch.undo()
    assert run(["plot", str(drawing), "--port", port, "--resume"]) == 0
    assert sorted(set(drawn_stars(board))) == [(0, 0), (1, 0), (2, 0)]


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


def test_a_person_is_asked_for_pens_paper_and_ink(tmp_path: Path, machine: tuple[Board, str]) -> None:
    layers = tuple(
        Layer(Pen(name, colour), Strokes.from_polylines([[[2.0, 2.0 + n], [9.0, 2.0 + n]] for n in range(2)]), name)
        for name, colour in (("black", "#000000"), ("red", "#c02020"))
    )
    path = tmp_path / "two.svg"
    write_drawing(Drawing(Page(40, 20), layers), path)
    words = ["plot", str(path), "--port", machine[1], "--copies", "2", "--reink", "5mm"]
    asked = []
    with subprocess.Popen(
        [sys.executable, "-m", "sketchdesign", *words], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        for line in process.stderr:
            asked.append(line.removesuffix(". Press Enter, or the button on the plotter, to go on.\n"))
            process.stdin.write("\n")
            process.stdin.flush()
    assert process.returncode == 0
    change = "Change the pen: red #c02020"
    paper = "Put in the paper for copy 2 of 2, and the pen: black #000000"
    assert [each for each in asked if each != "Time for new ink"] == [change, paper, change]
    assert asked.count("Time for new ink") == 4  # between the two strokes of 7 mm that each pen draws on each sheet


def wait_until_it_draws(process: subprocess.Popen[str]) -> None:
    """Read the events of ``plot --json`` up to the first about progress."""
    assert process.stderr is not None
    for line in process.stderr:
        if json.loads(line)["event"] == "progress":
            break


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_plot_that_was_interrupted_is_resumed(
    drawing: Path, machine: tuple[Board, str], how: signal.Signals, invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    board, port = machine
    words = ["plot", str(drawing), "--port", port, "--layers", "1", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "sketchdesign", *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        wait_until_it_draws(process)
        # Somewhere in the second star; meanwhile nobody else gets the port, and no second plot begins.
        assert run(["plot", str(drawing), "--port", port, "--restart", "--journal", f"{drawing}.other"]) == 2
        assert "in use" in capsys.readouterr().err
        process.send_signal(how)
        assert process.wait(60) == (130 if how is signal.SIGINT else -signal.SIGKILL)
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


def test_a_turned_plot_goes_on_turned(portrait: Path, machine: tuple[Board, str], invoke: Invoke) -> None:
    board, port = machine
    words = ["plot", str(portrait), "--port", port, "--turn", "right", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "sketchdesign", *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        wait_until_it_draws(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    time.sleep(0.2)
    assert "--turn cannot be" in invoke("plot", portrait, "--port", port, "--resume", "--turn", "left", code=2)["error"]
    report = invoke("plot", portrait, "--port", port, "--resume")
    assert (report["state"], report["turned"]) == ("done", "right")
    # The first four stars hang from the upper edge, and end up at the far end of the page.
    assert sorted(set(drawn_stars(board))) == [(0, 0), *((29 + n, 0) for n in range(4))]


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
