from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from sketchdesign.core.seeds import normals, stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.model import pool as pool_module
from sketchdesign.model.architecture import Architecture
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.latent import class_vectors, draw_z
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import SketchRNN
from sketchdesign.model.pool import Request, decoder_step
from sketchdesign.model.sampler import Sampled, Sampler
from sketchdesign.model.sampling import Sampling

MakeModel = Callable[..., Model]
CPU = torch.device("cpu")


def request_for(model: Model, numbers: range | list[int], scored: bool = False) -> Request:
    keys = np.array([stream_key(7, number) for number in numbers], np.uint64)
    z, vectors = None, None
    labels = [number % max(1, len(model.info.classes)) for number in numbers]
    if model.info.architecture.conditional:
        z = draw_z(model, labels, normals(keys, model.info.architecture.z_size, 1))
        vectors = class_vectors(model, labels)
    return Request(keys, z, vectors, scored)


def draw(model: Model, numbers: range | list[int], threads: int = 1, **settings: object) -> dict[int, Sampled]:
    sampler = Sampler(model, CPU, threads)
    sampling = Sampling(**settings)  # type: ignore[arg-type]
    drawn = [result for batch in sampler.sample(request_for(model, numbers, True), sampling) for result in batch]
    assert sorted(result.number for result in drawn) == list(range(len(numbers)))
    return {list(numbers)[result.number]: result for result in drawn}


@pytest.fixture(params=["lstm", "layer_norm", "hyper", "unconditional", "classes"])
def model(request: pytest.FixtureRequest, tiny_model: MakeModel) -> Model:
    if request.param == "unconditional":
        return tiny_model(z_size=0, encoder_size=0)
    if request.param == "classes":
        return tiny_model(classes=("cat", "pig"), class_count=2, class_size=4)
    return tiny_model(decoder=request.param)


def test_a_sketch_is_the_same_in_any_batch_order_and_number_of_threads(model: Model) -> None:
    reference = draw(model, range(70))
    alone = draw(model, [41])
    backwards = draw(model, list(range(69, -1, -1)), threads=3)
    assert alone[41].sketch == reference[41].sketch
    for number, result in backwards.items():
        assert result.sketch == reference[number].sketch
        assert result.nats == pytest.approx(reference[number].nats, rel=1e-5)


