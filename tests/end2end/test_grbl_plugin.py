"""Plotting with the GRBL plugin, on its own emulated board: through our runner, and from the command line."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchdesign.cli.main import run
from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import PlotterError
from sketchdesign.output.files import write_drawing
from sketchdesign.plotter.clock import RealClock, VirtualClock
from sketchdesign.plotter.control import Control, Event, Pause, Progress, State, StateChanged
from sketchdesign.plotter.emulator.memory import MemoryTransport
from sketchdesign.plotter.emulator.pty_server import PtyServer
from sketchdesign.plotter.journal import read_journal
from sketchdesign.plotter.recovery import HomeNeededError
from sketchdesign.plotter.runner import LeftError, StoppedError
from sketchdesign.services.plot.planning import Plotting, prepare_drawing
from sketchdesign.services.plot.run import plot_new, resume
from sketchdesign.services.plot.settings import PlotSettings
from sketchdesign.services.plugins.registry import find_plugin

Floats = NDArray[np.float64]
Invoke = Callable[..., dict[str, Any]]

DOWN_S = 550.0
"""Between the S of the raised pen, 400, and of the lowered one, 700."""


@pytest.fixture
def plugin(installed_plugins: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The plugin's emulator, with the plugin installed."""
    monkeypatch.syspath_prepend(str(installed_plugins))
    importlib.invalidate_caches()
    yield importlib.import_module("sketchdesign_grbl.emulator")
    for name in [name for name in sys.modules if name.startswith("sketchdesign_grbl")]:
        del sys.modules[name]


def sheet() -> Strokes:
    """Curves, corners, a long line, a dot: apart from each other."""
    angle = np.linspace(0.0, 1.9 * np.pi, 90)
    ring = 20.0 + 9.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    star = np.array([[40.0, 10.0], [58.0, 28.0], [40.0, 28.0], [58.0, 10.0]])
    zigzag = np.stack([np.linspace(5.0, 60.0, 40), 40.0 + 3.0 * (np.arange(40) % 2)], axis=1)
    return Strokes.from_polylines([ring, star, [[5.0, 50.0], [120.0, 51.3]], [[70.0, 20.0]], zigzag])


class Bench:
    """One machine and one drawing, plotted in as many sittings as it takes."""

    def __init__(
        self, emulator: Any, folder: Path, strokes: Strokes, speed_mm_s: float = 0.0, **parameters: Any
    ) -> None:
        self.clock = VirtualClock()
        self.board = emulator.GrblBoard(self.clock, place=(37.25, 91.5, 3.0))
        self.home = self.board.place
        drawing = Drawing(Page(150, 100), (Layer(Pen(), strokes),))
        self.settings = PlotSettings(driver="grbl", speed_mm_s=speed_mm_s, parameters=parameters)
        self.plotting: Plotting = prepare_drawing(drawing, self.settings)
        self.journal = folder / "plot.journal"
        self.control = Control()
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _: None

    def plot(self) -> None:
        plot_new(self.plotting, self.connect(), self.journal, self.control, self._hear, self.clock)

    def resume(self) -> None:
        """Carry the carriage home, then go on."""
        self.control = Control()
        self.board.run()
        self.board.place = self.home
        plotter = self.connect()
        resume(self.plotting, plotter, self.journal, self.control, self._hear, self.clock, home_confirmed=True)

    def connect(self) -> Any:
        driver = find_plugin("plotter", "grbl").target
        parameters = driver.Parameters(**self.settings.parameters)
        return driver.connect(MemoryTransport(self.board, "grbl"), self.clock, parameters)

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    @property
    def is_down(self) -> bool:
        return self.board.spindle is not None and self.board.spindle > DOWN_S

    def on_paper(self) -> list[Floats]:
        """Each line that the pen drew, in mm on the page, where Y of the machine grows upwards."""
        lines: list[list[tuple[float, float, float]]] = []
        for way in self.board.drawn:
            if way.spindle is None or way.spindle < DOWN_S:
                continue
            if not lines or lines[-1][-1] != way.begin:
                lines.append([way.begin])
            lines[-1].append(way.end)
        return [(np.array(line)[:, :2] - self.home[:2]) * [1.0, -1.0] for line in lines]


