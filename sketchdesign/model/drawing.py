"""Drawing sketches until they are good: those that are not are rejected and drawn anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.seeds import normals
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.critic import AIM_CANDIDATES, CRITIC_ATTEMPTS, Aim, Critic, critic_for
from sketchdesign.model.curation import MOST_ATTEMPTS, Curation, Reason
from sketchdesign.model.latent import class_vectors, draw_z
from sketchdesign.model.pool import LATENT_DOMAIN, Request, joined
from sketchdesign.model.ranking import merits, near_duplicates
from sketchdesign.model.sampler import Sampled, Sampler
from sketchdesign.model.sampling import Sampling

Told = TypeVar("Told")

ANYTHING = Aim()

SIDE_BY_SIDE = 192
"""Sketches that are drawn at once where fewer are missing: larger pools draw more in a second, smaller ones tell sooner
how far they are."""

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
    aim: Aim = ANYTHING,
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
        aim: what the sketches are to show, for the critic. Default: whatever they like.

    Raises:
        InputError: see `Curation.check`.
    """
    curation.check(sampler.model.info, count)
    critic = critic_for(sampler.model.info, aim) if sampling.critic else None
    if critic is not None and aim.merit is not None:
        curation = replace(curation, best_of=max(curation.best_of, AIM_CANDIDATES))
    drawer = _Drawer(sampler, ask, sampling, curation, critic)
    chosen: dict[int, Drawn] = {}
    rejected: Counter[str] = Counter()
    ended_at_first = attempt = 0
    missing = list(range(count))
    yield tell(0)
    while missing and attempt < curation.attempts:

        def tell_passed(passed: int, good: int = count - len(missing)) -> Told:
            return tell(good + passed)

        attempts = range(attempt, min(attempt + _attempts_at_once(attempt, len(missing), curation), curation.attempts))
        rounds, ended = yield from drawer.draw(missing, attempts, tell_passed)
        if attempt == 0:
            ended_at_first = ended
        for best in rounds:
            rejected.update(flaw for number in missing if number in chosen and (flaw := chosen[number].flaw))
            chosen |= {number: best[number] for number in missing}
            if curation.distinct:
                _mark_near_duplicates(chosen, order or range(count))
            missing = [number for number in range(count) if chosen[number].flaw]
        attempt = attempts.stop
        yield tell(count - len(missing))
    return DrawnSet([chosen[number] for number in range(count)], ended_at_first, rejected)


@dataclass(frozen=True)
class _Drawer:
    """Draws candidates for the sketches that are missing, and says what is wrong with each; see `draw_curated`."""

    sampler: Sampler
    ask: Ask
    sampling: Sampling
    curation: Curation
    critic: Critic | None

    def draw(
        self, missing: list[int], attempts: range, tell: Callable[[int], Told]
    ) -> Generator[Told, None, tuple[list[dict[int, Drawn]], int]]:
        """The best candidate for each number in each of some attempts, and how many candidates ended.

        A pool of a few more rows takes hardly longer, so where little is missing several candidates are drawn at once.
        """
        tries = [(attempt, candidate) for attempt in attempts for candidate in range(self.curation.best_of)]
        rounds: list[dict[int, Drawn]] = [{} for _ in attempts]
        at_once = _tries_at_once(len(missing))
        passed = ended = 0
        for begin in range(0, len(tries), at_once):
            together = tries[begin : begin + at_once]
            requests = [self.ask(missing, candidate, attempt) for attempt, candidate in together]
            samples: list[Sampled] = []
            for finished in self.sampler.sample(joined(requests), self.sampling):
                samples += finished
                passed += sum(self._flaw(sample) is None for sample in finished)
                yield tell(passed // len(tries))
            ended += sum(sample.ended for sample in samples)
            samples.sort(key=lambda sample: sample.number)
            for place, ((attempt, _), request) in enumerate(zip(together, requests, strict=True)):
                own = samples[place * len(missing) : (place + 1) * len(missing)]
                best = rounds[attempt - attempts.start]
                for number, drawn in zip(missing, self._judged(missing, own, request, attempt), strict=True):
                    best[number] = max(best.get(number, drawn), drawn, key=_rank)
        return rounds, ended

    def _judged(self, numbers: list[int], samples: list[Sampled], request: Request, attempt: int) -> Iterator[Drawn]:
        """One candidate for each of the numbers, with its merit and flaw."""
        sketches = [sample.sketch for sample in samples]
        known = [True] * len(samples)
        if self.critic is not None and self.critic.aim.merit is not None:
            worth = self.critic.aim.merit(numbers, sketches)
        else:
            worth = merits(self.sampler.model, self.curation.rank, samples, request.z)
        if self.critic is not None and attempt + 1 < CRITIC_ATTEMPTS:
            known = self.critic.recognises(numbers, sketches)
        for sample, merit, recognised in zip(samples, worth.tolist(), known, strict=True):
            flaw = self._flaw(sample) or (None if recognised else "not recognised")
            yield Drawn(sample.sketch, sample.ended, merit, flaw)

    def _flaw(self, sample: Sampled) -> Reason | None:
        return self.curation.flaw(sample.sketch, sample.ended, self.sampler.model.info.scale_factor)


def _tries_at_once(missing: int) -> int:
    """How many candidates for each missing sketch are drawn side by side."""
    return max(1, SIDE_BY_SIDE // missing)


def _attempts_at_once(attempt: int, missing: int, curation: Curation) -> int:
    """How many attempts are made before looking at the first of them, which changes no result.

    The first attempt mostly does, and whether something is a near-duplicate depends on what was chosen before.
    """
    if attempt == 0 or curation.distinct:
        return 1
    return max(1, min(_tries_at_once(missing) // curation.best_of, CRITIC_ATTEMPTS - 1))


def draw_until_ended(
    sampler: Sampler,
    count: int,
    request: Callable[[list[int], int], Request],
    sampling: Sampling,
    tell: Callable[[int], Told],
    attempts: int = MOST_ATTEMPTS,
    aim: Aim = ANYTHING,
) -> Generator[Told, None, DrawnSet]:
    """Draw sketches of any size, those that do not end up to ``attempts`` times; see `draw_curated`."""
    return (
        yield from draw_curated(
            sampler,
            count,
            lambda numbers, _, attempt: request(numbers, attempt),
            sampling,
            Curation(attempts, only_ended=True),
            tell,
            aim=aim,
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
