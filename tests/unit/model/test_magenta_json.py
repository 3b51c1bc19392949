"""Models of sketch-rnn-js: the published ones, and files that only look like one."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model.importers.magenta_json import read_magenta_json
from sketchdesign.model.info import ZERO_START

SHAPES = [[6, 15], [15], [5, 24], [6, 24], [24]]


def blob(*shape: int, value: int = 3) -> str:
    return base64.b64encode(np.full(shape, value, "<i2").tobytes()).decode()


def document() -> list[Any]:
    """A small decoder-only model as its JSON document."""
    description = {"mode": 2, "version": 6, "max_seq_len": 90, "name": "duck", "scale_factor": 60.5}
    return [description, [list(shape) for shape in SHAPES], [blob(*shape) for shape in SHAPES]]


def write(folder: Path, content: object) -> Path:
    path = folder / "duck.gen.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_sizes_and_description_come_from_the_file(tmp_path: Path) -> None:
    content = document()
    content[2][0] = blob(6, 15, value=32767)
    model = read_magenta_json(write(tmp_path, content))
    a, info = model.info.architecture, model.info
    assert (a.decoder_size, a.mixtures, a.z_size, a.encoder_size) == (6, 2, 0, 0)
    assert (info.name, info.max_points, info.scale_factor) == ("duck", 90, 60.5)
    assert info.start_token == ZERO_START
    assert info.implicit_first_point
    torch.testing.assert_close(model.network.output_w, torch.full((6, 15), 10.0))
    torch.testing.assert_close(model.network.output_b, torch.full((15,), 30.0 / 32767.0))


def damaged_documents() -> dict[str, tuple[object, str]]:
    cases: dict[str, tuple[object, str]] = {
        "empty": ("", "the file is empty"),
        "not JSON": ("{", "not valid JSON"),
        "not UTF-8": ("\x00\x01", "not valid JSON"),
        "nested": ("[" * 100_000, "not valid JSON"),
        "a million values": ("[" + "{}," * 1_000_000 + "0]", "not a sketch-rnn-js model"),
        "another document": ({"layers": []}, "not a sketch-rnn-js model"),
        "two parts": (document()[:2], "not a sketch-rnn-js model"),
        "no lists": ([{}, 1, 2], "not a sketch-rnn-js model"),
    }

    def change(name: str, message: str, part: int, key: Any, value: object) -> None:
        content = document()
        content[part][key] = value
        cases[name] = (content, message)

    change("shape of text", "the shape of RNN/output_w", 1, 0, "six")
    change("huge shape", "decoder_size is", 1, 3, [2**40, 2**42])
    change("shape beyond float", "decoder_size is 1000", 1, 3, [10**400, 1])
    change("negative shape", "expected whole numbers", 1, 4, [-24])
    change("fractional shape", "expected whole numbers", 1, 4, [24.0])
    change("true as a size", "expected whole numbers", 1, 4, [True])
    change("wrong shape", r"RNN/LSTMCell/bias is \[23\], expected \[24\]", 1, 4, [23])
    change("wrong dimensions", "has 1 dimensions, expected 2", 1, 3, [144])
    change("short array", "RNN/LSTMCell/bias has 46 bytes, expected 48", 2, 4, blob(23))
    change("not base64", "RNN/LSTMCell/bias is not base64", 2, 4, "!" * 64)
    change("letters beyond ASCII", "RNN/LSTMCell/bias is not base64", 2, 4, "ä" * 64)
    change("array of numbers", "has 0 bytes", 2, 4, [1, 2])
    change("no length", "it lacks max_seq_len", 0, "max_seq_len", None)
    change("endless drawings", "max_points is 1000000000", 0, "max_seq_len", 10**9)
    change("scale of text", "scale_factor is 'big'", 0, "scale_factor", "big")
    change("scale zero", "scale_factor is 0", 0, "scale_factor", 0)
    change("scale NaN", "scale_factor is nan, expected a number", 0, "scale_factor", float("nan"))
    change("scale beyond float", "scale_factor", 0, "scale_factor", 10**400)
    change("start beyond float", "start_token", 0, "start_token", [10**400, 0, 0, 0, 0])
    change("start too short", "start_token has 3 numbers, expected 5", 0, "start_token", [0, 0, 1])
    change("name without end", "name is longer", 0, "name", "x" * 20_000)
    fewer = document()
    del fewer[1][-1], fewer[2][-1]
    cases["four arrays"] = (fewer, "holds 4 shapes and 4 arrays, expected 5")
    unequal = document()
    unequal[1].append([1])
    cases["more shapes than arrays"] = (unequal, "holds 6 shapes and 5 arrays")
    return cases


@pytest.mark.parametrize(("content", "message"), damaged_documents().values(), ids=damaged_documents().keys())
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: object, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(CheckpointError, match=message) as caught:
        read_magenta_json(path)
    assert str(path) in str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path, document())
    with path.open("r+b") as file:
        file.truncate(2 * 2**30)
    with pytest.raises(CheckpointError, match="2048 MB is more than"):
        read_magenta_json(path)


@pytest.mark.shared
def test_the_published_models_open(shared: Path) -> None:
    for path in sorted((shared / "checkpoints").glob("*.gen.json")):
        model = read_magenta_json(path)
        assert (model.info.architecture.decoder_size, model.info.architecture.mixtures) == (512, 20), path
        assert 40 < model.info.scale_factor < 120, path
