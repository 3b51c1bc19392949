"""One class of a class-conditioned network as a network of its own, without any loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from sketchdesign.core.errors import InputError
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.network import STROKE_SIZE


def fold_class(
    architecture: Architecture, state: Mapping[str, Tensor], index: int
) -> tuple[Architecture, dict[str, Tensor]]:
    """Fold a class's embedding and its learned prior into the weights around them.

    The embedding is constant, so what it adds goes into the decoder's bias and that of the initial state. A learned
    prior N(m, s^2) becomes N(0, I) by writing z as m + s z' throughout.

    Args:
        architecture: of a class-conditioned network with a latent vector and an LSTM decoder.
        state: its tensors.
        index: the class.

    Returns:
        architecture and tensors of the equivalent network without classes.

    Raises:
        InputError: the network has no biases to fold into (its decoder is not a plain LSTM), or no latent vector.
    """
    if architecture.decoder != "lstm" or not architecture.conditional:
        raise InputError(
            "one class can be taken out of a conditional model with an LSTM decoder only",
            hint="use a model of that kind",
        )
    folded = dict(state)
    z_rows = slice(STROKE_SIZE, STROKE_SIZE + architecture.z_size)
    constant = folded.pop("class_embedding")[index]
    w_x, initial = folded["decoder.w_x"], folded["initial.weight"]
    w_class, initial_class = w_x[z_rows.stop :], initial[:, architecture.z_size :]
    w_z, initial_z = w_x[z_rows], initial[:, : architecture.z_size]
    bias = folded["decoder.bias"] + constant @ w_class
    initial_bias = folded["initial.bias"] + initial_class @ constant
    if architecture.learned_prior:
        mean, log_variance = folded.pop("prior_mu")[index], folded.pop("prior_log_variance")[index]
        sigma = torch.exp(0.5 * log_variance)
        bias, initial_bias = bias + mean @ w_z, initial_bias + initial_z @ mean
        w_z, initial_z = sigma[:, None] * w_z, initial_z * sigma
        folded["encoder.mu.weight"] = folded["encoder.mu.weight"] / sigma[:, None]
        folded["encoder.mu.bias"] = (folded["encoder.mu.bias"] - mean) / sigma
        folded["encoder.log_variance.bias"] = folded["encoder.log_variance.bias"] - log_variance
    folded["decoder.w_x"] = torch.cat([w_x[:STROKE_SIZE], w_z])
    folded["decoder.bias"] = bias
    folded["initial.weight"], folded["initial.bias"] = initial_z, initial_bias
    return replace(architecture, class_count=0, class_size=0, learned_prior=False), folded
