"""Latent vectors for a sketch that is only begun, whose encoding would be that of a finished one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.seeds import normals, uniforms
from sketchdesign.core.strokes import FloatArray
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.encode import log_likelihoods
from sketchdesign.model.latent import class_vectors, draw_z
from sketchdesign.model.pool import LATENT_DOMAIN

CANDIDATES = 16
_CHOICE_DOMAIN = 2
_BLOCK = 4 * CANDIDATES
"""Candidates computed at a time: always as many, so that rounding does not depend on how many endings there are."""


def fitting_z(model: Model, rows: FloatArray, label: int, keys: NDArray[np.uint64], spread: float) -> FloatArray | None:
    """A latent vector for each key, from p(z | beginning) by importance resampling; None for a decoder-only model.

    Each key draws `CANDIDATES` vectors from the class's Gaussian and keeps one, with a probability in proportion to
    the likelihood that it gives the beginning. So every ending comes from a sketch that could have begun like this,
    and does not depend on how many others are asked for.

    Args:
        model: any of the three forms.
        rows: the beginning as `stroke_rows`.
        label: the class.
        keys: uint64 [n].
        spread: factor on the deviation from the class's mean.

    Returns:
        float32 [n, z_size].
    """
    size = model.info.architecture.z_size
    if not size:
        return None
    noise = normals(keys, CANDIDATES * size, LATENT_DOMAIN).reshape(-1, size) * np.float32(spread)
    labels = [label] * len(noise)
    z = draw_z(model, labels, noise)
    nats = log_likelihoods(model, [rows] * len(z), z, class_vectors(model, labels), ended=False, block=_BLOCK)
    counters = np.arange(CANDIDATES // 4, dtype=np.uint64)
    uniform = uniforms(keys[:, None], counters, _CHOICE_DOMAIN).reshape(len(keys), CANDIDATES)
    # The largest of log weights with Gumbel noise is a draw by weight.
    chosen = (nats.reshape(len(keys), CANDIDATES) - np.log(-np.log(uniform))).argmax(axis=1)
    kept: FloatArray = z.reshape(len(keys), CANDIDATES, size)[np.arange(len(keys)), chosen]
    return kept
