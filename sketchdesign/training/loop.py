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
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sketchdesign.core.errors import CheckpointError, InputError, OutputError, SketchDesignError
from sketchdesign.core.files import atomic_path
from sketchdesign.model.info import REFERENCE_START
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import Batch, DrawingSet, epoch_batches, make_batch, ordered_batches
from sketchdesign.training.loss import kl_divergence, kl_weight, reconstruction

_START_AFRESH = "choose another output folder, or remove the file to start afresh"


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
    """A network in training: weights, their moving average, the optimiser, and how far it has come.

    Args:
        config: the settings.
        drawings: what to learn, of the classes that the settings name.
        scale_factor: pixels per model unit; by default the drawings' own.

    Raises:
        InputError: the drawings are of other classes, or have no extent.
    """

    def __init__(self, config: TrainConfig, drawings: DrawingSet, scale_factor: float | None = None) -> None:
        self.config = config
        self.drawings = drawings
        self.scale_factor = drawings.scale_factor() if scale_factor is None else scale_factor
        self.step = 0
        if drawings.classes != config.classes:
            raise InputError("the drawings are of other classes than the settings name")
        with torch.random.fork_rng(devices=[]):
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
        """Train from where it stands to the configured end, one report a step.

        Raises:
            SketchDesignError: the loss is not a finite number any more; the weights are those before that step.
        """
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
        weight = kl_weight(self.step, config.kl_weight, config.kl_anneal, config.kl_start)
        loss = reconstruction_loss + weight * kl.clamp(min=config.kl_floor)
        if not math.isfinite(loss.item()):
            raise SketchDesignError(
                f"the loss at step {self.step} is no finite number", hint="lower learning_rate or set log_sigma_min"
            )
        self.optimiser.zero_grad(set_to_none=False)
        loss.backward()  # type: ignore[no-untyped-call]
        if config.clip_value:
            torch.nn.utils.clip_grad_value_(self.network.parameters(), config.clip_value)
        if config.clip_norm:
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
            both = None
            if training and config.recurrent_keep < 1.0:
                shape = (steps, count, a.encoder_size)
                both = (self._drop(shape, generator), self._drop(shape, generator))
            posterior = network.encoder(strokes, lengths, both, dtype)
            noise = torch.randn(posterior.mu.shape, generator=generator) if training else torch.zeros(())
            z = posterior.sample(noise)
            kl = kl_divergence(posterior, network.prior(labels))
        drop = None
        if training and config.recurrent_keep < 1.0:
            drop = self._drop((steps, count, a.decoder_size), generator)
        start = torch.tensor(REFERENCE_START).expand(1, count, 5)
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
        return Losses(*(totals / len(drawings)).tolist())

    def save(self, path: Path) -> None:
        """Write everything needed to go on, in one file that replaces the older one at once."""
        tensors = {name: value.detach().contiguous() for name, value in self._named_tensors().items()}
        header = {"step": self.step, "scale_factor": self.scale_factor, "classes": self.config.classes}
        try:
            with atomic_path(path) as temporary:
                save_file(tensors, temporary, metadata={"training": json.dumps(header)})
        except SafetensorError as error:
            raise OutputError(f"cannot write {path}: {error}", hint="free some space") from error

    def resume(self, path: Path) -> None:
        """Go on from a file that `save` wrote. When that fails, nothing has changed.

        Raises:
            CheckpointError: the file is missing, damaged, or of another run.
        """
        try:
            with safe_open(path, "pt") as file:
                header = json.loads((file.metadata() or {})["training"])
                classes, step, scale_factor = (
                    tuple(header["classes"]),
                    int(header["step"]),
                    float(header["scale_factor"]),
                )
                tensors = {name: file.get_tensor(name) for name in self._named_tensors()}
        except OSError as error:
            raise CheckpointError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{path} is no training state, or it is damaged", hint=_START_AFRESH) from error
        if classes != self.config.classes:
            raise CheckpointError(f"{path} was trained on other classes", hint=_START_AFRESH)
        for name, value in self._named_tensors().items():
            if tensors[name].shape != value.shape:
                raise CheckpointError(f"{path} is of a network of other sizes", hint=_START_AFRESH)
        with torch.no_grad():
            for name, value in self._named_tensors().items():
                value.copy_(tensors[name])
        self.step, self.scale_factor = step, scale_factor
        for state in self.optimiser.state.values():
            state["step"].fill_(step)

    def _named_tensors(self) -> dict[str, Tensor]:
        """The tensors themselves, not copies, by the names they have in a file of `save`."""
        tensors: dict[str, Tensor] = {}
        for name, parameter in self.network.named_parameters():
            state = self.optimiser.state[parameter]
            tensors[f"weights/{name}"] = parameter
            tensors[f"exp_avg/{name}"] = state["exp_avg"]
            tensors[f"exp_avg_sq/{name}"] = state["exp_avg_sq"]
        return tensors | {f"average/{name}": value for name, value in self.average.named_parameters()}


def _schedule(step: int, config: TrainConfig) -> float:
    """The share of the peak rate: linear warm-up, then a fall from 1 to ``final_rate``."""
    if step < config.warmup:
        return (step + 1) / config.warmup
    since = step - config.warmup
    if config.schedule == "exponential":
        above = config.rate_decay**since
    else:
        above = 0.5 * (1.0 + math.cos(math.pi * min(1.0, since / max(1, config.steps - config.warmup))))
    return config.final_rate + (1.0 - config.final_rate) * above


def _matmul_dtype(precision: str) -> torch.dtype:
    if precision == "auto":
        # Without tile instructions bfloat16 products are no faster than float32 on a CPU.
        return torch.bfloat16 if torch.cpu._is_amx_tile_supported() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32
