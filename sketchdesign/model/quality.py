"""How like human drawings a model's sketches are, in numbers taken from feature vectors of both.

Arrays in, numbers out: which features, and of which pictures, is for the caller to say. All distances are Euclidean
and computed in float64, so that an exact copy is found at a distance of zero, near enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]

_LARGEST_BLOCK = 2**23
"""Distances held at a time, which bounds the memory."""


def frechet_distance(first: Features, second: Features) -> float:
    """The Frechet distance between the Gaussians fitted to two sets of vectors (Heusel et al. 2017).

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)). It shrinks with growing sets, so only values from sets of the same
    sizes compare.

    Args:
        first, second: [N, F] and [M, F], at least two vectors each.
    """
    mean_1, covariance_1 = _gaussian(first)
    mean_2, covariance_2 = _gaussian(second)
    root = _square_root(covariance_1)
    # C1 C2 has the eigenvalues of the symmetric R C2 R, R being the root of C1.
    shared = np.linalg.eigvalsh(root @ covariance_2 @ root)
    overlap = float(np.sqrt(np.maximum(shared, 0.0)).sum())
    distance = float(((mean_1 - mean_2) ** 2).sum() + np.trace(covariance_1) + np.trace(covariance_2)) - 2.0 * overlap
    return max(0.0, distance)


class PrecisionRecall(NamedTuple):
    """Precision: the share of drawn sketches that lie among real ones. Recall: the share of real ones covered."""

    precision: float
    recall: float


def precision_recall(real: Features, drawn: Features, neighbours: int = 3) -> PrecisionRecall:
    """Improved precision and recall (Kynkaanniemi et al. 2019).

    A set's region is the union of balls around its vectors, each reaching to the vector's k-th nearest neighbour
    within the set.

    Args:
        real, drawn: [N, F] and [M, F], each of more than ``neighbours`` vectors.
        neighbours: k.
    """
    return PrecisionRecall(
        precision=_share_within(drawn, real, _radii(real, neighbours)),
        recall=_share_within(real, drawn, _radii(drawn, neighbours)),
    )


class Nearest(NamedTuple):
    """For each of N vectors its nearest reference: distance float64 [N], and which one it is, int64 [N]."""

    distance: NDArray[np.float64]
    which: NDArray[np.int64]


def nearest(queries: Features, references: Features) -> Nearest:
    """The nearest of ``references`` [M, F] for each of ``queries`` [N, F]; M is at least 1."""
    which = np.empty(len(queries), np.int64)
    for rows, squares in _squared_distances(queries, references):
        which[rows] = squares.argmin(axis=1)
    # Once more without the rounding of the expanded square, which would hide exact copies.
    offsets = queries.astype(np.float64) - references.astype(np.float64)[which]
    return Nearest(np.sqrt((offsets**2).sum(axis=1)), which)


def _gaussian(vectors: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    exact = vectors.astype(np.float64)
    return exact.mean(axis=0), np.atleast_2d(np.cov(exact, rowvar=False))


def _square_root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def _radii(vectors: Features, neighbours: int) -> NDArray[np.float64]:
    """The squared distance of each vector from its k-th nearest neighbour."""
    radii = np.empty(len(vectors))
    for rows, squares in _squared_distances(vectors, vectors):
        # One more, because each vector is its own nearest.
        radii[rows] = np.partition(squares, neighbours, axis=1)[:, neighbours]
    return radii


def _share_within(queries: Features, centres: Features, radii: NDArray[np.float64]) -> float:
    inside = 0
    for _, squares in _squared_distances(queries, centres):
        inside += int((squares <= radii).any(axis=1).sum())
    return inside / len(queries)


def _squared_distances(queries: Features, references: Features) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Blocks of queries, and their squared distances from all references: [block, M]."""
    exact, lengths = references.astype(np.float64), (references.astype(np.float64) ** 2).sum(axis=1)
    step = max(1, _LARGEST_BLOCK // max(1, len(references)))
    for begin in range(0, len(queries), step):
        rows = slice(begin, begin + step)
        block = queries[rows].astype(np.float64)
        squares = (block**2).sum(axis=1)[:, None] + lengths - 2.0 * block @ exact.T
        yield rows, np.maximum(squares, 0.0)
