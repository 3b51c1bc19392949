from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.generate import Generated, GenerateSettings, generate
from sketchdesign.services.jobs import Job

MakeModel = Callable[..., Model]


def drawn(model: Model, count: int, **changes: object) -> Generated:
    return Job(generate(model, replace(GenerateSettings(count, seed=7, threads=1), **changes))).run()  # type: ignore[arg-type]


def test_a_sketch_does_not_depend_on_how_many_are_drawn(tiny_model: MakeModel) -> None:
    model = tiny_model()
    few, many = drawn(model, 3), drawn(model, 40, threads=2)
    assert few.sketches == many.sketches[:3]


def test_another_seed_gives_other_sketches(tiny_model: MakeModel) -> None:
    model = tiny_model()
    first, second = drawn(model, 10), drawn(model, 10, seed=8)
    assert not any(a.sketch == b.sketch for a, b in zip(first.sketches, second.sketches, strict=True))


def test_unfinished_sketches_are_drawn_anew_and_counted(tiny_model: MakeModel) -> None:
    model = tiny_model()
    sampling = Sampling(max_points=12)
    raw = drawn(model, 60, sampling=sampling, keep_unfinished=True)
    assert raw.ended_share == raw.ended_share_before < 0.9
    result = drawn(model, 60, sampling=sampling)
    assert result.ended_share == 1.0
    assert result.ended_share_before == raw.ended_share
    for before, after in zip(raw.sketches, result.sketches, strict=True):
        assert after.ended
        if before.ended:
            assert after == before


def test_a_model_that_never_ends_is_given_up_on(tiny_model: MakeModel) -> None:
    result = drawn(tiny_model(), 2, sampling=Sampling(max_points=1, temperature_pen=0.0))
    assert result.ended_share == 0.0
    assert len(result.sketches) == 2


def test_classes_are_taken_in_turn_or_as_asked(tiny_model: MakeModel) -> None:
    model = tiny_model(classes=("cat", "pig"), class_count=2, class_size=4)
    assert [s.word for s in drawn(model, 3).sketches] == ["cat", "pig", "cat"]
    assert {s.word for s in drawn(model, 3, class_name="pig").sketches} == {"pig"}


def test_an_unknown_class_is_refused_with_the_nearest_name(tiny_model: MakeModel) -> None:
    model = tiny_model(classes=("cat", "pig"), class_count=2, class_size=4)
    with pytest.raises(InputError, match=r"no class 'cst'; did you mean 'cat'\? it knows cat, pig"):
        drawn(model, 1, class_name="cst")


def test_best_of_keeps_a_likelier_candidate(tiny_model: MakeModel) -> None:
    model = tiny_model()
    single, best = drawn(model, 20), drawn(model, 20, best_of=4)
    kept = sum(a.sketch == b.sketch for a, b in zip(single.sketches, best.sketches, strict=True))
    assert 0 < kept < 15  # the first of four candidates wins about a quarter of the time
    assert best.sketches[:5] == drawn(model, 5, best_of=4).sketches


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 10**9}, {"seed": -1}, {"best_of": 0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="out of range; choose a number from"):
        GenerateSettings(**({"count": 1} | wrong))  # type: ignore[arg-type]
