"""HP-GL to a serial plotter whose small buffer loses what does not fit."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import PlotterError, PortLostError
from sketchdesign.plotter.clock import VirtualClock
from sketchdesign.plotter.control import Control, Event, Pause, Progress, State, StateChanged
from sketchdesign.plotter.emulator.memory import MemoryTransport
from sketchdesign.plotter.hpgl import Hpgl
from sketchdesign.plotter.job import plan_job
from sketchdesign.plotter.journal import Header, Journal, read_journal
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import Block
from sketchdesign.plotter.recovery import HomeNeededError, find_place
from sketchdesign.plotter.runner import Runner, StoppedError
from sketchdesign.services.plugins.builtin.machines import HpglParameters, HpglPlotter

Floats = NDArray[np.float64]

HEIGHT_MM = 193.0
BUFFER = 1024


class SlowPlotter:
    """A plotter with 1 kB for instructions. ``says`` is what it answers with; ``overflowed`` what it lost."""

    def __init__(self, clock: VirtualClock, mm_s: float = 100.0, *, is_silent: bool = False) -> None:
        self.clock = clock
        self.present = True
        self.mm_s = mm_s
        self.is_silent = is_silent
        self.overflowed = False
        self.fullest = 0
        self.pen_down = False
        self.at = (0, 0)
        self.lines: list[list[tuple[int, int]]] = []
        self.texts: list[str] = []
        self._buffer = b""
        self._says = b""
        self._busy_s = 0.0
        self._doing: Callable[[], None] = lambda: None
        self._plug = 0

    def plug_in(self) -> int:
        self._plug += 1
        return self._plug

    def connected(self, plug: int) -> bool:
        return plug == self._plug

    def unplug(self) -> None:
        self._plug += 1

    def receive(self, data: bytes) -> None:
        for part in re.findall(rb"\x1b\.[BK(]|[^\x1b]+", data):
            if part == b"\x1b.B":
                self._answer(str(BUFFER - len(self._buffer)))
            elif part == b"\x1b.K":
                self._buffer, self._busy_s, self._doing = b"", 0.0, lambda: None
            elif part != b"\x1b.(":
                self.overflowed = self.overflowed or len(self._buffer) + len(part) > BUFFER
                self._buffer = (self._buffer + part)[:BUFFER]
                self.fullest = max(self.fullest, len(self._buffer))
        self.run()

    def take(self) -> bytes:
        said, self._says = self._says, b""
        return said

    def next_event_s(self) -> float:
        return self._busy_s or math.inf

    def run(self) -> None:
        while True:
            if self._busy_s and self.clock.now() < self._busy_s:
                return
            begins_s, self._busy_s = self._busy_s or self.clock.now(), 0.0
            self._doing()
            self._doing = lambda: None
            text, found, self._buffer = self._buffer.partition(b";")
            if not found:
                self._buffer = text
                return
            self._begin(text.decode(), begins_s)

    def _begin(self, text: str, begins_s: float) -> None:
        self.texts.append(text)
        if text in ("PU", "PD"):
            self._busy_s, self._doing = begins_s + 0.1, lambda: self._move_pen(down=text == "PD")
        elif text == "OA":
            self._answer(f"{self.at[0]},{self.at[1]},{int(self.pen_down)}")
        elif text.startswith("PA"):
            x, y = map(int, text[2:].split(","))
            self._busy_s = begins_s + math.dist(self.at, (x, y)) / 40.0 / self.mm_s + 1e-6
            self._doing = lambda: self._go((x, y))

    def _move_pen(self, *, down: bool) -> None:
        if down and not self.pen_down:
            self.lines.append([self.at])
        self.pen_down = down

    def _go(self, place: tuple[int, int]) -> None:
        self.at = place
        if self.pen_down:
            self.lines[-1].append(place)

    def _answer(self, text: str) -> None:
        if not self.is_silent:
            self._says += text.encode() + b"\r"


def sheet() -> Strokes:
    angle = np.linspace(0.0, 2.0 * np.pi, 200)
    ring = 30.0 + 20.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Strokes.from_polylines(
        [ring, [[60.0, 20.0], [90.0, 20.0], [90.0, 45.0]], [[70.0, 60.0]], [[10, 70], [99, 71]]]
    )


class Bench:
    def __init__(self, folder: Path, mm_s: float = 100.0, *, is_silent: bool = False, **parameters: Any) -> None:
        self.clock = VirtualClock()
        self.machine = SlowPlotter(self.clock, mm_s, is_silent=is_silent)
        self.parameters = HpglParameters(**parameters)
        profile = HpglPlotter().machine(self.parameters)
        self.pen = PenSetup(profile.servo)
        self.job = plan_job([Layer(Pen(), sheet())], profile, self.pen)
        self.path = folder / "plot.journal"
        self.control = Control()
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _: None

    def connect(self) -> Hpgl:
        return HpglPlotter().connect(MemoryTransport(self.machine), self.clock, self.parameters)  # type: ignore[arg-type]

    def plot(self) -> None:
        journal = Journal.create(self.path, Header(self.job.fingerprint, 7, {}))
        self._run(self.connect(), journal, None)

    def resume(self) -> None:
        self.control = Control()
        plotter, (header, trace) = self.connect(), read_journal(self.path)
        with pytest.raises(HomeNeededError):
            find_place(self.job, header, trace, plotter, home_confirmed=False, whole_stroke=False)
        found = find_place(self.job, header, trace, plotter, home_confirmed=True, whole_stroke=False)
        self._run(plotter, Journal.reopen(self.path), found)

    def _run(self, plotter: Hpgl, journal: Journal, found: Any) -> None:
        def report(event: Event) -> None:
            self.events.append(event)
            self.on_event(event)

        try:
            Runner(self.job, plotter, journal, 7, self.control, self.clock, report).run(found)
        finally:
            journal.close()
            plotter.close()
            self.clock.sleep(60.0)
            self.machine.run()

    def drawn_mm(self) -> list[Floats]:
        lines = [np.array(line) / 40.0 for line in self.machine.lines]
        return [np.stack([line[:, 0], HEIGHT_MM - line[:, 1]], axis=1) for line in lines]


def check_drawn(drawn: list[Floats], strokes: Strokes) -> None:
    wanted = strokes.polylines()
    assert len(drawn) == len(wanted)
    for line, expected in zip(drawn, wanted, strict=True):
        corners = np.asarray(expected)
        for points, others in ((line, finely(corners)), (corners, finely(line))):
            assert max(np.hypot(*(others - point).T).min() for point in points) < 0.06


def finely(line: Floats) -> Floats:
    pieces = [np.linspace(a, b, 1 + int(np.hypot(*(b - a)) * 20)) for a, b in itertools.pairwise(line)]
    return np.concatenate([line[:1], *pieces])


@pytest.mark.parametrize("mm_s", [30.0, 400.0])
def test_a_sheet_is_drawn_whatever_the_pace(mm_s: float, tmp_path: Path) -> None:
    bench = Bench(tmp_path, mm_s)
    bench.plot()
    check_drawn(bench.drawn_mm(), sheet())
    assert not bench.machine.overflowed
    assert not bench.machine.pen_down
    assert bench.machine.texts[:3] == ["IN", "SP1", "PU"]
    assert bench.machine.texts[-1] == "SP0"
    assert "VS10" in bench.machine.texts
    assert bench.machine.at == (0, round(HEIGHT_MM * 40))
    assert bench.events[-1] == StateChanged(State.DONE)


def fill(plotter: Hpgl, count: int = 400) -> None:
    """More moves than fit, without asking whether there is room."""
    for number in range(count):
        place = (float(10 + number % 100), float(20 + number % 50))
        plotter.move(Block((0, 0), 1, (0, 0), (0, 0), place, 0.02, 100.0))


def test_what_does_not_fit_waits(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    plotter = bench.connect()
    fill(plotter)
    assert bench.machine.fullest > 0.9 * BUFFER
    assert plotter.status().outstanding > 300
    for _ in range(100_000):
        if not plotter.status().outstanding:
            break
        bench.clock.sleep(0.01)
    assert sum(text.startswith("PA") for text in bench.machine.texts) == 400
    assert not bench.machine.overflowed


def test_the_emulated_buffer_runs_over_when_driven_blindly(tmp_path: Path) -> None:
    bench = Bench(tmp_path, handshake="hardware")  # in memory there is no wire that would hold data up
    fill(bench.connect())
    assert bench.machine.overflowed


def test_a_plotter_that_never_answers_is_driven_by_time(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 100.0, is_silent=True, handshake="hardware", max_speed=80, acceleration=500)
    bench.plot()
    check_drawn(bench.drawn_mm(), sheet())
    assert not bench.machine.overflowed


def test_stop_forgets_the_buffer_and_lifts_the_pen(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 40.0)
    bench.on_event = lambda event: bench.control.stop() if isinstance(event, Progress) and event.strokes == 1 else None
    with pytest.raises(StoppedError):
        bench.plot()
    assert not bench.machine.pen_down
    assert len(bench.machine.lines) <= 2
    bench.machine.lines.clear()
    bench.on_event = lambda _: None
    bench.resume()
    check_drawn(bench.drawn_mm(), Strokes.from_polylines(sheet().polylines()[1:]))


def test_an_emergency_knows_where_it_stands(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 50.0)

    def act(event: Event) -> None:
        if isinstance(event, Progress) and event.strokes == 1:
            bench.control.pause(Pause.EMERGENCY)
        if isinstance(event, StateChanged) and event.state is State.PAUSED:
            assert not bench.machine.pen_down
            bench.control.resume()

    bench.on_event = act
    bench.plot()
    assert StateChanged(State.PAUSED, "paused at once") in bench.events
    ink = np.concatenate([finely(line) for line in bench.drawn_mm()])
    for line in sheet().polylines():
        assert max(np.hypot(*(ink - point).T).min() for point in finely(np.asarray(line))) < 0.1


def test_a_pulled_cable(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.on_event = lambda event: bench.machine.unplug() if isinstance(event, Progress) else None
    with pytest.raises(PortLostError, match="gone"):
        bench.plot()
    bench.machine.lines.clear()
    bench.on_event = lambda _: None
    bench.resume()
    check_drawn(bench.drawn_mm(), Strokes.from_polylines(sheet().polylines()[1:]))


def test_nothing_answers(tmp_path: Path) -> None:
    bench = Bench(tmp_path, is_silent=True)
    with pytest.raises(
        PlotterError, match=r"no HP-GL plotter on simulated plotter answers; check its power and --baud"
    ):
        bench.connect()


def test_the_line_holds_data_up_as_it_is_told() -> None:
    driver = HpglPlotter()
    ask, hardware, xon = (
        driver.line(HpglParameters(handshake=how, baud=2400)) for how in ("ask", "hardware", "xon-xoff")
    )
    assert (ask.baud, ask.rts_cts, ask.xon_xoff) == (2400, False, False)
    assert (hardware.rts_cts, xon.xon_xoff) == (True, True)
