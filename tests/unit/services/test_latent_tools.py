from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from sketchdesign.core.errors import CheckpointError, InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import Model, save_model
from sketchdesign.model.critic import Aim
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Job, Work
from sketchdesign.services.latent.complete import complete
from sketchdesign.services.latent.morph import GridShape, hybrid, interpolate, usual_share
from sketchdesign.services.latent.recognise import recognise
from sketchdesign.services.latent.single import analogy, reconstruct, vary
from sketchdesign.services.latent.tools import Board

MakeModel = Callable[..., Model]
SETTINGS = GenerateSettings(1, seed=5, threads=1, sampling=Sampling.preset(temperature=0.1))
CLASSES = {"classes": ("cat", "pig"), "class_count": 2, "class_size": 4}


def scribbles(count: int) -> list[GivenSketch]:
    rng = np.random.default_rng(8)
    return [
        GivenSketch(f"scribble {n}", Sketch.from_polylines([rng.uniform(0, 255, (8, 2)), rng.uniform(0, 255, (5, 2))]))
        for n in range(count)
    ]


def made(work: Work[Board]) -> Board:
    return Job(work).run()


def sketches(board: Board) -> list[Sketch]:
    return [each.sketch for each in board.results]


@pytest.fixture(params=["one class", "classes"])
def model(request: pytest.FixtureRequest, tiny_model: MakeModel) -> Model:
    model = tiny_model(**(CLASSES if request.param == "classes" else {}))
    with torch.no_grad():
        # Latent vectors that lie apart and that the decoder heeds, as after training.
        for name, parameter in model.network.named_parameters():
            if name.startswith(("encoder.mu", "initial")):
                parameter.mul_(300.0)
    return model


def test_reconstructions_come_by_input_and_temperature(model: Model) -> None:
    samplings = {t: Sampling.preset(temperature=t) for t in (0.1, 0.9)}
    board = made(reconstruct(model, scribbles(3), SETTINGS, samplings))
    assert (board.rows, board.columns, len(board.results)) == (3, 3, 6)
    assert [entry["name"] for entry in board.report["inputs"]] == ["scribble 0", "scribble 1", "scribble 2"]
    for entry in board.report["inputs"]:
        assert entry["kl"] > 0
        assert np.isfinite(entry["log_likelihood"])
    alone = made(reconstruct(model, scribbles(2)[1:], SETTINGS, {0.9: samplings[0.9]}))
    assert alone.results[0] == board.results[3]


@pytest.mark.parametrize("threads", [1, 3])
def test_corners_of_a_grid_are_the_reconstructions(model: Model, threads: int) -> None:
    settings = replace(SETTINGS, threads=threads)
    grid = made(interpolate(model, scribbles(4), settings, GridShape(3, 4)))
    assert len(grid.results) == 12
    alone = made(reconstruct(model, scribbles(4), SETTINGS, {0.1: SETTINGS.sampling}))
    corners = [grid.results[place] for place in (0, 3, 8, 11)]
    assert corners == list(alone.results)
    assert len({each.sketch for each in corners}) == 4
    strip = made(interpolate(model, scribbles(4), settings, 7))
    assert [strip.results[place] for place in (0, 6)] == [alone.results[0], alone.results[3]]


def test_results_do_not_depend_on_threads(model: Model) -> None:
    boards = [
        made(interpolate(model, scribbles(4), replace(SETTINGS, threads=threads), GridShape(6, 6), fresh=True))
        for threads in (1, 2)
    ]
    assert boards[0] == boards[1]


def test_noise_is_shared_unless_it_is_fresh(model: Model) -> None:
    twice = scribbles(1) * 2
    shared = made(interpolate(model, twice, SETTINGS, 6))
    assert len(set(sketches(shared))) == 1
    fresh = made(interpolate(model, twice, SETTINGS, 6, fresh=True))
    assert len(set(sketches(fresh))) > 1


def test_variations_differ_and_do_not_depend_on_their_number(model: Model) -> None:
    board = made(vary(model, scribbles(1)[0], SETTINGS, 10))
    assert len(set(sketches(board))) == 10
    assert board.report["sigma_length"] > 0
    assert made(vary(model, scribbles(1)[0], SETTINGS, 3)).results == board.results[:3]
    still = made(vary(model, scribbles(1)[0], SETTINGS, 3, radius=0.0))
    assert len(set(sketches(still))) == 1


