"""Motifs of several kinds: how many of each, and which become neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sketchdesign.design.symmetry import Points, Repeat

_ROUNDS = 20


def by_weight(weights: Sequence[float], count: int) -> list[int]:
    """Which kind each of ``count`` motifs is, so that every beginning of the list is as near to the weights as can be.

    >>> by_weight([3, 1], 8)
    [0, 0, 1, 0, 0, 0, 1, 0]
    """
    shares = np.array(weights, np.float64) / sum(weights)
    given = np.zeros(len(shares))
    kinds = []
    for number in range(count):
        kind = int(np.argmax(shares * (number + 1) - given))
        given[kind] += 1
        kinds.append(kind)
    return kinds


def neighbours(centres: Points, repeat: Repeat) -> list[tuple[int, int]]:
    """The pairs of motifs that lie beside each other in the pattern (Delaunay), but for a motif and its own images.

    Args:
        centres: float64 [n, 2], in the repeat's domain.
        repeat: how they repeat.
    """
    from scipy.spatial import Delaunay

    if len(centres) < 2:
        return []
    low, high = centres.min(axis=0), centres.max(axis=0)
    reach = np.abs(np.array(repeat.lattice_mm)).max(axis=0)
    points, owners = [centres], [np.arange(len(centres))]
    for number, operation in enumerate(repeat.operations):
        images = operation.apply(centres)
        for move in repeat.lattice_vectors(low - images.max(axis=0) - reach, high - images.min(axis=0) + reach):
            if number or move.any():
                points.append(images + move)
                owners.append(np.arange(len(centres)))
    whose = np.concatenate(owners)
    corners = Delaunay(np.concatenate(points), qhull_options="QJ").simplices
    edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    edges = whose[edges[(edges < len(centres)).any(axis=1)]]
    pairs = np.unique(np.sort(edges[edges[:, 0] != edges[:, 1]], axis=1), axis=0)
    return [(int(a), int(b)) for a, b in pairs]


def like_pairs(kinds: Sequence[int], pairs: Sequence[tuple[int, int]]) -> int:
    """How many neighbours are of the same kind."""
    return sum(kinds[a] == kinds[b] for a, b in pairs)


def kept_apart(kinds: Sequence[int], pairs: Sequence[tuple[int, int]]) -> list[int]:
    """An order of the motifs that puts like ones beside each other as seldom as swapping two at a time can bring about.

    Args:
        kinds: of each motif.
        pairs: of places that are neighbours; as many places as motifs.

    Returns:
        For each place the number of its motif.
    """
    order, kind = np.arange(len(kinds)), np.array(kinds)
    for _ in range(_ROUNDS):
        swapped = False
        for place in range(len(kinds)):
            for better in better_swaps(kind[order], pairs, place)[:1]:
                order[[place, better]] = order[[better, place]]
                swapped = True
        if not swapped:
            break
    return [int(number) for number in order]


def better_swaps(kinds: NDArray[np.int64], pairs: Sequence[tuple[int, int]], place: int) -> list[int]:
    """The places to swap a motif with so that fewer like pairs are left, those first that leave the fewest.

    Args:
        kinds: int64 [n], of the motif at each place.
        pairs: of places that are neighbours.
        place: of the motif.
    """
    first, second = np.array(pairs, np.int64).reshape(-1, 2).T
    beside = np.bincount(second[first == place], minlength=len(kinds))
    beside += np.bincount(first[second == place], minlength=len(kinds))
    like = int(beside @ (kinds == kinds[place]))
    if not like:
        return []
    named, own = np.unique(kinds, return_inverse=True)
    # How many motifs of each kind there are around each place: [n, kinds].
    around = np.bincount(
        np.concatenate([first * len(named) + own[second], second * len(named) + own[first]]),
        minlength=len(kinds) * len(named),
    ).reshape(len(kinds), len(named))
    now = around[np.arange(len(kinds)), own]
    # What each motif would have around it at this place, and this one at the place of each.
    there = around[:, own[place]] - beside
    here = around[place, own] - beside
    gain = np.where(kinds == kinds[place], 0, now + like - there - here)
    best = np.argsort(-gain, kind="stable")
    return [int(other) for other in best[gain[best] > 0]]
