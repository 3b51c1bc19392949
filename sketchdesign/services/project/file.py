"""Project files: a zip archive of ``project.json``, ``strokes.npz`` and ``thumbnail.png``. No weights.

``strokes.npz`` holds three plain arrays: ``points`` float32 [P, 2] of all sketches, ``strokes`` int64, the number of
points of each stroke, and ``sketches`` int64, the number of strokes of each sketch.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sketchdesign import __version__
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.files import write_atomic
from sketchdesign.core.npz import read_arrays
from sketchdesign.core.strokes import Sketch
from sketchdesign.services.documents import from_json, to_json
from sketchdesign.services.project.state import Project

SUFFIX = ".sketchdesign"
VERSION = 2


def _with_turn(project: dict[str, Any]) -> dict[str, Any]:
    """Version 1 could turn the page to one side alone."""
    plot = dict(project.get("plot", {}))
    plot["turn"] = "auto" if plot.pop("turns", True) else "no"
    return project | {"plot": plot}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _with_turn}
"""What turns the project of version N into one of version N + 1. New fields need none: they have defaults."""

_JSON, _STROKES, _THUMBNAIL = "project.json", "strokes.npz", "thumbnail.png"
_LARGEST_PART = 256 << 20
_ARRAYS = {"points": np.float32, "strokes": np.int64, "sketches": np.int64}
_EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)


def save_project(project: Project, path: Path, thumbnail: bytes = b"") -> None:
    """Write a project; the same project gives the same bytes.

    Args:
        project: what to keep.
        path: its file, by custom ``*.sketchdesign``.
        thumbnail: a PNG for file managers.

    Raises:
        InputError, OutputError: the file cannot be written; the old one, if any, is untouched.
    """
    write_atomic(path, project_bytes(project, thumbnail))


def project_bytes(project: Project, thumbnail: bytes = b"") -> bytes:
    """The project as a file holds it."""
    sketches: list[Sketch] = []
    document = {
        "format": "sketchdesign project",
        "version": VERSION,
        "application": f"sketchdesign {__version__}",
        "project": to_json(project, sketches),
    }
    text = json.dumps(document, indent=1, allow_nan=False).encode()
    parts = {_JSON: text, _STROKES: _packed(sketches)} | ({_THUMBNAIL: thumbnail} if thumbnail else {})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST_DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def open_project(path: Path) -> Project:
    """Read a project's file.

    Raises:
        InputError: it cannot be read.
        SketchFormatError: it is damaged, no project, or of a later version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            document = json.loads(_part(archive, _JSON))
            sketches = _unpacked(_part(archive, _STROKES))
        return _project(document, sketches)
    except OSError as error:
        raise InputError(
            f"cannot open {path}: {(error.strerror or str(error)).lower()}", hint="choose another file"
        ) from error
    except SketchFormatError as error:
        raise SketchFormatError(f"cannot open {path}: {error.what}", hint=error.hint or _HINT) from error
    except _SIGNS_OF_DAMAGE as error:
        raise SketchFormatError(f"{path} is damaged or no project of sketchdesign", hint=_HINT) from error


_HINT = "open an earlier copy of it"
_SIGNS_OF_DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError, RuntimeError)


def _project(document: Any, sketches: Sequence[Sketch]) -> Project:
    version, data = document["version"], document["project"]
    if type(version) is not int or version < 1:
        raise SketchFormatError("it has no version")
    if version > VERSION:
        raise SketchFormatError(
            f"it was made by a later version, {document['application']}", hint="update sketchdesign"
        )
    for step in range(version, VERSION):
        data = MIGRATIONS[step](data)
    return from_json(Project, data, sketches)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as packed:
        data = packed.read(_LARGEST_PART + 1)
    if len(data) > _LARGEST_PART:
        raise SketchFormatError("it unpacks to more than any project needs")
    return data


def _packed(sketches: Sequence[Sketch]) -> bytes:
    arrays = {
        "points": np.concatenate([np.empty((0, 2), np.float32), *(each.points for each in sketches)]),
        "strokes": np.concatenate([np.empty(0, np.int64), *(each.stroke_lengths for each in sketches)]),
        "sketches": np.array([each.stroke_count for each in sketches], np.int64),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EARLIEST_DATE), part.getvalue())
    return buffer.getvalue()


def _unpacked(data: bytes) -> list[Sketch]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        points, strokes, sketches = (_array(archive, name) for name in _ARRAYS)
    points = points.reshape(-1, 2)
    if (sketches < 0).any() or sketches.sum() != len(strokes) or strokes.sum() != len(points):
        raise SketchFormatError("its strokes do not add up")
    ends = np.cumsum(sketches)
    own_strokes = np.split(strokes, ends[:-1]) if len(sketches) else []
    point_ends = np.concatenate([[0], np.cumsum(strokes)])[ends]
    own_points = np.split(points, point_ends[:-1]) if len(sketches) else []
    return [Sketch(each, lengths) for each, lengths in zip(own_points, own_strokes, strict=True)]


def _array(archive: zipfile.ZipFile, name: str) -> np.ndarray[Any, Any]:
    with archive.open(f"{name}.npy") as packed:
        rows = read_arrays(packed, _LARGEST_PART)
    return np.array(rows, _ARRAYS[name])