def off_line(points: Floats, line: Floats) -> float:
    """The largest distance of points from a line."""
    begins, steps = line[:-1], np.diff(line, axis=0)
    square = np.maximum((steps**2).sum(axis=1), 1e-12)
    share = np.clip(((points[:, None] - begins) * steps).sum(axis=2) / square, 0.0, 1.0)
    away = np.hypot(*np.moveaxis(points[:, None] - begins - share[..., None] * steps, 2, 0))
    return float(away.min(axis=1).max())


def finely(line: Floats) -> Floats:
    return np.concatenate([np.linspace(a, b, 50) for a, b in itertools.pairwise(line)])


def check_drawn(bench: Bench, strokes: Strokes, tolerance_mm: float = 0.01) -> None:
    """What is on the paper is the drawing: the same lines in the same order, and not a dot of ink more."""
    wanted = [np.asarray(line) for line in strokes.polylines() if len(line) > 1]
    lines = bench.on_paper()
    assert len(lines) == len(wanted)
    for line, expected in zip(lines, wanted, strict=True):
        assert off_line(finely(line), expected) <= tolerance_mm
        assert off_line(finely(expected), line) <= tolerance_mm


def test_a_sheet_is_drawn_as_it_is(plugin: Any, tmp_path: Path) -> None:
    strokes = sheet()
    bench = Bench(plugin, tmp_path, strokes)
    bench.board.settings |= {100: 250, 101: 250}
    bench.plot()
    check_drawn(bench, strokes)
    drops = [place for spindle, place in bench.board.spindles if spindle is not None and spindle > DOWN_S]
    starts = (np.array(drops)[:, :2] - bench.home[:2]) * [1.0, -1.0]
    assert starts == pytest.approx(strokes.points[strokes.offsets[:-1]], abs=0.01)
    assert not bench.board.overflowed
    assert 90 <= bench.board.most_bytes <= 127
    assert not bench.is_down
    assert bench.board.place == pytest.approx(bench.home, abs=0.005)
    assert bench.board.settings[10] == 1  # as it was found
    assert bench.events[-1] == StateChanged(State.DONE)


def test_lines_are_sent_whole_and_not_in_slices_of_time(plugin: Any, tmp_path: Path) -> None:
    bench = Bench(plugin, tmp_path, Strokes.from_polylines([[[5.0, 5.0], [6.0, 5.0], [6.0, 5.5], [5.5, 5.25]]]))
    bench.plot()
    moves = [line for line in bench.board.lines if line.startswith("G53G1")]
    drawn = [line for line in moves if line.endswith("F3000")]
    assert drawn == ["G53G1X6Y-5F3000", "G53G1X6Y-5.5F3000", "G53G1X5.5Y-5.25F3000"]
    assert all(line.endswith("F6000") for line in moves if line not in drawn)


def plotting_seconds(bench: Bench) -> float:
    """The machine's time from the first move to the end of the last, without finding home and setting up."""
    begun: list[float] = []
    moved: list[float] = []

    def note(line: str) -> None:
        if line.startswith("G53G1"):
            begun.append(bench.clock.now())

    bench.board.on_line = note
    bench.on_event = lambda event: moved.append(bench.board.rested_s) if event == StateChanged(State.DONE) else None
    bench.plot()
    return moved[0] - begun[0]


@pytest.mark.parametrize(
    ("speed", "max_speed", "acceleration"), [(50.0, 100.0, 500.0), (50.0, 130.0, 150.0), (90.0, 130.0, 1000.0)]
)
def test_the_time_is_foretold_to_a_hundredth(
    speed: float, max_speed: float, acceleration: float, plugin: Any, tmp_path: Path
) -> None:
    bench = Bench(plugin, tmp_path, sheet(), speed_mm_s=speed, max_speed=max_speed, acceleration=acceleration)
    bench.board.settings |= {120: acceleration, 121: acceleration}
    assert plotting_seconds(bench) == pytest.approx(bench.plotting.job.duration_s, rel=0.01)


