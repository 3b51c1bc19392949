"""Numbers as single strokes, for pens that cannot fill a letter."""

from __future__ import annotations

from sketchdesign.core.strokes import Sketch

WIDTH, HEIGHT, SPACE = 4.0, 6.0, 2.0
"""Of a digit, in its own units; y down, the upper left corner at the origin."""

_STROKES: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = (
    (((2, 0), (0.6, 0.6), (0, 2), (0, 4), (0.6, 5.4), (2, 6), (3.4, 5.4), (4, 4), (4, 2), (3.4, 0.6), (2, 0)),),
    (((0.8, 1.4), (2.4, 0), (2.4, 6)),),
    (((0, 1.5), (0.6, 0.5), (2, 0), (3.4, 0.5), (4, 1.6), (3.5, 2.8), (0, 6), (4, 6)),),
    (((0.2, 0), (3.8, 0), (1.8, 2.4), (3.3, 2.7), (4, 4), (3.4, 5.4), (1.8, 6), (0, 5.2)),),
    (((3, 6), (3, 0), (0, 4), (4, 4)),),
    (((3.6, 0), (0.5, 0), (0.2, 2.7), (2, 2.2), (3.5, 2.8), (4, 4), (3.4, 5.4), (1.8, 6), (0, 5.3)),),
    (((3.4, 0), (1.4, 1.2), (0, 3.6), (0.5, 5.4), (2, 6), (3.5, 5.4), (4, 4.2), (3.4, 2.9), (2, 2.5), (0.2, 3.4)),),
    (((0, 0), (4, 0), (1.4, 6)),),
    (
        ((2, 0), (0.5, 0.7), (0.6, 2), (2, 2.8), (3.6, 3.7), (3.8, 5.2), (2, 6), (0.2, 5.2), (0.4, 3.7), (2, 2.8)),
        ((2, 2.8), (3.4, 2), (3.5, 0.7), (2, 0)),
    ),
    (((0.6, 6), (2.6, 4.8), (4, 2.4), (3.5, 0.6), (2, 0), (0.5, 0.6), (0, 1.8), (0.6, 3.1), (2, 3.5), (3.8, 2.6)),),
)


def number_sketch(number: int) -> Sketch:
    """A whole number, not negative, its digits `WIDTH` wide and `HEIGHT` high."""
    lines = [
        [(x + place * (WIDTH + SPACE), y) for x, y in stroke]
        for place, digit in enumerate(str(number))
        for stroke in _STROKES[int(digit)]
    ]
    return Sketch.from_polylines(lines)
