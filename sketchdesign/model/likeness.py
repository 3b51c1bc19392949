"""How alike two sketches look, whatever strokes they are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.strokes import FloatArray, Sketch
from sketchdesign.model.raster import outlines, rasterise

SIZE_PX = 24
_BLUR = np.array([1.0, 4.0, 6.0, 4.0, 1.0], np.float32) / 16.0
"""Lines that run side by side within a pixel or two still overlap."""


def pictures(sketches: Sequence[Sketch]) -> FloatArray:
    """Small blurred pictures as vectors of length 1: float32 [n, SIZE_PX ** 2]; zeros for a sketch without points."""
    ink = rasterise(outlines(sketches), SIZE_PX).astype(np.float32)
    for axis in (1, 2):
        padded = np.pad(ink, [(2 * (side == axis),) * 2 for side in range(3)])
        ink = sum(
            (weight * np.take(padded, np.arange(SIZE_PX) + place, axis) for place, weight in enumerate(_BLUR)),
            start=np.zeros_like(ink),
        )
    flat = ink.reshape(len(ink), SIZE_PX**2)
    unit: FloatArray = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return unit


def distances(first: FloatArray, second: FloatArray) -> NDArray[np.float64]:
    """Between the rows of two sets of `pictures` [n, p] and [m, p]: float64 [n, m].

    0 for the same picture, sqrt(2) for two that share no ink.
    """
    shared = first.astype(np.float64) @ second.astype(np.float64).T
    apart: NDArray[np.float64] = np.sqrt(np.maximum(2.0 - 2.0 * shared, 0.0))
    return apart
