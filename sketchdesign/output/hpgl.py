"""Drawings as HP-GL for pen plotters: absolute moves in units of 0.025 mm, the origin at the page's lower left corner.

Only IN, SP, PU and PD occur, which every HP-GL plotter knows. There is no provenance in the file: HP-GL has no comment,
and plotters older than HP-GL/2, which brought CO, would take the letters of one for instructions.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import SketchFormatError
from sketchdesign.output.vector import check_vector, stroke_texts, y_up

UNITS_PER_MM = 40.0
"""HP-GL plotter units."""

_POINTS_PER_INSTRUCTION = 30
"""Keeps instructions below some 500 bytes: plotters have buffers of 1 kB and less."""


def render_hpgl(drawing: Drawing) -> str:
    """The HP-GL text; layer n is drawn with pen n, in order, and the pen is put away at the end.

    Raises:
        InputError: the page, a pen or a stroke has an impossible size.
    """
    check_vector(drawing)
    return "\n".join(_instructions(drawing)) + "\n"


def _instructions(drawing: Drawing) -> Iterator[str]:
    yield "IN;"
    for number, strokes in enumerate(y_up(drawing), 1):
        if not len(strokes):
            continue
        yield f"SP{number};"
        for texts in stroke_texts(strokes, per_mm=UNITS_PER_MM, decimals=0):
            yield _stroke(texts)
    yield "PU;SP0;"


def _stroke(texts: list[str]) -> str:
    start = ",".join(texts[:2])
    # A dot is a move to where the pen already is.
    drawn = texts[2:] or texts
    size = 2 * _POINTS_PER_INSTRUCTION
    moves = (f"PD{','.join(drawn[begin : begin + size])};" for begin in range(0, len(drawn), size))
    return f"PU{start};{''.join(moves)}"


def read_hpgl_provenance(path: Path) -> NoReturn:
    """Say that there is none.

    Raises:
        SketchFormatError: always.
    """
    raise SketchFormatError(
        f"{path} cannot say how it was made, for HP-GL has no place for it",
        hint="write the drawing as SVG too, which has",
    )
