from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from running import end_of

from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.model import critic, drawing
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.critic import AIM_CANDIDATES, CRITIC_ATTEMPTS, Aim, Critic, change_shown, critic_for
from sketchdesign.model.curation import Curation
from sketchdesign.model.drawing import Drawn, draw_curated, prior_request
from sketchdesign.model.judge import Judge, JudgeInfo, JudgeNetwork
from sketchdesign.model.pool import Request
from sketchdesign.model.sampler import Sampler
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.generate import Generated, GenerateSettings, generate
from sketchdesign.services.inputs import read_input
from sketchdesign.services.jobs import Job

MakeModel = Callable[..., Model]


def of_quick_draw(model: Model, name: str = "cat") -> Model:
    return replace(model, info=replace(model.info, name=name, data="Quick, Draw! dataset by Google, CC BY 4.0"))


def test_our_examples_are_recognised_as_what_they_are(tiny_model: MakeModel) -> None:
    shown = [
        ("cat-face", "cat"),
        ("pig", "pig"),
        ("chair-1", "chair"),
        ("truck", "truck"),
        ("toothbrush", "toothbrush"),
    ]
    sketches = [read_input(f"example:{name}").sketch for name, _ in shown]
    words = [word for _, word in shown]
    honest = critic_for(of_quick_draw(tiny_model()).info, Aim(words))
    mistaken = critic_for(of_quick_draw(tiny_model()).info, Aim(words[1:] + words[:1]))
    assert honest is not None
    assert mistaken is not None
    numbers = list(range(len(shown)))
    assert sum(honest.recognises(numbers, sketches)) >= len(shown) - 1
    assert not any(mistaken.recognises(numbers, sketches))


def test_it_has_no_say_about_what_it_does_not_know(tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model()
    assert critic_for(model.info, Aim(["cat"])) is None, "drawings of another hand"
    assert critic_for(of_quick_draw(model).info, Aim(["teapot"])) is None, "a class that it never saw"
    assert critic_for(of_quick_draw(model).info, Aim()) is None
    monkeypatch.setattr(critic, "bundled_critic", lambda: None)
    assert critic_for(of_quick_draw(model).info, Aim(["cat"])) is None, "an installation without it"


def test_words_belong_to_the_numbers_of_sketches() -> None:
    torch.manual_seed(1)
    info = JudgeInfo(("cat", "dog"), size_px=16, width=4, feature_size=8)
    judge = Judge(info, JudgeNetwork(info).eval())
    square = Sketch.from_polylines([[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]])
    eye = Critic(judge, Aim(["cat", "dog", "teapot"]))
    cat, dog, teapot = eye.recognises([0, 1, 2], [square] * 3)
    assert cat != dog
    assert teapot
    assert eye.recognises([1, 0], [square] * 2) == [dog, cat]


class Moody:
    """Recognises a sketch at its second look, and never sketch 3."""

    aim = Aim()

    def __init__(self) -> None:
        self.looks: list[list[int]] = []

    def recognises(self, numbers: Sequence[int], sketches: Sequence[Sketch]) -> list[bool]:
        assert len(numbers) == len(sketches)
        seen = np.concatenate([[], *self.looks])
        self.looks.append(list(numbers))
        return [number != 3 and number in seen for number in numbers]


def drawn(model: Model, **settings: object) -> Generated:
    return Job(generate(model, GenerateSettings(5, **settings))).run()  # type: ignore[arg-type]


def test_what_is_not_recognised_is_drawn_anew(tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    model, moody = of_quick_draw(tiny_model()), Moody()
    monkeypatch.setattr(drawing, "critic_for", lambda info, aim: moody if aim.words else None)
    free = Sampling(critic=False)
    as_they_come = drawn(model, sampling=free)
    assert moody.looks == []
    chosen = drawn(model)
    assert chosen.rejected["not recognised"] > 0
    assert len(moody.looks) == CRITIC_ATTEMPTS - 1
    assert 3 in moody.looks[-1], "it is looked at until the last attempt, which is kept as it is"
    first, second = ({d.sketch for d in made.sketches} for made in (as_they_come, chosen))
    assert first != second
    assert drawn(model, keep_unfinished=True).rejected == {}


def test_published_presets_take_what_comes() -> None:
    assert Sampling.preset().critic
    assert not any(Sampling.preset(name).critic for name in ("paper", "magenta", "js"))


def test_designs_from_before_there_was_a_critic_are_drawn_without_one() -> None:
    document = GenerateSettings(3).to_json()
    assert GenerateSettings.from_json(document).sampling.critic
    del document["sampling"]["critic"]
    assert not GenerateSettings.from_json(document).sampling.critic


def example(name: str) -> Sketch:
    return read_input(f"example:{name}").sketch


def test_a_whole_cat_shows_what_a_pig_has_more_than_its_head() -> None:
    shown = change_shown(example("pig-head"), example("pig"), [1.0, 1.0, -1.0, -1.0, 0.0])
    assert shown is not None
    face, whole = example("cat-face"), example("cat")
    merits = shown([0, 1, 2, 3, 4], [face, whole, face, whole, whole])
    assert merits[1] > merits[0]
    assert merits[3] < merits[2]
    assert merits[4] == 0.0
    assert shown([1], [whole]) == merits[1], "by itself as among others"


def test_of_many_candidates_the_one_nearest_to_the_aim_is_taken(tiny_model: MakeModel) -> None:
    model = of_quick_draw(tiny_model())
    sampler, free = Sampler(model, torch.device("cpu"), 1), Sampling()

    def drawn_by(candidates: Callable[[int], int], aim: Aim) -> list[Drawn]:
        def ask(numbers: list[int], candidate: int, attempt: int) -> Request:
            keys = np.array([stream_key(number, candidates(candidate)) for number in numbers], np.uint64)
            return prior_request(model, keys, [0] * len(numbers), free)

        once = Curation(attempts=1)
        return end_of(draw_curated(sampler, 2, ask, free, once, lambda good: good, aim=aim)).sketches

    def most_points(numbers: Sequence[int], sketches: Sequence[Sketch]) -> NDArray[np.float64]:
        assert set(numbers) == {0, 1}
        return np.array([len(sketch) for sketch in sketches], np.float64)

    chosen = drawn_by(lambda candidate: candidate, Aim(["teapot", "cat"], most_points))
    each = [drawn_by(lambda _, own=own: own, Aim()) for own in range(AIM_CANDIDATES)]  # type: ignore[misc]
    for number in range(2):
        own = [drawn[number] for drawn in each]
        assert len({one.sketch for one in own}) > 10
        good = [one for one in own if one.ended] or own
        assert chosen[number].sketch in [one.sketch for one in good]
        assert len(chosen[number].sketch) == max(len(one.sketch) for one in good if one.flaw is None)
