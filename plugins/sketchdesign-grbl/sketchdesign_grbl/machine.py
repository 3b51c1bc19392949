"""A pen plotter under GRBL 1.1, as sketchdesign drives it.

GRBL plans its speeds itself: it gets straight lines. Most boards forget where they are when their port is opened, so a
plot that broke off is resumed from home: in the middle of a stroke where the machine came to rest and said where, and
from the beginning of the stroke where it was cut off without a word.
"""

from __future__ import annotations

import contextlib
from collections import deque

from sketchdesign.api import Block, Clock, PenSetup, PlotterError, Status, Transport
from sketchdesign_grbl.messages import Report, parse_buffers, parse_settings, said
from sketchdesign_grbl.progress import Progress
from sketchdesign_grbl.setup import Point, Setup, Steps, steps_at
from sketchdesign_grbl.stream import ANSWER_S, HOLD, RESET, Stream

_GREETING_S = 1.2
_BOOT_S = 4.0
_REPORT_S = 0.1
_ANXIOUS_REPORT_S = 0.02
_STOP_S = 3.0
_HOMING_S = 120.0
_BEHIND_PLANNER = 3

_SHOWN, _INCHES, _SOFT_LIMITS, _LASER, _STEPS, _RATES, _REACHES = 10, 13, 20, 32, (100, 101), (110, 111), (130, 131)
_SHOWS_BUFFERS = 2
_USUAL_STEPS_PER_MM = 80.0
_OFF_STEPS = 2.0
"""How far from its target, in its own steps, a machine may come to rest: it rounds to them, and to 0.001 mm."""

_RESUME = "move the carriage to its home corner and resume with --home-confirmed"


