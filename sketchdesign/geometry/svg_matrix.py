"""The transforms of SVG (SVG 1.1, section 7.6).

A matrix is six numbers (a, b, c, d, e, f): x' = a x + c y + e and y' = b x + d y + f.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence

import numpy as np

from sketchdesign.core.strokes import IntArray
from sketchdesign.geometry.curves import Curves

Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_FLOAT = r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?"
_NUMBER = re.compile(_FLOAT)
_ONE = re.compile(rf"\s*(matrix|translate|scale|rotate)\s*\(\s*({_FLOAT}(?:(?:\s*,\s*|\s+){_FLOAT})*)\s*\)\s*,?\s*")


def parse_transform(text: str) -> Matrix | None:
    """A list of transforms as one; None for skews, units, and whatever is not understood."""
    matrix, place = IDENTITY, 0
    while place < len(text):
        found = _ONE.match(text, place)
        own = _single(found[1], [float(number) for number in _NUMBER.findall(found[2])]) if found else None
        if found is None or own is None:
            return None
        matrix, place = product(matrix, own), found.end()
    return matrix


def _single(name: str, numbers: Sequence[float]) -> Matrix | None:
    match name, len(numbers):
        case "matrix", 6:
            a, b, c, d, e, f = numbers
            return a, b, c, d, e, f
        case "translate", 1 | 2:
            return 1.0, 0.0, 0.0, 1.0, numbers[0], numbers[1] if len(numbers) > 1 else 0.0
        case "scale", 1 | 2:
            return numbers[0], 0.0, 0.0, numbers[-1], 0.0, 0.0
        case "rotate", 1 | 3:
            cosine, sine = math.cos(math.radians(numbers[0])), math.sin(math.radians(numbers[0]))
            x, y = numbers[1:] if len(numbers) > 1 else (0.0, 0.0)
            return cosine, sine, -sine, cosine, x - cosine * x + sine * y, y - sine * x - cosine * y
    return None


@functools.lru_cache(1024)
def product(outer: Matrix, inner: Matrix) -> Matrix:
    """First ``inner``, then ``outer``."""
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f


def transformed(curves: Curves, matrices: Sequence[Matrix], owners: IntArray) -> Curves:
    """Strokes [S], each with the matrix of its owner [S]."""
    if not len(owners) or not any(matrix != IDENTITY for matrix in matrices):
        return curves
    rows = np.repeat(np.array(matrices)[owners], np.diff(curves.offsets), axis=0)
    x, y = curves.points.T
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused when curves become lines
        points = np.stack(
            [x * rows[:, 0] + y * rows[:, 2] + rows[:, 4], x * rows[:, 1] + y * rows[:, 3] + rows[:, 5]], axis=1
        )
    return curves._replace(points=points)
