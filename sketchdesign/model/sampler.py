"""Drawing many sketches at once.

Sketches wait until a slot of a `Pool` is free; when nobody waits any more, the pool shrinks. The same key gives the
same sketch in any batch, order or number of threads.

Threads are several pools side by side, each computing on one thread, rather than one pool on several: results then
cannot depend on how a product is divided among threads, and small batches lose no time at barriers.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from sketchdesign.core.strokes import PEN_END, FloatArray, Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.model.network import STROKE_SIZE
from sketchdesign.model.pool import BLOCK, Pool, Request, Sizes
from sketchdesign.model.runtime import use_one_thread
from sketchdesign.model.sampling import Sampling


class Sampled(NamedTuple):
    """One drawn sketch.

    Attributes:
        number: its place in the request.
        sketch: in pixels of the training data, with the rows that the request gave it at its beginning.
        ended: whether the pen said that it was done.
        nats: log likelihood of its rows at temperature 1, given z; 0 unless the request was scored.
    """

    number: int
    sketch: Sketch
    ended: bool
    nats: float


class Sampler:
    """Draws sketches with one model on one device.

    Args:
        model: the checkpoint.
        device: where to compute; the network is moved there.
        threads: pools side by side on a CPU; ignored on a GPU.
    """

    def __init__(self, model: Model, device: torch.device, threads: int = 1) -> None:
        self.model = model
        self.device = device
        self.threads = threads if device.type == "cpu" else 1
        self.network = model.network.to(device)
        if device.type == "cpu":
            use_one_thread()
        self._sizes = Sizes(self.network, device)

    def sample(self, request: Request, sampling: Sampling) -> Iterator[list[Sampled]]:
        """Draw all sketches of a request.

        Yields the sketches that have finished since the last time, in no particular order and perhaps none, every
        few decoder steps. Closing the iterator cancels the work within one chunk of steps.
        """
        waiting = _Waiting(len(request.keys))
        if self.threads == 1 or len(request.keys) <= BLOCK:
            yield from self._draw(request, sampling, waiting, len(request.keys))
            return
        share = -(-len(request.keys) // self.threads)
        results: queue.Queue[list[Sampled] | BaseException | None] = queue.Queue()
        stop = threading.Event()

        def work() -> None:
            try:
                for finished in self._draw(request, sampling, waiting, share):
                    results.put(finished)
                    if stop.is_set():
                        break
                results.put(None)
            except BaseException as error:  # handed to the caller's thread
                results.put(error)

        workers = [threading.Thread(target=work, name=f"sampler-{n}", daemon=True) for n in range(self.threads)]
        for worker in workers:
            worker.start()
        try:
            running = len(workers)
            while running:
                finished = results.get()
                if isinstance(finished, BaseException):
                    raise finished
                if finished is None:
                    running -= 1
                else:
                    yield finished
        finally:
            stop.set()
            for worker in workers:
                worker.join()

    def _draw(self, request: Request, sampling: Sampling, waiting: _Waiting, share: int) -> Iterator[list[Sampled]]:
        """One pool's work: keep the slots filled from ``waiting`` until nobody waits and all have finished."""
        limit = sampling.max_points or self.model.info.max_points
        with torch.inference_mode():
            size = self._sizes.largest_exact(share)
            start = torch.tensor(sampling.start_token or self.model.info.start_token, device=self.device)
            pool = Pool(self.network, request, sampling, start, limit, size)
            pool.admit(waiting.take(pool.size))
        while pool.occupied:
            # Not around the yield: the mode would leak to whoever reads this.
            with torch.inference_mode():
                pool.advance()
                finished = [self._result(request, number, rows, limit) for number, rows in pool.collect()]
                pool.admit(waiting.take(pool.free))
                pool.shrink(self._sizes.largest_exact(pool.occupied))
            yield finished

    def _result(self, request: Request, number: int, rows: FloatArray, limit: int) -> Sampled:
        info = self.model.info
        ended = bool(rows[-1, PEN_END] > 0.5)
        kept = rows[: request.rows_left(number, limit), :STROKE_SIZE]
        whole = np.concatenate([request.begun[number], kept]) if request.begun else kept
        sketch = Sketch.from_stroke5(whole, implicit_first_point=info.implicit_first_point)
        return Sampled(number, sketch.transformed(info.scale_factor), ended, float(rows[:, STROKE_SIZE].sum()))


class _Waiting:
    """The sketches of a request that nobody has begun, shared by the pools."""

    def __init__(self, count: int) -> None:
        self._next, self._count = 0, count
        self._lock = threading.Lock()

    def take(self, count: int) -> NDArray[np.int64]:
        with self._lock:
            first = self._next
            self._next = min(self._count, first + count)
            return np.arange(first, self._next)
