"""The loops of `route_moves` and `route_chains`, compiled by numba or as they are, with the same result to the bit."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.geometry import route_chains, route_moves
from sketchdesign.geometry.route_moves import Tour


@dataclass(frozen=True)
class Kernels:
    """One way to run the loops.

    Attributes:
        array: an array as the loops like it best: numpy's, or a list where they are not compiled.
        push_all, descend, kick_and_repair, total: as in `route_moves`.
        link_pairs, walk: as in `route_chains`.
        ends_at_once, kicks_at_once: how much work to ask for in one call: about 10 ms of it. Never changes a result.
    """

    array: Callable[[NDArray[Any]], Any]
    push_all: Callable[[Tour], None]
    descend: Callable[[Tour, int], int]
    kick_and_repair: Callable[[Tour, Sequence[float], int], float]
    total: Callable[[Tour], float]
    link_pairs: Callable[..., int]
    walk: Callable[..., None]
    ends_at_once: int
    kicks_at_once: int


CALLED_FROM_OUTSIDE = ("push_all", "descend", "kick_and_repair", "total", "link_pairs", "walk")

_LOOPS: tuple[Any, ...] = (*route_chains.KERNELS, *route_moves.KERNELS)

PLAIN = Kernels(
    array=lambda values: values.tolist(),
    ends_at_once=100,
    kicks_at_once=20,
    **{plain.__name__: plain for plain in _LOOPS if plain.__name__ in CALLED_FROM_OUTSIDE},
)


@functools.cache
def fastest() -> Kernels:
    """The compiled loops, or the plain ones where numba cannot be imported.

    The first call on a computer compiles for some seconds; numba keeps the result beside the source, or in the user's
    cache folder where that is read-only.
    """
    try:
        import numba
    except ImportError:
        return PLAIN
    # The loops call each other through the names of their modules: in this copy those are the compiled ones.
    namespace = vars(route_chains) | vars(route_moves)
    for plain in _LOOPS:
        name = plain.__name__
        copy = FunctionType(plain.__code__, namespace, name)
        copy.__module__, copy.__qualname__ = plain.__module__, name
        # What is called inside is compiled into its caller.
        namespace[name] = _compiled(numba, copy, keep=name in CALLED_FROM_OUTSIDE)
    return Kernels(
        array=np.ascontiguousarray,
        ends_at_once=2_000,
        kicks_at_once=500,
        **{name: namespace[name] for name in CALLED_FROM_OUTSIDE},
    )


def _compiled(numba: Any, function: FunctionType, *, keep: bool) -> Any:
    try:
        return numba.njit(cache=keep, nogil=True)(function)
    except RuntimeError:  # there is no folder at all to keep it in
        return numba.njit(nogil=True)(function)
