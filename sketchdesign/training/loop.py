"""The training loop.

Every random choice of a step derives from the run's seed and the step's number, so a checkpoint needs no generator
state: a run that was killed goes on with the same next losses.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from sketchdesign.core.errors import CheckpointError, InputError, SketchDesignError
from sketchdesign.model.cells import HyperLSTMCell, LayerNormLSTMCell
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import DrawingSet, epoch_batches, make_batch, ordered_batches
from sketchdesign.training.distributed import ALONE, Ranks
from sketchdesign.training.loss import kl_weight
from sketchdesign.training.objective import Noise, batch_losses, to_device
from sketchdesign.training.tensor_file import reading_tensors, save_tensors

CPU = torch.device("cpu")
_HEADER = "training"
_START_AFRESH = "choose another output folder, or remove the file to start afresh"


class Losses(NamedTuple):
    """As in the paper's Table 1, for this run's N_max: L_R = (L_s + L_p) / N_max and L_KL, in nats."""

    reconstruction: float
    kl: float


@dataclass(frozen=True)
class StepReport:
    """What one training step did.

    Attributes:
        step: its number, from 1.
        measured: L_R and L_KL, [2] on the device; reading them waits for the device.
        learning_rate: of this step.
        seconds: it took. On a GPU, which works on while the next step is prepared, only a mean of many steps tells.
    """

    step: int
    measured: Tensor
    learning_rate: float
    seconds: float

    @property
    def losses(self) -> Losses:
        return Losses(*self.measured.tolist())


class Trainer:
    """A network in training: weights, their moving average, the optimiser, and how far it has come.

    Args:
        config: the settings.
        drawings: what to learn, of the classes that the settings name.
        scale_factor: pixels per model unit; by default the drawings' own.
        device: where to compute. The same device and settings give the same losses, to the last bit.
        ranks: this process among those that share the batches.

    Raises:
        InputError: the drawings are of other classes, or have no extent; there are more processes than drawings.
    """

    def __init__(
        self,
        config: TrainConfig,
        drawings: DrawingSet,
        scale_factor: float | None = None,
        device: torch.device = CPU,
        ranks: Ranks = ALONE,
    ) -> None:
        self.config = config
        self.drawings = drawings
        self.scale_factor = drawings.scale_factor() if scale_factor is None else scale_factor
        self.device = device
        self.ranks = ranks
        self.step = 0
        if drawings.classes != config.classes:
            raise InputError("the drawings are of other classes than the settings name")
        if ranks.count > min(config.batch_size, len(drawings)):
            raise InputError(
                f"{ranks.count} processes cannot share a batch of {min(config.batch_size, len(drawings))} drawings",
                hint="start fewer",
            )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.network = SketchRNN(config.architecture).to(device)
            self.average = SketchRNN(config.architecture).requires_grad_(False).to(device)
        self.average.load_state_dict(self.network.state_dict())
        if config.compile and device.type == "cuda":
            compile_cells(self.network)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
        )
        for parameter in self.network.parameters():
            # Made here, not on the first step, so that a checkpoint can always be loaded into them.
            self.optimiser.state[parameter] = {
                "step": torch.zeros((), device=device),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
        self.matmul_dtype = _matmul_dtype(config.precision, device)
        self._last = torch.zeros(2, device=device)

    def warm_start(self, weights: Mapping[str, Tensor]) -> None:
        """Begin from the weights of another run with the same shapes."""
        self.network.load_state_dict(weights)
        self.average.load_state_dict(weights)

    def run(self) -> Iterator[StepReport]:
        """Train from where it stands to the configured end, one report a step.

        Raises:
            SketchDesignError: the loss is not a finite number any more. On a CPU the weights are those before that
                step; elsewhere it is noticed at the next `evaluate` or `save`, which then writes nothing.
        """
        per_epoch = len(epoch_batches(self.drawings.row_counts, self.config.batch_size, (0,)))
        while self.step < self.config.steps:
            epoch, first = divmod(self.step, per_epoch)
            batches = epoch_batches(self.drawings.row_counts, self.config.batch_size, (self.config.seed, epoch))
            for index in batches[first : first + self.config.steps - self.step]:
                started = time.perf_counter()
                measured, rate = self._train_step(index)
                yield StepReport(self.step, measured, rate, time.perf_counter() - started)

    def _train_step(self, index: np.ndarray) -> tuple[Tensor, float]:
        config = self.config
        rate = config.learning_rate * _schedule(self.step, config)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        drawings = self.drawings.subset(index)
        varied = make_batch(drawings, self.scale_factor, config.augmentation, (config.seed, 1, self.step))
        batch = to_device(varied, self.device, self.ranks.share)
        noise = Noise(config.seed * 1_000_003 + self.step, batch)
        reconstruction_loss, kl = batch_losses(self.network, batch, config, noise, self.matmul_dtype)
        measured = self.ranks.total(torch.stack([reconstruction_loss.detach(), kl.detach()]))
        self._last = measured
        if self.device.type == "cpu":
            self._check_finite()
        # max(L_KL, KL_min) has no gradient below the floor, and it is the whole batch's L_KL that counts.
        weight = kl_weight(self.step, config.kl_weight, config.kl_anneal, config.kl_start)
        loss = reconstruction_loss + weight * kl * (measured[1] >= config.kl_floor)
        self.optimiser.zero_grad(set_to_none=False)
        loss.backward()  # type: ignore[no-untyped-call]
        self.ranks.add_gradients(self.network.parameters())
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
        return measured, rate

    def _check_finite(self) -> None:
        if not bool(torch.isfinite(self._last).all()):
            raise SketchDesignError(
                f"the loss at step {self.step} is no finite number", hint="lower learning_rate or set log_sigma_min"
            )

    def evaluate(self, drawings: DrawingSet) -> Losses:
        """Losses of the averaged weights over whole drawings, in float32, z at the posterior's mean."""
        self._check_finite()
        totals = torch.zeros(2, dtype=torch.float64)
        with torch.inference_mode():
            for index in list(ordered_batches(drawings.row_counts, 256))[self.ranks.share]:
                batch = make_batch(drawings.subset(index), self.scale_factor)
                losses = batch_losses(self.average, to_device(batch, self.device), self.config)
                totals += torch.stack(losses).cpu().double() * len(index)
        # Float32 is what every device can add up; a single process keeps its float64.
        totals = self.ranks.total(totals.float().to(self.device)) if self.ranks.count > 1 else totals
        return Losses(*(totals / len(drawings)).tolist())

    def published(self) -> SketchRNN:
        """The averaged weights as a network of its own, frozen and on the CPU."""
        network = SketchRNN(self.config.architecture).requires_grad_(False)
        network.load_state_dict(self.average.state_dict())
        return network.eval()

    def save(self, path: Path) -> None:
        """Write everything needed to go on, in one file that replaces the older one at once.

        Raises:
            SketchDesignError: the weights are worthless, because the last loss was no finite number.
            OutputError: the file cannot be written.
        """
        self._check_finite()
        header = {"step": self.step, "scale_factor": self.scale_factor, "classes": self.config.classes}
        save_tensors(path, _HEADER, header, self._named_tensors())

    def resume(self, path: Path) -> None:
        """Go on from a file that `save` wrote. When that fails, nothing has changed.

        Raises:
            CheckpointError: the file is missing, damaged, or of another run.
        """
        with reading_tensors(path, _HEADER, _START_AFRESH) as (header, file):
            classes = tuple(header["classes"])
            step, scale_factor = int(header["step"]), float(header["scale_factor"])
            tensors = {name: file.get_tensor(name) for name in self._named_tensors()}
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


def compile_cells(network: SketchRNN) -> None:
    """Have the cells that take their steps one by one compiled. Whole LSTM sequences are fast as they are."""
    cells = [module for module in network.modules() if isinstance(module, LayerNormLSTMCell | HyperLSTMCell)]
    inner = {id(cell.hyper) for cell in cells if isinstance(cell, HyperLSTMCell)}
    for cell in cells:
        if id(cell) not in inner:
            cell.compile()


def _matmul_dtype(precision: str, device: torch.device) -> torch.dtype:
    if precision == "auto":
        # Without tile instructions bfloat16 products are no faster than float32 on a CPU.
        fast = {"cpu": torch.cpu._is_amx_tile_supported, "cuda": torch.cuda.is_bf16_supported}.get(device.type)
        return torch.bfloat16 if fast is not None and fast() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32
