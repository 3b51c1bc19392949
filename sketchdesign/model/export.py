"""Writing models in the form of Magenta's sketch-rnn-js, for use in a browser."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import Tensor

from sketchdesign.core.errors import InputError
from sketchdesign.core.files import write_atomic
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.fold import fold_class
from sketchdesign.model.importers.magenta_json import GEN_ORDER, INT16_LIMIT, OURS, VAE_ORDER, WEIGHT_LIMIT
from sketchdesign.model.importers.reference import reference_names

GEN_SUFFIX, VAE_SUFFIX = ".gen.json", ".vae.json"

_FORMAT_VERSION = 6
_MODE_DECODER_ONLY, _MODE_VAE = 2, 0


def write_magenta_json(model: Model, path: Path, class_name: str | None = None) -> int:
    """Write a ``.gen.json`` (decoder-only model) or ``.vae.json``, with LSTM cells.

    Weights become 16-bit steps of 0.0003. A class-conditioned model is written for one of its classes, whose
    embedding is folded exactly into the decoder's bias and that of the initial state. Two things have no place in
    this form: a floor of sigma and latent Gaussians; the browser draws z from N(0, I). Classes, data, licence and
    steps are written for `read_magenta_json`, and are nothing to a browser.

    Args:
        model: what to write.
        path: ends in ``.gen.json`` or ``.vae.json``, as the model has it.
        class_name: which class of a class-conditioned model; may be left out where there is only one.

    Returns:
        How many weights lay outside -10 to 10 and were clipped.

    Raises:
        InputError: the form cannot hold this model, or class or file name do not suit it.
        OutputError: the file cannot be written.
    """
    info, a = model.info, model.info.architecture
    foreign = {a.decoder, a.encoder if a.conditional else a.decoder} - {"lstm"}
    if foreign:
        raise InputError(
            f"{info.name} has {' and '.join(sorted(foreign))} cells, and sketch-rnn-js knows LSTM cells only",
            hint="export an LSTM model, or keep the .safetensors file",
        )
    suffix = VAE_SUFFIX if a.conditional else GEN_SUFFIX
    if not path.name.endswith(suffix):
        raise InputError(f"{info.name} can be exported as {suffix} only, not as {path.name}", hint=f"use {suffix}")
    architecture, state = _for_class(model, class_name)
    # One class of several is another model than they were together.
    folded = class_name if len(info.classes) > 1 else None
    arrays = _reference_arrays(architecture, state)
    order = VAE_ORDER if a.conditional else GEN_ORDER
    description = {
        "mode": _MODE_VAE if a.conditional else _MODE_DECODER_ONLY,
        "version": _FORMAT_VERSION,
        "max_seq_len": info.max_points,
        "name": folded or info.name,
        "scale_factor": info.scale_factor,
        "start_token": list(info.start_token),
        OURS: {
            "classes": [folded] if folded else list(info.classes),
            "licence": info.licence,
            "data": info.data,
            "steps": info.steps,
            "implicit_first_point": info.implicit_first_point,
        },
    }
    document = [description, [list(arrays[name].shape) for name in order], [_encoded(arrays[name]) for name in order]]
    write_atomic(path, json.dumps(document, allow_nan=False))
    return sum(int((np.abs(array) > WEIGHT_LIMIT).sum()) for array in arrays.values())


def _for_class(model: Model, class_name: str | None) -> tuple[Architecture, dict[str, Tensor]]:
    """The network itself, or that of one of its classes."""
    architecture, state = model.info.architecture, dict(model.network.state_dict())
    if not architecture.class_count:
        if class_name is not None:
            raise InputError(f"{model.info.name} is not conditioned on a class", hint="leave the class out")
        return architecture, state
    if not architecture.conditional:
        raise InputError(
            f"{model.info.name} starts from a state of its own for each class, which a {GEN_SUFFIX} cannot hold"
        )
    return fold_class(architecture, state, _class_index(model, class_name))


def _class_index(model: Model, class_name: str | None) -> int:
    classes = model.info.classes
    if class_name is None and len(classes) == 1:
        return 0
    if class_name not in classes:
        wrong = "needs a class" if class_name is None else f"has no class {class_name}"
        raise InputError(f"{model.info.name} {wrong} to be exported", hint=f"choose one of {', '.join(classes)}")
    return classes.index(class_name)


def _reference_arrays(architecture: Architecture, state: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """The reference's arrays; with LSTM cells each is one of our tensors, linear layers transposed."""
    arrays = {}
    for ours, (theirs,) in reference_names(architecture).items():
        array = state[ours].numpy()
        arrays[theirs] = array.T if ours.endswith(".weight") else array
    return arrays


def _encoded(array: np.ndarray) -> str:
    steps = np.rint(np.clip(array, -WEIGHT_LIMIT, WEIGHT_LIMIT) * (INT16_LIMIT / WEIGHT_LIMIT))
    return base64.b64encode(steps.astype("<i2").tobytes()).decode("ascii")
