"""Files by their ending: writing drawings, and reading back how any file of ours was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError
from sketchdesign.core.files import check_writable, write_atomic
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.dxf import read_dxf_provenance, render_dxf
from sketchdesign.output.gcode import read_gcode_provenance, render_gcode
from sketchdesign.output.gif import read_gif_provenance
from sketchdesign.output.hpgl import read_hpgl_provenance, render_hpgl
from sketchdesign.output.pdf import read_pdf_provenance, render_pdf
from sketchdesign.output.png import DEFAULT_DPI, render_png
from sketchdesign.output.provenance import read_png_provenance, read_svg_provenance
from sketchdesign.output.sketches import read_ndjson_provenance, read_npz_provenance
from sketchdesign.output.svg import render_svg

WRITERS: dict[str, Callable[[Drawing, float], bytes]] = {
    ".svg": lambda drawing, dpi: render_svg(drawing).encode(),
    ".png": render_png,
    ".pdf": lambda drawing, dpi: render_pdf(drawing),
    ".dxf": lambda drawing, dpi: render_dxf(drawing).encode(),
    ".hpgl": lambda drawing, dpi: render_hpgl(drawing).encode(),
    ".plt": lambda drawing, dpi: render_hpgl(drawing).encode(),
    ".gcode": lambda drawing, dpi: render_gcode(drawing).encode(),
    ".nc": lambda drawing, dpi: render_gcode(drawing).encode(),
}
"""How a drawing becomes the bytes of a file, by its ending; the second value is the resolution in dpi."""

_PROVENANCE_READERS: dict[str, Callable[[Path], Provenance]] = {
    ".svg": read_svg_provenance,
    ".png": read_png_provenance,
    ".pdf": read_pdf_provenance,
    ".dxf": read_dxf_provenance,
    ".hpgl": read_hpgl_provenance,
    ".plt": read_hpgl_provenance,
    ".gcode": read_gcode_provenance,
    ".nc": read_gcode_provenance,
    ".gif": read_gif_provenance,
    ".ndjson": read_ndjson_provenance,
    ".npz": read_npz_provenance,
}


def check_output(path: Path) -> None:
    """Fail before long work when no drawing could be written to ``path`` after it.

    Raises:
        InputError: the ending is none of `WRITERS`, the folder does not exist, or ``path`` is a folder.
        OutputError: the folder is read-only.
    """
    _ending(path, WRITERS, "write")
    check_writable(path)


def write_drawing(drawing: Drawing, path: Path, *, dpi: float = DEFAULT_DPI) -> None:
    """Write a drawing in the format of the path's ending, all of it or nothing.

    Raises:
        InputError, OutputError: as `check_output`; the drawing cannot be written in this format; the disk is full.
    """
    check_output(path)
    write_atomic(path, WRITERS[path.suffix.lower()](drawing, dpi))


def read_provenance(path: Path) -> Provenance:
    """How a file that we wrote was made.

    Raises:
        InputError: the file is missing or unreadable, or of a kind that we do not write.
        SketchFormatError: it is damaged, or was not made by this program.
    """
    return _PROVENANCE_READERS[_ending(path, _PROVENANCE_READERS, "read")](path)


def _ending(path: Path, endings: Iterable[str], verb: str) -> str:
    ending = path.suffix.lower()
    if ending not in endings:
        raise InputError(f"cannot {verb} {path} by its ending", hint=f"use one of {' '.join(endings)}")
    return ending
