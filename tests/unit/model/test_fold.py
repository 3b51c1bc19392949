from __future__ import annotations

import pytest
import torch

from sketchdesign.core.errors import InputError
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.fold import fold_class
from sketchdesign.model.network import SketchRNN

SIZES = {"decoder_size": 8, "encoder_size": 6, "z_size": 3, "mixtures": 2, "class_count": 4, "class_size": 5}


def randomised(architecture: Architecture) -> SketchRNN:
    torch.manual_seed(1)
    network = SketchRNN(architecture).requires_grad_(False)
    for parameter in network.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=0.3)
    return network


@pytest.mark.parametrize("learned_prior", [False, True])
def test_the_folded_network_draws_and_encodes_like_the_class(learned_prior: bool) -> None:
    whole = randomised(Architecture(**SIZES, learned_prior=learned_prior))  # type: ignore[arg-type]
    architecture, state = fold_class(whole.architecture, whole.state_dict(), 2)
    single = SketchRNN(architecture).requires_grad_(False)
    single.load_state_dict(state)

    labels = torch.full((3,), 2)
    prior = whole.prior(labels)
    mean, sigma = (prior.mu, prior.sigma) if prior else (torch.zeros(3, 3), torch.ones(3, 3))
    strokes = torch.randn(7, 3, 5)
    z = torch.randn(3, 3)
    wanted, _ = whole.decode(strokes, whole.constants(mean + sigma * z, whole.class_vectors(labels)))
    hidden, _ = single.decode(strokes, single.constants(z, single.class_vectors(labels)))
    assert torch.allclose(hidden, wanted, atol=1e-5)

    lengths = torch.tensor([7, 4, 2])
    before, after = whole.encode(strokes, lengths), single.encode(strokes, lengths)
    assert torch.allclose(mean + sigma * after.mu, before.mu, atol=1e-5)
    assert torch.allclose(sigma * after.sigma, before.sigma, atol=1e-5)


def test_cells_without_biases_are_refused() -> None:
    architecture = Architecture(**SIZES, decoder="layer_norm")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="LSTM decoder only"):
        fold_class(architecture, randomised(architecture).state_dict(), 0)
