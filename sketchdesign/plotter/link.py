"""Commands and answers of the EiBotBoard, in its old syntax and its new one.

In the old syntax the answers of different commands have different shapes, and errors end without an OK. The new one
repeats the command's name. Both are read so that a line out of place (an echo, an OK too many, noise) does no harm.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from sketchdesign.core.errors import PlotterError
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.transport import Transport

ANSWER_S = 2.0
"""How long the board may take for an answer, beyond the moves that it must finish first."""

_QUIET_S = 0.1
_MOST_NOISE = 4096
_ERROR = re.compile(r"!\d+ Err: .*")
_ENDS = re.compile(rb"[\r\n]+")


class NoAnswerError(PlotterError):
    """The machine is there, but does not answer."""


class CommandRefusedError(PlotterError):
    """The machine answered a command with an error."""


class Shape(Enum):
    """How the old syntax answers a command."""

    OK = auto()
    DATA_OK = auto()
    DATA = auto()


class EbbLink:
    """Sends one command at a time and waits for its answer.

    Attributes:
        future: whether the board speaks the new syntax.
    """

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.future = False
        self._transport = transport
        self._clock = clock
        self._buffer = b""

    @property
    def name(self) -> str:
        return self._transport.name

    def ask(
        self, command: str, shape: Shape = Shape.OK, pattern: str = "", *, timeout_s: float = ANSWER_S
    ) -> re.Match[str]:
        """Send a command and return its data.

        Args:
            command: without its end of line.
            shape: of the answer in the old syntax.
            pattern: what the data looks like; other lines are taken for noise.
            timeout_s: how long to wait.

        Raises:
            CommandRefusedError: the board complains, about this command or late about the one before.
            NoAnswerError: nothing fitting came in time.
            PortLostError: the board vanished.
        """
        self.send(command)
        return self.answer(command, shape, pattern, timeout_s=timeout_s)

    def send(self, *commands: str) -> None:
        """Send commands in one packet, which the board gets as a whole or not at all. Each has an answer to come."""
        self._forget_strays()
        self._transport.write(b"".join(command.encode("ascii") + b"\r" for command in commands))

    def answer(
        self, command: str, shape: Shape = Shape.OK, pattern: str = "", *, timeout_s: float = ANSWER_S
    ) -> re.Match[str]:
        """The answer to a command that was sent; arguments and errors as of `ask`."""
        name = command.partition(",")[0]
        expected = re.compile(rf"{name},{pattern}" if pattern else name) if self.future else re.compile(pattern or "OK")
        ends_with_ok = not self.future and shape is Shape.DATA_OK
        deadline = self._clock.now() + timeout_s
        found: re.Match[str] | None = None
        while True:
            line = self._line(deadline)
            if line is None:
                raise NoAnswerError(
                    f"the plotter on {self.name} does not answer", hint="switch it off and on again, then resume"
                )
            if error := _ERROR.fullmatch(line.removeprefix(f"{name},")):
                raise CommandRefusedError(f"the plotter on {self.name} refuses {command}: {error[0]}")
            if found is None:
                found = expected.fullmatch(line)
                if found is not None and not ends_with_ok:
                    return found
            elif line == "OK":
                return found

    def write(self, command: str) -> None:
        self._transport.write(command.encode("ascii") + b"\r")

    def lines_until_quiet(self, quiet_s: float = _QUIET_S, at_most_s: float = ANSWER_S) -> list[str]:
        """Everything that arrives until nothing has for a while."""
        lines: list[str] = []
        end = self._clock.now() + at_most_s
        while self._clock.now() < end:
            data = self._transport.read(quiet_s)
            if not data:
                break
            self._buffer = (self._buffer + data)[-_MOST_NOISE:]
            lines += self._complete_lines()
        self._buffer = b""
        return lines

    def close(self) -> None:
        self._transport.close()

    def _forget_strays(self) -> None:
        """Drop what came without being asked for. An error among it is the last command's, which came late."""
        while data := self._transport.read(0.0):
            self._buffer = (self._buffer + data)[-_MOST_NOISE:]
        for line in self._complete_lines():
            if error := _ERROR.fullmatch(line):
                raise CommandRefusedError(f"the plotter on {self.name} refuses a command: {error[0]}")
        self._buffer = b""

    def _line(self, deadline: float) -> str | None:
        """The next line that is not empty, or nothing at the deadline."""
        while True:
            parts = _ENDS.split(self._buffer, maxsplit=1)
            if len(parts) == 2:
                self._buffer = parts[1]
                if line := _text(parts[0]):
                    return line
                continue
            left = deadline - self._clock.now()
            if left <= 0.0:
                return None
            self._buffer = (self._buffer + self._transport.read(left))[-_MOST_NOISE:]

    def _complete_lines(self) -> list[str]:
        *whole, self._buffer = _ENDS.split(self._buffer)
        return [text for line in whole if (text := _text(line))]


def _text(line: bytes) -> str:
    """What can be read of a line: noise may stand right before an answer."""
    return "".join(character for character in line.decode("ascii", "ignore") if character.isprintable())
