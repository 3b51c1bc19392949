"""Our checkpoints: one ``.safetensors`` file whose metadata entry ``sketchdesign`` holds a JSON header.

The tensors are the network's, by the names of its ``state_dict``, and with them ``latent/mean`` and
``latent/cholesky`` where the model knows its latent Gaussians; half precision by default. Nothing in a file is run,
and nothing is read into memory before its size, header, and every tensor's name, shape and type have been checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from sketchdesign.core.errors import CheckpointError
from sketchdesign.core.files import atomic_path
from sketchdesign.model.header import MAX_HEADER_BYTES, METADATA_KEY, described, file_sha256, reading
from sketchdesign.model.info import ModelInfo, info_to_json
from sketchdesign.model.network import SketchRNN
from sketchdesign.model.tensors import Shape, check_finite, check_shapes, network_from_state, network_shapes

FloatArray = NDArray[np.float32]

_MEAN, _CHOLESKY = "latent/mean", "latent/cholesky"


@dataclass(frozen=True, eq=False)
class LatentGaussian:
    """Where a model's latent vectors lie: one Gaussian per class, z = mean + cholesky @ noise.

    Attributes:
        mean: float32 [C, z], C = `ModelInfo.latent_count`.
        cholesky: float32 [C, z, z], lower triangular.
    """

    mean: FloatArray
    cholesky: FloatArray


@dataclass(frozen=True, eq=False)
class Model:
    """A model in memory.

    Attributes:
        info: its description.
        network: frozen, float32, in evaluation mode, on the CPU.
        latent: its latent Gaussians; None for a decoder-only model, and where they are not known.
        sha256: of the file it came from.
    """

    info: ModelInfo
    network: SketchRNN
    latent: LatentGaussian | None
    sha256: str


def save_model(
    path: Path, info: ModelInfo, state_dict: Mapping[str, Tensor], latent: LatentGaussian | None, *, half: bool = True
) -> None:
    """Write a checkpoint, all of it or nothing.

    Args:
        path: its file, by custom ``NAME.safetensors``.
        info: the description; its architecture must be that of ``state_dict``.
        state_dict: the network's tensors.
        latent: the model's latent Gaussians, or None.
        half: write float16 in the place of float32. Half the size, and no measurable loss of likelihood.

    Raises:
        CheckpointError: a tensor does not belong to the architecture, is not finite or is too large for float16.
        OutputError: the file cannot be written.
    """
    tensors = dict(state_dict)
    if latent is not None:
        tensors |= {_MEAN: torch.as_tensor(latent.mean), _CHOLESKY: _packed(latent)}
    check_shapes({name: tuple(tensor.shape) for name, tensor in tensors.items()}, _shapes(info, latent is not None))
    dtype = torch.float16 if half else torch.float32
    # A copy, because tensors that share memory (views, tied weights) cannot be written.
    stored = {name: tensor.detach().cpu().to(dtype, copy=True).contiguous() for name, tensor in tensors.items()}
    check_finite(tensors)
    for name, tensor in stored.items():
        if not bool(torch.isfinite(tensor).all()):
            raise CheckpointError(f"{name} has values too large for half precision", hint="save it in full precision")
    header = info_to_json(info)
    if len(header) > MAX_HEADER_BYTES // 2:
        raise CheckpointError(f"the description of {info.name} takes {len(header)} bytes", hint="shorten its settings")
    with atomic_path(path) as temporary:
        save_file(stored, temporary, {METADATA_KEY: header})


def load_model(path: Path) -> Model:
    """Open one of our checkpoints.

    Raises:
        CheckpointError: the file is missing, damaged, too large, of a later version, or not a sketchdesign model.
    """
    with reading(path):
        with described(path, "pt") as (info, file):
            has_latent = _check_tensors(info, file)
            # A copy, because the file's own memory map would not survive a change of the file.
            tensors = {name: file.get_tensor(name).to(torch.float32, copy=True) for name in file.keys()}  # noqa: SIM118
        check_finite(tensors)
        latent = _unpacked(tensors.pop(_MEAN), tensors.pop(_CHOLESKY)) if has_latent else None
        return Model(info, network_from_state(info.architecture, tensors), latent, file_sha256(path))


def _check_tensors(info: ModelInfo, file: Any) -> bool:
    """Whether latent Gaussians come with the network, once every tensor is known to fit."""
    slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
    has_latent = _MEAN in slices or _CHOLESKY in slices
    check_shapes({name: tuple(part.get_shape()) for name, part in slices.items()}, _shapes(info, has_latent))
    for name, part in slices.items():
        if part.get_dtype() not in ("F16", "F32"):
            raise CheckpointError(f"{name} has type {part.get_dtype()}, expected F16 or F32")
    return has_latent


def _shapes(info: ModelInfo, has_latent: bool) -> dict[str, Shape]:
    shapes = network_shapes(info.architecture)
    if has_latent:
        count, size = info.latent_count, info.architecture.z_size
        if not size:
            raise CheckpointError("it has latent Gaussians but no latent vector")
        shapes |= {_MEAN: (count, size), _CHOLESKY: (count, size * (size + 1) // 2)}
    return shapes


def _packed(latent: LatentGaussian) -> Tensor:
    """The lower triangles, row by row: [C, z(z + 1)/2]."""
    size = latent.mean.shape[-1]
    if latent.cholesky.shape[1:] != (size, size):
        raise CheckpointError(f"{_CHOLESKY} is {list(latent.cholesky.shape)} beside a mean of {size} values")
    return torch.as_tensor(latent.cholesky[(slice(None), *np.tril_indices(size))])


def _unpacked(mean: Tensor, packed: Tensor) -> LatentGaussian:
    count, size = mean.shape
    cholesky = np.zeros((count, size, size), np.float32)
    cholesky[(slice(None), *np.tril_indices(size))] = packed.numpy()
    return LatentGaussian(mean.numpy(), cholesky)
