"""The best averaged weights of a run so far, kept for a run that may end early."""

from __future__ import annotations

import json
import math
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from sketchdesign.core.errors import CheckpointError, OutputError
from sketchdesign.core.files import atomic_path
from sketchdesign.model.network import SketchRNN


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
            try:
                with safe_open(path, "pt") as file:
                    header = json.loads((file.metadata() or {})["best"])
                found, score = int(header["step"]), float(header["score"])
            except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
                raise CheckpointError(f"{path} is damaged", hint="remove it") from error
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
        if not write:
            return
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
        try:
            with atomic_path(self.path) as temporary:
                save_file(tensors, temporary, metadata={"best": json.dumps({"step": step, "score": score})})
        except SafetensorError as error:
            raise OutputError(f"cannot write {self.path}: {error}", hint="free some space") from error

    def load(self) -> dict[str, Tensor]:
        """The weights.

        Raises:
            CheckpointError: the file is missing or damaged.
        """
        try:
            tensors: dict[str, Tensor] = load_file(self.path)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(f"{self.path} is missing or damaged", hint="train without patience") from error
        return tensors
