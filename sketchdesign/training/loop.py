"""The training loop.

Every random choice of a step derives from the run's seed and the step's number, so a checkpoint needs no generator
state: a run that was killed goes on with the same next losses.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from sketchdesign.core.errors import CheckpointError
from sketchdesign.core.files import atomic_path
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import Batch, DrawingSet, epoch_batches, make_batch, ordered_batches
from sketchdesign.training.loss import kl_divergence, kl_weight, reconstruction

START_TOKEN = (0.0, 0.0, 1.0, 0.0, 0.0)


class Losses(NamedTuple):
    """As in the paper's Table 1, for this run's N_max: L_R = (L_s + L_p) / N_max and L_KL, in nats."""

    reconstruction: float
    kl: float


class StepReport(NamedTuple):
    """What one training step did."""

    step: int
    losses: Losses
    learning_rate: float
    seconds: float


class Trainer:
    """A network in training: weights, their moving average, the optimiser, and how far it has come."""

    def __init__(self, config: TrainConfig, drawings: DrawingSet, scale_factor: float | None = None) -> None:
        self.config = config
        self.drawings = drawings
        self.scale_factor = scale_factor or drawings.scale_factor()
        self.step = 0
        torch.manual_seed(config.seed)
        self.network = SketchRNN(config.architecture)
        self.average = SketchRNN(config.architecture).requires_grad_(False)
        self.average.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
        )
        for parameter in self.network.parameters():
            # Made here, not on the first step, so that a checkpoint can always be loaded into them.
            self.optimiser.state[parameter] = {
                "step": torch.zeros(()),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
        self.matmul_dtype = _matmul_dtype(config.precision)

    def warm_start(self, weights: dict[str, Tensor]) -> None:
        """Begin from the weights of another run with the same shapes."""
        self.network.load_state_dict(weights)
        self.average.load_state_dict(weights)

    def run(self) -> Iterator[StepReport]:
        """Train from where it stands to the configured end, one report a step."""
        per_epoch = len(epoch_batches(self.drawings.row_counts, self.config.batch_size, (0,)))
        while self.step < self.config.steps:
            epoch, first = divmod(self.step, per_epoch)
            batches = epoch_batches(self.drawings.row_counts, self.config.batch_size, (self.config.seed, epoch))
            for index in batches[first : first + self.config.steps - self.step]:
                started = time.perf_counter()
                losses, rate = self._train_step(index)
                yield StepReport(self.step, losses, rate, time.perf_counter() - started)

    def _train_step(self, index: np.ndarray) -> tuple[Losses, float]:
        config = self.config
        rate = config.learning_rate * _schedule(self.step, config)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        drawings = self.drawings.subset(index)
        batch = make_batch(drawings, self.scale_factor, config.augmentation, (config.seed, 1, self.step))
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + self.step)
        reconstruction_loss, kl = self._losses(self.network, batch, generator)
        weight = kl_weight(self.step, config.kl_weight, config.kl_anneal)
        loss = reconstruction_loss + weight * kl.clamp(min=config.kl_floor)
        self.optimiser.zero_grad(set_to_none=False)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        self.optimiser.step()
        self.step += 1
        # A young average would still hold the random start, so its decay grows with the steps.
        decay = min(config.ema, (1.0 + self.step) / (10.0 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1.0 - decay)
        return Losses(reconstruction_loss.item(), kl.item()), rate

    def _losses(self, network: SketchRNN, batch: Batch, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
        """L_R and L_KL of a batch; without a generator nothing is dropped out and z is the posterior's mean."""
        config, a = self.config, network.architecture
        strokes = torch.from_numpy(batch.strokes)
        lengths, labels = torch.from_numpy(batch.lengths), torch.from_numpy(batch.labels)
        steps, count, _ = strokes.shape
        training = generator is not None
        dtype = self.matmul_dtype if training else torch.float32
        z, kl = None, torch.zeros(())
        if network.encoder is not None:
            drop = None
            if training and config.recurrent_keep < 1.0:
                shape = (steps, count, a.encoder_size)
                drop = (self._drop(shape, generator), self._drop(shape, generator))
            posterior = network.encoder(strokes, lengths, drop, dtype)
            noise = torch.randn(posterior.mu.shape, generator=generator) if training else torch.zeros(())
            z = posterior.sample(noise)
            kl = kl_divergence(posterior, network.prior(labels))
        drop = None
        if training and config.recurrent_keep < 1.0:
            drop = self._drop((steps, count, a.decoder_size), generator)
        start = torch.tensor(START_TOKEN).expand(1, count, 5)
        constants = network.constants(z, network.class_vectors(labels))
        hidden, _ = network.decode(torch.cat([start, strokes[:-1]]), constants, drop, dtype)
        # Rows behind the first end row say nothing about drawing; leaving them out also halves the mixture's work.
        counted = torch.arange(steps).unsqueeze(1) <= lengths
        hidden, target = hidden[counted], strokes[counted]
        if training and config.output_dropout:
            keep = torch.rand(hidden.shape, generator=generator) >= config.output_dropout
            hidden = hidden * keep / (1.0 - config.output_dropout)
        mixture = Mixture.from_raw(network.raw_output(hidden), a.log_sigma_min)
        sums = reconstruction(mixture, target, torch.ones(len(target)))
        return (sums.offsets + sums.pen) / (config.max_points * count), kl

    def _drop(self, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
        keep = self.config.recurrent_keep
        return (torch.rand(shape, generator=generator) < keep) / keep

    def evaluate(self, drawings: DrawingSet) -> Losses:
        """Losses of the averaged weights over whole drawings, in float32, z at the posterior's mean."""
        totals = np.zeros(2)
        with torch.inference_mode():
            for index in ordered_batches(drawings.row_counts, 256):
                batch = make_batch(drawings.subset(index), self.scale_factor)
                losses = self._losses(self.average, batch, None)
                totals += np.array([loss.item() for loss in losses]) * len(index)
        return Losses(*(totals / len(drawings)))

    def save(self, path: Path) -> None:
        """Write everything needed to go on, in one file that replaces the older one at once."""
        tensors = {}
        for prefix, values in self._tensors():
            tensors.update({f"{prefix}/{name}": value.detach().contiguous() for name, value in values.items()})
        header = {"step": self.step, "scale_factor": self.scale_factor, "classes": self.config.classes}
        with atomic_path(path) as temporary:
            save_file(tensors, temporary, metadata={"training": json.dumps(header)})

    def resume(self, path: Path) -> None:
        """Go on from a file that `save` wrote.

        Raises:
            CheckpointError: the file is of another run.
        """
        with safe_open(path, "pt") as file:
            header = json.loads(file.metadata()["training"])
            if tuple(header["classes"]) != self.config.classes:
                raise CheckpointError(f"{path} was trained on other classes", hint="choose another output folder")
            for prefix, values in self._tensors():
                for name, value in values.items():
                    with torch.no_grad():
                        value.copy_(file.get_tensor(f"{prefix}/{name}"))
        self.step = int(header["step"])
        self.scale_factor = float(header["scale_factor"])
        for state in self.optimiser.state.values():
            state["step"].fill_(self.step)

    def _tensors(self) -> Iterator[tuple[str, dict[str, Tensor]]]:
        names = dict(self.network.named_parameters())
        yield "weights", dict(names)
        yield "average", dict(self.average.named_parameters())
        for key in ("exp_avg", "exp_avg_sq"):
            yield key, {name: self.optimiser.state[parameter][key] for name, parameter in names.items()}


def _schedule(step: int, config: TrainConfig) -> float:
    """Linear warm-up, then a cosine from 1 to ``final_rate``."""
    if step < config.warmup:
        return (step + 1) / config.warmup
    progress = (step - config.warmup) / max(1, config.steps - config.warmup)
    return config.final_rate + (1.0 - config.final_rate) * 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))


def _matmul_dtype(precision: str) -> torch.dtype:
    if precision == "auto":
        # Without tile instructions bfloat16 products are no faster than float32 on a CPU.
        return torch.bfloat16 if torch.cpu._is_amx_tile_supported() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32
