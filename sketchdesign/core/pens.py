"""Pens as a person writes them."""

from __future__ import annotations

from sketchdesign.core.colour import colour_name, parse_colour
from sketchdesign.core.colour_names import COLOUR_NAMES
from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.units import parse_length_mm

THINNEST_MM, WIDEST_MM = 0.01, 50.0


def parse_pens(text: str) -> tuple[Pen, ...]:
    """Pens from ``#RRGGBB,#RRGGBB:0.5mm,navy``.

    Raises:
        InputError: a colour or a width makes no sense.
    """
    pens = []
    for part in text.split(","):
        colour, _, width = part.strip().partition(":")
        pens.append(make_pen(colour, width))
    return tuple(pens)


def make_pen(colour: str, width: str = "", name: str = "") -> Pen:
    """A pen of a colour, a width such as ``0.5mm``, or the usual one, and a name, or its colour's for one.

    Raises:
        InputError: the colour or the width makes no sense.
    """
    width_mm = parse_length_mm(width) if width else Pen().width_mm
    if not THINNEST_MM <= width_mm <= WIDEST_MM:
        raise InputError(
            f"a pen of {width} cannot be drawn with", hint=f"choose a width from {THINNEST_MM:g}mm to {WIDEST_MM:g}mm"
        )
    code, said = parse_colour(colour), colour_name(colour)
    usual = "black" if code == Pen().colour else code
    return Pen(name or (said if said in COLOUR_NAMES else usual), code, width_mm)
