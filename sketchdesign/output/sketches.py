"""Lists of sketches in files: ``.ndjson``, one readable record per line, and ``.npz``, compact stroke-3 arrays.

``.ndjson`` follows QuickDraw's simplified drawings: ``{"word": ..., "drawing": [[xs, ys], ...]}`` with ``"seed"``,
``"number"`` and ``"ended"`` besides; QuickDraw's own files can be read too. The first record also carries the
``"provenance"``.

``.npz`` holds ``rows`` [N, 3] (the stroke-3 rows of all sketches, int16 when all are whole numbers, else float32),
``starts`` int64 [S + 1] (where each sketch's rows begin) and ``header``, a JSON text with the words, seeds,
numbers, ends and the provenance. Nothing in it is pickled.
"""

from __future__ import annotations

import itertools
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.files import atomic_path
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.quickdraw import parse_ndjson
from sketchdesign.core.strokes import FloatArray, IntArray, Sketch
from sketchdesign.output.provenance import LARGEST_PROVENANCE, no_provenance, opened

_DECIMALS = 2
_LARGEST_NPZ = 2**30
_DEFAULTS: dict[str, object] = {"seed": 0, "number": 0, "ended": True}
"""What QuickDraw's own files do not say."""

_SIGNS_OF_DAMAGE = (
    # parts that are missing or do not fit together
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, MemoryError, RecursionError),
    # an archive cut short, encrypted, or packed in an unknown way
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError),
)


@dataclass(frozen=True)
class SketchRecord:
    """A sketch and where it comes from.

    Attributes:
        word: the class it was drawn as.
        sketch: its strokes, in the units of the model.
        seed, number: what draws it again: the seed of the batch and the sketch's number in it.
        ended: the model ended it, rather than the limit of points.
    """

    word: str
    sketch: Sketch
    seed: int | str = 0
    number: int = 0
    ended: bool = True


def write_ndjson(records: Sequence[SketchRecord], path: Path, provenance: Provenance) -> None:
    """One line per record, coordinates rounded to 2 decimals. Without records there is no line and no provenance.

    Raises:
        InputError, OutputError: the file cannot be written.
    """
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for index, record in enumerate(records):
            document: dict[str, Any] = {
                "word": record.word,
                "drawing": [_numbers(stroke) for stroke in record.sketch.polylines()],
                "seed": record.seed,
                "number": record.number,
                "ended": record.ended,
            }
            if index == 0:
                document["provenance"] = provenance.to_json()
            file.write(json.dumps(document, separators=(",", ":")) + "\n")


def write_npz(records: Sequence[SketchRecord], path: Path, provenance: Provenance) -> None:
    """The compact form; equal records give equal bytes. Points read back within a millionth of the sketch's extent.

    Raises:
        InputError, OutputError: the file cannot be written.
    """
    parts = [record.sketch.to_stroke3() for record in records]
    header = {
        "words": [record.word for record in records],
        "seeds": [record.seed for record in records],
        "numbers": [record.number for record in records],
        "ended": [record.ended for record in records],
        "provenance": provenance.to_json(),
    }
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            rows=_whole_if_possible(np.concatenate([np.empty((0, 3), np.float32), *parts])),
            starts=np.cumsum([0] + [len(part) for part in parts], dtype=np.int64),
            header=np.array(json.dumps(header, separators=(",", ":"))),
        )


SKETCH_WRITERS: dict[str, Callable[[Sequence[SketchRecord], Path, Provenance], None]] = {
    ".ndjson": write_ndjson,
    ".npz": write_npz,
}
"""How sketches are written to a file, by its ending."""


def read_ndjson(path: Path) -> Iterator[SketchRecord]:
    """Yield the records of an ``.ndjson`` file in order.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: a line is no drawing.
    """
    for where, line in _lines(path):
        try:
            drawing = parse_ndjson(line)
        except SketchFormatError as error:
            raise SketchFormatError(f"{where} is no drawing: {error.what}") from None
        document = json.loads(line)
        values = (document.get(name, default) for name, default in _DEFAULTS.items())
        yield _record(where, drawing.word, drawing.sketch, *values)


