"""Our checkpoints: what is written is read back, and no file, however made, does more than fail with a sentence."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from sketchdesign.core.errors import CheckpointError, InputError
from sketchdesign.model.architecture import Architecture, CellKind
from sketchdesign.model.checkpoint import LatentGaussian, Model, load_model, save_model
from sketchdesign.model.header import read_info
from sketchdesign.model.info import ModelInfo, info_from_json, info_to_json
from sketchdesign.model.network import SketchRNN

SMALL = Architecture(decoder_size=8, encoder_size=4, z_size=3, mixtures=2)
INFO = ModelInfo(
    name="chair",
    architecture=SMALL,
    max_points=120,
    scale_factor=47.25,
    classes=("chair",),
    licence="CC BY 4.0",
    data="Google, Quick, Draw! dataset",
    steps=1000,
    losses={"L_R": -0.75, "L_KL": 0.25},
    settings={"rate": 0.001, "augment": {"scale": [0.85, 1.15]}},
)


def small_state() -> dict[str, Tensor]:
    torch.manual_seed(1)
    return SketchRNN(SMALL).state_dict()


def small_latent() -> LatentGaussian:
    rng = np.random.default_rng(2)
    mean = rng.normal(size=(1, 3)).astype(np.float16).astype(np.float32)
    return LatentGaussian(mean, np.tril(rng.normal(size=(1, 3, 3))).astype(np.float16).astype(np.float32))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "chair.safetensors"
    save_model(path, INFO, small_state(), small_latent())
    return path


def write_raw(
    path: Path, tensors: Mapping[str, Tensor] | None = None, header: Callable[[dict[str, Any]], object] = lambda d: None
) -> Path:
    """A checkpoint with any tensors and a header changed at will, past every check of `save_model`."""
    document = json.loads(info_to_json(INFO))
    header(document)
    save_file(dict(small_state() if tensors is None else tensors), path, {"sketchdesign": json.dumps(document)})
    return path


@pytest.mark.parametrize("half", [True, False])
def test_a_model_survives_the_round_trip(tmp_path: Path, half: bool) -> None:
    path = tmp_path / "chair.safetensors"
    state, latent = small_state(), small_latent()
    save_model(path, INFO, state, latent, half=half)
    model = load_model(path)
    assert model.info == INFO
    assert read_info(path) == INFO
    assert model.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    for name, tensor in model.network.state_dict().items():
        expected = state[name].half().float() if half else state[name]
        assert torch.equal(tensor, expected), name
    assert model.latent is not None
    np.testing.assert_array_equal(model.latent.mean, latent.mean)
    np.testing.assert_array_equal(model.latent.cholesky, latent.cholesky)


@pytest.mark.parametrize("kind", ["lstm", "layer_norm", "hyper"])
def test_every_kind_of_network_is_ready_for_use(tiny_model: Callable[..., Model], kind: CellKind) -> None:
    model = tiny_model(("cat", "chair"), decoder=kind, encoder=kind, class_count=2, class_size=4, learned_prior=True)
    assert not model.network.training
    for name, tensor in model.network.state_dict().items():
        assert tensor.dtype == torch.float32, name
        assert tensor.device.type == "cpu", name
    assert not any(parameter.requires_grad for parameter in model.network.parameters())


def test_a_decoder_without_latent_vector_has_no_gaussians(tmp_path: Path) -> None:
    architecture = Architecture(decoder_size=8, encoder_size=0, z_size=0, mixtures=2)
    path = tmp_path / "rain.safetensors"
    info, state = replace(INFO, architecture=architecture), SketchRNN(architecture).state_dict()
    save_model(path, info, state, None)
    assert load_model(path).latent is None
    with pytest.raises(CheckpointError, match="latent Gaussians but no latent vector"):
        save_model(path, info, state, small_latent())


def test_equal_models_give_equal_files(saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.safetensors"
    save_model(again, INFO, small_state(), small_latent())
    assert again.read_bytes() == saved.read_bytes()


def test_memory_shared_between_tensors_is_no_obstacle(tmp_path: Path) -> None:
    state = small_state()
    state["encoder.backward_cell.w_x"] = state["encoder.forward_cell.w_x"]
    state["decoder.w_h"] = state["decoder.w_h"].t().contiguous().t()
    save_model(tmp_path / "tied.safetensors", INFO, state, None, half=False)
    back = load_model(tmp_path / "tied.safetensors").network.state_dict()
    assert all(torch.equal(back[name], state[name]) for name in state)


@pytest.mark.parametrize(
    ("value", "half", "message"),
    [(70_000.0, True, "decoder.w_h has values too large"), (np.nan, True, "not finite"), (np.inf, False, "not finite")],
)
def test_what_the_format_cannot_hold_is_not_written(saved: Path, value: float, half: bool, message: str) -> None:
    before = saved.read_bytes()
    state = small_state()
    state["decoder.w_h"][1, 2] = value
    with pytest.raises(CheckpointError, match=message):
        save_model(saved, INFO, state, None, half=half)
    assert saved.read_bytes() == before


def test_tensors_of_another_architecture_are_not_written(tmp_path: Path) -> None:
    state = small_state()
    state["decoder.w_h"] = state["decoder.w_h"][:-1]
    with pytest.raises(CheckpointError, match=r"decoder.w_h is \[7, 32\], expected \[8, 32\]"):
        save_model(tmp_path / "x.safetensors", INFO, state, None)
    two = LatentGaussian(np.zeros((2, 3), np.float32), np.zeros((2, 3, 3), np.float32))
    with pytest.raises(CheckpointError, match=r"latent/mean is \[2, 3\], expected \[1, 3\]"):
        save_model(tmp_path / "x.safetensors", INFO, small_state(), two)
    with pytest.raises(CheckpointError, match="latent/cholesky"):
        save_model(tmp_path / "x.safetensors", INFO, small_state(), replace(two, cholesky=two.cholesky[:, :2]))
    assert not list(tmp_path.iterdir())


def test_settings_that_are_not_json_are_not_written(tmp_path: Path) -> None:
    for value in ({1, 2}, float("nan"), np.float32(1.0)):
        with pytest.raises(CheckpointError, match="is not plain JSON"):
            save_model(tmp_path / "x.safetensors", replace(INFO, settings={"a": value}), small_state(), None)


def check_refused(path: Path, message: str) -> None:
    """Opening refuses the file with one sentence that names it; so does reading its description, or else it can."""
    with pytest.raises(CheckpointError, match=message) as caught:
        load_model(path)
    assert str(caught.value).startswith(f"cannot open the model {path}: ")
    assert "\n" not in str(caught.value)
    try:
        described = read_info(path).name
    except CheckpointError as error:
        described = str(error)
    assert described in (INFO.name, str(caught.value))


class Hostile:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("unpickled",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x00", "not a safetensors file"),
        (b"\xff" * 8, "not a safetensors file"),
        (bytes(range(256)) * 40, "not a safetensors file"),
        (pickle.dumps(Hostile()), "not a safetensors file"),
        (struct.pack("<Q", 2) + b"{}", "of another program"),
        (struct.pack("<Q", 2**20 + 1) + b" " * (2**20 + 1), "not a safetensors file"),
        (struct.pack("<Q", 200_000) + b'{"a":' * 40_000, "not a safetensors file"),
    ],
    ids=["empty", "one byte", "length lies", "garbage", "pickle", "no header", "huge header", "nested"],
)
def test_other_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    check_refused(path, message)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.safetensors"]


def test_a_torch_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    torch.save({"weights": Hostile()}, path)
    check_refused(path, "not a safetensors file")
    assert not Path("unpickled").exists()


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.999])
def test_a_file_that_is_cut_short_is_refused(saved: Path, share: float) -> None:
    with saved.open("r+b") as file:
        file.truncate(max(1, int(saved.stat().st_size * share)))
    check_refused(saved, "not a safetensors file, or it is damaged")


@pytest.mark.parametrize("change", [-1, 1, 8])
def test_a_header_length_that_lies_is_refused(saved: Path, change: int) -> None:
    content = saved.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    saved.write_bytes(struct.pack("<Q", length + change) + content[8:])
    check_refused(saved, "not a safetensors file, or it is damaged")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    check_refused(tmp_path, "it is a folder; give the model file in it")
    check_refused(tmp_path / "absent.safetensors", "no such file")
    check_refused(tmp_path / "null\0.safetensors", "null")
    check_refused(tmp_path / ("x" * 5000), "file name too long")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    check_refused(fifo, "it is not a file")


def test_a_file_without_permission_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    check_refused(saved, "permission denied")


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there")
def test_a_name_that_is_not_utf_8_is_no_obstacle(saved: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(saved.parent) + b"/caf\xe9.safetensors"))
    model = load_model(saved)
    saved.rename(path)
    assert read_info(path) == model.info
    assert load_model(path).sha256 == model.sha256


def test_a_huge_file_is_refused_unread(saved: Path) -> None:
    with saved.open("r+b") as file:
        file.truncate(2 * 2**30)
    check_refused(saved, r"2048 MB is more than a sketch-rnn needs \(512 MB\)")


def test_the_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_file(small_state(), path)
    check_refused(path, "a safetensors file of another program")


def test_tensors_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    good = small_state()
    changes: list[tuple[dict[str, Tensor], str]] = [
        ({"decoder.w_h": torch.zeros(7, 32)}, r"decoder.w_h is \[7, 32\], expected \[8, 32\]"),
        ({"decoder.w_h": torch.zeros(256)}, r"decoder.w_h is \[256\], expected \[8, 32\]"),
        ({"decoder.w_h": torch.zeros(8, 32, dtype=torch.int32)}, "decoder.w_h has type I32, expected F16 or F32"),
        ({"decoder.w_h": torch.zeros(8, 32, dtype=torch.float64)}, "has type F64"),
        ({"decoder.peephole": torch.zeros(8)}, "a tensor that its architecture does not: 'decoder.peephole'"),
        ({"latent/mean": torch.zeros(1, 3)}, "it lacks latent/cholesky"),
        (
            {"latent/mean": torch.zeros(1, 3), "latent/cholesky": torch.zeros(1, 3, 3)},
            r"latent/cholesky is \[1, 3, 3\], expected \[1, 6\]",
        ),
    ]
    for change, message in changes:
        check_refused(write_raw(path, good | change), message)
    del good["decoder.bias"]
    check_refused(write_raw(path, good), r"it lacks decoder.bias, \[32\]")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_numbers_are_refused(tmp_path: Path, value: float) -> None:
    path = write_raw(tmp_path / "x.safetensors", small_state() | {"decoder.bias": torch.full((32,), value)})
    assert read_info(path) == INFO
    with pytest.raises(CheckpointError, match=r"decoder\.bias holds values that are not finite"):
        load_model(path)


def put(*keys: str, value: object) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("format", value=2), "it has format 2, from a later version of sketchdesign; update it"),
        (put("format", value="1"), "format is '1', expected a whole number"),
        (put("format", value=True), "format is True"),
        (lambda d: d.pop("name"), "it lacks name"),
        (lambda d: d.pop("architecture"), "it lacks architecture"),
        (put("architecture", value=[]), r"architecture is \[\], expected an object"),
        (put("architecture", "decoder_size", value=10**9), "decoder_size is 1000000000, expected 1 to 8192"),
        (put("architecture", "decoder_size", value=10**400), "decoder_size is 1000000"),
        (put("architecture", "decoder_size", value=8192), r"output_w is \[8, 15\], expected \[8192, 15\]"),
        (put("architecture", "decoder_size", value=-8), "decoder_size is -8"),
        (put("architecture", "decoder_size", value=8.0), "decoder_size is 8.0, expected a whole number"),
        (put("architecture", "decoder_size", value=None), "it lacks decoder_size"),
        (put("architecture", "decoder", value="gru"), "decoder is 'gru', expected lstm or layer_norm or hyper"),
        (put("architecture", "decoder", value={}), "decoder is {}"),
        (put("architecture", "encoder_size", value=0), "z_size is 3 but encoder_size is 0"),
        (put("architecture", "class_count", value=4), "class_count is 4 but class_size is 0"),
        (put("architecture", "learned_prior", value=True), "learned prior without"),
        (put("architecture", "log_sigma_min", value="low"), "log_sigma_min is 'low'"),
        (put("architecture", "attention", value=1), "unknown field 'attention'"),
        (put("max_points", value=0), "max_points is 0"),
        (put("scale_factor", value=0.0), "scale_factor is 0"),
        (put("scale_factor", value=float("nan")), "its header is not valid JSON"),
        (put("start_token", value=[0, 0, 1]), "start_token has 3 numbers, expected 5"),
        (put("start_token", value=[0, 0, 1, 0, None]), "it lacks start_token"),
        (put("start_token", value=[1e9, 0, 1, 0, 0]), "start_token is 1000000000.0"),
        (put("classes", value="chair"), "classes is 'chair', expected a list"),
        (put("classes", value=["chair", 3]), "classes is 3, expected text"),
        (put("implicit_first_point", value=1), "implicit_first_point is 1, expected true or false"),
        (put("losses", "L_R", value="low"), "L_R is 'low', expected a number"),
        (put("steps", value=-1), "steps is -1"),
        (put("data", value="x" * 20_000), "its data is longer than"),
    ],
)
def test_a_header_that_cannot_be_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    check_refused(write_raw(tmp_path / "x.safetensors", header=change), message)


@pytest.mark.parametrize("header", ["", "[]", "{", '{"format":' * 50_000, "9" * 5000])
def test_a_header_that_is_no_object_is_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "x.safetensors"
    save_file(small_state(), path, {"sketchdesign": header})
    check_refused(path, "its header is not")


def test_a_size_that_came_after_a_file_has_its_default() -> None:
    document = json.loads(info_to_json(INFO))
    del document["architecture"]["learned_prior"]
    assert info_from_json(json.dumps(document)) == INFO


def test_an_impossible_model_cannot_be_described() -> None:
    with pytest.raises(CheckpointError, match="names 1 classes"):
        replace(INFO, architecture=replace(SMALL, class_count=2, class_size=4))
    with pytest.raises(InputError, match="scale_factor is nan"):
        replace(INFO, scale_factor=float("nan"))
