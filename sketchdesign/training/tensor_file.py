"""Files of tensors that only a training run reads again, each with one entry of metadata: a JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from sketchdesign.core.errors import CheckpointError, OutputError
from sketchdesign.core.files import atomic_path
from sketchdesign.model.header import MAX_FILE_BYTES, opened

LARGEST_BYTES = 8 * MAX_FILE_BYTES
"""A state has sixteen bytes for each weight, a model's file may have two."""


def save_tensors(path: Path, entry: str, header: Mapping[str, object], tensors: Mapping[str, Tensor]) -> None:
    """Write tensors, all of them or nothing.

    Args:
        path: the file.
        entry: the name of its metadata.
        header: what the metadata says.
        tensors: on any device.

    Raises:
        OutputError: the file cannot be written.
    """
    stored = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        with atomic_path(path) as temporary:
            save_file(stored, temporary, metadata={entry: json.dumps(header)})
    except SafetensorError as error:
        raise OutputError(f"cannot write {path}: {error}", hint="free some space") from error


@contextmanager
def reading_tensors(path: Path, entry: str, hint: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """The metadata of a file that `save_tensors` wrote, and the open file, which gives its tensors by their names.

    What the block finds to be missing in them, or of another type, is as damaged as what is found here.

    Args:
        path: the file.
        entry: the name of its metadata.
        hint: what to do about a file that cannot be used.

    Raises:
        CheckpointError: the file is missing, damaged, or of another kind.
    """
    try:
        with opened(path, "pt", LARGEST_BYTES) as file:
            yield json.loads((file.metadata() or {})[entry]), file
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {(error.strerror or str(error)).lower()}", hint=hint) from error
    except (CheckpointError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged, or not of a training run", hint=hint) from error
