"""TensorFlow checkpoints: every variant of the path, and every way in which one can be damaged."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model.importers.leveldb_table import masked_crc32c, read_table
from sketchdesign.model.importers.reference import infer_architecture, local_name
from sketchdesign.model.importers.tf_bundle import read_tf_bundle
from sketchdesign.model.info import REFERENCE_START

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
DATA = "vector-0.data-00000-of-00001"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of a checkpoint that a test may damage."""
    return Path(shutil.copytree(GOLDEN / "tf_lstm-lstm-1", tmp_path / "sheep")) / "vector-0"


def index_of(bundle: Path) -> Path:
    return bundle.with_name("vector-0.index")


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def test_prefix_index_and_data_file_all_name_the_checkpoint(bundle: Path) -> None:
    models = [read_tf_bundle(bundle.with_name(name)) for name in ("vector-0", "vector-0.index", DATA)]
    assert len({model.sha256 for model in models}) == 1
    assert models[0].info.name == "sheep"
    assert models[0].info.start_token == REFERENCE_START
    assert models[0].info.scale_factor == 1.0
    assert not any(parameter.requires_grad for parameter in models[0].network.parameters())


@pytest.mark.parametrize(
    ("config", "scale_factor", "max_points"),
    [
        ({"scale_factor": 18.5, "max_seq_len": 120}, 18.5, 120),
        ({"max_seq_len": 120}, 1.0, 120),
        (["scale_factor"], 1.0, 250),
    ],
)
def test_the_scale_comes_from_the_trainers_configuration(
    bundle: Path, config: object, scale_factor: float, max_points: int
) -> None:
    bundle.with_name("model_config.json").write_text(json.dumps(config))
    info = read_tf_bundle(bundle).info
    assert (info.scale_factor, info.max_points) == (scale_factor, max_points)


@pytest.mark.parametrize("scale", ["-1", "0", "NaN", '"18.5"', "1" + "0" * 400, "[]", "null"])
def test_an_impossible_scale_is_refused(bundle: Path, scale: str) -> None:
    bundle.with_name("model_config.json").write_text(f'{{"scale_factor": {scale}}}')
    with pytest.raises(CheckpointError, match="scale_factor"):
        read_tf_bundle(bundle)


def test_a_damaged_configuration_is_ignored(bundle: Path) -> None:
    bundle.with_name("model_config.json").write_text("[" * 100_000)
    assert read_tf_bundle(bundle).info.scale_factor == 1.0


@pytest.mark.parametrize("at", range(0, 689, 13))
def test_no_flipped_bit_of_the_index_goes_unnoticed(bundle: Path, at: int) -> None:
    content = index_of(bundle).read_bytes()
    table = read_table(content)
    overwrite(index_of(bundle), at, bytes([content[at] ^ 0x10]))
    footer = len(content) - 48
    if at < footer:
        with pytest.raises(CheckpointError, match="its index is damaged"):
            read_table(index_of(bundle).read_bytes())
    else:
        # The footer is padded with bytes that mean nothing; the others lead astray.
        with contextlib.suppress(CheckpointError):
            assert read_table(index_of(bundle).read_bytes()) == table


@pytest.mark.parametrize("size", [0, 1, 47, 48, 300, 688])
def test_an_index_that_is_cut_short_is_refused(bundle: Path, size: int) -> None:
    index_of(bundle).write_bytes(index_of(bundle).read_bytes()[:size])
    with pytest.raises(CheckpointError, match=r"cannot open the model .*vector-0: "):
        read_tf_bundle(bundle)


def test_a_missing_data_file_is_named(bundle: Path) -> None:
    bundle.with_name(DATA).unlink()
    with pytest.raises(CheckpointError, match="no such file"):
        read_tf_bundle(bundle)


def test_data_that_is_cut_short_is_refused(bundle: Path) -> None:
    with bundle.with_name(DATA).open("r+b") as file:
        file.truncate(20_000)
    with pytest.raises(CheckpointError, match=r"is cut short: .* lies behind its end"):
        read_tf_bundle(bundle)


def test_weights_that_are_not_numbers_are_refused(bundle: Path) -> None:
    overwrite(bundle.with_name(DATA), 0, np.full(64, np.nan, "<f4").tobytes())
    with pytest.raises(CheckpointError, match="not finite"):
        read_tf_bundle(bundle)


def test_a_huge_index_is_refused_unread(bundle: Path) -> None:
    with index_of(bundle).open("r+b") as file:
        file.truncate(2 * 2**30)
    with pytest.raises(CheckpointError, match="2048 MB is more than"):
        read_tf_bundle(bundle)


def test_nothing_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such file"):
        read_tf_bundle(tmp_path / "vector")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vector_rnn/RNN/LSTMCell/W_xh", "RNN/LSTMCell/W_xh"),
        ("RNN/LSTMCell/W_xh", "RNN/LSTMCell/W_xh"),
        ("vector_rnn/linear/super_linear_w:0", "linear/super_linear_w"),
        ("vector_rnn/ENC_RNN/bw/LSTMCell/bias", "ENC_RNN/bw/LSTMCell/bias"),
        ("vector_rnn/vector_rnn/RNN/output_w/Adam", None),
        ("vector_rnn/RNN/output_w/Adam_1", None),
        ("vector_rnn/global_step", None),
        ("vector_rnn/Variable_1", None),
        ("beta1_power", None),
        ("", None),
    ],
)
def test_only_the_networks_own_variables_are_read(name: str, expected: str | None) -> None:
    assert local_name(name) == expected


def test_shapes_that_contradict_each_other_name_the_tensor() -> None:
    shapes: dict[str, tuple[int, ...]] = {
        "RNN/output_w": (512, 123),
        "RNN/output_b": (123,),
        "RNN/LSTMCell/W_xh": (5, 2048),
        "RNN/LSTMCell/W_hh": (512, 2048),
        "RNN/LSTMCell/bias": (2048,),
    }
    assert infer_architecture(shapes).mixtures == 20
    changes: list[tuple[dict[str, tuple[int, ...]], str]] = [
        ({"RNN/output_w": (510, 123)}, r"RNN/output_w is \[510, 123\], expected \[512, 123\]"),
        ({"RNN/output_b": (122,)}, "122 outputs"),
        ({"RNN/LSTMCell/W_hh": (2**40, 2**42)}, "decoder_size is"),
        ({"RNN/LSTMCell/W_hh": (512,)}, "has 1 dimensions, expected 2"),
        ({"RNN/LSTMCell/peephole": (512,)}, "its architecture does not"),
        ({"ENC_RNN/fw/LSTMCell/W_hh": (16, 64)}, "it lacks ENC_RNN_mu/super_linear_b"),
    ]
    for change, message in changes:
        with pytest.raises(CheckpointError, match=message):
            infer_architecture(shapes | change)
    del shapes["RNN/LSTMCell/W_hh"]
    with pytest.raises(CheckpointError, match="no sketch-rnn cell under RNN"):
        infer_architecture(shapes)


def test_the_checksum_is_that_of_the_standard() -> None:
    """CRC-32C of "123456789" is E3069283; a masked checksum is rotated by 15 bits and offset."""
    crc = 0xE3069283
    assert masked_crc32c(b"123456789") == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
