"""TensorFlow checkpoints (V2 tensor bundles) of the reference implementation, read without TensorFlow.

A bundle ``PREFIX`` is a sorted table ``PREFIX.index`` of protocol-buffer entries, one per variable, and raw data
files ``PREFIX.data-SSSSS-of-NNNNN`` that they point into (TensorFlow, ``tensor_bundle.proto``).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model import fields
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.header import MAX_FILE_BYTES, checked_size, file_sha256, reading
from sketchdesign.model.importers.leveldb_table import Reader, damaged, read_table
from sketchdesign.model.importers.reference import infer_architecture, local_name, state_from_reference
from sketchdesign.model.info import ModelInfo
from sketchdesign.model.tensors import Shape, network_from_state

FloatArray = NDArray[np.float32]

REFERENCE_MAX_POINTS = 250
"""What the reference trains with unless told otherwise; the checkpoint does not say."""

_MAX_INDEX_BYTES = 2**20
_MAX_CONFIG_BYTES = 2**20
_DATA_SUFFIX = re.compile(r"\.(index|data-\d{5}-of-\d{5})$")
_FLOAT32 = 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class _Entry:
    """Where a variable lies (``BundleEntryProto``)."""

    dtype: int
    shape: Shape
    shard: int
    offset: int
    size: int


def read_tf_bundle(prefix: Path) -> Model:
    """Open a TensorFlow checkpoint; cells and sizes come from the variables' names and shapes.

    ``scale_factor`` and ``max_seq_len`` are in no checkpoint: they are read from a ``model_config.json`` beside it
    where that has them.

    Args:
        prefix: the common part of its files' names, or any one of the files.

    Raises:
        CheckpointError: a file is missing, damaged or too large, or the variables are no sketch-rnn.
    """
    prefix = prefix.with_name(_DATA_SUFFIX.sub("", prefix.name))
    with reading(prefix):
        index_path = prefix.with_name(prefix.name + ".index")
        checked_size(index_path, _MAX_INDEX_BYTES)
        table = read_table(index_path.read_bytes())
        shards = _shard_paths(prefix, table.get(b"", b""))
        entries = _weights(table)
        architecture = infer_architecture({name: entry.shape for name, entry in entries.items()})
        arrays = _arrays(entries, shards)
        config = _config(prefix.with_name("model_config.json"))
        info = ModelInfo(
            name=prefix.parent.resolve().name if prefix.name.startswith("vector") else prefix.name,
            architecture=architecture,
            max_points=fields.whole(config, "max_seq_len") if "max_seq_len" in config else REFERENCE_MAX_POINTS,
            scale_factor=fields.number(config, "scale_factor") if "scale_factor" in config else 1.0,
            data="Imported from a TensorFlow checkpoint of the sketch-rnn reference implementation",
        )
        network = network_from_state(architecture, state_from_reference(arrays, architecture))
        return Model(info, network, None, file_sha256(index_path, *shards))


def _shard_paths(prefix: Path, header: bytes) -> list[Path]:
    """The data files, from the ``BundleHeaderProto`` under the empty key."""
    count, big_endian = 0, 0
    for field, value in _fields(header):
        if field == 1 and isinstance(value, int):
            count = value
        elif field == 2 and isinstance(value, int):
            big_endian = value
    if not 1 <= count <= 1000:
        raise CheckpointError(f"its index names {count} data files")
    if big_endian:
        raise CheckpointError("it was written on a big-endian machine, which is not supported")
    return [prefix.with_name(f"{prefix.name}.data-{shard:05d}-of-{count:05d}") for shard in range(count)]


def _weights(table: Mapping[bytes, bytes]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for key, value in table.items():
        name = local_name(key.decode("utf-8", "replace"))
        if name is None:
            continue
        if name in entries:
            raise CheckpointError(f"it has {name} twice")
        entries[name] = _entry(name, value)
    if not entries:
        raise CheckpointError("none of its variables belongs to a sketch-rnn")
    return entries


def _entry(name: str, message: bytes) -> _Entry:
    numbers = {1: 0, 3: 0, 4: 0, 5: 0}
    shape: Shape = ()
    for field, value in _fields(message):
        if field == 2 and isinstance(value, bytes):
            shape = _shape(value)
        elif field == 7:
            raise CheckpointError(f"{name} is stored in slices, which is not supported")
        elif field in numbers and isinstance(value, int):
            numbers[field] = value
    entry = _Entry(numbers[1], shape, numbers[3], numbers[4], numbers[5])
    if entry.dtype != _FLOAT32:
        raise CheckpointError(f"{name} is not of type float32")
    if entry.size != 4 * math.prod(shape):
        raise CheckpointError(f"{name} has {entry.size} bytes, expected {4 * math.prod(shape)} for {list(shape)}")
    return entry


def _shape(message: bytes) -> Shape:
    """A ``TensorShapeProto``: one sub-message per dimension, its size in field 1."""
    shape = []
    for field, dimension in _fields(message):
        if field == 2 and isinstance(dimension, bytes):
            sizes = [value for inner, value in _fields(dimension) if inner == 1 and isinstance(value, int)]
            shape.append(sizes[-1] if sizes else 0)
    return tuple(shape)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol-buffer message, numbers and byte strings alike."""
    reader = Reader(message)
    while reader:
        key = reader.varint()
        wire_type = key & 7
        if wire_type == _VARINT:
            yield key >> 3, reader.varint()
        elif wire_type == _BYTES:
            yield key >> 3, reader.take(reader.varint())
        elif wire_type in (_FIXED64, _FIXED32):
            yield key >> 3, reader.take(8 if wire_type == _FIXED64 else 4)
        else:
            raise damaged()


def _arrays(entries: Mapping[str, _Entry], shards: list[Path]) -> dict[str, FloatArray]:
    if sum(entry.size for entry in entries.values()) > MAX_FILE_BYTES:
        raise CheckpointError("its weights are larger than those of any sketch-rnn")
    arrays = {}
    for name, entry in entries.items():
        if entry.shard >= len(shards):
            raise CheckpointError(f"{name} is said to lie in data file {entry.shard} of {len(shards)}")
        path = shards[entry.shard]
        if entry.offset + entry.size > path.stat().st_size:
            raise CheckpointError(f"{path.name} is cut short: {name} lies behind its end")
        arrays[name] = np.fromfile(path, "<f4", entry.size // 4, offset=entry.offset).reshape(entry.shape)
    return arrays


def _config(path: Path) -> fields.Fields:
    """A trainer's ``model_config.json``; empty where it is absent or no JSON object.

    The reference's later trainers write the settings' names without their values, so the file proves nothing and
    its absence is no error.
    """
    try:
        checked_size(path, _MAX_CONFIG_BYTES)
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError, CheckpointError):
        return {}
    return document if isinstance(document, dict) else {}
