"""Going on from a finished model: the first losses are its own, and what does not fit is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from sketchdesign.core.errors import InputError
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.info import ModelInfo
from sketchdesign.model.network import SketchRNN
from sketchdesign.model.tensors import network_from_state
from sketchdesign.training.config import TrainConfig
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.loop import Losses, Trainer
from sketchdesign.training.warm_start import starting_weights

MakeConfig = Callable[..., TrainConfig]
LABELLED = {"class_count": 2, "class_size": 3}


def a_model(config: TrainConfig) -> Model:
    """With weights of some size everywhere, its learned priors included."""
    torch.manual_seed(5)
    network = SketchRNN(config.architecture).requires_grad_(False).eval()
    for parameter in network.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=0.2)
    info = ModelInfo("old", config.architecture, config.max_points, scale_factor=17.0, classes=config.classes)
    return Model(info, network, None, sha256="0")


def losses(config: TrainConfig, weights: dict[str, torch.Tensor], drawings: DrawingSet) -> Losses:
    trainer = Trainer(config, drawings, scale_factor=17.0)
    trainer.warm_start(weights)
    return trainer.evaluate(drawings)


def only(drawings: DrawingSet, *names: str) -> DrawingSet:
    """The drawings of some classes, in that order."""
    old = torch.tensor([drawings.classes.index(name) for name in names])
    index = torch.cat([torch.from_numpy(drawings.labels == int(label)).nonzero().flatten() for label in old])
    part = drawings.subset(index.numpy())
    labels = (torch.from_numpy(part.labels).unsqueeze(1) == old).int().argmax(dim=1)
    return replace(part, labels=labels.numpy(), classes=names)


@pytest.mark.parametrize(
    "form", [{}, LABELLED, LABELLED | {"learned_prior": True}, {"z_size": 0, "encoder_size": 0}, {"decoder": "hyper"}]
)
def test_the_same_architecture_begins_with_the_same_losses(
    drawings: DrawingSet, small_config: MakeConfig, form: dict[str, Any]
) -> None:
    config = small_config(**form)
    model = a_model(config)
    expected = losses(config, dict(model.network.state_dict()), drawings)
    weights = starting_weights(model, config.architecture, config.classes)
    assert losses(config, weights, drawings) == expected


@pytest.mark.parametrize("learned_prior", [False, True])
def test_classes_are_found_by_name(drawings: DrawingSet, small_config: MakeConfig, learned_prior: bool) -> None:
    config = small_config(**LABELLED, learned_prior=learned_prior)
    model = a_model(config)
    expected = losses(config, dict(model.network.state_dict()), drawings)
    turned = replace(config, classes=("two", "one"))
    weights = starting_weights(model, turned.architecture, turned.classes)
    found = losses(turned, weights, only(drawings, "two", "one"))
    assert tuple(found) == pytest.approx(tuple(expected), rel=1e-5)


def test_a_new_class_begins_between_the_others(small_config: MakeConfig) -> None:
    config = small_config(**LABELLED, learned_prior=True)
    model = a_model(config)
    architecture = replace(config.architecture, class_count=3)
    weights = starting_weights(model, architecture, ("new", "two", "one"))
    network_from_state(architecture, weights)
    old = model.network.state_dict()
    for name in ("class_embedding", "prior_mu", "prior_log_variance"):
        assert torch.equal(weights[name][1:], old[name].flip(0))
    assert torch.allclose(weights["class_embedding"][0], old["class_embedding"].mean(dim=0))
    assert torch.allclose(weights["prior_mu"][0], old["prior_mu"].mean(dim=0))
    # The Gaussian of the mixture's mean and variance is wider than either part where they lie apart.
    noise = torch.randn(200_000, 2, 4, generator=torch.Generator().manual_seed(0))
    mixture = old["prior_mu"] + noise * torch.exp(0.5 * old["prior_log_variance"])
    variance = mixture.flatten(0, 1).var(dim=0)
    assert torch.allclose(torch.exp(weights["prior_log_variance"][0]), variance, rtol=0.02)


def test_a_learned_prior_may_begin_at_the_standard_normal(drawings: DrawingSet, small_config: MakeConfig) -> None:
    model = a_model(small_config(**LABELLED))
    expected = losses(small_config(**LABELLED), dict(model.network.state_dict()), drawings)
    config = small_config(**LABELLED, learned_prior=True)
    assert losses(config, starting_weights(model, config.architecture, config.classes), drawings) == expected


@pytest.mark.parametrize("learned_prior", [False, True])
@pytest.mark.parametrize("name", ["one", "two"])
def test_a_class_folds_into_a_network_without_classes(
    drawings: DrawingSet, small_config: MakeConfig, name: str, learned_prior: bool
) -> None:
    config = small_config(**LABELLED, learned_prior=learned_prior)
    model = a_model(config)
    trainer = Trainer(config, drawings, scale_factor=17.0)
    trainer.warm_start(dict(model.network.state_dict()))
    members = (drawings.labels == drawings.classes.index(name)).nonzero()[0]
    expected = trainer.evaluate(drawings.subset(members))

    single = replace(small_config(), classes=(name,))
    found = losses(single, starting_weights(model, single.architecture, single.classes), only(drawings, name))
    # L_R is of z at the posterior's mean, which folding keeps; so is the divergence from the prior.
    assert tuple(found) == pytest.approx(tuple(expected), rel=1e-4)


@pytest.mark.parametrize("classes", [("one", "two"), ("three", "four"), ("one", "three")])
def test_several_classes_fold_to_their_mean(small_config: MakeConfig, classes: tuple[str, ...]) -> None:
    model = a_model(small_config(**LABELLED))
    weights = starting_weights(model, small_config().architecture, classes)
    old = model.network.state_dict()
    embedding = old["class_embedding"][0] if classes == ("one", "three") else old["class_embedding"].mean(dim=0)
    assert torch.allclose(weights["decoder.bias"], old["decoder.bias"] + embedding @ old["decoder.w_x"][9:], atol=1e-6)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ({"decoder_size": 13}, {}, "the start model old has decoder_size 13 where the settings say 12; write its"),
        ({"mixtures": 2, "z_size": 5}, {}, "has mixtures 2 where the settings say 3, z_size 5 where"),
        ({}, LABELLED, "class_size none where the settings say 3"),
        (LABELLED | {"encoder_size": 5}, {}, "encoder_size 5 where the settings say 8"),
        ({"decoder": "layer_norm"}, {}, "decoder layer_norm where the settings say lstm"),
        (LABELLED | {"learned_prior": True}, LABELLED, "learned prior for each class; write learned_prior = true"),
        (LABELLED | {"decoder": "layer_norm"}, {"decoder": "layer_norm"}, "LSTM decoder only"),
    ],
)
def test_what_does_not_fit_is_named(
    small_config: MakeConfig, source: dict[str, Any], target: dict[str, Any], message: str
) -> None:
    model = a_model(small_config(**source))
    with pytest.raises(InputError, match=message):
        starting_weights(model, small_config(**target).architecture, ("one", "two"))


def test_hyper_sizes_matter_to_hyper_cells_alone(small_config: MakeConfig, tmp_path: Path) -> None:
    model = a_model(small_config(hyper_size=7))
    assert starting_weights(model, small_config().architecture, ("one", "two"))
    with pytest.raises(InputError, match="hyper_size 7 where"):
        starting_weights(
            a_model(small_config(decoder="hyper", hyper_size=7)),
            small_config(decoder="hyper").architecture,
            ("one", "two"),
        )
