"""Paper sizes by name: ISO 216 A and B, those of US offices, and ANSI/ASME Y14.1 and architects' sheets.

The ANSI sizes A and B are letter and tabloid, and not listed twice.
"""

from __future__ import annotations

import re

_IN = 25.4

PAGE_SIZES_MM: dict[str, tuple[float, float]] = {
    "a0": (841.0, 1189.0),
    "a1": (594.0, 841.0),
    "a2": (420.0, 594.0),
    "a3": (297.0, 420.0),
    "a4": (210.0, 297.0),
    "a5": (148.0, 210.0),
    "a6": (105.0, 148.0),
    "a7": (74.0, 105.0),
    "a8": (52.0, 74.0),
    "b0": (1000.0, 1414.0),
    "b1": (707.0, 1000.0),
    "b2": (500.0, 707.0),
    "b3": (353.0, 500.0),
    "b4": (250.0, 353.0),
    "b5": (176.0, 250.0),
    "b6": (125.0, 176.0),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
    "tabloid": (279.4, 431.8),
    "postcard": (4 * _IN, 6 * _IN),
    "ansi-c": (17 * _IN, 22 * _IN),
    "ansi-d": (22 * _IN, 34 * _IN),
    "ansi-e": (34 * _IN, 44 * _IN),
    "arch-a": (9 * _IN, 12 * _IN),
    "arch-b": (12 * _IN, 18 * _IN),
    "arch-c": (18 * _IN, 24 * _IN),
    "arch-d": (24 * _IN, 36 * _IN),
    "arch-e": (36 * _IN, 48 * _IN),
}
"""Width and height in portrait orientation. Each size has one name, by which it is found again."""

PAGE_NAMES = "A0 to A8, B0 to B6, letter, legal, tabloid, postcard, ansi-a to ansi-e, arch-a to arch-e"
"""All of them, for a sentence."""

_SAME = {"ansi-a": "letter", "ansi-b": "tabloid"}
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_KEYS = {_BETWEEN_WORDS.sub("", name): name for name in (*PAGE_SIZES_MM, *_SAME)}


def page_key(text: str) -> str:
    """A name as `PAGE_SIZES_MM` has it, from one such as ``A4``, ``Arch D`` or ``ansi_b``; other texts as they are."""
    name = _KEYS.get(_BETWEEN_WORDS.sub("", text.lower()), text)
    return _SAME.get(name, name)


def page_title(name: str) -> str:
    """A name of `PAGE_SIZES_MM` as it stands in a list.

    >>> page_title("a4"), page_title("letter"), page_title("ansi-c"), page_title("arch-d")
    ('A4', 'Letter', 'ANSI C', 'Arch D')
    """
    if len(name) == 2:
        return name.upper()
    family, _, size = name.partition("-")
    return f"{'ANSI' if family == 'ansi' else family.capitalize()} {size.upper()}".strip()
