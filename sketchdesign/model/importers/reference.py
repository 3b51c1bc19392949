"""The reference implementation's tensor names and layouts, and ours.

Magenta's sketch-rnn writes ``ENC_RNN/fw/LSTMCell/W_xh`` where we write ``encoder.forward_cell.w_x``. Three layouts
differ too: our linear layers are torch's, ``[out, in]``; the HyperLSTM's four gates are one tensor each with us; and
the rows of its inner cell are ``[stroke, z, h]`` there, ``[stroke, h, z]`` here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model.architecture import Architecture, CellKind
from sketchdesign.model.info import check_architecture
from sketchdesign.model.network import STROKE_SIZE
from sketchdesign.model.tensors import Shape, check_shapes, network_shapes

FloatArray = NDArray[np.float32]

GATES = "ijfo"

_SCOPES: Mapping[CellKind, str] = {"lstm": "LSTMCell", "layer_norm": "LayerNormLSTMCell", "hyper": "HyperLSTMCell"}

_NORMS = {
    "gates_norm.gamma": "ln_all/ln_gamma",
    "gates_norm.beta": "ln_all/ln_beta",
    "cell_norm.gamma": "ln_c/ln_gamma",
    "cell_norm.beta": "ln_c/ln_beta",
}
_WEIGHTS = {"w_x": "W_xh", "w_h": "W_hh"}
_LSTM = _WEIGHTS | {"bias": "bias"}
_LAYER_NORM = _WEIGHTS | _NORMS
_HYPER = _LSTM | _NORMS | {f"hyper.{ours}": f"LayerNormLSTMCell/{theirs}" for ours, theirs in _LAYER_NORM.items()}
_CELLS: Mapping[CellKind, Mapping[str, str]] = {"lstm": _LSTM, "layer_norm": _LAYER_NORM, "hyper": _HYPER}

_HYPER_GATES = {
    "x_embed_w": "hyper_{gate}x/zw/super_linear_w",
    "x_embed_b": "hyper_{gate}x/zw/super_linear_b",
    "x_scale_w": "hyper_{gate}x/alpha/super_linear_w",
    "h_embed_w": "hyper_{gate}h/zw/super_linear_w",
    "h_embed_b": "hyper_{gate}h/zw/super_linear_b",
    "h_scale_w": "hyper_{gate}h/alpha/super_linear_w",
    "shift_embed_w": "hyper_{gate}h/zb/super_linear_w",
    "shift_w": "hyper_{gate}h/beta/super_linear_w",
}
_LINEARS = {
    "encoder.mu": "ENC_RNN_mu",
    "encoder.log_variance": "ENC_RNN_sigma",
    "initial": "linear",
}
_ROOTS = ("ENC_RNN", *_LINEARS.values(), "RNN")


def local_name(name: str) -> str | None:
    """A variable's name without its outer scope (``vector_rnn/``); None for what is no weight of the network.

    That leaves out the optimiser's slots, step counters and schedules, which a training checkpoint holds as well.
    """
    parts = name.removesuffix(":0").split("/")
    if parts[0] not in _ROOTS:
        parts = parts[1:]
    if not parts or parts[0] not in _ROOTS or parts[-1].startswith("Adam"):
        return None
    return "/".join(parts)


def reference_names(architecture: Architecture) -> dict[str, tuple[str, ...]]:
    """For each of our tensors, the one reference tensor, or the four (one per gate), that it is made of."""
    a = architecture
    names = _cell_names("decoder", a.decoder, "RNN")
    names |= {"output_w": ("RNN/output_w",), "output_b": ("RNN/output_b",)}
    if a.conditional:
        names |= _cell_names("encoder.forward_cell", a.encoder, "ENC_RNN/fw")
        names |= _cell_names("encoder.backward_cell", a.encoder, "ENC_RNN/bw")
        for ours, theirs in _LINEARS.items():
            names |= {f"{ours}.weight": (f"{theirs}/super_linear_w",), f"{ours}.bias": (f"{theirs}/super_linear_b",)}
    return names


def infer_architecture(shapes: Mapping[str, Shape]) -> Architecture:
    """Read every size off the shapes of the reference's tensors, and check that the whole set fits.

    Args:
        shapes: by `local_name`.

    Raises:
        CheckpointError: tensors are missing, left over or of the wrong shape.
    """
    decoder, decoder_scope = _find_cell(shapes, "RNN")
    encoder, encoder_scope = decoder, None
    if any(name.startswith("ENC_RNN") for name in shapes):
        encoder, encoder_scope = _find_cell(shapes, "ENC_RNN/fw")
    outputs = _size(shapes, "RNN/output_b", 0, 1)
    if outputs < 9 or (outputs - 3) % 6:
        raise CheckpointError(f"it has {outputs} outputs, not 3 + 6 for each component of the mixture")
    hyper = next((scope for scope, kind in ((decoder_scope, decoder), (encoder_scope, encoder)) if kind == "hyper"), "")
    embed = f"{hyper}/hyper_ix/zw/super_linear_w"
    architecture = Architecture(
        decoder=decoder,
        decoder_size=_size(shapes, f"{decoder_scope}/W_hh", 0, 2),
        encoder=encoder,
        encoder_size=_size(shapes, f"{encoder_scope}/W_hh", 0, 2) if encoder_scope else 0,
        z_size=_size(shapes, "ENC_RNN_mu/super_linear_b", 0, 1) if encoder_scope else 0,
        mixtures=(outputs - 3) // 6,
        hyper_size=_size(shapes, embed, 0, 2) if hyper else Architecture.hyper_size,
        hyper_embedding=_size(shapes, embed, 1, 2) if hyper else Architecture.hyper_embedding,
    )
    check_architecture(architecture)
    check_shapes(shapes, _reference_shapes(architecture))
    return architecture


def state_from_reference(arrays: Mapping[str, FloatArray], architecture: Architecture) -> dict[str, Tensor]:
    """Our state dict, float32, from the reference's tensors; `infer_architecture` has checked their shapes."""
    shapes = network_shapes(architecture)
    state = {}
    for ours, theirs in reference_names(architecture).items():
        parts = [arrays[name] for name in theirs]
        array = parts[0] if len(parts) == 1 else np.stack(parts)
        if ours.endswith(".weight"):
            array = array.T
        if ours.endswith(".hyper.w_x"):
            array = _hidden_before_constant(array, _constant_size(ours, architecture))
        state[ours] = torch.from_numpy(np.ascontiguousarray(array, np.float32).reshape(shapes[ours]))
    return state


