"""Whole runs in a folder: to the end, stopped and gone on with, and their finished models."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.errors import CancelledError, InputError, OutputError
from sketchdesign.model.checkpoint import load_model
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.history import Progress, read_losses
from sketchdesign.training.run import train, write_model

MakeConfig = Callable[..., TrainConfig]


def test_a_run_leaves_a_model_that_loads(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    config = replace(
        small_config(steps=60, class_count=2, class_size=3, evaluate_every=20), licence="CC BY 4.0", source="made up"
    )
    reports: list[Progress] = []
    result = train(config, data_dir, tmp_path / "new" / "run", reports.append)
    assert [report.step for report in reports] == [20, 40, 50, 60]
    assert [report.validation is not None for report in reports] == [True, True, False, True]
    assert sorted(path.name for path in (tmp_path / "new" / "run").iterdir()) == [
        "losses.csv",
        "one-two.safetensors",
        "run.json",
        "state.safetensors",
    ]
    model = load_model(result.model_path)
    assert model.info == result.info
    assert (model.info.classes, model.info.steps, model.info.licence) == (("one", "two"), 60, "CC BY 4.0")
    assert model.info.losses["L_R"] == pytest.approx(result.scores.overall.L_R)
    assert model.latent is not None
    assert model.latent.mean.shape == (2, 4)
    assert json.loads((tmp_path / "new" / "run" / "run.json").read_text())["data"]["one"]["kept"] > 20


def test_a_decoder_only_run(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    result = train(small_config(steps=3, z_size=0, encoder_size=0), data_dir, tmp_path)
    assert load_model(result.model_path).latent is None


def test_a_stopped_run_goes_on_to_the_same_end(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    config = small_config(steps=12, save_every=5, evaluate_every=6)
    whole = train(config, data_dir, tmp_path / "whole")
    calls = iter(range(100))
    with pytest.raises(CancelledError, match="stopped at step 8"):
        train(config, data_dir, tmp_path / "parts", cancelled=lambda: next(calls) == 7)
    parts = train(config, data_dir, tmp_path / "parts")
    assert parts.model_path.read_bytes() == whole.model_path.read_bytes()
    assert [row["step"] for row in read_losses(tmp_path / "parts" / "losses.csv")] == [6, 8, 12]


def test_a_crash_costs_only_the_steps_since_the_last_save(
    data_dir: Path, tmp_path: Path, small_config: MakeConfig
) -> None:
    config = small_config(steps=12, save_every=5, evaluate_every=6)
    whole = train(config, data_dir, tmp_path / "whole")
    calls = iter(range(100))

    def crash() -> bool:
        if next(calls) == 7:
            raise ZeroDivisionError
        return False

    with pytest.raises(ZeroDivisionError):
        train(config, data_dir, tmp_path / "parts", cancelled=crash)
    assert [row["step"] for row in read_losses(tmp_path / "parts" / "losses.csv")] == [6]
    parts = train(config, data_dir, tmp_path / "parts")
    assert parts.model_path.read_bytes() == whole.model_path.read_bytes()
    assert [row["step"] for row in read_losses(tmp_path / "parts" / "losses.csv")] == [6, 12]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_ctrl_c_ends_after_the_step_and_saves(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    usual = signal.getsignal(signal.SIGINT)
    calls = iter(range(1000))

    def press() -> bool:
        if next(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return False

    with pytest.raises(CancelledError, match=r"stopped at step [34] and can go on"):
        train(small_config(steps=100), data_dir, tmp_path, cancelled=press)
    assert (tmp_path / "state.safetensors").exists()
    assert signal.getsignal(signal.SIGINT) is usual


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_second_ctrl_c_ends_at_once(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    def press() -> bool:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return False

    with pytest.raises(KeyboardInterrupt):
        train(small_config(steps=100), data_dir, tmp_path, cancelled=press)
    assert not (tmp_path / "state.safetensors").exists()


def test_a_run_in_another_thread_leaves_ctrl_c_alone(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    results: list[Path] = []
    thread = threading.Thread(
        target=lambda: results.append(train(small_config(steps=2), data_dir, tmp_path).model_path)
    )
    thread.start()
    thread.join()
    assert results == [tmp_path / "one-two.safetensors"]


def test_a_model_can_be_written_at_any_time(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    config = small_config(steps=50)
    with pytest.raises(InputError, match="holds no training run; train first"):
        write_model(config, data_dir, tmp_path)
    with pytest.raises(CancelledError):
        train(config, data_dir, tmp_path, cancelled=lambda: True)
    assert write_model(config, data_dir, tmp_path).info.steps == 1


def test_names_become_safe_file_names(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    for name, file in (("../Chair cats!", "Chair-cats.safetensors"), ("...", "model.safetensors")):
        result = train(replace(small_config(steps=1), name=name), data_dir, tmp_path / "run")
        assert result.model_path == tmp_path / "run" / file
        assert load_model(result.model_path).info.name == name


def test_a_folder_that_cannot_be_made_is_one_sentence(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot make the folder"):
        train(small_config(steps=1), data_dir, tmp_path / "file" / "run")


def test_missing_drawings_are_named_before_anything_is_trained(tmp_path: Path, small_config: MakeConfig) -> None:
    with pytest.raises(InputError, match="class 'one' has no drawings"):
        train(small_config(), tmp_path / "none", tmp_path / "run")


def test_equal_runs_give_equal_files(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    files = [train(small_config(steps=4), data_dir, tmp_path / name).model_path.read_bytes() for name in ("a", "b")]
    assert files[0] == files[1]
    assert np.frombuffer(files[0], np.uint8).size > 1000
