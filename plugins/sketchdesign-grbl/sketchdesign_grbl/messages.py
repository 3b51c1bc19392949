"""What GRBL 1.1 says, as its interface document describes it."""

from __future__ import annotations

import re
from typing import NamedTuple

Coordinates = tuple[float, ...]

BANNER = re.compile(r"Grbl (\d+\.\d+\w*) .*")
_REPORT = re.compile(r"<(\w+)(?::(\d))?\|(.*)>")

ERRORS = {
    2: "a number cannot be read",
    8: "it is not idle",
    9: "it is locked after an alarm",
    15: "the target is out of reach",
    20: "the command is not supported",
    22: "a feed rate is missing",
    33: "the target cannot be used",
}

ALARMS = {
    1: "a limit switch was hit",
    2: "a move would leave its reach",
    3: "it was reset while it moved",
    6: "homing was reset",
    8: "homing failed: the switch did not let go",
    9: "homing failed: the switch was not found",
}


class Report(NamedTuple):
    """A status report.

    Attributes:
        state: Idle, Run, Hold, Jog, Alarm, Door, Check, Home or Sleep.
        stage: of Hold and Door; 0 when everything stands still.
        machine, work: position in machine coordinates or with an offset, whichever it sends.
        offset: from work to machine coordinates, sent now and then.
        free_blocks: of its planner.
    """

    state: str
    stage: int
    machine: Coordinates | None
    work: Coordinates | None
    offset: Coordinates | None
    free_blocks: int | None


def parse_report(line: str) -> Report | None:
    """A status report; None for a line that is none, or a damaged one."""
    found = _REPORT.fullmatch(line)
    if found is None:
        return None
    fields = dict(part.partition(":")[::2] for part in found[3].split("|"))
    try:
        machine, work, offset = (_coordinates(fields.get(name)) for name in ("MPos", "WPos", "WCO"))
        blocks = int(fields["Bf"].split(",")[0]) if "Bf" in fields else None
    except ValueError:
        return None
    return Report(found[1], int(found[2] or 0), machine, work, offset, blocks)


def parse_settings(lines: list[str]) -> dict[int, float]:
    """The settings among what ``$$`` prints."""
    found = (re.fullmatch(r"\$(\d+)=(-?[\d.]+).*", line) for line in lines)
    return {int(setting[1]): float(setting[2]) for setting in found if setting is not None}


def parse_buffers(lines: list[str]) -> tuple[int, int] | None:
    """Blocks of the planner and bytes of the receiver, among what ``$I`` prints."""
    found = (re.match(r"\[OPT:[^,\]]*,(\d+),(\d+)", line) for line in lines)
    return next(((int(sizes[1]), int(sizes[2])) for sizes in found if sizes is not None), None)


def said(kind: str, code: int) -> str:
    """An error or an alarm with its meaning."""
    meaning = {"error": ERRORS, "ALARM": ALARMS}[kind].get(code)
    return f"{meaning} ({kind}:{code})" if meaning else f"{kind}:{code}"


def _coordinates(text: str | None) -> Coordinates | None:
    if text is None:
        return None
    numbers = tuple(float(part) for part in text.split(","))
    if len(numbers) < 3:
        raise ValueError("too few axes")
    return numbers
