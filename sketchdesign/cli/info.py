"""``info``: how a file was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def info(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that sketchdesign wrote.")],
) -> None:
    """Show the recipe that is kept in a file: program, model, settings, seed, layout."""
    from sketchdesign.output.files import read_provenance

    provenance = read_provenance(file)
    text = f"Made by {provenance.application}\n{json.dumps(provenance.recipe, indent=2, ensure_ascii=False)}"
    context.obj.result({"application": provenance.application, "recipe": provenance.recipe}, text)
