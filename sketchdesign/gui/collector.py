"""Python's cycle collector, kept to the main thread."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 250


class MainThreadCollector(QObject):
    """Collects reference cycles between events of the main thread, and nowhere else.

    Left alone, Python collects on whichever thread allocates. A cycle that holds a widget would then be taken apart on
    a worker's thread, which Qt answers with a crash.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(collect_if_due)
        self._timer.start()

    def stop(self) -> None:
        """Leave collecting to Python again, once no worker runs."""
        self._timer.stop()
        gc.enable()


def collect_if_due() -> None:
    """Collect the oldest generation whose threshold is passed, as Python itself would have done."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
