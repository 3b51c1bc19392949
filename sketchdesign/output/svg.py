"""Drawings as SVG in millimetres: one Inkscape layer per pen, plain paths, no transforms, the recipe in the metadata.

What a plotter program needs: Inkscape, vpype and AxiDraw software take a layer's number from its label; ``<use>`` and
transforms, which some of them lose, do not occur. The same drawing always gives the same bytes.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Strokes
from sketchdesign.output.provenance import SVG_ELEMENT, SVG_NAMESPACE

_INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
_DECIMALS = 3
_DOT = "h0.001"
"""A dot is a stroke of a micrometre: programs that read SVG for plotters leave out strokes without length."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AXIDRAW_CODES = ("%", "!")


def render_svg(drawing: Drawing) -> str:
    """The SVG document, 1 user unit = 1 mm, coordinates rounded to 0.001 mm.

    A stroke whose last point is its first is a closed path. Layers are numbered from 1 in drawing order; a label that
    starts with an AxiDraw layer code (``%`` not plotted, ``!`` pause before) keeps it in front of the number.
    """
    import svgwrite

    width, height = _number(drawing.page.width_mm), _number(drawing.page.height_mm)
    document = svgwrite.Drawing(size=(f"{width}mm", f"{height}mm"), viewBox=f"0 0 {width} {height}", debug=False)
    document["xmlns:inkscape"] = _INKSCAPE
    document["xmlns:sketchdesign"] = SVG_NAMESPACE
    provenance = ElementTree.Element(f"sketchdesign:{SVG_ELEMENT}")
    provenance.text = drawing.provenance.to_json()
    document.set_metadata(provenance)
    for number, layer in enumerate(drawing.layers, 1):
        document.add(_Group(_layer_element(number, layer)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + str(document.tostring()) + "\n"


@dataclass(frozen=True)
class _Group:
    """A ready element in an svgwrite document, which would take seconds to build and check 50,000 paths of its own."""

    xml: ElementTree.Element
    elementname: str = "g"

    def get_xml(self) -> ElementTree.Element:
        return self.xml


def _layer_element(number: int, layer: Layer) -> ElementTree.Element:
    pen = layer.pen
    group = ElementTree.Element(
        "g",
        {
            "id": f"layer{number}",
            "inkscape:groupmode": "layer",
            "inkscape:label": _label(number, layer),
            "fill": "none",
            "stroke": _NOT_XML.sub("", pen.colour),
            "stroke-width": _number(pen.width_mm),
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
        },
    )
    group.text = group.tail = "\n"
    for data in _path_data(layer.strokes):
        ElementTree.SubElement(group, "path", {"d": data}).tail = "\n"
    return group


def _label(number: int, layer: Layer) -> str:
    text = _NOT_XML.sub("", layer.label or f"{layer.pen.name} {_number(layer.pen.width_mm)}")
    code = text[:1] if text.startswith(_AXIDRAW_CODES) else ""
    return f"{code}{number} {text.removeprefix(code).strip()}"


def _path_data(strokes: Strokes) -> list[str]:
    """One path per stroke."""
    if not len(strokes):
        return []
    # Adding 0 turns -0 into 0. The shortest text that gives a rounded number back is that number without idle zeros,
    # and Python writes a whole list of them several times faster than one by one.
    rounded = np.round(strokes.points, _DECIMALS) + 0.0
    numbers = (repr(rounded.ravel().tolist())[1:-1] + ", ").replace(".0, ", ", ").split(", ")
    pairs = [f"{x},{y}" for x, y in zip(numbers[0:-1:2], numbers[1:-1:2], strict=True)]
    offsets = strokes.offsets.tolist()
    return [_path(pairs[begin:end]) for begin, end in itertools.pairwise(offsets)]


def _path(points: list[str]) -> str:
    if points[0] != points[-1]:
        return "M" + " ".join(points)
    if points.count(points[0]) == len(points):
        return f"M{points[0]}{_DOT}"
    return "M" + " ".join(points[:-1]) + "Z"


def _number(value: float) -> str:
    return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
