"""The counter-based generator: published answers, statistics, independence."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from sketchdesign.core.seeds import box_muller, normals, philox, stream_key, uniforms


def words(*values: int) -> int:
    """Little-endian 32-bit words as one number."""
    return sum(value << (32 * place) for place, value in enumerate(values))


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
    ids=["zeros", "ones", "pi"],
)
def test_philox_gives_the_known_answers_of_random123(counter: list[int], key: list[int], answer: list[int]) -> None:
    keys = np.array([words(*key)], np.uint64)
    counters = np.array([words(*counter[:2])], np.uint64)
    assert philox(keys, counters, domain=words(*counter[2:]))[0].tolist() == answer


def test_keys_depend_on_every_part_and_on_its_type() -> None:
    paths: list[tuple[int | str, ...]] = [
        (),
        (1,),
        ("1",),
        (1, 2),
        (2, 1),
        (12,),
        ("a", "b"),
        ("a\x1fstr:b",),
        ("a\x1f", "b"),
        ("a", "\x1fb"),
        (-1,),
        (2**80,),
    ]
    assert len({stream_key(*path) for path in paths}) == len(paths)


def test_keys_do_not_depend_on_the_kind_of_integer_or_the_day() -> None:
    assert stream_key(7, "sketch", 3) == stream_key(7, "sketch", cast(int, np.int32(3)))
    assert stream_key(7, "sketch", 3) == 0x67EB180D9628DF9F
    assert stream_key("\udcff") != stream_key("?")


def test_uniforms_lie_inside_the_open_interval_even_as_float32() -> None:
    u = uniforms(np.arange(50_000, dtype=np.uint64), np.array([3], np.uint64)).astype(np.float32)
    assert u.shape == (50_000, 4)
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert u.mean() == pytest.approx(0.5, abs=0.003)
    assert u.var() == pytest.approx(1 / 12, abs=0.001)
    histogram, _ = np.histogram(u, bins=16, range=(0, 1))
    chi_square = ((histogram - u.size / 16) ** 2 / (u.size / 16)).sum()
    assert chi_square < 37.7  # 99.9 % of 15 degrees of freedom


def test_the_four_words_and_neighbouring_streams_are_uncorrelated() -> None:
    u = uniforms(np.arange(20_000, dtype=np.uint64), np.array([0], np.uint64))
    table = np.column_stack([u[:-1], u[1:]])
    off_diagonal = np.corrcoef(table.T) - np.eye(8)
    assert np.abs(off_diagonal).max() < 0.03


def test_normals_are_normal() -> None:
    x = normals(np.arange(1000, dtype=np.uint64), 100)
    assert x.dtype == np.float32
    assert x.shape == (1000, 100)
    assert x.mean() == pytest.approx(0.0, abs=0.01)
    assert x.std() == pytest.approx(1.0, abs=0.01)
    assert (np.abs(x) > 1.96).mean() == pytest.approx(0.05, abs=0.003)
    assert (x.astype(np.float64) ** 4).mean() == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5])
def test_normals_gives_any_count_and_longer_draws_begin_alike(count: int) -> None:
    keys = np.array([stream_key("z", i) for i in range(3)], np.uint64)
    assert np.array_equal(normals(keys, count), normals(keys, 9)[:, :count])


def test_a_stream_does_not_depend_on_its_batch() -> None:
    keys = np.array([stream_key(1, "sketch", i) for i in range(64)], np.uint64)
    together = normals(keys, 32)
    assert np.array_equal(together[17:18], normals(keys[17:18], 32))
    assert np.array_equal(together[::-1], normals(keys[::-1], 32))
    step = np.array([5], np.uint64)
    assert np.array_equal(uniforms(keys, step)[40], uniforms(keys[40:41], step)[0])


def test_domains_separate_the_uses_of_a_stream() -> None:
    keys = np.array([stream_key(1)], np.uint64)
    assert not np.array_equal(normals(keys, 8, domain=0), normals(keys, 8, domain=1))
    assert not np.array_equal(normals(keys, 8, domain=0), normals(keys, 8, domain=2**32))


def test_box_muller_of_a_quarter_turn() -> None:
    pair = box_muller(np.array([np.exp(-0.5)]), np.array([0.25]))
    np.testing.assert_allclose(pair, [[0.0, 1.0]], atol=1e-12)