def read_npz(path: Path) -> list[SketchRecord]:
    """The records of an ``.npz`` file that `write_npz` made.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is damaged or holds something else.
    """
    rows, starts, header = _load_npz(path)
    columns = (
        header["words"],
        itertools.pairwise(starts.tolist()),
        header["seeds"],
        header["numbers"],
        header["ended"],
    )
    return [
        _record(str(path), word, Sketch.from_stroke3(rows[begin:end]), seed, number, ended)
        for word, (begin, end), seed, number, ended in zip(*columns, strict=True)
    ]


def read_ndjson_provenance(path: Path) -> Provenance:
    """The provenance on the first line; errors as `read_ndjson`, and when there is none."""
    where, line = next(_lines(path), ("", b"{}"))
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise SketchFormatError(f"{where} is not JSON") from None
    text = document.get("provenance") if isinstance(document, dict) else None
    if not isinstance(text, str):
        raise no_provenance(path)
    return Provenance.from_json(text)


def read_npz_provenance(path: Path) -> Provenance:
    """The provenance in the header; errors as `read_npz`."""
    *_, header = _load_npz(path)
    return Provenance.from_json(header["provenance"])


def _numbers(stroke: FloatArray) -> list[list[int | float]]:
    rounded = np.round(stroke.T.astype(np.float64), _DECIMALS) + 0.0
    return [[int(value) if value.is_integer() else value for value in axis] for axis in rounded.tolist()]


def _whole_if_possible(rows: FloatArray) -> FloatArray | NDArray[np.int16]:
    whole = (rows == np.rint(rows)).all() and (np.abs(rows) <= np.iinfo(np.int16).max).all()
    return rows.astype(np.int16) if whole else rows


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each line that is not blank, after the words that say where it is."""
    with opened(path) as file:
        for number in itertools.count(1):
            line = file.readline(LARGEST_PROVENANCE + 1)
            if not line:
                return
            if len(line) > LARGEST_PROVENANCE:
                raise SketchFormatError(f"line {number} of {path} is too long to be read")
            if line.strip():
                yield f"line {number} of {path}", line


def _record(where: str, word: object, sketch: Sketch, seed: object, number: object, ended: object) -> SketchRecord:
    if isinstance(word, str) and isinstance(seed, int | str) and isinstance(number, int) and isinstance(ended, bool):
        return SketchRecord(word, sketch, seed, number, ended)
    raise SketchFormatError(f"{where} has a word, seed, number or end of the wrong kind")


def _load_npz(path: Path) -> tuple[FloatArray, IntArray, dict[str, Any]]:
    try:
        with opened(path) as file, zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_NPZ:
                raise SketchFormatError(f"{path} is too large to be read")
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                rows, starts, text = arrays["rows"], arrays["starts"], str(arrays["header"])
        header = json.loads(text)
        _check_npz(rows, starts, header)
    except InputError:
        raise
    except _SIGNS_OF_DAMAGE as error:
        raise SketchFormatError(f"{path} is not a file of sketches or is damaged") from error
    return rows.astype(np.float32), starts, header


def _check_npz(rows: FloatArray, starts: IntArray, header: dict[str, Any]) -> None:
    columns = [header[name] for name in ("words", "seeds", "numbers", "ended")]
    rising = starts[0] == 0 and starts[-1] == len(rows) and (np.diff(starts) >= 0).all()
    if not (
        rows.ndim == 2
        and rows.shape[1] == 3
        and rows.dtype.kind in "if"
        and starts.dtype == np.int64
        and rising
        and all(isinstance(column, list) and len(column) == len(starts) - 1 for column in columns)
        and isinstance(header["provenance"], str)
    ):
        raise ValueError("the parts do not fit together")
