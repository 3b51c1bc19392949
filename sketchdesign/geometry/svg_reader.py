"""A sketch from an SVG file: its lines in the order of the document, as the pen would draw them.

Files come from anywhere, so the document is looked over before svgelements may read it: no entities, no nesting or
copying without bounds. Widths, fills and text are not looked at.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

import numpy as np

from sketchdesign.core.errors import SketchFormatError
from sketchdesign.core.strokes import Sketch
from sketchdesign.geometry.curves import Curves, Points, flattened
from sketchdesign.geometry.svg_file import check_size, svg_file
from sketchdesign.geometry.svg_lengths import resolve_lengths

MAX_FILE_BYTES = 8 * 2**20
MOST_ELEMENTS = 50_000
"""After every ``use`` has been replaced by what it shows."""
MOST_POINTS = 200_000
DEEPEST = 100
_READ_AT_ONCE = 65_536

NEVER_SHOWN = ("clipPath", "mask", "marker", "pattern", "filter", "linearGradient", "radialGradient", "metadata")
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")


def read_svg_sketch(path: Path) -> Sketch:
    """The paths and shapes of an SVG file, in CSS pixels (1/96 inch), y down.

    Groups, transforms, units, viewBox and ``use`` are followed; what is hidden or not displayed is left out. Curves
    become lines that stay within `curves.FLATNESS`.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no SVG, is damaged, too large or shows no line.
    """
    with svg_file(path, MAX_FILE_BYTES) as data:
        return parse_svg_sketch(data)


def parse_svg_sketch(data: bytes) -> Sketch:
    """As `read_svg_sketch`, from a file's bytes.

    Raises:
        SketchFormatError: what is wrong with them, in a few words.
    """
    check_size(data, MAX_FILE_BYTES)
    root = checked_document(data)
    points, offsets = flattened(Curves.from_chains(shape_strokes(drawn_shapes(root))), MOST_POINTS)
    if not len(points):
        if any(_name(element) == "text" for element in root.iter()):
            raise SketchFormatError("it holds text but no lines", hint="convert the text to paths")
        raise SketchFormatError("it shows no lines")
    return Sketch(points.astype(np.float32), np.diff(offsets))


def checked_document(data: bytes) -> Element:
    """The document's root, once it is known to be harmless, without what is never shown by itself."""
    depth = count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST:
            raise SketchFormatError(f"its elements are nested deeper than {DEEPEST}")
        if count > MOST_ELEMENTS:
            raise SketchFormatError(f"it has more than {MOST_ELEMENTS} elements", hint="save less of it")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = begin, end, refuse_entity
    try:
        parser.Parse(data, True)
        root = _tree_of(data)  # entities were refused above
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        raise SketchFormatError(f"it is no XML: {error}") from error
    if _name(root) != "svg":
        raise SketchFormatError(f"it is {_name(root)[:40]!r}, not SVG")
    _check_copies(root)
    _prune(root)
    return root


def _tree_of(data: bytes) -> Element:
    """The root of a document. Read whole, it would keep all other threads of Python waiting until its end."""
    parser = ElementTree.XMLParser()
    for begin in range(0, len(data), _READ_AT_ONCE):
        parser.feed(data[begin : begin + _READ_AT_ONCE])
    root: Element = parser.close()
    return root


def refuse_entity(*_: object) -> None:
    """For the declarations of entities, with which a small file can become a large document, or read other files."""
    raise SketchFormatError("it declares entities, which are not read", hint="save it as plain SVG")


def _check_copies(root: Element) -> None:
    """Refuse ``use`` elements that show themselves, or that multiply beyond `MOST_ELEMENTS`."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    sizes: dict[Element, int] = {}
    open_elements: set[Element] = set()

    def size(element: Element) -> int:
        if element in open_elements:
            raise SketchFormatError("an element of it shows itself", hint="remove the use element")
        if element not in sizes:
            open_elements.add(element)
            target = next((by_id.get(element.get(key, "")[1:]) for key in _HREFS if element.get(key)), None)
            copied = size(target) if target is not None and _name(element) == "use" else 0
            sizes[element] = 1 + copied + sum(map(size, element))
            open_elements.remove(element)
        return sizes[element]

    try:
        total = size(root)
    except RecursionError:
        raise SketchFormatError("its use elements are nested too deeply") from None
    if total > MOST_ELEMENTS:
        raise SketchFormatError(f"it shows more than {MOST_ELEMENTS} elements", hint="save less of it")


def _prune(element: Element) -> None:
    """Take out what svgelements would draw although it only serves others; a symbol stays for those who use it."""
    for place, child in enumerate(list(element)):
        if _name(child) in NEVER_SHOWN:
            child.clear()
            child.tag = child.tag.replace(_name(child), "defs")
            continue
        _prune(child)
        if _name(child) == "path":
            child.attrib.setdefault("d", "")  # legal to leave out, but svgelements stumbles over it
        if _name(child) == "symbol":
            definitions = Element(child.tag.replace("symbol", "defs"))
            definitions.append(child)
            element[place] = definitions


def drawn_shapes(root: Element, size: tuple[float, float] | None = None) -> Iterator[Any]:
    """The visible shapes, in pixels, in the document's order.

    Args:
        root: the document; its lengths are rewritten, see `resolve_lengths`.
        size: width and height of which percentages are meant, where the document does not say.
    """
    import svgelements

    resolve_lengths(root)
    document = io.BytesIO(ElementTree.tostring(root))
    height, width = size or (None, None)  # svgelements exchanges the two
    try:
        for element in svgelements.SVG.parse(document, reify=True, width=width, height=height).elements():
            if isinstance(element, svgelements.Shape) and element.values.get("visibility") not in (
                "hidden",
                "collapse",
            ):
                shape = svgelements.Path(element).reify()  # turned rectangles and ellipses still have their transform
                shape.approximate_arcs_with_cubics()
                yield shape
    except SketchFormatError:
        raise
    except Exception as error:  # the library meets damaged attributes with errors of every kind
        raise SketchFormatError(f"a part of it cannot be understood ({type(error).__name__})") from error


def shape_strokes(shapes: Iterable[Any]) -> Iterator[list[Points]]:
    """Each subpath as a chain of segments, a segment being its 2 to 4 control points."""
    import svgelements

    for shape in shapes:
        chain: list[Points] = []
        for segment in shape:
            if isinstance(segment, svgelements.Move):
                if chain:
                    yield chain
                chain = []
                continue
            controls = [getattr(segment, key, None) for key in ("start", "control", "control1", "control2", "end")]
            points = np.array([(point.x, point.y) for point in controls if point is not None], np.float64)
            if len(points) >= 2:
                chain.append(points)
            if isinstance(segment, svgelements.Close):
                if chain:
                    yield chain
                chain = []
        if chain:
            yield chain


def _name(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