@pytest.mark.parametrize(("x_axis", "y_axis"), [("left", "up"), ("right", "down"), ("left", "down")])
def test_axes_that_grow_the_other_way(x_axis: str, y_axis: str, plugin: Any, tmp_path: Path) -> None:
    bench = Bench(plugin, tmp_path, Strokes.from_polylines([[[5.0, 8.0], [9.0, 8.0]]]), x_axis=x_axis, y_axis=y_axis)
    bench.plot()
    way = [way for way in bench.board.drawn if way.spindle is not None and way.spindle > DOWN_S][-1]
    signs = np.array([1.0 if x_axis == "right" else -1.0, 1.0 if y_axis == "down" else -1.0])
    assert (np.array(way.end[:2]) - bench.home[:2]) * signs == pytest.approx([9.0, 8.0], abs=0.01)


def test_a_pen_on_a_z_axis(plugin: Any, tmp_path: Path) -> None:
    bench = Bench(plugin, tmp_path, sheet(), pen="z-axis", z_low_mm=-1.0, z_high_mm=4.0)
    bench.plot()
    down_z, up_z = -1.0 + 5.0 * 0.3, -1.0 + 5.0 * 0.6
    level = [way for way in bench.board.drawn if way.begin[2] == way.end[2]]
    below = [way for way in level if way.begin[2] - bench.home[2] == pytest.approx(down_z)]
    above = [way for way in level if way.begin[2] - bench.home[2] == pytest.approx(up_z)]
    assert len(below) + len(above) == len(level)
    length = sum(np.hypot(way.end[0] - way.begin[0], way.end[1] - way.begin[1]) for way in below)
    assert length == pytest.approx(bench.plotting.job.layers[0].plan.pen_down_mm, abs=0.05)
    assert not [spindle for spindle, _ in bench.board.spindles if spindle is not None]


def test_stop_lifts_the_pen_and_keeps_the_rest(plugin: Any, tmp_path: Path) -> None:
    strokes = sheet()
    bench = Bench(plugin, tmp_path, strokes)
    asked: list[float] = []

    def stop_in_the_ring(line: str) -> None:
        if len([each for each in bench.board.lines if each.startswith("G53G1")]) == 30 and not asked:
            asked.append(bench.clock.now())
            bench.control.stop()

    bench.board.on_line = stop_in_the_ring
    with pytest.raises(StoppedError):
        bench.plot()
    assert asked
    assert bench.clock.now() - asked[0] < 0.6
    assert not bench.is_down
    assert bench.board.state == "Idle"  # it came to rest before it was reset, and knows where it is
    (part,) = bench.on_paper()
    assert off_line(finely(part), strokes.points[:90]) <= 0.02
    bench.resume()  # in the middle of the stroke, where it knows that it stopped
    check_drawn_in_two_parts(bench, strokes)


def check_drawn_in_two_parts(bench: Bench, strokes: Strokes) -> None:
    """All of the drawing, the first stroke in two parts with at most 0.2 mm twice and no gap."""
    first, second, *others = bench.on_paper()
    ring = np.asarray(strokes.polylines()[0])
    assert off_line(finely(first), ring) <= 0.02
    assert off_line(finely(second), ring) <= 0.02
    lengths = [float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in (first, second, ring)]
    assert min(lengths[:2]) > 5.0
    assert -0.05 <= lengths[0] + lengths[1] - lengths[2] <= 0.2
    wanted = [np.asarray(line) for line in strokes.polylines()[1:] if len(line) > 1]
    assert len(others) == len(wanted)
    assert all(off_line(finely(line), expected) <= 0.02 for line, expected in zip(others, wanted, strict=True))


