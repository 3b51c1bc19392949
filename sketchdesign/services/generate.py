"""Drawing new sketches with a model: keys, latent vectors, rejection and ranking around the sampler."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.curation import MOST_ATTEMPTS, Curation, Rank, rank_named
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.jobs import Progress, Work

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.model.pool import Request

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
        best_of: draw this many candidates for each sketch and keep the best.
        keep_unfinished: accept every sketch as it comes, also those whose pen never said that it was done.
        rank: what makes a candidate the best: its "likelihood", or by "reencode" that its encoding is near to the z
            it was drawn from.
        distinct: draw anew what looks like an earlier sketch.
        rolls: numbers of sketches that are drawn by another throw of the dice than the first, and by which; all others
            stay as they are. A later throw has a larger number.
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
    rank: Rank = "likelihood"
    distinct: bool = False
    rolls: tuple[tuple[int, int], ...] = ()

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
            "rank": self.rank,
            "distinct": self.distinct,
            "rolls": [list(pair) for pair in self.rolls],
        }

    @classmethod
    def from_json(cls, document: Any, *, device: str = "auto", threads: int | None = None) -> GenerateSettings:
        """Read back what `to_json` wrote.

        Raises:
            SketchFormatError: the document is not one of its.
        """
        try:
            # Files of before there was a critic were drawn without one.
            sampling: dict[str, Any] = {"critic": False} | dict(document["sampling"])
            if sampling["start_token"] is not None:
                sampling["start_token"] = tuple(map(float, sampling["start_token"]))
            return cls(
                int(document["count"]),
                seed=int(document["seed"]),
                sampling=Sampling(**sampling),
                class_name=document["class"],
                best_of=int(document["best_of"]),
                keep_unfinished=bool(document["keep_unfinished"]),
                device=device,
                threads=threads,
                rank=rank_named(document.get("rank", "likelihood")),
                distinct=bool(document.get("distinct", False)),
                rolls=tuple((int(number), int(roll)) for number, roll in document.get("rolls", ())),
            )
        except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
            raise SketchFormatError("the sampling kept in the file is damaged", hint="draw it anew") from error

    def stream(self, purpose: str, number: int, *rest: int, stands_for: int | None = None) -> int:
        """The key of a sketch's random numbers.

        Args:
            purpose: what they are for.
            number: of the sketch, which may have been rolled anew.
            rest: candidate, attempt and the like.
            stands_for: the number whose stream is used; by default its own.
        """
        roll = dict(self.rolls).get(number, 0) if self.rolls else 0
        place = number if stands_for is None else stands_for
        path: tuple[int | str, ...] = (place, "roll", roll, *rest) if roll else (place, *rest)
        return stream_key(self.seed, purpose, *path)

    def rolled(self, numbers: Iterable[int]) -> GenerateSettings:
        """The same with these sketches drawn by a new throw, and all others as they are."""
        last = max((roll for _, roll in self.rolls), default=0)
        rolls = dict(self.rolls) | dict.fromkeys(numbers, last + 1)
        return replace(self, rolls=tuple(sorted(rolls.items())))

    def precedence(self, count: int) -> list[int]:
        """The numbers in the order in which their sketches were settled on."""
        rolls = dict(self.rolls)
        return sorted(range(count), key=lambda number: (rolls.get(number, 0), number))

    def curation(self) -> Curation:
        """How sketches are chosen."""
        return Curation(
            attempts=1 if self.keep_unfinished else MOST_ATTEMPTS,
            best_of=self.best_of,
            rank=self.rank,
            distinct=self.distinct,
        )


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
        ended_share_before: the same share, of all candidates, before any were drawn anew.
        rejected: how many sketches were drawn anew, by reason.
        seconds: time spent sampling.
        device: where.
    """

    sketches: tuple[DrawnSketch, ...]
    ended_share: float
    ended_share_before: float
    rejected: dict[str, int]
    seconds: float
    device: str


def generate(model: Model, settings: GenerateSettings) -> Work[Generated]:
    """Draw new sketches from a model's prior.

    Raises:
        InputError: the class is not one of the model's, the device is not there, or see `Curation.check`.
    """
    from sketchdesign.model.critic import Aim
    from sketchdesign.model.drawing import draw_curated, prior_request
    from sketchdesign.model.runtime import choose_device, choose_threads
    from sketchdesign.model.sampler import Sampler

    labels = class_labels(model.info.classes, settings)
    names = model.info.classes or (model.info.name,)
    words = [names[label] for label in labels]
    sampler = Sampler(model, choose_device(settings.device), choose_threads(settings.threads))
    started = time.perf_counter()

    def ask(numbers: list[int], candidate: int, attempt: int) -> Request:
        return prior_request(
            model,
            np.array([settings.stream("sketch", number, candidate, attempt) for number in numbers], np.uint64),
            [labels[number] for number in numbers],
            settings.sampling,
            scored=settings.best_of > 1,
        )

    drawn = yield from draw_curated(
        sampler,
        settings.count,
        ask,
        settings.sampling,
        settings.curation(),
        lambda good: Progress(good, settings.count, "sketches"),
        settings.precedence(settings.count),
        Aim(() if settings.keep_unfinished else words),
    )
    chosen = zip(drawn.sketches, words, strict=True)
    sketches = tuple(DrawnSketch(each.sketch, word, each.ended) for each, word in chosen)
    return Generated(
        sketches,
        ended_share=sum(each.ended for each in sketches) / settings.count,
        ended_share_before=drawn.ended_at_first / (settings.count * settings.best_of),
        rejected=dict(drawn.rejected),
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


def _check_range(value: int, name: str, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InputError(f"a {name} of {value} is out of range", hint=f"choose a number from {low} to {high}")
