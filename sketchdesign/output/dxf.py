"""Drawings as DXF (AutoCAD 2010, AC1024): polylines in millimetres, y up, one layer per pen, the recipe in an XRECORD.

ezdxf makes the frame of the file: header, tables, layers, objects. The strokes are set into it as text, for ezdxf takes
13 s for the 50,000 of a full sheet. The same drawing always gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.errors import SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.provenance import LARGEST_PROVENANCE, opened, parsed_provenance
from sketchdesign.output.vector import check_vector, layer_label, plain_text, stroke_texts, y_up

if TYPE_CHECKING:
    from ezdxf.document import Drawing as DxfDocument

_VERSION = "R2010"
_ENTITIES = "  0\nSECTION\n  2\nENTITIES\n"
_CLOSED = 1

_NOT_IN_NAMES = re.compile(r"[<>/\\\":;?*|=`,\s]+")
_LONGEST_NAME = 255

_LINEWEIGHTS = (0, 5, 9, 13, 15, 18, 20, 25, 30, 35, 40, 50, 53, 60, 70, 80, 90, 100, 106, 120, 140, 158, 200, 211)
"""The widths that DXF knows, in 0.01 mm (DXF reference, group code 370)."""

_RECORD = "SKETCHDESIGN_PROVENANCE"
_STRING_CHARACTERS = 240
"""Programs of old take strings of up to 255 characters."""

_LONGEST_LINE = 4096
_TEXT_CODE = b"1"


def render_dxf(drawing: Drawing) -> str:
    """The DXF text, coordinates rounded to 0.001 mm, the origin at the lower left corner of the page.

    A stroke is an LWPOLYLINE, closed when its last point is its first; a dot is a POINT. Layers are named as in the
    SVG, with characters that DXF forbids in names replaced, and have the pen's true colour and the nearest lineweight.

    Raises:
        InputError: a colour is not ``#rrggbb``, or a size is impossible.
    """
    import ezdxf
    from ezdxf import units

    check_vector(drawing)
    # The only way to keep dates and random identifiers out. It holds for the process, where nobody else uses ezdxf.
    ezdxf.options.write_fixed_meta_data_for_testing = True
    document = ezdxf.new(_VERSION, units=units.MM)
    names = _add_layers(document, drawing)
    _add_provenance(document, drawing.provenance)
    _set_extents(document, drawing.page)
    _add_classes(document)
    space = document.modelspace()

    first = int(str(document.entitydb.handles), 16)
    document.entitydb.handles.reset(f"{first + drawing.stroke_count:X}")
    buffer = io.StringIO()
    document.write(buffer)
    before, section, after = buffer.getvalue().partition(_ENTITIES)
    return "".join([before, section, *_entities(drawing, names, first, space.layout_key), after])


def _add_layers(document: DxfDocument, drawing: Drawing) -> list[str]:
    from ezdxf import colors

    names = []
    for number, layer in enumerate(drawing.layers, 1):
        name = _NOT_IN_NAMES.sub(" ", plain_text(layer_label(number, layer))).strip()[:_LONGEST_NAME]
        names.append(name)
        entry = document.layers.add(
            name, lineweight=min(_LINEWEIGHTS, key=lambda weight: abs(weight - 100.0 * layer.pen.width_mm))
        )
        entry.rgb = colors.RGB.from_hex(parse_colour(layer.pen.colour))
    return names


def _add_classes(document: DxfDocument) -> None:
    """What ezdxf would add when it writes, in the order of a set: another one in every process."""
    for name in sorted(document.entitydb.dxf_types_in_use()):
        document.classes.add_class(name)


def _set_extents(document: DxfDocument, page: Page) -> None:
    low, high = (0.0, 0.0, 0.0), (page.width_mm, page.height_mm, 0.0)
    document.modelspace().reset_extents(low, high)
    document.modelspace().reset_limits(low[:2], high[:2])
    # ezdxf takes a corner at the origin for none and leaves the header without.
    document.header["$EXTMIN"], document.header["$EXTMAX"] = low, high


def _add_provenance(document: DxfDocument, provenance: Provenance) -> None:
    text = provenance.to_json()
    record = document.rootdict.add_xrecord(_RECORD)
    strings = (text[begin : begin + _STRING_CHARACTERS] for begin in range(0, len(text), _STRING_CHARACTERS))
    record.reset([(1, _RECORD), *((1, string) for string in strings)])


def _entities(drawing: Drawing, names: list[str], handle: int, owner: str) -> Iterator[str]:
    """One text per stroke; the numbers after ``handle`` are theirs."""
    for name, strokes in zip(names, y_up(drawing), strict=True):
        head = f"330\n{owner}\n100\nAcDbEntity\n  8\n{name}\n100\n"
        for texts in stroke_texts(strokes):
            yield _entity(texts, f"  5\n{handle:X}\n{head}")
            handle += 1


def _entity(texts: list[str], head: str) -> str:
    points = [f" 10\n{x}\n 20\n{y}\n" for x, y in zip(texts[::2], texts[1::2], strict=True)]
    if points.count(points[0]) == len(points):
        return f"  0\nPOINT\n{head}AcDbPoint\n{points[0]} 30\n0\n"
    closed = points[0] == points[-1]
    if closed:
        points.pop()
    flags = _CLOSED if closed else 0
    return f"  0\nLWPOLYLINE\n{head}AcDbPolyline\n 90\n{len(points)}\n 70\n{flags}\n{''.join(points)}"


def read_dxf_provenance(path: Path) -> Provenance:
    """The provenance in the XRECORD of a DXF.

    The file is read as the pairs of lines that every DXF is made of, not as a document: memory does not grow with it.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no text DXF, is damaged, or carries no provenance.
    """
    with opened(path) as file:
        text = "".join(_provenance_parts(file, path))
    return parsed_provenance(text, path)


def _provenance_parts(file: BinaryIO, path: Path) -> Iterator[str]:
    """The strings of our record, at most one beyond what may be read."""
    characters, inside = 0, False
    for code, value in _pairs(file, path):
        if inside and code != _TEXT_CODE:
            return
        if inside:
            characters += len(value)
            yield value.decode("ascii", errors="replace")
            if characters > LARGEST_PROVENANCE:
                return
        inside = inside or (code == _TEXT_CODE and value == _RECORD.encode())


def _pairs(file: BinaryIO, path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Group codes and values up to the end of the file."""
    while line := file.readline(_LONGEST_LINE):
        code = line.strip()
        if not code.removeprefix(b"-").isdigit():
            raise SketchFormatError(f"{path} is not a DXF file in text form or is damaged")
        yield code, file.readline(_LONGEST_LINE).rstrip(b"\r\n")
