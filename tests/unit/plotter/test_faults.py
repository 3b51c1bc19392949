"""Plots that go wrong at a random moment: resumed, every stroke is drawn exactly once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchdesign.core.drawing import Strokes
from sketchdesign.core.errors import PortLostError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.plotter.blocks import TICKS_PER_S
from sketchdesign.plotter.emulator.firmware import VERSIONS
from sketchdesign.plotter.profile import LONGEST_S

KILL = "kill"
KINDS = ("drop", "power", "stall", "hang", "garbage", "dup", "button", "lowvolt", KILL)
FIRMWARES = tuple(".".join(map(str, version)) for version in reversed(VERSIONS))
OLDEST = FIRMWARES[-1]
COUNT = int(os.environ.get("SKETCHDESIGN_FAULTS", "27"))
"""How many random faults are tried; set the variable for more, and see with -s how much each drew twice."""

OVERLAP_MM = 0.2
MOVE_MM = LONGEST_S * AXIDRAW_V3.draw_mm_s
"""A move that nobody can know of, whether it was taken, is drawn twice rather than not at all."""


@pytest.mark.parametrize("number", range(COUNT))
def test_every_stroke_is_drawn_once_whatever_happens(number: int, bench: Callable[..., Any], drawing: Path) -> None:
    rng = np.random.default_rng(number)
    kind = KINDS[number % len(KINDS)]
    firmware = FIRMWARES[number // len(KINDS) % len(FIRMWARES)]
    when_s = rng.uniform(1.2, 9.5)
    if kind == KILL:
        plot = bench(firmware, drawing=drawing)
        plot.plot_in_a_process(drawing, when_s, rng)
        plot.clock.sleep(rng.uniform(0.0, 2.0))
        plot.finish()
    else:
        plot = bench(firmware, f"{kind}@{when_s:.3f}s")
        plot.on_event = lambda event: plot.control.resume() if getattr(event, "reason", "") == "paused" else None
        plot.plot_and_resume()
    assert plot.board.queue.pen_up
    print(f"{firmware} {kind}: {plot.check_drawn_once(OVERLAP_MM):.4f} mm drawn twice")


@pytest.mark.parametrize("firmware", FIRMWARES)
@pytest.mark.parametrize("later", [0, 1, 2, 3])
def test_a_cable_that_is_pulled_while_the_board_takes_a_move(
    later: int, firmware: str, bench: Callable[..., Any]
) -> None:
    """Before it has read the move, when it has, and when it has read what was sent with it."""
    line = Strokes.from_polylines([[[10.0, 10.0], [60.0, 20.0]]])
    undisturbed = bench(firmware, strokes=line)
    undisturbed.plot()
    taken_s = [command.time_s for command in undisturbed.board.commands if command.text[:2] in ("LM", "SM")][12]
    plot = bench(firmware, f"drop@{taken_s + (-0.001, 0.00001, 0.0001, 0.0004)[later]:.6f}s", strokes=line)
    plot.plot_and_resume()
    assert len(plot.errors) == 1
    assert plot.check_drawn_once(OVERLAP_MM) < 0.05


@pytest.mark.parametrize("firmware", ["3.0.3", OLDEST])
def test_a_board_that_hangs_while_it_takes_a_move_has_one_move_drawn_twice_at_most(
    firmware: str, bench: Callable[..., Any]
) -> None:
    undisturbed = bench(firmware)
    undisturbed.plot()
    moves = [command.number for command in undisturbed.board.commands if command.text[:2] in ("LM", "SM")]
    plot = bench(firmware, f"hang@{moves[50]}")
    plot.plot_and_resume()
    assert len(plot.errors) == 1
    plot.check_drawn_once(MOVE_MM)


def test_a_stroke_that_was_cut_is_drawn_whole_if_asked(bench: Callable[..., Any]) -> None:
    undisturbed = bench("3.0.3")
    undisturbed.plot()
    down, up = undisturbed.board.queue.record.pen_changes[-2:]
    plot = bench("3.0.3", f"power@{(down.tick + up.tick) / 2.0 / TICKS_PER_S:.3f}s")
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
