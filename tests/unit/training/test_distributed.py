"""Two processes that share the batches have the losses of one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sketchdesign.core.errors import InputError
from sketchdesign.training.config import TrainConfig, load_run
from sketchdesign.training.data import DrawingSet, make_batch
from sketchdesign.training.distributed import ALONE, Ranks, joined_ranks
from sketchdesign.training.history import read_losses
from sketchdesign.training.loop import CPU, Trainer
from sketchdesign.training.objective import Noise, batch_losses, to_device
from sketchdesign.training.run import train

MakeConfig = Callable[..., TrainConfig]

SETTINGS = """
classes = ["one", "two"]
max_points = 20
batch_size = 15
steps = 12
warmup = 2
learning_rate = 0.005
recurrent_keep = 0.9
kl_floor = 0.0001
evaluate_every = 6
precision = "float32"
[architecture]
decoder_size = 12
encoder_size = 8
z_size = 4
mixtures = 3
class_size = 3
learned_prior = true
"""


def test_the_shares_of_a_batch_add_up_to_its_losses(drawings: DrawingSet, small_config: MakeConfig) -> None:
    """Dropout and the noise of z belong to the columns, whoever computes them."""
    config = small_config(recurrent_keep=0.8, output_dropout=0.3)
    network = Trainer(config, drawings).network
    batch = make_batch(drawings, drawings.scale_factor())

    def part(share: slice) -> torch.Tensor:
        sent = to_device(batch, CPU, share)
        return torch.stack(batch_losses(network, sent, config, Noise(7, sent))).detach()

    shares = [part(Ranks(rank, 3).share) for rank in range(3)]
    torch.testing.assert_close(sum(shares, torch.zeros(2)), part(ALONE.share))
    assert not torch.allclose(shares[0], shares[1])


def launched(words: list[str], count: int) -> None:
    """Start ``count`` processes as torchrun would, and wait for them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = os.environ | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "sketchdesign", *words],
            env=shared | {"RANK": str(rank), "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]
    try:
        outputs = [process.communicate(timeout=60) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * count, outputs
    assert json.loads(outputs[0][0])["steps"] == 12
    assert all(not printed for printed, _ in outputs[1:])


def test_two_processes_train_like_one(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(SETTINGS)
    train(load_run(tmp_path / "run.toml").config, data_dir, tmp_path / "one")
    launched(
        [
            "train",
            str(tmp_path / "run.toml"),
            "--data",
            str(data_dir),
            "--out",
            str(tmp_path / "two"),
            "--json",
            "--device",
            "cpu",
            "--threads",
            "1",
        ],
        2,
    )
    losses = [read_losses(tmp_path / name / "losses.csv") for name in ("one", "two")]
    assert [row["step"] for row in losses[1]] == [6, 12]
    for one, two in zip(*losses, strict=True):
        for key in ("reconstruction", "kl", "valid_reconstruction", "valid_kl"):
            assert two[key] == pytest.approx(one[key], rel=1e-3, abs=2e-6)


def test_more_processes_than_drawings_are_refused(drawings: DrawingSet, small_config: MakeConfig) -> None:
    with pytest.raises(InputError, match="20 processes cannot share a batch of 16 drawings"):
        Trainer(small_config(), drawings, ranks=Ranks(0, 20))


def test_a_broken_environment_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "many")
    with pytest.raises(InputError, match="WORLD_SIZE is 'many' in the environment; start"), joined_ranks("cpu", 1):
        pass
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(InputError, match="the 2 processes do not find each other"), joined_ranks("cpu", 1):
        pass


def test_alone_needs_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    threads = torch.get_num_threads()
    try:
        with joined_ranks("cpu", 1) as (ranks, device):
            assert (ranks, device.type) == (ALONE, "cpu")
    finally:
        torch.set_num_threads(threads)
