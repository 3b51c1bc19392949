"""What the shapes of an SVG document are stroked with, and the pens that this makes (SVG 1.1, chapter 11).

Of the stroke only colour and width are looked at, for that is all a pen has. Gradients and patterns have no colour that
a pen could take: they are drawn in black, as is what has no stroke at all.
"""

from __future__ import annotations

import colorsys
import functools
import math
import re
from typing import Any, NamedTuple

import numpy as np

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import IntArray
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.geometry.curves import Curves
from sketchdesign.geometry.svg_lengths import length_mm
from sketchdesign.geometry.svg_matrix import Matrix

_BLACK = Pen().colour
_CURRENT = "currentcolor"
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^)]*)\)", re.IGNORECASE)
_CHANNEL = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))(%|deg)?")
_WITH_ALPHA = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{4})", re.IGNORECASE)
_AFTER_URL = re.compile(r"url\([^)]*\)\s*", re.IGNORECASE)
_WIDTH_DECIMALS = 6


class Ink(NamedTuple):
    """What an open element says of the strokes inside it.

    Attributes:
        colour: ``#rrggbb``.
        width: in user units of the element; 0 where none is said.
        current: the colour that ``currentColor`` stands for.
    """

    colour: str = _BLACK
    width: float = 0.0
    current: str = _BLACK

    def inside(self, stroke: str | None, width: str | None, current: str | None) -> Ink:
        """Of an element within, whose properties stroke, stroke-width and color are these, or not given."""
        return _inside(self, stroke, width, current) if stroke or width or current else self


class Paint(NamedTuple):
    """The colour of a shape's stroke, ``#rrggbb``, and its width in user units of the root; 0 where none is said."""

    colour: str
    width: float


class Part(NamedTuple):
    """The strokes of one group at the top of a document, or of all shapes outside.

    Attributes:
        label: the group's name; may be empty.
        curves: S strokes.
        paints: what they are painted with.
        numbers: int64 [S], which of the paints each stroke has.
    """

    label: str
    curves: Curves
    paints: tuple[Paint, ...]
    numbers: IntArray


@functools.lru_cache(1024)
def _inside(outer: Ink, stroke: str | None, width: str | None, current: str | None) -> Ink:
    here = _said(current)
    now = outer.current if here is None else colour_of(here)
    said = _said(stroke)
    if said is None:
        colour = outer.colour
    elif said.lower() == _CURRENT:
        colour = now
    else:
        colour = colour_of(said)
    length = _said(width)
    return Ink(colour, outer.width if length is None else _width_of(length), now)


def _said(text: str | None) -> str | None:
    """The value of a property; None where it is left to the element around."""
    value = _IMPORTANT.sub("", text or "").strip()
    return None if value.lower() in ("", "inherit") else value


@functools.lru_cache(1024)
def colour_of(text: str) -> str:
    """A colour of CSS as ``#rrggbb``, without its opacity; black for none and for what is not understood."""
    plain = _AFTER_URL.sub("", text.strip())
    function = _FUNCTION.fullmatch(plain)
    if function:
        return _of_channels(function[1].lower(), _CHANNEL.findall(function[2]))
    if _WITH_ALPHA.fullmatch(plain):
        plain = plain[: 1 + 3 * (len(plain) - 1) // 4]
    try:
        return parse_colour(plain) if plain.startswith("#") or plain.isalpha() else _BLACK
    except InputError:
        return _BLACK


def _of_channels(model: str, channels: list[tuple[str, str]]) -> str:
    """From the numbers in ``rgb(...)`` or ``hsl(...)`` and their units (CSS Color 4, sections 5 and 7)."""
    if len(channels) not in (3, 4):
        return _BLACK
    first, second, third = (
        float(number) / (100.0 if unit == "%" else 360.0 if model == "hsl" else 255.0) for number, unit in channels[:3]
    )
    if model == "hsl":
        share, lightness = min(1.0, max(0.0, second)), min(1.0, max(0.0, third))
        first, second, third = colorsys.hls_to_rgb(first % 1.0, lightness, share)
    levels = (round(255.0 * min(1.0, max(0.0, level))) for level in (first, second, third))
    return "#" + "".join(f"{level:02x}" for level in levels)


def _width_of(text: str) -> float:
    """A width in user units; 0 for shares of the window and for what is not understood."""
    width_mm = length_mm(text)
    return max(0.0, width_mm / MM_PER_UNIT["px"]) if width_mm else 0.0


@functools.lru_cache(1024)
def paint_of(ink: Ink, matrix: Matrix) -> Paint:
    """What a shape is painted with whose transform to the root is ``matrix``."""
    a, b, c, d, _, _ = matrix
    width = round(ink.width * math.sqrt(abs(a * d - b * c)), _WIDTH_DECIMALS)
    return Paint(ink.colour, width if math.isfinite(width) else 0.0)


def paint_of_values(values: dict[str, Any]) -> Paint:
    """What svgelements says of a shape, style sheets and all that is inherited included."""
    import svgelements

    ink = Ink().inside(*(values.get(key) for key in ("stroke", "stroke-width", "color")))
    matrix = svgelements.Matrix(values.get("transform", ""))
    # Where a shape lies, which may be in units of all kinds, is nothing to its width.
    return paint_of(ink, (matrix.a, matrix.b, matrix.c, matrix.d, 0.0, 0.0))


def by_colour(part: Part) -> tuple[Curves, list[tuple[Paint, int]]]:
    """The strokes of each colour together, in the order in which the colours come.

    Returns:
        The strokes in that order, and for each colour what most of them are painted with, those of no width apart,
        and how many they are.
    """
    present, firsts, counts = np.unique(part.numbers, return_index=True, return_counts=True)
    shares: dict[str, list[tuple[Paint, int]]] = {}
    order: dict[str, int] = {}
    places = np.zeros(len(part.paints), np.int64)
    for row in np.argsort(firsts).tolist():
        number = int(present[row])
        paint = part.paints[number]
        shares.setdefault(paint.colour, []).append((paint, int(counts[row])))
        places[number] = order.setdefault(paint.colour, len(order))
    usual = [max(share, key=lambda one: (one[0].width > 0.0, one[1]))[0] for share in shares.values()]
    totals = [sum(count for _, count in share) for share in shares.values()]
    one_colour = len(shares) < 2
    curves = part.curves if one_colour else part.curves.reordered(np.argsort(places[part.numbers], kind="stable"))
    return curves, list(zip(usual, totals, strict=True))


def layer_of(label: str, paint: Paint, strokes: Strokes, mm_per_unit: float, *, alone: bool) -> Layer:
    """The layer of one colour of a part; ``alone`` where it is the part's only one, whose name it then bears."""
    ours = Pen()
    name = ours.name if paint.colour == ours.colour else paint.colour
    if label:
        name = label = label if alone else f"{label} {name}"
    return Layer(Pen(name, paint.colour, paint.width * mm_per_unit or ours.width_mm), strokes, label)