def test_who_leaves_in_a_pause_goes_on_in_the_middle_of_the_stroke(plugin: Any, tmp_path: Path) -> None:
    strokes = sheet()
    bench = Bench(plugin, tmp_path, strokes)

    def leave(line: str) -> None:
        if len([each for each in bench.board.lines if each.startswith("G53G1")]) == 30:
            bench.control.leave()

    bench.board.on_line = leave
    with pytest.raises(LeftError):
        bench.plot()
    bench.board.on_line = lambda _: None
    bench.resume()
    drops = [place for spindle, place in bench.board.spindles if spindle is not None and spindle > DOWN_S]
    assert len(drops) == len(strokes) + 1
    check_drawn(bench, strokes, 0.02)  # the two parts meet exactly


@pytest.mark.parametrize("stroke", [1, 2, 4])
def test_an_alarm_in_a_stroke_and_the_rest_after_homing(stroke: int, plugin: Any, tmp_path: Path) -> None:
    strokes = sheet()
    bench = Bench(plugin, tmp_path, strokes)

    def hit_a_switch(line: str) -> None:
        drops = sum(spindle is not None and spindle > DOWN_S for spindle, _ in bench.board.spindles)
        if drops == stroke + 1 and line.startswith("G53G1") and bench.is_down:
            bench.board.on_line = lambda _: None
            bench.clock.sleep(0.2)
            bench.board.alarm(1)

    bench.board.on_line = hit_a_switch
    with pytest.raises(PlotterError, match=r"a limit switch was hit \(ALARM:1\); move the carriage to its home"):
        bench.plot()
    assert bench.board.state == "Alarm"
    assert "$X" not in bench.board.lines  # nobody asked for it
    assert read_journal(bench.journal)[1].place.stroke == stroke
    bench.board.drawn.clear()
    bench.resume()
    check_drawn(bench, Strokes.from_polylines(strokes.polylines()[stroke:]), 0.02)
    assert read_journal(bench.journal)[1].complete


def test_a_machine_that_may_be_unlocked_lifts_its_pen_after_an_alarm(plugin: Any, tmp_path: Path) -> None:
    bench = Bench(plugin, tmp_path, sheet(), unlock=True)
    bench.board.on_line = lambda _: bench.board.alarm(1) if bench.is_down else None
    with pytest.raises(PlotterError, match="a limit switch"):
        bench.plot()
    assert bench.board.lines[-4:] == ["$X", "M3S400", "G4P0.131", "$10=1"]
    assert not bench.is_down


def test_nothing_is_resumed_before_a_person_confirms_home(plugin: Any, tmp_path: Path) -> None:
    bench = Bench(plugin, tmp_path, sheet())
    bench.on_event = lambda event: bench.control.stop() if isinstance(event, Progress) else None
    with pytest.raises(StoppedError):
        bench.plot()
    before = len(bench.board.drawn)
    with pytest.raises(HomeNeededError):
        resume(bench.plotting, bench.connect(), bench.journal, Control(), bench.events.append, bench.clock)
    assert len(bench.board.drawn) == before


def test_a_pulled_cable_draws_no_stroke_a_second_time_that_was_finished(plugin: Any, tmp_path: Path) -> None:
    strokes = sheet()
    bench = Bench(plugin, tmp_path, strokes)

    def pull(event: Event) -> None:
        if isinstance(event, Progress) and event.strokes == 3:
            bench.board.unplug()

    bench.on_event = pull
    with pytest.raises(PlotterError, match="gone"):
        bench.plot()
    bench.on_event = lambda _: None
    bench.clock.sleep(30.0)
    bench.board.run()
    bench.board.drawn.clear()
    bench.resume()
    check_drawn(bench, Strokes.from_polylines(strokes.polylines()[3:]), 0.02)


class KilledError(BaseException):
    """The end of the process, which nobody catches."""


