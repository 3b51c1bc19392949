"""Latent vectors: drawing them from a class's Gaussian, the class embeddings beside them, and the ways between them.

The ways are pure arithmetic, computed in float64 where rounding would show, and give float32.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.strokes import FloatArray
from sketchdesign.model.checkpoint import Model

TURN = 0.35
"""How much noise bends a walk at each step, as a share of its heading."""

SMALLEST_SIGMA = 1e-3
"""An encoder that claims to be surer than this is not believed."""

_TINY = float(np.finfo(np.float32).tiny)

SMALLEST_ANGLE = 1e-4
"""Between vectors closer than this, in radians, the arc is taken for a straight line."""


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


def class_vectors(model: Model, labels: Sequence[int], guidance: float = 1.0) -> FloatArray | None:
    """Embeddings float32 [n, class_size] of labels; None for a model that is not conditioned on a class.

    ``guidance`` multiplies their distance from the mean of all classes: above 1 a class shows more of what sets it
    apart from the others.
    """
    if model.network.class_embedding is None:
        return None
    table: FloatArray = model.network.class_embedding.detach().cpu().numpy()
    if guidance != 1.0:
        centre = table.mean(axis=0)
        table = centre + np.float32(guidance) * (table - centre)
    chosen: FloatArray = table[np.asarray(labels)]
    return chosen


def whitened(z: FloatArray, gaussian: Gaussian) -> FloatArray:
    """z [n, z_size] in coordinates in which its class is N(0, I)."""
    white: FloatArray = np.linalg.solve(gaussian.factor, (z - gaussian.mean).T).T.astype(np.float32)
    return white


def unwhitened(white: FloatArray, gaussian: Gaussian) -> FloatArray:
    """The way back from `whitened`."""
    z: FloatArray = (gaussian.mean + white.astype(np.float64) @ gaussian.factor.T).astype(np.float32)
    return z


def slerp(first: FloatArray, second: FloatArray, share: float | NDArray[np.floating]) -> FloatArray:
    """Spherical interpolation between vectors [n, z_size], row by row: ``first`` at share 0, ``second`` at 1, exactly.

    Latent vectors lie near a sphere; a straight line between two of them would cut through its empty middle.

    Args:
        first, second: the ends.
        share: how far to go, for all rows or for each, [n].
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    part = np.broadcast_to(np.asarray(share, np.float64), len(a))[:, None]
    lengths = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    cosine = (a * b).sum(axis=1) / np.maximum(lengths, np.finfo(np.float64).tiny)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))[:, None]
    sine = np.sin(angle)
    straight = sine < SMALLEST_ANGLE  # parallel, where the two forms agree, or opposite, where no arc is the better
    safe = np.where(straight, 1.0, sine)
    weight_a = np.where(straight, 1.0 - part, np.sin((1.0 - part) * angle) / safe)
    weight_b = np.where(straight, part, np.sin(part * angle) / safe)
    return (weight_a * a + weight_b * b).astype(np.float32)


def four_corners(corners: FloatArray, rows: int, columns: int) -> FloatArray:
    """The grid between four vectors [4, z_size], top left, top right, bottom left, bottom right.

    Rows first: slerp down the left edge and down the right edge, then within each row from the one to the other. (The
    other order gives other vectors, because a sphere is curved.)

    Returns:
        float32 [rows * columns, z_size], row by row; its corners are the given vectors.
    """
    top_left, top_right, bottom_left, bottom_right = (np.repeat(corner[None], rows, axis=0) for corner in corners)
    down = np.linspace(0.0, 1.0, rows)
    left, right = slerp(top_left, bottom_left, down), slerp(top_right, bottom_right, down)
    across = np.tile(np.linspace(0.0, 1.0, columns), rows)
    return slerp(np.repeat(left, columns, axis=0), np.repeat(right, columns, axis=0), across)


def path(pins: FloatArray, steps: int) -> FloatArray:
    """``steps`` vectors at equal shares of the way through N pinned ones [N, z_size], each leg a slerp.

    Returns:
        float32 [steps, z_size], the first and the last being the first and last pin.
    """
    legs, shares = path_legs(len(pins), steps)
    return slerp(pins[legs], pins[np.minimum(legs + 1, len(pins) - 1)], shares)


