"""Plots on the emulator at each firmware: what is drawn, when, and what pausing and stopping do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import InputError, PlotterError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.plotter.control import (
    WAITING,
    Adjust,
    Jog,
    LayerStarted,
    Pause,
    Progress,
    State,
    StateChanged,
    TestPen,
    WalkHome,
)
from sketchdesign.plotter.emulator.firmware import VERSIONS
from sketchdesign.plotter.job import plan_job
from sketchdesign.plotter.journal import read_journal
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import plan_way
from sketchdesign.plotter.runner import LeftError, StoppedError

FIRMWARES = [".".join(map(str, version)) for version in VERSIONS]
NEWEST = "3.0.3"

MakeBench = Callable[..., Any]


def states(plot: Any) -> list[State]:
    return [event.state for event in plot.events if isinstance(event, StateChanged)]


def resume_when(plot: Any, state: State, act: Callable[[], None] = lambda: None) -> None:
    """Go on with the plot as soon as it waits, after doing something."""

    def heard(event: object) -> None:
        if isinstance(event, StateChanged) and event.state is state:
            act()
            plot.control.resume()

    plot.on_event = heard


class Watched:
    """A line to the plotter on which something happens before each write."""

    def __init__(self, transport: Any, before_write: Callable[[], None]) -> None:
        self.name = transport.name
        self.close: Callable[[], None] = transport.close
        self.read: Callable[[float], bytes] = transport.read
        self._transport = transport
        self._before_write = before_write

    def write(self, data: bytes) -> None:
        self._before_write()
        self._transport.write(data)


def at_time(plot: Any, moment_s: float, act: Callable[[], None]) -> None:
    """Do something at a moment of the machine's time, in between two exchanges."""
    done: list[bool] = []

    def look() -> None:
        if not done and plot.clock.now() >= moment_s:
            done.append(True)
            act()

    plot.transport_of = lambda transport: Watched(transport, look)


@pytest.mark.parametrize("firmware", FIRMWARES)
def test_a_sheet_is_drawn_as_planned(firmware: str, bench: MakeBench) -> None:
    plot = bench(firmware)
    plot.plot()
    plot.check_drawn_once(overlap_mm=0.03)
    assert plot.board.peak_step_rate() <= 25_000.0
    assert plot.board.queue.counters == [0, 0]
    assert plot.board.queue.modes == [0, 0]
    began = next(command.time_s for command in plot.board.commands if command.text[:2] in ("LM", "SM"))
    ended = next(command.time_s for command in plot.board.commands if command.text == "EM,0,0")
    plan = plot.job.layers[0].plan
    if firmware < "2.7":
        plan = plan_way(plan.strokes, plan.machine, ramps=False)
    assert ended - began == pytest.approx(plan.duration_s, rel=0.01)
    assert sum(gap.seconds for gap in plot.board.underruns()) <= 0.002
    assert read_journal(plot.path)[1].complete
    assert states(plot) == [State.PLOTTING, State.DONE]
    left = [event.seconds_left for event in plot.events if isinstance(event, Progress)]
    assert len(left) == plan.lifts
    assert left == sorted(left, reverse=True)


def test_stalls_of_the_program_do_not_reach_the_pen_on_firmware_3(bench: MakeBench) -> None:
    plot = bench(NEWEST)
    rng = np.random.default_rng(1)
    stalls = list(np.cumsum(rng.uniform(0.45, 0.9, 9)) + 1.5)

    def stall() -> None:
        if stalls and plot.clock.now() >= stalls[0]:
            stalls.pop(0)
            plot.clock.sleep(0.3)

    plot.transport_of = lambda transport: Watched(transport, stall)
    plot.plot()
    assert not stalls
    assert plot.board.underruns() == []
    plot.check_drawn_once()


@pytest.mark.parametrize("firmware", ["3.0.3", "2.8.1", "2.5.3"])
def test_a_stop_lifts_the_pen_at_once(firmware: str, bench: MakeBench) -> None:
    """In the middle of twenty thousand blocks."""
    zigzag = np.stack([np.tile([20.0, 21.0], 7000), np.linspace(20.0, 60.0, 14_000)], axis=1)
    plot = bench(firmware, strokes=Strokes.from_polylines([zigzag]))
    assert len(plot.job.layers[0].plan) > 20_000
    at_time(plot, 8.0, plot.control.stop)
    with pytest.raises(StoppedError, match="home-confirmed"):
        plot.plot()
    lifted = [change for change in plot.board.queue.record.pen_changes if change.up][-1]
    assert 8.0 < lifted.tick / 25_000.0 < 8.6
    plot.board.finish()
    assert plot.board.queue.pen_up
    assert plot.board.queue.modes == [0, 0]
    assert states(plot)[-1] is State.STOPPED


