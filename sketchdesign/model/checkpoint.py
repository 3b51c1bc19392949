"""Our checkpoints: one ``.safetensors`` file whose metadata entry ``sketchdesign`` holds a JSON header.

The tensors are the network's, by the names of its ``state_dict``, and with them ``latent/mean`` and
``latent/cholesky`` where the model knows its latent Gaussians; half precision by default. Nothing in a file is run,
and nothing is read into memory before its size, header, and every tensor's name, shape and type have been checked.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sketchdesign.core.errors import CheckpointError
from sketchdesign.core.files import atomic_path
from sketchdesign.model.info import ModelInfo, info_from_json, info_to_json
from sketchdesign.model.network import SketchRNN
from sketchdesign.model.tensors import Shape, check_finite, check_shapes, network_from_state, network_shapes

FloatArray = NDArray[np.float32]

SUFFIX = ".safetensors"
METADATA_KEY = "sketchdesign"
MAX_FILE_BYTES = 512 * 2**20
MAX_HEADER_BYTES = 2**20

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
        info, has_latent = _checked_header(path)
        with safe_open(path, framework="pt") as file:
            # A copy, because the file's own memory map would not survive a change of the file.
            tensors = {name: file.get_tensor(name).to(torch.float32, copy=True) for name in file.keys()}  # noqa: SIM118
        check_finite(tensors)
        latent = _unpacked(tensors.pop(_MEAN), tensors.pop(_CHOLESKY)) if has_latent else None
        return Model(info, network_from_state(info.architecture, tensors), latent, file_sha256(path))


def read_header(path: Path) -> ModelInfo:
    """A checkpoint's description, with its tensors checked by name and shape but not read.

    Raises:
        CheckpointError: as `load_model`.
    """
    with reading(path):
        return _checked_header(path)[0]


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Name the file in every error about its content, and turn the system's errors into ours."""
    try:
        yield
    except CheckpointError as error:
        raise CheckpointError(f"cannot open the model {path}: {error.what}", hint=error.hint) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise CheckpointError(f"cannot open the model {path}: {reason}") from error


def checked_size(path: Path, limit: int) -> int:
    """The size in bytes of a regular file of at most ``limit`` bytes; to be called within `reading`.

    Raises:
        CheckpointError: it is too large, empty, or no regular file.
        OSError: it does not exist or cannot be reached.
    """
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise CheckpointError("it is a folder", hint="give the model file in it")
    if not stat.S_ISREG(status.st_mode):
        raise CheckpointError("it is not a file")
    if not status.st_size:
        raise CheckpointError("the file is empty")
    if status.st_size > limit:
        raise CheckpointError(f"{status.st_size / 2**20:.0f} MB is more than a sketch-rnn needs ({limit // 2**20} MB)")
    return status.st_size


def file_sha256(*paths: Path) -> str:
    """The sha256 of the files' bytes, one after the other, read piece by piece."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(2**20):
                digest.update(piece)
    return digest.hexdigest()


def _checked_header(path: Path) -> tuple[ModelInfo, bool]:
    """The description, and whether latent Gaussians come with it, once every tensor is known to fit."""
    size = checked_size(path, MAX_FILE_BYTES)
    with path.open("rb") as raw:
        header_size = int.from_bytes(raw.read(8), "little")
    if header_size > min(size - 8, MAX_HEADER_BYTES):
        raise CheckpointError("it is not a safetensors file, or it is damaged")
    try:
        with safe_open(path, framework="pt") as file:
            header = (file.metadata() or {}).get(METADATA_KEY)
            if header is None:
                raise CheckpointError("it is a safetensors file of another program, not a sketchdesign model")
            info = info_from_json(header)
            return info, _check_tensors(info, file)
    except SafetensorError as error:
        raise CheckpointError("it is not a safetensors file, or it is damaged") from error


def _check_tensors(info: ModelInfo, file: Any) -> bool:
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
