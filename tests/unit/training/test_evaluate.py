"""Scores of a finished network, against numbers that can be written down."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from sketchdesign.core.strokes import PEN_END
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.info import REFERENCE_START
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import SketchRNN
from sketchdesign.training.data import DrawingSet, make_batch
from sketchdesign.training.evaluate import Evaluation, evaluate
from sketchdesign.training.loss import REFERENCE_FLOOR, kl_divergence, reconstruction

SCALE = 40.0
N_MAX = 20


def network(**changes: object) -> SketchRNN:
    sizes = {
        "decoder_size": 8,
        "encoder_size": 6,
        "z_size": 4,
        "mixtures": 2,
        "class_count": 2,
        "class_size": 3,
    } | changes
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        made = SketchRNN(Architecture(**sizes))  # type: ignore[arg-type]
        if made.encoder is not None:
            torch.nn.init.normal_(made.encoder.mu.weight, std=0.5)
    return made


def score(net: SketchRNN, drawings: DrawingSet, **options: bool | int) -> Evaluation:
    return evaluate(net, drawings, SCALE, N_MAX, REFERENCE_START, **options)  # type: ignore[arg-type]


def test_a_network_of_zeros_scores_a_standard_normal(drawings: DrawingSet) -> None:
    net = network()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
    strokes = make_batch(drawings, SCALE).strokes
    drawn = strokes[strokes[:, :, PEN_END] == 0]
    offsets = (drawn[:, :2].astype(np.float64) ** 2).sum() / 2 + len(drawn) * math.log(2 * math.pi)
    overall = score(net, drawings).overall
    assert overall.L_s == pytest.approx(offsets / N_MAX / len(drawings), rel=1e-3)
    assert overall.L_p == pytest.approx(math.log(3) * len(drawn) / N_MAX / len(drawings), rel=1e-5)
    assert pytest.approx(overall.L_s + overall.L_p) == overall.L_R
    assert overall.nats_per_point == pytest.approx(offsets / len(drawn) + math.log(3), rel=1e-3)
    assert pytest.approx(0.0, abs=1e-7) == overall.L_KL
    assert (overall.n_max, overall.sketches) == (N_MAX, len(drawings))


@pytest.mark.parametrize("learned_prior", [False, True])
def test_it_agrees_with_the_losses_of_one_batch(drawings: DrawingSet, learned_prior: bool) -> None:
    net = network(learned_prior=learned_prior)
    batch = make_batch(drawings, SCALE)
    strokes, lengths, labels = (torch.from_numpy(part) for part in batch)
    with torch.inference_mode():
        posterior = net.encode(strokes, lengths)
        constants = net.constants(posterior.mu, net.class_vectors(labels))
        start = torch.tensor(REFERENCE_START).expand(1, len(labels), 5)
        hidden, _ = net.decode(torch.cat([start, strokes[:-1]]), constants)
        drawn = 1.0 - strokes[..., PEN_END]
        sums = reconstruction(Mixture.from_raw(net.raw_output(hidden)), strokes, drawn, floor=REFERENCE_FLOOR)
        kl = kl_divergence(posterior, net.prior(labels)).item()
    overall = score(net, drawings, sample_z=False).overall
    assert overall.L_s == pytest.approx(sums.offsets.item() / N_MAX / len(drawings), rel=1e-4)
    assert overall.L_p == pytest.approx(sums.pen.item() / N_MAX / len(drawings), rel=1e-4)
    assert pytest.approx(kl, rel=1e-4) == overall.L_KL


def test_classes_add_up_to_the_whole(drawings: DrawingSet) -> None:
    result = score(network(), drawings)
    assert list(result.classes) == ["one", "two"]
    sizes = [part.sketches for part in result.classes.values()]
    assert sum(sizes) == result.overall.sketches
    assert np.average([part.L_R for part in result.classes.values()], weights=sizes) == pytest.approx(
        result.overall.L_R
    )
    only = score(network(), drawings.subset(np.arange(10)))
    assert list(only.classes) == ["one"]


def test_a_sampled_z_depends_on_the_seed_alone(drawings: DrawingSet) -> None:
    net = network()
    assert score(net, drawings) == score(net, drawings)
    assert score(net, drawings, seed=1) != score(net, drawings)
    assert score(net, drawings, sample_z=False) == score(net, drawings, sample_z=False, seed=1)


def test_n_max_scales_the_table_and_not_the_points(drawings: DrawingSet) -> None:
    net = network()
    one, two = (evaluate(net, drawings, SCALE, n, REFERENCE_START).overall for n in (20, 40))
    assert pytest.approx(2 * two.L_R) == one.L_R
    assert one.nats_per_point == two.nats_per_point


def test_a_decoder_alone_has_no_divergence(drawings: DrawingSet) -> None:
    plain = score(network(z_size=0, encoder_size=0, class_count=0, class_size=0), drawings).overall
    assert plain.L_KL == 0.0
    assert math.isfinite(plain.L_R)
