"""What the vector formats share: layer names, coordinates as text, and which drawings can be written at all."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import LARGEST_PAGE_MM, Drawing, Layer, Strokes
from sketchdesign.core.errors import InputError

DECIMALS = 3
"""Coordinates in mm are written to the micrometre."""

FARTHEST_MM = 10.0 * LARGEST_PAGE_MM
"""How far strokes may reach beyond the page: 100 m, which every format can still count in its units."""

_BLOCK_STROKES = 4096
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AXIDRAW_CODES = ("%", "!")


def check_vector(drawing: Drawing) -> None:
    """Refuse what no vector format could hold.

    Raises:
        InputError: the page or a pen has an impossible size, or a stroke lies farther than `FARTHEST_MM`.
    """
    page = drawing.page
    if not 0.0 < min(page.width_mm, page.height_mm) <= max(page.width_mm, page.height_mm) <= LARGEST_PAGE_MM:
        raise InputError(
            f"a page of {page.width_mm:g} x {page.height_mm:g} mm cannot be written", hint="choose sides up to 10 m"
        )
    for layer in drawing.layers:
        if not 0.0 < layer.pen.width_mm <= LARGEST_PAGE_MM:
            raise InputError(
                f"a pen {layer.pen.width_mm:g} mm wide cannot be written", hint="choose a width such as 0.3 mm"
            )
        if np.abs(layer.strokes.points).max(initial=0.0) > FARTHEST_MM:
            raise InputError("a stroke lies more than 100 m from the page", hint="crop the drawing to its page")


def layer_label(number: int, layer: Layer) -> str:
    """The name of a layer, its number in front as plotter programs want it, without characters that XML forbids.

    An AxiDraw layer code at the start of the label (``%`` not plotted, ``!`` pause before) stays in front.
    """
    text = plain_text(layer.label or f"{layer.pen.name} {number_text(layer.pen.width_mm)}")
    code = text[:1] if text.startswith(_AXIDRAW_CODES) else ""
    return f"{code}{number} {text.removeprefix(code).strip()}"


def plain_text(text: str) -> str:
    """Without control characters and halves of characters."""
    return _NOT_XML.sub("", text)


def y_up(drawing: Drawing) -> list[Strokes]:
    """The strokes of each layer with the origin at the lower left corner of the page."""
    origin = np.array([0.0, drawing.page.height_mm])
    return [
        Strokes(layer.strokes.points * (1.0, -1.0) + origin, layer.strokes.offsets)
        if len(layer.strokes)
        else layer.strokes
        for layer in drawing.layers
    ]


def number_text(value: float) -> str:
    """One number of mm, rounded, without idle zeros."""
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


def number_texts(values: NDArray[np.float64], decimals: int = DECIMALS) -> list[str]:
    """All numbers, rounded, without idle zeros, minus zeros and exponents; they are below 1e16."""
    # Adding 0 turns -0 into 0. The shortest text that gives a rounded number back is that number without idle zeros,
    # and Python writes a whole list of them several times faster than one by one.
    rounded = np.round(values, decimals) + 0.0
    return (repr(rounded.ravel().tolist())[1:-1] + ", ").replace(".0, ", ", ").split(", ")[:-1]


def stroke_texts(strokes: Strokes, *, per_mm: float = 1.0, decimals: int = DECIMALS) -> Iterator[list[str]]:
    """The numbers x, y, x, y... of one stroke after the other, a block of strokes in memory at a time."""
    for first in range(0, len(strokes), _BLOCK_STROKES):
        offsets = strokes.offsets[first : first + _BLOCK_STROKES + 1].tolist()
        texts = number_texts(strokes.points[offsets[0] : offsets[-1]] * per_mm, decimals)
        for begin, end in itertools.pairwise(offsets):
            yield texts[2 * (begin - offsets[0]) : 2 * (end - offsets[0])]
