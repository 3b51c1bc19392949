"""Reading QuickDraw's own files: the binary ``.bin`` and the simplified ``.ndjson``.

Format: googlecreativelab/quickdraw-dataset, "Simplified drawing files" and "Binary files". Coordinates are pixels in
a 0..255 box, y down.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.strokes import Sketch

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


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or an `InputError` that says why not."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
