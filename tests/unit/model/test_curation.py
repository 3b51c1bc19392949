from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from running import end_of

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.curation import FEWEST_POINTS, LARGEST_UNITS, Curation, rank_named
from sketchdesign.model.drawing import DrawnSet, draw_curated, prior_request
from sketchdesign.model.encode import encode, stroke_rows
from sketchdesign.model.likeness import distances, pictures
from sketchdesign.model.pool import Request
from sketchdesign.model.ranking import NEAREST, near_duplicates
from sketchdesign.model.sampler import Sampler
from sketchdesign.model.sampling import Sampling

MakeModel = Callable[..., Model]
SQUARE = Sketch.from_polylines([[[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]]])
CROSS = Sketch.from_polylines([[[0, 0], [100, 100]], [[0, 100], [100, 0]]])


def drawn(model: Model, count: int, curation: Curation, spread: float = 1.0, **sampling: Any) -> DrawnSet:
    def ask(numbers: list[int], candidate: int, attempt: int) -> Request:
        keys = np.array([stream_key(1, number, candidate, attempt) for number in numbers], np.uint64)
        return prior_request(model, keys, [0] * len(numbers), Sampling(z_spread=spread), scored=True)

    sampler = Sampler(model, torch.device("cpu"))
    return end_of(draw_curated(sampler, count, ask, Sampling(**sampling), curation, lambda good: good))


@pytest.mark.parametrize(
    ("sketch", "ended", "flaw"),
    [
        (SQUARE, True, None),
        (SQUARE, False, "no end token"),
        (Sketch.from_polylines([SQUARE.points[: FEWEST_POINTS - 1]]), True, "too few points"),
        (Sketch.empty(), True, "too few points"),
        (SQUARE.transformed(0.1), True, "ink out of range"),
        (SQUARE.transformed(30.0 * LARGEST_UNITS / 99.0), True, "ink out of range"),
    ],
)
def test_flaws_have_names(sketch: Sketch, ended: bool, flaw: str | None) -> None:
    assert Curation().flaw(sketch, ended, 30.0) == flaw
    assert Curation(only_ended=True).flaw(sketch, ended, 30.0) == (None if ended else "no end token")


@pytest.mark.parametrize("unit_px", [1.0, 30.9, 62.4])
def test_the_size_of_a_sketch_is_measured_in_units_of_its_model(unit_px: float) -> None:
    across = SQUARE.bounds[2] - SQUARE.bounds[0]
    assert Curation().flaw(SQUARE.transformed(14.0 * unit_px / across), True, unit_px) is None
    assert Curation().flaw(SQUARE.transformed(30.0 * unit_px / across), True, unit_px) == "ink out of range"


def test_rejected_sketches_are_counted_by_reason_and_drawn_anew(tiny_model: MakeModel) -> None:
    model = tiny_model()
    once = drawn(model, 60, Curation(attempts=1), max_points=14)
    assert not once.rejected
    flawed = {n: each.flaw for n, each in enumerate(once.sketches) if each.flaw}
    assert len(set(flawed.values())) >= 2
    twice = drawn(model, 60, Curation(attempts=2), max_points=14)
    assert sum(twice.rejected.values()) == len(flawed)
    for number, (first, second) in enumerate(zip(once.sketches, twice.sketches, strict=True)):
        assert (first == second) == (number not in flawed)
    many = drawn(model, 60, Curation(attempts=40), max_points=14)
    assert not any(each.flaw for each in many.sketches)
    assert set(many.rejected) >= set(flawed.values())


def test_alike_pictures_are_near_and_others_far() -> None:
    looks = pictures([SQUARE, SQUARE.transformed(3.0, (7.0, 2.0)), CROSS, Sketch.empty()])
    apart = distances(looks, looks)
    assert apart[0, 1] == pytest.approx(0.0, abs=1e-3)
    assert apart[0, 2] > 2 * NEAREST
    assert apart[0, 3] == pytest.approx(np.sqrt(2.0))


def test_the_later_of_two_near_duplicates_is_found() -> None:
    shaken = Sketch.from_polylines([SQUARE.points + np.array([[0, 1], [1, 0], [0, -1], [1, 1], [0, 1]])])
    assert near_duplicates([SQUARE, CROSS, shaken, CROSS, SQUARE]) == [2, 3, 4]
    assert near_duplicates([]) == []


def test_distinct_sketches_are_no_near_duplicates(tiny_model: MakeModel) -> None:
    model = tiny_model()
    # So cold that sketches come out alike but for their ends.
    cold = {"spread": 0.0, "temperature_xy": 0.0, "temperature_mixture": 0.02}
    usual = drawn(model, 12, Curation(), **cold)
    assert near_duplicates([each.sketch for each in usual.sketches])
    result = drawn(model, 12, Curation(attempts=60, distinct=True), **cold)
    kept = [each.sketch for each in result.sketches if not each.flaw]
    assert not near_duplicates(kept)
    assert result.rejected["near-duplicate"] > 0
    few = drawn(model, 4, Curation(attempts=60, distinct=True), **cold)
    assert few.sketches == result.sketches[:4]


def test_the_best_candidate_is_the_likeliest_or_the_nearest_when_read_again(tiny_model: MakeModel) -> None:
    model = tiny_model()
    with torch.no_grad():
        for name, parameter in model.network.named_parameters():
            if name.startswith("encoder.mu"):
                parameter.mul_(300.0)
    single = drawn(model, 20, Curation(attempts=1, only_ended=True)).sketches
    by_likelihood = drawn(model, 20, Curation(attempts=1, best_of=6, only_ended=True)).sketches
    gained = [b.merit - a.merit for a, b in zip(single, by_likelihood, strict=True) if a.ended and b.ended]
    assert min(gained) >= 0.0
    assert max(gained) > 0.0
    again = drawn(model, 20, Curation(attempts=1, best_of=6, rank="reencode", only_ended=True)).sketches
    assert [each.sketch for each in again] != [each.sketch for each in by_likelihood]
    keys = np.array([stream_key(1, 0, candidate, 0) for candidate in range(6)], np.uint64)
    z = prior_request(model, keys, [0] * 6, Sampling(z_spread=1.0)).z
    assert z is not None
    mu = encode(model, [stroke_rows(model.info, again[0].sketch)]).mu
    assert np.abs(np.linalg.norm(mu - z, axis=1) + again[0].merit).min() < 1e-3


def test_a_decoder_cannot_rank_by_reading(tiny_model: MakeModel) -> None:
    info = tiny_model(z_size=0, encoder_size=0).info
    with pytest.raises(InputError, match="no encoder"):
        Curation(rank="reencode").check(info, 1)
    with pytest.raises(InputError, match="too many to tell apart"):
        Curation(distinct=True).check(replace(info), 10**6)
    with pytest.raises(InputError, match="'beauty'"):
        rank_named("beauty")
