"""What has been drawn, on disk before it can be forgotten.

A file of one JSON object a line, only ever added to. Before an item goes to the machine its number is written, and
again when the machine has taken it, which survives the end of this process; when a stroke is finished the file is
forced onto the disk, which survives the end of the computer. A last line that is torn says nothing.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from sketchdesign.core.errors import InputError, OutputError
from sketchdesign.plotter.section import BEGINNING, Place, Steps

FORMAT = "sketchdesign-plot"
_VERSION = 1
_BEGINNING = f'{{"journal":"{FORMAT}"'.encode()
_LARGEST_BYTES = 512 << 20


@dataclass(frozen=True)
class Header:
    """What a journal belongs to.

    Attributes:
        drawing: fingerprint of what is drawn.
        mark: what the machine keeps as long as it is on, 1 to 255.
        settings: whatever is needed to plot in the same way again.
    """

    drawing: str
    mark: int
    settings: dict[str, Any]


@dataclass(frozen=True)
class Trace:
    """How far a plot came, as its journal tells.

    Attributes:
        copy, layer: being drawn, from 0.
        start: position where the current section was planned from.
        begun: place where it begins.
        speeds: machine settings that it was planned with.
        ramps: whether it was planned with moves that change their speed.
        sent: items of it that were sent, or about to be.
        taken: items of it that the machine has said to have taken. At most the last one sent is not among them: whether
            the machine got it, nobody knows.
        place: how far the layer is known to be drawn.
        position: of the machine where it stood still, if that is known.
        moving: items were sent since it last stood still.
        seen: the machine was lost; ``place`` is where it was then, at least.
        homeless: the machine's own count of steps cannot be trusted any more.
        complete: all is drawn.
    """

    copy: int = 0
    layer: int = 0
    start: Steps = (0, 0)
    begun: Place = BEGINNING
    speeds: dict[str, float] | None = None
    ramps: bool = True
    sent: int = 0
    taken: int = 0
    place: Place = BEGINNING
    position: Steps | None = (0, 0)
    moving: bool = False
    seen: bool = False
    homeless: bool = False
    complete: bool = False


class Journal:
    """A journal open for adding to."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def create(cls, path: Path, header: Header) -> Self:
        """Begin a journal, in the place of an older one.

        Raises:
            InputError: the path is that of some other file.
            OutputError: it cannot be written.
        """
        _refuse_other_file(path)
        journal = cls._open(path, os.O_TRUNC)
        journal._add(
            {"journal": FORMAT, "version": _VERSION, "drawing": header.drawing, "mark": header.mark}
            | {"settings": header.settings}
        )
        journal._flush()
        return journal

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with a journal; a torn last line is cut off first.

        Raises:
            OutputError: it cannot be written.
        """
        journal = cls._open(path, 0)
        whole = path.read_bytes().rfind(b"\n") + 1
        os.ftruncate(journal._descriptor, whole)
        return journal

    @classmethod
    def _open(cls, path: Path, flags: int) -> Self:
        try:
            return cls(path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | flags, 0o644))
        except (OSError, ValueError) as error:
            raise _cannot_write(path, error) from error

    def section(
        self, copy: int, layer: int, begun: Place, start: Steps, speeds: dict[str, float], *, ramps: bool
    ) -> None:
        """A layer is drawn from a place on, planned with these speeds, and with ramps or without."""
        self._add({"section": [copy, layer, *begun], "start": start, "speeds": speeds, "ramps": ramps})
        self._flush()

    def sending(self, number: int) -> None:
        """An item is about to be sent. Not forced onto the disk: the end of this process does not lose it."""
        self._add({"sent": number + 1})

    def taken(self, number: int) -> None:
        """The machine has taken an item. Not forced onto the disk, either."""
        self._add({"taken": number + 1})

    def finished(self, stroke: int) -> None:
        """All strokes up to this one are on the paper."""
        self._add({"done": stroke + 1})
        self._flush()

    def paused(self, place: Place, position: Steps | None, *, homeless: bool = False) -> None:
        """The machine stands still."""
        self._add({"at": place, "position": position, "homeless": homeless})
        self._flush()

    def lost(self, place: Place) -> None:
        """The machine does not answer any more; this is where it was last, as far as that is known."""
        self._add({"seen": place})
        self._flush()

    def complete(self) -> None:
        """All copies of all layers are drawn."""
        self._add({"complete": True})
        self._flush()

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _add(self, record: dict[str, Any]) -> None:
        try:
            os.write(self._descriptor, json.dumps(record, separators=(",", ":")).encode() + b"\n")
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def _flush(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise _cannot_write(self.path, error) from error


def _refuse_other_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            begun = file.read(len(_BEGINNING))
    except (OSError, ValueError):
        return  # absent, or impossible to write, which is said when that is tried
    if begun and begun != _BEGINNING:
        raise InputError(f"{path} is no journal of a plot", hint="choose another file with --journal")


def read_journal(path: Path) -> tuple[Header, Trace]:
    """What a journal says.

    Raises:
        InputError: there is none, it is no journal, or it is damaged before its last line.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise _damaged(path, 1)
        lines = path.read_bytes().split(b"\n")
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"cannot read the journal {path}: {reason}", hint="start the plot without --resume") from error
    # What follows the last end of line was being written when everything stopped.
    header, trace = None, Trace()
    for number, line in enumerate(lines[:-1], start=1):
        try:
            record = json.loads(line)
            if header is None:
                header = _header(record)
            else:
                trace = _after(trace, record)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise _damaged(path, number) from error
    if header is None:
        raise _damaged(path, 1)
    return header, trace


def _header(record: dict[str, Any]) -> Header:
    if record["journal"] != FORMAT or record["version"] != _VERSION:
        raise ValueError("another format")
    return Header(str(record["drawing"]), int(record["mark"]), dict(record["settings"]))


def _after(trace: Trace, record: dict[str, Any]) -> Trace:
    """The trace with one more record."""
    match record:
        case {
            "section": [copy, layer, stroke, along],
            "start": [first, second],
            "speeds": dict(speeds),
            "ramps": bool(ramps),
        }:
            begun = Place(int(stroke), float(along))
            start = (int(first), int(second))
            speeds = {str(key): float(value) for key, value in speeds.items()}
            return Trace(int(copy), int(layer), start, begun, speeds, ramps, place=begun, position=start)
        case {"sent": number}:
            return replace(trace, sent=int(number), moving=True, seen=False)
        case {"taken": number}:
            return replace(trace, taken=int(number))
        case {"done": strokes}:
            return replace(trace, place=Place(int(strokes), 0.0))
        case {"at": [stroke, along], "position": position, "homeless": homeless}:
            place = Place(int(stroke), float(along))
            stood = None if position is None else (int(position[0]), int(position[1]))
            return replace(trace, place=place, position=stood, moving=False, homeless=bool(homeless))
        case {"seen": [stroke, along]}:
            return replace(trace, place=Place(int(stroke), float(along)), seen=True)
        case {"complete": True}:
            return replace(trace, complete=True)
    raise ValueError("an unknown record")


def _damaged(path: Path, line: int) -> InputError:
    return InputError(
        f"{path} is no journal of a plot, or is damaged in line {line}", hint="begin again with --restart"
    )


def _cannot_write(path: Path, error: Exception) -> OutputError:
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return OutputError(f"cannot write the journal {path}: {reason}", hint="choose another place with --journal")
