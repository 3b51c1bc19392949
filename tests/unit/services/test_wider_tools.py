from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchdesign.core.errors import InputError, OutputError, SketchFormatError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.latentboard import INPUT_PEN, Palette
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.inputs import GivenSketch, read_input
from sketchdesign.services.jobs import Job, Work
from sketchdesign.services.latent.clean import clean
from sketchdesign.services.latent.directions import (
    Direction,
    apply_directions,
    class_directions,
    difference_direction,
    load_directions,
    save_directions,
    set_directions,
)
from sketchdesign.services.latent.frames import Film, board_frames, check_film, export_film, is_film
from sketchdesign.services.latent.lesson import drawn_lesson, lesson, seen
from sketchdesign.services.latent.morph import GridShape, hybrid
from sketchdesign.services.latent.single import reconstruct, vary
from sketchdesign.services.latent.taste import Tasted, more_like
from sketchdesign.services.latent.tools import Board, Studio
from sketchdesign.services.latent.walk import class_morph, walk

MakeModel = Callable[..., Model]
SETTINGS = GenerateSettings(1, seed=5, threads=1, sampling=Sampling.preset(temperature=0.1))
CLASSES = {"classes": ("cat", "pig"), "class_count": 2, "class_size": 4}
NOWHERE = Direction("nowhere", np.zeros(6, np.float32))
BLACK = Palette(("#000000",) * 4)


def scribbles(count: int, seed: int = 8) -> list[GivenSketch]:
    rng = np.random.default_rng(seed)
    return [
        GivenSketch(f"scribble {n}", Sketch.from_polylines([rng.uniform(0, 255, (8, 2)), rng.uniform(0, 255, (5, 2))]))
        for n in range(count)
    ]


def made(work: Work[Board]) -> Board:
    return Job(work).run()


def tasted(work: Work[Tasted]) -> Tasted:
    return Job(work).run()


def heedful(model: Model) -> Model:
    """Latent vectors that lie apart and that the decoder heeds, as after training."""
    import torch

    with torch.no_grad():
        for name, parameter in model.network.named_parameters():
            if name.startswith(("encoder.mu", "initial")):
                parameter.mul_(300.0)
    return model


@pytest.fixture(scope="module")
def model(tiny_model: MakeModel) -> Model:
    return heedful(tiny_model())


@pytest.fixture(scope="module")
def model_of_two(tiny_model: MakeModel) -> Model:
    return heedful(tiny_model(**CLASSES))


def test_a_walk_begins_at_its_input_and_a_longer_one_like_a_shorter(model: Model) -> None:
    (given,) = scribbles(1)
    long = made(walk(model, given, SETTINGS, 12, 0.5, BLACK))
    assert made(walk(model, given, SETTINGS, 5, 0.5, BLACK)).results == long.results[:5]
    alone = made(reconstruct(model, [given], SETTINGS, {0.1: SETTINGS.sampling}))
    assert long.results[0].sketch.points == pytest.approx(alone.results[0].sketch.points, abs=0.05)
    assert len({each.sketch for each in long.results}) > 6
    assert sum(cell.parts[0].pen == INPUT_PEN for cell in long.cells) == 1


def test_a_walk_without_input_begins_in_the_class_that_is_asked_for(model_of_two: Model) -> None:
    boards = [
        made(walk(model_of_two, None, replace(SETTINGS, class_name=name), 4, 0.5, BLACK)) for name in ("cat", "pig")
    ]
    assert [{each.word for each in board.results} for board in boards] == [{"cat"}, {"pig"}]
    assert boards[0].recipe["operation"]["start"] != boards[1].recipe["operation"]["start"]


def test_a_morph_goes_from_one_class_to_the_other(model_of_two: Model) -> None:
    board = made(class_morph(model_of_two, [], SETTINGS, ("cat", "pig"), 6, 1, BLACK))
    assert [each.word for each in board.results] == ["cat"] * 3 + ["pig"] * 3
    assert (board.rows, board.columns) == (1, 6)
    back = made(class_morph(model_of_two, [], SETTINGS, ("pig", "cat"), 6, 1, BLACK))
    assert back.results != board.results


