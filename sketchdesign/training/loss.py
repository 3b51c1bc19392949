"""The losses of sketch-rnn (Ha & Eck 2017, section 3.3), with the reference's normalisation."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from sketchdesign.core.strokes import PEN_DOWN, PEN_END
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import Posterior

REFERENCE_FLOOR = 1e-6
"""The reference adds this to the density before its logarithm, which floors L_s at 13.8."""


class Reconstruction(NamedTuple):
    """In nats, of the offsets (L_s) and of the pen states (L_p), before normalisation by N_max."""

    offsets: Tensor
    pen: Tensor


def reconstruction(mixture: Mixture, target: Tensor, pen_weight: Tensor, *, floor: float = 0.0) -> Reconstruction:
    """L_s and L_p (eq. 9) as sums.

    Args:
        mixture: the decoder's distributions at [...] positions.
        target: [..., 5] stroke-5 rows to be predicted.
        pen_weight: [...] which positions count for L_p. The reference counts all N_max while it trains and all but
            the end rows when it evaluates.
        floor: added to the density, `REFERENCE_FLOOR` to match the reference's numbers.
    """
    terms = reconstruction_terms(mixture, target, floor=floor)
    return Reconstruction(terms.offsets.sum(), (terms.pen * pen_weight).sum())


def reconstruction_terms(mixture: Mixture, target: Tensor, *, floor: float = 0.0) -> Reconstruction:
    """What each position [...] adds to L_s (nothing where the drawing has ended) and to L_p; see `reconstruction`."""
    log_density = mixture.offset_log_density(target[..., 0], target[..., 1])
    if floor:
        log_density = torch.log(torch.exp(log_density) + floor)
    drawn = 1.0 - target[..., PEN_END]
    return Reconstruction(-log_density * drawn, -mixture.pen_log_probability(target[..., PEN_DOWN:]))


def kl_divergence(posterior: Posterior, prior: Posterior | None = None) -> Tensor:
    """L_KL (eq. 10): divergence of q(z | drawing) from the prior, the mean over batch and latent dimensions.

    Args:
        posterior: what the encoder says.
        prior: a Gaussian of its own for each drawing (a learned prior of its class); N(0, I) by default.
    """
    return kl_terms(posterior, prior).mean()


def kl_terms(posterior: Posterior, prior: Posterior | None = None) -> Tensor:
    """What each drawing and latent dimension adds to L_KL: [B, z_size]; see `kl_divergence`."""
    mu, log_variance = posterior
    if prior is not None:
        mu = (mu - prior.mu) * torch.exp(-0.5 * prior.log_variance)
        log_variance = log_variance - prior.log_variance
    return -0.5 * (1.0 + log_variance - mu.square() - torch.exp(log_variance))


def kl_weight(step: int, final: float, rate: float, start: float = 0.01) -> float:
    """eta(step) * w_KL: annealed from ``start * final`` to ``final`` (eq. 11: 1 - (1 - start) * rate^step)."""
    return final * (1.0 - (1.0 - start) * rate**step)
