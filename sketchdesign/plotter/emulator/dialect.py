"""How the board reads a command and words its answers, in the old syntax and in the new one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sketchdesign.plotter.emulator.firmware import Firmware

LINE = "\r\n"
REVERSED = "\n\r"

MISSING = "!4 Err: Missing parameter(s)"
ECHO = "\b"
"""Stands in for a command where a backspace is echoed."""

_NUMBER = re.compile(r"(-?)([0-9]{0,10})")
_END = re.compile(r"[\r\n]+")
_ORDINARY = re.compile(rb"[ -\xff\r\n]*")
RX_OVERRUN = "!3 Err: RX Buffer overrun"


def invalid_value(firmware: Firmware) -> str:
    """The complaint about a value, with the slip of the pen of the older versions."""
    return "!6 Err: Invalid parameter value" if firmware.version >= (2, 8, 0) else "!6 Err: Invalid paramter value"


def extra_parameter(firmware: Firmware) -> str:
    """The complaint about too many values, likewise."""
    return "!7 Err: Extra parameter" if firmware.version >= (2, 8, 0) else "!7 Err: Extra parmater"


class Parameters:
    """The part of a command after its name, taken number by number as the firmware does it.

    Attributes:
        missing, invalid: what went wrong so far.
        comma: the complaint about a missing comma, which the older firmware prints at once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.missing = False
        self.invalid = False
        self.comma = ""

    @property
    def failed(self) -> bool:
        return self.missing or self.invalid or bool(self.comma)

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def byte(self, default: int | None = None) -> int:
        """A number from 0 to 255; required where there is no ``default``."""
        return self._number(0, 0xFF, default)

    def word(self, default: int | None = None) -> int:
        """A number from 0 to 65535."""
        return self._number(0, 0xFFFF, default)

    def signed_word(self) -> int:
        """A number from -32768 to 32767."""
        return self._number(-0x8000, 0x7FFF, None)

    def unsigned(self, default: int | None = None) -> int:
        """A number of 32 bits."""
        return self._number(0, 0xFFFFFFFF, default)

    def signed(self, default: int | None = None) -> int:
        """A number of 32 bits with its sign."""
        return self._number(-0x80000000, 0x7FFFFFFF, default)

    def letter(self) -> str:
        """One character, in upper case."""
        if not self._comma(required=True):
            return ""
        self._at += 1
        return self._text[self._at - 1].upper()

    def text(self, longest: int) -> str:
        """Characters up to the next comma."""
        if not self._comma(required=True, may_be_empty=True):
            return ""
        found = self._text[self._at :].partition(",")[0][:longest]
        self._at += len(found)
        return found

    def more(self) -> bool:
        """Whether another parameter follows."""
        return not self.failed and self._text[self._at : self._at + 1] == ","

    def _number(self, least: int, most: int, default: int | None) -> int:
        if not self._comma(required=default is None):
            return default or 0
        match = _NUMBER.match(self._text, self._at)
        assert match is not None  # it matches anything, also nothing
        if match[1] and least == 0:
            self.invalid = True
            return 0
        self._at = match.end()
        value = int(match[2] or "0")
        if match[1]:
            value = -value
        if not least <= value <= most:
            self.invalid = True
            return 0
        return value

    def _comma(self, required: bool, may_be_empty: bool = False) -> bool:
        """Step over a comma; false where there is nothing to read behind it."""
        if self.at_end:
            self.missing |= required
            return False
        if self._text[self._at] != ",":
            if required and not self.comma:
                self.comma = f"!5 Err: Need comma next, found: '{self._text[self._at]}'"
            return False
        self._at += 1
        if self.at_end and not may_be_empty:
            self.missing |= required
            return False
        return True


@dataclass
class Syntax:
    """The settings that shape answers.

    Attributes:
        future: the new syntax, ``CU,10,1``: every answer is the name of the command with its data, and one newline.
        acknowledges: whether the old syntax says OK, ``CU,1``.
    """

    future: bool = False
    acknowledges: bool = True

    def done(self, name: str) -> str:
        """After a command without data."""
        if self.future:
            return f"{name}\n"
        return ("OK" if self.acknowledges else "") + LINE

    def data(self, name: str, text: str, ending: str = LINE) -> str:
        """After a query that the old syntax follows with an OK."""
        return f"{name},{text}\n" if self.future else text + ending + self.done(name)

    def bare(self, name: str, text: str, ending: str = LINE) -> str:
        """After a query that the old syntax answers with its data alone."""
        return f"{name},{text}\n" if self.future else text + ending

    def named(self, name: str, text: str, ending: str = LINE) -> str:
        """After a query that names itself in both."""
        return f"{name},{text}" + ("\n" if self.future else ending)

    def error(self, name: str, text: str, ending: str = LINE) -> str:
        return f"{name},{text}\n" if self.future else text + ending


@dataclass
class LineReader:
    """Makes commands of bytes, however these are cut into packets.

    A command ends with a carriage return or a line feed, and a row of these counts once. Control characters are
    dropped; a backspace takes the last character back and is echoed.
    """

    longest: int = 256
    _line: str = ""

    def feed(self, data: bytes) -> list[str | None]:
        """The commands that are complete now. `ECHO` stands for an echo, ``None`` for a line that was too long."""
        if _ORDINARY.fullmatch(data) and len(self._line) + len(data) < self.longest:
            *lines, self._line = _END.split(self._line + data.decode("latin-1"))
            return [line for line in lines if line]
        found: list[str | None] = []
        for letter in data.decode("latin-1"):
            found += self._take(letter)
        return found

    def _take(self, letter: str) -> list[str | None]:
        if letter in "\r\n":
            line, self._line = self._line, ""
            return [line] if line else []
        if letter == ECHO:
            echo: list[str | None] = [ECHO] if self._line else []
            self._line = self._line[:-1]
            return echo
        if letter >= " ":
            self._line += letter
        if len(self._line) < self.longest:
            return []
        self._line = ""
        return [None]


def verify_checksum(line: str) -> tuple[str, str]:
    """A command without the checksum that ends it, and what is wrong with that."""
    command, comma, given = line.rpartition(",")
    if not comma or not given.isdecimal():
        return line, "!10 Err: No checksum found but required"
    expected = -sum(map(ord, command)) & 0xFF
    if int(given) != expected:
        return line, f"!9 Err: Checksum incorrect, expected {expected}"
    return command, ""
