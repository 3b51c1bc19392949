"""Which class or model explains a sketch best, by the likelihood that the models themselves give it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from sketchdesign.core.strokes import FloatArray
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.encode import Encoding, encode, log_likelihoods
from sketchdesign.model.latent import Gaussian, class_vectors, fitted_gaussian

Array = NDArray[np.float64]


def class_scores(model: Model, rows: Sequence[FloatArray]) -> Array:
    """Nats per point of drawings (as `stroke_rows`) under each of a model's classes: [n, C]; larger is likelier.

    For a conditional model it is the evidence lower bound log p(drawing | z, class) - KL(q(z | drawing) || p(z |
    class)) (eq. 9 to 11) with z at its mean; p(z | class) is the Gaussian that was fitted to the class, which tells
    classes apart that a prior shared by all would not. Densities are per pixel.
    """
    count = model.info.latent_count
    encoding = encode(model, rows) if model.info.architecture.conditional else None
    points = np.array([len(drawing) + 1 for drawing in rows])
    # Every drawing as every class in one call, so that the decoder's blocks are full.
    each = [drawing for drawing in rows for _ in range(count)]
    z = None if encoding is None else np.repeat(encoding.mu, count, axis=0)
    nats = log_likelihoods(model, each, z, class_vectors(model, list(range(count)) * len(rows)))
    scores: Array = nats.reshape(len(rows), count) / points[:, None]
    if encoding is not None:
        for label in range(count):
            scores[:, label] -= divergences(encoding, fitted_gaussian(model, label)) / points
    return scores


def likeliest_classes(model: Model, rows: Sequence[FloatArray]) -> list[int]:
    """The index of the class that explains each drawing best."""
    if model.info.latent_count == 1:
        return [0] * len(rows)
    best: list[int] = class_scores(model, rows).argmax(axis=1).tolist()
    return best


def divergences(encoding: Encoding, prior: Gaussian) -> Array:
    """KL(q(z | drawing) || prior) of each drawing, [n], in nats, summed over the dimensions of z."""
    variance = encoding.sigma.astype(np.float64) ** 2
    # With the prior's covariance L L', the trace term is |L^-1 S|^2 and the distance |L^-1 (mu - m)|^2.
    inverse, _ = lapack.dtrtri(prior.factor, lower=1)  # tens of times as fast as an inverse of any matrix
    distance = ((inverse @ (encoding.mu - prior.mean).T) ** 2).sum(axis=0)
    trace = variance @ (inverse**2).sum(axis=0)
    log_determinants = 2.0 * np.log(np.diag(prior.factor)).sum() - np.log(variance).sum(axis=1)
    kl: Array = 0.5 * (trace + distance - len(prior.mean) + log_determinants)
    return kl
