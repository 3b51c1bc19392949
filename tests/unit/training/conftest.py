"""Small drawings and small networks, so that whole runs take a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_drawings import write_bin, zigzags

from sketchdesign.model.architecture import Architecture
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import DrawingSet

SMALL = Architecture(decoder_size=12, encoder_size=8, z_size=4, mixtures=3, log_sigma_min=-6.0)


@pytest.fixture(scope="session")
def drawings() -> DrawingSet:
    return DrawingSet.build({"one": zigzags(40, 1, seed=1), "two": zigzags(30, 2, seed=2)}, max_points=20)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawings")
    for place, split in enumerate(("train", "valid", "test")):
        (folder / split).mkdir()
        for strokes, name in ((1, "one"), (2, "two")):
            write_bin(folder / split / f"{name}.bin", zigzags(24, strokes, seed=10 * place + strokes))
    return folder


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Small products are quicker on one thread, much quicker where another process is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def small_config() -> Callable[..., TrainConfig]:
    """A configuration of a few short steps; keywords change it, also those of `Architecture`."""

    def make(**changes: Any) -> TrainConfig:
        sizes = {key: changes.pop(key) for key in list(changes) if hasattr(SMALL, key)}
        base = TrainConfig(
            classes=("one", "two"),
            max_points=20,
            architecture=replace(SMALL, **sizes),
            batch_size=16,
            steps=40,
            warmup=4,
        )
        return replace(base, precision="float32", **changes)

    return make
