"""Writing results to files: several formats at once, all of them or none, checked before the work begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError
from sketchdesign.core.files import check_writable, together, write_atomic
from sketchdesign.core.provenance import Provenance
from sketchdesign.design.grid import contact_sheet
from sketchdesign.output.files import WRITERS, write_drawing
from sketchdesign.output.gcode import SERVO, GcodeSettings, render_gcode
from sketchdesign.output.sketches import SKETCH_WRITERS, SketchRecord
from sketchdesign.services.plugins.registry import for_ending, known_endings
from sketchdesign.services.plugins.runs import Made, write_with
from sketchdesign.services.sheets import drawing_recipe

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.generate import Generated, GenerateSettings

GCODE_ENDINGS = (".gcode", ".nc")


def check_outputs(paths: Sequence[Path], *, sketches: bool = False) -> None:
    """Fail before any work if a path cannot be written.

    Args:
        paths: the files to be.
        sketches: whether lists of sketches may be written, too.

    Raises:
        InputError, OutputError: unknown ending, missing folder, read-only folder.
    """
    ours = [*WRITERS, *(SKETCH_WRITERS if sketches else ())]
    for path in paths:
        if path.suffix.lower() not in ours and for_ending("exporter", path) is None:
            endings = dict.fromkeys([*ours, *known_endings("exporter")])
            raise InputError(f"cannot write {path} by its ending", hint=f"use one of {' '.join(endings)}")
        check_writable(path)


def export_drawing(drawing: Drawing, paths: Sequence[Path], dpi: float, *, gcode: GcodeSettings = SERVO) -> None:
    """Write a drawing to each path, in the format of its ending: one of ours, or a plugin's with its defaults."""
    with together():
        for path in paths:
            _export(drawing, path, dpi, gcode)


def _export(drawing: Drawing, path: Path, dpi: float, gcode: GcodeSettings) -> None:
    if path.suffix.lower() in GCODE_ENDINGS:
        write_atomic(path, render_gcode(drawing, gcode))
        return
    # Ours need no plugin to be found and loaded first, and take the resolution.
    plugin = None if path.suffix.lower() in WRITERS else for_ending("exporter", path)
    if plugin is None:
        write_drawing(drawing, path, dpi=dpi)
    else:
        write_with(plugin, drawing, path, {})


def export_made(made: Made, seed: int, paths: Sequence[Path], dpi: float) -> None:
    """Write what a plugin made: sketches as records to ``.ndjson`` and ``.npz``, else the drawing.

    Raises:
        InputError: a list of sketches is asked for, but the plugin has made a drawing.
    """
    records = None
    if made.sketches is not None:
        records = [SketchRecord("sketch", sketch, seed, number) for number, sketch in enumerate(made.sketches)]
    export_records(records, lambda: made.drawing, made.drawing.provenance, paths, dpi)


def export_sketches(
    generated: Generated, settings: GenerateSettings, model: Model, paths: Sequence[Path], dpi: float
) -> None:
    """Write generated sketches: as records to ``.ndjson`` and ``.npz``, else as a contact sheet on A4."""
    provenance = Provenance({"command": "generate", **drawing_recipe(model, settings)})

    def sheet() -> Drawing:
        return replace(contact_sheet([drawn.sketch for drawn in generated.sketches]), provenance=provenance)

    export_records(generated_records(generated, settings), sheet, provenance, paths, dpi)


def generated_records(generated: Generated, settings: GenerateSettings) -> list[SketchRecord]:
    """Generated sketches as they are written one by one."""
    return [
        SketchRecord(drawn.word, drawn.sketch, settings.seed, number, drawn.ended)
        for number, drawn in enumerate(generated.sketches)
    ]


def export_records(
    records: Sequence[SketchRecord] | None,
    drawing: Callable[[], Drawing],
    provenance: Provenance,
    paths: Sequence[Path],
    dpi: float,
) -> None:
    """Write sketches as records to ``.ndjson`` and ``.npz``, and the drawing that shows them to all other paths.

    Args:
        records: None where the drawing is not made of sketches.
        drawing: makes what is on paper, only where it is wanted.
        provenance: of the records; the drawing has it, too.
        paths: their endings pick the formats.
        dpi: resolution of a picture.

    Raises:
        InputError: a list of sketches is asked for, but there is none.
        OutputError: a file cannot be written; then none is.
    """
    with together():
        for path in paths:
            writer = SKETCH_WRITERS.get(path.suffix.lower())
            if writer is None:
                export_drawing(drawing(), [path], dpi)
            elif records is None:
                raise InputError(f"a whole drawing cannot be written to {path}", hint="choose .svg or another format")
            else:
                writer(records, path, provenance)