@pytest.mark.parametrize("firmware", ["3.0.3", "2.8.1", "2.5.3"])
@pytest.mark.parametrize("when", [Pause.NOW, Pause.EMERGENCY])
def test_a_pause_in_a_stroke_leaves_no_gap(firmware: str, when: Pause, bench: MakeBench) -> None:
    for moment_s in (2.2, 3.9):
        plot = bench(firmware)
        at_time(plot, moment_s, lambda when=when, plot=plot: plot.control.pause(when))  # type: ignore[misc]
        resume_when(plot, State.PAUSED, lambda plot=plot: plot.clock.sleep(2.0))  # type: ignore[misc]
        plot.plot()
        assert states(plot) == [State.PLOTTING, State.PAUSED, State.PLOTTING, State.DONE]
        plot.check_drawn_once(overlap_mm=0.05)
        assert plot.board.peak_step_rate() <= 25_000.0


def test_a_pause_slows_down_gently(bench: MakeBench) -> None:
    line = Strokes.from_polylines([[[10.0, 10.0], [110.0, 10.0]]])
    plot = bench(NEWEST, strokes=line)
    at_time(plot, 2.0, lambda: plot.control.pause(Pause.NOW))
    resume_when(plot, State.PAUSED)
    plot.plot()
    (first, _) = [path for path in plot.board.path() if path.pen_down]
    speed = np.abs(np.diff(first.steps[:, 0])) / 80.0 / np.maximum(np.diff(first.times_s), 1e-9)
    assert speed[:-8].max() == pytest.approx(50.2, rel=0.1)
    assert np.median(speed[-3:]) < 25.0


def test_a_patient_pause_waits_for_the_lift(bench: MakeBench) -> None:
    plot = bench(NEWEST)
    at_time(plot, 2.2, plot.control.pause)
    resume_when(plot, State.PAUSED)
    plot.plot()
    assert len(plot.drawn()) == plot.job.layers[0].plan.lifts
    plot.check_drawn_once(overlap_mm=0.03)


def test_the_button_pauses_and_goes_on(bench: MakeBench) -> None:
    plot = bench(NEWEST)
    at_time(plot, 3.0, plot.board.press_button)
    plot.on_event = lambda event: plot.board.press_button() if getattr(event, "reason", "") == "paused" else None
    plot.plot()
    assert states(plot) == [State.PLOTTING, State.PAUSED, State.PLOTTING, State.DONE]
    plot.check_drawn_once(overlap_mm=0.05)


def test_leaving_keeps_the_place_and_the_motors_on(bench: MakeBench) -> None:
    plot = bench(NEWEST)
    at_time(plot, 3.9, plot.control.leave)
    with pytest.raises(LeftError):
        plot.plot()
    assert plot.board.queue.pen_up
    assert plot.board.queue.modes == [1, 1]
    plot.control = type(plot.control)()
    plot.clock.sleep(7 * 24 * 3600.0)
    plot.resume()
    assert plot.board.queue.counters == [0, 0]
    plot.check_drawn_once(overlap_mm=0.05)


def test_what_may_be_done_in_a_pause(bench: MakeBench) -> None:
    plot = bench(NEWEST)
    slow = Adjust(PenSetup(AXIDRAW_V3.servo, up_percent=70.0, down_percent=20.0), draw_mm_s=20.0)

    def act() -> None:
        for task in (TestPen(), WalkHome(), Jog(15.0, -5.0), slow):
            plot.control.ask(task)

    at_time(plot, 2.2, plot.control.pause)
    # The tasks are looked after before the request to go on.
    resume_when(plot, State.PAUSED, act)
    plot.plot()
    texts = [command.text for command in plot.board.commands]
    assert f"SC,4,{slow.pen.pulse(70.0)}" in texts  # type: ignore[union-attr]
    strokes = [path for path in plot.board.path() if path.pen_down and len(path.steps) > 1]
    speeds = [
        np.hypot(*np.diff(path.steps, axis=0).T).sum() / 113.1 / (path.times_s[-1] - path.times_s[0])
        for path in (strokes[0], strokes[-1])
    ]
    assert speeds[1] < 20.5 < speeds[0]
    assert plot.board.queue.counters == [0, 0]


