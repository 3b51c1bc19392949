"""SVG files as drawings: page size and layers in millimetres, whichever program wrote them."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element

from sketchdesign.core.drawing import Drawing, Layer, Strokes
from sketchdesign.core.errors import SketchFormatError
from sketchdesign.geometry import svg_fast, svg_reader
from sketchdesign.geometry.curves import Curves, flattened
from sketchdesign.geometry.svg_file import check_size, svg_file
from sketchdesign.geometry.svg_page import Sheet, label_of, pen_of, sheet_of

MAX_FILE_BYTES = 256 * 2**20

_NOT_DRAWN = ("defs", "metadata", "title", "desc", "style", "namedview", "script")


def read_drawing(path: Path) -> Drawing:
    """The lines of an SVG file in mm, y down, one layer per Inkscape layer or group at the top of the document.

    Lines outside all groups make a layer of their own. The page is what width, height and viewBox say; the pen of a
    layer is its group's stroke, black where it names none. Curves become lines that stay within `curves.FLATNESS`.

    Documents of plain groups and shapes, as programs for plotters write them, are read fast and may be large; others,
    with style sheets or clones, take some ten times as long and may have `svg_reader.MAX_FILE_BYTES`.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no SVG, is damaged, too large, has no size or shows no line.
    """
    with svg_file(path, MAX_FILE_BYTES) as data:
        return parse_drawing(data)


def parse_drawing(data: bytes) -> Drawing:
    """As `read_drawing`, from a file's bytes.

    Raises:
        SketchFormatError: what is wrong with them, in a few words.
    """
    check_size(data, MAX_FILE_BYTES)
    try:
        sheet, parts = svg_fast.plain_parts(data)
    except svg_fast.NotPlainError as found:
        if len(data) > svg_reader.MAX_FILE_BYTES:
            raise SketchFormatError(
                f"it has {found}, which files larger than {svg_reader.MAX_FILE_BYTES >> 20} MiB may not",
                hint="save it as plain SVG, or save less of it",
            ) from found
        return any_drawing(data)
    return _drawing(sheet, parts)


def any_drawing(data: bytes) -> Drawing:
    """As `parse_drawing`, by way of svgelements alone, which knows style sheets, clones and units of all kinds."""
    root = svg_reader.checked_document(data)
    sheet = sheet_of(root)
    # Without them one unit is one pixel for svgelements, whose own conversion of mm is not exact.
    for name in ("width", "height", "viewBox"):
        root.attrib.pop(name, None)
    children = [child for child in root if _tag(child) not in _NOT_DRAWN]
    groups = [child for child in children if _tag(child) == "g"]
    shares: list[tuple[Element | None, list[Element]]] = [(group, [group]) for group in groups]
    rest = [child for child in children if _tag(child) != "g"]
    shares += [(None, rest)] if rest else []
    parts = []
    for group, drawn in shares:
        shapes = svg_reader.drawn_shapes(_only(root, children, drawn), sheet.size)
        parts.append((group, Curves.from_chains(svg_reader.shape_strokes(shapes))))
    return _drawing(sheet, parts)


def _drawing(sheet: Sheet, parts: Iterable[tuple[Element | None, Curves]]) -> Drawing:
    layers = []
    allowed = svg_fast.MOST_POINTS
    for group, curves in parts:
        points, offsets = flattened(curves, allowed)
        if len(points):
            allowed -= len(points)
            strokes = Strokes((points - sheet.corner) * sheet.mm_per_unit, offsets)
            layers.append(Layer(pen_of(group, float(sheet.mm_per_unit[0])), strokes, label_of(group)))
    if not layers:
        raise SketchFormatError("it shows no lines")
    return Drawing(sheet.page, tuple(layers))


def _only(root: Element, children: list[Element], drawn: list[Element]) -> Element:
    """The document with some of its children alone, and whatever they may refer to."""
    part = copy.copy(root)
    for child in children:
        if not any(child is one for one in drawn):
            part.remove(child)
    hidden = [child for child in children if not any(child is one for one in drawn)]
    if hidden:
        definitions = Element(root.tag.removesuffix("svg") + "defs")
        definitions.extend(hidden)
        part.insert(0, definitions)
    return part


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
