"""Strokes linked to chains by their closest ends, as loops that numba may compile: see `route_kernels`.

Stroke ``s`` has the ends ``2 s`` and ``2 s + 1``.
"""

from __future__ import annotations

from collections.abc import Callable, MutableSequence, Sequence


def root_of(roots: MutableSequence[int], stroke: int) -> int:
    """Which chain a stroke belongs to (union-find, halving paths)."""
    while roots[stroke] != stroke:
        roots[stroke] = roots[roots[stroke]]
        stroke = roots[stroke]
    return stroke


def link_pairs(
    ones: Sequence[int], others: Sequence[int], partners: MutableSequence[int], roots: MutableSequence[int]
) -> int:
    """Link pairs of free ends of different chains, in their order; returns how many were linked.

    Args:
        ones, others: ints [pairs], the ends.
        partners: ints [2 S], the end that each end is linked to, -1 for free ones.
        roots: ints [S], a union-find forest of the strokes.
    """
    linked = 0
    for index in range(len(ones)):
        one, other = ones[index], others[index]
        if partners[one] >= 0 or partners[other] >= 0:
            continue
        root, other_root = root_of(roots, one >> 1), root_of(roots, other >> 1)
        if root != other_root:
            roots[root] = other_root
            partners[one], partners[other] = other, one
            linked += 1
    return linked


def walk(partners: Sequence[int], order: MutableSequence[int]) -> None:
    """Follow the links, which make one ring, from the first end on."""
    end = 0
    for place in range(len(order)):
        order[place] = end
        end = partners[end ^ 1]


KERNELS: tuple[Callable[..., object], ...] = (root_of, link_pairs, walk)
"""All of them, each after those it calls."""
