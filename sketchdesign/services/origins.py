"""How any file of ours came about: drawings, sketches and models."""

from __future__ import annotations

import json
from pathlib import Path

from sketchdesign.core.provenance import Provenance
from sketchdesign.output.files import read_provenance


def read_origin(path: Path) -> Provenance:
    """The recipe kept in a file; that of a model is its header: what it was trained on, how, and its losses.

    Raises:
        InputError: the file is missing or unreadable, or of a kind that we do not write.
        SketchFormatError, CheckpointError: it is damaged, or was not made by this program.
    """
    from sketchdesign.model import header, info

    if path.suffix.lower() != header.SUFFIX:
        return read_provenance(path)
    found = header.read_info(path)
    recipe = {"command": "train" if found.steps else "models import", **json.loads(info.info_to_json(found))}
    return Provenance(recipe, f"sketchdesign, model format {recipe['format']}")
