"""Pens as a person writes them."""

from __future__ import annotations

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.units import parse_length_mm

THINNEST_MM, WIDEST_MM = 0.01, 50.0


def parse_pens(text: str) -> tuple[Pen, ...]:
    """Pens from ``#RRGGBB,#RRGGBB:0.5mm``.

    Raises:
        InputError: a colour or a width makes no sense.
    """
    pens = []
    for part in text.split(","):
        colour, _, width = part.strip().partition(":")
        pens.append(make_pen(colour, width))
    return tuple(pens)


def make_pen(colour: str, width: str = "", name: str = "") -> Pen:
    """A pen of a colour, a width such as ``0.5mm``, or the usual one, and a name, or its colour for one.

    Raises:
        InputError: the colour or the width makes no sense.
    """
    width_mm = parse_length_mm(width) if width else Pen().width_mm
    if not THINNEST_MM <= width_mm <= WIDEST_MM:
        raise InputError(
            f"a pen of {width} cannot be drawn with", hint=f"choose a width from {THINNEST_MM:g}mm to {WIDEST_MM:g}mm"
        )
    code = parse_colour(colour)
    return Pen(name or ("black" if code == Pen().colour else code), code, width_mm)
