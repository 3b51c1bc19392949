"""What training minimises: L_R and L_KL of a batch or of a process's share of it, on any device."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchdesign.model.info import REFERENCE_START
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import Batch
from sketchdesign.training.loss import kl_divergence, reconstruction


class DeviceBatch(NamedTuple):
    """Some columns of a batch, on the device.

    Attributes:
        strokes: float32 [T, b, 5], as in `Batch`.
        lengths, labels: int64 [b].
        counted: int64 [R], places in the flattened [T * b] of the rows that count for the loss: those of the
            drawings and their first end row. Found on the CPU, where it makes nobody wait.
        counted_of_all: int64 [R], the numbers of these rows among the counted rows of the whole batch.
        share: which columns these are.
        whole, whole_rows: B and R of the whole batch.
    """

    strokes: Tensor
    lengths: Tensor
    labels: Tensor
    counted: Tensor
    counted_of_all: Tensor
    share: slice
    whole: int
    whole_rows: int

    @property
    def is_whole(self) -> bool:
        return len(self.labels) == self.whole


def to_device(batch: Batch, device: torch.device, share: slice = slice(None)) -> DeviceBatch:
    """The columns ``share`` of a batch, sent to the device without waiting for their arrival."""
    # Rows behind the first end row say nothing about drawing; leaving them out also halves the mixture's work.
    counted = np.arange(len(batch.strokes))[:, None] <= batch.lengths
    number = np.cumsum(counted).reshape(counted.shape) - 1
    ours = counted[:, share]

    def sent(array: NDArray[Any]) -> Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(array))
        return (tensor.pin_memory() if device.type == "cuda" else tensor).to(device, non_blocking=True)

    return DeviceBatch(
        sent(batch.strokes[:, share]),
        sent(batch.lengths[share]),
        sent(batch.labels[share]),
        counted=sent(np.flatnonzero(ours)),
        counted_of_all=sent(number[:, share][ours]),
        share=share,
        whole=len(batch.labels),
        whole_rows=int(counted.sum()),
    )


class Noise:
    """The random numbers of one step, on the device.

    They are drawn for the whole batch and cut to the share, so that a column gets the same in any number of processes.
    """

    def __init__(self, seed: int, batch: DeviceBatch) -> None:
        device = batch.strokes.device
        self._batch = batch
        self._device = device
        self._generator = torch.Generator(device).manual_seed(seed)

    def normal(self, size: int) -> Tensor:
        """Standard normals [b, size]."""
        drawn = torch.randn(self._batch.whole, size, generator=self._generator, device=self._device)
        return drawn[self._batch.share]

    def step_factors(self, size: int, keep: float) -> Tensor | None:
        """Recurrent-dropout factors [T, b, size], of mean 1; None where everything is kept."""
        kept, factor = self._kept((len(self._batch.strokes), self._batch.whole, size), keep)
        return None if kept is None else kept[:, self._batch.share] * factor

    def row_factors(self, size: int, keep: float) -> Tensor | None:
        """Dropout factors of the counted rows [R, size], of mean 1; None where everything is kept."""
        kept, factor = self._kept((self._batch.whole_rows, size), keep)
        return None if kept is None else (kept if self._batch.is_whole else kept[self._batch.counted_of_all]) * factor

    def _kept(self, shape: tuple[int, ...], keep: float) -> tuple[Tensor | None, float]:
        """What is kept, bool, and by what to multiply it. A byte decides on each, which is much faster than a float."""
        limit = max(1, round(keep * 256))
        if limit >= 256:
            return None, 1.0
        words = torch.empty(-(-math.prod(shape) // 8), dtype=torch.int64, device=self._device)
        drawn = words.random_(-(2**63), None, generator=self._generator).view(torch.uint8)
        return (drawn[: math.prod(shape)] < limit).view(shape), 256.0 / limit


def batch_losses(
    network: SketchRNN,
    batch: DeviceBatch,
    config: TrainConfig,
    noise: Noise | None = None,
    matmul_dtype: torch.dtype = torch.float32,
) -> tuple[Tensor, Tensor]:
    """L_R and L_KL: what these columns add to the means over the whole batch.

    Args:
        network: on the batch's device.
        batch: some or all columns.
        config: N_max and what is dropped out.
        noise: of a training step; without it nothing is dropped out and z is the posterior's mean.
        matmul_dtype: precision of the recurrent products. The mixture is float32 always.
    """
    a = network.architecture
    count = len(batch.labels)
    z, kl = None, torch.zeros((), device=batch.strokes.device)
    if network.encoder is not None:
        ahead, back = (noise.step_factors(a.encoder_size, config.recurrent_keep) if noise else None for _ in range(2))
        both = None if ahead is None or back is None else (ahead, back)
        posterior = network.encoder(batch.strokes, batch.lengths, both, matmul_dtype)
        z = posterior.sample(noise.normal(a.z_size)) if noise else posterior.mu
        kl = kl_divergence(posterior, network.prior(batch.labels)) * (count / batch.whole)
    drop = noise.step_factors(a.decoder_size, config.recurrent_keep) if noise else None
    start = torch.tensor(REFERENCE_START, device=batch.strokes.device).expand(1, count, 5)
    constants = network.constants(z, network.class_vectors(batch.labels))
    hidden, _ = network.decode(torch.cat([start, batch.strokes[:-1]]), constants, drop, matmul_dtype)
    hidden = hidden.flatten(0, 1)[batch.counted]
    target = batch.strokes.flatten(0, 1)[batch.counted]
    kept = noise.row_factors(a.decoder_size, 1.0 - config.output_dropout) if noise else None
    if kept is not None:
        hidden = hidden * kept
    mixture = Mixture.from_raw(network.raw_output(hidden), a.log_sigma_min)
    sums = reconstruction(mixture, target, torch.ones_like(target[:, 0]))
    return (sums.offsets + sums.pen) / (config.max_points * batch.whole), kl
