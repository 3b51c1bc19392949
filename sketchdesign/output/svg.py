"""Drawings as SVG in millimetres: one Inkscape layer per pen, plain paths, no transforms, the recipe in the metadata.

What a plotter program needs: Inkscape, vpype and AxiDraw software take a layer's number from its label; ``<use>`` and
transforms, which some of them lose, do not occur. The same drawing always gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from sketchdesign.core.drawing import Drawing, Layer
from sketchdesign.output.provenance import SVG_ELEMENT, SVG_NAMESPACE
from sketchdesign.output.vector import layer_label, number_text, plain_text, stroke_texts

_INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
_DOT = "h0.001"
"""A dot is a stroke of a micrometre: programs that read SVG for plotters leave out strokes without length."""


def render_svg(drawing: Drawing) -> str:
    """The SVG document, 1 user unit = 1 mm, coordinates rounded to 0.001 mm.

    A stroke whose last point is its first is a closed path. Layers are numbered from 1 in drawing order; a label that
    starts with an AxiDraw layer code (``%`` not plotted, ``!`` pause before) keeps it in front of the number.
    """
    import svgwrite

    width, height = number_text(drawing.page.width_mm), number_text(drawing.page.height_mm)
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
            "inkscape:label": layer_label(number, layer),
            "fill": "none",
            "stroke": plain_text(pen.colour),
            "stroke-width": number_text(pen.width_mm),
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
        },
    )
    group.text = group.tail = "\n"
    for texts in stroke_texts(layer.strokes):
        ElementTree.SubElement(group, "path", {"d": _path(texts)}).tail = "\n"
    return group


def _path(texts: list[str]) -> str:
    points = [f"{x},{y}" for x, y in zip(texts[::2], texts[1::2], strict=True)]
    if points[0] != points[-1]:
        return "M" + " ".join(points)
    if points.count(points[0]) == len(points):
        return f"M{points[0]}{_DOT}"
    return "M" + " ".join(points[:-1]) + "Z"
