from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from sketchdesign.core.errors import InputError, SketchFormatError
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
    sampling = Sampling(max_points=16)
    raw = drawn(model, 60, sampling=sampling, keep_unfinished=True)
    assert raw.ended_share == raw.ended_share_before < 0.9
    assert raw.rejected == {}
    result = drawn(model, 60, sampling=sampling)
    assert result.ended_share == 1.0
    assert result.ended_share_before == raw.ended_share
    assert result.rejected["no end token"] >= 60 * (1.0 - raw.ended_share)
    curation = GenerateSettings(1).curation()
    for before, after in zip(raw.sketches, result.sketches, strict=True):
        assert after.ended
        if curation.flaw(before.sketch, before.ended, model.info.scale_factor) is None:
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


def test_some_sketches_can_be_rolled_anew_while_all_others_stay(tiny_model: MakeModel) -> None:
    model = tiny_model()
    settings = GenerateSettings(12, seed=7, threads=1)
    first = drawn(model, 12)
    rolled = settings.rolled([2, 6])
    second = Job(generate(model, rolled)).run()
    changed = [n for n in range(12) if first.sketches[n] != second.sketches[n]]
    assert changed == [2, 6]
    third = Job(generate(model, rolled.rolled([6]))).run()
    assert [n for n in range(12) if second.sketches[n] != third.sketches[n]] == [6]
    assert third.sketches[6] != first.sketches[6]
    assert rolled.rolled([1]).precedence(4) == [0, 3, 2, 1]


def test_settings_are_read_back(tiny_model: MakeModel) -> None:
    sampling = Sampling(max_points=9, start_token=(0.0, 0.0, 1.0, 0.0, 0.0))
    settings = GenerateSettings(4, seed=3, sampling=sampling, best_of=2, rank="reencode", distinct=True).rolled([1])
    again = GenerateSettings.from_json(json.loads(json.dumps(settings.to_json())))
    assert again == settings


@pytest.mark.parametrize(
    "damage",
    [{"seed": "many"}, {"sampling": None}, {"sampling": {"heat": 1}}, {"rank": "beauty"}, {"rolls": 3}, {"count": -1}],
)
def test_damaged_settings_are_refused(damage: dict[str, object]) -> None:
    with pytest.raises(SketchFormatError, match="damaged"):
        GenerateSettings.from_json(GenerateSettings(2).to_json() | damage)