def _cell_names(prefix: str, kind: CellKind, scope: str) -> dict[str, tuple[str, ...]]:
    scope = f"{scope}/{_SCOPES[kind]}"
    names: dict[str, tuple[str, ...]] = {
        f"{prefix}.{ours}": (f"{scope}/{theirs}",) for ours, theirs in _CELLS[kind].items()
    }
    if kind == "hyper":
        for ours, theirs in _HYPER_GATES.items():
            names[f"{prefix}.{ours}"] = tuple(f"{scope}/{theirs.format(gate=gate)}" for gate in GATES)
    return names


def _reference_shapes(architecture: Architecture) -> dict[str, Shape]:
    ours = network_shapes(architecture)
    shapes: dict[str, Shape] = {}
    for name, theirs in reference_names(architecture).items():
        shape = ours[name]
        if name.endswith(".weight"):
            shape = shape[::-1]
        if len(theirs) > 1:
            shape = shape[2:] if name.endswith("_b") else shape[1:]
        shapes |= dict.fromkeys(theirs, shape)
    return shapes


def _find_cell(shapes: Mapping[str, Shape], root: str) -> tuple[CellKind, str]:
    for kind, name in _SCOPES.items():
        scope = f"{root}/{name}"
        if f"{scope}/W_hh" in shapes:
            return kind, scope
    raise CheckpointError(f"it has no sketch-rnn cell under {root}/")


def _size(shapes: Mapping[str, Shape], name: str, axis: int, dimensions: int) -> int:
    if name not in shapes:
        raise CheckpointError(f"it lacks {name}")
    if len(shapes[name]) != dimensions:
        raise CheckpointError(f"{name} has {len(shapes[name])} dimensions, expected {dimensions}")
    return shapes[name][axis]


def _constant_size(name: str, architecture: Architecture) -> int:
    return architecture.constant_size if name.startswith("decoder.") else 0


def _hidden_before_constant(w_x: FloatArray, constant_size: int) -> FloatArray:
    stroke, constant, hidden = np.split(w_x, [STROKE_SIZE, STROKE_SIZE + constant_size])
    return np.concatenate([stroke, hidden, constant])
