"""The slots in which sketches are drawn, one decoder step for all of them at a time.

A `Pool` has a fixed number of *slots*, each with one sketch in progress; those that have finished leave and others
take their place. Each sketch reads noise from a stream of its own, by counter, and the arithmetic of a row does not
depend on its neighbours (which is measured, see `Sizes`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchdesign.core.seeds import box_muller, uniforms
from sketchdesign.core.strokes import PEN_END, FloatArray
from sketchdesign.model.mixture import Mixture
from sketchdesign.model.network import STROKE_SIZE, SketchRNN
from sketchdesign.model.sampling import LOWEST_TEMPERATURE, Sampling

STEPS_PER_CHUNK = 8
"""Decoder steps between two looks at what has finished. Shorter wastes less on rows that have ended."""

BLOCK = 8
"""Rows of the smallest batch. Its products are the standard that larger batches are compared with."""

POOL_SIZES = (8, 16, 32, 64, 128, 256)
"""Numbers of slots. Larger ones gain nothing on a CPU: their buffers no longer stay in the cache."""

GPU_POOL_SIZES = (*POOL_SIZES, 512, 1024, 2048, 4096)

NOISE_DOMAIN = 0
LATENT_DOMAIN = 1


@dataclass(frozen=True)
class Request:
    """Sketches to be drawn.

    Attributes:
        keys: uint64 [n], each sketch's stream of random numbers.
        z: float32 [n, z_size] latent vectors, or None for a decoder-only model.
        class_vectors: float32 [n, class_size] class embeddings, or None for a model without classes.
        scored: whether to add up the model's log likelihood of each sketch, which takes a little longer.
        begun: for each sketch the stroke-5 rows [P, 5] in model units that are drawn already, P > 0; empty to draw
            all of them from the start. They count towards the limit of points.
    """

    keys: NDArray[np.uint64]
    z: FloatArray | None = None
    class_vectors: FloatArray | None = None
    scored: bool = False
    begun: Sequence[FloatArray] = ()

    def rows_left(self, number: int, limit: int) -> int:
        """How many rows a sketch may have besides those that it began with: at least one."""
        return max(1, limit - len(self.begun[number])) if self.begun else limit


def joined(requests: Sequence[Request]) -> Request:
    """Several requests to one model as one, the sketches of each after those of the one before."""
    first = requests[0]
    return Request(
        np.concatenate([request.keys for request in requests]),
        None if first.z is None else np.concatenate([request.z for request in requests if request.z is not None]),
        None
        if first.class_vectors is None
        else np.concatenate([request.class_vectors for request in requests if request.class_vectors is not None]),
        first.scored,
        [rows for request in requests for rows in request.begun],
    )


class Pool:
    """Slots on a device, in buffers that keep their addresses so that a GPU can replay a recorded chunk of steps."""

    def __init__(
        self, network: SketchRNN, request: Request, sampling: Sampling, start: Tensor, limit: int, size: int
    ) -> None:
        self.network = network
        self.request = request
        self.sampling = sampling
        self.start = start
        self.size = size
        self.limit = limit
        self.numbers = np.full(size, -1)
        self.limits = np.full(size, limit)
        self.steps_done = np.zeros(size, np.int64)
        self.rows = np.zeros((size, limit + STEPS_PER_CHUNK, STROKE_SIZE + 1), np.float32)
        device = start.device
        self.x = start.repeat(size, 1)
        self.state = torch.zeros(size, network.decoder.state_size, device=device)
        constants = None
        if network.architecture.constant_size:
            constants = torch.zeros(size, network.architecture.constant_size, device=device)
        # Without constant inputs every slot shares one context row.
        self.context = network.context(constants)
        self.noise = torch.zeros(STEPS_PER_CHUNK, size, 4, device=device)
        # Stroke-5 rows and, in a last column, their log likelihoods.
        self.drawn = torch.zeros(STEPS_PER_CHUNK, size, STROKE_SIZE + 1, device=device)
        self._graph: torch.cuda.CUDAGraph | None = None

    @property
    def occupied(self) -> int:
        return int((self.numbers >= 0).sum())

    @property
    def free(self) -> int:
        return self.size - self.occupied

    def admit(self, numbers: NDArray[np.int64]) -> None:
        """Put sketches of the request into free slots."""
        slots = np.flatnonzero(self.numbers < 0)[: len(numbers)]
        # Blocks of one size, because a product's rounding may depend on the number of its rows.
        for begin in range(0, len(numbers), BLOCK):
            chosen, where = numbers[begin : begin + BLOCK], slots[begin : begin + BLOCK]
            constants = self._constants(chosen)
            target = torch.from_numpy(where).to(self.x.device)
            context = self.network.context(constants)
            x, state = self._after_beginning(chosen, self.network.initial_state(constants, BLOCK), context)
            self.x[target], self.state[target] = x[: len(where)], state[: len(where)]
            if constants is not None:
                for buffer, rows in zip(self.context, context, strict=True):
                    buffer[target] = rows[: len(where)]
        self.numbers[slots] = numbers
        self.limits[slots] = [self.request.rows_left(number, self.limit) for number in numbers.tolist()]
        self.steps_done[slots] = 0

    def _after_beginning(
        self, chosen: NDArray[np.int64], state: Tensor, context: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        """The row to go on from, and the decoder's state once it has read all rows before it: one block of each."""
        x = self.start.repeat(BLOCK, 1)
        if not self.request.begun:
            return x, state
        beginnings = [self.request.begun[number] for number in chosen.tolist()]
        lengths = np.zeros(BLOCK, np.int64)
        lengths[: len(chosen)] = [len(rows) for rows in beginnings]
        table = np.zeros((int(lengths.max()), BLOCK, STROKE_SIZE), np.float32)
        for column, rows in enumerate(beginnings):
            table[: len(rows), column] = rows
        going = torch.from_numpy(np.arange(len(table))[:, None] < lengths).to(x.device).unsqueeze(2)
        for rows, more in zip(torch.from_numpy(table).to(x.device), going, strict=True):
            state = torch.where(more, self.network.decoder(x, state, context), state)
            x = torch.where(more, rows, x)
        return x, state

    def _constants(self, chosen: NDArray[np.int64]) -> Tensor | None:
        parts = [part for part in (self.request.z, self.request.class_vectors) if part is not None]
        if not parts:
            return None
        block = np.zeros((BLOCK, sum(part.shape[1] for part in parts)), np.float32)
        block[: len(chosen)] = np.concatenate([part[chosen] for part in parts], axis=1)
        return torch.from_numpy(block).to(self.x.device)

    def advance(self) -> None:
        """A chunk of decoder steps for all slots."""
        self.noise.copy_(torch.from_numpy(self._chunk_noise()), non_blocking=True)
        if self.x.device.type != "cuda":
            self._steps()
        else:
            self._replay()
        self.steps_done += STEPS_PER_CHUNK

    def _steps(self) -> None:
        x, state = self.x, self.state
        for k in range(STEPS_PER_CHUNK):
            x, state, mixture = decoder_step(self.network, x, state, self.context, self.noise[k], self.sampling)
            self.drawn[k, :, :STROKE_SIZE] = x
            if self.request.scored:
                self.drawn[k, :, STROKE_SIZE] = mixture.log_likelihood(x)
        self.x.copy_(x)
        self.state.copy_(state)

    def _replay(self) -> None:
        """The same steps as one recorded launch: on a GPU, starting kernels costs more than running them."""
        if self._graph is None:
            # A warm-up off the main stream, as recording demands; it must leave the slots as they were.
            saved = self.x.clone(), self.state.clone()
            side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                self._steps()
            torch.cuda.current_stream().wait_stream(side)
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._steps()
            self.x.copy_(saved[0])
            self.state.copy_(saved[1])
        self._graph.replay()

    def _chunk_noise(self) -> FloatArray:
        """[STEPS_PER_CHUNK, size, 4]: uniforms for component and pen, normals for the two offsets."""
        keys = self.request.keys[np.maximum(self.numbers, 0)]
        counters = self.steps_done + np.arange(STEPS_PER_CHUNK)[:, None]
        noise = uniforms(keys, counters.astype(np.uint64), NOISE_DOMAIN)
        noise[..., 2:] = box_muller(noise[..., 2], noise[..., 3])
        return noise.astype(np.float32)

    def collect(self) -> Iterator[tuple[int, FloatArray]]:
        """Free the slots of finished sketches and yield their numbers with all their rows, end row included."""
        drawn = self.drawn.cpu().numpy().swapaxes(0, 1)
        # Slots began at different times, so each continues in a column of its own.
        columns = self.steps_done[:, None] - STEPS_PER_CHUNK + np.arange(STEPS_PER_CHUNK)
        self.rows[np.arange(self.size)[:, None], columns] = drawn
        ended = drawn[:, :, PEN_END] > 0.5
        counts = np.where(ended.any(axis=1), columns[:, 0] + ended.argmax(axis=1) + 1, self.steps_done)
        finished = (self.numbers >= 0) & (ended.any(axis=1) | (self.steps_done > self.limits))
        for slot in np.flatnonzero(finished).tolist():
            yield int(self.numbers[slot]), self.rows[slot, : min(counts[slot], self.limits[slot] + 1)].copy()
        self.numbers[finished] = -1
        # A free slot goes on drawing into its first columns.
        self.steps_done[self.numbers < 0] = 0

    def shrink(self, size: int) -> None:
        """Continue with fewer slots, if ``size`` is fewer; sketches keep their state."""
        if size >= self.size or not self.occupied:
            return
        kept = np.flatnonzero(self.numbers >= 0)
        kept = np.concatenate([kept, np.flatnonzero(self.numbers < 0)[: size - len(kept)]])
        place = torch.from_numpy(kept).to(self.x.device)
        self.x, self.state = self.x[place], self.state[place]
        if self.context and self.context[0].dim() == 2:
            self.context = tuple(buffer[place] for buffer in self.context)
        self.noise = self.noise[:, :size].contiguous()
        self.drawn = self.drawn[:, :size].contiguous()
        self.numbers, self.limits = self.numbers[kept], self.limits[kept]
        self.steps_done, self.rows = self.steps_done[kept], self.rows[kept]
        self.size = size
        self._graph = None


