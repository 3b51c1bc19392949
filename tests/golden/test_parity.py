"""Our network against every tensor that the reference implementation computes from the same weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchdesign.core.strokes import PEN_END
from sketchdesign.model import cells
from sketchdesign.model.importers.reference import infer_architecture, local_name, state_from_reference
from sketchdesign.model.importers.tf_bundle import read_tf_bundle
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import Posterior, SketchRNN
from sketchdesign.model.tensors import network_from_state
from sketchdesign.training.loss import REFERENCE_FLOOR, kl_divergence, reconstruction

FOLDER = Path(__file__).parent
CONFIGURATIONS = ["lstm-lstm-0", "lstm-lstm-1", "layer_norm-layer_norm-1", "lstm-hyper-1"]
CONDITIONAL = CONFIGURATIONS[1:]
TOLERANCE = 1e-5
KL_FLOOR = 0.2
POINTS = 12

Golden = Mapping[str, NDArray[np.float32]]


def load_golden(configuration: str) -> Golden:
    with np.load(FOLDER / f"golden_{configuration}.npz", allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def load_network(golden: Golden) -> SketchRNN:
    weights = {local_name(name.removeprefix("W:")) or name: golden[name] for name in golden if name.startswith("W:")}
    architecture = infer_architecture({name: array.shape for name, array in weights.items()})
    return network_from_state(architecture, state_from_reference(weights, architecture))


def time_major(golden: Golden) -> tuple[Tensor, Tensor]:
    """Decoder inputs, start token first, and targets: [T, B, 5] each."""
    x = torch.as_tensor(golden["x"], dtype=torch.float32).transpose(0, 1)
    return x[:POINTS], x[1 : POINTS + 1]


def difference(ours: Tensor, golden: NDArray[np.float32]) -> float:
    return float(np.abs(ours.numpy() - golden).max())


def encode(network: SketchRNN, golden: Golden) -> Posterior:
    return network.encode(time_major(golden)[1], torch.as_tensor(golden["lens"]))


def decode(network: SketchRNN, golden: Golden) -> tuple[Mixture, Tensor]:
    """The mixture at every position, flattened sketch by sketch as the reference does, and the final state."""
    z = torch.as_tensor(golden["z"]) if "z" in golden else None
    hidden, final_state = network.decode(time_major(golden)[0], network.constants(z, None))
    raw = network.raw_output(hidden.transpose(0, 1).flatten(0, 1))
    return Mixture.from_raw(raw), final_state


@pytest.mark.parametrize("configuration", CONDITIONAL)
def test_the_posterior_agrees(configuration: str) -> None:
    golden = load_golden(configuration)
    posterior = encode(load_network(golden), golden)
    assert difference(posterior.mu, golden["mu"]) <= TOLERANCE
    assert difference(posterior.log_variance, golden["presig"]) <= TOLERANCE
    assert abs(max(float(kl_divergence(posterior)), KL_FLOOR) - golden["train_kl_cost"]) <= TOLERANCE
    assert abs(float(kl_divergence(posterior)) - golden["kl_cost"]) <= TOLERANCE


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_states_agree(configuration: str) -> None:
    golden = load_golden(configuration)
    network = load_network(golden)
    z = torch.as_tensor(golden["z"]) if "z" in golden else None
    initial = network.initial_state(network.constants(z, None), len(golden["x"]))
    assert difference(initial, golden["initial_state"]) <= TOLERANCE
    assert difference(decode(network, golden)[1], golden["final_state"]) <= TOLERANCE


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_mixture_agrees(configuration: str) -> None:
    golden = load_golden(configuration)
    mixture, _ = decode(load_network(golden), golden)
    ours = {
        "pen": torch.softmax(mixture.pen_logits, dim=-1),
        "pi": torch.softmax(mixture.pi_logits, dim=-1),
        "mu1": mixture.mu_x,
        "mu2": mixture.mu_y,
        "sigma1": torch.exp(mixture.log_sigma_x),
        "sigma2": torch.exp(mixture.log_sigma_y),
        "corr": torch.tanh(mixture.rho_raw),
    }
    for name, tensor in ours.items():
        assert difference(tensor, golden[name]) <= TOLERANCE, name


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_reconstruction_loss_agrees(configuration: str) -> None:
    golden = load_golden(configuration)
    mixture, _ = decode(load_network(golden), golden)
    target = time_major(golden)[1].transpose(0, 1).flatten(0, 1)
    positions = len(target)
    drawn = 1.0 - target[:, PEN_END]
    for cost, pen_weight in (("r_cost", drawn), ("train_r_cost", torch.ones(positions))):
        offsets, pen = reconstruction(mixture, target, pen_weight, floor=REFERENCE_FLOOR)
        assert abs(float(offsets + pen) / positions - golden[cost]) <= TOLERANCE, cost


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_a_tensorflow_checkpoint_holds_the_same_network(configuration: str) -> None:
    expected = load_network(load_golden(configuration)).state_dict()
    found = read_tf_bundle(FOLDER / f"tf_{configuration}" / "vector-0").network.state_dict()
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(found[name], tensor), name


def test_the_gate_order_of_torch_breaks_parity() -> None:
    """The reference's gates are i, j, f, o; torch's are i, f, g, o."""
    golden = dict(load_golden("lstm-lstm-0"))
    for name in ("W_xh", "W_hh", "bias"):
        key = f"W:vector_rnn/RNN/LSTMCell/{name}"
        i, j, f, o = np.split(golden[key], 4, axis=-1)
        golden[key] = np.concatenate([i, f, j, o], axis=-1)
    assert difference(decode(load_network(golden), golden)[1], golden["final_state"]) > 0.01


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_a_missing_forget_bias_breaks_parity(configuration: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "FORGET_BIAS", 0.0)
    golden = load_golden(configuration)
    assert difference(decode(load_network(golden), golden)[1], golden["final_state"]) > 0.01


@pytest.mark.parametrize("configuration", ["layer_norm-layer_norm-1", "lstm-hyper-1"])
def test_the_usual_layer_norm_epsilon_breaks_parity(configuration: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "LAYER_NORM_EPSILON", 1e-5)
    golden = load_golden(configuration)
    assert difference(decode(load_network(golden), golden)[1], golden["final_state"]) > 10 * TOLERANCE
