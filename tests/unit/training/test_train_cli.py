"""``sketchdesign train`` as a person or a script uses it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_drawings import zigzags

from sketchdesign.cli.main import run
from sketchdesign.model.checkpoint import load_model

SETTINGS = """
classes = ["one", "two"]
max_points = 20
batch_size = 16
steps = 12
evaluate_every = 6
precision = "float32"
[architecture]
decoder_size = 12
encoder_size = 8
z_size = 4
mixtures = 3
"""
Settings = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Writes a file of settings; lines given come before the table."""

    def write(lines: str = "") -> Path:
        path = tmp_path / "scribbles.toml"
        path.write_text(lines + SETTINGS)
        return path

    return write


def report_of(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert run(["train", *map(str, words), "--json", "--threads", "1", "--device", "cpu"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_a_run_and_what_it_reports(settings: Settings, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = settings(f'data = "{data_dir}"')
    report = report_of(capsys, path)
    assert report["model"] == str(path.parent / "scribbles" / "one-two.safetensors")
    assert load_model(Path(report["model"])).info.steps == report["steps"] == 12
    assert report["drawings_per_s"] > 0
    assert report["seconds"] > 0
    assert report["L_R"] > report["L_KL"] >= 0
    assert set(report["classes"]) == set(report["data"]) == {"one", "two"}
    again = report_of(capsys, path, "--out", path.parent / "scribbles")
    assert (again["L_R"], again["drawings_per_s"]) == (report["L_R"], 0)


def test_plain_lines_where_nobody_watches(
    settings: Settings, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", str(settings()), "--data", str(data_dir), "--device", "cpu", "--threads", "1"]) == 0
    printed = capsys.readouterr()
    first, second, header = printed.err.splitlines()[:3]
    assert first.startswith("step 6 of 12, L_R ")
    assert first.endswith(" left")
    assert "validation L_R" in second
    assert header.split()[:3] == ["class", "read", "kept"]
    assert "12 steps" in printed.out


def test_svg_folders_are_read(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for strokes, name in ((2, "one"), (3, "two")):
        for split in ("train", "valid"):
            (tmp_path / "svg" / split / name).mkdir(parents=True)
            for number, sketch in enumerate(zigzags(20, strokes, seed=len(split))):
                lines = [" ".join(f"{x:g},{y:g}" for x, y in line) for line in sketch.polylines()]
                shapes = "".join(f'<polyline points="{line}"/>' for line in lines)
                file = tmp_path / "svg" / split / name / f"{number}.svg"
                file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{shapes}</svg>')
    (tmp_path / "svg" / "train" / "one" / "bad.svg").write_text("<svg")
    path = settings('data = "svg"')
    path.write_text(path.read_text().replace("max_points = 20", "max_points = 40"))
    report = report_of(capsys, path)
    assert report["data"]["one"]["kept"] >= 15
    assert report["data"]["one"]["dropped"]["damaged"] == 1
    assert "no XML" in report["data"]["one"]["notes"][0]


@pytest.mark.parametrize(
    ("lines", "words", "message"),
    [
        ("", [], "no folder of drawings is given; use --data"),
        ("step = 3", ["--data", "DATA"], "step is no setting; did you mean steps?"),
        ("", ["--data", "nowhere"], "there is no folder nowhere"),
        ("", ["--data", "."], "class 'one' has no drawings"),
        ('start = "none"', ["--data", "DATA"], "there is no model or model file called"),
        ("", ["--data", "DATA", "--out", "DATA/train/one.bin"], "cannot make the folder"),
        ("", ["--data", "DATA", "--device", "abacus"], "unknown device 'abacus'"),
    ],
)
def test_wrong_input_is_one_sentence(
    settings: Settings,
    data_dir: Path,
    capsys: pytest.CaptureFixture[str],
    lines: str,
    words: list[str],
    message: str,
) -> None:
    given = [word.replace("DATA", str(data_dir)) for word in words]
    assert run(["train", str(settings(lines)), *given]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_missing_settings_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", str(tmp_path / "none.toml")]) == 2
    assert "cannot read" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_ctrl_c_saves_and_the_run_goes_on(
    settings: Settings, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings()
    path.write_text(path.read_text().replace("steps = 12", "steps = 1000000").replace("every = 6", "every = 20"))
    words = ["train", str(path), "--data", str(data_dir), "--device", "cpu", "--threads", "1"]
    process = subprocess.Popen([sys.executable, "-m", "sketchdesign", *words], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("step 20 of 1000000")
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert "training stopped at step" in said
    assert "Traceback" not in said
    step = int(said.split("stopped at step ")[1].split()[0])
    path.write_text(path.read_text().replace("steps = 1000000", f"steps = {step + 2}"))
    assert report_of(capsys, path, "--data", data_dir)["steps"] == step + 2


@pytest.mark.skipif(os.name != "posix", reason="terminals are POSIX")
def test_a_bar_where_a_person_watches(settings: Settings, data_dir: Path) -> None:
    ours, theirs = pty.openpty()
    words = ["train", str(settings()), "--data", str(data_dir), "--device", "cpu", "--threads", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sketchdesign", *words], stderr=theirs, stdout=subprocess.DEVNULL, close_fds=True
    )
    os.close(theirs)
    shown = b""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    assert process.wait(timeout=60) == 0
    os.close(ours)
    assert "━".encode() in shown
    assert b"12/12" in shown
    assert b"validation L_R" in shown