def test_a_walk_may_be_stopped_too(bench: MakeBench) -> None:
    plot = bench(NEWEST)
    waits: list[str] = []

    def heard(event: object) -> None:
        if isinstance(event, StateChanged) and event.state is State.PAUSED:
            waits.append(event.reason)
            plot.control.ask(Jog(200.0, 150.0))
            plot.control.pause(Pause.EMERGENCY)
            plot.control.resume()

    plot.on_event = heard
    at_time(plot, 2.2, plot.control.pause)
    walked: list[float] = []
    original = plot.clock.sleep

    def sleep(seconds: float) -> None:
        original(seconds)
        if len(waits) == 1 and seconds == 0.05:
            walked.append(max(plot.board.queue.counters))
            plot.control.resume()

    plot.clock.sleep = sleep
    plot.plot()
    assert walked
    assert max(walked) < 20_000
    plot.check_drawn_once(overlap_mm=0.03)


def test_layers_copies_and_ink(bench: MakeBench) -> None:
    lines = [[[10.0, 10.0 + n], [40.0, 10.0 + n]] for n in range(4)]
    layers = [
        Layer(Pen("black", "#000000"), Strokes.from_polylines(lines[:2]), "first"),
        Layer(Pen("red", "#ff0000"), Strokes.from_polylines(lines[2:]), "second"),
    ]
    plot = bench(NEWEST, layers=layers, copies=2, reink_mm=25.0)
    waits: list[tuple[State, str]] = []

    def heard(event: object) -> None:
        if isinstance(event, StateChanged) and event.reason:
            waits.append((event.state, event.reason))
            plot.control.resume()

    plot.on_event = heard
    plot.plot()
    # Nobody is asked for ink where the pen is changed anyway, nor when all is drawn.
    assert waits == [
        (State.PAUSED, "time for new ink"),
        (State.PEN_CHANGE, "change the pen: second #ff0000"),
        (State.PAUSED, "time for new ink"),
        (State.PAPER_CHANGE, "put in the paper for copy 2 of 2"),
        (State.PAUSED, "time for new ink"),
        (State.PEN_CHANGE, "change the pen: second #ff0000"),
        (State.PAUSED, "time for new ink"),
    ]
    assert [(event.copy, event.layer) for event in plot.events if isinstance(event, LayerStarted)] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    ]
    assert len(plot.drawn()) == 8


@pytest.mark.parametrize("before", [[State.PEN_CHANGE], [State.PEN_CHANGE, State.PAPER_CHANGE]])
def test_whoever_left_before_a_change_is_asked_for_it_again(before: list[State], bench: MakeBench) -> None:
    lines = [Strokes.from_polylines([[[10.0, y], [20.0, y]]]) for y in (5.0, 9.0)]
    plot = bench(NEWEST, layers=[Layer(Pen(), line) for line in lines], copies=2)
    asked: list[State] = []

    def heard(event: object) -> None:
        if isinstance(event, StateChanged) and event.state in WAITING:
            asked.append(event.state)
            (plot.control.leave if asked == before else plot.control.resume)()

    plot.on_event = heard
    with pytest.raises(LeftError):
        plot.plot()
    plot.control = type(plot.control)()
    plot.resume()
    everything = [State.PEN_CHANGE, State.PAPER_CHANGE, State.PEN_CHANGE]
    assert asked == [*before, *everything[len(before) - 1 :]]
    assert [round(float(path[0] @ [1, -1]) / 160.0) for path in plot.drawn()] == [5, 9, 5, 9]


def test_offsets_and_marks() -> None:
    line = Strokes.from_polylines([[[50.0, 50.0], [60.0, 50.0]]])
    layers = [Layer(Pen(), line), Layer(Pen(), line)]
    pen = PenSetup(AXIDRAW_V3.servo)
    job = plan_job(layers, AXIDRAW_V3, pen, offsets_mm={1: (0.5, -0.25)}, marks=True)
    first, second = (layer.plan.strokes for layer in job.layers)
    assert len(first) == 5
    assert second.points - first.points == pytest.approx(np.broadcast_to([0.5, -0.25], first.points.shape))
    with pytest.raises(InputError, match="reaches from"):
        plan_job(layers, AXIDRAW_V3, pen, offsets_mm={0: (-51.0, 0.0)})


def test_no_power_for_the_motors(bench: MakeBench) -> None:
    plot = bench(NEWEST, "lowvolt@1:60s")
    with pytest.raises(PlotterError, match="no power"):
        plot.plot()
    assert plot.drawn() == []


def test_a_machine_that_was_moved_does_not_draw_on(bench: MakeBench) -> None:
    plot = bench(NEWEST)
    # Somebody else resets the counters in the middle of everything.
    at_time(plot, 5.0, plot.board.restart)
    with pytest.raises(PlotterError, match="answer"):
        plot.plot()
    assert plot.board.queue.pen_up
    assert read_journal(plot.path)[1].homeless
