"""Directions in latent space: along which drawings vary, what sets two kinds apart, and what somebody likes.

Pure arithmetic in float64. A direction is a vector whose length is one step: a standard deviation of the drawings it
was found among, or the whole way from one kind to the other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.strokes import FloatArray
from sketchdesign.model.latent import Gaussian

Array = NDArray[np.float64]

_NEWTON_STEPS = 50
_CLOSE_ENOUGH = 1e-8
_FOLDS = 5


class Components(NamedTuple):
    """Principal components: vectors float64 [k, z_size], one standard deviation long, and their shares of variance."""

    vectors: Array
    shares: Array


def components_of(z: FloatArray, count: int) -> Components:
    """The directions along which vectors [n, z_size] vary most: ``count`` of them, or all n - 1 there are."""
    centred = z.astype(np.float64) - z.astype(np.float64).mean(axis=0)
    _, lengths, axes = np.linalg.svd(centred / np.sqrt(max(1, len(z) - 1)), full_matrices=False)
    return _components(lengths**2, axes, min(count, max(1, len(z) - 1)))


def components_of_class(gaussian: Gaussian, count: int) -> Components:
    """The same for all drawings of a class, of which only the Gaussian is known."""
    variances, axes = np.linalg.eigh(gaussian.factor @ gaussian.factor.T)
    return _components(variances[::-1], axes.T[::-1], count)


def difference(plus: FloatArray, minus: FloatArray) -> Array:
    """From the mean of one set of vectors [n, z_size] to that of another [m, z_size]: [z_size]."""
    between: Array = plus.astype(np.float64).mean(axis=0) - minus.astype(np.float64).mean(axis=0)
    return between


class Taste(NamedTuple):
    """What is liked: log odds = weights @ z + bias.

    Attributes:
        weights: float64 [z_size].
        bias: log odds at the origin.
    """

    weights: Array
    bias: float

    def log_odds(self, z: FloatArray) -> Array:
        """How likely vectors [n, z_size] are to be liked: float64 [n], 0 for even odds."""
        odds: Array = z.astype(np.float64) @ self.weights + self.bias
        return odds

    def direction(self, gaussian: Gaussian) -> Array:
        """Where a class moves when what is liked becomes likelier in it: [z_size], one standard deviation long.

        A Gaussian whose density is multiplied by exp(strength * log odds) keeps its covariance C and moves along C w.
        """
        along = gaussian.factor.T @ self.weights
        step: Array = gaussian.factor @ along / max(float(np.linalg.norm(along)), np.finfo(np.float64).tiny)
        return step


def fitted_taste(liked: FloatArray, rejected: FloatArray, ridge: float = 1.0) -> Taste:
    """Logistic regression with a ridge between liked [n, z_size] and rejected [m, z_size] vectors.

    Both sides weigh the same, however many there are. The ridge acts on coordinates that are scaled to the deviation
    of all vectors together; without it, a few examples in many dimensions would be told apart beyond all doubt.
    """
    z = np.concatenate([liked, rejected]).astype(np.float64)
    wanted = np.concatenate([np.ones(len(liked)), np.zeros(len(rejected))])
    importance = np.concatenate([np.full(len(side), 0.5 * len(z) / len(side)) for side in (liked, rejected)])
    middle, scale = z.mean(axis=0), max(float(z.std()), np.finfo(np.float32).tiny) * np.sqrt(z.shape[1])
    inputs = np.concatenate([(z - middle) / scale, np.ones((len(z), 1))], axis=1)
    penalty = np.full(inputs.shape[1], ridge)
    penalty[-1] = 0.0
    solution = np.zeros(inputs.shape[1])
    for _ in range(_NEWTON_STEPS):
        odds = 1.0 / (1.0 + np.exp(-np.clip(inputs @ solution, -500.0, 500.0)))
        gradient = inputs.T @ (importance * (odds - wanted)) + penalty * solution
        curvature = (inputs * (importance * odds * (1.0 - odds))[:, None]).T @ inputs + np.diag(penalty)
        # The bias alone has no penalty, and no curvature where all odds are extreme.
        curvature[-1, -1] += _CLOSE_ENOUGH
        step = np.linalg.solve(curvature, gradient)
        solution -= step
        if np.abs(step).max() < _CLOSE_ENOUGH:
            break
    weights = solution[:-1] / scale
    return Taste(weights, float(solution[-1] - weights @ middle))


def held_out_agreement(liked: FloatArray, rejected: FloatArray) -> float:
    """The share of vectors, half of it for either side, that a taste fitted without them judges rightly (0.5: none).

    Args:
        liked, rejected: [n, z_size] and [m, z_size], two of each at least.
    """
    folds = min(_FOLDS, len(liked), len(rejected))
    right: tuple[list[float], list[float]] = ([], [])
    for fold in range(folds):
        away = [np.arange(len(side)) % folds == fold for side in (liked, rejected)]
        taste = fitted_taste(liked[~away[0]], rejected[~away[1]])
        right[0].extend(taste.log_odds(liked[away[0]]) > 0.0)
        right[1].extend(taste.log_odds(rejected[away[1]]) < 0.0)
    return float(np.mean([np.mean(side) for side in right]))


def _components(variances: Array, axes: Array, count: int) -> Components:
    """The first ``count`` axes, turned so that their largest entry is positive."""
    chosen = axes[:count]
    signs = np.sign(chosen[np.arange(len(chosen)), np.abs(chosen).argmax(axis=1)])
    kept = np.maximum(variances, 0.0)
    vectors = chosen * (signs * np.sqrt(kept[:count]))[:, None]
    return Components(vectors, kept[:count] / max(float(kept.sum()), np.finfo(np.float64).tiny))
