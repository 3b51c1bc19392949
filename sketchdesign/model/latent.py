"""Latent vectors: drawing them from a class's Gaussian, and the class embeddings that stand beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sketchdesign.core.strokes import FloatArray
from sketchdesign.model.checkpoint import Model


def draw_z(model: Model, labels: Sequence[int], noise: FloatArray) -> FloatArray:
    """Latent vectors for standard normal noise [n, z_size] (or noise of a smaller spread): float32 [n, z_size].

    They follow the Gaussian that was fitted to the encodings of each label's training drawings. A model without such
    Gaussians (an imported one) uses its prior N(0, I).
    """
    if model.latent is None:
        return noise
    chosen = np.asarray(labels)
    # Row by row and without the maths library, whose rounding may depend on the numbers of rows and of threads.
    spread = [np.einsum("ij,j->i", model.latent.cholesky[k], row) for k, row in zip(chosen, noise, strict=True)]
    z: FloatArray = (model.latent.mean[chosen] + np.stack(spread)).astype(np.float32)
    return z


def class_vectors(model: Model, labels: Sequence[int]) -> FloatArray | None:
    """Embeddings float32 [n, class_size] of labels; None for a model that is not conditioned on a class."""
    if model.network.class_embedding is None:
        return None
    table: FloatArray = model.network.class_embedding.detach().cpu().numpy()
    chosen: FloatArray = table[np.asarray(labels)]
    return chosen
