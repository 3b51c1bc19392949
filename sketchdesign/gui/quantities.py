"""Numbers as people type them: ``2in``, ``297/3``, ``(5cm + 2) * 3``."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from PySide6.QtCore import QLocale

from sketchdesign.core.errors import InputError
from sketchdesign.core.units import MM_PER_UNIT

_TOKEN = re.compile(r"\s*(?:(\d+(?:[.,]\d*)?|[.,]\d+)\s*([a-zA-Z\"°%]*)|([-+*/()]))")
_LONGEST = 200
_NO_DECIMALS = 1e-9


def counted(count: int, one: str, more: str) -> str:
    """How many, in words: ``one`` as it stands, ``more`` with the number in the place of ``{count}``."""
    return one if count == 1 else more.format(count=QLocale().toString(count))


class _Value(NamedTuple):
    """A number; ``is_length`` says that it is in millimetres because somebody wrote a unit."""

    number: float
    is_length: bool


def evaluate(text: str, unit: str = "") -> float:
    """The value of an arithmetic expression.

    Args:
        text: numbers, ``+ - * /``, brackets; for lengths also units. A comma is a decimal point.
        unit: "mm", "cm", "in" ... for a length, where it is meant by numbers that have none. Otherwise the unit that
            is shown behind the number ("°", "%"), which may be typed or not.

    Returns:
        Millimetres for a length, else the number.

    Raises:
        InputError: the text is no such expression.
    """
    if len(text) > _LONGEST:
        raise _not_a_number(text)
    # A unit such as mm/s would be taken for a division.
    reader = _Reader(text if unit in MM_PER_UNIT else text.strip().removesuffix(unit), unit)
    value = reader.sum()
    if reader.tokens or not math.isfinite(value.number):
        raise _not_a_number(text)
    return reader.as_length(value).number if unit in MM_PER_UNIT else value.number


def written(value: float, unit: str = "", decimals: int = 2) -> str:
    """A value as a field shows it, with its unit and the language's decimal sign; lengths come in millimetres."""
    shown = value / MM_PER_UNIT[unit] if unit in MM_PER_UNIT else value
    number = f"{shown:.{decimals}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    number = ("0" if number == "-0" else number).replace(".", QLocale().decimalPoint())
    return f"{number} {unit}".strip() if unit != "°" else f"{number}{unit}"


class _Reader:
    """Recursive descent over the tokens that are left."""

    def __init__(self, text: str, unit: str) -> None:
        self.text, self.unit = text, unit
        self.tokens: list[str | _Value] = []
        place = 0
        stripped = text.rstrip()
        while place < len(stripped):
            match = _TOKEN.match(stripped, place)
            if match is None:
                raise _not_a_number(text)
            self.tokens.append(match[3] or self._number(match[1], match[2]))
            place = match.end()

    def _number(self, digits: str, unit: str) -> _Value:
        number = float(digits.replace(",", "."))
        known = unit.lower().replace('"', "in")
        if self.unit in MM_PER_UNIT and known in MM_PER_UNIT:
            return _Value(number * MM_PER_UNIT[known], True)
        if unit and unit != self.unit:
            raise InputError(f"{unit!r} is not a unit that can be used here", hint="leave it out")
        return _Value(number, False)

    def as_length(self, value: _Value) -> _Value:
        return value if value.is_length else _Value(value.number * MM_PER_UNIT[self.unit], True)

    def sum(self) -> _Value:
        value = self.product()
        while self.tokens and self.tokens[0] in ("+", "-"):
            sign = 1.0 if self.tokens.pop(0) == "+" else -1.0
            other = self.product()
            if value.is_length != other.is_length:
                value, other = self.as_length(value), self.as_length(other)
            value = _Value(value.number + sign * other.number, value.is_length)
        return value

    def product(self) -> _Value:
        value = self.factor()
        while self.tokens and self.tokens[0] in ("*", "/"):
            divide = self.tokens.pop(0) == "/"
            other = self.factor()
            if divide:
                if abs(other.number) < _NO_DECIMALS or (other.is_length and not value.is_length):
                    raise _not_a_number(self.text)
                value = _Value(value.number / other.number, value.is_length and not other.is_length)
            elif value.is_length and other.is_length:
                raise _not_a_number(self.text)
            else:
                value = _Value(value.number * other.number, value.is_length or other.is_length)
        return value

    def factor(self) -> _Value:
        token = self.tokens.pop(0) if self.tokens else ""
        if isinstance(token, _Value):
            return token
        if token in ("-", "+"):
            value = self.factor()
            return _Value(-value.number if token == "-" else value.number, value.is_length)
        if token == "(":
            value = self.sum()
            if self.tokens and self.tokens.pop(0) == ")":
                return value
        raise _not_a_number(self.text)


def _not_a_number(text: str) -> InputError:
    return InputError(f"{text!r:.60} is not a number", hint="write one such as 12, 2in or 297/3")
