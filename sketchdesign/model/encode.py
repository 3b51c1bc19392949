"""From sketches to latent vectors, and how well the decoder explains them.

Sketches are computed in blocks of `BLOCK` rows and of a length rounded up, alike for a single one and for many: what
comes out for a sketch does not depend on what it is encoded with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import PEN_DOWN, PEN_END, PEN_UP, FloatArray, Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.info import ModelInfo
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import STROKE_SIZE
from sketchdesign.model.pool import BLOCK

LENGTH_STEP = 16
"""Blocks are padded to a multiple of this many rows."""


class Encoding(NamedTuple):
    """q(z | sketch) for each of n sketches: mean and standard deviation, float32 [n, z_size]."""

    mu: FloatArray
    sigma: FloatArray


def stroke_rows(info: ModelInfo, sketch: Sketch, *, pen_down: bool = False) -> FloatArray:
    """The stroke-5 rows [P, 5] that a model knows a sketch by, in its units and without an end row.

    The first point becomes the origin, as in everything a model has seen.

    Args:
        info: the model's description.
        sketch: in pixels of the training data.
        pen_down: leave the pen on the paper after the last point.

    Raises:
        InputError: the sketch is empty, a single dot, or longer than the model's drawings.
    """
    if len(sketch) < 2:
        raise InputError("the sketch is empty or a single dot", hint="draw at least one line")
    first = sketch.points[0].astype(np.float64)
    scale = 1.0 / info.scale_factor
    moved = sketch.transformed(scale, -first * scale)
    rows = moved.to_stroke3(implicit_first_point=info.implicit_first_point)
    if len(rows) > info.max_points:
        raise InputError(
            f"the sketch has {len(rows)} points, {info.name} reads at most {info.max_points}",
            hint="draw it with fewer strokes or fewer details",
        )
    table = np.zeros((len(rows), STROKE_SIZE), np.float32)
    table[:, :2] = rows[:, :2]
    table[:, PEN_UP] = rows[:, 2]
    if pen_down:
        table[-1, PEN_UP] = 0.0
    table[:, PEN_DOWN] = 1.0 - table[:, PEN_UP]
    return table


def encode(model: Model, rows: Sequence[FloatArray]) -> Encoding:
    """Encode drawings given as `stroke_rows`.

    Raises:
        InputError: the model has no encoder.
    """
    check_encoder(model.info)
    size = model.info.architecture.z_size
    mu, sigma = np.empty((len(rows), size), np.float32), np.empty((len(rows), size), np.float32)
    device = model.network.output_w.device
    with torch.inference_mode():
        for chosen, strokes, lengths in _blocks(rows):
            posterior = model.network.encode(torch.from_numpy(strokes).to(device), torch.from_numpy(lengths).to(device))
            mu[chosen] = posterior.mu[: len(chosen)].cpu().numpy()
            sigma[chosen] = posterior.sigma[: len(chosen)].cpu().numpy()
    return Encoding(mu, sigma)


def check_encoder(info: ModelInfo) -> None:
    """Refuse a decoder-only model.

    Raises:
        InputError: it is one.
    """
    if not info.architecture.conditional:
        raise InputError(f"{info.name} has no encoder and cannot read a sketch", hint="use a conditional (VAE) model")


def log_likelihoods(
    model: Model,
    rows: Sequence[FloatArray],
    z: FloatArray | None,
    class_vectors: FloatArray | None,
    *,
    ended: bool = True,
    block: int = BLOCK,
) -> NDArray[np.float64]:
    """Log likelihood of each drawing given its z and class, summed over its rows: float64 [n], in nats.

    Offsets count by their density in pixels, so that models of different scale compare.

    Args:
        model: any of the three forms.
        rows: n drawings as `stroke_rows`.
        z: float32 [n, z_size], or None for a decoder-only model.
        class_vectors: float32 [n, class_size], or None for a model without classes.
        ended: count the end of the drawing, too; not so for an unfinished one.
        block: drawings computed at a time. More are faster together; the last bits of a result depend on it.
    """
    network, device = model.network, model.network.output_w.device
    start = torch.tensor(model.info.start_token, device=device)
    parts = [part for part in (z, class_vectors) if part is not None]
    given = np.concatenate(parts, axis=1) if parts else None
    totals = np.empty(len(rows))
    with torch.inference_mode():
        for chosen, table, lengths in _blocks(rows, block):
            constants = None
            if given is not None:
                padded = np.zeros((block, given.shape[1]), np.float32)
                padded[: len(chosen)] = given[chosen]
                constants = torch.from_numpy(padded).to(device)
            strokes = torch.from_numpy(table).to(device)
            hidden, _ = network.decode(torch.cat([start.expand(1, block, -1), strokes[:-1]]), constants)
            mixture = Mixture.from_raw(network.raw_output(hidden), network.architecture.log_sigma_min)
            counted = np.arange(len(table))[:, None] < lengths + ended
            by_row = mixture.log_likelihood(strokes).double().cpu().numpy()
            totals[chosen] = np.where(counted, by_row, 0.0).sum(axis=0)[: len(chosen)]
    offsets = np.array([len(drawing) for drawing in rows])
    nats: NDArray[np.float64] = totals - 2.0 * np.log(model.info.scale_factor) * offsets
    return nats


def _blocks(
    rows: Sequence[FloatArray], block: int = BLOCK
) -> Iterator[tuple[NDArray[np.int64], FloatArray, NDArray[np.int64]]]:
    """Drawings of similar length together: their numbers, rows [T, block, 5] with end rows, lengths [block].

    Columns that are left over hold the end row alone. Every drawing is followed by at least one end row.
    """
    lengths = np.array([len(drawing) for drawing in rows], np.int64)
    padded = (lengths // LENGTH_STEP + 1) * LENGTH_STEP
    for size in np.unique(padded).tolist():
        members = np.flatnonzero(padded == size)
        for begin in range(0, len(members), block):
            chosen = members[begin : begin + block]
            table = np.zeros((size, block, STROKE_SIZE), np.float32)
            table[:, :, PEN_END] = 1.0
            counts = np.zeros(block, np.int64)
            for column, number in enumerate(chosen.tolist()):
                table[: len(rows[number]), column] = rows[number]
                counts[column] = len(rows[number])
            yield chosen, table, counts
