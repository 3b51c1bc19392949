"""Arrays that hold groups of different sizes one after the other."""

from __future__ import annotations

import numpy as np

from sketchdesign.core.strokes import IntArray


def places_in_groups(sizes: IntArray) -> IntArray:
    """0, 1, 2... for each group of the given sizes [n], one after the other: int64 [sum of the sizes]."""
    places: IntArray = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return places
