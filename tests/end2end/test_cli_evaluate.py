"""Training a judge and measuring a model with it, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchdesign.cli.main import run

Invoke = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cats are one zigzag, pigs three."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(1)
    for split in ("train", "test"):
        (folder / split).mkdir()
        for word, strokes in (("cat", 1), ("pig", 3)):
            lines = []
            for _ in range(40):
                drawing = [[sorted(rng.integers(0, 256, 6).tolist()), rng.integers(0, 256, 6).tolist()]] * strokes
                lines.append(json.dumps({"word": word, "drawing": drawing}))
            (folder / split / f"{word}.ndjson").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def judge(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judge") / "judge.safetensors"
    words = ["train-judge", "--data", data, "--steps", 2, "-o", path, "--source", "made up", "--threads", 1]
    assert run([*map(str, words)]) == 0
    return path


def test_evaluate_reports_and_writes_table_and_pictures(
    invoke: Invoke, model_path: Path, data: Path, judge: Path, tmp_path: Path
) -> None:
    outputs = [tmp_path / name for name in ("report.md", "report.json", "page.png")]
    words = ["--data", data, "--judge", judge, "--samples", 10]
    report = invoke("evaluate", model_path, *words, "-o", outputs[0], "-o", outputs[1], "--picture", outputs[2])
    for measures in (report, report["classes"]["cat"], report["classes"]["pig"]):
        assert {"L_R", "L_KL", "nats_per_point", "n_max", "sketches", "frechet", "precision"} <= set(measures)
        assert {"real", "generated", "reconstructed", "interpolated"} < set(measures["recognised"])
    assert report["sketches"] == 80
    assert report["n_max"] == 60
    assert report["judge"]["knows"]
    assert outputs[0].read_text().startswith("# tiny\n")
    assert json.loads(outputs[1].read_text()) == report
    assert outputs[2].read_bytes().startswith(b"\x89PNG")


def test_the_bundled_judge_is_used_where_none_is_named(invoke: Invoke, model_path: Path, data: Path) -> None:
    report = invoke("evaluate", model_path, "--data", data, "--samples", 10, "--classes", "cat")
    assert list(report["classes"]) == ["cat"]
    assert report["judge"]["classes"] >= 60


def test_a_model_is_measured_on_the_svg_files_that_it_was_trained_on(
    invoke: Invoke, model_path: Path, judge: Path, tmp_path: Path
) -> None:
    for split in ("train", "test"):
        folder = tmp_path / "drawings" / split / "cat"
        folder.mkdir(parents=True)
        for number in range(12):
            path = f'<path d="M0,0 L{60 + number},{20 + 7 * number} L10,200 L{40 + number},90" fill="none"/>'
            (folder / f"{number}.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{path}</svg>')
    words = ["--data", tmp_path / "drawings", "--judge", judge, "--samples", 10, "--classes", "cat"]
    assert invoke("evaluate", model_path, *words)["sketches"] == 12


def test_train_judge_reports_its_accuracy(invoke: Invoke, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "judge.safetensors"
    report = invoke("train-judge", "--data", data, "--classes", "cat, pig", "--steps", 1, "-o", out)
    assert (report["classes"], report["drawings"], report["tested"]) == (2, 80, 80)
    assert 0.0 <= report["accuracy"] <= 1.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "report.txt"], "cannot hold the report"),
        (["--picture", "page.jpg"], "page.jpg cannot hold the picture"),
        (["--samples", "1"], "1 samples of a class cannot be measured"),
        (["--classes", "dog"], "the model has no class 'dog'"),
        (["--split", "valid"], "has no drawings in"),
        (["--judge", "missing.safetensors"], "cannot open the model missing.safetensors"),
        (["--preset", "wild"], "unknown preset 'wild'"),
    ],
)
def test_wrong_input_is_one_sentence(
    invoke: Invoke, model_path: Path, data: Path, judge: Path, words: list[str], message: str
) -> None:
    report = invoke("evaluate", model_path, "--data", data, "--judge", judge, *words, code=2)
    assert message in report["error"]


def test_a_judge_needs_drawings_and_a_name_for_its_file(invoke: Invoke, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "judge.safetensors"
    assert "holds no drawings" in invoke("train-judge", "--data", tmp_path, "-o", out, code=2)["error"]
    wrong = invoke("train-judge", "--data", data, "-o", tmp_path / "judge.bin", code=2)
    assert "does not end in .safetensors" in wrong["error"]
    assert "two classes" in invoke("train-judge", "--data", data, "--classes", "cat", "-o", out, code=2)["error"]
    assert not list(tmp_path.iterdir())
