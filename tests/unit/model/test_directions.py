from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.model.directions import (
    components_of,
    components_of_class,
    difference,
    fitted_taste,
    held_out_agreement,
)
from sketchdesign.model.latent import Gaussian

RNG = np.random.default_rng(6)
SIZE = 16
AXES = np.linalg.qr(RNG.normal(size=(SIZE, SIZE)))[0]
SPREAD = np.array([5.0, 3.0, 1.5] + [0.3] * (SIZE - 3))


def drawings(count: int) -> np.ndarray:
    z: np.ndarray = ((RNG.normal(size=(count, SIZE)) * SPREAD) @ AXES.T + 2.0).astype(np.float32)
    return z


def same_line(first: np.ndarray, second: np.ndarray) -> bool:
    cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    return bool(abs(cosine) > 0.98)


def test_components_are_found_among_drawings_with_their_deviations() -> None:
    found = components_of(drawings(4000), 3)
    assert found.vectors.shape == (3, SIZE)
    for place, (vector, length) in enumerate(zip(found.vectors, SPREAD, strict=False)):
        assert same_line(vector, AXES[:, place])
        assert np.linalg.norm(vector) == pytest.approx(length, rel=0.1)
        assert vector[np.abs(vector).argmax()] > 0.0
    assert found.shares[0] == pytest.approx(25.0 / (SPREAD**2).sum(), rel=0.1)
    assert (np.diff(found.shares) < 0).all()


def test_the_components_of_a_class_need_no_drawings() -> None:
    factor = np.linalg.cholesky(AXES @ np.diag(SPREAD**2) @ AXES.T)
    found = components_of_class(Gaussian(np.zeros(SIZE), factor), 4)
    assert [same_line(vector, AXES[:, place]) for place, vector in enumerate(found.vectors[:3])] == [True] * 3
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(SPREAD[:4])


def test_there_are_no_more_components_than_drawings_allow() -> None:
    assert len(components_of(drawings(3), 8).vectors) == 2


def test_a_difference_leads_from_one_mean_to_the_other() -> None:
    one, other = drawings(5), drawings(7)
    assert other.mean(axis=0) + difference(one, other) == pytest.approx(one.mean(axis=0), abs=1e-5)


def test_a_taste_is_found_and_followed() -> None:
    wish = AXES[:, 1]
    z = drawings(600)
    odds = (z - 2.0) @ wish
    liked, rejected = z[odds > 1.0], z[odds < -1.0]
    taste = fitted_taste(liked, rejected)
    assert (taste.log_odds(liked) > 0).mean() > 0.95
    assert (taste.log_odds(rejected) < 0).mean() > 0.95
    factor = np.linalg.cholesky(AXES @ np.diag(SPREAD**2) @ AXES.T)
    gaussian = Gaussian(np.full(SIZE, 2.0), factor)
    step = taste.direction(gaussian)
    # One deviation of the class: of length 1 where the class is round.
    assert np.linalg.norm(np.linalg.solve(factor, step)) == pytest.approx(1.0)
    assert step @ wish > 2.0
    assert held_out_agreement(liked, rejected) > 0.9


def test_two_examples_are_told_apart_with_modesty() -> None:
    liked, rejected = drawings(1), drawings(1)
    taste = fitted_taste(liked, rejected)
    assert 0.0 < taste.log_odds(liked)[0] < 3.0
    assert -3.0 < taste.log_odds(rejected)[0] < 0.0


def test_sides_of_unequal_number_weigh_the_same() -> None:
    z = drawings(200)
    odds = (z - 2.0) @ AXES[:, 0]
    few, many = z[odds > 0][:5], z[odds < 0]
    taste = fitted_taste(few, many)
    assert (taste.log_odds(z[odds > 2]) > 0).mean() > 0.8


def test_a_taste_for_nothing_agrees_with_nobody() -> None:
    z = drawings(120)
    assert held_out_agreement(z[:60], z[60:]) == pytest.approx(0.5, abs=0.2)


@pytest.mark.filterwarnings("error")
def test_equal_drawings_on_both_sides_are_no_trouble() -> None:
    same = np.ones((3, SIZE), np.float32)
    taste = fitted_taste(same, same)
    assert taste.log_odds(same) == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(taste.direction(Gaussian(np.zeros(SIZE), np.eye(SIZE)))).all()
