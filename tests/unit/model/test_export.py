"""Export to sketch-rnn-js: reading the file back gives the same network within its 16 bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sketchdesign.core.errors import CheckpointError, InputError
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.export import write_magenta_json
from sketchdesign.model.importers.magenta_json import read_magenta_json

STEP = 10 / 32767
TinyModel = Callable[..., Model]


@pytest.mark.parametrize(
    ("file_name", "sizes"), [("duck.gen.json", {"encoder_size": 0, "z_size": 0}), ("duck.vae.json", {})]
)
def test_the_file_holds_the_same_network(
    tiny_model: TinyModel, tmp_path: Path, file_name: str, sizes: dict[str, int]
) -> None:
    model = tiny_model(**sizes)
    path = tmp_path / file_name
    assert write_magenta_json(model, path) == 0
    copy = read_magenta_json(path)
    assert copy.info.architecture == replace(model.info.architecture, hyper_size=256)
    for name in ("name", "max_points", "scale_factor", "start_token", "implicit_first_point"):
        assert getattr(copy.info, name) == getattr(model.info, name), name
    for name, tensor in model.network.state_dict().items():
        assert float((copy.network.state_dict()[name] - tensor).abs().max()) <= 0.51 * STEP, name


def test_what_a_model_says_of_itself_comes_back(tiny_model: TinyModel, tmp_path: Path) -> None:
    model = tiny_model()
    info = replace(
        model.info, name="my cats", classes=("cat",), licence="CC BY 4.0", data="lines, by people", steps=700
    )
    model = replace(model, info=info)
    write_magenta_json(model, tmp_path / "a.vae.json")
    copy = read_magenta_json(tmp_path / "a.vae.json").info
    for name in ("name", "classes", "licence", "data", "steps"):
        assert getattr(copy, name) == getattr(info, name), name
    damaged = (tmp_path / "a.vae.json").read_text().replace('"steps": 700', '"steps": "many"')
    (tmp_path / "b.vae.json").write_text(damaged)
    with pytest.raises(CheckpointError, match="steps is 'many', expected a whole number"):
        read_magenta_json(tmp_path / "b.vae.json")


def test_one_class_of_several_keeps_data_and_licence(tiny_model: TinyModel, tmp_path: Path) -> None:
    model = tiny_model(("cat", "chair"), class_count=2, class_size=4)
    model = replace(model, info=replace(model.info, licence="CC0", data="chairs and cats"))
    write_magenta_json(model, tmp_path / "chair.vae.json", "chair")
    copy = read_magenta_json(tmp_path / "chair.vae.json").info
    assert (copy.name, copy.classes, copy.licence, copy.data) == ("chair", ("chair",), "CC0", "chairs and cats")


def test_a_class_is_folded_into_the_biases(tiny_model: TinyModel, tmp_path: Path) -> None:
    """The network written for a class computes what the class-conditioned one does."""
    model = tiny_model(("cat", "chair"), class_count=2, class_size=4)
    path = tmp_path / "chair.vae.json"
    write_magenta_json(model, path, "chair")
    copy = read_magenta_json(path)
    assert copy.info.name == "chair"
    assert not copy.info.architecture.class_count

    rng = np.random.default_rng(4)
    z = torch.as_tensor(rng.normal(size=(3, 6)), dtype=torch.float32)
    strokes = torch.as_tensor(rng.normal(size=(9, 3, 5)), dtype=torch.float32)
    embedding = model.network.class_vectors(torch.tensor([1, 1, 1]))
    expected, _ = model.network.decode(strokes, model.network.constants(z, embedding))
    found, _ = copy.network.decode(strokes, copy.network.constants(z, None))
    torch.testing.assert_close(found, expected, atol=0.01, rtol=0)
    other, _ = model.network.decode(
        strokes, model.network.constants(z, model.network.class_vectors(torch.tensor([0, 0, 0])))
    )
    assert float((found - other).abs().max()) > 0.05


def test_clipped_weights_are_counted(tiny_model: TinyModel, tmp_path: Path) -> None:
    model = tiny_model(encoder_size=0, z_size=0)
    model.network.output_b[4:7] = torch.tensor([12.0, -11.0, 10.0])
    path = tmp_path / "duck.gen.json"
    assert write_magenta_json(model, path) == 2
    clipped = read_magenta_json(path).network.output_b[4:7]
    torch.testing.assert_close(clipped, torch.tensor([10.0, -10.0, 10.0]))


def test_what_the_form_cannot_hold_is_refused(tiny_model: TinyModel, tmp_path: Path) -> None:
    two = {"class_count": 2, "class_size": 4}
    cases: list[tuple[Model, str, str | None, str]] = [
        (tiny_model(decoder="hyper"), "x.vae.json", None, "hyper cells, and sketch-rnn-js knows LSTM cells only"),
        (tiny_model(encoder="layer_norm"), "x.vae.json", None, "layer_norm cells"),
        (tiny_model(), "x.gen.json", None, "can be exported as .vae.json only, not as x.gen.json"),
        (tiny_model(), "x.vae.json", "cat", "not conditioned on a class"),
        (tiny_model(("cat", "chair"), **two), "x.vae.json", None, "needs a class .* choose one of cat, chair"),
        (tiny_model(("cat", "chair"), **two), "x.vae.json", "dog", "has no class dog .* choose one of cat, chair"),
        (tiny_model(("a", "b"), encoder_size=0, z_size=0, **two), "x.gen.json", "a", "a state of its own for each"),
    ]
    for model, file_name, class_name, message in cases:
        with pytest.raises(InputError, match=message):
            write_magenta_json(model, tmp_path / file_name, class_name)
    assert not list(tmp_path.iterdir())
