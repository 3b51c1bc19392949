"""One training run in several processes, each with a share of every batch.

All processes make the same batches and draw the same random numbers; each computes the columns that are its own, and
the gradients are added up. So the losses are those of a single process, whatever their number.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

from sketchdesign.core.errors import InputError
from sketchdesign.model.runtime import choose_device, choose_threads

STOP_ASKED_EVERY = 20
"""Steps between two times that several processes ask each other whether to stop, which makes them wait."""

LONGEST_WAIT = timedelta(hours=2)
"""For each other: at the end the first process fits and scores the model while all others wait."""


@dataclass(frozen=True)
class Ranks:
    """This process among those of the run.

    Attributes:
        rank: its number, from 0. The first alone writes files.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    @property
    def share(self) -> slice:
        """The columns of a batch that are this process's: every ``count``-th, so that lengths are spread evenly."""
        return slice(self.rank, None, self.count)

    def total(self, values: Tensor) -> Tensor:
        """The sum of all processes' ``values``, the same for each of them."""
        if self.count == 1:
            return values
        summed = values.clone()
        distributed.all_reduce(summed)
        return summed

    def add_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace each gradient by its sum over the processes, in one message."""
        if self.count == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        summed = self.total(torch.cat([gradient.flatten() for gradient in gradients]))
        parts = torch.split(summed, [gradient.numel() for gradient in gradients])
        torch._foreach_copy_(gradients, [part.view_as(old) for part, old in zip(parts, gradients, strict=True)])

    def any(self, wish: bool, device: torch.device) -> bool:
        """Whether any process wishes so."""
        if self.count == 1:
            return wish
        return bool(self.total(torch.tensor(float(wish), device=device)).item() > 0.0)


ALONE = Ranks()


@contextmanager
def joined_ranks(device: str = "auto", threads: int | None = None) -> Iterator[tuple[Ranks, torch.device]]:
    """This process's place and device, as torchrun's environment says; alone without it.

    Args:
        device: as for `choose_device`; with several processes each takes a GPU of its own.
        threads: of each process, on a CPU; one for each processor by default.

    Raises:
        InputError: the device is not there, there are more processes than GPUs, or the processes do not meet.
    """
    # Without it the sums of a GPU's products come in any order, and no run could be repeated to the last bit.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    chosen = choose_device(device)
    torch.set_num_threads(choose_threads(threads))
    count = _number("WORLD_SIZE", 1)
    if count == 1:
        yield ALONE, chosen
        return
    place = _number("LOCAL_RANK", 0)
    if chosen.type == "cuda":
        if place >= torch.cuda.device_count():
            raise InputError(
                f"process {place} of this machine has no GPU of its own",
                hint=f"start at most {torch.cuda.device_count()}",
            )
        chosen = torch.device("cuda", place)
        torch.cuda.set_device(chosen)
    try:
        distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo", timeout=LONGEST_WAIT)
    except (ValueError, RuntimeError) as error:
        what = f"the {count} processes do not find each other: {error}"
        raise InputError(what, hint="start them by torchrun") from error
    try:
        yield Ranks(distributed.get_rank(), count), chosen
        # Together, because a process that ends while another still works may be torn down in the midst of leaving.
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdigit():
        raise InputError(f"{name} is {text!r} in the environment", hint="start the processes by torchrun")
    return int(text)
