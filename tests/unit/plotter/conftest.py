"""A plot on the emulated plotter in memory, on a clock that passes only while somebody waits."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import PlotterError, PortLostError
from sketchdesign.core.machine import AXIDRAW_V3
from sketchdesign.output.files import write_drawing
from sketchdesign.plotter.clock import VirtualClock
from sketchdesign.plotter.control import Control, Event
from sketchdesign.plotter.ebb import Ebb
from sketchdesign.plotter.emulator.board import Board
from sketchdesign.plotter.emulator.memory import MemoryTransport
from sketchdesign.plotter.job import Job, plan_job
from sketchdesign.plotter.journal import read_journal
from sketchdesign.plotter.link import NoAnswerError
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.recovery import HomeNeededError
from sketchdesign.services.plot.planning import Plotting, prepare
from sketchdesign.services.plot.run import plot_new, resume
from sketchdesign.services.plot.settings import PlotSettings

PLOTTING_PROCESS = Path(__file__).with_name("plotting_process.py")
STEP_MM = 1.0 / (80.0 * 2.0**0.5)

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

    def __init__(self, folder: Path, plotting: Plotting, firmware: str, faults: str = "") -> None:
        self.plotting = plotting
        self.job = plotting.job
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
        plot_new(self.plotting, self.connect(), self.path, self.control, self._hear, self.clock)

    def resume(self, *, whole_stroke: bool = False) -> None:
        """Go on, after moving the carriage home by hand if the plotter asks for it."""
        try:
            self._resume(False, whole_stroke)
        except HomeNeededError:
            self.carry_home()
            self._resume(True, whole_stroke)

    def _resume(self, home_confirmed: bool, whole_stroke: bool) -> None:
        resume(
            self.plotting,
            self.connect(),
            self.path,
            self.control,
            self._hear,
            self.clock,
            home_confirmed=home_confirmed,
            whole_stroke=whole_stroke,
        )

    def carry_home(self) -> None:
        """What a person does by hand."""
        self.board.finish()
        self.board.queue.position[:] = [0, 0]

    def plot_in_a_process(self, drawing: Path, kill_at_s: float, rng: np.random.Generator) -> None:
        """Plot a file in a process of its own, which is killed a moment after the machine's clock reached a time."""
        more = int(rng.integers(0, 40))
        words = [sys.executable, str(PLOTTING_PROCESS), str(drawing), str(self.path)]
        transport = MemoryTransport(self.board)
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for line in process.stdout:
                if self.clock.now() >= kill_at_s:
                    more -= 1
                said = self._served(transport, *json.loads(line))
                process.stdin.write(json.dumps([self.clock.now(), said.hex()]).encode() + b"\n")
                process.stdin.flush()
                if more < 0:
                    # Not in step with anything: perhaps before it says what it sends, perhaps after.
                    time.sleep(rng.uniform(0.0, 3e-4))
                    break
            process.kill()
        transport.close()  # as the system does with the ports of a process that is gone

    def _served(self, transport: MemoryTransport, what: str, value: Any) -> bytes:
        match what:
            case "write":
                transport.write(bytes.fromhex(value))
            case "read":
                return transport.read(value)
            case "sleep":
                self.clock.sleep(value)
        return b""

    def plot_and_resume(self, sittings: int = 5) -> None:
        """Plot with faults: whenever it breaks off, a person looks after the machine and resumes."""
        self._try(self.plot)
        self.finish(sittings)

    def finish(self, sittings: int = 5) -> None:
        """Resume until all is drawn."""
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

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    def drawn(self) -> list[Floats]:
        """What the pen drew: one [n, 2] array of motor positions each time that it was down."""
        return [path.steps.astype(float) for path in self.board.path() if path.pen_down]

    def check_drawn_once(self, overlap_mm: float = 0.2) -> float:
        """Every stroke is on the paper, whole and once; returns the most that is drawn of one again, in mm."""
        lines = [self.motors(line) for line in self.job.layers[0].plan.strokes.polylines()]
        pieces: list[list[tuple[float, float]]] = [[] for _ in lines]
        for path in self.drawn():
            off = [distances(path, line) for line in lines]
            number = int(np.argmin([away.max() for away, _ in off]))
            away, along = off[number]
            assert away.max() <= 2.0, f"drawn {away.max()} steps off every stroke"
            pieces[number].append((float(along.min()), float(along.max())))
        most_mm = 0.0
        for number, (line, parts) in enumerate(zip(lines, pieces, strict=True)):
            length = float(np.hypot(*np.diff(line, axis=0).T).sum())
            covered = sum(end - begin for begin, end in parts)
            if len(line) == 1:
                assert len(parts) == 1, f"dot {number} was drawn {len(parts)} times"
                continue
            twice_mm = (covered - length) * STEP_MM
            assert twice_mm <= overlap_mm, f"stroke {number} was drawn twice: {parts} of {length}"
            assert twice_mm >= -0.05, f"stroke {number} has a gap: {parts} of {length}"
            most_mm = max(most_mm, twice_mm)
        return most_mm


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """Plans the sheet, or the strokes given."""

    def make(strokes: Strokes | None = None, **options: Any) -> Job:
        layers = options.pop("layers", [Layer(Pen(), sheet() if strokes is None else strokes)])
        return plan_job(layers, AXIDRAW_V3, PenSetup(AXIDRAW_V3.servo), **options)

    return make


@pytest.fixture
def bench(tmp_path: Path, make_job: Callable[..., Job]) -> Callable[..., Bench]:
    """Makes a machine with a job, or with that of a file."""
    counter = iter(range(1_000_000))

    def make(
        firmware: str = "3.0.3",
        faults: str = "",
        strokes: Strokes | None = None,
        drawing: Path | None = None,
        **options: Any,
    ) -> Bench:
        folder = tmp_path / str(next(counter))
        folder.mkdir()
        if drawing is None:
            plotting = Plotting(Drawing(Page(300, 218), ()), PlotSettings(), make_job(strokes, **options))
        else:
            plotting = prepare(drawing, PlotSettings())
        return Bench(folder, plotting, firmware, faults)

    return make


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """The sheet as a file."""
    path = tmp_path / "sheet.svg"
    write_drawing(Drawing(Page(300, 218), (Layer(Pen(), sheet()),)), path)
    return path
