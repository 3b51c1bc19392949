"""The sketch-rnn network: bidirectional encoder, latent vector, autoregressive decoder (Ha & Eck 2017, section 3.2).

Sequences are time-major: ``[T, B, ...]``. Three forms share the code: conditional (a VAE), unconditional (decoder
only), and class-conditioned, where an embedding of the class stands beside z at every step and in the initial state.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from sketchdesign.model.architecture import Architecture
from sketchdesign.model.cells import Cell, Context, make_cell

STROKE_SIZE = 5


class Posterior(NamedTuple):
    """q(z | drawing): mean and log variance, [B, z_size] each. ``log_variance`` is the reference's "presig"."""

    mu: Tensor
    log_variance: Tensor

    @property
    def sigma(self) -> Tensor:
        return torch.exp(0.5 * self.log_variance)

    def sample(self, noise: Tensor) -> Tensor:
        """z = mu + sigma * noise (eq. 2)."""
        return self.mu + self.sigma * noise


class Encoder(nn.Module):
    """Reads a drawing in both directions and yields q(z | drawing)."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = architecture
        self.forward_cell = make_cell(a.encoder, STROKE_SIZE, 0, a.encoder_size, a.hyper_size, a.hyper_embedding)
        self.backward_cell = make_cell(a.encoder, STROKE_SIZE, 0, a.encoder_size, a.hyper_size, a.hyper_embedding)
        self.mu = small_linear(2 * a.encoder_size, a.z_size)
        self.log_variance = small_linear(2 * a.encoder_size, a.z_size)

    def forward(
        self,
        strokes: Tensor,
        lengths: Tensor,
        drop: tuple[Tensor, Tensor] | None = None,
        matmul_dtype: torch.dtype = torch.float32,
    ) -> Posterior:
        """Encode.

        Args:
            strokes: [T, B, 5] stroke-5 rows without start token.
            lengths: [B] numbers of points; rows from there on are not read.
            drop: recurrent-dropout factors [T, B, H] for the two directions.
            matmul_dtype: precision of the recurrent products.
        """
        ahead, back = drop or (None, None)
        summary = torch.cat(
            [
                self._summary(self.forward_cell, strokes, lengths, ahead, matmul_dtype),
                self._summary(self.backward_cell, reverse_within(strokes, lengths), lengths, back, matmul_dtype),
            ],
            dim=1,
        )
        return Posterior(self.mu(summary), self.log_variance(summary))

    @staticmethod
    def _summary(cell: Cell, xs: Tensor, lengths: Tensor, drop: Tensor | None, matmul_dtype: torch.dtype) -> Tensor:
        batch = xs.shape[1]
        outputs, _ = cell.run(xs, xs.new_zeros(batch, cell.state_size), cell.context(None), drop, matmul_dtype)
        rows = torch.arange(batch, device=xs.device)
        last = outputs[(lengths - 1).clamp(min=0), rows]
        return torch.where((lengths > 0).unsqueeze(1), last, torch.zeros_like(last))


class SketchRNN(nn.Module):
    """The whole network."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = self.architecture = architecture
        self.decoder = make_cell(
            a.decoder, STROKE_SIZE, a.constant_size, a.decoder_size, a.hyper_size, a.hyper_embedding
        )
        self.output_w = nn.Parameter(nn.init.xavier_uniform_(torch.empty(a.decoder_size, 3 + 6 * a.mixtures)))
        self.output_b = nn.Parameter(torch.zeros(3 + 6 * a.mixtures))
        self.encoder = Encoder(a) if a.conditional else None
        self.class_embedding = nn.Parameter(torch.randn(a.class_count, a.class_size)) if a.class_count else None
        self.initial = small_linear(a.constant_size, self.decoder.state_size) if a.constant_size else None
        if a.learned_prior:
            self.prior_mu = nn.Parameter(torch.zeros(a.class_count, a.z_size))
            self.prior_log_variance = nn.Parameter(torch.zeros(a.class_count, a.z_size))

    def encode(self, strokes: Tensor, lengths: Tensor) -> Posterior:
        """q(z | drawing) for stroke-5 rows [T, B, 5] and their lengths [B]; see `Encoder.forward`."""
        if self.encoder is None:
            raise TypeError("a decoder-only network has no encoder")
        posterior: Posterior = self.encoder(strokes, lengths)
        return posterior

    def prior(self, labels: Tensor) -> Posterior | None:
        """The learned prior p(z | class) for class indices [B]; None stands for N(0, I)."""
        if not self.architecture.learned_prior:
            return None
        return Posterior(self.prior_mu[labels], self.prior_log_variance[labels])

    def class_vectors(self, labels: Tensor) -> Tensor | None:
        """Embeddings [B, class_size] of class indices [B]; None for a model without classes."""
        return None if self.class_embedding is None else self.class_embedding[labels]

    def constants(self, z: Tensor | None, class_vectors: Tensor | None) -> Tensor | None:
        """The decoder's constant input [B, constant_size] from z and class embedding; None where there is none."""
        parts = [part for part in (z, class_vectors) if part is not None]
        return torch.cat(parts, dim=1) if parts else None

    def initial_state(self, constants: Tensor | None, batch: int) -> Tensor:
        """tanh of the projected constants, or zeros for a network without any: [batch, state_size]."""
        if constants is None or self.initial is None:
            return self.output_w.new_zeros(batch, self.decoder.state_size)
        return torch.tanh(self.initial(constants))

    def context(self, constants: Tensor | None) -> Context:
        """The constant inputs, projected for use at every decoder step."""
        return self.decoder.context(constants)

    def raw_output(self, hidden: Tensor) -> Tensor:
        """Hidden vectors [..., H] to raw mixture outputs [..., 3 + 6M]."""
        return hidden @ self.output_w + self.output_b

    def decode(
        self,
        inputs: Tensor,
        constants: Tensor | None,
        drop: Tensor | None = None,
        matmul_dtype: torch.dtype = torch.float32,
    ) -> tuple[Tensor, Tensor]:
        """Teacher forcing: inputs [T, B, 5], start token first, to hidden vectors [T, B, H] and the final state."""
        state = self.initial_state(constants, inputs.shape[1])
        return self.decoder.run(inputs, state, self.context(constants), drop, matmul_dtype)


def small_linear(rows: int, columns: int) -> nn.Linear:
    """A linear layer that starts near zero, N(0, 0.001), as the reference does for z and the initial state."""
    layer = nn.Linear(rows, columns)
    nn.init.normal_(layer.weight, std=0.001)
    nn.init.zeros_(layer.bias)
    return layer


def reverse_within(strokes: Tensor, lengths: Tensor) -> Tensor:
    """Reverse the first ``lengths[b]`` rows of each column of [T, B, ...]; the rows behind them stay."""
    steps = torch.arange(len(strokes), device=strokes.device).unsqueeze(1)
    mirrored = lengths.unsqueeze(0) - 1 - steps
    index = torch.where(mirrored >= 0, mirrored, steps)
    return strokes.gather(0, index.unsqueeze(-1).expand_as(strokes))
