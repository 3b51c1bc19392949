"""Time as the plotter code sees it: the real one, or one that a test moves."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds from an arbitrary start, never going back."""

    def now(self) -> float:
        """Seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass; a negative duration is none."""
        ...


class RealClock:
    """The clock on the wall."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


class VirtualClock:
    """Time that passes only while somebody waits, so that an hour of plotting emulates in seconds."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        self._now_s += max(0.0, seconds)

    def advance_to(self, moment_s: float) -> None:
        """Go to a moment; one in the past changes nothing."""
        self._now_s = max(self._now_s, moment_s)
