"""Colours in words: a pen is asked for as "dark blue", and not as "#1f2a44"."""

from __future__ import annotations

from PySide6.QtGui import QColor

from sketchdesign.core.drawing import Pen
from sketchdesign.gui.i18n import tr

_GREY_BELOW = 0.15
"""Saturation, from 0 to 1."""
_BLACK_BELOW, _WHITE_ABOVE = 0.12, 0.94
_DARK_BELOW, _LIGHT_ABOVE = 0.36, 0.74
_BROWN_BELOW = 0.45


def pen_title(pen: Pen) -> str:
    """A pen by the name that a person gave it, or else by its colour."""
    named_by_colour = not pen.name or pen.name in (pen.colour, "black")
    return colour_word(pen.colour) if named_by_colour else pen.name


def layer_title(label: str, colour: str) -> str:
    """A layer by its name; files name those of pens without one by the pen's code, which nobody calls a pen by."""
    return colour_word(colour) if label.startswith(colour) else label


def colour_word(code: str) -> str:
    """A colour ``#rrggbb`` in one or two words."""
    colour = QColor(code)
    lightness = colour.lightnessF()
    if lightness < _BLACK_BELOW:
        return tr("black")
    if lightness > _WHITE_ABOVE:
        return tr("white")
    if colour.hslSaturationF() < _GREY_BELOW:
        word = tr("grey")
    else:
        word = _hue_word(360.0 * max(0.0, colour.hslHueF()), lightness)
    if lightness < _DARK_BELOW and word != tr("brown"):
        return tr("dark {colour}").format(colour=word)
    return tr("light {colour}").format(colour=word) if lightness > _LIGHT_ABOVE else word


def _hue_word(degrees: float, lightness: float) -> str:
    if 12.0 <= degrees < 48.0 and lightness < _BROWN_BELOW:
        return tr("brown")
    ends = (
        (12.0, tr("red")),
        (40.0, tr("orange")),
        (68.0, tr("yellow")),
        (165.0, tr("green")),
        (195.0, tr("turquoise")),
        (255.0, tr("blue")),
        (290.0, tr("violet")),
        (342.0, tr("pink")),
    )
    return next((word for end, word in ends if degrees < end), tr("red"))
