"""The sizes of a sketch-rnn network. Known without torch, so that models can be listed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CellKind = Literal["lstm", "layer_norm", "hyper"]


@dataclass(frozen=True)
class Architecture:
    """Everything that decides the shapes of a network's tensors.

    ``z_size`` and ``encoder_size`` are 0 for a decoder-only model; ``class_count`` is 0 for one that is not
    conditioned on a class. With ``learned_prior`` each class has a Gaussian prior of its own for z, trained with the
    network, in the place of N(0, I).
    """

    decoder: CellKind = "lstm"
    decoder_size: int = 512
    encoder: CellKind = "lstm"
    encoder_size: int = 256
    z_size: int = 128
    mixtures: int = 20
    class_count: int = 0
    class_size: int = 0
    hyper_size: int = 256
    hyper_embedding: int = 32
    log_sigma_min: float | None = None
    learned_prior: bool = False

    @property
    def conditional(self) -> bool:
        return self.z_size > 0

    @property
    def constant_size(self) -> int:
        """Width of what the decoder reads beside the stroke row: z and the class embedding."""
        return self.z_size + self.class_size