class Sizes:
    """Knows at which sizes of a pool a row's result is, bit for bit, that of a block of the smallest size."""

    def __init__(self, network: SketchRNN, device: torch.device) -> None:
        self.network = network
        self.device = device
        self._exact = {BLOCK: True}
        self._lock = threading.Lock()

    def largest_exact(self, count: int) -> int:
        """The smallest exact size that holds ``count`` sketches, or the largest exact one below."""
        sizes = POOL_SIZES if self.device.type == "cpu" else GPU_POOL_SIZES
        wanted = next((size for size in sizes if size >= count), sizes[-1])
        return next(size for size in reversed(sizes) if size <= wanted and self._is_exact(size))

    def _is_exact(self, size: int) -> bool:
        with self._lock:
            if size not in self._exact:
                self._exact[size] = self._measure(size)
            return self._exact[size]

    def _measure(self, size: int) -> bool:
        """Whether one real step on ``size`` rows gives every block of rows what it gets by itself."""
        generator = torch.Generator().manual_seed(size)
        width = self.network.decoder.state_size
        constant = self.network.architecture.constant_size

        def step(rows: int) -> Tensor:
            x, state, constants, noise = (block.repeat(rows // BLOCK, 1).to(self.device) for block in blocks)
            context = self.network.context(constants if constant else None)
            return torch.cat(decoder_step(self.network, x, state, context, noise, Sampling())[:2], dim=1)

        blocks = [torch.rand(BLOCK, n, generator=generator) for n in (STROKE_SIZE, width, max(1, constant), 4)]
        return torch.equal(step(size), step(BLOCK).repeat(size // BLOCK, 1))


def decoder_step(
    network: SketchRNN, x: Tensor, state: Tensor, context: tuple[Tensor, ...], noise: Tensor, sampling: Sampling
) -> tuple[Tensor, Tensor, Mixture]:
    """One step of the decoder and one draw from its mixture (eq. 3 to 8), without any host synchronisation.

    Args:
        x: [B, 5] the last stroke-5 row.
        state: [B, state_size].
        context: the projected constant inputs.
        noise: [B, 4] two uniforms in (0, 1) and two standard normals.

    Returns:
        the next row [B, 5], the next state, and the distribution that the row was drawn from.
    """
    state = network.decoder(x, state, context)
    raw = network.raw_output(network.decoder.output(state))
    log_sigma_min = network.architecture.log_sigma_min
    mixture = Mixture.from_raw(raw, log_sigma_min)
    component = _choose(mixture.pi_logits, noise[:, 0:1], sampling.temperature_mixture, sampling.greedy)
    pen = _choose(mixture.pen_logits, noise[:, 1:2], sampling.temperature_pen, sampling.greedy)
    drawn = Mixture.component_parameters(raw, component)
    offset = drawn[:, 0:2]
    if not sampling.greedy:
        log_sigma, rho_raw = drawn[:, 2:4], drawn[:, 4:5]
        sigma = torch.exp(log_sigma if log_sigma_min is None else log_sigma.clamp(min=log_sigma_min))
        along, across = noise[:, 2:3], noise[:, 3:4]
        # sqrt(1 - tanh(r)^2) = 1 / cosh(r)
        mixed = torch.addcmul(across / torch.cosh(rho_raw), torch.tanh(rho_raw), along)
        offset = torch.addcmul(offset, sigma, torch.cat([along, mixed], dim=1), value=sampling.sigma_scale)
    one_hot = (pen == torch.arange(3, device=x.device)).to(x.dtype)
    return torch.cat([offset, one_hot], dim=1), state, mixture


def _choose(logits: Tensor, uniform: Tensor, temperature: float, greedy: bool) -> Tensor:
    """Draw a column of each row of logits [B, K] by inverting the distribution function: [B, 1]."""
    if greedy or temperature < LOWEST_TEMPERATURE:
        return logits.argmax(dim=1, keepdim=True)
    reached = torch.softmax(logits / temperature, dim=1).cumsum(dim=1)
    # The sum may fall short of 1 by a rounding error; the last column takes what is left.
    return (reached[:, :-1] < uniform).sum(dim=1, keepdim=True)