def path_legs(pins: int, steps: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each step of a path through ``pins`` points its leg, and how far along that leg it is."""
    way = np.linspace(0.0, pins - 1.0, steps)
    legs = np.minimum(way.astype(np.int64), max(0, pins - 2))
    return legs, way - legs


def analogy(
    base: FloatArray, minus: FloatArray, plus: FloatArray, strength: float, *, rescaled: bool = True
) -> FloatArray:
    """base + strength * (plus - minus): a cat's head - a pig's head + a whole pig = a whole cat (section 4.2).

    Args:
        base, minus, plus: [z_size].
        strength: how much of the difference to add.
        rescaled: bring the sum to the length of ``base``. Unrelated vectors add up to one that is longer than any the
            decoder has met, from which it hardly finds an end. False gives the sum itself, as in the paper.
    """
    total = base + strength * (plus.astype(np.float64) - minus)
    length = float(np.linalg.norm(total))
    if rescaled and strength != 0.0 and length > 0.0:
        total *= np.linalg.norm(base.astype(np.float64)) / length
    return total.astype(np.float32)


def toward(
    z: FloatArray,
    own_mean: NDArray[np.floating],
    target_mean: NDArray[np.floating],
    share: float | NDArray[np.floating],
) -> FloatArray:
    """z moved a part of the way from its own class's mean to another's; what sets it apart in its class stays.

    Args:
        z: [z_size] or [n, z_size].
        own_mean, target_mean: [z_size].
        share: of the way, for all or for each, [n, 1].
    """
    moved: FloatArray = (z + share * (target_mean - own_mean)).astype(np.float32)
    return moved


def around(z: FloatArray, noise: FloatArray, radius: float) -> FloatArray:
    """Vectors at the distance ``radius`` from z [z_size], in the directions of ``noise`` [n, z_size]."""
    lengths = np.sqrt((noise.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    points: FloatArray = (z + radius * noise / np.maximum(lengths, np.finfo(np.float64).tiny)).astype(np.float32)
    return points


def walk(start: FloatArray, noise: FloatArray, stride: float) -> FloatArray:
    """A random walk that never turns sharply, on the sphere through its start.

    Each step goes on in the direction of the one before, turned a little by the noise. The way does not leave the
    sphere, whose vectors are as long as the start and so draw as well as it does.

    Args:
        start: float32 [z_size], in coordinates in which all directions are alike (see `whitened`).
        noise: standard normal [n - 1, z_size].
        stride: length of a step; half a turn at most.

    Returns:
        float32 [n, z_size], the first being the start. A longer walk begins like a shorter one.
    """
    radius = float(np.linalg.norm(start.astype(np.float64)))
    angle = min(stride / max(radius, _TINY), math.pi)
    place = start / max(radius, _TINY)
    heading = np.zeros(len(start))
    way = [place]
    for turn in noise.astype(np.float64):
        heading = heading + TURN * turn / math.sqrt(len(turn))
        heading = heading - place * (heading @ place)
        heading /= max(float(np.linalg.norm(heading)), _TINY)
        place, heading = (
            place * math.cos(angle) + heading * math.sin(angle),
            heading * math.cos(angle) - place * math.sin(angle),
        )
        way.append(place)
    return (radius * np.stack(way)).astype(np.float32)


def shrunk(mu: FloatArray, sigma: FloatArray, gaussian: Gaussian, amount: float) -> FloatArray:
    """q(z | sketch) drawn toward what is usual for its class, as a model of a larger w_KL would encode it.

    The mode of N(mu, sigma^2) * gaussian^w with w = amount / (1 - amount): what is rare in the class and what the
    encoder is unsure of gives way first.

    Args:
        mu, sigma: float32 [z_size], the encoding.
        gaussian: where the class lies.
        amount: 0 leaves mu, 0.5 weighs both alike, 1 gives the class's mean.

    Returns:
        float32 [z_size].
    """
    if amount >= 1.0:
        return gaussian.mean.astype(np.float32)
    inverse = np.linalg.inv(gaussian.factor)
    pull = amount / (1.0 - amount) * (inverse.T @ inverse)
    hold = 1.0 / np.maximum(sigma.astype(np.float64), SMALLEST_SIGMA) ** 2
    offset = np.linalg.solve(pull + np.diag(hold), hold * (mu - gaussian.mean))
    return (gaussian.mean + offset).astype(np.float32)


class Gaussian(NamedTuple):
    """Mean float64 [z_size] and lower triangular Cholesky factor [z_size, z_size] of the covariance."""

    mean: NDArray[np.float64]
    factor: NDArray[np.float64]


def fitted_gaussian(model: Model, label: int) -> Gaussian:
    """Where the latent vectors of a class lie: as it was fitted to them, or the prior of a model that has no fit."""
    if model.latent is None:
        return prior_gaussian(model, label)
    return Gaussian(model.latent.mean[label].astype(np.float64), model.latent.cholesky[label].astype(np.float64))


def prior_gaussian(model: Model, label: int) -> Gaussian:
    """The prior that a model was trained with: learned for the class, or N(0, I)."""
    if model.info.architecture.learned_prior:
        mean = model.network.prior_mu[label].detach().cpu().double().numpy()
        log_variance = model.network.prior_log_variance[label].detach().cpu().double().numpy()
        return Gaussian(mean, np.diag(np.exp(0.5 * log_variance)))
    size = model.info.architecture.z_size
    return Gaussian(np.zeros(size), np.eye(size))
