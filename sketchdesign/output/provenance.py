"""Finding the provenance in the files we write, without trusting them: no entities, no unbounded reads."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance

SVG_NAMESPACE = "urn:sketchdesign:provenance"
SVG_ELEMENT = "provenance"
PNG_KEYWORD = "sketchdesign"

LARGEST_PROVENANCE = 64 * 2**20
_LARGEST_SVG = 2**30
_CHUNK = 2**16

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNK = struct.Struct(">I4s")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """``path`` open for reading bytes, within the block.

    Raises:
        InputError: it is missing or cannot be read, at any moment in the block.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read {path}: {reason}", hint="give another file") from error


def no_provenance(path: Path) -> SketchFormatError:
    """The error of a file that carries none."""
    return SketchFormatError(
        f"{path} does not say how it was made", hint="only files written by sketchdesign, and not edited since, do"
    )


def parsed_provenance(text: str, path: Path) -> Provenance:
    """The provenance that was found in a file as text, perhaps none.

    Raises:
        SketchFormatError: there is none, it is larger than `LARGEST_PROVENANCE`, or it is damaged.
    """
    if not text:
        raise no_provenance(path)
    if len(text) > LARGEST_PROVENANCE:
        raise SketchFormatError(f"the provenance in {path} is too large to be read")
    return Provenance.from_json(text)


def read_svg_provenance(path: Path) -> Provenance:
    """The provenance in the ``<metadata>`` of an SVG.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no SVG, declares a document type or entities, or carries no provenance.
    """
    finder = _SvgFinder(path)
    with opened(path) as file:
        try:
            while not finder.found and (data := file.read(_CHUNK)):
                finder.feed(data)
            if not finder.found:
                finder.finish()
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise SketchFormatError(f"{path} is not an SVG file or is damaged") from error
    if not finder.found:
        raise no_provenance(path)
    return Provenance.from_json("".join(finder.text))


class _SvgFinder:
    """Collects the text of our element from a stream of XML."""

    def __init__(self, path: Path) -> None:
        self.found = False
        self.text: list[str] = []
        self._path = path
        self._inside = self._rooted = False
        self._bytes = self._characters = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > _LARGEST_SVG:
            raise SketchFormatError(f"{self._path} is too large to be read")
        self._parser.Parse(data, False)

    def finish(self) -> None:
        self._parser.Parse(b"", True)

    def _start(self, name: str, _: dict[str, str]) -> None:
        if not self._rooted and name.rpartition(" ")[2] != "svg":
            raise SketchFormatError(f"{self._path} is not an SVG file or is damaged")
        self._rooted = True
        self._inside = self._inside or name == f"{SVG_NAMESPACE} {SVG_ELEMENT}"

    def _end(self, name: str) -> None:
        if name == f"{SVG_NAMESPACE} {SVG_ELEMENT}":
            self.found, self._inside = True, False

    def _data(self, text: str) -> None:
        if self._inside and not self.found:
            self._characters += len(text)
            if self._characters > LARGEST_PROVENANCE:
                raise SketchFormatError(f"the provenance in {self._path} is too large to be read")
            self.text.append(text)

    def _refuse(self, *_: object) -> None:
        raise SketchFormatError(
            f"{self._path} declares a document type, which is not read for safety",
            hint="save it as plain SVG without DOCTYPE",
        )


def read_png_provenance(path: Path) -> Provenance:
    """The provenance in the ``tEXt`` chunk of a PNG (PNG specification, 11.3.3.2).

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no PNG, is damaged, or carries no provenance.
    """
    damaged = SketchFormatError(f"{path} is not a PNG file or is damaged")
    prefix = PNG_KEYWORD.encode() + b"\0"
    with opened(path) as file:
        if file.read(len(_PNG_SIGNATURE)) != _PNG_SIGNATURE:
            raise damaged
        while len(head := file.read(_PNG_CHUNK.size)) == _PNG_CHUNK.size:
            length, kind = _PNG_CHUNK.unpack(head)
            if kind == b"IEND":
                raise no_provenance(path)
            if kind != b"tEXt" or length > LARGEST_PROVENANCE:
                file.seek(length + 4, 1)
                continue
            body, crc = file.read(length), file.read(4)
            if not body.startswith(prefix):
                continue
            if crc != zlib.crc32(kind + body).to_bytes(4, "big"):
                raise damaged
            return Provenance.from_json(body.removeprefix(prefix).decode("latin-1"))
    raise damaged
