"""A plot on the emulated plotter in memory, on a clock that passes only while somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import PlotterError, PortLostError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.plotter.clock import VirtualClock
from sketchdesign.plotter.control import Control, Event
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.memory import MemoryTransport
from sketchdesign.plotter.job import Job, plan_job
from sketchdesign.plotter.journal import Header, Journal, read_journal
from sketchdesign.plotter.link import NoAnswerError
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.recovery import HomeNeededError, Resumption, find_place
from sketchdesign.plotter.runner import Runner

MARK = 77

Floats = NDArray[np.float64]


def sheet(count: int = 8, seed: int = 0) -> Strokes:
    """Strokes that keep clear of each other: arcs, corners and a dot."""
    rng = np.random.default_rng(seed)
    lines: list[Floats] = []
    for number in range(count):
        corner = np.array([6.0 + 14.0 * (number % 6), 6.0 + 14.0 * (number // 6)])
        kind = number % 4
        if kind == 0:
            shape = rng.uniform(0.0, 9.0, (5, 2))
        elif kind == 1:
            angle = np.linspace(0.0, 1.8 * np.pi, 60)
            shape = 4.5 + 4.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        elif kind == 2 and number == 2:
            shape = np.array([[4.0, 5.0]])
        else:
            shape = np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [1.0, 8.0]])
        lines.append(corner + shape)
    return Strokes.from_polylines(lines)


def distances(points: Floats, line: Floats) -> tuple[Floats, Floats]:
    """How far points [n, 2] are off a line, the larger coordinate counting, and how far along it."""
    if len(line) == 1:
        return np.abs(points - line[0]).max(axis=1), np.zeros(len(points))
    begins, steps = line[:-1], np.diff(line, axis=0)
    square = np.maximum((steps**2).sum(axis=1), 1e-12)
    share = np.clip(((points[:, None] - begins) * steps).sum(axis=2) / square, 0.0, 1.0)
    off = np.abs(points[:, None] - begins - share[..., None] * steps).max(axis=2)
    nearest = off.argmin(axis=1)
    rows = np.arange(len(points))
    lengths = np.hypot(*steps.T)
    along = (np.cumsum(lengths) - lengths)[nearest] + share[rows, nearest] * lengths[nearest]
    return off[rows, nearest], along


class Bench:
    """One emulated machine and one job, plotted in as many sittings as it takes."""

    def __init__(self, folder: Path, job: Job, firmware: str, faults: str = "") -> None:
        self.job = job
        self.clock = VirtualClock()
        self.board = Board(firmware, clock=self.clock, faults=faults)
        self.path = folder / "plot.journal"
        self.control = Control()
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _: None
        self.errors: list[PlotterError] = []
        self.transport_of: Callable[[MemoryTransport], Any] = lambda transport: transport

    @staticmethod
    def motors(points_mm: Floats) -> Floats:
        """Points in mm as positions of both motors, not rounded."""
        both = np.stack([points_mm.sum(axis=1), points_mm[:, 0] - points_mm[:, 1]], axis=1)
        return both * AXIDRAW_V3.steps_per_mm

    def connect(self) -> Ebb:
        plotter = Ebb(self.transport_of(MemoryTransport(self.board)), self.clock)
        plotter.connect()
        return plotter

    def plot(self) -> None:
        """Begin the plot and draw until it ends, one way or another."""
        plotter = self.connect()
        journal = Journal.create(self.path, Header(self.job.fingerprint, MARK, {}))
        self._run(plotter, journal, None)

    def resume(self, *, whole_stroke: bool = False) -> None:
        """Go on, after moving the carriage home by hand if the plotter asks for it."""
        header, trace = read_journal(self.path)
        plotter = self.connect()
        options = {"whole_stroke": whole_stroke}
        try:
            found = find_place(self.job, header, trace, plotter, home_confirmed=False, **options)
        except HomeNeededError:
            self.board.finish()
            self.board.queue.position[:] = [0, 0]
            found = find_place(self.job, header, trace, plotter, home_confirmed=True, **options)
        self._run(plotter, Journal.reopen(self.path), found)

    def plot_and_resume(self, sittings: int = 5) -> None:
        """Plot with faults: whenever it breaks off, a person looks after the machine and resumes."""
        self._try(self.plot)
        for _ in range(sittings):
            if self.path.exists() and read_journal(self.path)[1].complete:
                return
            self._try(self.resume if self.path.exists() else self.plot)
        raise AssertionError(f"never finished: {self.errors}")

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except NoAnswerError as error:
            self.errors.append(error)
            self.board.power_cycle()
        except PlotterError as error:
            self.errors.append(error)
            if not isinstance(error, PortLostError):
                assert self.board.queue.pen_up
            self.clock.sleep(10.0)

    def _run(self, plotter: Ebb, journal: Journal, found: Resumption | None) -> None:
        def report(event: Event) -> None:
            self.events.append(event)
            self.on_event(event)

        try:
            Runner(self.job, plotter, journal, MARK, self.control, self.clock, report).run(found)
        finally:
            journal.close()
            plotter.close()

    def drawn(self) -> list[Floats]:
        """What the pen drew: one [n, 2] array of motor positions each time that it was down."""
        return [path.steps.astype(float) for path in self.board.path() if path.pen_down]

    def check_drawn_once(self, overlap_mm: float = 0.2) -> None:
        """Every stroke is on the paper, whole and once."""
        lines = [self.motors(line) for line in self.job.layers[0].plan.strokes.polylines()]
        pieces: list[list[tuple[float, float]]] = [[] for _ in lines]
        for path in self.drawn():
            off = [distances(path, line) for line in lines]
            number = int(np.argmin([away.max() for away, _ in off]))
            away, along = off[number]
            assert away.max() <= 2.0, f"drawn {away.max()} steps off every stroke"
            pieces[number].append((float(along.min()), float(along.max())))
        for number, (line, parts) in enumerate(zip(lines, pieces, strict=True)):
            length = float(np.hypot(*np.diff(line, axis=0).T).sum())
            covered = sum(end - begin for begin, end in parts)
            step_mm = 1.0 / (80.0 * 2.0**0.5)
            if len(line) == 1:
                assert len(parts) == 1, f"dot {number} was drawn {len(parts)} times"
            else:
                assert (covered - length) * step_mm <= overlap_mm, f"stroke {number} was drawn twice: {parts} {length}"
                assert (length - covered) * step_mm <= 0.05, f"stroke {number} has a gap: {parts} of {length}"


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """Plans the sheet, or the strokes given."""

    def make(strokes: Strokes | None = None, **options: Any) -> Job:
        layers = options.pop("layers", [Layer(Pen(), sheet() if strokes is None else strokes)])
        return plan_job(layers, AXIDRAW_V3, PenSetup(AXIDRAW_V3.servo), **options)

    return make


@pytest.fixture
def bench(tmp_path: Path, make_job: Callable[..., Job]) -> Callable[..., Bench]:
    """Makes a machine with a job."""
    counter = iter(range(1_000_000))

    def make(firmware: str = "3.0.3", faults: str = "", strokes: Strokes | None = None, **options: Any) -> Bench:
        folder = tmp_path / str(next(counter))
        folder.mkdir()
        return Bench(folder, make_job(strokes, **options), firmware, faults)

    return make
