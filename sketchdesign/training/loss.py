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
    """Sums over a batch, in nats: of the offsets (L_s) and of the pen states (L_p), before normalisation."""

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
    log_density = mixture.offset_log_density(target[..., 0], target[..., 1])
    if floor:
        log_density = torch.log(torch.exp(log_density) + floor)
    drawn = 1.0 - target[..., PEN_END]
    pen = mixture.pen_log_probability(target[..., PEN_DOWN:])
    return Reconstruction(-(log_density * drawn).sum(), -(pen * pen_weight).sum())


def kl_divergence(posterior: Posterior, prior: Posterior | None = None) -> Tensor:
    """L_KL (eq. 10): divergence of q(z | drawing) from the prior, the mean over batch and latent dimensions.

    Args:
        posterior: what the encoder says.
        prior: a Gaussian of its own for each drawing (a learned prior of its class); N(0, I) by default.
    """
    mu, log_variance = posterior
    if prior is not None:
        mu = (mu - prior.mu) * torch.exp(-0.5 * prior.log_variance)
        log_variance = log_variance - prior.log_variance
    return -0.5 * torch.mean(1.0 + log_variance - mu.square() - torch.exp(log_variance))


def kl_weight(step: int, final: float, rate: float, start: float = 0.01) -> float:
    """eta(step) * w_KL: annealed from ``start * final`` to ``final`` (eq. 11: 1 - (1 - start) * rate^step)."""
    return final * (1.0 - (1.0 - start) * rate**step)
