"""Training the judge of `model.judge`: pictures of drawings, varied each time they are seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sketchdesign.core.errors import InputError
from sketchdesign.model.judge import Judge, JudgeInfo, JudgeNetwork, as_input
from sketchdesign.model.raster import SIZE_PX, Outlines, rasterise
from sketchdesign.training.data import DrawingSet, epoch_batches

Told = TypeVar("Told")

MOST_POINTS = 400
"""Longer drawings are left out."""


@dataclass(frozen=True)
class JudgeConfig:
    """How a judge is trained: AdamW with a short warm-up and a cosine fall to zero.

    Attributes:
        steps: batches.
        batch_size: pictures in a batch.
        learning_rate, weight_decay: of AdamW, the rate at its peak.
        warmup: steps until the peak.
        rotation: drawings are turned by up to so many degrees.
        stretch: x and y are stretched by independent factors in ``1 +- stretch``.
        shear: x moves by up to so much of y.
        jitter: deviation of the noise on every point, as a share of the drawing's longer side.
        mirror: probability that left and right are exchanged.
        size_px, width, feature_size: see `JudgeInfo`.
        seed: of all random choices.
    """

    steps: int = 3500
    batch_size: int = 256
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warmup: int = 150
    rotation: float = 12.0
    stretch: float = 0.15
    shear: float = 0.1
    jitter: float = 0.008
    mirror: float = 0.5
    size_px: int = SIZE_PX
    width: int = 32
    feature_size: int = 128
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "warmup"):
            if not 1 <= getattr(self, name) <= 10**7:
                raise InputError(
                    f"{name.replace('_', ' ')}: {getattr(self, name)} cannot be used", hint="choose 1 or more"
                )
        if self.seed < 0:
            raise InputError(f"a seed of {self.seed} cannot be used", hint="choose 0 or more")


class JudgeStep(NamedTuple):
    """One step: its number, the number of all, mean cross-entropy and share of right answers in its batch."""

    step: int
    steps: int
    loss: float
    accuracy: float


def train_judge(
    config: JudgeConfig,
    drawings: DrawingSet,
    tell: Callable[[JudgeStep], Told],
    *,
    threads: int = 1,
    data: str = "",
    licence: str = "",
) -> Generator[Told, None, Judge]:
    """Train a judge on all classes of a set, in bfloat16 where the processor has instructions for it.

    Args:
        config: the settings.
        drawings: what to learn.
        tell: makes what is yielded of each step.
        threads: of torch, for the whole process.
        data, licence: see `JudgeInfo`.

    Raises:
        InputError: there are fewer than two classes.
    """
    if len(drawings.classes) < 2:
        raise InputError("a judge needs two classes or more to choose from")
    info = JudgeInfo(
        drawings.classes,
        config.size_px,
        config.width,
        config.feature_size,
        data=data,
        licence=licence,
        settings=asdict(config) | {"drawings": len(drawings)},
    )
    torch.set_num_threads(threads)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = JudgeNetwork(info)
    optimiser = torch.optim.AdamW(network.parameters(), config.learning_rate, weight_decay=config.weight_decay)
    network.train()
    for step, index in zip(range(config.steps), _batches(len(drawings), config), strict=False):
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * _schedule(step, config)
        batch = drawings.subset(index)
        pictures = rasterise(varied(batch, config, (config.seed, step)), config.size_px)
        labels = torch.from_numpy(batch.labels)
        with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_amx_tile_supported()):
            _, logits = network(as_input(pictures))
        loss = nn.functional.cross_entropy(logits.float(), labels)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        right = float((logits.argmax(dim=1) == labels).float().mean())
        yield tell(JudgeStep(step + 1, config.steps, loss.item(), right))
    return Judge(info, network.requires_grad_(False).eval())


def varied(drawings: DrawingSet, config: JudgeConfig, seed: tuple[int, ...]) -> Outlines:
    """The drawings, each turned, sheared, stretched, mirrored and shaken a little."""
    rng = np.random.default_rng(seed)
    count, sizes = len(drawings), np.diff(drawings.starts)
    angle = np.radians(rng.uniform(-config.rotation, config.rotation, count))
    x_scale, y_scale = rng.uniform(1.0 - config.stretch, 1.0 + config.stretch, (2, count))
    x_scale = np.where(rng.random(count) < config.mirror, -x_scale, x_scale)
    shear = rng.uniform(-config.shear, config.shear, count)
    cosine, sine = np.cos(angle), np.sin(angle)
    # Rotation after shear after stretch, as rows of a matrix for row vectors.
    matrix = np.empty((count, 2, 2))
    matrix[:, 0, 0], matrix[:, 0, 1] = x_scale * cosine, x_scale * sine
    matrix[:, 1, 0], matrix[:, 1, 1] = y_scale * (shear * cosine - sine), y_scale * (shear * sine + cosine)
    points = np.einsum("pi,pij->pj", drawings.points.astype(np.float64), np.repeat(matrix, sizes, axis=0))
    spread = np.repeat(config.jitter * _sides(drawings), sizes)
    points += rng.normal(size=points.shape) * spread[:, None]
    return Outlines(points, drawings.lifts, drawings.starts)


def outlines_of(drawings: DrawingSet) -> Outlines:
    """The drawings as they are."""
    return Outlines(drawings.points, drawings.lifts, drawings.starts)


def accuracy(judge: Judge, drawings: DrawingSet) -> float:
    """The share of drawings that the judge names right; their classes must be the judge's own."""
    seen = judge.look(outlines_of(drawings))
    return float((judge.labels_of(drawings.classes)[drawings.labels] == seen.labels).mean())


def _sides(drawings: DrawingSet) -> NDArray[np.float64]:
    """The longer side of each drawing's box."""
    begins = drawings.starts[:-1]
    low, high = (reduce.reduceat(drawings.points, begins) for reduce in (np.minimum, np.maximum))
    sides: NDArray[np.float64] = (high - low).max(axis=1).astype(np.float64)
    return sides


def _batches(count: int, config: JudgeConfig) -> Iterator[NDArray[np.int64]]:
    """Batches of drawings in random order, epoch after epoch."""
    epoch = 0
    while True:
        # Equal lengths: pictures need no sorting by size.
        yield from epoch_batches(np.ones(count, np.int64), config.batch_size, (config.seed, epoch), jitter=0.9)
        epoch += 1


def _schedule(step: int, config: JudgeConfig) -> float:
    warm = min(1.0, (step + 1) / config.warmup)
    return warm * 0.5 * (1.0 + math.cos(math.pi * step / config.steps))
