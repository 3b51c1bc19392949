"""Which pen draws what in a design: by motif, kind, place, order of strokes, or hand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.colour import mix
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
    "stroke": "the first strokes of a sketch with the first pen, the last with the last",
    "parity": "mirror images with the second pen (counterchange)",
}
"""Ways to choose pens, and what each does."""

BLEND_STEPS = 4
"""From one pen to the next in as many steps."""


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
    """The pens of a design's layers: those given, and by ``position`` also what lies between them in OKLCH."""
    if colour_by != "position":
        return tuple(pens)
    blends = []
    for first, second in itertools.pairwise(pens):
        blends.append(first)
        for step in range(1, BLEND_STEPS):
            share = step / BLEND_STEPS
            colour = mix(first.colour, second.colour, share)
            width_mm = round(first.width_mm + share * (second.width_mm - first.width_mm), 3)
            blends.append(Pen(colour, colour, width_mm))
    return (*blends, pens[-1])


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
    whose = _inks_of(strokes, numbers, design.repeat, len(pens), colour_by, kinds)
    layers = [Layer(pen, selected(strokes, whose == ink)) for ink, pen in enumerate(layer_pens)]
    motifs = [numbers[whose == ink] for ink in range(len(layer_pens))]
    mirrored_pen = design.mirrored_pen or colour_by == "parity"
    return replace(design, layers=tuple(layers), motifs=tuple(motifs), mirrored_pen=mirrored_pen)


def repenned(layers: Sequence[Layer], pens: Sequence[Pen], colour_by: str) -> tuple[Layer, ...]:
    """The layers of a design, or of a tile of it, in another colourway with as many pens."""
    return tuple(replace(layer, pen=pen) for layer, pen in zip(layers, inks(pens, colour_by), strict=True))


def _inks_of(
    strokes: Strokes, numbers: IntArray, repeat: Repeat, pens: int, colour_by: str, kinds: Mapping[int, int]
) -> IntArray:
    """For each stroke the number of its ink; ``numbers``, which rise, are those of the motifs."""
    motifs, firsts, counts = np.unique(numbers, return_index=True, return_counts=True)
    if colour_by == "kind":
        of_motifs = np.array([kinds[int(motif)] for motif in motifs], np.int64) % pens
    elif colour_by == "position":
        of_motifs = _along(_middles(strokes, firsts), repeat, (pens - 1) * BLEND_STEPS)
    elif colour_by == "stroke":
        rank = np.arange(len(numbers)) - np.repeat(firsts, counts)
        return rank * pens // np.repeat(counts, counts)
    elif colour_by == "parity":
        of_motifs = np.zeros(len(motifs), np.int64)
    else:
        of_motifs = motifs % pens
    return np.repeat(of_motifs, counts)


def _middles(strokes: Strokes, firsts: IntArray) -> NDArray[np.float64]:
    """The middle of the box of each motif, whose strokes begin at ``firsts``."""
    begins = strokes.offsets[firsts]
    low, high = (ends.reduceat(strokes.points, begins, axis=0) for ends in (np.minimum, np.maximum))
    middles: NDArray[np.float64] = (low + high) / 2.0
    return middles


def _along(middles: NDArray[np.float64], repeat: Repeat, steps: int) -> IntArray:
    """How far each place lies along a cell's first side, there and back, from 0 to ``steps``.

    It goes back, for what lies on both sides of a seam is to look alike.
    """
    across = repeat.fractions(middles)[:, 0] % 1.0
    there_and_back = 1.0 - np.abs(2.0 * across - 1.0)
    low, high = there_and_back.min(), there_and_back.max()
    shares = (there_and_back - low) / (high - low) if high > low else np.zeros(len(middles))
    return np.rint(shares * steps).astype(np.int64)
