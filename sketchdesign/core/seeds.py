"""Random numbers by counter: each sketch has a stream of its own, whatever is drawn beside or before it.

A *seed path* such as ``(seed, "sketch", 12, attempt)`` is hashed to a 64-bit key. Philox4x32-10 (Salmon et al. 2011,
"Parallel random numbers: as easy as 1, 2, 3") turns key and counter into numbers, without any state.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

UIntArray = NDArray[np.uint64]

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ROUNDS = 10


def stream_key(*path: int | str) -> int:
    """A 64-bit key for a seed path; different paths give unrelated keys. ``1`` and ``"1"`` differ; so do depths."""
    text = "\x1f".join(_tagged(part) for part in path).encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _tagged(part: int | str) -> str:
    if isinstance(part, str):
        # Doubling a separator inside a part keeps ("a", "b") apart from any single string.
        return "str:" + part.replace("\x1f", "\x1f\x1f")
    return f"int:{int(part)}"


def philox(keys: UIntArray, counters: UIntArray, domain: int = 0) -> UIntArray:
    """Philox4x32-10.

    Args:
        keys: uint64 [...], one per stream.
        counters: uint64 [...], broadcast against ``keys``.
        domain: a 64-bit number that separates uses of one stream: the upper half of Philox's 128-bit counter.

    Returns:
        uint64 [..., 4] holding 32-bit values.
    """
    keys, counters = np.broadcast_arrays(keys, counters)
    k0, k1 = keys & _LOW, keys >> _HALF
    c0, c1 = counters & _LOW, counters >> _HALF
    c2, c3 = np.full_like(c0, domain & int(_LOW)), np.full_like(c0, domain >> int(_HALF))
    for _ in range(_ROUNDS):
        product0, product1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (product1 >> _HALF) ^ c1 ^ k0,
            product1 & _LOW,
            (product0 >> _HALF) ^ c3 ^ k1,
            product0 & _LOW,
        )
        k0, k1 = (k0 + _WEYL[0]) & _LOW, (k1 + _WEYL[1]) & _LOW
    return np.stack([c0, c1, c2, c3], axis=-1)


def uniforms(keys: UIntArray, counters: UIntArray, domain: int = 0) -> NDArray[np.float64]:
    """Four numbers in the open interval (0, 1) for each key and counter: [..., 4].

    They are multiples of 2^-24 and stay inside the interval when rounded to float32.
    """
    return (philox(keys, counters, domain) >> np.uint64(9)).astype(np.float64) * 2.0**-23 + 2.0**-24


def normals(keys: UIntArray, count: int, domain: int = 0) -> NDArray[np.float32]:
    """``count`` standard normal numbers for each key [B]: float32 [B, count] (Box-Muller)."""
    blocks = -(-count // 4)
    u = uniforms(keys[:, None], np.arange(blocks, dtype=np.uint64), domain)
    pairs = box_muller(u[..., [0, 2]], u[..., [1, 3]])
    return pairs.reshape(len(keys), blocks * 4)[:, :count].astype(np.float32)


def box_muller(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two independent standard normals from two uniforms in (0, 1): [..., 2]."""
    radius = np.sqrt(-2.0 * np.log(u))
    angle = 2.0 * np.pi * v
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
