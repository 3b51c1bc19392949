"""Models of Magenta's sketch-rnn-js: ``NAME.gen.json`` (decoder only) and ``NAME.vae.json``.

A file is a list of three: a description, the shapes, and as many arrays, each base64 of little-endian int16 that
stand for -10 to 10. The arrays have no names; they come in the order in which the reference creates its variables.
Only LSTM cells exist in this form.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model import fields
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.header import checked_size, file_sha256, reading
from sketchdesign.model.importers.reference import infer_architecture, state_from_reference
from sketchdesign.model.info import ZERO_START, ModelInfo, read_start_token
from sketchdesign.model.tensors import Shape, network_from_state

FloatArray = NDArray[np.float32]

WEIGHT_LIMIT = 10.0
INT16_LIMIT = 32767
MAX_FILE_BYTES = 128 * 2**20

OURS = "sketchdesign"
"""Where the description holds what only we ask for; the readers in browsers look for keys that they know."""

_CELL = ("W_xh", "W_hh", "bias")
_LINEAR = ("super_linear_w", "super_linear_b")
_DECODER = tuple(f"RNN/LSTMCell/{name}" for name in _CELL)
_OUTPUT = ("RNN/output_w", "RNN/output_b")

GEN_ORDER = (*_OUTPUT, *_DECODER)
VAE_ORDER = (
    *(f"ENC_RNN/{direction}/LSTMCell/{name}" for direction in ("fw", "bw") for name in _CELL),
    *(f"{scope}/{name}" for scope in ("ENC_RNN_mu", "ENC_RNN_sigma", "linear") for name in _LINEAR),
    *_OUTPUT,
    *_DECODER,
)

# A model has a few dozen commas. Millions of them are a file that would unfold into gigabytes of Python objects.
_MOST_COMMAS = 10_000


def read_magenta_json(path: Path) -> Model:
    """Open a ``.gen.json`` or ``.vae.json``; all sizes come from the shapes in the file.

    The published models start from a row of zeros; a file that names its own ``start_token``, as ours do, is
    believed, and so is what such a file says of its classes, data and licence.

    Raises:
        CheckpointError: the file is missing, too large, damaged, or not such a model.
    """
    with reading(path):
        description, shapes, blobs = _parts(path)
        order = {len(GEN_ORDER): GEN_ORDER, len(VAE_ORDER): VAE_ORDER}.get(len(blobs))
        if order is None or len(shapes) != len(blobs):
            raise CheckpointError(
                f"it holds {len(shapes)} shapes and {len(blobs)} arrays,"
                f" expected {len(GEN_ORDER)} (decoder) or {len(VAE_ORDER)} (with encoder) of each"
            )
        named_shapes = {name: _shape(name, value) for name, value in zip(order, shapes, strict=True)}
        architecture = infer_architecture(named_shapes)
        arrays = {name: _array(name, blob, named_shapes[name]) for name, blob in zip(order, blobs, strict=True)}
        info = ModelInfo(
            name=_name(description, path),
            architecture=architecture,
            max_points=fields.whole(description, "max_seq_len"),
            scale_factor=fields.number(description, "scale_factor") if "scale_factor" in description else 1.0,
            start_token=read_start_token(description) if "start_token" in description else ZERO_START,
            **_ours(description),
        )
        network = network_from_state(architecture, state_from_reference(arrays, architecture))
        return Model(info, network, None, file_sha256(path))


def _parts(path: Path) -> tuple[fields.Fields, list[Any], list[Any]]:
    checked_size(path, MAX_FILE_BYTES)
    content = path.read_bytes()
    not_a_model = CheckpointError("it is not a sketch-rnn-js model")
    if content.count(b",") > _MOST_COMMAS:
        raise not_a_model
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CheckpointError("it is not valid JSON") from error
    if not (isinstance(document, list) and len(document) == 3):
        raise not_a_model
    description, shapes, blobs = document
    if not (isinstance(description, dict) and isinstance(shapes, list) and isinstance(blobs, list)):
        raise not_a_model
    return description, shapes, blobs


def _ours(description: fields.Fields) -> dict[str, Any]:
    """What only files of ours say."""
    if OURS not in description:
        return {"data": "Imported from a sketch-rnn-js model"}
    said = fields.mapping(description, OURS)
    return {
        "implicit_first_point": fields.flag(said, "implicit_first_point"),
        "classes": fields.texts(said, "classes"),
        "licence": fields.text(said, "licence"),
        "data": fields.text(said, "data"),
        "steps": fields.whole(said, "steps"),
    }


def _shape(name: str, value: object) -> Shape:
    if not isinstance(value, list) or not all(type(size) is int and size > 0 for size in value):
        raise CheckpointError(f"the shape of {name} is {value!r:.40}, expected whole numbers")
    return tuple(value)


def _array(name: str, blob: object, shape: Shape) -> FloatArray:
    try:
        content = base64.b64decode(blob, validate=True) if isinstance(blob, str) else b""
    except (binascii.Error, ValueError) as error:
        raise CheckpointError(f"{name} is not base64") from error
    if len(content) != 2 * math.prod(shape):
        raise CheckpointError(f"{name} has {len(content)} bytes, expected {2 * math.prod(shape)} for {list(shape)}")
    return (np.frombuffer(content, "<i2").astype(np.float32) * (WEIGHT_LIMIT / INT16_LIMIT)).reshape(shape)


def _name(description: fields.Fields, path: Path) -> str:
    name = description.get("name")
    return name if isinstance(name, str) and name else path.name.split(".")[0]
