"""Work that takes time: a job reports progress, can be cancelled, and ends with a typed result."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from typing import Generic, NamedTuple, TypeVar

from sketchdesign.core.errors import CancelledError

Result = TypeVar("Result")


class Progress(NamedTuple):
    """How far a job has come: ``done`` of ``total`` units of ``what`` ("sketches").

    ``found`` are parts of the result that are final already, for those who show them as they come.
    """

    done: int
    total: int
    what: str
    found: tuple[object, ...] = ()


Work = Generator[Progress, None, Result]
"""What a job runs: a generator of progress that returns the result. Closing it undoes what is half done."""


class Job(Generic[Result]):
    """Runs a `Work` on the thread that iterates it; `cancel` may be called from any other.

    >>> def count(to: int) -> Work[str]:
    ...     for n in range(to):
    ...         yield Progress(n + 1, to, "numbers")
    ...     return "counted"
    >>> Job(count(3)).run()
    'counted'
    """

    def __init__(self, work: Work[Result]) -> None:
        self._work = work
        self._cancelled = threading.Event()
        self._result: Result | None = None

    def cancel(self) -> None:
        """Ask the job to stop; its iteration then raises `CancelledError`."""
        self._cancelled.set()

    def __iter__(self) -> Iterator[Progress]:
        try:
            while True:
                if self._cancelled.is_set():
                    raise CancelledError
                try:
                    progress = next(self._work)
                except StopIteration as end:
                    self._result = end.value
                    return
                yield progress
        finally:
            self._work.close()

    def run(self, report: Callable[[Progress], None] | None = None) -> Result:
        """Run to the end, passing each progress to ``report``, and return the result."""
        for progress in self:
            if report is not None:
                report(progress)
        return self._result  # type: ignore[return-value]  # set when the iteration ended
