"""SVG files as drawings: page size and layers in millimetres, whichever program wrote them."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import LARGEST_PAGE_MM, Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.units import MM_PER_UNIT, parse_length_mm
from sketchdesign.geometry import svg_reader

_Array = NDArray[np.float64]

_INKSCAPE = "{http://www.inkscape.org/namespaces/inkscape}"
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_NOT_DRAWN = ("defs", "metadata", "title", "desc", "style", "namedview", "script")


def read_drawing(path: Path) -> Drawing:
    """The lines of an SVG file in mm, y down, one layer per Inkscape layer or group at the top of the document.

    Lines outside all groups make a layer of their own. The page is what width, height and viewBox say; the pen of a
    layer is its group's stroke, black where it names none.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no SVG, is damaged, too large, has no size or shows no line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(svg_reader.MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        raise InputError(f"cannot read {path}: {(getattr(error, 'strerror', None) or str(error)).lower()}") from error
    try:
        return _drawing(svg_reader.checked_document(data))
    except SketchFormatError as error:
        raise SketchFormatError(f"cannot use {path}: {error.what}", hint=error.hint) from error


def _drawing(root: Element) -> Drawing:
    page, scale, shift = _page(root)
    # Without them one unit is one pixel for svgelements, whose own conversion of mm is not exact.
    for name in ("width", "height", "viewBox"):
        root.attrib.pop(name, None)
    children = [child for child in root if _tag(child) not in _NOT_DRAWN]
    groups = [child for child in children if _tag(child) == "g"]
    parts: list[tuple[Element | None, list[Element]]] = [(group, [group]) for group in groups]
    rest = [child for child in children if _tag(child) != "g"]
    parts += [(None, rest)] if rest else []
    layers = []
    for group, drawn in parts:
        lines = svg_reader.flattened(
            list(svg_reader.shape_strokes(svg_reader.drawn_shapes(_only(root, children, drawn))))
        )
        strokes = Strokes.from_polylines((line - shift) * scale for line in lines)
        if len(strokes):
            layers.append(Layer(_pen(group, scale[0]), strokes, _label(group)))
    if not layers:
        raise SketchFormatError("it shows no lines")
    return Drawing(page, tuple(layers))


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


def _page(root: Element) -> tuple[Page, _Array, _Array]:
    """The page, mm per user unit in x and y, and the user coordinates of its corner."""
    view = [
        float(number) for number in re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", root.get("viewBox", ""))
    ]
    if len(view) != 4 or not min(view[2:]) > 0.0:
        view = []
    sides = [_side_mm(root.get(name)) for name in ("width", "height")]
    if view:
        given = next((side / size for side, size in zip(sides, view[2:], strict=True) if side), MM_PER_UNIT["px"])
        sides = [side or size * given for side, size in zip(sides, view[2:], strict=True)]
    width, height = sides
    if not width or not height or not 0.1 <= min(width, height) <= max(width, height) <= LARGEST_PAGE_MM:
        raise SketchFormatError("it does not say how large it is", hint="give it a width and a height in mm")
    size = np.array(view[2:] if view else [width / MM_PER_UNIT["px"], height / MM_PER_UNIT["px"]])
    return Page(width, height), np.array([width, height]) / size, np.array(view[:2] or [0.0, 0.0])


def _side_mm(text: str | None) -> float | None:
    if text is None or "%" in text:
        return None
    try:
        return parse_length_mm(f"{text}px" if re.fullmatch(r"[\d.eE+-]+\s*", text) else text)
    except InputError:
        return None


def _pen(group: Element | None, scale: float) -> Pen:
    if group is None:
        return Pen()
    declarations = (part.partition(":") for part in group.get("style", "").split(";"))
    style = {key.strip(): value.strip() for key, _, value in declarations}
    colour = group.get("stroke") or style.get("stroke", "")
    width = re.fullmatch(r"([\d.]+)(?:px)?", group.get("stroke-width") or style.get("stroke-width", ""))
    ours = Pen()
    return Pen(
        name=_label(group) or ours.name,
        colour=colour.lower() if _COLOUR.fullmatch(colour) else ours.colour,
        width_mm=float(width[1]) * scale if width and width[1].count(".") < 2 else ours.width_mm,
    )


def _label(group: Element | None) -> str:
    if group is None:
        return ""
    text = group.get(f"{_INKSCAPE}label") or group.get("id") or ""
    # Writers number the layers themselves.
    return re.sub(r"^([%!]?)\d+\s+", r"\1", text)


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
