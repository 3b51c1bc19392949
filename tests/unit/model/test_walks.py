from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.model.latent import Gaussian, shrunk, unwhitened, walk, whitened

RNG = np.random.default_rng(4)
SIZE = 24
FACTOR = np.tril(RNG.normal(size=(SIZE, SIZE))) + 3.0 * np.eye(SIZE)
CLASS = Gaussian(RNG.normal(size=SIZE), FACTOR)


def vector() -> np.ndarray:
    return RNG.normal(size=SIZE).astype(np.float32)


def test_whitening_makes_a_class_standard_and_can_be_undone() -> None:
    z = (CLASS.mean + RNG.normal(size=(20_000, SIZE)) @ FACTOR.T).astype(np.float32)
    white = whitened(z, CLASS)
    np.testing.assert_allclose(np.cov(white, rowvar=False), np.eye(SIZE), atol=0.05)
    np.testing.assert_allclose(unwhitened(white, CLASS), z, atol=1e-3)


def test_a_walk_keeps_its_step_and_stays_on_the_sphere() -> None:
    start = vector()
    way = walk(start, RNG.normal(size=(300, SIZE)).astype(np.float32), 0.5)
    assert way[0] == pytest.approx(start)
    assert np.linalg.norm(way, axis=1) == pytest.approx(np.full(301, np.linalg.norm(start)), rel=1e-4)
    steps = np.linalg.norm(np.diff(way, axis=0), axis=1)
    assert steps == pytest.approx(np.full(300, 0.5), rel=0.01)
    assert np.linalg.norm(way[150] - start) > 1.0


def test_a_walk_never_turns_sharply_and_is_no_circle() -> None:
    way = walk(vector(), RNG.normal(size=(200, SIZE)).astype(np.float32), 0.3).astype(np.float64)
    steps = np.diff(way, axis=0)
    turns = (steps[1:] * steps[:-1]).sum(axis=1) / (
        np.linalg.norm(steps[1:], axis=1) * np.linalg.norm(steps[:-1], axis=1)
    )
    assert turns.min() > 0.8
    assert np.linalg.matrix_rank(way, tol=0.1) > 4


def test_a_longer_walk_begins_like_a_shorter_one() -> None:
    start, noise = vector(), RNG.normal(size=(40, SIZE)).astype(np.float32)
    assert np.array_equal(walk(start, noise, 0.4)[:11], walk(start, noise[:10], 0.4))
    assert np.array_equal(walk(np.zeros(SIZE, np.float32), noise, 0.4), np.zeros((41, SIZE)))


def test_shrinking_goes_from_the_encoding_to_the_class() -> None:
    mu, sigma = np.float32(4.0) * vector(), np.full(SIZE, 0.7, np.float32)
    assert shrunk(mu, sigma, CLASS, 0.0) == pytest.approx(mu, abs=1e-4)
    assert shrunk(mu, sigma, CLASS, 1.0) == pytest.approx(CLASS.mean, abs=1e-6)
    lengths = [np.linalg.norm(whitened(shrunk(mu, sigma, CLASS, a)[None], CLASS)) for a in (0.0, 0.3, 0.6, 0.9, 0.99)]
    assert lengths == sorted(lengths, reverse=True)


def test_shrinking_half_way_is_the_product_of_both_gaussians() -> None:
    mu, sigma = vector(), np.abs(vector()) + 0.2
    precision = np.linalg.inv(FACTOR @ FACTOR.T)
    both = np.linalg.solve(precision + np.diag(sigma**-2.0), precision @ CLASS.mean + mu * sigma**-2.0)
    assert shrunk(mu, sigma, CLASS, 0.5) == pytest.approx(both, abs=1e-4)


def test_what_the_encoder_is_unsure_of_gives_way_first() -> None:
    round_class = Gaussian(np.zeros(2), np.eye(2))
    sure, unsure = shrunk(np.array([1, 1], np.float32), np.array([0.1, 2.0], np.float32), round_class, 0.5)
    assert sure > 0.95
    assert unsure < 0.25
