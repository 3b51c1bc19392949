"""Palettes of other programs: GIMP's text files (.gpl) and Adobe's swatch exchange (.ase).

GIMP writes ``GIMP Palette``, a few headings, and lines of three numbers and a name. Adobe's format has no published
description; as programs write it: ``ASEF``, version 1.0, and blocks that open a group, close one, or hold a colour
as a name in UTF-16, a model and floats, all big-endian.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sketchdesign.core.colour import Array, from_linear_rgb
from sketchdesign.core.errors import InputError, SketchFormatError

LARGEST_FILE = 2**20
MOST_SWATCHES = 4096

_GPL_TITLE = "GIMP Palette"
_GPL_COLOUR = re.compile(r"\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+(.*))?")
_GPL_HEADING = re.compile(r"\s*(?:#.*|(?:Name|Columns|Channels):.*)?", re.IGNORECASE)

_ASE_HEAD = struct.Struct(">4sHHI")
_ASE_BLOCK = struct.Struct(">HI")
_GROUP, _GROUP_END, _COLOUR = 0xC001, 0xC002, 0x0001
_CHANNELS = {b"RGB ": 3, b"CMYK": 4, b"LAB ": 3, b"Gray": 1}

_WHITE_D50 = np.array([0.96422, 1.0, 0.82521])
_RGB_FROM_XYZ_D50 = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
"""To linear sRGB, whose white is D65, after Bradford's adaptation (Lindbloom, http://www.brucelindbloom.com)."""


@dataclass(frozen=True)
class Swatch:
    """A colour, ``#rrggbb``, and its name, which may be empty."""

    name: str
    colour: str


@dataclass(frozen=True)
class Palette:
    """Colours that belong together, at least one."""

    name: str
    swatches: tuple[Swatch, ...]


def read_palettes(path: Path) -> tuple[Palette, ...]:
    """The palettes of a file: of a .gpl one, of an .ase one for each group, and one of what is in none.

    CMYK colours are taken for transparent inks on white, for the file names no profile; LAB is CIELAB under D50.

    Raises:
        InputError: the file cannot be read, or has another ending.
        SketchFormatError: it is damaged, too large, or without colours.
    """
    readers = {".gpl": _read_gpl, ".ase": _read_ase}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"cannot read a palette from {path} by its ending", hint="give a .gpl or an .ase file")
    palettes = reader(_bytes_of(path), path)
    if not palettes:
        raise SketchFormatError(f"{path} holds no colours", hint="give another palette")
    return palettes


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    if len(data) > LARGEST_FILE:
        raise SketchFormatError(f"{path} is too large for a palette", hint="give one of at most 1 MB")
    return data


def _too_many(path: Path) -> SketchFormatError:
    return SketchFormatError(f"{path} holds more than {MOST_SWATCHES} colours", hint="give a smaller palette")


def _read_gpl(data: bytes, path: Path) -> tuple[Palette, ...]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # as GIMP wrote them before version 2
    title, *lines = text.splitlines() or [""]
    if title.strip() != _GPL_TITLE:
        raise SketchFormatError(f"{path} is not a GIMP palette or is damaged")
    name, swatches = path.stem, []
    for number, line in enumerate(lines, 2):
        if line.lower().startswith("name:"):
            name = line.partition(":")[2].strip() or name
        elif found := _GPL_COLOUR.fullmatch(line):
            values = [int(found[channel]) for channel in (1, 2, 3)]
            if max(values) > 255:
                raise SketchFormatError(f"line {number} of {path} is no colour: {line.strip()!r:.40}")
            swatches.append(Swatch(_known_name(found[4]), "#{:02x}{:02x}{:02x}".format(*values)))
        elif not _GPL_HEADING.fullmatch(line):
            raise SketchFormatError(f"line {number} of {path} is no colour: {line.strip()!r:.40}")
    if len(swatches) > MOST_SWATCHES:
        raise _too_many(path)
    return (Palette(name, tuple(swatches)),) if swatches else ()


def _known_name(text: str | None) -> str:
    """The name of a colour; GIMP's word for one without is none."""
    name = (text or "").strip()
    return "" if name == "Untitled" else name


def _read_ase(data: bytes, path: Path) -> tuple[Palette, ...]:
    groups: list[tuple[str, list[Swatch]]] = [(path.stem, [])]
    loose = groups[0]
    current, count = loose, 0
    try:
        for kind, body in _ase_blocks(data):
            if kind == _GROUP:
                current = (_ase_name(body)[0] or path.stem, [])
                groups.append(current)
            elif kind == _GROUP_END:
                current = loose
            elif kind == _COLOUR:
                count += 1
                current[1].append(_ase_swatch(body))
    except (struct.error, ValueError, KeyError, OverflowError) as error:
        raise SketchFormatError(f"{path} is not an Adobe swatch file or is damaged") from error
    if count > MOST_SWATCHES:
        raise _too_many(path)
    return tuple(Palette(name, tuple(swatches)) for name, swatches in groups if swatches)


def _ase_blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    magic, major, _, blocks = _ASE_HEAD.unpack_from(data)
    if magic != b"ASEF" or major != 1:
        raise ValueError
    at = _ASE_HEAD.size
    # As many as are said to be there, but a block takes some bytes: the file's size bounds them, too.
    for _ in range(min(blocks, len(data) // _ASE_BLOCK.size)):
        kind, length = _ASE_BLOCK.unpack_from(data, at)
        at += _ASE_BLOCK.size + length
        if at > len(data):
            raise ValueError
        yield kind, data[at - length : at]


def _ase_name(body: bytes) -> tuple[str, int]:
    """The name at the start of a block, and where it ends."""
    (characters,) = struct.unpack_from(">H", body)
    end = 2 + 2 * characters
    if end > len(body):
        raise ValueError
    return body[2:end].decode("utf-16-be").rstrip("\0").strip(), end


def _ase_swatch(body: bytes) -> Swatch:
    name, at = _ase_name(body)
    model = body[at : at + 4]
    values = np.array(struct.unpack_from(f">{_CHANNELS[model]}f", body, at + 4), np.float64)
    if not np.isfinite(values).all():
        raise ValueError
    return Swatch(name, _hex(model, values))


def _hex(model: bytes, values: Array) -> str:
    if model == b"LAB ":
        return _from_lab(100.0 * values[0], values[1], values[2])
    if model == b"CMYK":
        inks = np.clip(values, 0.0, 1.0)
        values = (1.0 - inks[:3]) * (1.0 - inks[3])
    elif model == b"Gray":
        values = np.repeat(values, 3)
    levels = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(int).tolist()
    return "#{:02x}{:02x}{:02x}".format(*levels)


def _from_lab(lightness: float, a: float, b: float) -> str:
    """CIELAB under D50 (ISO 11664-4) as ``#rrggbb``."""
    y = (min(100.0, max(0.0, lightness)) + 16.0) / 116.0
    f = np.array([y + np.clip(a, -128.0, 128.0) / 500.0, y, y - np.clip(b, -128.0, 128.0) / 200.0])
    xyz = _WHITE_D50 * np.where(f > 6.0 / 29.0, f**3, 3.0 * (6.0 / 29.0) ** 2 * (f - 4.0 / 29.0))
    return from_linear_rgb(_RGB_FROM_XYZ_D50 @ xyz)
