"""Writing files so that a stop at any moment leaves the old file or the new one, never half of one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

from sketchdesign.core.errors import InputError, OutputError


class _Finished(NamedTuple):
    """A file that is whole under a temporary name, and the two names of its place: as given, and without links."""

    temporary: Path
    path: Path
    target: Path


_waiting: ContextVar[list[_Finished] | None] = ContextVar("files that wait for others", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Files that are written inside of this block, by whatever means, take their places at its end: all or none.

    Until then nobody can read them. Blocks may lie within each other; the outermost decides.

    Raises:
        OutputError: a place was taken away meanwhile.
    """
    if _waiting.get() is not None:
        yield
        return
    finished: list[_Finished] = []
    token = _waiting.set(finished)
    try:
        yield
        for each in finished:
            _put_in_place(each)
    finally:
        _waiting.reset(token)
        for each in finished:
            each.temporary.unlink(missing_ok=True)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends well, and vanishes when it does not.

    A symbolic link stays one: the file it leads to is replaced. Within `together`, it waits for the other files.

    Raises:
        InputError: the folder is missing, or ``path`` is a folder or a device.
        OutputError: the folder is read-only, or the disk is full.
    """
    path = Path(path)
    check_writable(path)
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.part")
    try:
        temporary.touch(exist_ok=False)
        mode = temporary.stat().st_mode & 0o777
    except OSError as error:
        raise _cannot_write(path, error) from error
    waiting = _waiting.get()
    is_whole = False
    try:
        yield temporary
        _flush(temporary)
        # Libraries that write by themselves may have put a private file in the place of ours.
        temporary.chmod(mode)
        is_whole = True
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        if not is_whole:
            temporary.unlink(missing_ok=True)
    finished = _Finished(temporary, path, target)
    if waiting is None:
        _put_in_place(finished)
    else:
        waiting.append(finished)


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write bytes or UTF-8 text to ``path``, all of it or nothing."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


def check_writable(path: Path) -> None:
    """Fail early, before long work, when ``path`` cannot be written.

    Raises:
        InputError: its folder does not exist, or ``path`` is a folder or a device.
        OutputError: the folder does not accept new files.
    """
    try:
        folder_exists = path.parent.is_dir()
        is_folder, is_other = path.is_dir(), path.exists() and not path.is_file()
    except OSError as error:  # a name too long, a folder closed to the user
        raise _cannot_write(path, error) from error
    if not folder_exists:
        raise InputError(f"the folder {path.parent} does not exist", hint="create it or choose another output path")
    if is_folder:
        raise InputError(f"{path} is a folder", hint="give a file name")
    if is_other:
        raise InputError(f"{path} is not an ordinary file", hint="give another file name")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"the folder {path.parent} is read-only", hint="choose another output path")


def _put_in_place(file: _Finished) -> None:
    try:
        file.temporary.replace(file.target)
    except OSError as error:
        raise _cannot_write(file.path, error) from error
    finally:
        file.temporary.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _cannot_write(path: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"cannot write {path}: {reason}", hint="free some space or choose another output path")
