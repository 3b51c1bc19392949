"""How long the main thread stands still, and over what."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

NOTICED_MS = 16.0
"""A picture of a screen with 60 of them a second."""

_BEAT_MS = 2
_LOOK_S = 0.004


@dataclass(frozen=True)
class Stall:
    """One time that no event was handled.

    Attributes:
        ms: how long it took.
        own_ms: how much of it the main thread computed; the rest it waited for a lock or for the processor.
        where: what the main thread did in the middle of it, innermost call first.
    """

    ms: float
    own_ms: float
    where: str


class Heartbeat(QObject):
    """A timer that should come every 2 ms. The times it came late are its `stalls`."""

    def __init__(self) -> None:
        super().__init__()
        self.stalls: list[Stall] = []
        self._last = (time.perf_counter(), time.thread_time())
        self._seen: list[str] = []
        self._main = threading.get_ident()
        self._stop = threading.Event()
        self._timer = QTimer(self, interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._watch = threading.Thread(target=self._look, daemon=True)

    @property
    def longest_ms(self) -> float:
        return max((stall.ms for stall in self.stalls), default=0.0)

    @contextmanager
    def listening(self) -> Iterator[Heartbeat]:
        """Beat and watch for as long as the block runs."""
        self._timer.start()
        self._watch.start()
        try:
            yield self
        finally:
            self._beat()
            self._timer.stop()
            self._stop.set()
            self._watch.join()

    def longest(self, count: int = 5) -> list[Stall]:
        """The worst of them, the longest first."""
        return sorted(self.stalls, key=lambda stall: -stall.ms)[:count]

    def _beat(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        took = 1e3 * (now - self._last[0])
        if took > NOTICED_MS:
            where = self._seen[len(self._seen) // 2] if self._seen else "nothing of Python"
            self.stalls.append(Stall(took, 1e3 * (own - self._last[1]), where))
        self._seen = []
        self._last = (now, own)

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_S):
            frame = sys._current_frames().get(self._main)
            if 1e3 * (time.perf_counter() - self._last[0]) > 2 * _BEAT_MS and frame is not None:
                calls = traceback.extract_stack(frame, limit=7)[::-1]
                self._seen.append(
                    " < ".join(f"{call.name}:{call.filename.rpartition('/')[2]}:{call.lineno}" for call in calls[:5])
                )
