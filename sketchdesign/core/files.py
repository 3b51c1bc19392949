"""Writing files so that a stop at any moment leaves the old file or the new one, never half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sketchdesign.core.errors import InputError, OutputError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends well, and vanishes when it does not.

    Raises:
        OutputError: the folder is missing or read-only, or the disk is full.
    """
    path = Path(path)
    check_writable(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
    except OSError as error:
        raise _cannot_write(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        _flush(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write bytes or UTF-8 text to ``path``, all of it or nothing."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


def check_writable(path: Path) -> None:
    """Fail early, before long work, when ``path`` cannot be written.

    Raises:
        InputError: its folder does not exist or ``path`` is a folder.
        OutputError: the folder does not accept new files.
    """
    if not path.parent.is_dir():
        raise InputError(f"the folder {path.parent} does not exist", hint="create it or choose another output path")
    if path.is_dir():
        raise InputError(f"{path} is a folder", hint="give a file name")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"the folder {path.parent} is read-only", hint="choose another output path")


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"cannot write {path}: {reason}", hint="free some space or choose another output path")
