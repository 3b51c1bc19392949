"""Motifs that reach over one another: the later one hides what lies behind, also across all seams."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from sketchdesign.core.drawing import Strokes
from sketchdesign.design.symmetry import Points
from sketchdesign.design.tile import Design
from sketchdesign.geometry.clip import Box
from sketchdesign.geometry.dedupe import selected
from sketchdesign.geometry.occlude import occlude_groups
from sketchdesign.geometry.silhouette import OpenMotifs

_CLOSING_SHARE = 0.25
"""Hand-drawn outlines are seldom closed: openings up to this share of a motif's size count as such."""


def occluded(design: Design, on_top: Collection[int] = ()) -> Design:
    """A design whose motifs hide those of lower numbers, wherever an image of one lies over an image of another.

    What is hidden is computed once for each motif, among the images of all others, and so is the same in each of its
    own images: the pattern stays what it was under all operations, and its tiles meet.

    Args:
        design: whole motifs.
        on_top: numbers of motifs that no other hides.
    """
    named = {int(number) for motifs in design.motifs for number in np.unique(motifs)}
    numbers = sorted(named, key=lambda number: (number in on_top, number))
    own = {number: _parts(design, number) for number in numbers}
    points = {number: Strokes.concatenate(parts).points for number, parts in own.items()}
    everything = np.concatenate(list(points.values()))
    area = Box(*everything.min(axis=0).tolist(), *everything.max(axis=0).tolist())
    groups, ranks, place = list[Strokes](), list[int](), dict[int, int]()
    for number in numbers:
        place[number] = len(groups)
        # Each image has a rank of its own: lines of several would enclose what none of them does.
        for image in (own[number], *_images(design, own[number], points[number], area)):
            ranks += [ranks[-1] + 1 if ranks else 0] * len(image)
            groups += image
    closing_mm = _CLOSING_SHARE * float(np.median([np.ptp(each, axis=0).max() for each in points.values()]))
    left = occlude_groups(groups, ranks, closing_mm=closing_mm, open_motifs=OpenMotifs.CONCAVE)
    layers, motifs = [], []
    for index, layer in enumerate(design.layers):
        seen = [left[place[number] + index] for number in numbers]
        layers.append(replace(layer, strokes=Strokes.concatenate(seen)))
        motifs.append(np.repeat(numbers, [len(part) for part in seen]).astype(np.int64))
    return replace(design, layers=tuple(layers), motifs=tuple(motifs))


def _parts(design: Design, number: int) -> list[Strokes]:
    """What each pen draws of a motif."""
    return [
        selected(layer.strokes, motifs == number) for layer, motifs in zip(design.layers, design.motifs, strict=True)
    ]


def _images(design: Design, parts: list[Strokes], points: Points, area: Box) -> Iterator[list[Strokes]]:
    """The images of a motif that reach into a rectangle, but for itself; in a kaleidoscope none meets it."""
    for number, operation in enumerate(() if design.kaleidoscope else design.repeat.operations):
        image = operation.apply(points)
        for move in design.repeat.lattice_vectors(area.low - image.max(axis=0), area.high - image.min(axis=0)):
            if number or move.any():
                yield [Strokes(operation.apply(part.points) + move, part.offsets) for part in parts]
