"""The best averaged weights of a run so far, kept for a run that may end early."""

from __future__ import annotations

import math
from pathlib import Path

from torch import Tensor

from sketchdesign.model.network import SketchRNN
from sketchdesign.training.tensor_file import reading_tensors, save_tensors

_HEADER = "best"


class BestWeights:
    """``best.safetensors``: weights, and the step and score they had.

    Args:
        path: the file.
        step: where the run stands; better weights of a later step were lost with that part of the run.

    Raises:
        CheckpointError: the file is damaged.
    """

    def __init__(self, path: Path, step: int) -> None:
        self.path = path
        self.step, self.score = 0, math.inf
        if path.exists():
            with reading_tensors(path, _HEADER, "remove it") as (header, _):
                found, score = int(header["step"]), float(header["score"])
            if found <= step:
                self.step, self.score = found, score

    @property
    def known(self) -> bool:
        return self.step > 0

    def offer(self, step: int, score: float, network: SketchRNN, *, write: bool) -> None:
        """Keep these weights if their score is the lowest yet.

        Args:
            step, score: of the weights.
            network: that has them.
            write: whether this process writes files.

        Raises:
            OutputError: they cannot be written.
        """
        if score >= self.score:
            return
        self.step, self.score = step, score
        if write:
            save_tensors(self.path, _HEADER, {"step": step, "score": score}, network.state_dict())

    def load(self) -> dict[str, Tensor]:
        """The weights.

        Raises:
            CheckpointError: the file is missing or damaged.
        """
        with reading_tensors(self.path, _HEADER, "train without patience") as (_, file):
            # A copy, because the file's own memory map would not survive a change of the file.
            return {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
