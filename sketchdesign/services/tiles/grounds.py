"""Writing drawings whose recipes name a ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.files import together, write_atomic
from sketchdesign.output.gcode import SERVO, GcodeSettings
from sketchdesign.output.ground import ground_in, pdf_on_ground, png_on_ground, svg_on_ground
from sketchdesign.services.export import export_drawing

_WRITERS: dict[str, Callable[[Drawing, float], bytes]] = {
    ".svg": lambda drawing, dpi: svg_on_ground(drawing).encode(),
    ".png": png_on_ground,
    ".pdf": lambda drawing, dpi: pdf_on_ground(drawing),
}


def export_on_ground(drawing: Drawing, paths: Sequence[Path], dpi: float, *, gcode: GcodeSettings = SERVO) -> None:
    """Write a drawing as `export_drawing` does, and its ground to files that can show it."""
    with together():
        for path in paths:
            writer = _WRITERS.get(path.suffix.lower())
            if writer is None or not ground_in(drawing.provenance):
                export_drawing(drawing, [path], dpi, gcode=gcode)
            else:
                write_atomic(path, writer(drawing, dpi))
