"""However a model file is damaged, opening it gives a model or one sentence, and nothing else."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.checkpoint import Model, save_model
from sketchdesign.model.export import write_magenta_json
from sketchdesign.model.importers.leveldb_table import masked_crc32c, read_table
from sketchdesign.model.info import ModelInfo, info_from_json, info_to_json
from sketchdesign.model.zoo import open_model

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
DAMAGE = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=12)), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def model_files(tmp_path_factory: pytest.TempPathFactory, tiny_model: Callable[..., Model]) -> dict[str, Path]:
    """One file of each kind, by ending."""
    folder = tmp_path_factory.mktemp("whole")
    model = tiny_model()
    save_model(folder / "duck.safetensors", model.info, model.network.state_dict(), model.latent)
    write_magenta_json(model, folder / "duck.vae.json")
    bundle = Path(shutil.copytree(GOLDEN / "tf_lstm-lstm-0", folder / "bundle"))
    return {
        "safetensors": folder / "duck.safetensors",
        "json": folder / "duck.vae.json",
        "index": bundle / "vector-0.index",
    }


@pytest.mark.parametrize("kind", ["safetensors", "json", "index"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=DAMAGE, keep=st.floats(0.0, 1.0) | st.just(1.0), at_start=st.booleans())
def test_damage_is_never_more_than_a_sentence(
    model_files: dict[str, Path],
    kind: str,
    damage: list[tuple[float, bytes]],
    keep: float,
    at_start: bool,
) -> None:
    whole = model_files[kind]
    content = bytearray(whole.read_bytes())
    # The header lies at the front and matters most.
    span = min(1500, len(content)) if at_start else len(content)
    for place, piece in damage:
        start = int(place * span)
        content[start : start + len(piece)] = piece
    damaged = whole.with_name(f"damaged{''.join(whole.suffixes)}")
    damaged.write_bytes(content[: int(len(content) * keep)])
    with contextlib.suppress(CheckpointError):
        opened = open_model(str(damaged))
        # What is opened all the same can be drawn with.
        assert all(torch.isfinite(tensor).all() for tensor in opened.network.state_dict().values())


@settings(max_examples=200, deadline=None)
@given(block=st.binary(max_size=120))
def test_a_table_of_any_content_is_read_or_refused(block: bytes) -> None:
    """Checksums and footer are right, so that the damage reaches the parts behind them."""
    body = block + b"\0"
    stored = body + masked_crc32c(body).to_bytes(4, "little")
    handle = bytes([0, len(block)])
    footer = (handle + handle).ljust(40, b"\0") + (0xDB4775248B80FB57).to_bytes(8, "little")
    with contextlib.suppress(CheckpointError):
        table = read_table(stored + footer)
        assert all(len(key) + len(value) <= len(stored) for key, value in table.items())


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_header_of_any_values_is_read_or_refused(data: st.DataObject) -> None:
    document = json.loads(info_to_json(ModelInfo("duck", Architecture(), max_points=200)))
    target = document["architecture"] if data.draw(st.booleans()) else document
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JSON_VALUES)
    with contextlib.suppress(CheckpointError):
        info = info_from_json(json.dumps(document))
        assert info_from_json(info_to_json(info)) == info
