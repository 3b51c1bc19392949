"""Reading QuickDraw's own files: the binary ``.bin`` and the line-by-line ``.ndjson``.

Format: googlecreativelab/quickdraw-dataset, "Raw", "Simplified drawing files" and "Binary files". Simplified
coordinates are pixels in a 0..255 box, raw ones those of the screen they were drawn on; y down in both.
"""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.strokes import Sketch

LONGEST_LINE = 4 << 20
"""Bytes of one ``.ndjson`` line; the longest raw drawings of the data set need a tenth of it."""

OnDamaged = Callable[[str], None]
"""Told in one sentence what was skipped."""

_BIN_HEADER = struct.Struct("<Q2sbIH")
_BIN_COUNT = struct.Struct("<H")


def read_bin(path: Path) -> Iterator[Sketch]:
    """Yield the drawings of a QuickDraw ``.bin`` file in order.

    Each is key_id u64, country 2 bytes, recognised i8, timestamp u32, stroke count u16; then for each stroke a point
    count u16, the x bytes and the y bytes. Little-endian throughout.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it ends in the middle of a drawing.
    """
    data = read_bytes(path)
    position = 0
    number = 0
    while position < len(data):
        try:
            *_, stroke_count = _BIN_HEADER.unpack_from(data, position)
            position += _BIN_HEADER.size
            points, lengths = [], []
            for _ in range(stroke_count):
                (count,) = _BIN_COUNT.unpack_from(data, position)
                position += _BIN_COUNT.size
                if position + 2 * count > len(data):
                    raise struct.error
                if count:
                    points.append(np.frombuffer(data, np.uint8, 2 * count, position).reshape(2, count).T)
                    lengths.append(count)
                position += 2 * count
        except struct.error:
            raise SketchFormatError(
                f"{path} ends in the middle of drawing {number}", hint="download or copy the file again"
            ) from None
        yield Sketch(np.concatenate(points), np.array(lengths)) if points else Sketch.empty()
        number += 1


class NdjsonDrawing(NamedTuple):
    """One line of an ``.ndjson`` file.

    Attributes:
        word: what was to be drawn; empty where the file does not say.
        recognised: whether QuickDraw's classifier knew it.
        sketch: the drawing, in pixels.
        raw: the strokes carry times: a drawing as it was made, neither scaled nor simplified.
    """

    word: str
    recognised: bool
    sketch: Sketch
    raw: bool


def read_ndjson(path: Path, on_damaged: OnDamaged | None = None) -> Iterator[NdjsonDrawing]:
    """Yield the drawings of a QuickDraw ``.ndjson`` or ``.ndjson.gz`` file, one line in memory at a time.

    Args:
        path: the file; packed if its name ends in ``.gz``.
        on_damaged: told of each line that is skipped; without it the first such line is an error.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: a line is no drawing (without ``on_damaged``), or the packed data are damaged.
    """
    number = 0
    try:
        with _open(path) as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                try:
                    if len(line) > LONGEST_LINE:
                        _skip_line(file)
                        raise SketchFormatError(f"longer than {LONGEST_LINE >> 20} MiB")
                    drawing = parse_ndjson(line) if line.strip() else None
                except SketchFormatError as error:
                    what = f"line {number} of {path} is no drawing: {error.what}"
                    if on_damaged is None:
                        raise SketchFormatError(what) from None
                    on_damaged(what)
                    continue
                if drawing is not None:
                    yield drawing
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SketchFormatError(
            f"{path} is damaged behind line {number}", hint="download or copy the file again"
        ) from None
    except OSError as error:
        raise _cannot_read(path, error) from error


def parse_ndjson(line: bytes | str) -> NdjsonDrawing:
    """One line, such as ``{"word": "cat", "recognized": true, "drawing": [[[x, ...], [y, ...]], ...]}``.

    Raises:
        SketchFormatError: what is wrong with it, in a few words.
    """
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise SketchFormatError("not JSON") from None
    strokes = document.get("drawing") if isinstance(document, dict) else None
    if not isinstance(strokes, list):
        raise SketchFormatError('it has no "drawing"')
    polylines = []
    for stroke in strokes:
        if not isinstance(stroke, list) or len(stroke) < 2 or not all(isinstance(axis, list) for axis in stroke[:2]):
            raise SketchFormatError("a stroke is not a pair of lists")
        if len(stroke[0]) != len(stroke[1]):
            raise SketchFormatError("a stroke has not as many x as y")
        polylines.append(list(zip(stroke[0], stroke[1], strict=True)))
    sketch = Sketch.from_polylines(polylines)
    word = document.get("word", "")
    return NdjsonDrawing(
        word if isinstance(word, str) else "",
        document.get("recognized") is not False,
        sketch,
        any(len(stroke) > 2 for stroke in strokes),
    )


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or an `InputError` that says why not."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _cannot_read(path, error) from error


def _open(path: Path) -> BinaryIO:
    # A GzipFile does all that is asked of a binary file here, but is not declared as one.
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _skip_line(file: BinaryIO) -> None:
    while (part := file.readline(LONGEST_LINE)) and not part.endswith(b"\n"):
        pass


def _cannot_read(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}")
