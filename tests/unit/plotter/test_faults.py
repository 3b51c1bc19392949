"""Plots that go wrong at a random moment: resumed, every stroke is drawn exactly once."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sketchdesign.core.errors import PortLostError

KINDS = ("drop", "power", "stall", "hang", "garbage", "dup", "button", "lowvolt")
FIRMWARES = ("3.0.3", "2.8.1", "2.5.3")
COUNT = int(os.environ.get("SKETCHDESIGN_FAULTS", "24"))
"""How many random faults are tried; set the variable for more."""

OVERLAP_MM = {
    # While the oldest firmware reads a move, for 4 ms, it cannot be asked where it is.
    "power": 0.25,
    "lowvolt": 0.25,
    # Whether a board that hangs had taken the last move, of up to 100 ms, nobody knows: a gap would be worse.
    "hang": 6.0,
}


@pytest.mark.parametrize("number", range(COUNT))
def test_every_stroke_is_drawn_once_whatever_happens(number: int, bench: Callable[..., Any]) -> None:
    rng = np.random.default_rng(number)
    kind = KINDS[number % len(KINDS)]
    firmware = FIRMWARES[number // len(KINDS) % len(FIRMWARES)]
    plot = bench(firmware, f"{kind}@{rng.uniform(1.2, 9.5):.3f}s")
    plot.on_event = lambda event: plot.control.resume() if getattr(event, "reason", "") == "paused" else None
    plot.plot_and_resume()
    assert plot.board.queue.pen_up
    plot.check_drawn_once(OVERLAP_MM.get(kind, 0.2))


def test_a_stroke_that_was_cut_is_drawn_whole_if_asked(bench: Callable[..., Any]) -> None:
    plot = bench("3.0.3", "drop@5.1s")
    with pytest.raises(PortLostError, match="is gone"):
        plot.plot()
    plot.clock.sleep(5.0)
    plot.resume(whole_stroke=True)
    motors = plot.motors
    lengths = [float(np.hypot(*np.diff(piece, axis=0).T).sum()) for piece in plot.drawn()]
    wanted = [
        float(np.hypot(*np.diff(line, axis=0).T).sum())
        for line in map(motors, plot.job.layers[0].plan.strokes.polylines())
    ]
    whole = [any(abs(length - one) <= 0.05 * one + 1.0 for one in wanted) for length in lengths]
    assert len(lengths) == len(wanted) + 1
    assert whole.count(False) == 1
    assert lengths[whole.index(False)] < lengths[whole.index(False) + 1]


def test_one_fault_after_the_other(bench: Callable[..., Any]) -> None:
    plot = bench("3.0.3", "drop@4.0s,drop@16.5s,power@28.5s")
    plot.plot_and_resume()
    assert len(plot.errors) == 3
    plot.check_drawn_once()