@pytest.mark.parametrize("seed", range(12))
def test_random_faults_lose_no_stroke_and_repeat_none_that_was_finished(seed: int, plugin: Any, tmp_path: Path) -> None:
    strokes = sheet()
    bench = Bench(plugin, tmp_path, strokes)
    rng = np.random.default_rng(seed)
    faults: list[str] = []
    finished: set[int] = set()
    on_paper: set[int] = {3}  # a dot leaves no line

    def strike(line: str) -> None:
        if len(faults) < 4 and line and not line.startswith("$") and rng.random() < 0.015:
            faults.append(str(rng.choice(["alarm", "power", "cable", "kill"])))
            match faults[-1]:
                case "alarm":
                    bench.board.alarm(1)
                case "power":
                    bench.board.boot()
                case "cable":
                    bench.board.unplug()
                case _:
                    raise KilledError

    bench.board.on_line = strike
    sitting = bench.plot
    for _ in range(6):
        bench.board.drawn = []
        bench.events.clear()
        with contextlib.suppress(PlotterError, KilledError):
            sitting()
        bench.clock.sleep(10.0)
        bench.board.on_line = lambda _: None
        bench.board.run()
        bench.board.on_line = strike
        lines = [line for line in bench.on_paper() if np.ptp(line, axis=0).max() > 0.05]
        whole = [
            number
            for number, stroke in enumerate(strokes.polylines())
            if any(len(stroke) > 1 and off_line(np.asarray(stroke), line) < 0.02 for line in lines)
        ]
        assert not finished & set(whole)
        on_paper |= set(whole)
        finished |= {event.strokes - 1 for event in bench.events if isinstance(event, Progress)}
        assert finished <= on_paper
        if read_journal(bench.journal)[1].complete:
            break
        bench.control = Control()
        sitting = bench.resume
    assert read_journal(bench.journal)[1].complete
    assert on_paper == set(range(len(strokes)))


@pytest.mark.parametrize("when", list(Pause))
def test_pause_and_resume_leave_no_gap(when: Pause, plugin: Any, tmp_path: Path) -> None:
    strokes = sheet()
    bench = Bench(plugin, tmp_path, strokes)
    asked: list[str] = []

    def pause(line: str) -> None:
        if not asked and len(bench.board.lines) == 50:
            asked.append(line)
            bench.control.pause(when)

    def go_on(event: Event) -> None:
        if isinstance(event, StateChanged) and event.state is State.PAUSED:
            assert not bench.is_down
            bench.control.resume()

    bench.board.on_line, bench.on_event = pause, go_on
    bench.plot()
    lines = bench.on_paper()
    ink = np.concatenate([finely(line) for line in lines])
    for stroke in strokes.polylines():
        if len(stroke) > 1:
            wanted = finely(np.asarray(stroke))
            nearest = np.array([np.hypot(*(ink - point).T).min() for point in wanted])
            assert nearest.max() <= 0.05 + 0.1  # the ink is sampled
    assert sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines) == pytest.approx(
        bench.plotting.job.layers[0].plan.pen_down_mm, abs=0.3
    )
    assert StateChanged(State.PAUSED, "paused at once" if when is Pause.EMERGENCY else "paused") in bench.events


def test_a_line_that_is_refused_stops_everything(plugin: Any, tmp_path: Path) -> None:
    bench = Bench(plugin, tmp_path, sheet())
    bench.board.refused.add("M3S700")
    with pytest.raises(PlotterError, match=r"refuses M3S700: the command is not supported \(error:20\)"):
        bench.plot()
    assert not bench.is_down
    assert not bench.on_paper()


def test_homing_with_switches(plugin: Any, tmp_path: Path) -> None:
    strokes = Strokes.from_polylines([[[5.0, 8.0], [9.0, 8.0]]])
    bench = Bench(plugin, tmp_path, strokes, homing="switches", y_axis="down")
    bench.board.settings |= {22: 1}
    bench.plot()
    assert bench.board.lines.index("$H") < bench.board.lines.index("G21")
    way = next(way for way in bench.board.drawn if way.spindle is not None and way.spindle > DOWN_S)
    assert way.begin[:2] == pytest.approx((5.0, 8.0), abs=0.01)


