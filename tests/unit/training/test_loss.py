"""The losses against sums written out by hand; parity with the reference is a golden test."""

from __future__ import annotations

import math

import pytest
import torch

from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import Posterior
from sketchdesign.training.loss import (
    REFERENCE_FLOOR,
    kl_divergence,
    kl_terms,
    kl_weight,
    reconstruction,
    reconstruction_terms,
)


def standard_normal(positions: int) -> Mixture:
    """One component N(0, I) and three equally likely pen states."""
    return Mixture.from_raw(torch.zeros(positions, 9))


TARGET = torch.tensor([[0.0, 0.0, 1, 0, 0], [3.0, 4.0, 0, 1, 0], [0.0, 0.0, 0, 0, 1]])


def test_reconstruction_of_a_standard_normal() -> None:
    sums = reconstruction(standard_normal(3), TARGET, torch.tensor([1.0, 1.0, 0.5]))
    assert sums.offsets.item() == pytest.approx(2 * math.log(2 * math.pi) + 12.5, rel=1e-5)
    assert sums.pen.item() == pytest.approx(2.5 * math.log(3), rel=1e-5)


def test_terms_add_up_and_leave_out_offsets_behind_the_end() -> None:
    terms = reconstruction_terms(standard_normal(3), TARGET)
    sums = reconstruction(standard_normal(3), TARGET, torch.ones(3))
    assert terms.offsets[2].item() == 0.0
    assert terms.offsets.sum().item() == pytest.approx(sums.offsets.item())
    assert terms.pen.sum().item() == pytest.approx(sums.pen.item())


def test_the_floor_of_the_reference_bounds_the_loss_of_an_offset() -> None:
    far = torch.tensor([[1e4, 0.0, 1, 0, 0]])
    loss = reconstruction_terms(standard_normal(1), far, floor=REFERENCE_FLOOR).offsets.item()
    assert loss == pytest.approx(-math.log(1e-6), rel=1e-5)
    near = reconstruction_terms(standard_normal(3), TARGET, floor=REFERENCE_FLOOR)
    assert near.offsets[0].item() == pytest.approx(math.log(2 * math.pi), rel=1e-4)


def test_kl_of_known_gaussians() -> None:
    nothing = Posterior(torch.zeros(2, 3), torch.zeros(2, 3))
    assert kl_divergence(nothing).item() == 0.0
    shifted = Posterior(torch.full((2, 3), 2.0), torch.zeros(2, 3))
    assert kl_divergence(shifted).item() == pytest.approx(2.0)
    narrow = Posterior(torch.zeros(1, 1), torch.full((1, 1), math.log(0.25)))
    assert kl_divergence(narrow).item() == pytest.approx(-0.5 * (1 + math.log(0.25) - 0.25))


def test_kl_to_a_prior_of_its_own_is_that_of_torch() -> None:
    generator = torch.Generator().manual_seed(1)
    posterior, prior = (Posterior(*torch.randn(2, 4, 3, generator=generator)) for _ in range(2))
    expected = torch.distributions.kl_divergence(
        torch.distributions.Normal(posterior.mu, posterior.sigma), torch.distributions.Normal(prior.mu, prior.sigma)
    )
    torch.testing.assert_close(kl_terms(posterior, prior), expected)
    assert kl_divergence(posterior, posterior).item() == pytest.approx(0.0, abs=1e-6)


def test_kl_weight_is_annealed_from_its_start_to_its_end() -> None:
    assert kl_weight(0, 0.5, 0.9995) == pytest.approx(0.005)
    assert kl_weight(10**6, 0.5, 0.9995) == pytest.approx(0.5)
    assert kl_weight(100, 0.5, 0.99995, start=0.02) == pytest.approx(0.5 - (0.5 - 0.01) * 0.99995**100)
