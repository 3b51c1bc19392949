"""Colours between colours, as the eye sees them: interpolation in OKLCH.

Matrices and transfer function: Björn Ottosson, "A perceptual color space for image processing" (2020),
https://bottosson.github.io/posts/oklab/, in their revision of 2021-01-25; sRGB after IEC 61966-2-1.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.colour_names import COLOUR_NAMES
from sketchdesign.core.errors import InputError

Array = NDArray[np.float64]

_LMS_FROM_RGB = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB_FROM_LMS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_RGB_FROM_LMS = np.linalg.inv(_LMS_FROM_RGB)
_LMS_FROM_LAB = np.linalg.inv(_LAB_FROM_LMS)

_HEX = re.compile("#?([0-9a-fA-F]{6})")
_SHORT_HEX = re.compile("#([0-9a-fA-F]{3})")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_NEAR = 0.75
"""How alike two names must be for the one to be a slip of the other: mauve is not meant to be azure."""
_GREY_CHROMA = 1e-4
_GAMUT_STEPS = 20


def parse_colour(text: str) -> str:
    """``#rrggbb`` in small letters, from that (the sign may be left out), ``#rgb`` or a name of CSS such as ``navy``.

    Raises:
        InputError: the text is no such colour.
    """
    plain = text.strip()
    if match := _HEX.fullmatch(plain):
        return f"#{match[1].lower()}"
    if match := _SHORT_HEX.fullmatch(plain):
        return "#" + "".join(2 * digit for digit in match[1].lower())
    name = colour_name(plain)
    if name not in COLOUR_NAMES:
        near = difflib.get_close_matches(name, COLOUR_NAMES, n=1, cutoff=_NEAR)
        guess = f"did you mean {near[0]}? " if near else ""
        raise InputError(
            f"{text!r:.40} is not a colour",
            hint=f"{guess}write it as #rrggbb, such as #1d4ed8, or by name, such as navy",
        )
    return COLOUR_NAMES[name]


def colour_name(text: str) -> str:
    """A name as `COLOUR_NAMES` has it, from one such as ``Dark Blue`` or ``dark-blue``."""
    return _BETWEEN_WORDS.sub("", text.strip().lower())


def oklab(colour: str) -> Array:
    """``#rrggbb`` as Oklab (L, a, b); L from 0 to 1."""
    value = int(parse_colour(colour)[1:], 16)
    srgb = np.array([value >> 16, value >> 8 & 255, value & 255]) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lab: Array = _LAB_FROM_LMS @ np.cbrt(_LMS_FROM_RGB @ linear)
    return lab


def oklch(colour: str) -> Array:
    """``#rrggbb`` as lightness, chroma and hue in radians."""
    lightness, a, b = oklab(colour)
    return np.array([lightness, np.hypot(a, b), np.arctan2(b, a)])


def from_oklch(lch: Array) -> str:
    """Lightness, chroma and hue as ``#rrggbb``; outside sRGB the chroma is lowered until it fits."""
    lightness, chroma, hue = (float(value) for value in lch)
    lightness = min(1.0, max(0.0, lightness))
    rgb = _linear_rgb(lightness, chroma, hue)
    if not _displayable(rgb):
        low, high = 0.0, chroma
        for _ in range(_GAMUT_STEPS):
            middle = (low + high) / 2.0
            low, high = (middle, high) if _displayable(_linear_rgb(lightness, middle, hue)) else (low, middle)
        rgb = _linear_rgb(lightness, low, hue)
    return from_linear_rgb(rgb)


def from_linear_rgb(rgb: Array) -> str:
    """Linear light of the three primaries of sRGB as ``#rrggbb``; what is below 0 or above 1 is cut off."""
    linear = np.clip(rgb, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1.0 / 2.4) - 0.055)
    return "#" + "".join(f"{value:02x}" for value in np.rint(srgb * 255.0).astype(int).tolist())


def mix(first: str, second: str, share: float) -> str:
    """The colour at ``share`` of the way from ``first`` to ``second`` in OKLCH, the shorter way round the hues."""
    a, b = oklch(first), oklch(second)
    # A grey has no hue of its own: it takes the other's.
    if a[1] < _GREY_CHROMA:
        a[2] = b[2]
    if b[1] < _GREY_CHROMA:
        b[2] = a[2]
    turn = (b[2] - a[2] + np.pi) % (2.0 * np.pi) - np.pi
    between = a + share * (b - a)
    between[2] = a[2] + share * turn
    return from_oklch(between)


def nearest(colour: str, choices: Iterable[str]) -> str:
    """The one of ``choices`` that looks most like ``colour``: the smallest distance in Oklab."""
    return min(choices, key=lambda choice: float(((oklab(choice) - oklab(colour)) ** 2).sum()))


def _linear_rgb(lightness: float, chroma: float, hue: float) -> Array:
    lab = np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])
    rgb: Array = _RGB_FROM_LMS @ (_LMS_FROM_LAB @ lab) ** 3
    return rgb


def _displayable(rgb: Array) -> bool:
    # Half a step of 8 bits in sRGB, near black where the steps are smallest.
    return bool((rgb >= -1.5e-4).all() and (rgb <= 1.0 + 1.5e-4).all())
