"""Writing results to files: several formats at once, checked before the work begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError
from sketchdesign.core.files import check_writable
from sketchdesign.core.provenance import Provenance
from sketchdesign.design.grid import contact_sheet
from sketchdesign.output.files import WRITERS, write_drawing
from sketchdesign.output.sketches import SKETCH_WRITERS, SketchRecord
from sketchdesign.services.sheets import drawing_recipe

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.generate import Generated, GenerateSettings


def check_outputs(paths: Sequence[Path], *, sketches: bool = False) -> None:
    """Fail before any work if a path cannot be written.

    Args:
        paths: the files to be.
        sketches: whether lists of sketches may be written, too.

    Raises:
        InputError, OutputError: unknown ending, missing folder, read-only folder.
    """
    endings = [*WRITERS, *(SKETCH_WRITERS if sketches else ())]
    for path in paths:
        if path.suffix.lower() not in endings:
            raise InputError(f"cannot write {path} by its ending", hint=f"use one of {' '.join(endings)}")
        check_writable(path)


def export_drawing(drawing: Drawing, paths: Sequence[Path], dpi: float) -> None:
    """Write a drawing to each path, in the format of its ending."""
    for path in paths:
        write_drawing(drawing, path, dpi=dpi)


def export_sketches(
    generated: Generated, settings: GenerateSettings, model: Model, paths: Sequence[Path], dpi: float
) -> None:
    """Write generated sketches: as records to ``.ndjson`` and ``.npz``, else as a contact sheet on A4."""
    provenance = Provenance({"command": "generate", **drawing_recipe(model, settings)})
    records = [
        SketchRecord(drawn.word, drawn.sketch, settings.seed, number, drawn.ended)
        for number, drawn in enumerate(generated.sketches)
    ]
    for path in paths:
        writer = SKETCH_WRITERS.get(path.suffix.lower())
        if writer is not None:
            writer(records, path, provenance)
        else:
            sheet = contact_sheet([record.sketch for record in records])
            write_drawing(Drawing(sheet.page, sheet.layers, provenance), path, dpi=dpi)
