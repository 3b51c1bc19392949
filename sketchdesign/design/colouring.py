"""Which pen draws what in a design: by motif, kind, place, order of strokes, or hand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.colour import mix, nearest
from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import IntArray
from sketchdesign.design.symmetry import Repeat
from sketchdesign.design.tile import Design
from sketchdesign.geometry.dedupe import selected

COLOUR_BY: dict[str, str] = {
    "motif": "motifs take turns",
    "kind": "one pen for each class or file of a mix",
    "position": "from pen to pen across a cell and back, with blends between them",
    "corner": "blends of up to four pens, each of which has a corner, from the top left clockwise",
    "corner-pens": "the same, but of the blend the nearest pen",
    "stroke": "the first strokes of a sketch with the first pen, the last with the last",
    "parity": "mirror images with the second pen (counterchange)",
}
"""Ways to choose pens, and what each does."""

BLEND_STEPS = 4
"""From one pen to the next in as many steps."""

BLENDED = ("position", "corner")
"""Ways of colouring with more inks than pens; motifs may leave some of them unused."""

_CORNERS = 4


def check_colour_by(name: str, repeat: Repeat) -> None:
    """Refuse a way of colouring that there is not, or that changes nothing.

    Raises:
        InputError: the name is none of `COLOUR_BY`, or the repeat has no mirror images to be drawn with another pen.
    """
    if name not in COLOUR_BY:
        raise InputError(f"cannot colour by {name!r:.40}", hint=f"use one of {' '.join(COLOUR_BY)}")
    if name == "parity" and not any(operation.mirrors for operation in repeat.operations):
        raise InputError(
            f"the repeat {repeat.name} has no mirror images to colour", hint="use one such as mirror, pm, pgg or p4m"
        )


def inks(pens: Sequence[Pen], colour_by: str) -> tuple[Pen, ...]:
    """The pens of a design's layers: those given, and by `BLENDED` ways also what lies between them in OKLCH."""
    if colour_by not in BLENDED or len(pens) == 1:
        return tuple(pens)
    shares = [step / BLEND_STEPS for step in range(BLEND_STEPS + 1)]
    if colour_by == "corner":
        return tuple(_between_corners(pens, across, down) for down in shares for across in shares)
    pairs = itertools.pairwise(pens)
    return (*(_between(first, second, share) for first, second in pairs for share in shares[:-1]), pens[-1])


def _between(first: Pen, second: Pen, share: float) -> Pen:
    if share in (0.0, 1.0):
        return second if share else first
    colour = mix(first.colour, second.colour, share)
    return Pen(colour, colour, round(first.width_mm + share * (second.width_mm - first.width_mm), 3))


def _between_corners(pens: Sequence[Pen], across: float, down: float) -> Pen:
    """Clockwise from the top left the first four pens have the corners; fewer take turns."""
    top_left, top_right, bottom_right, bottom_left = (pens[n % min(len(pens), _CORNERS)] for n in range(_CORNERS))
    return _between(_between(top_left, top_right, across), _between(bottom_left, bottom_right, across), down)


def coloured(design: Design, pens: Sequence[Pen], colour_by: str, kinds: Mapping[int, int]) -> Design:
    """The design with its strokes dealt out to pens anew.

    Args:
        design: of any pens.
        pens: at least one.
        colour_by: one of `COLOUR_BY`.
        kinds: for each motif the number of its kind.

    Raises:
        InputError: as `check_colour_by`.
    """
    check_colour_by(colour_by, design.repeat)
    numbers = np.concatenate(design.motifs)
    order = np.argsort(numbers, kind="stable")
    lines = Strokes.concatenate(layer.strokes for layer in design.layers).polylines()
    strokes, numbers = Strokes.from_polylines(lines[each] for each in order.tolist()), numbers[order]
    layer_pens = inks(pens, colour_by)
    whose = _inks_of(strokes, numbers, design.repeat, pens, colour_by, kinds)
    layers = [Layer(pen, selected(strokes, whose == ink)) for ink, pen in enumerate(layer_pens)]
    motifs = [numbers[whose == ink] for ink in range(len(layer_pens))]
    mirrored_pen = design.mirrored_pen or colour_by == "parity"
    return replace(design, layers=tuple(layers), motifs=tuple(motifs), mirrored_pen=mirrored_pen)


def repenned(layers: Sequence[Layer], pens: Sequence[Pen], colour_by: str) -> tuple[Layer, ...]:
    """The layers of a design, or of a tile of it, in another colourway with as many pens."""
    return tuple(replace(layer, pen=pen) for layer, pen in zip(layers, inks(pens, colour_by), strict=True))


def _inks_of(
    strokes: Strokes, numbers: IntArray, repeat: Repeat, pens: Sequence[Pen], colour_by: str, kinds: Mapping[int, int]
) -> IntArray:
    """For each stroke the number of its ink; ``numbers``, which rise, are those of the motifs."""
    motifs, firsts, counts = np.unique(numbers, return_index=True, return_counts=True)
    if colour_by == "kind":
        of_motifs = np.array([kinds[int(motif)] for motif in motifs], np.int64) % len(pens)
    elif colour_by == "position":
        of_motifs = _steps(_middles(strokes, firsts), repeat, 0, (len(pens) - 1) * BLEND_STEPS)
    elif colour_by in ("corner", "corner-pens"):
        of_motifs = _from_corners(_middles(strokes, firsts), repeat, pens)
        if colour_by == "corner-pens":
            of_motifs = _nearest_pens(inks(pens, "corner"), pens)[of_motifs]
    elif colour_by == "stroke":
        rank = np.arange(len(numbers)) - np.repeat(firsts, counts)
        return rank * len(pens) // np.repeat(counts, counts)
    elif colour_by == "parity":
        of_motifs = np.zeros(len(motifs), np.int64)
    else:
        of_motifs = motifs % len(pens)
    return np.repeat(of_motifs, counts)


def _middles(strokes: Strokes, firsts: IntArray) -> NDArray[np.float64]:
    """The middle of the box of each motif, whose strokes begin at ``firsts``."""
    begins = strokes.offsets[firsts]
    low, high = (ends.reduceat(strokes.points, begins, axis=0) for ends in (np.minimum, np.maximum))
    middles: NDArray[np.float64] = (low + high) / 2.0
    return middles


def _from_corners(middles: NDArray[np.float64], repeat: Repeat, pens: Sequence[Pen]) -> IntArray:
    """For each place the number of its ink among those between the corners."""
    if len(pens) == 1:
        return np.zeros(len(middles), np.int64)
    across, down = (_steps(middles, repeat, axis, BLEND_STEPS) for axis in (0, 1))
    return down * (BLEND_STEPS + 1) + across


def _nearest_pens(blends: Sequence[Pen], pens: Sequence[Pen]) -> IntArray:
    """For each blend the number of the pen that looks most like it."""
    colours = [pen.colour for pen in pens]
    return np.array([colours.index(nearest(blend.colour, colours)) for blend in blends], np.int64)


def _steps(middles: NDArray[np.float64], repeat: Repeat, axis: int, steps: int) -> IntArray:
    """How far each place lies along a side of the cell, there and back, from 0 to ``steps``.

    It goes back, for what lies on both sides of a seam is to look alike.
    """
    along = repeat.fractions(middles)[:, axis] % 1.0
    there_and_back = 1.0 - np.abs(2.0 * along - 1.0)
    low, high = there_and_back.min(), there_and_back.max()
    shares = (there_and_back - low) / (high - low) if high > low else np.zeros(len(middles))
    return np.rint(shares * steps).astype(np.int64)