def test_shape_and_class_morph_apart_in_a_grid(model_of_two: Model) -> None:
    first, last = scribbles(2)
    board = made(class_morph(model_of_two, [first, last], SETTINGS, ("cat", "pig"), 4, 3, BLACK))
    assert (board.rows, board.columns, len(board.results)) == (3, 6, 12)
    for given, name, place in ((first, "cat", 0), (first, "pig", 3), (last, "cat", 8), (last, "pig", 11)):
        alone = made(reconstruct(model_of_two, [given], replace(SETTINGS, class_name=name), {0.1: SETTINGS.sampling}))
        assert board.results[place] == alone.results[0]
    diagonal = made(class_morph(model_of_two, [first, last], SETTINGS, ("cat", "pig"), 3, 1, BLACK))
    assert [diagonal.results[0], diagonal.results[2]] == [board.results[0], board.results[11]]


def test_a_hybrid_of_a_model_of_one_class_is_drawn_toward_it(model: Model) -> None:
    boards = [made(hybrid(model, scribbles(2), SETTINGS, GridShape(), share=share)) for share in (0.0, 0.5, 1.0)]
    assert boards[0].results != boards[1].results
    assert boards[2].results[0].sketch == boards[2].results[1].sketch
    with pytest.raises(InputError, match="toward"):
        made(hybrid(model, scribbles(1), SETTINGS, GridShape(), share=1.5))
    with pytest.raises(InputError, match="one class"):
        made(hybrid(model, scribbles(1), SETTINGS, GridShape(), share=0.5, own_class="cat"))


def test_a_sketch_is_taken_for_what_its_file_says(model_of_two: Model) -> None:
    studio = Studio(model_of_two, SETTINGS)
    named = [replace(given, word=word) for given, word in zip(scribbles(2), ("pig", "cat"), strict=True)]
    assert [studio.words[each.label] for each in studio.encode(named)] == ["pig", "cat"]
    asked = Studio(model_of_two, replace(SETTINGS, class_name="cat"))
    assert {each.label for each in asked.encode(named)} == {0}
    strange = [replace(given, word="spoon") for given in named]
    assert studio.labels(strange, [each.seen.rows for each in studio.encode(strange)]) == [
        each.label for each in studio.encode([replace(given, word="") for given in named])
    ]


def test_strength_zero_leaves_a_sketch_and_others_move_it(model: Model) -> None:
    (given,) = scribbles(1)
    found = class_directions(model, given, SETTINGS, 2)
    board = made(apply_directions(model, given, SETTINGS, found, [-2.0, 0.0, 2.0]))
    assert (board.rows, board.columns, len(board.results)) == (2, 4, 6)
    alone = made(reconstruct(model, [given], SETTINGS, {0.1: SETTINGS.sampling})).results[0]
    assert [board.results[place] for place in (1, 4)] == [alone, alone]
    assert len({each.sketch for each in board.results}) == 5
    assert board.report["directions"] == ["component 1", "component 2"]


def test_a_difference_of_strength_one_leads_from_the_one_to_the_other(model: Model) -> None:
    first, last = scribbles(2)
    direction = difference_direction(model, [last], [first], SETTINGS)
    board = made(apply_directions(model, first, SETTINGS, [direction], [1.0]))
    alone = made(reconstruct(model, [last], SETTINGS, {0.1: SETTINGS.sampling})).results[0]
    assert board.results[0].sketch.points == pytest.approx(alone.sketch.points, abs=0.05)


