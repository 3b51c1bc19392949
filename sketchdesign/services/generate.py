"""Drawing new sketches with a model: keys, latent vectors, rejection and ranking around the sampler."""

from __future__ import annotations

import difflib
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.jobs import Progress, Work

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.model.drawing import Drawn, DrawnSet
    from sketchdesign.model.pool import Request
    from sketchdesign.model.sampler import Sampler

MOST_SKETCHES = 1_000_000
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class GenerateSettings:
    """What to draw.

    Attributes:
        count: number of sketches.
        seed: the same seed, model and settings give the same sketches; sketch N does not depend on ``count``.
        sampling: temperatures and their like.
        class_name: which class of a class-conditioned model; None takes each of its classes in turn.
        best_of: draw this many candidates for each sketch and keep the one the model finds likeliest.
        keep_unfinished: accept sketches whose pen never said that it was done.
        device: "auto", "cpu", "cuda" or "mps".
        threads: worker threads on a CPU; None for one per processor. Does not change what is drawn.
    """

    count: int
    seed: int = 1
    sampling: Sampling = field(default_factory=Sampling)
    class_name: str | None = None
    best_of: int = 1
    keep_unfinished: bool = False
    device: str = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        _check_range(self.count, "number of sketches", 1, MOST_SKETCHES)
        _check_range(self.seed, "seed", 0, LARGEST_SEED)
        _check_range(self.best_of, "--best-of count", 1, 64)

    def to_json(self) -> dict[str, Any]:
        """What must be repeated to draw the same sketches, as plain JSON values."""
        return {
            "count": self.count,
            "seed": self.seed,
            "sampling": self.sampling.to_json(),
            "class": self.class_name,
            "best_of": self.best_of,
            "keep_unfinished": self.keep_unfinished,
        }


@dataclass(frozen=True)
class DrawnSketch:
    """One sketch in pixels of the training data, with its class (or the model's name) and whether it ended."""

    sketch: Sketch
    word: str
    ended: bool


@dataclass(frozen=True)
class Generated:
    """The sketches and what it took.

    Attributes:
        sketches: in the order of their numbers.
        ended_share: share of ``sketches`` that ended by themselves.
        ended_share_before: the same share before unfinished ones were drawn anew.
        seconds: time spent sampling.
        device: where.
    """

    sketches: tuple[DrawnSketch, ...]
    ended_share: float
    ended_share_before: float
    seconds: float
    device: str


def generate(model: Model, settings: GenerateSettings) -> Work[Generated]:
    """Draw new sketches from a model's prior.

    Raises:
        InputError: the class is not one of the model's, or the device is not there.
    """
    from sketchdesign.model.runtime import choose_device, choose_threads
    from sketchdesign.model.sampler import Sampler

    labels = class_labels(model.info.classes, settings)
    sampler = Sampler(model, choose_device(settings.device), choose_threads(settings.threads))
    started = time.perf_counter()
    best: list[Drawn] | None = None
    first_ended = 0
    for candidate in range(settings.best_of):
        drawn, ended_at_first = yield from _draw_finished(sampler, settings, labels, candidate)
        first_ended += ended_at_first
        best = drawn if best is None else _better(best, drawn)
    assert best is not None
    words = model.info.classes or (model.info.name,)
    sketches = tuple(DrawnSketch(c.sketch, words[label], c.ended) for c, label in zip(best, labels, strict=True))
    return Generated(
        sketches,
        ended_share=sum(drawn.ended for drawn in sketches) / settings.count,
        ended_share_before=first_ended / (settings.count * settings.best_of),
        seconds=time.perf_counter() - started,
        device=sampler.device.type,
    )


def class_labels(classes: tuple[str, ...], settings: GenerateSettings) -> list[int]:
    """The class index of each sketch to be drawn.

    Raises:
        InputError: the model does not know the class.
    """
    if settings.class_name is None:
        return [number % max(1, len(classes)) for number in range(settings.count)]
    if settings.class_name not in classes:
        near = difflib.get_close_matches(settings.class_name, classes, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        known = ", ".join(classes) if classes else "no classes"
        raise InputError(f"the model has no class {settings.class_name!r}", hint=f"{guess}it knows {known}")
    return [classes.index(settings.class_name)] * settings.count


def _draw_finished(
    sampler: Sampler, settings: GenerateSettings, labels: list[int], candidate: int
) -> Generator[Progress, None, DrawnSet]:
    """One candidate for every sketch, unfinished ones drawn anew."""
    from sketchdesign.model.drawing import MOST_ATTEMPTS, draw_until_ended, prior_request

    def request(numbers: list[int], attempt: int) -> Request:
        keys = [stream_key(settings.seed, "sketch", number, candidate, attempt) for number in numbers]
        return prior_request(
            sampler.model,
            np.array(keys, np.uint64),
            [labels[number] for number in numbers],
            settings.sampling.z_spread,
            scored=settings.best_of > 1,
        )

    before, total = candidate * settings.count, settings.best_of * settings.count
    return (
        yield from draw_until_ended(
            sampler,
            settings.count,
            request,
            settings.sampling,
            lambda ended: Progress(before + ended, total, "sketches"),
            1 if settings.keep_unfinished else MOST_ATTEMPTS,
        )
    )


def _better(first: list[Drawn], second: list[Drawn]) -> list[Drawn]:
    """For each sketch the candidate that ended, and of two such the likelier."""
    return [max(pair, key=lambda c: (c.ended, c.nats_per_point)) for pair in zip(first, second, strict=True)]


def _check_range(value: int, name: str, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InputError(f"a {name} of {value} is out of range", hint=f"choose a number from {low} to {high}")
