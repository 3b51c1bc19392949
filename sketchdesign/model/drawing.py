"""Drawing sketches until they end: unfinished ones are rejected and drawn anew."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.seeds import normals
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.latent import class_vectors, draw_z
from sketchdesign.model.pool import LATENT_DOMAIN, Request
from sketchdesign.model.sampler import Sampler
from sketchdesign.model.sampling import Sampling

Told = TypeVar("Told")

MOST_ATTEMPTS = 12
"""Times that a sketch is drawn anew when it does not end, before it is accepted as it is."""


class Drawn(NamedTuple):
    """One sketch in pixels of the training data, whether it ended, and its log likelihood per point if scored."""

    sketch: Sketch
    ended: bool
    nats_per_point: float


class DrawnSet(NamedTuple):
    """Sketches in the order of their numbers, and how many of them ended at the first attempt."""

    sketches: list[Drawn]
    ended_at_first: int


def draw_until_ended(
    sampler: Sampler,
    count: int,
    request: Callable[[list[int], int], Request],
    sampling: Sampling,
    tell: Callable[[int], Told],
    attempts: int = MOST_ATTEMPTS,
) -> Generator[Told, None, DrawnSet]:
    """Draw sketches 0 to ``count``, those that do not end up to ``attempts`` times.

    Args:
        sampler: of the model.
        count: number of sketches.
        request: what to ask for, given the numbers of the sketches and which attempt it is.
        sampling: how.
        tell: makes what is yielded of the number of sketches that have ended so far.
        attempts: 1 accepts every sketch as it comes.
    """
    drawn: dict[int, Drawn] = {}
    ended = ended_at_first = 0
    missing = list(range(count))
    yield tell(ended)
    for attempt in range(attempts):
        for finished in sampler.sample(request(missing, attempt), sampling):
            for sample in finished:
                per_point = sample.nats / max(1, len(sample.sketch))
                drawn[missing[sample.number]] = Drawn(sample.sketch, sample.ended, per_point)
                ended += sample.ended
            yield tell(ended)
        missing = [number for number in missing if not drawn[number].ended]
        if attempt == 0:
            ended_at_first = ended
        if not missing:
            break
    return DrawnSet([drawn[number] for number in range(count)], ended_at_first)


def prior_request(
    model: Model, keys: NDArray[np.uint64], labels: Sequence[int], z_spread: float, *, scored: bool = False
) -> Request:
    """A request to draw z from each label's Gaussian, of its deviation times ``z_spread``, and a sketch from it."""
    z = None
    if model.info.architecture.conditional:
        z = draw_z(model, labels, normals(keys, model.info.architecture.z_size, LATENT_DOMAIN) * np.float32(z_spread))
    return Request(keys, z, class_vectors(model, labels), scored)
