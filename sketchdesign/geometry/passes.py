"""Where closed strokes begin, and how often the pen goes over each stroke."""

from __future__ import annotations

import numpy as np

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.groups import places_in_groups
from sketchdesign.core.seeds import stream_key, uniforms

MOST_PASSES = 100


def reloop(strokes: Strokes, seed: int) -> Strokes:
    """Closed strokes begun at one of their points at random, so that the marks of a lowered pen do not line up.

    Args:
        strokes: in mm; open ones stay as they are.
        seed: the same seed gives the same begins; a stroke's depends on its number alone.
    """
    sizes = np.diff(strokes.offsets)
    corners = np.where(strokes.closed, sizes - 1, 1)
    keys = np.array([stream_key(seed, "reloop")], np.uint64)
    shares = uniforms(keys, np.arange(len(strokes), dtype=np.uint64))[:, 0]
    shifts = (shares * corners).astype(np.int64)
    rows = places_in_groups(sizes)
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
    lap, place = np.divmod(places_in_groups(sizes), np.repeat(np.maximum(steps, 1), sizes))
    back = (lap % 2 == 1) & ~np.repeat(strokes.closed, sizes)
    rows = np.repeat(strokes.offsets[:-1], sizes) + np.where(back, np.repeat(steps, sizes) - place, place)
    return Strokes(strokes.points[rows], np.append(0, sizes.cumsum()))
