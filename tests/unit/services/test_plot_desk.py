"""Plots that outlive the program, the moments of a plan, and the simulated plotter."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, PlotterError, PortLostError, SketchDesignError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.plotter.control import Control, Event
from sketchdesign.plotter.control import Progress as Drawn
from sketchdesign.plotter.runner import StoppedError
from sketchdesign.services.jobs import Job
from sketchdesign.services.plot.desk import (
    keep,
    kept_plot,
    plotting_work,
    position_kept,
    settings_for,
    unfinished_plots,
)
from sketchdesign.services.plot.planning import Plotting, prepare, prepare_drawing
from sketchdesign.services.plot.run import journal_of, plot_new
from sketchdesign.services.plot.settings import PlotSettings as Settings
from sketchdesign.services.plot.simulated import PacedClock, SimulatedPlotter
from sketchdesign.services.plot.times import PlotTimes
from sketchdesign.services.project.state import PlotSettings

FAST = 1e6


def drawing(page: Page | None = None) -> Drawing:
    lines = [np.array([[10.0, 10.0 + 12.0 * n], [40.0, 12.0 + 12.0 * n], [45.0, 18.0 + 12.0 * n]]) for n in range(5)]
    dots = [np.array([[60.0, 10.0]]), np.array([[60.0, 30.0]])]
    layers = (
        Layer(Pen("ink"), Strokes.from_polylines(lines), "1 ink"),
        Layer(Pen("rust", "#aa5500"), Strokes.from_polylines(dots), "2 rust"),
    )
    return Drawing(page or Page(100, 100), layers)


class Desk:
    """A simulated plotter and the copy of a sheet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.simulated = SimulatedPlotter(FAST)
        self.path = keep(drawing(), folder, "sheet")
        self.plotting: Plotting = prepare(self.path, Settings(pause_between_layers=False))
        self.events: list[Event] = []

    def plot(self, act: Callable[[Event, Control], None] = lambda *_: None) -> SketchDesignError | None:
        """Plot, doing something at each event."""
        control = Control()

        def run(report: Callable[[Event], None]) -> None:
            def told(event: Event) -> None:
                act(event, control)
                report(event)

            plot_new(
                self.plotting, self.simulated.connect(), journal_of(self.path), control, told, self.simulated.clock
            )

        return Job(plotting_work(run, control, self.events.append, 7)).run()

    def knows_its_place(self) -> bool:
        return position_kept(self.plotting, self.simulated.connect(), journal_of(self.path))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "plots")


def test_a_plot_that_is_done_is_cleared_away(desk: Desk) -> None:
    assert desk.plot() is None
    assert [event.strokes for event in desk.events if isinstance(event, Drawn)] == [1, 2, 3, 4, 5, 1, 2]
    assert kept_plot(desk.path) is None
    assert unfinished_plots(desk.folder) == []
    assert list(desk.folder.iterdir()) == []


def test_a_stopped_plot_is_found_again_and_needs_home(desk: Desk) -> None:
    def stop(event: Event, control: Control) -> None:
        if isinstance(event, Drawn):
            control.stop()

    assert isinstance(desk.plot(stop), StoppedError)
    (found,) = unfinished_plots(desk.folder)
    assert (found.path, found.copy, found.layer) == (desk.path, 1, 1)
    assert 1 <= found.strokes < 5
    assert found.open().job.fingerprint == desk.plotting.job.fingerprint
    assert not desk.knows_its_place()
    found.forget()
    assert list(desk.folder.iterdir()) == []


def test_a_pulled_cable_keeps_the_place_and_opens_no_line(desk: Desk) -> None:
    def pull(event: Event, _control: Control) -> None:
        if isinstance(event, Drawn) and desk.simulated.plugged_in:
            desk.simulated.pull_cable()

    assert isinstance(desk.plot(pull), PortLostError)
    with pytest.raises(PlotterError, match="unplugged"):
        desk.simulated.open()
    desk.simulated.plug_in()
    assert desk.knows_its_place()


def test_moments_lie_on_the_plan_and_never_jump() -> None:
    times = PlotTimes(prepare_drawing(drawing(), Settings()).job)
    moments = [times.at(second) for second in np.arange(0.0, times.duration_s, 0.01)]
    places = np.array([moment.at_mm for moment in moments])
    steps = np.hypot(*np.diff(places, axis=0).T)
    assert steps.max() <= 0.01 * AXIDRAW_V3.travel_mm_s * 1.02
    assert moments[0].at_mm == (0.0, 0.0)
    assert times.at(times.duration_s).stroke == 2
    assert times.at(1e9).at_mm == (0.0, 0.0)
    down = sum(steps[number] for number, moment in enumerate(moments[1:]) if moment.pen_down)
    assert down == pytest.approx(drawing().layers[0].strokes.pen_down_mm(), rel=0.02)


def test_strokes_are_finished_one_after_the_other() -> None:
    times = PlotTimes(prepare_drawing(drawing(), Settings()).job)
    moments = [times.when_finished(0, strokes) for strokes in range(6)] + [times.when_finished(1, n) for n in range(3)]
    assert moments == sorted(moments)
    assert [times.at(second + 1e-6).stroke for second in moments[:6]] == [0, 1, 2, 3, 4, 5]
    assert times.strokes == 7


def test_layers_are_skipped_by_name_and_not_all_of_them() -> None:
    settings = settings_for(PlotSettings(skipped_pens=("1 ink",), turn="left"), drawing())
    assert settings.layers == (2,)
    assert settings.turn == "no"  # the copy lies as it is to be drawn
    with pytest.raises(InputError, match="nothing to plot"):
        settings_for(PlotSettings(skipped_pens=("1 ink", "2 rust")), drawing())


def test_a_paced_clock_lets_a_share_of_its_time_pass() -> None:
    clock = PacedClock(20.0)
    began = time.monotonic()
    for _ in range(100):
        clock.sleep(0.02)
    assert clock.now() == pytest.approx(2.0)
    # What passed before the first sleep may be caught up with.
    assert time.monotonic() - began >= 0.04
