"""Tensor shapes: what an architecture calls for, and whether a file keeps to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from sketchdesign.core.errors import CheckpointError
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.network import SketchRNN

Shape = tuple[int, ...]

_FILLING = (nn.init.normal_, nn.init.uniform_, nn.init.kaiming_uniform_, Tensor.normal_, Tensor.uniform_)


def network_shapes(architecture: Architecture) -> dict[str, Shape]:
    """The shape of every tensor of a network, without allocating one."""
    return {name: tuple(tensor.shape) for name, tensor in _hollow(architecture).state_dict().items()}


def network_from_state(architecture: Architecture, state: Mapping[str, Tensor]) -> SketchRNN:
    """A frozen network in evaluation mode that owns the given tensors.

    Raises:
        CheckpointError: a tensor is missing, left over, of the wrong shape, or holds NaN or infinity.
    """
    check_shapes({name: tuple(tensor.shape) for name, tensor in state.items()}, network_shapes(architecture))
    check_finite(state)
    network = _hollow(architecture)
    network.load_state_dict(dict(state), assign=True)
    return network.requires_grad_(False).eval()


def check_shapes(found: Mapping[str, Shape], expected: Mapping[str, Shape]) -> None:
    """Compare two sets of shapes.

    Raises:
        CheckpointError: with the first tensor that is missing, left over or of another shape.
    """
    for name, shape in expected.items():
        if name not in found:
            raise CheckpointError(f"it lacks {name}, {list(shape)}")
        if found[name] != shape:
            raise CheckpointError(f"{name} is {list(found[name])}, expected {list(shape)}")
    for name in found:
        if name not in expected:
            raise CheckpointError(f"it has a tensor that its architecture does not: {name!r:.80}")


def check_finite(state: Mapping[str, Tensor]) -> None:
    """Refuse weights that are not numbers.

    Raises:
        CheckpointError: with the first tensor that holds NaN or infinity.
    """
    for name, tensor in state.items():
        if not bool(torch.isfinite(tensor).all()):
            raise CheckpointError(f"{name} holds values that are not finite numbers")


class Unfilled(TorchFunctionMode):
    """Leaves out random numbers: for tensors without memory torch would first import its compiler, for seconds."""

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = dict(kwargs or {})
        if function in _FILLING:
            return args[0] if args else named["tensor"]
        return function(*args, **named)


def _hollow(architecture: Architecture) -> SketchRNN:
    """A network on the meta device: shapes and no memory."""
    with torch.device("meta"), Unfilled():
        return SketchRNN(architecture)
