from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.zoo import open_model
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.motifs import MixPart, drawn_motifs, mixed_motifs, motifs_of, parse_mix


def test_a_mix_is_read_with_weights_and_sizes() -> None:
    assert parse_mix("cat:3,flower:1@0.5, example:cat:2 ,a b@2") == (
        MixPart("cat", 3.0),
        MixPart("flower", 1.0, 0.5),
        MixPart("example:cat", 2.0),
        MixPart("a b", 1.0, 2.0),
    )


@pytest.mark.parametrize("text", ["", "cat,,dog", "cat:0", "cat@0", "cat@50", "cat:1,:2", ",".join(["a"] * 101)])
def test_mixes_without_sense_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_mix(text)


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model("doodles")


def settings(count: int) -> GenerateSettings:
    return GenerateSettings(count, device="cpu", threads=1)


def test_classes_and_files_are_mixed_by_weight(model: Model) -> None:
    parts = parse_mix("cat:2,pig:1@0.5,example:truck:1")
    given = Job(mixed_motifs(model, parts, settings(8))).run()
    assert [motif.kind for motif in given.motifs].count(0) == 4
    assert [motif.kind for motif in given.motifs].count(2) == 2
    assert {motif.factor for motif in given.motifs if motif.kind == 1} == {0.5}
    assert given.recipe["mix"][2] == {"name": "example:truck", "weight": 1.0, "size": 1.0}
    assert given.recipe["model"]["sha256"] == model.sha256


def test_a_class_that_the_model_does_not_know_is_named(model: Model) -> None:
    with pytest.raises(InputError, match="no class 'dragon'"):
        Job(mixed_motifs(model, parse_mix("dragon"), settings(4))).run()
    with pytest.raises(InputError, match="'dog' is no file"):
        Job(mixed_motifs(None, parse_mix("example:truck,dog"), settings(4))).run()


def test_classes_are_kinds_without_a_mix(model: Model) -> None:
    assert [motif.kind for motif in Job(drawn_motifs(model, settings(3))).run().motifs] == [0, 1, 2]


def test_sketches_without_lines_are_left_out(tiny_model: Callable[..., Model]) -> None:
    # Untrained, it draws an empty sketch now and then.
    untrained = tiny_model(classes=("cat", "pig"), class_count=2, class_size=4)
    given = Job(drawn_motifs(untrained, replace(settings(40), keep_unfinished=True))).run()
    assert 0 < len(given.motifs) < 40


def test_a_file_as_source_is_part_of_the_mix() -> None:
    given = Job(motifs_of("example:cat", parse_mix("example:truck:2"), settings(6))).run()
    assert [motif.kind for motif in given.motifs].count(0) == 2
    named = Job(motifs_of("example:cat", parse_mix("example:cat:2,example:truck"), settings(6))).run()
    assert [motif.kind for motif in named.motifs].count(0) == 4
    alone = Job(motifs_of("example:cat", (), settings(6))).run()
    assert len(alone.motifs) == 1


def test_files_are_called_by_their_names_in_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "many.ndjson"
    path.write_text('{"word":"a","drawing":[[[0,5],[0,5]]]}\n' * 5, encoding="utf-8")
    given = Job(motifs_of(str(path), parse_mix("example:truck"), settings(4))).run()
    assert [part["name"] for part in given.recipe["mix"]] == ["many.ndjson", "example:truck"]
