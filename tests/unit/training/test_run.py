"""Whole runs in a folder: to the end, stopped and gone on with, and their finished models."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from sketchdesign.core.errors import CancelledError, CheckpointError, InputError, OutputError
from sketchdesign.model.checkpoint import load_model
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.best import BestWeights
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.history import Progress, read_losses
from sketchdesign.training.run import Surroundings, train

MakeConfig = Callable[..., TrainConfig]


def test_a_run_leaves_a_model_that_loads(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    config = replace(
        small_config(steps=60, class_count=2, class_size=3, evaluate_every=20), licence="CC BY 4.0", source="made up"
    )
    reports: list[Progress] = []
    result = train(config, data_dir, tmp_path / "new" / "run", reports.append)
    assert [report.step for report in reports] == [20, 40, 50, 60]
    assert [report.validation is not None for report in reports] == [True, True, False, True]
    pictures = ["drawings.png", "losses.png", "samples.png"]
    files = ["losses.csv", "one-two.safetensors", "run.json", "state.safetensors"]
    assert sorted(path.name for path in (tmp_path / "new" / "run").iterdir()) == sorted(pictures + files)
    for name in pictures:
        with Image.open(tmp_path / "new" / "run" / name) as picture:
            assert min(picture.size) >= 400
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


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there")
def test_a_folder_whose_name_is_not_utf_8_is_no_obstacle(
    data_dir: Path, tmp_path: Path, small_config: MakeConfig
) -> None:
    config = small_config(steps=6, evaluate_every=2, patience=9)
    folder = tmp_path / os.fsdecode(b"caf\xe9\n")
    with pytest.raises(CancelledError):
        train(config, data_dir, folder, cancelled=lambda: (folder / "best.safetensors").exists())
    odd, usual = train(config, data_dir, folder), train(config, data_dir, tmp_path / "usual")
    assert odd.model_path.parent == folder
    assert odd.model_path.read_bytes() == usual.model_path.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_after_the_step_and_saves(
    data_dir: Path, tmp_path: Path, small_config: MakeConfig, number: signal.Signals
) -> None:
    usual, usual_kill = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    calls = iter(range(1000))

    def press() -> bool:
        if next(calls) == 2:
            signal.raise_signal(number)
        return False

    with pytest.raises(CancelledError, match=r"stopped at step [34] and can go on"):
        train(small_config(steps=100), data_dir, tmp_path, cancelled=press)
    assert (tmp_path / "state.safetensors").exists()
    assert signal.getsignal(signal.SIGINT) is usual
    assert signal.getsignal(signal.SIGTERM) is usual_kill


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


def test_the_sheets_of_equal_runs_are_equal_and_change_with_the_weights(
    data_dir: Path, tmp_path: Path, small_config: MakeConfig
) -> None:
    sheets = []
    for name, steps in (("a", 4), ("b", 4), ("c", 8)):
        train(small_config(steps=steps, learning_rate=0.01), data_dir, tmp_path / name)
        sheets.append((tmp_path / name / "samples.png").read_bytes())
    assert sheets[0] == sheets[1]
    assert sheets[0] != sheets[2]


def test_a_sheet_leaves_the_threads_of_training_alone(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        train(small_config(steps=1), data_dir, tmp_path)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_a_run_goes_on_from_a_model(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    first = train(small_config(steps=30, class_count=2, class_size=3), data_dir, tmp_path / "first")
    start = Surroundings(start=str(first.model_path))
    config = small_config(steps=1, class_count=2, class_size=3, learning_rate=0.0, weight_decay=0.0, kl_start=1.0)
    second = train(config, data_dir, tmp_path / "second", surroundings=start)
    # The model file holds half precision, and the scale of the drawings is its own.
    before, after = first.scores.overall.L_R, second.scores.overall.L_R
    assert after == pytest.approx(before, rel=1e-3)
    assert second.info.scale_factor == first.info.scale_factor
    first_loss = read_losses(tmp_path / "second" / "losses.csv")[0]
    assert first_loss["valid_reconstruction"] == pytest.approx(first.scores.overall.L_R, rel=0.2)
    expected = {"name": "one-two", "sha256": hashlib.sha256(first.model_path.read_bytes()).hexdigest()}
    assert second.info.settings["start"] == expected

    first.model_path.unlink()  # no longer needed once the run has a state of its own
    third = train(replace(config, steps=2), data_dir, tmp_path / "second", surroundings=start)
    assert third.info.settings["start"] == expected


def test_a_start_model_that_does_not_fit_leaves_no_state(
    data_dir: Path, tmp_path: Path, small_config: MakeConfig
) -> None:
    first = train(small_config(steps=1, decoder_size=9), data_dir, tmp_path / "first")
    with pytest.raises(InputError, match="decoder_size 9 where the settings say 12"):
        train(small_config(), data_dir, tmp_path / "run", surroundings=Surroundings(start=str(first.model_path)))
    with pytest.raises(InputError, match="there is no model or model file called none"):
        train(small_config(), data_dir, tmp_path / "run", surroundings=Surroundings(start="none"))
    assert not list((tmp_path / "run").iterdir())


def test_patience_ends_a_run_and_publishes_the_best(data_dir: Path, tmp_path: Path, small_config: MakeConfig) -> None:
    config = small_config(steps=400, evaluate_every=10, patience=2, learning_rate=0.2, warmup=0, ema=0.0, clip_norm=0.0)
    result = train(config, data_dir, tmp_path)
    rows = [row for row in read_losses(tmp_path / "losses.csv") if not np.isnan(row["valid_kl"])]
    scores = [row["valid_reconstruction"] + config.kl_weight * max(row["valid_kl"], config.kl_floor) for row in rows]
    best = int(np.argmin(scores))
    assert len(rows) == best + 1 + 2 < 40
    assert result.info.steps == rows[best]["step"]
    published = load_model(result.model_path).network.state_dict()
    for name, tensor in load_file(tmp_path / "best.safetensors").items():
        assert torch.allclose(published[name], tensor, rtol=1e-3, atol=1e-6)
    # Called again, it is still over.
    model = result.model_path.read_bytes()
    train(config, data_dir, tmp_path)
    assert result.model_path.read_bytes() == model
    (tmp_path / "best.safetensors").write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match=r"best\.safetensors is damaged, .*; remove it"):
        train(config, data_dir, tmp_path)


def test_better_weights_of_a_lost_part_of_the_run_do_not_count(tmp_path: Path, small_config: MakeConfig) -> None:
    network = SketchRNN(small_config().architecture)
    best = BestWeights(tmp_path / "best.safetensors", 0)
    best.offer(10, 1.0, network, write=True)
    best.offer(20, 2.0, network, write=True)
    assert (BestWeights(tmp_path / "best.safetensors", 15).step, best.score) == (10, 1.0)
    assert not BestWeights(tmp_path / "best.safetensors", 5).known
