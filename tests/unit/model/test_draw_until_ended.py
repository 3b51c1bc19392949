from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from sketchdesign.core.seeds import stream_key
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.drawing import DrawnSet, draw_until_ended, prior_request
from sketchdesign.model.pool import Request
from sketchdesign.model.sampler import Sampler
from sketchdesign.model.sampling import Sampling

SHORT = Sampling(max_points=12)
"""Too few points for many sketches of the tiny model to end."""


def drawn(model: Model, count: int, attempts: int) -> tuple[DrawnSet, list[tuple[list[int], int]], list[int]]:
    """The sketches, what was asked for, and the progress that was told."""
    asked: list[tuple[list[int], int]] = []
    told: list[int] = []

    def request(numbers: list[int], attempt: int) -> Request:
        asked.append((list(numbers), attempt))
        keys = np.array([stream_key(1, number, attempt) for number in numbers], np.uint64)
        return prior_request(model, keys, [0] * len(numbers), Sampling(z_spread=1.0))

    work = draw_until_ended(Sampler(model, torch.device("cpu")), count, request, SHORT, told.append, attempts)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, asked, told


def test_only_unfinished_sketches_are_asked_for_again(tiny_model: Callable[..., Model]) -> None:
    model = tiny_model()
    once, _, _ = drawn(model, 30, attempts=1)
    result, asked, told = drawn(model, 30, attempts=12)
    unfinished = [number for number, made in enumerate(once.sketches) if not made.ended]
    assert 0 < len(unfinished) < 30
    assert asked[0] == (list(range(30)), 0)
    assert asked[1] == (unfinished, 1)
    assert [attempt for _, attempt in asked] == list(range(len(asked)))
    assert result.ended_at_first == once.ended_at_first == 30 - len(unfinished)
    assert all(made.ended for made in result.sketches)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 30)


def test_the_last_attempt_is_kept_as_it_is(tiny_model: Callable[..., Model]) -> None:
    result, asked, told = drawn(tiny_model(), 30, attempts=2)
    assert len(asked) == 2
    assert not all(made.ended for made in result.sketches)
    assert told[-1] == sum(made.ended for made in result.sketches)
