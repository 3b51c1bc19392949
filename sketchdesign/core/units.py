"""Lengths with units, converted to millimetres at the border and nowhere else."""

from __future__ import annotations

import re

from sketchdesign.core.errors import InputError

MM_PER_UNIT = {
    "mm": 1.0,
    "cm": 10.0,
    "m": 1000.0,
    "in": 25.4,
    "ft": 304.8,
    "pt": 25.4 / 72.0,
    "pc": 25.4 / 6.0,
    "px": 25.4 / 96.0,
}
"""Millimetres in each unit; px is the CSS pixel of 1/96 inch."""

LONGEST_MM = 1e6
"""A kilometre: longer than any roll of paper."""

_LENGTH = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-zA-Z\"]*)\s*")


def parse_length_mm(text: str) -> float:
    """A length such as ``10mm``, ``2in``, ``1.5 cm`` in millimetres; a bare number is millimetres.

    Raises:
        InputError: the text is no length, or longer than `LONGEST_MM`.
    """
    match = _LENGTH.fullmatch(text)
    unit = (match[2].lower().replace('"', "in") or "mm") if match else ""
    if match is None or unit not in MM_PER_UNIT:
        raise InputError(f"{text!r:.60} is not a length", hint="write a number and a unit, such as 10mm, 2in or 1.5cm")
    value = float(match[1]) * MM_PER_UNIT[unit]
    if abs(value) > LONGEST_MM:
        raise InputError(f"the length {text!r:.60} is too large", hint="choose one below a kilometre")
    return value
