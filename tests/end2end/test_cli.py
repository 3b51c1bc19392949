"""The command line as a person or a script uses it."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.console import hoist_global_options
from sketchdesign.cli.main import run
from sketchdesign.core.files import write_atomic
from sketchdesign.services.jobs import Job

Invoke = Callable[..., dict[str, Any]]


def test_grid_writes_the_same_bytes_for_a_seed_with_any_number_of_threads(
    invoke: Invoke, model_path: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    options = ["--rows", 3, "--cols", 4, "--seed", 7, "--page", "A5"]
    report = invoke("grid", model_path, *options, "-o", first, "-o", tmp_path / "a.png")
    assert run(["grid", str(model_path), *map(str, options), "-o", str(second), "--threads", "2"]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert report["sketches"] == 12
    assert 0 < report["pen_up_mm_after"] < report["pen_up_mm_before"]
    assert report["strokes"] > 0
    assert report["estimate_s"] > report["pen_down_mm"] / 60
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_info_gives_back_the_recipe_of_every_format(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.svg"
    invoke("grid", model_path, "--rows", 2, "--cols", 2, "--seed", 3, "-o", sheet)
    recipe = invoke("info", sheet)["recipe"]
    assert recipe["command"] == "grid"
    assert recipe["generate"]["seed"] == 3
    assert recipe["layout"]["rows"] == 2
    assert recipe["model"]["sha256"] == invoke("models", "info", model_path)["sha256"]
    outputs = [tmp_path / f"sketches{ending}" for ending in (".svg", ".png", ".ndjson", ".npz")]
    invoke("generate", model_path, "-n", 4, "--seed", 5, *(word for path in outputs for word in ("-o", path)))
    recipes = [invoke("info", path)["recipe"] for path in outputs]
    assert all(recipe == recipes[0] for recipe in recipes)
    assert recipes[0]["generate"]["seed"] == 5


def test_generate_writes_one_record_per_sketch(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "sketches.ndjson"
    report = invoke("generate", model_path, "-n", 5, "--seed", 1, "--class", "pig", "-o", out)
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(records) == report["sketches"] == 5
    assert {record["word"] for record in records} == {"pig"}
    assert report["ended_share"] == sum(record["ended"] for record in records) / 5
    xs, ys = records[0]["drawing"][0]
    assert len(xs) == len(ys) > 0


def test_one_sketch_is_the_same_alone_and_among_many(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    for count in (1, 64):
        invoke("generate", model_path, "-n", count, "--seed", 9, "-o", tmp_path / f"{count}.ndjson")
    one, many = ((tmp_path / f"{n}.ndjson").read_text().splitlines()[0] for n in (1, 64))
    assert json.loads(one)["drawing"] == json.loads(many)["drawing"]


def test_a_seed_is_chosen_and_reported_when_none_is_given(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    report = invoke("generate", model_path, "-o", tmp_path / "a.ndjson")
    again = invoke("generate", model_path, "--seed", report["seed"], "-o", tmp_path / "b.ndjson")
    first, second = (json.loads((tmp_path / f"{name}.ndjson").read_text())["drawing"] for name in "ab")
    assert again["seed"] == report["seed"]
    assert first == second


def test_models_can_be_imported_inspected_and_verified(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    exported = tmp_path / "pig.vae.json"
    invoke("models", "export", model_path, "--class", "pig", "-o", exported)
    back = tmp_path / "back.safetensors"
    report = invoke("models", "import", exported, "-o", back)
    assert report["conditional"] is True
    info = invoke("models", "info", back)
    assert info["start_token"] == [0, 0, 1, 0, 0]
    assert (info["name"], info["classes"]) == ("pig", ["pig"])
    assert [info[key] for key in ("licence", "data")] == [
        invoke("models", "info", model_path)[key] for key in ("licence", "data")
    ]
    assert info["parameters"] == report["parameters"]
    assert invoke("models", "verify", back)["sha256"] == info["sha256"]


def test_people_are_told_of_a_model_in_short_numbers(model_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "info", str(model_path)]) == 0
    (scale,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("scale factor"))
    assert scale.split()[-1] == "30"


def test_a_card_names_the_licence_and_shows_the_picture(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    card = tmp_path / "tiny.md"
    invoke("models", "card", model_path, "-o", card)
    text = card.read_text()
    assert "| licence | MIT |" in text
    assert "](tiny.png)" in text
    assert (tmp_path / "tiny.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["generate", "kat", "-o", "x.svg"], "no model"),
        (["generate", "MODEL", "-o", "x.tiff"], "x.tiff"),
        (["generate", "MODEL", "-o", "missing/x.svg"], "missing"),
        (["generate", "MODEL", "-o", "."], "."),
        (["generate", "MODEL", "--class", "cow", "-o", "x.svg"], "'cow'"),
        (["generate", "MODEL", "-n", "0", "-o", "x.svg"], "out of range"),
        (["generate", "MODEL", "-n", "many", "-o", "x.svg"], "--count"),
        (["generate", "MODEL", "--temperature", "nan", "-o", "x.svg"], "temperature"),
        (["generate", "MODEL", "--preset", "wild", "-o", "x.svg"], "'wild'"),
        (["generate", "MODEL", "--device", "tpu", "-o", "x.svg"], "'tpu'"),
        (["generate", "MODEL", "--threads", "0", "-o", "x.svg"], "threads"),
        (["generate", "MODEL"], "output"),
        (["grid", "MODEL", "--page", "A44", "-o", "x.svg"], "A44"),
        (["grid", "MODEL", "--margin", "3 parsecs", "-o", "x.svg"], "3 parsecs"),
        (["grid", "MODEL", "--margin", "200mm", "-o", "x.svg"], "does not fit"),
        (["grid", "MODEL", "--rows", "0", "-o", "x.svg"], "has no cell"),
        (["grid", "MODEL", "--pipeline", "linesord", "-o", "x.svg"], "linesord"),
        (["grid", "MODEL", "--machine", "loom", "-o", "x.svg"], "loom"),
        (["info", "nothing.svg"], "nothing.svg"),
        (["models", "info", "MODEL.txt"], "MODEL.txt"),
        (["models", "import", "MODEL", "-o", "x.json"], ".safetensors"),
        (["models", "card", "MODEL", "-o", "x.txt"], ".md"),
        (["paint"], "paint"),
        (["models"], "command"),
        (["grid", "MODEL", "--colour"], "--colour"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_wrong_input_gives_one_sentence_and_leaves_nothing(
    words: list[str],
    sentence: str,
    model_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert run([str(model_path) if word == "MODEL" else word for word in words]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert err.count("\n") == 1
    assert out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_leaves_the_old_file(
    model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheet.svg"
    write_atomic(out, "old")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert run(["grid", str(model_path), "--rows", "1", "--cols", "1", "-o", str(out)]) == 2
    assert "no space left on device" in capsys.readouterr().err
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sheet.svg", "tiny.safetensors"]


def test_without_a_command_and_a_display_it_says_what_it_can_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert run([]) == 0
    assert "grid" in capsys.readouterr().out


def test_global_options_may_stand_anywhere() -> None:
    line = ["grid", "cat", "--device=cpu", "-o", "x.svg", "--threads", "2", "--json", "--", "--json"]
    assert hoist_global_options(line) == [
        "--device=cpu",
        "--threads",
        "2",
        "--json",
        "grid",
        "cat",
        "-o",
        "x.svg",
        "--",
        "--json",
    ]


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sketchdesign", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("after_s", [0.2, 2.5, 5.0])
def test_ctrl_c_at_any_moment_leaves_nothing(model_path: Path, tmp_path: Path, after_s: float) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    process = start("grid", model_path, "--rows", 300, "--cols", 300, "--gap", "0mm", "-o", folder / "x.svg")
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    assert process.returncode in (130, -signal.SIGINT)
    assert list(folder.iterdir()) == []


def test_ctrl_c_is_answered(
    model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_job: Job[object], *_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Job, "run", interrupted)
    assert run(["generate", str(model_path), "-o", str(tmp_path / "x.svg")]) == 130
    assert capsys.readouterr() == ("", "Cancelled.\n")


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(4):
        subprocess.run([sys.executable, "-m", "sketchdesign", "--help"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) / 4
    assert seconds < 0.4  # of a processor, whatever else the computer does; 0.15 s where this was written