def test_directions_are_kept_in_a_file(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    found = set_directions(model, scribbles(6), SETTINGS, 3)
    save_directions(path, model, found)
    again = load_directions(path, model)
    assert [each.name for each in again] == [each.name for each in found]
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(again, found, strict=True))
    with pytest.raises(InputError, match="another model"):
        load_directions(path, replace(model, sha256="0" * 64))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format": 1}',
        b"[" * 100_000,
        b'{"format": 1, "model": {"name": "a", "sha256": "b"}, "directions": []}',
        b'{"format": 1, "model": {"name": "a", "sha256": "b"}, "directions": [{"name": "x", "vector": "AAA"}]}',
        b'{"format": 1, "model": {"name": "a", "sha256": "b"}, "directions": [{"name": "x", "vector": "AADAfw=="}]}',
    ],
)
def test_other_files_hold_no_directions(model: Model, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d.json"
    path.write_bytes(content)
    with pytest.raises(SketchFormatError, match="holds no directions"):
        load_directions(path, model)


def test_taste_moves_new_sketches_toward_what_is_liked(model: Model) -> None:
    liked, rejected = scribbles(6), scribbles(6, seed=1)
    boards = [tasted(more_like(model, liked, rejected, SETTINGS, 8, k)).board for k in (-2.0, 0.0, 2.0)]
    odds = [board.report["log_odds"]["drawn"] for board in boards]
    assert odds == sorted(odds)
    assert odds[1] == pytest.approx(boards[1].report["log_odds"]["usual"])
    assert 0.0 <= boards[0].report["agreement"] <= 1.0
    assert boards[0].results != boards[2].results
    few = tasted(more_like(model, liked[:1], rejected[:1], SETTINGS, 3, 1.0))
    assert few.board.report["agreement"] is None
    assert few.direction.vector.shape == (6,)


def test_taste_takes_the_classes_of_what_is_liked_in_turn(model_of_two: Model) -> None:
    liked = [replace(given, word=word) for given, word in zip(scribbles(3), ("pig", "pig", "cat"), strict=True)]
    board = tasted(more_like(model_of_two, liked, scribbles(2, seed=2), SETTINGS, 4, 1.0)).board
    assert [each.word for each in board.results] == ["pig", "cat", "pig", "cat"]


def test_cleaning_keeps_the_closest_redrawing(model: Model) -> None:
    (given,) = scribbles(1)
    once = made(clean(model, given, SETTINGS, [0.0, 0.5], 1))
    often = made(clean(model, given, SETTINGS, [0.0, 0.5], 12))
    assert len(often.results) == 2
    assert all(b <= a for a, b in zip(once.report["distances"], often.report["distances"], strict=True))
    assert often.report["distances"] != once.report["distances"]
    usual = [made(clean(model, each, SETTINGS, [1.0], 1)).results for each in scribbles(2)]
    assert usual[0] == usual[1]


def test_a_lesson_has_a_row_for_each_sketch(model: Model) -> None:
    board = lesson([read_input("example:cat"), read_input("example:toothbrush")], 4)
    assert (board.rows, board.columns, len(board.cells)) == (2, 4, 8)
    drawn = made(drawn_lesson(model, replace(SETTINGS, count=3), 5))
    assert (drawn.rows, drawn.columns) == (3, 5)
    assert drawn.recipe["generate"]["seed"] == 5
    with pytest.raises(InputError, match="stages"):
        lesson(scribbles(1), 1)
    with pytest.raises(InputError, match="empty"):
        lesson([GivenSketch("nothing", Sketch.empty())], 4)


def test_what_a_model_sees_lies_over_the_ink(model: Model) -> None:
    given = read_input("example:cat-face")
    board = seen(replace(model, info=replace(model.info, max_points=200)), given)
    ink, lines, dots = board.cells[0].parts
    assert len(dots.sketch) == dots.sketch.stroke_count == len(lines.sketch) == board.report["points_seen"]
    assert board.report["points_given"] == len(given.sketch) > len(lines.sketch)
    nearest = np.linalg.norm(ink.sketch.points[None] - dots.sketch.points[:, None], axis=2).min(axis=1)
    assert nearest.max() < 0.1


def test_frames_show_the_results_at_one_scale(model: Model) -> None:
    board = made(vary(model, scribbles(1)[0], SETTINGS, 5))
    frames = board_frames(board)
    assert len(frames) == 5
    assert [frame.provenance.recipe["frame"] for frame in frames] == list(range(5))
    points = [np.concatenate([layer.strokes.points for layer in frame.layers]) for frame in frames]
    middles = [(each.min(axis=0) + each.max(axis=0)) / 2 for each in points]
    assert np.stack(middles) == pytest.approx(np.full((5, 2), 30.0), abs=1e-3)
    sides = [np.ptp(each, axis=0).max() for each in points]
    own = [max(r.sketch.bounds[2] - r.sketch.bounds[0], r.sketch.bounds[3] - r.sketch.bounds[1]) for r in board.results]
    assert np.array(sides) / np.array(own) == pytest.approx(np.full(5, sides[0] / own[0]), rel=1e-3)


def test_frames_are_written_to_a_folder_or_an_animation(model: Model, tmp_path: Path) -> None:
    board = made(vary(model, scribbles(1)[0], SETTINGS, 4))
    assert export_film(board, tmp_path / "frames", Film(), 50.0) == 4
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [f"frame-000{n}.svg" for n in range(1, 5)]
    assert export_film(board, tmp_path / "a.gif", Film(10.0, there_and_back=True), 50.0) == 6
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF89a")
    assert [is_film(tmp_path / name) for name in ("a.gif", "frames", "new", "a.svg")] == [True, True, True, False]


def test_frames_need_a_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file", tmp_path / "none" / "a.gif"):
        with pytest.raises((InputError, OutputError)):
            check_film(path)
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(InputError, match="frames a second"):
        Film(0.0)


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (lambda m, s: walk(m, s[0], SETTINGS, 0, 1.0, BLACK), "out of range"),
        (lambda m, s: walk(m, s[0], SETTINGS, 3, float("nan"), BLACK), "step"),
        (lambda m, s: class_morph(m, [], SETTINGS, ("cat", "cow"), 3, 1, BLACK), "'cow'"),
        (lambda m, s: class_morph(m, s[:3], SETTINGS, ("cat", "pig"), 3, 1, BLACK), "too many"),
        (lambda m, s: class_morph(m, [], SETTINGS, ("cat", "pig"), 3, 0, BLACK), "out of range"),
        (lambda m, s: clean(m, s[0], SETTINGS, [1.1], 2), "amount"),
        (lambda m, s: clean(m, s[0], SETTINGS, [0.5], 0), "out of range"),
        (lambda m, s: more_like(m, s, [], SETTINGS, 3, 1.0), "no sketch to learn from"),
        (lambda m, s: more_like(m, s, s, SETTINGS, 3, float("inf")), "strength"),
        (lambda m, s: apply_directions(m, s[0], SETTINGS, [NOWHERE], [1e9]), "strength"),
        (lambda m, s: apply_directions(m, s[0], SETTINGS, [NOWHERE], []), "out of range"),
    ],
)
def test_wrong_wishes_are_refused(model_of_two: Model, work: Callable[[Model, Any], Work[Any]], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Job(work(model_of_two, scribbles(4))).run()


def test_what_needs_several_drawings_or_classes_says_so(model: Model) -> None:
    with pytest.raises(InputError, match="several drawings"):
        set_directions(model, scribbles(1), SETTINGS, 3)
    with pytest.raises(InputError, match="components"):
        set_directions(model, scribbles(3), SETTINGS, 99)
    with pytest.raises(InputError, match="several classes"):
        made(class_morph(model, [], SETTINGS, ("tiny", "tiny"), 3, 1, BLACK))


def test_a_decoder_has_no_place_to_walk(tiny_model: MakeModel) -> None:
    decoder = tiny_model(z_size=0, encoder_size=0)
    for work in (
        walk(decoder, None, SETTINGS, 3, 1.0, BLACK),
        clean(decoder, scribbles(1)[0], SETTINGS, [0.5], 2),
    ):
        with pytest.raises(InputError, match="no encoder"):
            made(work)


def test_recipes_are_plain_json(model: Model, model_of_two: Model) -> None:
    (given,) = scribbles(1)
    boards = [
        made(walk(model, given, SETTINGS, 3, 0.5, BLACK)),
        made(class_morph(model_of_two, [given], SETTINGS, ("cat", "pig"), 3, 2, BLACK)),
        made(clean(model, given, SETTINGS, [0.5], 2)),
        tasted(more_like(model, scribbles(3), scribbles(3, seed=3), SETTINGS, 2, 1.0)).board,
        made(apply_directions(model, given, SETTINGS, class_directions(model, given, SETTINGS, 1), [1.0])),
        lesson([given], 3),
        seen(model, given),
    ]
    for board in boards:
        assert json.loads(json.dumps(board.recipe, allow_nan=False))["command"] == board.recipe["command"]
        assert json.loads(json.dumps(board.report, allow_nan=False))["ended_share"] == 1.0
