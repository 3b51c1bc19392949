"""SVG files as drawings: page size and layers in millimetres, whichever program wrote them."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Strokes
from sketchdesign.core.errors import SketchFormatError
from sketchdesign.geometry import svg_fast, svg_reader
from sketchdesign.geometry.curves import Curves, Points, flattened
from sketchdesign.geometry.svg_file import check_size, svg_file
from sketchdesign.geometry.svg_page import Sheet, label_of, sheet_of
from sketchdesign.geometry.svg_paint import Paint, Part, by_colour, layer_of, paint_of_values

MAX_FILE_BYTES = 256 * 2**20

_NOT_DRAWN = ("defs", "metadata", "title", "desc", "style", "namedview", "script")


def read_drawing(path: Path) -> Drawing:
    """The lines of an SVG file in mm, y down, a layer for each Inkscape layer or group at the top of the document.

    Lines outside all groups make a layer of their own, and those of several colours in one group a layer for each. The
    page is what width, height and viewBox say; a pen has the colour of its strokes, black where they have none, and
    the width that most of them have. Curves become lines that stay within `curves.FLATNESS`.

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
        parts.append(_part(label_of(group), shapes))
    return _drawing(sheet, parts)


def _part(label: str, shapes: Iterable[Any]) -> Part:
    """The strokes of shapes of svgelements, and what they are painted with."""
    chains: list[list[Points]] = []
    numbers: list[int] = []
    paints: dict[Paint, int] = {}
    for shape in shapes:
        strokes = list(svg_reader.shape_strokes([shape]))
        chains += strokes
        numbers += [paints.setdefault(paint_of_values(shape.values), len(paints))] * len(strokes)
    return Part(label, Curves.from_chains(chains), tuple(paints), np.array(numbers, np.int64))


def _drawing(sheet: Sheet, parts: Iterable[Part]) -> Drawing:
    layers: list[Layer] = []
    allowed = svg_fast.MOST_POINTS
    for part in parts:
        curves, shares = by_colour(part)
        points, offsets = flattened(curves, allowed)
        allowed -= len(points)
        points = (points - sheet.corner) * sheet.mm_per_unit
        first = 0
        for paint, count in shares:
            begins = offsets[first : first + count + 1]
            strokes = Strokes(points[begins[0] : begins[-1]], begins - begins[0])
            layers.append(layer_of(part.label, paint, strokes, float(sheet.mm_per_unit[0]), alone=len(shares) == 1))
            first += count
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
