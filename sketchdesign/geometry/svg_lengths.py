"""Lengths as SVG documents write them (CSS Values and Units 3, sections 5 and 6).

Font sizes are not looked at: what is given in the size of the font is taken for the 16 pixels of every browser.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from sketchdesign.core.units import MM_PER_UNIT

FONT_PX = {"em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0}
"""Pixels in the units of the font; the small ones are halves, as in a browser that knows no better."""

_PX_MM = MM_PER_UNIT["px"]
_MM_PER_UNIT = {
    "": _PX_MM,
    **{unit: MM_PER_UNIT[unit] for unit in ("px", "mm", "cm", "in", "pt", "pc")},
    "q": 0.25,
    **{unit: pixels * _PX_MM for unit, pixels in FONT_PX.items()},
}
_WINDOW_UNITS = ("%", "vw", "vh", "vmin", "vmax")
_LENGTH = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%|[a-zA-Z]*)\s*")
_LENGTHS = ("x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2")
"""The attributes that are lengths."""


def length_mm(text: str) -> float | None:
    """A length in mm, a bare number being CSS pixels; None for what depends on a window, or is no length."""
    found = _LENGTH.fullmatch(text)
    unit_mm = _MM_PER_UNIT.get(found[2].lower()) if found else None
    return float(found[1]) * unit_mm if found and unit_mm else None


def depends_on_window(text: str) -> bool:
    """Whether a length is a share of whatever the document is shown in."""
    found = _LENGTH.fullmatch(text)
    return text.strip() == "auto" or (found is not None and found[2].lower() in _WINDOW_UNITS)


def resolve_lengths(root: Element) -> None:
    """Write lengths in units of the font as pixels, and leave out a page size that only a window would know.

    svgelements takes the first for bare numbers, and stumbles over the second.
    """
    for name in ("width", "height"):
        if depends_on_window(root.get(name, "")):
            del root.attrib[name]
    for element in root.iter():
        for name in _LENGTHS:
            found = _LENGTH.fullmatch(element.get(name, ""))
            if found and found[2].lower() in (*FONT_PX, "q"):
                element.set(name, repr(float(found[1]) * _MM_PER_UNIT[found[2].lower()] / _PX_MM))
