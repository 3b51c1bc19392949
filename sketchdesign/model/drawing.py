"""Drawing sketches until they are good: those that are not are rejected and drawn anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.seeds import normals
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.curation import MOST_ATTEMPTS, Curation, Reason
from sketchdesign.model.latent import class_vectors, draw_z
from sketchdesign.model.pool import LATENT_DOMAIN, Request
from sketchdesign.model.ranking import merits, near_duplicates
from sketchdesign.model.sampler import Sampled, Sampler
from sketchdesign.model.sampling import Sampling

Told = TypeVar("Told")

Ask = Callable[[list[int], int, int], Request]
"""What to ask for, given the numbers of the sketches, which candidate it is and which attempt."""


class Drawn(NamedTuple):
    """One sketch in pixels of the training data.

    Attributes:
        sketch: what was drawn.
        ended: whether the pen said that it was done.
        merit: what candidates are compared by.
        flaw: why it would be drawn anew, were there attempts left.
    """

    sketch: Sketch
    ended: bool
    merit: float
    flaw: Reason | None = None


class DrawnSet(NamedTuple):
    """Sketches in the order of their numbers.

    Attributes:
        sketches: the accepted ones.
        ended_at_first: how many candidates ended at the first attempt.
        rejected: how many sketches were drawn anew, by reason.
    """

    sketches: list[Drawn]
    ended_at_first: int
    rejected: Counter[str]


def draw_curated(
    sampler: Sampler,
    count: int,
    ask: Ask,
    sampling: Sampling,
    curation: Curation,
    tell: Callable[[int], Told],
    order: Sequence[int] = (),
) -> Generator[Told, None, DrawnSet]:
    """Draw sketches 0 to ``count``, the best of several candidates each, and anew those that are rejected.

    Args:
        sampler: of the model.
        count: number of sketches.
        ask: what to ask for.
        sampling: how to draw.
        curation: what to accept.
        tell: makes what is yielded of the number of sketches that are good so far.
        order: of two near-duplicates, the later in this order is rejected. Default: by number.

    Raises:
        InputError: see `Curation.check`.
    """
    curation.check(sampler.model.info, count)
    chosen: dict[int, Drawn] = {}
    rejected: Counter[str] = Counter()
    ended_at_first = good = 0
    missing = list(range(count))
    yield tell(good)
    for attempt in range(curation.attempts):
        best: dict[int, Drawn] = {}
        passed = 0
        for candidate in range(curation.best_of):
            request = ask(missing, candidate, attempt)
            samples: list[Sampled] = []
            for finished in sampler.sample(request, sampling):
                samples += finished
                passed += sum(curation.flaw(sample.sketch, sample.ended) is None for sample in finished)
                yield tell(max(good, count - len(missing) + passed // curation.best_of))
            if attempt == 0:
                ended_at_first += sum(sample.ended for sample in samples)
            samples.sort(key=lambda sample: sample.number)
            worth = merits(sampler.model, curation.rank, samples, request.z)
            for number, sample, merit in zip(missing, samples, worth.tolist(), strict=True):
                drawn = Drawn(sample.sketch, sample.ended, merit, curation.flaw(sample.sketch, sample.ended))
                best[number] = max(best.get(number, drawn), drawn, key=_rank)
        chosen |= best
        if curation.distinct:
            _mark_near_duplicates(chosen, order or range(count))
        missing = [number for number in range(count) if chosen[number].flaw]
        good = count - len(missing)
        yield tell(good)
        if not missing:
            break
        if attempt + 1 < curation.attempts:
            rejected.update(flaw for number in missing if (flaw := chosen[number].flaw))
    return DrawnSet([chosen[number] for number in range(count)], ended_at_first, rejected)


def draw_until_ended(
    sampler: Sampler,
    count: int,
    request: Callable[[list[int], int], Request],
    sampling: Sampling,
    tell: Callable[[int], Told],
    attempts: int = MOST_ATTEMPTS,
) -> Generator[Told, None, DrawnSet]:
    """Draw sketches whatever they look like, those that do not end up to ``attempts`` times; see `draw_curated`."""
    return (
        yield from draw_curated(
            sampler,
            count,
            lambda numbers, _, attempt: request(numbers, attempt),
            sampling,
            Curation(attempts, only_ended=True),
            tell,
        )
    )


def prior_request(
    model: Model, keys: NDArray[np.uint64], labels: Sequence[int], sampling: Sampling, *, scored: bool = False
) -> Request:
    """A request to draw z from each label's Gaussian, and a sketch from it."""
    z = None
    if model.info.architecture.conditional:
        noise = normals(keys, model.info.architecture.z_size, LATENT_DOMAIN)
        z = draw_z(model, labels, noise * np.float32(sampling.z_spread))
    return Request(keys, z, class_vectors(model, labels, sampling.class_guidance), scored)


def _rank(drawn: Drawn) -> tuple[bool, bool, float]:
    return drawn.flaw is None, drawn.ended, drawn.merit


def _mark_near_duplicates(chosen: dict[int, Drawn], order: Sequence[int]) -> None:
    """Say anew which of the sketches without other flaws look like an earlier one."""
    for number, drawn in chosen.items():
        if drawn.flaw == "near-duplicate":
            chosen[number] = drawn._replace(flaw=None)
    candidates = [number for number in order if chosen[number].flaw is None]
    for place in near_duplicates([chosen[number].sketch for number in candidates]):
        number = candidates[place]
        chosen[number] = chosen[number]._replace(flaw="near-duplicate")