def test_analogies(model: Model) -> None:
    base, minus, plus = scribbles(3)
    board = made(analogy(model, base, minus, plus, SETTINGS, [0.0, 1.0]))
    alone = made(reconstruct(model, [base], SETTINGS, {0.1: SETTINGS.sampling}))
    assert board.results[0] == alone.results[0]
    assert board.results[1] != board.results[0]
    nothing = made(analogy(model, base, plus, plus, SETTINGS, [1.0]))
    assert nothing.results[0] == alone.results[0]


class Stern:
    """A critic that recognises nothing, whatever it is to look for."""

    def __init__(self) -> None:
        self.words: set[str] = set()

    def of(self, _: object, aim: Aim) -> Stern | None:
        self.words |= set(aim.words)
        self.aim = Aim(aim.words)
        return self if aim.words else None

    def recognises(self, numbers: Sequence[int], _: Sequence[Sketch]) -> list[bool]:
        return [False] * len(numbers)


def test_what_is_to_show_its_class_is_drawn_anew_and_what_lies_between_two_is_not(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    critic = Stern()
    monkeypatch.setattr("sketchdesign.model.drawing.critic_for", critic.of)
    one, two, three, four = scribbles(4)
    settings = replace(SETTINGS, class_name=model.info.classes[0] if model.info.classes else None)
    for work in (analogy(model, one, two, three, settings, [1.0]), hybrid(model, [one], settings, GridShape())):
        assert made(work).report["rejected"]["not recognised"] > 0
    assert critic.words == {model.info.classes[0] if model.info.classes else model.info.name}
    between = interpolate(model, [one, two, three, four], settings, GridShape(2, 2))
    assert "not recognised" not in made(between).report["rejected"]


def test_hybrids_of_four_make_a_grid_and_of_others_a_list(model: Model) -> None:
    assert made(hybrid(model, scribbles(1), SETTINGS, GridShape())).report["toward"] == usual_share(model.info)
    four = made(hybrid(model, scribbles(4), SETTINGS, GridShape(3, 3)))
    two = made(hybrid(model, scribbles(2), SETTINGS, GridShape(3, 3)))
    assert [len(four.results), len(two.results)] == [9, 2]
    assert [four.results[0], four.results[2]] == list(two.results)


def test_a_hybrid_moves_toward_the_class_it_is_drawn_as(tiny_model: MakeModel) -> None:
    model = tiny_model(**CLASSES)
    asked = replace(SETTINGS, class_name="pig")
    boards = [
        made(hybrid(model, scribbles(2), asked, GridShape(), share=share, own_class="cat")) for share in (0.0, 0.5)
    ]
    assert {each.word for each in boards[1].results} == {"pig"}
    assert boards[1].recipe["operation"]["from"] == ["cat", "cat"]
    assert boards[0].results != boards[1].results
    same = made(hybrid(model, scribbles(2), asked, GridShape(), share=0.5, own_class="pig"))
    assert same.results == boards[0].results
    with pytest.raises(InputError, match="'cow'"):
        made(hybrid(model, scribbles(1), asked, GridShape(), share=0.5, own_class="cow"))


def starts_with(sketch: Sketch, beginning: Sketch) -> bool:
    return bool(np.abs(sketch.points[: len(beginning)] - beginning.points).max() <= 1e-4)


@pytest.mark.parametrize("form", ["vae", "decoder"])
@pytest.mark.parametrize("pen_down", [False, True])
def test_endings_begin_exactly_with_what_was_given(tiny_model: MakeModel, form: str, pen_down: bool) -> None:
    model = tiny_model(**({"z_size": 0, "encoder_size": 0} if form == "decoder" else {}))
    for lines in ([[[40, 50], [90, 60], [95, 120]], [[30, 30], [44, 31]]], [[[7, 7]], [[40, 50], [90, 60]]]):
        beginning = Sketch.from_polylines(lines).transformed(1.0, (0.25, 0.5))
        for scale in (1.0, 7.3):
            given = GivenSketch("begun", beginning.transformed(scale))
            board = made(complete(model, given, SETTINGS, 6, pen_down=pen_down))
            assert len(set(sketches(board))) > 1
            for cell, result in zip(board.cells, board.results, strict=True):
                assert starts_with(result.sketch, given.sketch)
                assert len(result.sketch) > len(given.sketch)
                told = given.sketch.stroke_lengths.tolist()
                lengths = result.sketch.stroke_lengths.tolist()
                assert lengths[: len(told) - 1] == told[:-1]
                assert lengths[len(told) - 1] > told[-1] if pen_down else lengths[len(told) - 1] == told[-1]
                red, black = cell.parts
                assert red.sketch == given.sketch
                assert len(black.sketch) == len(result.sketch) - len(given.sketch) + pen_down


def test_an_ending_does_not_depend_on_how_many_there_are(model: Model) -> None:
    given = GivenSketch("begun", scribbles(1)[0].sketch)
    many = made(complete(model, given, replace(SETTINGS, threads=2), 20))
    assert made(complete(model, given, SETTINGS, 3)).results == many.results[:3]


def test_an_ending_needs_room(tiny_model: MakeModel) -> None:
    given = GivenSketch("long", Sketch.from_polylines([[[4 * n, 100 * (n % 2)] for n in range(61)]]))
    with pytest.raises(InputError, match="no room"):
        made(complete(tiny_model(), given, SETTINGS, 1))


def test_the_recipe_holds_what_is_needed_to_draw_again(model: Model) -> None:
    board = made(interpolate(model, scribbles(2), SETTINGS, 4))
    recipe = board.recipe
    assert recipe["model"]["sha256"] == model.sha256
    assert recipe["sampling"]["seed"] == 5
    assert recipe["operation"]["steps"] == 4
    again = [
        GivenSketch(entry["name"], Sketch.from_polylines([np.transpose(line) for line in entry["drawing"]]))
        for entry in recipe["inputs"]
    ]
    assert made(interpolate(model, again, SETTINGS, 4)).results == board.results
    z = np.frombuffer(base64.b64decode(recipe["inputs"][0]["z"]), "<f4")
    assert z.shape == (6,)


def test_best_of_keeps_the_likeliest(model: Model) -> None:
    one = made(vary(model, scribbles(1)[0], SETTINGS, 8))
    best = made(vary(model, scribbles(1)[0], replace(SETTINGS, best_of=4), 8))
    assert one.results != best.results


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (lambda m, s: interpolate(m, s[:1], SETTINGS, 5), "at least 2"),
        (lambda m, s: interpolate(m, s[:3], SETTINGS, GridShape()), "four corners"),
        (lambda m, s: interpolate(m, s[:3], SETTINGS, 2), "a strip of 2 cannot pass 3 sketches"),
        (lambda m, s: interpolate(m, s[:2], SETTINGS, 10**9), "out of range"),
        (lambda m, s: vary(m, s[0], SETTINGS, 0), "out of range"),
        (lambda m, s: vary(m, s[0], SETTINGS, 1, radius=float("nan")), "radius"),
        (lambda m, s: complete(m, s[0], SETTINGS, 0), "out of range"),
        (lambda m, s: analogy(m, s[0], s[1], s[2], SETTINGS, [float("inf")]), "strength"),
        (lambda m, s: hybrid(m, s[:1], SETTINGS, GridShape(), share=99.0), "share"),
        (lambda m, s: vary(m, s[0], replace(SETTINGS, class_name="cow"), 2), "'cow'"),
    ],
)
def test_wrong_wishes_are_refused(
    tiny_model: MakeModel, work: Callable[[Model, Sequence[GivenSketch]], Work[Any]], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        made(work(tiny_model(**CLASSES), scribbles(4)))


@pytest.mark.parametrize("sides", [(1, 5), (5, 0), (10**5, 10**5)])
def test_a_grid_needs_two_rows_and_has_a_limit(sides: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="cannot be interpolated"):
        GridShape(*sides)


def test_a_decoder_reads_no_sketch(tiny_model: MakeModel) -> None:
    with pytest.raises(InputError, match="no encoder"):
        made(vary(tiny_model(z_size=0, encoder_size=0), scribbles(1)[0], SETTINGS, 2))


def test_recognition_ranks_all_classes_of_all_models(tiny_model: MakeModel, tmp_path: Any) -> None:
    paths = []
    for name, model in (("a", tiny_model(**CLASSES)), ("b", tiny_model())):
        paths.append(str(tmp_path / f"{name}.safetensors"))
        info = replace(model.info, name=name)
        save_model(tmp_path / f"{name}.safetensors", info, model.network.state_dict(), model.latent)
    torch.set_num_threads(2)
    guesses = Job(recognise(scribbles(1)[0], paths)).run()
    assert torch.get_num_threads() == 1, "small operations shared among threads wait for each other"
    assert sorted(guess.name for guess in guesses) == ["b", "cat", "pig"]
    scores = [guess.nats_per_point for guess in guesses]
    assert scores == sorted(scores, reverse=True)
    with pytest.raises(InputError, match="no model"):
        Job(recognise(scribbles(1)[0], [])).run()
    with pytest.raises((InputError, CheckpointError)):
        Job(recognise(scribbles(1)[0], ["nothing"])).run()
