"""Drawings as G-code for pen plotters under GRBL and its kin: mm, absolute, origin at the page's lower left corner.

Of a sender and a GRBL board (GRBL 1.1 interface) this asks nothing beyond G0, G1, G4 P in seconds, G21, G90, M0, M2 and
whatever moves the pen. Under Marlin, where G4 P counts milliseconds, the waits for the pen become too short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.provenance import LARGEST_PROVENANCE, opened, parsed_provenance
from sketchdesign.output.vector import check_vector, layer_label, number_text, stroke_texts, y_up

_PREFIX = "; sketchdesign "
_COMMENT_CHARACTERS = 60
"""Lines stay below 80 bytes: boards take no longer ones, and senders may pass comments on."""

_UNSAFE = re.compile(r"[^ -~]|[!?~]")
"""GRBL obeys !, ? and ~, control characters and bytes from 128 the moment they arrive, even inside a comment."""

_LONGEST_LINE = 1000


@dataclass(frozen=True)
class GcodeSettings:
    """How a machine is told to move.

    Attributes:
        machine: gives the feed rates, and how long to wait for the pen.
        pen_down, pen_up: one line each. The defaults drive a servo on the spindle's output, with S as far as GRBL's
            own settings allow. Take `Z_AXIS` for a pen on a Z axis, and never the defaults for a laser.
    """

    machine: MachineProfile = AXIDRAW_V3
    pen_down: str = "M3 S1000"
    pen_up: str = "M5"

    def __post_init__(self) -> None:
        for command in (self.pen_down, self.pen_up):
            if not command.strip() or len(command) > _COMMENT_CHARACTERS or _UNSAFE.search(command):
                raise InputError(
                    f"{command[:40]!r} cannot move a pen", hint="give one short line of G-code such as M3 S1000"
                )


SERVO = GcodeSettings()
Z_AXIS = GcodeSettings(pen_down="G1 Z0 F600", pen_up="G0 Z5")
"""A pen on a Z axis: on the paper at 0 mm, above it at 5 mm."""


def render_gcode(drawing: Drawing, settings: GcodeSettings = SERVO) -> str:
    """The G-code text, coordinates rounded to 0.001 mm; it halts (M0) for a change of pen between layers.

    Raises:
        InputError: the page, a pen or a stroke has an impossible size.
    """
    check_vector(drawing)
    return "\n".join(_lines(drawing, settings)) + "\n"


def _lines(drawing: Drawing, settings: GcodeSettings) -> Iterator[str]:
    up = (settings.pen_up, f"G4 P{number_text(settings.machine.lift_s)}")
    travel_mm_min = number_text(settings.machine.travel_mm_s * 60.0)
    yield from _provenance_lines(drawing.provenance)
    page = drawing.page
    yield f"; page {number_text(page.width_mm)} x {number_text(page.height_mm)} mm, origin at its lower left corner"
    yield from ("G21", "G90", *up)
    begun = False
    for number, (layer, strokes) in enumerate(zip(drawing.layers, y_up(drawing), strict=True), 1):
        yield f"; layer {_UNSAFE.sub('_', layer_label(number, layer))[:_COMMENT_CHARACTERS]}"
        if not len(strokes):
            continue
        if begun:
            yield "M0"
        begun = True
        for texts in stroke_texts(strokes):
            yield f"G0 X{texts[0]} Y{texts[1]} F{travel_mm_min}"
            yield from _drawn(texts, settings)
            yield from up
    yield from (f"G0 X0 Y0 F{travel_mm_min}", "M2")


def _drawn(texts: list[str], settings: GcodeSettings) -> Iterator[str]:
    yield settings.pen_down
    yield f"G4 P{number_text(settings.machine.drop_s)}"
    moves = [f"G1 X{x} Y{y}" for x, y in zip(texts[2::2], texts[3::2], strict=True)]
    if moves:
        # A feed rate holds until the next one: the travel before and a pen on a Z axis set their own.
        moves[0] += f" F{number_text(settings.machine.draw_mm_s * 60.0)}"
        yield from moves


def _provenance_lines(provenance: Provenance) -> Iterator[str]:
    # The unsafe characters can only stand inside JSON strings, where their number may stand for them.
    text = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", provenance.to_json())
    for begin in range(0, len(text), _COMMENT_CHARACTERS):
        yield _PREFIX + text[begin : begin + _COMMENT_CHARACTERS]


def read_gcode_provenance(path: Path) -> Provenance:
    """The provenance in the comments at the head of G-code.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it carries no provenance, or a damaged one.
    """
    with opened(path) as file:
        text = "".join(_provenance_parts(file))
    return parsed_provenance(text, path)


def _provenance_parts(file: BinaryIO) -> Iterator[str]:
    """The first run of our comments, at most one part beyond what may be read."""
    characters = 0
    while characters <= LARGEST_PROVENANCE and (line := file.readline(_LONGEST_LINE)):
        text = line.decode("ascii", errors="replace").rstrip("\r\n")
        if text.startswith(_PREFIX):
            characters += len(text) - len(_PREFIX)
            yield text.removeprefix(_PREFIX)
        elif characters:
            return
