"""The bytes of SVG files, and errors that name the file they are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sketchdesign.core.errors import InputError, SketchFormatError


@contextmanager
def svg_file(path: Path, largest: int) -> Iterator[bytes]:
    """The bytes of a file, one more than ``largest`` at most; what is found wrong with them names the file.

    Raises:
        InputError: it cannot be read.
        SketchFormatError: raised inside, told of the file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        raise InputError(f"cannot read {path}: {(getattr(error, 'strerror', None) or str(error)).lower()}") from error
    try:
        yield data
    except SketchFormatError as error:
        raise SketchFormatError(f"cannot use {path}: {error.what}", hint=error.hint) from error


def check_size(data: bytes, largest: int) -> None:
    """Refuse more bytes than ``largest``."""
    if len(data) > largest:
        raise SketchFormatError(f"it is larger than {largest >> 20} MiB", hint="save less of it")
