"""One shape or group of an SVG document, by its id."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from sketchdesign.core.drawing import Drawing
from sketchdesign.geometry.read_drawing import parse_drawing
from sketchdesign.geometry.svg_file import check_size, svg_file
from sketchdesign.geometry.svg_reader import MAX_FILE_BYTES, checked_document

_KEPT = ("defs", "style", "symbol")


def read_shape(path: Path, shape_id: str) -> Drawing | None:
    """The lines of the element with an id and of all that it holds, where they lie on the page; None if there is none.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no SVG, is damaged or too large, or the element shows no line.
    """
    with svg_file(path, MAX_FILE_BYTES) as data:
        check_size(data, MAX_FILE_BYTES)
        root = checked_document(data)
        found = next((element for element in root.iter() if element.get("id") == shape_id), None)
        if found is None:
            return None
        _keep_only(root, found)
        return parse_drawing(ElementTree.tostring(root))


def _keep_only(root: ElementTree.Element, wanted: ElementTree.Element) -> None:
    """Take out every element that neither holds the wanted one nor lies inside it."""
    parents = {child: parent for parent in root.iter() for child in parent}
    child = wanted
    while child is not root:
        parent = parents[child]
        for other in list(parent):
            if other is not child and other.tag.rpartition("}")[2] not in _KEPT:
                parent.remove(other)
        child = parent
