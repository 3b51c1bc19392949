"""``info``: how a file was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

_LONGEST_TEXT = 200


def info(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that sketchdesign wrote.")],
) -> None:
    """Show the recipe that is kept in a file: program, model, settings, seed, layout."""
    from sketchdesign.services.origins import read_origin

    origin = read_origin(file)
    made_by = f"Made by {origin.application}"
    text = f"{made_by}\n{json.dumps(_shortened(origin.recipe), indent=2, ensure_ascii=False)}"
    context.obj.result({"application": origin.application, "recipe": origin.recipe}, text)


def _shortened(value: Any) -> Any:
    """The same without packed arrays, which say nothing to a person; --json prints them."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:20]}... ({len(value):,} letters)"
    return value
