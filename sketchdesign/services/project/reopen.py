"""A design reopened from a file of ours: the pattern, its motifs and pens, and the page it was put on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import LARGEST_PAGE_MM, Page
from sketchdesign.core.errors import SketchDesignError, SketchFormatError
from sketchdesign.core.strokes import Sketch
from sketchdesign.output.files import read_provenance
from sketchdesign.services.project.state import PAPER_PX, KeptSketch, PatternSettings, Pin, Project
from sketchdesign.services.tiles.locks import locked_motifs, settings_in

if TYPE_CHECKING:
    from sketchdesign.services.tiles.settings import Locked

_MOST_MOTIFS = 200
_BY_PEN = ("motif", "kind", "stroke")
"""Ways of colouring that use a project's own pens and no blends between them."""


def reopened(path: Path, project: Project) -> Project | None:
    """The project with the design of a tile or a sheet; None where the file keeps none.

    Every motif is pinned where the file has it, so that the pattern is the same to the last stroke.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: the design it keeps is damaged.
    """
    try:
        recipe = read_provenance(path).recipe
    except SketchFormatError:
        return None
    on_sheet = recipe.get("command") == "sheet"
    tile = recipe.get("tile") if on_sheet else recipe
    if not isinstance(tile, Mapping) or "design" not in tile or "layout" not in tile:
        return None
    opened = _with_tile(project, tile, path)
    return _with_page(opened, recipe, path) if on_sheet else opened


def _with_tile(project: Project, recipe: Mapping[str, Any], path: Path) -> Project:
    settings, design = settings_in(recipe, path)
    numbers = sorted({int(number) for own in design.motifs for number in np.unique(own)})
    found = locked_motifs(design, numbers)
    try:
        # A project pins more than a person has locked.
        held = {int(number) for number in recipe.get("held", recipe.get("locked", ()))}
        kept = _motifs_in(recipe)
        ground = parse_colour(str(recipe.get("ground", "#ffffff")))
        model, seed = recipe.get("model") or {}, recipe.get("seed", project.seed)
        name, sha256 = str(model.get("name", project.model)), str(model.get("sha256", ""))
        layout_seed, seed = int(recipe.get("layout_seed", 1)), int(seed)
    except (KeyError, TypeError, ValueError, AttributeError, SketchDesignError) as error:
        raise SketchFormatError(f"the design kept in {path} is damaged", hint="open an earlier copy of it") from error
    shapes = [_sketch_of(each) for each in found]
    motifs = kept or tuple(dict.fromkeys(KeptSketch(shape, "", name) for shape in shapes))[:_MOST_MOTIFS]
    pins = tuple(
        Pin(number, _named(shape, each.pen, motifs, len(settings.pens)), each.placement, number in held)
        for number, (each, shape) in enumerate(zip(found, shapes, strict=True))
    )
    pattern = PatternSettings(
        motifs=motifs,
        repeat=settings.repeat,
        cell_mm=settings.cell_mm,
        layout=settings.layout,
        seed=layout_seed,
        kaleidoscope=settings.kaleidoscope,
        mirrored_pen=settings.mirrored_pen,
        pins=pins,
        ground=ground,
        colour_by=settings.colour_by if settings.colour_by in _BY_PEN else "motif",
    )
    return replace(project, pattern=pattern, pens=settings.pens, model=name, model_sha256=sha256, seed=seed)


def _with_page(project: Project, recipe: Mapping[str, Any], path: Path) -> Project:
    try:
        width, height = float(recipe["page"]["width_mm"]), float(recipe["page"]["height_mm"])
        margin_mm = float(recipe["margin_mm"])
    except (KeyError, TypeError, ValueError) as error:
        raise SketchFormatError(f"the page kept in {path} is damaged", hint="open an earlier copy of it") from error
    if not (0.0 < min(width, height) <= max(width, height) <= LARGEST_PAGE_MM and 0.0 <= margin_mm <= LARGEST_PAGE_MM):
        raise SketchFormatError(f"the page kept in {path} has no sensible size", hint="open an earlier copy of it")
    return replace(
        project, page=Page(width, height), sheet=replace(project.sheet, source="pattern", margin_mm=margin_mm)
    )


def _motifs_in(recipe: Mapping[str, Any]) -> tuple[KeptSketch, ...]:
    """The motifs that a project has put into its file; none in files from elsewhere."""
    return tuple(
        KeptSketch(
            Sketch.from_polylines(np.array(line, np.float64).T for line in each["drawing"]),
            str(each["word"]),
            str(each["model"]),
        )
        for each in recipe.get("motifs", ())
    )


def _sketch_of(found: Locked) -> Sketch:
    """The shape of a motif in pixels of the training data."""
    return Sketch.from_polylines((line + 0.5) * PAPER_PX for line in found.motif.strokes.polylines())


def _named(shape: Sketch, pen: int, motifs: tuple[KeptSketch, ...], pens: int) -> KeptSketch:
    """A motif of the tile with the first word that is drawn with its pen where kinds have pens."""
    words = list(dict.fromkeys(each.word for each in motifs))
    return KeptSketch(shape, next((word for kind, word in enumerate(words) if kind % pens == pen), words[0]))
