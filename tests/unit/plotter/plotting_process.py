"""A process that plots on a machine in the process that started it, until it is done or killed.

It asks for bytes and for time in lines of JSON on its output, and is answered on its input: ``["write", hex]`` and
``["read", seconds]`` and ``["sleep", seconds]``. Each answer is ``[seconds, hex]``, the time and what was read, or
``[seconds, null]`` when the machine is gone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sketchdesign.core.errors import PortLostError
from sketchdesign.plotter.control import Control
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.services.plot.planning import prepare
from sketchdesign.services.plot.run import plot_new
from sketchdesign.services.plot.settings import PlotSettings


class Elsewhere:
    """The line to a machine in another process, and the clock that it lives by."""

    name = "machine elsewhere"

    def __init__(self) -> None:
        self._now_s = 0.0

    def now(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        self._ask("sleep", seconds)

    def write(self, data: bytes) -> None:
        self._ask("write", data.hex())

    def read(self, timeout_s: float) -> bytes:
        return self._ask("read", timeout_s)

    def close(self) -> None:
        """The end of this process closes it."""

    def _ask(self, what: str, value: float | str) -> bytes:
        print(json.dumps([what, value]), flush=True)
        self._now_s, said = json.loads(sys.stdin.readline())
        if said is None:
            raise PortLostError("the machine elsewhere is gone")
        return bytes.fromhex(said)


def main(drawing: str, journal: str) -> None:
    elsewhere = Elsewhere()
    plotter = Ebb(elsewhere, elsewhere)
    plotter.connect()
    plotting = prepare(Path(drawing), PlotSettings())
    plot_new(plotting, plotter, Path(journal), Control(), lambda _: None, elsewhere)


if __name__ == "__main__":
    main(*sys.argv[1:])
