"""Classes and latent vectors for a sketch that is only begun, whose encoding would be that of a finished one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.seeds import normals, uniforms
from sketchdesign.core.strokes import FloatArray
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.encode import log_likelihoods
from sketchdesign.model.latent import class_vectors, draw_z
from sketchdesign.model.pool import LATENT_DOMAIN

CANDIDATES = 16
CANDIDATES_PER_CLASS = 12
TRUST = 0.5
"""How much of the evidence for a class is believed: points that follow each other are no independent witnesses, and a
person who has just begun wants to see what else it may become."""
_CHOICE_DOMAIN, _CLASS_DOMAIN = 2, 3
_BLOCK = 4 * CANDIDATES
"""Candidates computed at a time: always as many, so that rounding does not depend on how many endings there are."""


def fitting_labels(
    model: Model, rows: FloatArray, keys: NDArray[np.uint64], pool_key: np.uint64, spread: float
) -> list[int]:
    """A class for each key, from p(class | beginning) ** `TRUST`: an arc may become a whale, an owl or a snail.

    All classes are alike likely before anything is drawn. Of a model with z, `CANDIDATES_PER_CLASS` vectors from each
    class's Gaussian stand for the class.

    Args:
        model: any of the three forms.
        rows: the beginning as `stroke_rows`.
        keys: uint64 [n].
        pool_key: of the vectors, which are the same for all keys.
        spread: factor on the deviation from the class's mean.
    """
    count, size = model.info.latent_count, model.info.architecture.z_size
    each = CANDIDATES_PER_CLASS if size else 1
    labels = [label for label in range(count) for _ in range(each)]
    z = None
    if size:
        noise = normals(np.array([pool_key]), each * size, LATENT_DOMAIN).reshape(each, size)
        z = draw_z(model, labels, np.tile(noise * np.float32(spread), (count, 1)))
    vectors = class_vectors(model, labels)
    nats = log_likelihoods(model, [rows] * len(labels), z, vectors, ended=False, block=len(labels))
    evidence = TRUST * np.logaddexp.reduce(nats.reshape(count, each), axis=1)
    counters = np.arange(-(-count // 4), dtype=np.uint64)
    uniform = uniforms(keys[:, None], counters, _CLASS_DOMAIN).reshape(len(keys), -1)[:, :count]
    return [int(label) for label in _drawn_by_weight(evidence, uniform)]


def fitting_z(
    model: Model, rows: FloatArray, labels: Sequence[int], keys: NDArray[np.uint64], spread: float
) -> FloatArray | None:
    """A latent vector for each key, from p(z | beginning) by importance resampling; None for a decoder-only model.

    Each key draws `CANDIDATES` vectors from the class's Gaussian and keeps one, with a probability in proportion to
    the likelihood that it gives the beginning. So every ending comes from a sketch that could have begun like this,
    and does not depend on how many others are asked for.

    Args:
        model: any of the three forms.
        rows: the beginning as `stroke_rows`.
        labels: n classes.
        keys: uint64 [n].
        spread: factor on the deviation from the class's mean.

    Returns:
        float32 [n, z_size].
    """
    size = model.info.architecture.z_size
    if not size:
        return None
    noise = normals(keys, CANDIDATES * size, LATENT_DOMAIN).reshape(-1, size) * np.float32(spread)
    own = [label for label in labels for _ in range(CANDIDATES)]
    z = draw_z(model, own, noise)
    nats = log_likelihoods(model, [rows] * len(z), z, class_vectors(model, own), ended=False, block=_BLOCK)
    counters = np.arange(CANDIDATES // 4, dtype=np.uint64)
    uniform = uniforms(keys[:, None], counters, _CHOICE_DOMAIN).reshape(len(keys), CANDIDATES)
    chosen = _drawn_by_weight(nats.reshape(len(keys), CANDIDATES), uniform)
    kept: FloatArray = z.reshape(len(keys), CANDIDATES, size)[np.arange(len(keys)), chosen]
    return kept


def _drawn_by_weight(log_weights: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    """In each row of uniform numbers [n, k] a column, with a probability in proportion to its weight."""
    # The largest of log weights with Gumbel noise is a draw by weight.
    chosen: NDArray[np.int64] = (log_weights - np.log(-np.log(uniform))).argmax(axis=1)
    return chosen
