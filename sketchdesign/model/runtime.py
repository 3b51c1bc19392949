"""Which device and how many threads."""

from __future__ import annotations

import os

import torch

from sketchdesign.core.errors import InputError

DEVICES = ("auto", "cpu", "cuda", "mps")
MOST_THREADS = 64


def choose_device(name: str = "auto") -> torch.device:
    """The device for a name of `DEVICES`; "auto" takes the fastest that is there.

    Raises:
        InputError: the name is unknown, or this machine has no such device.
    """
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if available[kind]))
    if name not in available:
        raise InputError(f"unknown device {name!r}", hint=f"choose one of {', '.join(DEVICES)}")
    if not available[name]:
        raise InputError(f"this machine has no {name} device that torch can use", hint="use --device auto or cpu")
    return torch.device(name)


def use_one_thread() -> None:
    """Keep torch from sharing each small operation among threads, which on a busy machine wait for each other.

    For the whole process: the setting reaches into the maths library, where it cannot be per thread.
    """
    torch.set_num_threads(1)


def choose_threads(count: int | None = None) -> int:
    """A checked number of worker threads; by default one for each processor that this process may use, up to 8.

    Raises:
        InputError: there cannot be so many.
    """
    if count is None:
        return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if not 1 <= count <= MOST_THREADS:
        raise InputError(f"{count} threads cannot be used", hint=f"choose a number from 1 to {MOST_THREADS}")
    return count
