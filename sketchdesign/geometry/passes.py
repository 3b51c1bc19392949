"""Where closed strokes begin, and how often the pen goes over each stroke."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import stream_key, uniforms
from sketchdesign.core.strokes import IntArray

MOST_PASSES = 100


def reloop(strokes: Strokes, seed: int) -> Strokes:
    """Closed strokes begun at one of their points at random, so that the marks of a lowered pen do not line up.

    Args:
        strokes: in mm; open ones stay as they are.
        seed: the same seed gives the same begins; a stroke's depends on its number alone.
    """
    sizes = np.diff(strokes.offsets)
    corners = np.where(closed(strokes), sizes - 1, 1)
    keys = np.array([stream_key(seed, "reloop")], np.uint64)
    shares = uniforms(keys, np.arange(len(strokes), dtype=np.uint64))[:, 0]
    shifts = (shares * corners).astype(np.int64)
    rows = _places(sizes)
    turned = (rows + np.repeat(shifts, sizes)) % np.repeat(corners, sizes)
    loops = np.repeat(corners > 1, sizes)
    return Strokes(
        strokes.points[np.repeat(strokes.offsets[:-1], sizes) + np.where(loops, turned, rows)], strokes.offsets
    )


def multipass(strokes: Strokes, passes: int) -> Strokes:
    """Each stroke drawn several times without lifting: closed ones round and round, open ones to and fro.

    Args:
        strokes: in mm; those of one point stay as they are.
        passes: how often the pen goes over each; 1 changes nothing.

    Raises:
        InputError: the number is not between 1 and `MOST_PASSES`.
    """
    if not 1 <= passes <= MOST_PASSES:
        raise InputError(f"strokes cannot be drawn {passes} times", hint=f"use 1 to {MOST_PASSES} passes")
    steps = np.diff(strokes.offsets) - 1
    sizes = steps * passes + 1
    lap, place = np.divmod(_places(sizes), np.repeat(np.maximum(steps, 1), sizes))
    back = (lap % 2 == 1) & ~np.repeat(closed(strokes), sizes)
    rows = np.repeat(strokes.offsets[:-1], sizes) + np.where(back, np.repeat(steps, sizes) - place, place)
    return Strokes(strokes.points[rows], np.append(0, sizes.cumsum()))


def closed(strokes: Strokes) -> NDArray[np.bool_]:
    """Which strokes end where they begin, one of a single point not counted: bool [S]."""
    begins, ends = strokes.offsets[:-1], strokes.offsets[1:] - 1
    return np.asarray((ends > begins) & (strokes.points[begins] == strokes.points[ends]).all(axis=1))


def _places(sizes: IntArray) -> IntArray:
    """0, 1, 2... for each group of the given sizes [n], one after the other."""
    return np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
