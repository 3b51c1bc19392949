"""Where a class's drawings lie in latent space, as a Gaussian to sample z from.

A class-conditioned network leaves the class in z too, so z ~ N(0, I) would mix the classes up. What it has learned
to decode is the aggregate posterior of each class, of which this is the Gaussian with the same mean and covariance.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import FloatArray
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.data import DrawingSet, make_batch, ordered_batches

_BATCH = 256
_SMALLEST_VARIANCE = 1e-6


def fit_latent(
    network: SketchRNN, drawings: DrawingSet, scale_factor: float, *, shrinkage: float = 0.02
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of q(z) for each class: those of mu, plus the mean of sigma^2 on the diagonal.

    Args:
        network: one with an encoder.
        drawings: of all its classes, as they were trained on but not varied.
        scale_factor: pixels per model unit.
        shrinkage: from 0 to 1, how far each covariance is drawn to a multiple of the identity of the same trace. A
            class of fewer drawings than z has dimensions needs some.

    Returns:
        mean float32 [C, z] and cholesky float32 [C, z, z], lower triangular: z = mean + cholesky @ noise.

    Raises:
        InputError: a class has no drawing.
    """
    mu, variance = encode_all(network, drawings, scale_factor)
    size = mu.shape[1]
    means, factors = [], []
    for label, name in enumerate(drawings.classes):
        members = drawings.labels == label
        if not members.any():
            raise InputError(f"class {name!r} has no drawing to fit its latent Gaussian to")
        mean = mu[members].mean(axis=0)
        offsets = mu[members] - mean
        covariance = offsets.T @ offsets / len(offsets) + np.diag(variance[members].mean(axis=0))
        spread = max(float(np.trace(covariance)) / size, _SMALLEST_VARIANCE)
        means.append(mean)
        factors.append(np.linalg.cholesky((1.0 - shrinkage) * covariance + shrinkage * spread * np.eye(size)))
    return np.array(means, np.float32), np.array(factors, np.float32)


def encode_all(
    network: SketchRNN, drawings: DrawingSet, scale_factor: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """mu and sigma^2 of every drawing, in the set's order: float64 [D, z] each."""
    mu = np.empty((len(drawings), network.architecture.z_size))
    variance = np.empty_like(mu)
    with torch.inference_mode():
        for index in ordered_batches(drawings.row_counts, _BATCH):
            batch = make_batch(drawings.subset(index), scale_factor)
            posterior = network.encode(torch.from_numpy(batch.strokes), torch.from_numpy(batch.lengths))
            mu[index] = posterior.mu.numpy()
            variance[index] = posterior.sigma.square().numpy()
    return mu, variance