@pytest.mark.parametrize(
    ("settings", "parameters", "message"),
    [
        ({32: 1}, {}, "set up as a laser"),
        ({13: 1}, {}, "reports inches"),
        ({20: 1}, {"width_mm": 500}, r"reaches 400 x 300 mm, less than 500 x 200 mm"),
        ({22: 1}, {}, "is locked after an alarm; see what stopped it"),
    ],
)
def test_a_machine_that_is_set_up_wrong(
    settings: dict[int, float], parameters: dict[str, Any], message: str, plugin: Any, tmp_path: Path
) -> None:
    bench = Bench(plugin, tmp_path, sheet(), **parameters)
    bench.board.settings |= settings
    with pytest.raises(PlotterError, match=message):
        bench.connect()
    assert not bench.board.drawn


def test_soft_limits_stop_what_lies_outside(plugin: Any, tmp_path: Path) -> None:
    bench = Bench(plugin, tmp_path, sheet())
    bench.board.settings |= {20: 1}  # counts from where it booted: all of the drawing is outside
    with pytest.raises(PlotterError, match=r"a move would leave its reach \(ALARM:2\)"):
        bench.plot()
    assert not bench.on_paper()


class Babble:
    """Something else than GRBL."""

    name = "modem"

    def __init__(self, clock: VirtualClock, says: bytes) -> None:
        self._clock, self._says = clock, says

    def write(self, data: bytes) -> None:
        pass

    def read(self, timeout_s: float) -> bytes:
        self._clock.sleep(timeout_s)
        return self._says if timeout_s else b""

    def close(self) -> None:
        pass


@pytest.mark.parametrize("says", [b"", b"\xff\x00NO CARRIER\r\n", b"<Idle|MPos:x>\r\n", b"EBBv13 Firmware"])
def test_another_device(says: bytes, plugin: Any) -> None:
    driver, clock = find_plugin("plotter", "grbl").target, VirtualClock()
    with pytest.raises(PlotterError, match="the device on modem is no machine under GRBL"):
        driver.connect(Babble(clock, says), clock, driver.Parameters())
    assert clock.now() < 10.0


def test_the_emulator_loses_what_its_receiver_cannot_hold(plugin: Any) -> None:
    board = plugin.GrblBoard(VirtualClock())
    board.plug_in()
    board.take()
    board.receive(b"G4P5\n")
    board.receive(b"G53G1X1Y1F100\n" * 9)
    assert not board.overflowed
    board.receive(b"?")
    assert b"<Idle|" in board.take()
    board.receive(b"G21\n")
    assert board.overflowed


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_from_the_command_line(plugin: Any, tmp_path: Path, invoke: Invoke, capsys: pytest.CaptureFixture[str]) -> None:
    strokes = Strokes.from_polylines([[[2.0, 2.0], [8.0, 2.0]], [[2.0, 5.0], [8.0, 5.0]]])
    path = tmp_path / "lines.svg"
    write_drawing(Drawing(Page(30, 20), (Layer(Pen(), strokes),)), path)
    words = ["plot", path, "--driver", "grbl", "--width", "5cm", "--height", "4cm"]
    assert invoke(*words, "--dry-run")["machine"] == "grbl"
    assert run([*map(str, words), "--dry-run", "--width", "5mm"]) == 2
    assert "--width" in capsys.readouterr().err
    assert run([*map(str, words), "--dry-run", "--pen", "claw"]) == 2
    assert "'claw' cannot be used for --pen" in capsys.readouterr().err
    assert run([*map(str, words)]) == 2
    assert "--port" in capsys.readouterr().err
    board = plugin.GrblBoard(RealClock())
    with PtyServer(board) as server:
        assert invoke(*words, "--port", server.port)["state"] == "done"
    assert [round(way.end[0]) for way in board.drawn if (way.spindle or 0.0) > DOWN_S][-1] == 8
    assert not board.overflowed


def test_the_drivers_options_are_shown_and_checked(plugin: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plot", "--driver", "grbl", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "--pen <str> What lifts the pen: servo or z-axis. [default: servo]" in text
    assert "--speed" in text
    assert run(["plot", "--help"]) == 0
    assert "z-axis" not in capsys.readouterr().out
    assert run(["plot", "a.svg", "--driver", "grbi", "--dry-run"]) == 2
    assert "did you mean grbl?" in capsys.readouterr().err