def test_no_block_size_that_rounds_differently_is_used(tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model()
    reference = draw(model, range(30))
    step = decoder_step

    def uneven(network: SketchRNN, x: torch.Tensor, *rest: object) -> tuple[torch.Tensor, torch.Tensor, Mixture]:
        rows, state, mixture = step(network, x, *rest)  # type: ignore[arg-type]
        if len(x) > pool_module.BLOCK:
            rows = torch.cat([rows[:1] + 1e-6, rows[1:]])
        return rows, state, mixture

    monkeypatch.setattr(pool_module, "decoder_step", uneven)
    assert {n: r.sketch for n, r in draw(model, range(30)).items()} == {n: r.sketch for n, r in reference.items()}


def test_finished_sketches_leave_room_for_waiting_ones(tiny_model: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model()
    reference = draw(model, range(100))
    monkeypatch.setattr(pool_module, "POOL_SIZES", (8, 16))
    assert {n: r.sketch for n, r in draw(model, range(100)).items()} == {n: r.sketch for n, r in reference.items()}


def test_a_sketch_that_never_ends_stops_at_the_limit(tiny_model: MakeModel) -> None:
    model = tiny_model()
    endless = {number: r for number, r in draw(model, range(40), max_points=3).items() if not r.ended}
    assert endless
    assert all(len(result.sketch) == 4 for result in endless.values())  # three rows and the point at the origin


def test_the_limit_does_not_change_how_a_sketch_begins(tiny_model: MakeModel) -> None:
    model = tiny_model()
    whole, cut = draw(model, range(20)), draw(model, range(20), max_points=5)
    for number in range(20):
        length = len(cut[number].sketch)
        assert np.array_equal(cut[number].sketch.points, whole[number].sketch.points[:length])


def test_closing_the_iterator_stops_the_threads(tiny_model: MakeModel) -> None:
    before = threading.active_count()
    model = tiny_model()
    running = Sampler(model, CPU, threads=2).sample(request_for(model, range(5000)), Sampling())
    next(iter(running))
    running.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_an_error_in_a_thread_reaches_the_caller(tiny_model: MakeModel) -> None:
    model = tiny_model()
    bad = Request(np.zeros(50, np.uint64), np.zeros((20, 6), np.float32))
    with pytest.raises(IndexError):
        list(Sampler(model, CPU, threads=2).sample(bad, Sampling()))


def test_greedy_drawing_ignores_the_noise(tiny_model: MakeModel) -> None:
    model = tiny_model()
    z = np.zeros((2, 6), np.float32)
    results = Sampler(model, CPU).sample(Request(np.array([1, 2], np.uint64), z), Sampling(greedy=True))
    first, second = sorted((r for batch in results for r in batch), key=lambda r: r.number)
    assert first.sketch == second.sketch


def test_a_begun_sketch_goes_on_as_if_its_beginning_had_been_drawn(model: Model) -> None:
    """Greedy drawing knows no noise, so that what comes after any part of a sketch is the rest of it."""
    greedy = Sampling(greedy=True, max_points=14)
    request = replace(request_for(model, range(20)), scored=False)
    sampler = Sampler(model, CPU)
    whole = {r.number: r.sketch for batch in sampler.sample(request, greedy) for r in batch}
    long = [number for number in range(20) if len(whole[number]) > 6]
    assert long
    begun = []
    for count, number in enumerate(long):
        rows = (whole[number].transformed(1 / 30.0)).to_stroke5(implicit_first_point=True)
        begun.append(rows[: 1 + count % 4])
    part = Request(
        request.keys[long],
        None if request.z is None else request.z[long],
        None if request.class_vectors is None else request.class_vectors[long],
        begun=begun,
    )
    for batch in Sampler(model, CPU, threads=2).sample(part, greedy):
        for result in batch:
            expected = whole[long[result.number]]
            assert result.sketch.stroke_lengths.tolist() == expected.stroke_lengths.tolist()
            assert result.sketch.points == pytest.approx(expected.points, abs=1e-2)


def test_endings_do_not_depend_on_batch_or_threads(model: Model) -> None:
    rows = Sketch.from_polylines([[[0, 0], [1, 0], [1, 1]]]).to_stroke5(implicit_first_point=True)[:2]
    request = replace(request_for(model, range(40)), begun=[rows] * 40)
    results = [
        {r.number: r.sketch for batch in Sampler(model, CPU, threads).sample(request, Sampling()) for r in batch}
        for threads in (1, 3)
    ]
    assert results[0] == results[1]
    assert all(len(sketch) >= 3 for sketch in results[0].values())
    short = Sampling(max_points=3)
    cut = [r for batch in Sampler(model, CPU).sample(request, short) for r in batch]
    assert max(len(r.sketch) for r in cut) == 4  # three rows and the point at the origin


def one_step_network() -> SketchRNN:
    """A network whose output is its bias alone: a known mixture at every step."""
    network = SketchRNN(Architecture(decoder_size=4, encoder_size=0, z_size=0, mixtures=2)).requires_grad_(False)
    network.output_w.zero_()
    pen, pi = [0.0, math.log(2.0), math.log(5.0)], [math.log(3.0), 0.0]
    mu_x, mu_y = [-10.0, 10.0], [1.0, 2.0]
    log_x, log_y, rho = [0.0, 0.0], [math.log(0.5)] * 2, [math.atanh(0.6)] * 2
    network.output_b.copy_(torch.tensor([*pen, *pi, *mu_x, *mu_y, *log_x, *log_y, *rho]))
    return network


def many_rows(sampling: Sampling, count: int = 40_000) -> torch.Tensor:
    network = one_step_network()
    generator = torch.Generator().manual_seed(1)
    uniform = torch.rand(count, 2, generator=generator).clamp(1e-6, 1 - 1e-6)
    noise = torch.cat([uniform, torch.randn(count, 2, generator=generator)], dim=1)
    rows, _, _ = decoder_step(
        network, torch.zeros(count, 5), torch.zeros(count, 8), network.context(None), noise, sampling
    )
    return rows


def test_draws_follow_the_mixture() -> None:
    rows = many_rows(Sampling(1.0, 1.0, 1.0))
    left = rows[:, 0] < 0
    assert left.float().mean().item() == pytest.approx(0.75, abs=0.01)
    assert rows[:, 2:].mean(0).tolist() == pytest.approx([1 / 8, 2 / 8, 5 / 8], abs=0.01)
    covariance = torch.cov(rows[left, :2].T)
    assert covariance.flatten().tolist() == pytest.approx([1.0, 0.3, 0.3, 0.25], abs=0.02)


def test_temperatures_act_on_their_own_part_alone() -> None:
    rows = many_rows(Sampling(temperature_xy=0.25, temperature_mixture=0.5, temperature_pen=1.0))
    left = rows[:, 0] < 0
    assert left.float().mean().item() == pytest.approx(0.9, abs=0.01)  # 3^2 : 1
    assert rows[left, 0].std().item() == pytest.approx(0.5, abs=0.01)  # sigma * sqrt(T)
    assert rows[:, 4].mean().item() == pytest.approx(5 / 8, abs=0.01)
    magenta = many_rows(Sampling(0.25, 0.5, 1.0, sigma_rule="magenta"))
    assert magenta[magenta[:, 0] < 0, 0].std().item() == pytest.approx(0.25, abs=0.01)  # sigma * T


def test_zero_temperature_takes_the_likeliest() -> None:
    rows = many_rows(Sampling(0.0, 0.0, 0.0), 100)
    assert torch.equal(rows, torch.tensor([[-10.0, 1.0, 0.0, 0.0, 1.0]]).expand(100, 5))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_replayed_graph_draws_the_same_kind_of_sketches(tiny_model: MakeModel) -> None:
    model = tiny_model()
    request = request_for(model, range(200))
    on_gpu = [r for batch in Sampler(model, torch.device("cuda")).sample(request, Sampling()) for r in batch]
    on_cpu = [r for batch in Sampler(model, CPU).sample(request, Sampling()) for r in batch]
    lengths = [sum(len(r.sketch) for r in drawn) for drawn in (on_gpu, on_cpu)]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.05)


def test_scaling_is_to_pixels(tiny_model: MakeModel) -> None:
    model = tiny_model(z_size=0, encoder_size=0)
    result = draw(model, [0])[0]
    assert isinstance(result.sketch, Sketch)
    assert np.array_equal(result.sketch.points[0], [0.0, 0.0])
    assert np.abs(result.sketch.points).max() > model.info.scale_factor * 0.1
