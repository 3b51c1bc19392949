"""Going on from a finished model: its weights, fitted to the classes of a new run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import torch
from torch import Tensor

from sketchdesign.core.errors import InputError
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.fold import fold_class

_SHAPES = {field.name for field in fields(Architecture)} - {"class_count", "log_sigma_min", "learned_prior"}
_CLASS_TENSORS = ("class_embedding", "prior_mu", "prior_log_variance")


def starting_weights(model: Model, architecture: Architecture, classes: Sequence[str]) -> dict[str, Tensor]:
    """The tensors of ``model`` for a network of ``architecture`` that learns ``classes``.

    * Between networks with classes, embeddings and learned priors go by the classes' names. A new class gets the mean
      embedding, and as prior the Gaussian of the same mean and variance as the mixture of all known ones.
    * For a network without classes, the model's class is folded in. Where several classes are to be learned, it is
      their mean embedding and the Gaussian of their mixture; of all classes, if the model knows none of them.

    Raises:
        InputError: the sizes do not fit, in a sentence that names them.
    """
    source, state = model.info.architecture, dict(model.network.state_dict())
    known = model.info.classes if source.class_count else ()
    if source.class_count and not architecture.class_size:
        _check_sizes(model, replace(source, class_size=0), architecture)
        wanted = [known.index(name) for name in classes if name in known] or list(range(len(known)))
        typical = state | _typical_class(state, wanted)
        _, folded = fold_class(replace(source, class_count=1), typical, 0)
        return folded
    _check_sizes(model, source, architecture)
    if not architecture.class_count:
        return state
    if architecture.learned_prior and not source.learned_prior:
        # N(0, I) itself, where a learned prior begins.
        zeros = torch.zeros(source.class_count, source.z_size)
        state |= {"prior_mu": zeros, "prior_log_variance": zeros}
    typical = _typical_class(state, list(range(len(known))))
    for name in typical:
        rows = [state[name][known.index(label)] if label in known else typical[name][0] for label in classes]
        state[name] = torch.stack(rows)
    return state


def _typical_class(state: dict[str, Tensor], members: list[int]) -> dict[str, Tensor]:
    """One row that stands for several classes in each tensor that has a row per class."""
    rows = {name: state[name][members] for name in _CLASS_TENSORS if name in state}
    typical = {name: values.mean(dim=0, keepdim=True) for name, values in rows.items()}
    if "prior_mu" in rows:
        within = torch.exp(rows["prior_log_variance"]).mean(dim=0, keepdim=True)
        between = (rows["prior_mu"] - typical["prior_mu"]).square().mean(dim=0, keepdim=True)
        typical["prior_log_variance"] = torch.log(within + between)
    return typical


def _check_sizes(model: Model, source: Architecture, target: Architecture) -> None:
    differences = [
        f"{name} {_said(getattr(source, name))} where the settings say {_said(getattr(target, name))}"
        for name in sorted(_SHAPES)
        if getattr(source, name) != getattr(target, name) and not _unused(name, source, target)
    ]
    if differences:
        raise InputError(
            f"the start model {model.info.name} has {', '.join(differences)}",
            hint="write its sizes under [architecture]",
        )
    if source.learned_prior and target.class_count and not target.learned_prior:
        raise InputError(
            f"the start model {model.info.name} has a learned prior for each class",
            hint="write learned_prior = true under [architecture]",
        )


def _unused(name: str, source: Architecture, target: Architecture) -> bool:
    """Whether a size plays no part in either network."""
    kinds = {source.decoder, target.decoder}
    if source.conditional or target.conditional:
        kinds |= {source.encoder, target.encoder}
    elif name == "encoder":
        return True
    return name in ("hyper_size", "hyper_embedding") and "hyper" not in kinds


def _said(value: object) -> str:
    return "none" if value == 0 else str(value)
