"""Drawings as SVG in millimetres: one Inkscape layer per pen, plain paths, no transforms, the recipe in the metadata.

What a plotter program needs: Inkscape, vpype and AxiDraw software take a layer's number from its label; ``<use>`` and
transforms, which some of them lose, do not occur. The same drawing always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Strokes
from sketchdesign.output.provenance import SVG_ELEMENT, SVG_NAMESPACE
from sketchdesign.output.vector import DECIMALS, layer_label, number_text, number_texts, plain_text

_INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
_DOT = "h0.001"
"""A dot is a stroke of a micrometre: programs that read SVG for plotters leave out strokes without length."""

_END = "</svg>"
_PATH = '<path d="M'
_AFTER_POINT = np.array([" ", *(f'{end}" />\n{_PATH}' for end in ("", "Z", _DOT))], object)
_BLOCK_STROKES = 4096


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
    frame = str(document.tostring())
    # Layers are written as text: the library, or any tree of elements, would take seconds for 50,000 paths.
    layers = (_layer_text(number, layer) for number, layer in enumerate(drawing.layers, 1))
    return "".join(['<?xml version="1.0" encoding="UTF-8"?>\n', frame.removesuffix(_END), *layers, _END, "\n"])


def _layer_text(number: int, layer: Layer) -> str:
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
    begin, end, tail = ElementTree.tostring(group, encoding="unicode").rpartition("</g>")
    return "".join([begin, *_path_texts(layer.strokes), end, tail])


def _path_texts(strokes: Strokes) -> Iterator[str]:
    """The path elements of many strokes after the other."""
    for first in range(0, len(strokes), _BLOCK_STROKES):
        offsets = strokes.offsets[first : first + _BLOCK_STROKES + 1]
        points = np.round(strokes.points[offsets[0] : offsets[-1]], DECIMALS)
        begins, lasts, sizes = offsets[:-1] - offsets[0], offsets[1:] - offsets[0] - 1, np.diff(offsets)
        closed = (points[begins] == points[lasts]).all(axis=1)
        dots = np.logical_and.reduceat((points == np.repeat(points[begins], sizes, axis=0)).all(axis=1), begins)
        written = ~np.repeat(dots, sizes)
        written[lasts[closed]] = False
        written[begins] = True
        # After each point: the next one, or the end of its path, which is of one of three kinds.
        after = np.zeros(len(points), np.int64)
        after[begins + np.add.reduceat(written, begins, dtype=np.int64) - 1] = 1 + closed + dots
        numbers = number_texts(points[written])
        texts = [","] * (2 * len(numbers))
        texts[0::4], texts[2::4] = numbers[0::2], numbers[1::2]
        texts[3::4] = _AFTER_POINT[after[written]].tolist()
        yield _PATH + "".join(texts).removesuffix(_PATH)
