"""Strokes between vpype (complex numbers in CSS pixels) and sketchdesign (millimetres)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import vpype as vp

if TYPE_CHECKING:
    from sketchdesign.api import Strokes

PX_PER_MM = vp.convert_length("1mm")


def to_strokes(lines: vp.LineCollection) -> Strokes:
    """The lines of a layer.

    Raises:
        SketchFormatError: a point is not a finite number.
    """
    from sketchdesign.api import Strokes

    if not len(lines):
        return Strokes.empty()
    points = np.concatenate(lines.lines).view(np.float64).reshape(-1, 2) / PX_PER_MM
    return Strokes(points, np.cumsum([0] + [len(line) for line in lines.lines]))


def to_lines(strokes: Strokes) -> list[np.ndarray]:
    """The strokes as vpype has them; a dot becomes a line of two coincident points, since it drops shorter ones."""
    if not len(strokes):
        return []
    pixels = (strokes.points * PX_PER_MM).view(np.complex128).ravel()
    return [line if len(line) > 1 else np.repeat(line, 2) for line in np.split(pixels, strokes.offsets[1:-1])]
