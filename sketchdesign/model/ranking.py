"""Comparing drawn sketches: near-duplicates, and which of several candidates is the best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import FloatArray, Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.curation import Rank
from sketchdesign.model.encode import encode, stroke_rows
from sketchdesign.model.likeness import pictures
from sketchdesign.model.sampler import Sampled

NEAREST = 0.25
"""Sketches whose pictures (`likeness`) are closer than this pass for one. People who draw the same thing twice come
closer only in one case out of thousands."""


def near_duplicates(sketches: Sequence[Sketch]) -> list[int]:
    """The places of sketches that look like one before them which is no near-duplicate itself."""
    looks = pictures(sketches)
    kept = np.empty_like(looks)
    count = 0
    found = []
    # Vectors of length 1 at this distance have this product.
    alike = 1.0 - NEAREST**2 / 2.0
    for place, look in enumerate(looks):
        if (kept[:count] @ look > alike).any():
            found.append(place)
        else:
            kept[count] = look
            count += 1
    return found


def merits(model: Model, rank: Rank, samples: Sequence[Sampled], z: FloatArray | None) -> NDArray[np.float64]:
    """What candidates are ranked by, more being better: float64 [n].

    Nats per point, or minus the distance between a candidate's encoding and its z; without z all are equal.

    Args:
        model: that drew them.
        rank: by what.
        samples: the candidates.
        z: float32 [n, z_size] what they were drawn from.
    """
    if rank == "likelihood":
        return np.array([sample.nats / max(1, len(sample.sketch)) for sample in samples])
    worth = np.full(len(samples), -np.inf)
    rows = {number: row for number, sample in enumerate(samples) if (row := _rows(model, sample.sketch)) is not None}
    if rows and z is not None:
        chosen = list(rows)
        away = encode(model, list(rows.values())).mu.astype(np.float64) - z[chosen]
        worth[chosen] = -np.sqrt((away**2).sum(axis=1))
    return worth


def _rows(model: Model, sketch: Sketch) -> FloatArray | None:
    """A sketch as its own model reads it; None for one that it could not read."""
    try:
        return stroke_rows(model.info, sketch)
    except InputError:
        return None
