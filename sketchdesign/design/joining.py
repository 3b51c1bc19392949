"""Tiles of unknown origin as designs: strokes that were cut at the seams are put together again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.tile import Design
from sketchdesign.geometry.clip import Box, clip_to_box
from sketchdesign.geometry.dedupe import without_duplicates

JOIN_MM = 0.01
"""Ends on opposite edges no farther apart than this are joined."""

_Array = NDArray[np.float64]
_End = tuple[int, int]
"""The number of a stroke, and 0 for its first point or -1 for its last."""


def design_of_tile(tile: Drawing) -> Design:
    """A tile as a straight repeat of strokes that run on over the seams; all of it is one motif.

    A stroke that closes into a ring through the tile, such as a stripe, is left with one joint.
    """
    box = Box(0.0, 0.0, tile.page.width_mm, tile.page.height_mm)
    layers = tuple(
        replace(layer, strokes=_joined(clip_to_box(layer.strokes, box, half_open=True), box)) for layer in tile.layers
    )
    motifs = tuple(np.zeros(len(layer.strokes), np.int64) for layer in layers)
    return Design(make_repeat("grid", box.right, box.bottom), layers, motifs)


def _joined(strokes: Strokes, box: Box) -> Strokes:
    lines = strokes.polylines()
    partners = _partners(lines, box)
    used = set[int]()
    # Chains with loose ends are walked from there; what is left are rings.
    begins = [(n, e) for n in range(len(lines)) for e in (0, -1) if (n, e) not in partners]
    begins += [(n, 0) for n in range(len(lines))]
    chains = [_walked(lines, partners, begin, used) for begin in begins if begin[0] not in used]
    return without_duplicates(Strokes.from_polylines(chains))


def _walked(lines: list[_Array], partners: dict[_End, tuple[_End, _Array]], begin: _End, used: set[int]) -> _Array:
    """The strokes that follow one another from an end, each moved to where the one before left the tile."""
    parts, shift, entered = list[_Array](), np.zeros(2), begin
    while True:
        number, end = entered
        used.add(number)
        line = lines[number] if end == 0 else lines[number][::-1]
        parts.append((line + shift)[1 if parts else 0 :])
        left = (number, -1 if end == 0 else 0)
        if left not in partners or partners[left][0][0] in used:
            return np.concatenate(parts)
        entered, across = partners[left]
        shift = shift + across


def _partners(lines: list[_Array], box: Box) -> dict[_End, tuple[_End, _Array]]:
    """For each end on an edge the end that goes on across the seam, and the move that brings the two together."""
    ends = [(n, e) for n, line in enumerate(lines) if len(line) > 1 for e in (0, -1)]
    places = np.array([lines[n][e] for n, e in ends]).reshape(-1, 2)
    leaving = np.array([lines[n][e] - lines[n][1 if e == 0 else -2] for n, e in ends]).reshape(-1, 2)
    leaving /= np.maximum(np.hypot(*leaving.T), np.finfo(float).tiny)[:, None]
    partners: dict[_End, tuple[_End, _Array]] = {}
    for axis in (0, 1):
        across = np.zeros(2)
        across[axis] = box.high[axis]
        near = np.flatnonzero(np.abs(places[:, axis]) <= JOIN_MM)
        far = np.flatnonzero(np.abs(places[:, axis] - box.high[axis]) <= JOIN_MM)
        order = np.argsort(places[far, 1 - axis], kind="stable")
        far = far[order]
        along = places[far, 1 - axis]
        pairs = []
        for a in near.tolist():
            low, high = np.searchsorted(along, places[a, 1 - axis] + np.array([-JOIN_MM, JOIN_MM]))
            # The straightest way on comes first: its directions are opposite.
            pairs += [(float(leaving[a] @ leaving[b]), a, b) for b in far[low:high].tolist()]
        for _, a, b in sorted(pairs):
            if ends[a] not in partners and ends[b] not in partners:
                partners[ends[a]] = (ends[b], -across)
                partners[ends[b]] = (ends[a], across)
    return partners