class Grbl:
    """A machine on a port, see `Plotter`."""

    def __init__(self, transport: Transport, clock: Clock, setup: Setup) -> None:
        self.name = transport.name
        self.ramps = True
        self.capacity = 15
        self._clock = clock
        self._setup = setup
        self._stream = Stream(transport, clock)
        self._stream.on_report = self._heard
        self._progress = Progress()
        self._settings: dict[int, float] = {}
        self._planner = 15
        self._shown_before: int | None = None
        self._is_greeted = False
        self._heard_s = float("-inf")
        self._pen: PenSetup | None = None
        self._pen_up = True
        self._pens: deque[tuple[int, bool]] = deque()
        self._home: Point | None = None
        self._target: Point | None = None

    def connect(self) -> None:
        """Find out what it is and how it is set; nothing moves.

        Raises:
            PlotterError: it is something else, is busy or locked, or is set so that it cannot plot.
        """
        if not self._is_greeted:
            self._greet()
        sizes = parse_buffers(self._stream.ask("$I"))
        if sizes is not None:
            self._planner, self._stream.room = sizes[0], sizes[1] - 1
        self.capacity = self._planner + _BEHIND_PLANNER
        self._settings = parse_settings(self._stream.ask("$$"))
        self._check_settings()
        state = self._stream.fresh_report().state
        if state == "Alarm" and self._setup.may_unlock:
            self._stream.ask("$X")
        elif state == "Alarm" and not self._setup.has_switches:
            raise self._error("is locked after an alarm", "see what stopped it, then add --driver grbl --unlock")
        elif state not in ("Idle", "Alarm"):
            raise self._error(f"is busy ({state.lower()})", "wait until it is idle, or switch it off and on")

    def alive_since(self, mark: int) -> bool:
        """Never known: opening the port resets most boards, and nothing on them keeps a mark."""
        return False

    def start(self, pen: PenSetup, mark: int, *, at_home: bool, position: Steps | None = None) -> None:
        """See `Plotter.start`. A machine with switches finds its home now.

        Raises:
            PlotterError: it does not find home.
        """
        self.set_pen(pen)
        shown = int(self._settings.get(_SHOWN, 1))
        if not shown & _SHOWS_BUFFERS and self._shown_before is None:
            self._stream.ask(f"${_SHOWN}={shown | _SHOWS_BUFFERS}")
            self._shown_before = shown
        is_locked = self._stream.fresh_report().state == "Alarm"
        if is_locked:
            self._find_home()
        for line in ("G21", "G90", "G94", *self._setup.pen.lines(pen, up=True, wait_ms=pen.lift_ms)):
            self._stream.ask(line, ANSWER_S + pen.lift_ms / 1000.0)
        if at_home:
            if self._setup.has_switches and not is_locked:
                self._find_home()
            self._home, self._target = self._place(self._stream.fresh_report()), (0.0, 0.0)

    def set_pen(self, pen: PenSetup) -> None:
        self._pen = pen

    def move(self, block: Block) -> None:
        if self._home is None:
            raise self._error("does not know where home is", _RESUME)
        fastest = min(self._settings.get(number, 1e9) for number in _RATES) / 60.0
        line = self._setup.line_to(block.end_mm, self._home, min(block.top_mm_s, fastest))
        self._progress.add(self._stream.put(line), is_sync=False)
        self._target = block.end_mm

    def pen(self, *, up: bool, wait_ms: int) -> None:
        if self._pen is None:
            raise self._error("does not know the heights of its pen", "start a plot first")
        move, dwell = self._setup.pen.lines(self._pen, up=up, wait_ms=wait_ms)
        self._pens.append((self._stream.put(move), up))
        self._progress.add(self._stream.put(dwell), is_sync=True)

    def status(self) -> Status:
        """See `Plotter.status`.

        Raises:
            PlotterError: an alarm, an open door, a reset, or a line that was refused.
        """
        self._stream.pump()
        self._check_health()
        answered = self._stream.answered
        self._progress.note_answers(answered)
        while self._pens and self._pens[0][0] <= answered:
            self._pen_up = self._pens.popleft()[1]
        at_its_end = answered == self._stream.sent and self._progress.outstanding > 0
        if self._clock.now() - self._heard_s >= (_ANXIOUS_REPORT_S if at_its_end else _REPORT_S):
            self._stream.ask_report()
        outstanding = self._progress.outstanding
        return Status(outstanding, None if outstanding else self._position(), self._pen_up, False, True)

    def halt(self) -> Status:
        """Come to rest, then forget everything: only in this order is the position kept. Then lift the pen, which a
        machine that is locked after an alarm does not do unless it may be unlocked."""
        self._stream.forget()
        self._progress, self._target = Progress(), None
        self._pens.clear()
        stands_still = self._hold()
        position = self._position() if stands_still else None
        self._stream.send_now(RESET)
        self._stream.wait_for(lambda: bool(self._stream.banner))
        self._stream.forget()
        if self._stream.fresh_report().state == "Alarm":
            position = None
            if not self._setup.may_unlock:
                return Status(0, None, self._pen_up, False, True)
            self._stream.ask("$X")
        was_up, self._pen_up = self._pen_up, True
        if self._pen is not None:
            move, dwell = self._setup.pen.lines(self._pen, up=True, wait_ms=self._pen.lift_ms)
            self._stream.ask(move)
            self._stream.put(dwell)
        if position is None:
            self._home = None
        return Status(0, position, was_up, False, True)

    def motors_off(self) -> None:
        """GRBL lets go of its motors by itself, soon after they stand still; its setting $1 says when."""

    def close(self) -> None:
        with contextlib.suppress(PlotterError):
            if self._shown_before is not None:
                self._stream.ask(f"${_SHOWN}={self._shown_before}")
        self._stream.close()

    def _greet(self) -> None:
        """Wait until a board that was reset by opening the port has booted; one that was not is asked."""
        stream = self._stream
        end_s = self._clock.now() + _BOOT_S
        stream.comes(lambda: bool(stream.banner), _GREETING_S)
        while not stream.banner and stream.report is None:
            if self._clock.now() > end_s:
                raise PlotterError(
                    f"the device on {self.name} is no machine under GRBL, or is switched off",
                    hint="check the port and the power",
                )
            stream.send_now(b"?")
            stream.comes(lambda: bool(stream.banner) or stream.report is not None, 0.5)
        self._is_greeted = True
        with contextlib.suppress(PlotterError):
            stream.ask("")  # ends whatever another program may have begun
        stream.forget()

    def _check_settings(self) -> None:
        if self._settings.get(_INCHES):
            raise self._error("reports inches", f"set ${_INCHES}=0")
        if self._settings.get(_LASER) and not self._setup.pen.on_z:
            raise self._error("is set up as a laser, which a servo does not understand", f"set ${_LASER}=0")
        if self._settings.get(_SOFT_LIMITS):
            reach = tuple(self._settings.get(number, 0.0) for number in _REACHES)
            if any(has < needed for has, needed in zip(reach, self._setup.reach_mm, strict=True)):
                raise self._error(
                    f"reaches {reach[0]:g} x {reach[1]:g} mm, less than {self._setup.reach_mm[0]:g} x "
                    f"{self._setup.reach_mm[1]:g} mm",
                    "give its true size with --width and --height",
                )

    def _check_health(self) -> None:
        alarm, report = self._stream.alarm, self._stream.report
        if alarm:
            raise self._error(f"has stopped: {said('ALARM', alarm)}", _RESUME)
        if self._stream.banner:
            raise self._error("was switched off or reset", _RESUME)
        if report is not None and report.state in ("Alarm", "Door", "Sleep"):
            raise self._error(f"has stopped ({report.state.lower()})", _RESUME)

    def _hold(self) -> bool:
        """Slow down; returns whether it came to rest and still knows where."""
        end_s = self._clock.now() + _STOP_S
        self._stream.send_now(HOLD)
        while self._clock.now() < end_s:
            report = self._stream.fresh_report()
            if self._stream.alarm or self._stream.banner or report.state in ("Alarm", "Door", "Sleep"):
                return False
            if report.state == "Idle" or (report.state == "Hold" and report.stage == 0):
                return True
            self._stream.comes(lambda: False, _ANXIOUS_REPORT_S)
        return False

    def _find_home(self) -> None:
        self._stream.ask("$H", _HOMING_S)
        if self._stream.alarm:
            raise self._error(f"did not find home: {said('ALARM', self._stream.alarm)}", "check its switches")

    def _heard(self, report: Report) -> None:
        self._heard_s = self._clock.now()
        free = 0 if report.free_blocks is None else report.free_blocks
        used = max(0, self._planner - free)
        self._progress.note_report(self._heard_s, self._stream.answered, used, at_rest=report.state == "Idle")

    def _position(self) -> Steps | None:
        """Where it stands still: its target where that is as near as it can come."""
        if self._home is None or self._stream.report is None:
            return None
        there = self._setup.place_mm(self._place(self._stream.report), self._home)
        if self._target is not None:
            slack = [_OFF_STEPS / self._settings.get(number, _USUAL_STEPS_PER_MM) for number in _STEPS]
            near = (abs(a - b) <= room for a, b, room in zip(there, self._target, slack, strict=True))
            return steps_at(self._target) if all(near) else steps_at(there)
        return steps_at(there)

    def _place(self, report: Report) -> Point:
        place = self._stream.position(report)
        if place is None:
            raise self._error("does not say where it is", "set $10=3")
        return place[0], place[1]

    def _error(self, what: str, hint: str) -> PlotterError:
        return PlotterError(f"the GRBL machine on {self.name} {what}", hint=hint)
