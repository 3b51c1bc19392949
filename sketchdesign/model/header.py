"""What a model file says about itself, read without torch."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError, safe_open

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model.info import ModelInfo, info_from_json

SUFFIX = ".safetensors"
METADATA_KEY = "sketchdesign"
MAX_FILE_BYTES = 512 * 2**20
MAX_HEADER_BYTES = 2**20


def read_info(path: Path) -> ModelInfo:
    """A checkpoint's description. Whether its tensors fit is found out by opening it.

    Raises:
        CheckpointError: the file is missing, damaged, too large, of a later version, or not a sketchdesign model.
    """
    with reading(path), described(path, "np") as (info, _):
        return info


@contextmanager
def described(path: Path, framework: Literal["np", "pt"]) -> Iterator[tuple[ModelInfo, Any]]:
    """A checkpoint's description and its open file; to be called within `reading`.

    Raises:
        CheckpointError: it is damaged, too large, of a later version, or not a sketchdesign model.
    """
    with opened(path, framework, MAX_FILE_BYTES) as file:
        header = (file.metadata() or {}).get(METADATA_KEY)
        if header is None:
            raise CheckpointError("it is a safetensors file of another program, not a sketchdesign model")
        yield info_from_json(header), file


@contextmanager
def opened(path: Path, framework: Literal["np", "pt"], limit: int) -> Iterator[Any]:
    """An open safetensors file of at most ``limit`` bytes; to be called within `reading`.

    Raises:
        CheckpointError: it is damaged or too large.
    """
    size = checked_size(path, limit)
    with path.open("rb") as raw:
        if int.from_bytes(raw.read(8), "little") > min(size - 8, MAX_HEADER_BYTES):
            raise CheckpointError("it is not a safetensors file, or it is damaged")
        try:
            with safe_open(_utf8_name(path, raw.fileno()), framework=framework) as file:
                yield file
        except SafetensorError as error:
            raise CheckpointError("it is not a safetensors file, or it is damaged") from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Name the file in every error about its content, and turn the system's errors into ours.

    Raises:
        CheckpointError: for any of them.
    """
    try:
        yield
    except CheckpointError as error:
        raise CheckpointError(f"cannot open the model {path}: {error.what}", hint=error.hint) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise CheckpointError(f"cannot open the model {path}: {reason}") from error


def _utf8_name(path: Path, descriptor: int) -> str:
    """A name of an open file in UTF-8: torch is given no other by safetensors."""
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        return f"/dev/fd/{descriptor}"
    return name


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
