"""The Gaussians of the classes in latent space."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sketchdesign.core.errors import InputError
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.latent_fit import encode_all, fit_latent


@pytest.fixture(scope="module")
def network() -> SketchRNN:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network = SketchRNN(Architecture(decoder_size=8, encoder_size=8, z_size=5, mixtures=2))
        assert network.encoder is not None
        for layer in (network.encoder.mu, network.encoder.log_variance):
            torch.nn.init.normal_(layer.weight, std=1.0)
    return network


def test_without_shrinkage_it_is_mean_and_covariance(network: SketchRNN, drawings: DrawingSet) -> None:
    mean, cholesky = fit_latent(network, drawings, 30.0, shrinkage=0.0)
    mu, variance = encode_all(network, drawings, 30.0)
    assert mean.dtype == cholesky.dtype == np.float32
    assert mean.shape == (2, 5)
    assert cholesky.shape == (2, 5, 5)
    for label in (0, 1):
        own = drawings.labels == label
        np.testing.assert_allclose(mean[label], mu[own].mean(axis=0), rtol=1e-5, atol=1e-6)
        expected = np.cov(mu[own].T, bias=True) + np.diag(variance[own].mean(axis=0))
        np.testing.assert_allclose(cholesky[label] @ cholesky[label].T, expected, rtol=1e-3, atol=1e-5)
        assert np.array_equal(np.tril(cholesky[label]), cholesky[label])


def test_encodings_are_those_of_each_drawing_alone(network: SketchRNN, drawings: DrawingSet) -> None:
    mu, variance = encode_all(network, drawings, 30.0)
    for place in (0, 17, 69):
        alone, alone_variance = encode_all(network, drawings.subset(np.array([place])), 30.0)
        np.testing.assert_allclose(mu[place], alone[0], atol=1e-5)
        np.testing.assert_allclose(variance[place], alone_variance[0], atol=1e-5)


def test_shrinkage_keeps_the_trace_and_evens_out_the_rest(network: SketchRNN, drawings: DrawingSet) -> None:
    traces, ratios = [], []
    for shrinkage in (0.0, 0.5, 1.0):
        cholesky = fit_latent(network, drawings, 30.0, shrinkage=shrinkage)[1][0].astype(np.float64)
        covariance = cholesky @ cholesky.T
        traces.append(np.trace(covariance))
        ratios.append(np.linalg.cond(covariance))
    np.testing.assert_allclose(traces, traces[0], rtol=1e-4)
    assert ratios[0] > ratios[1] > ratios[2]
    assert ratios[2] == pytest.approx(1.0, abs=1e-4)


def test_one_drawing_is_enough(network: SketchRNN, drawings: DrawingSet) -> None:
    _, cholesky = fit_latent(network, drawings.subset(np.array([0, 69])), 30.0)
    assert (np.diagonal(cholesky, axis1=1, axis2=2) > 0).all()


def test_a_class_without_drawings_is_named(network: SketchRNN, drawings: DrawingSet) -> None:
    with pytest.raises(InputError, match="class 'two' has no drawing"):
        fit_latent(network, drawings.subset(np.arange(5)), 30.0)
