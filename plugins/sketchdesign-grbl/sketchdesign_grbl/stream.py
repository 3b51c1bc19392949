"""Lines to GRBL and answers from it, counted so that its receiver never overflows.

GRBL answers each line when it has put it into its planner, in order. So many bytes of lines without an answer are
under way as its receiver holds; what does not fit waits here. Single bytes for instant requests are not counted.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable

from sketchdesign.api import Clock, PlotterError, Transport
from sketchdesign_grbl.messages import BANNER, Coordinates, Report, parse_report, said

ANSWER_S = 2.0
_POLL_S = 0.002
_MOST_NOISE = 4096
_MOST_READS = 32

STATUS, HOLD, RESET = b"?", b"!", b"\x18"


class Stream:
    """The line to one board.

    Attributes:
        name: the port.
        room: bytes that its receiver holds.
        sent, answered: lines, counted since `forget`.
        report: the last one.
        alarm: number of an alarm that it raised; 0 for none.
        banner: what it said when it booted last; "" until it did.
        on_report: told of each status report.
    """

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.name = transport.name
        self.room = 127
        self.sent = self.answered = 0
        self.report: Report | None = None
        self.alarm = 0
        self.banner = ""
        self.on_report: Callable[[Report], None] = lambda _: None
        self._transport = transport
        self._clock = clock
        self._waiting: deque[str] = deque()
        self._unanswered: deque[str] = deque()
        self._offset: Coordinates | None = None
        self._refusal: PlotterError | None = None
        self._said: list[str] = []
        self._buffer = b""
        self._asked_s: float | None = None

    def put(self, line: str) -> int:
        """Send a line as soon as there is room for it; returns its number, from 1."""
        self._waiting.append(line)
        self.sent += 1
        self.pump()
        return self.sent

    def pump(self) -> None:
        """Read what has come, and send what fits.

        Raises:
            PlotterError: a line was refused. What was sent behind it must not be executed: the machine is told to hold.
        """
        self._read(0.0)
        if self._refusal is not None:
            refusal, self._refusal = self._refusal, None
            raise refusal
        under_way = sum(len(line) + 1 for line in self._unanswered)
        while self._waiting and under_way + len(self._waiting[0]) + 1 <= self.room:
            line = self._waiting.popleft()
            self._unanswered.append(line)
            under_way += len(line) + 1
            self._transport.write(line.encode("ascii") + b"\n")

    def ask(self, line: str, timeout_s: float = ANSWER_S) -> list[str]:
        """Send a line while nothing else is under way, and wait for its answer; returns what was said before it.

        Raises:
            PlotterError: it was refused, or nothing came.
        """
        self._said = []
        number = self.put(line)
        self.wait_for(lambda: self.answered >= number or self.alarm > 0, timeout_s)
        return self._said

    def send_now(self, request: bytes) -> None:
        """Send a byte that is obeyed at once."""
        self._transport.write(request)

    def ask_report(self) -> None:
        """Ask for a status report, unless one is on its way.

        Raises:
            PlotterError: it does not come.
        """
        now_s = self._clock.now()
        if self._asked_s is None:
            self._asked_s = now_s
            self.send_now(STATUS)
        elif now_s - self._asked_s > ANSWER_S:
            raise self._silent()

    def fresh_report(self) -> Report:
        """A status report that was asked for now."""
        self._asked_s = self.report = None
        self.ask_report()
        self.wait_for(lambda: self.report is not None)
        assert self.report is not None
        return self.report

    def wait_for(self, happened: Callable[[], bool], timeout_s: float = ANSWER_S) -> None:
        """Let time pass until something has happened.

        Raises:
            PlotterError: it does not in time, or a line was refused.
        """
        if not self.comes(happened, timeout_s):
            raise self._silent()

    def comes(self, happened: Callable[[], bool], timeout_s: float) -> bool:
        """Whether something happens within a time."""
        end_s = self._clock.now() + timeout_s
        while not happened():
            if self._clock.now() >= end_s:
                return False
            self._read(_POLL_S)
            self.pump()
        return True

    def forget(self) -> None:
        """The machine has forgotten all lines, and so do we."""
        self._waiting.clear()
        self._unanswered.clear()
        self.sent = self.answered = self.alarm = 0
        self.banner = ""
        self._asked_s = self.report = self._refusal = None

    def position(self, report: Report) -> Coordinates | None:
        """Where a report says that the machine is, in machine coordinates; None as long as it did not tell."""
        if report.machine is not None:
            return report.machine
        if report.work is None or self._offset is None:
            return None
        return tuple(a + b for a, b in zip(report.work, self._offset, strict=False))

    def close(self) -> None:
        self._transport.close()

    def _read(self, timeout_s: float) -> None:
        for _ in range(_MOST_READS):  # something that never stops talking is no machine of ours
            data = self._transport.read(timeout_s)
            if not data:
                return
            self._buffer = (self._buffer + data)[-_MOST_NOISE:]
            *lines, self._buffer = re.split(rb"[\r\n]+", self._buffer)
            for line in lines:
                self._hear("".join(letter for letter in line.decode("ascii", "ignore") if letter.isprintable()))
            timeout_s = 0.0

    def _hear(self, line: str) -> None:
        if line == "ok":
            self._answer()
        elif error := re.fullmatch(r"error:(\d+)", line):
            refused = self._answer()
            if not refused:
                return
            self.send_now(HOLD)
            self._refusal = PlotterError(
                f"the GRBL machine on {self.name} refuses {refused}: {said('error', int(error[1]))}",
                hint="check the parameters of the driver and the settings of the machine",
            )
        elif alarm := re.fullmatch(r"ALARM:(\d+)", line):
            self.alarm = int(alarm[1])
        elif BANNER.fullmatch(line):
            self.banner = line
        elif (report := parse_report(line)) is not None:
            self.report, self._asked_s = report, None
            self._offset = report.offset or self._offset
            self.on_report(report)
        else:
            self._said.append(line)
            del self._said[:-_MOST_NOISE]

    def _answer(self) -> str:
        # An answer too many, to a line of somebody else, is none of ours.
        if not self._unanswered:
            return ""
        self.answered += 1
        return self._unanswered.popleft()

    def _silent(self) -> PlotterError:
        return PlotterError(
            f"the GRBL machine on {self.name} does not answer", hint="switch it off and on again, then resume"
        )
