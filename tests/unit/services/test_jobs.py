from __future__ import annotations

import pytest

from sketchdesign.core.errors import CancelledError
from sketchdesign.services.jobs import Job, Progress, Work


def counting(to: int, log: list[str]) -> Work[str]:
    try:
        for n in range(to):
            yield Progress(n + 1, to, "numbers")
    finally:
        log.append("cleaned up")
    return f"counted to {to}"


def test_a_job_reports_progress_and_returns_its_result() -> None:
    seen: list[Progress] = []
    assert Job(counting(3, [])).run(seen.append) == "counted to 3"
    assert [(p.done, p.total) for p in seen] == [(1, 3), (2, 3), (3, 3)]


def test_cancelling_stops_before_the_next_step_and_cleans_up() -> None:
    log: list[str] = []
    job = Job(counting(1000, log))
    seen: list[Progress] = []

    def cancel(progress: Progress) -> None:
        seen.append(progress)
        job.cancel()

    with pytest.raises(CancelledError):
        job.run(cancel)
    assert len(seen) == 1
    assert log == ["cleaned up"]


def test_an_interruption_cleans_up() -> None:
    log: list[str] = []

    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Job(counting(1000, log)).run(interrupt)
    assert log == ["cleaned up"]
