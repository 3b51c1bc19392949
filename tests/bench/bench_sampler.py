"""Sketches per second of the sampler, beside a plain loop that draws whole batches to the length limit.

    python tests/bench/bench_sampler.py MODEL [--threads N] [--sizes 1,64,1024]

MODEL is any checkpoint; the published decoders have LSTM cells of 512 units.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from sketchdesign.core.seeds import normals, stream_key
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.latent import class_vectors, draw_z
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.pool import Request
from sketchdesign.model.runtime import choose_device, choose_threads
from sketchdesign.model.sampler import Sampler
from sketchdesign.model.sampling import Sampling
from sketchdesign.model.zoo import open_model

REPEATS = 3


def request(model: Model, count: int) -> Request:
    keys = np.array([stream_key(1, number) for number in range(count)], np.uint64)
    z = None
    if model.info.architecture.conditional:
        z = draw_z(model, [0] * count, normals(keys, model.info.architecture.z_size, 1))
    return Request(keys, z, class_vectors(model, [0] * count))


def ours(sampler: Sampler, wanted: Request) -> None:
    for _ in sampler.sample(wanted, Sampling()):
        pass


def plain(model: Model, wanted: Request, threads: int) -> None:
    """The loop that everyone writes first: one batch, multinomial draws, until all rows have ended."""
    torch.set_num_threads(threads)
    network, sampling = model.network, Sampling()
    count = len(wanted.keys)
    parts = [torch.from_numpy(part) for part in (wanted.z, wanted.class_vectors) if part is not None]
    constants = torch.cat(parts, dim=1) if parts else None
    with torch.inference_mode():
        context, state = network.context(constants), network.initial_state(constants, count)
        x = torch.tensor(model.info.start_token).repeat(count, 1)
        ended = torch.zeros(count, dtype=torch.bool)
        for _ in range(model.info.max_points):
            state = network.decoder(x, state, context)
            mixture = Mixture.from_raw(network.raw_output(network.decoder.output(state)))
            component = torch.softmax(mixture.pi_logits / sampling.temperature_mixture, 1).multinomial(1)
            pen = torch.softmax(mixture.pen_logits, 1).multinomial(1)
            rho = torch.tanh(mixture.rho_raw.gather(1, component))
            first, second = torch.randn(2, count, 1).unbind()
            scale = sampling.sigma_scale
            dx = mixture.mu_x.gather(1, component) + mixture.log_sigma_x.gather(1, component).exp() * scale * first
            across = rho * first + torch.sqrt(1 - rho**2) * second
            dy = mixture.mu_y.gather(1, component) + mixture.log_sigma_y.gather(1, component).exp() * scale * across
            x = torch.cat([dx, dy, torch.nn.functional.one_hot(pen[:, 0], 3)], dim=1)
            ended |= pen[:, 0] == 2
            if ended.all():
                break


def seconds(work: Callable[[], None]) -> float:
    best = float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--sizes", default="1,64,1024")
    options = parser.parse_args()
    model = open_model(options.model)
    threads = choose_threads(options.threads)
    print(f"{'sketches':>9} {'ours/s':>9} {'plain loop/s':>13} {'ratio':>6}   {threads} threads")
    for count in map(int, options.sizes.split(",")):
        wanted = request(model, count)
        baseline = count / seconds(partial(plain, model, wanted, threads))
        sampler = Sampler(model, choose_device(options.device), threads)
        ours(sampler, wanted)
        rate = count / seconds(partial(ours, sampler, wanted))
        print(f"{count:9} {rate:9.0f} {baseline:13.0f} {rate / baseline:6.2f}")


if __name__ == "__main__":
    main()
