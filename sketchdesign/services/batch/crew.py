"""Who makes the files of a batch: processes of this computer, or the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from sketchdesign.core.errors import InputError

Result = TypeVar("Result")

MOST_JOBS = 64
_CONNECT_S = 10


@dataclass(frozen=True)
class Crew:
    """Workers for hire.

    Attributes:
        size: how many orders they work on at a time.
        hire: makes the executor that they answer to. Its ``shutdown`` with ``wait=False`` leaves work undone.
    """

    size: int
    hire: Callable[[], Executor]


def local_crew(jobs: int | None = None) -> Crew:
    """Worker processes, by default one for each processor that this process may use, up to 8.

    Raises:
        InputError: there cannot be so many.
    """
    if jobs is None:
        jobs = min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if not 1 <= jobs <= MOST_JOBS:
        raise InputError(f"{jobs} jobs at a time cannot be done", hint=f"choose a number from 1 to {MOST_JOBS}")
    return Crew(jobs, lambda: LocalWorkers(jobs))


@contextmanager
def cluster_crew(address: str) -> Iterator[Crew]:
    """The workers of a Dask cluster, which must see the folders of the recipe and of the results under the same paths.

    Args:
        address: of its scheduler, such as ``tcp://studio:8786``.

    Raises:
        InputError: Dask is not installed, nobody answers there, or nobody works there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("Dask is not installed", hint="pip install 'sketchdesign[cluster]'") from error
    try:
        client: Any = Client(address, timeout=_CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # ValueError: no address at all
        raise InputError(
            f"no Dask scheduler answers at {address}", hint="give its address, such as tcp://studio:8786"
        ) from error
    with client:
        size = sum(client.nthreads().values())
        if not size:
            raise InputError(f"the cluster at {address} has no workers", hint="start some with: dask worker ADDRESS")
        yield Crew(size, client.get_executor)


class LocalWorkers(ProcessPoolExecutor):
    """Processes that compute on one thread each, leave Ctrl-C to this one, and do not outlive it, however it ends.

    They watch a pipe of which this process alone holds the other end: the operating system closes it even for a process
    that is killed. Without it they would wait for ever, since each holds both ends of the queue they are fed by.
    """

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        watched, self._lifeline = context.Pipe(duplex=False)
        super().__init__(jobs, context, initializer=_begin, initargs=(watched,))

    def submit(self, work: Callable[..., Result], /, *given: Any, **named: Any) -> Future[Result]:
        # A process that is needed for it is started here.
        with _deaf_to_interrupts():
            return super().submit(work, *given, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if not wait:
            self._lifeline.close()
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._lifeline.close()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: processes that are started inherit it, and would else die of it with a traceback."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _begin(watched: Connection) -> None:
    """The first thing that a worker process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Windows does not inherit it.
    # Read by the maths libraries when they are loaded. Several processes with several threads each would be slower.
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()


def _end_with(watched: Connection) -> None:
    with suppress(EOFError, OSError):
        watched.recv_bytes()
    os._exit(1)
