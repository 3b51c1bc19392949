"""``optimise`` as a person runs it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sketchdesign.cli.main import run
from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.provenance import Provenance
from sketchdesign.geometry.read_drawing import read_drawing
from sketchdesign.output.files import write_drawing

Invoke = Callable[..., dict[str, Any]]


def scattered(count: int, seed: int = 0) -> Strokes:
    rng = np.random.default_rng(seed)
    steps = np.cumsum(rng.normal(0.0, 1.0, (count, 5, 2)), axis=1)
    return Strokes.from_polylines(rng.uniform(20.0, 120.0, (count, 1, 2)) + steps)


@pytest.fixture
def plot(tmp_path: Path) -> Path:
    """Two pens: scattered strokes, and dashes 0.2 mm apart."""
    begins = np.arange(20.0, 120.0, 10.2)
    dashes = [[[x, 130.0], [x + 10.0, 130.0]] for x in begins]
    drawing = Drawing(
        Page(148.0, 210.0),
        (
            Layer(Pen("ink", "#1030a0", 0.4), scattered(150), "ink"),
            Layer(Pen("gold", "#c09010", 0.8), Strokes.from_polylines(dashes[::-1]), "gold"),
        ),
        Provenance({"command": "grid", "seed": 7}),
    )
    path = tmp_path / "plot.svg"
    write_drawing(drawing, path)
    return path


def test_a_plot_gets_shorter_and_keeps_its_layers(invoke: Invoke, plot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.svg"
    report = invoke("optimise", plot, "-o", out)
    before, after = read_drawing(plot), read_drawing(out)
    assert report["pen_up_mm_before"] == pytest.approx(before.pen_up_mm(), abs=0.1)
    assert report["pen_up_mm_after"] == pytest.approx(after.pen_up_mm(), abs=0.1)
    assert report["pen_up_mm_after"] < report["pen_up_mm_before"] / 5.0
    assert report["estimate_s"] < report["estimate_before_s"]
    assert (report["lifts_before"], report["lifts_after"], report["joins"]) == (160, 160, 0)
    assert report["seconds"] > 0.0
    assert after.page == before.page
    assert [layer.pen for layer in after.layers] == [layer.pen for layer in before.layers]
    recipe = invoke("info", out)["recipe"]
    assert (recipe["command"], recipe["seed"]) == ("grid", 7)
    assert recipe["pipeline"] == "route --simplify 0.02mm --join 0.05mm --machine axidraw-v3"


def test_the_same_call_gives_the_same_bytes(invoke: Invoke, plot: Path, tmp_path: Path) -> None:
    for name in ("1.svg", "2.svg"):
        invoke("optimise", plot, "-o", tmp_path / name)
    assert (tmp_path / "1.svg").read_bytes() == (tmp_path / "2.svg").read_bytes()


def test_joins_are_drawn_and_shown_in_red(invoke: Invoke, plot: Path, tmp_path: Path) -> None:
    out, picture = tmp_path / "out.svg", tmp_path / "way.png"
    report = invoke("optimise", plot, "-o", out, "--join", "0.3mm", "--preview", picture, "--dpi", 200)
    assert report["joins"] >= 9
    assert report["lifts_after"] == report["lifts_before"] - report["joins"]
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    red = (pixels[..., 0] > 180) & (pixels[..., 1:].max(axis=-1) < 60)
    grey = (np.ptp(pixels, axis=-1) < 8) & (pixels[..., 0] < 230) & (pixels[..., 0] > 120)
    assert red.sum() > 50
    assert grey.sum() > 500
    rows = np.flatnonzero(red.any(axis=1)) / pixels.shape[0] * 210.0
    assert (abs(rows - 130.0) < 1.0).any()


def test_a_pipeline_of_vpype_does_what_it_says(invoke: Invoke, plot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.svg"
    report = invoke("optimise", plot, "-o", out, "--pipeline", "linemerge --tolerance 0.3mm linesort")
    assert report["lifts_after"] < report["lifts_before"]
    assert invoke("info", out)["recipe"]["pipeline"] == "linemerge --tolerance 0.3mm linesort"


def test_drawings_of_other_programs_keep_where_they_come_from(invoke: Invoke, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.svg"
    foreign.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="40mm" viewBox="0 0 50 40">'
        '<path d="M1 1 L9 9 M30 30 L12 12 M9 10 L1 2" stroke="black"/></svg>'
    )
    out = tmp_path / "out.svg"
    assert invoke("optimise", foreign, "-o", out, "--budget", "50ms")["lifts_after"] == 3
    recipe = invoke("info", out)["recipe"]
    assert (recipe["command"], recipe["source"]) == ("optimise", "foreign.svg")
    assert recipe["pipeline"].endswith("--budget 0.05s")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing.svg"], "nothing.svg"),
        (["plot.txt"], "plot.txt"),
        (["--join", "-1mm"], "joined over -1 mm"),
        (["--simplify", "wide"], "'wide' is not a length"),
        (["--budget", "soon"], "'soon' is not a time"),
        (["--budget", "0s"], "budget of 0 s"),
        (["--budget", "99999h"], "makes no sense"),
        (["--machine", "loom"], "loom"),
        (["--preview", "way.svg"], "way.svg cannot hold the picture"),
        (["--pipeline", "linesord"], "linesord"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_input_gives_one_sentence_and_leaves_nothing(
    words: list[str],
    sentence: str,
    plot: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [plot.name, *words] if words[0].startswith("--") else words
    assert run(["optimise", *words, "-o", "out.svg"]) == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert printed.count("\n") == 1
    assert list(tmp_path.iterdir()) == [plot]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_leaves_nothing(tmp_path: Path, plot: Path) -> None:
    out = tmp_path / "out.svg"
    command = [sys.executable, "-m", "sketchdesign", "optimise", str(plot), "-o", str(out), "--budget", "60s"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    time.sleep(4.0)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=10.0)
    # A busy computer may still be starting Python.
    assert process.returncode in (130, -signal.SIGINT)
    assert process.returncode != 130 or printed in ("", "Cancelled.\n")
    assert list(tmp_path.iterdir()) == [plot]
