"""Python's cycle collector, kept to the main thread and to moments that nobody notices."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 250
_FULL_EVERY_S = 20.0
"""A full collection walks through all that lives, which takes the longer the more was loaded."""


_LONGEST_WAIT_S = 20.0
"""A worker that reads a large file makes objects by the hundred thousand, and lets go of most of them at its end: the
window would stand still to look at them all. So long it waits for that end."""


class MainThreadCollector(QObject):
    """Collects reference cycles between events of the main thread, and nowhere else.

    Left alone, Python collects on whichever thread allocates. A cycle that holds a widget would then be taken apart on
    a worker's thread, which Qt answers with a crash.
    """

    def __init__(self, parent: QObject, is_busy: Callable[[], bool] = lambda: False) -> None:
        super().__init__(parent)
        gc.disable()
        self._is_busy = is_busy
        self._full_at = self._any_at = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect_if_due)
        self._timer.start()

    def pause(self) -> None:
        """Collect nothing while libraries load: they make objects by the hundred thousand, and all of them stay."""
        self._timer.stop()

    def go_on(self) -> None:
        """Collect again, and leave out for good what is there by now."""
        gc.freeze()
        self._timer.start()

    def collect_if_due(self) -> None:
        """Collect the oldest generation whose threshold is passed, as Python itself would have done, if less often."""
        if self._is_busy() and time.monotonic() - self._any_at < _LONGEST_WAIT_S:
            return
        is_full_due = time.monotonic() - self._full_at >= _FULL_EVERY_S
        for generation in (2, 1, 0) if is_full_due else (1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                self._any_at = time.monotonic()
                if generation == 2:
                    self._full_at = time.monotonic()
                return

    def stop(self) -> None:
        """Leave collecting to Python again, once no worker runs."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
