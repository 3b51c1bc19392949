"""The losses of a finished network on drawings it has not seen, as the paper's Table 1 reports them.

The reference masks differently in training and in evaluation. Here it is its evaluation: L_s and L_p both count the
rows of the drawing and neither its end nor the padding behind it, each divided by N_max. So they depend on N_max,
and only numbers of the same N_max compare; ``nats_per_point`` divides by the rows of the drawings instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchdesign.core.seeds import normals, stream_key
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import Posterior, SketchRNN
from sketchdesign.training.data import Batch, DrawingSet, make_batch, ordered_batches
from sketchdesign.training.loss import REFERENCE_FLOOR, kl_terms, reconstruction_terms

_BATCH = 256


class Score(NamedTuple):
    """Means over drawings, in nats.

    Attributes:
        L_R: L_s + L_p.
        L_s, L_p: of offsets and of pen states, for this N_max.
        L_KL: divergence of q(z | drawing) from the prior, per latent dimension; 0 without an encoder.
        nats_per_point: L_s and L_p summed over all rows of all drawings, by the number of those rows.
        n_max: the N_max that L_R, L_s and L_p were divided by.
        sketches: number of drawings.
    """

    L_R: float
    L_s: float
    L_p: float
    L_KL: float
    nats_per_point: float
    n_max: int
    sketches: int


@dataclass(frozen=True)
class Evaluation:
    """Scores of all drawings together and of each class that has any."""

    overall: Score
    classes: dict[str, Score]


def evaluate(
    network: SketchRNN,
    drawings: DrawingSet,
    scale_factor: float,
    n_max: int,
    start_token: Sequence[float],
    *,
    sample_z: bool = True,
    seed: int = 0,
) -> Evaluation:
    """Score a network in float32.

    Args:
        network: any of the three forms.
        drawings: labelled with the network's own class indices.
        scale_factor: pixels per model unit.
        n_max: what L_R is divided by; the longest drawing of the training set by custom.
        start_token: the stroke-5 row that the decoder reads first.
        sample_z: draw z from q(z | drawing), as the reference does, or take its mean.
        seed: of these draws. They belong to the drawing's place in the set, not to its batch.
    """
    sums = np.zeros((len(drawings), 3))
    keys = np.array([stream_key(seed, "evaluate", place) for place in range(len(drawings))], np.uint64)
    start = torch.tensor(tuple(start_token), dtype=torch.float32)
    with torch.inference_mode():
        for index in ordered_batches(drawings.row_counts, _BATCH):
            batch = make_batch(drawings.subset(index), scale_factor)
            noise = normals(keys[index], network.architecture.z_size)
            sums[index] = _batch_sums(network, batch, start, torch.from_numpy(noise) * float(sample_z))
    rows = drawings.row_counts
    members = {name: drawings.labels == label for label, name in enumerate(drawings.classes)}
    return Evaluation(
        _score(sums, rows, n_max),
        {name: _score(sums[own], rows[own], n_max) for name, own in members.items() if own.any()},
    )


def _batch_sums(network: SketchRNN, batch: Batch, start: Tensor, noise: Tensor) -> NDArray[np.float64]:
    """L_s and L_p, summed over each drawing's rows, and its L_KL: float64 [B, 3]."""
    strokes, lengths = torch.from_numpy(batch.strokes), torch.from_numpy(batch.lengths)
    labels = torch.from_numpy(batch.labels)
    steps, count, _ = strokes.shape
    z, kl = None, torch.zeros(count)
    if network.architecture.conditional:
        posterior: Posterior = network.encode(strokes, lengths)
        z = posterior.sample(noise)
        kl = kl_terms(posterior, network.prior(labels)).mean(dim=1)
    constants = network.constants(z, network.class_vectors(labels))
    hidden, _ = network.decode(torch.cat([start.expand(1, count, 5), strokes[:-1]]), constants)
    drawn = torch.arange(steps).unsqueeze(1) < lengths
    mixture = Mixture.from_raw(network.raw_output(hidden[drawn]), network.architecture.log_sigma_min)
    terms = reconstruction_terms(mixture, strokes[drawn], floor=REFERENCE_FLOOR)
    column = torch.arange(count).expand(steps, count)[drawn]
    by_drawing = [torch.zeros(count, dtype=torch.float64).index_add_(0, column, term.double()) for term in terms]
    return torch.stack([*by_drawing, kl.double()], dim=1).numpy()


def _score(sums: NDArray[np.float64], rows: NDArray[np.int64], n_max: int) -> Score:
    offsets, pen, kl = sums.mean(axis=0)
    return Score(
        L_R=float(offsets + pen) / n_max,
        L_s=float(offsets) / n_max,
        L_p=float(pen) / n_max,
        L_KL=float(kl),
        nats_per_point=float(sums[:, :2].sum() / max(1, rows.sum())),
        n_max=n_max,
        sketches=len(sums),
    )
