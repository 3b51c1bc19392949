"""Things that go wrong with a plotter, on purpose.

A fault is ``what@when`` or ``what@when:how-long``; several are separated by commas. ``when`` is the number of a
command, counted from 1, or a machine time in seconds: ``drop@120``, ``stall@50:300ms``, ``lowvolt@3.5s:2s``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from sketchdesign.core.errors import InputError


class FaultKind(Enum):
    """What can go wrong. At a command, it does so once the board has taken it and before the answer leaves."""

    DROP = "drop"  # the USB cable is pulled; the board works on
    POWER = "power"  # all power fails: queue and counters are lost
    STALL = "stall"  # the answer comes late
    HANG = "hang"  # nothing is answered any more
    GARBAGE = "garbage"  # noise before the answer
    DUP = "dup"  # the answer comes twice
    BUTTON = "button"  # somebody presses the button
    LOWVOLT = "lowvolt"  # the supply of the motors sags


_DEFAULT_S = {
    FaultKind.DROP: 0.0,
    FaultKind.POWER: 0.0,
    FaultKind.STALL: 0.3,
    FaultKind.HANG: float("inf"),
    FaultKind.LOWVOLT: 2.0,
}
_PATTERN = re.compile(r"([a-z]+)@(\d+(?:\.\d+)?)(s?)(?::(\d+(?:\.\d+)?)(ms|s))?", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """One mishap.

    Attributes:
        command: the command at which it happens, or ``None``.
        time_s: the machine time at which it happens, or ``None``.
        seconds: how long it lasts: for a drop, how long the port is away.
    """

    kind: FaultKind
    command: int | None
    time_s: float | None
    seconds: float


def parse_faults(text: str) -> list[Fault]:
    """Read faults in the language above; an empty text is none.

    Raises:
        InputError: it is not in that language.
    """
    return [_parse_fault(word.strip()) for word in text.split(",") if word.strip()]


def _parse_fault(word: str) -> Fault:
    match = _PATTERN.fullmatch(word)
    kinds = [kind.value for kind in FaultKind]
    if match is None or match[1].lower() not in kinds:
        raise InputError(f"{word!r} is no fault", hint=f"write drop@120, stall@50:300ms or drop@3.5s; {_list(kinds)}")
    kind = FaultKind(match[1].lower())
    seconds = _DEFAULT_S.get(kind, 0.0)
    if match[4]:
        if kind not in _DEFAULT_S:
            raise InputError(f"the fault {word!r} cannot last", hint=f"write {kind.value}@{match[2]}{match[3]}")
        seconds = float(match[4]) / (1000.0 if match[5].lower() == "ms" else 1.0)
    if match[3]:
        return Fault(kind, None, float(match[2]), seconds)
    if "." in match[2] or int(match[2]) < 1:
        raise InputError(f"the fault {word!r} has no whole number of a command", hint="count commands from 1")
    return Fault(kind, int(match[2]), None, seconds)


def _list(kinds: Sequence[str]) -> str:
    return f"known are {', '.join(kinds)}"
