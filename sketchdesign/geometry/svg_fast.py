"""Plain SVG documents, read in one pass: groups and shapes, transforms, styles that do not move anything.

That is what programs for plotters write, tens of thousands of paths at a time. Whatever else a document holds, such as
style sheets, clones, nested documents, or text that has shapes inside, is named in a `NotPlainError`, and the document
left to `svg_reader`. Single shapes that are not plain lines and Bezier curves go through it, too.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple
from xml.etree.ElementTree import Element
from xml.parsers import expat

import numpy as np

from sketchdesign.core.errors import SketchFormatError
from sketchdesign.core.strokes import IntArray
from sketchdesign.geometry import svg_reader
from sketchdesign.geometry.curves import Curves
from sketchdesign.geometry.svg_matrix import IDENTITY, Matrix, parse_transform, product, transformed
from sketchdesign.geometry.svg_page import Sheet, label_of, sheet_of
from sketchdesign.geometry.svg_paint import Ink, Paint, Part, paint_of
from sketchdesign.geometry.svg_paths import parse_paths

MOST_ELEMENTS = 5_000_000
MOST_POINTS = 20_000_000

_BATCH_CHARACTERS = 1 << 20
_SVG = "http://www.w3.org/2000/svg}"

_SHAPES = ("path", "polyline", "polygon", "line", "rect", "circle", "ellipse")
_SKIPPED = ("defs", "symbol", *svg_reader.NEVER_SHOWN)
_QUIET = ("title", "desc", "text", "tspan", "script")
_KINDS = {
    prefix + name: name
    for prefix in ("", _SVG)
    for name in ("svg", "g", "style", "use", "image", *_SHAPES, *_SKIPPED, *_QUIET)
}
_GEOMETRY = frozenset(
    (
        *("d", "points", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2"),
        *("transform", "transform-origin", "translate", "scale", "rotate"),
    )
)
"""Properties that move or shape what is drawn; svgelements lets children inherit them."""
_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")
_ODD_PAIRS = re.compile(r"^\s*,|,\s*,|[\d.]\+|[A-DF-Za-df-z]")
"""Points that are read as pairs of numbers, but would mean something else as path data."""


class NotPlainError(Exception):
    """The document holds something that only `svg_reader` knows; the message names it."""


def plain_parts(data: bytes) -> tuple[Sheet, list[Part]]:
    """The paper and the strokes, in user units, of each group at the top of the document, then of all shapes outside.

    Raises:
        NotPlainError: the document is not as plain as this module needs it.
        SketchFormatError: it is damaged, says no size, or is too large.
    """
    walk = _Walk()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler = walk.begin, walk.end
    parser.EntityDeclHandler = svg_reader.refuse_entity
    view = memoryview(data)
    try:
        for first in range(0, len(data), _BATCH_CHARACTERS):
            parser.Parse(view[first : first + _BATCH_CHARACTERS], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise SketchFormatError(f"it is no XML: {error}") from error
    return walk.result()


class _State(NamedTuple):
    """What an open element means for those inside it.

    Attributes:
        draws: shapes may follow; otherwise they are ``skipped``, or none is expected.
        matrix: from user units here to those of the root.
        visible: as the property visibility says.
        ink: what strokes are drawn with.
    """

    draws: bool
    skipped: bool = False
    matrix: Matrix = IDENTITY
    visible: bool = True
    ink: Ink = Ink()


class _Shape(NamedTuple):
    """A shape as path data, which is None where it is none of the plain ones."""

    name: str
    attributes: dict[str, str]
    matrix: Matrix
    text: str | None
    paint: Paint


class _Styled(NamedTuple):
    """What a style attribute says; None where it does not."""

    display: str | None
    visibility: str | None
    stroke: str | None
    width: str | None
    colour: str | None


class _Walk:
    """Follows the elements of one document."""

    def __init__(self) -> None:
        self._stack: list[_State] = []
        self._count = 0
        self._groups: list[_Strokes] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise SketchFormatError(f"it has more than {MOST_ELEMENTS} elements", hint="save less of it")
        if len(self._stack) >= svg_reader.DEEPEST:
            raise SketchFormatError(f"its elements are nested deeper than {svg_reader.DEEPEST}")
        kind = _KINDS.get(name, "" if "}" in name and not name.startswith(_SVG) else None)
        self._stack.append(self._state(kind, name, attributes))

    def end(self, _: str) -> None:
        self._stack.pop()

    def result(self) -> tuple[Sheet, list[Part]]:
        return self._sheet, [strokes.finished() for strokes in [*self._groups, self._rest]]

    def _state(self, kind: str | None, name: str, attributes: dict[str, str]) -> _State:
        if not self._stack:
            return self._root(kind, name, attributes)
        outer = self._stack[-1]
        if kind == "style" or (kind is None and not outer.skipped):
            raise NotPlainError(f"the element {name.rpartition('}')[2][:40]!r}")
        if outer.skipped or kind in _SKIPPED:
            return _State(draws=False, skipped=True)
        if not kind or kind in _QUIET:
            return _State(draws=False)
        if kind in ("svg", "use", "image"):
            raise NotPlainError(f"the element {kind!r}")
        if not outer.draws:
            raise NotPlainError(f"a {kind!r} inside an element that draws nothing")
        return self._group(attributes, outer) if kind == "g" else self._shape(kind, attributes, outer)

    def _root(self, kind: str | None, name: str, attributes: dict[str, str]) -> _State:
        if kind != "svg":
            raise NotPlainError("a root that is not svg")
        root = _element(name, attributes)
        self._sheet = sheet_of(root)
        self._rest = self._layer = _Strokes(self._sheet)
        own = {key: value for key, value in attributes.items() if key not in ("width", "height", "viewBox")}
        for key in ("x", "y"):
            if own.get(key) in ("0", "0px"):
                del own[key]
        state = self._group(own, _State(draws=True), root=True)
        if not state.draws:
            raise NotPlainError("a root that is not displayed")
        return state

    def _group(self, attributes: dict[str, str], outer: _State, *, root: bool = False) -> _State:
        if not root and len(self._stack) == 1:
            self._layer = _Strokes(self._sheet, label_of(_element("g", attributes)))
            self._groups.append(self._layer)
        state = _inherited(attributes, outer)
        moved = _GEOMETRY.intersection(attributes) - {"transform"}
        if moved:
            raise NotPlainError(f"a group with the attribute {min(moved)!r}")
        return state

    def _shape(self, kind: str, attributes: dict[str, str], outer: _State) -> _State:
        state = _inherited(attributes, outer)
        if state.draws and state.visible:
            target = self._layer if len(self._stack) > 1 else self._rest
            paint = paint_of(state.ink, state.matrix)
            target.add(_Shape(kind, attributes, state.matrix, _path_data(kind, attributes), paint))
        return _State(draws=False)


def _element(name: str, attributes: dict[str, str]) -> Element:
    def qualified(text: str) -> str:
        return f"{{{text}" if "}" in text else text

    return Element(qualified(name), {qualified(key): value for key, value in attributes.items()})


def _inherited(attributes: dict[str, str], outer: _State) -> _State:
    """The state of an element that draws."""
    display, visibility = attributes.get("display"), attributes.get("visibility")
    stroke, width, colour = attributes.get("stroke"), attributes.get("stroke-width"), attributes.get("color")
    if "style" in attributes:
        styled = _styled(attributes["style"])
        display, visibility = styled.display or display, styled.visibility or visibility
        stroke, width, colour = styled.stroke or stroke, styled.width or width, styled.colour or colour
    if display is not None and display.lower() == "none":
        return _State(draws=False, skipped=True)
    matrix = outer.matrix
    if attributes.get("transform"):
        own = parse_transform(attributes["transform"])
        if own is None:
            raise NotPlainError(f"the transform {attributes['transform'][:40]!r}")
        matrix = product(matrix, own)
    visible = outer.visible if visibility is None else visibility not in ("hidden", "collapse")
    return _State(True, matrix=matrix, visible=visible, ink=outer.ink.inside(stroke, width, colour))


@functools.lru_cache(1024)
def _styled(style: str) -> _Styled:
    declared = {}
    for declaration in style.split(";"):
        key, colon, value = declaration.partition(":")
        if colon and ":" not in value:
            declared[key.strip()] = value.strip()
    moved = _GEOMETRY.intersection(declared)
    if moved:
        raise NotPlainError(f"a style with {min(moved)!r}")
    return _Styled(*map(declared.get, ("display", "visibility", "stroke", "stroke-width", "color")))


def _path_data(kind: str, attributes: dict[str, str]) -> str | None:
    """A shape as the ``d`` of a path (SVG 1.1, chapter 9)."""
    if kind == "path":
        return attributes.get("d", "")
    if kind in ("polyline", "polygon"):
        points = attributes.get("points", "")
        if _ODD_PAIRS.search(points):
            return None
        return f"M{points}{'Z' if kind == 'polygon' else ''}" if points.strip() else ""
    if kind == "line":
        ends = [attributes.get(key, "0") for key in ("x1", "y1", "x2", "y2")]
        return "M{} {}L{} {}".format(*ends) if all(map(_NUMBER.fullmatch, ends)) else None
    if kind == "rect":
        return _rectangle(attributes)
    return None


def _rectangle(attributes: dict[str, str]) -> str | None:
    texts = [attributes.get(key, default) for key, default in (("x", "0"), ("y", "0"), ("width", ""), ("height", ""))]
    if "rx" in attributes or "ry" in attributes or not all(map(_NUMBER.fullmatch, texts)):
        return None
    x, y, width, height = map(float, texts)
    return f"M{x!r} {y!r}H{x + width!r}V{y + height!r}H{x!r}Z" if min(width, height) > 0.0 else None


class _Strokes:
    """Collects the strokes of one layer, many shapes at a time."""

    def __init__(self, sheet: Sheet, label: str = "") -> None:
        self._sheet = sheet
        self._label = label
        self._parts: list[Curves] = []
        self._paints: dict[Paint, int] = {}
        self._numbers: list[IntArray] = [np.empty(0, np.int64)]
        self._points = 0
        self._waiting: list[_Shape] = []
        self._characters = 0

    def add(self, shape: _Shape) -> None:
        self._waiting.append(shape)
        self._characters += len(shape.text or "") + 100
        if self._characters > _BATCH_CHARACTERS:
            self._parse()

    def finished(self) -> Part:
        self._parse()
        return Part(self._label, Curves.concatenate(self._parts), tuple(self._paints), np.concatenate(self._numbers))

    def _parse(self) -> None:
        shapes, self._waiting, self._characters = self._waiting, [], 0
        plain = [number for number, shape in enumerate(shapes) if shape.text is not None]
        curves, owners, unread = parse_paths([shapes[number].text or "" for number in plain])
        numbers = np.array(plain, np.int64)
        others = sorted({*range(len(shapes))} - {*plain} | set(numbers[unread].tolist()))
        owners = numbers[owners]
        curves = transformed(curves, [shape.matrix for shape in shapes], owners)
        if others:
            other_curves, other_owners = _by_svgelements([shapes[number] for number in others], self._sheet)
            owners = np.concatenate([owners, np.array(others)[other_owners]])
            order = np.argsort(owners, kind="stable")
            curves, owners = Curves.concatenate([curves, other_curves]).reordered(order), owners[order]
        self._points += len(curves.points)
        if self._points > MOST_POINTS:
            raise SketchFormatError(f"its lines have more than {MOST_POINTS} points", hint="simplify it")
        self._parts.append(curves)
        paints = self._paints
        painted = np.array([paints.setdefault(shape.paint, len(paints)) for shape in shapes], np.int64)
        self._numbers.append(painted[owners])


def _by_svgelements(shapes: list[_Shape], sheet: Sheet) -> tuple[Curves, IntArray]:
    """The strokes of shapes of all kinds, and the number of the shape that each belongs to."""
    root = Element("svg")
    for number, shape in enumerate(shapes):
        attributes = {key: value for key, value in shape.attributes.items() if key in _GEOMETRY}
        attributes["transform"] = "matrix({!r} {!r} {!r} {!r} {!r} {!r})".format(*shape.matrix)
        root.append(Element(shape.name, attributes | {"id": str(number)}))
    chains, owners = [], []
    for drawn in svg_reader.drawn_shapes(root, sheet.size):
        strokes = list(svg_reader.shape_strokes([drawn]))
        chains += strokes
        owners += [int(drawn.values["id"])] * len(strokes)
    return Curves.from_chains(chains), np.array(owners, np.int64)
