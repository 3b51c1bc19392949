"""A tile rolled anew from its file: what it was made with, and motifs that stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.pens import THINNEST_MM, WIDEST_MM
from sketchdesign.geometry.dedupe import selected
from sketchdesign.output.files import read_provenance
from sketchdesign.services.tiles.settings import Locked, TileSettings

if TYPE_CHECKING:
    from sketchdesign.design.tile import Design


def read_settings(path: Path) -> tuple[TileSettings, Design]:
    """How a tile of ours was laid out, and its motifs; see `settings_in`.

    Raises:
        InputError, SketchFormatError: the file cannot be read, is damaged, or no tile of ours.
    """
    recipe = read_provenance(path).recipe
    if recipe.get("command") != "tile":
        raise InputError(f"{path} is no tile", hint="give a tile that sketchdesign wrote")
    return settings_in(recipe, path)


def model_of(path: Path) -> str:
    """The name of the bundled model that drew a tile of ours.

    Raises:
        InputError, SketchFormatError: the file cannot be read, or its motifs are of no model that is bundled.
    """
    from sketchdesign.model.zoo import find_models

    model = read_provenance(path).recipe.get("model")
    name = model.get("name") if isinstance(model, Mapping) else None
    if not isinstance(name, str):
        raise InputError(f"{path} names no model that drew it", hint="say what draws the motifs, as in: tile cat")
    if name not in dict(find_models()):
        raise InputError(f"{path} was drawn by {name:.60}, which is not bundled", hint="give the path of that model")
    return name


def settings_in(recipe: Mapping[str, Any], path: Path) -> tuple[TileSettings, Design]:
    """How a tile was laid out, by its recipe, and its motifs.

    Args:
        recipe: of a tile.
        path: of the file that it was found in, for errors.

    Returns:
        The settings, and the design as it was before motifs hid parts of each other.

    Raises:
        SketchFormatError: it is damaged.
    """
    from sketchdesign.design.archive import design_from_json
    from sketchdesign.design.colouring import check_colour_by
    from sketchdesign.design.layout import Layout

    try:
        design = design_from_json(recipe.get("whole_motifs", recipe["design"]))
        layout = recipe["layout"]
        width, height = recipe["design"]["cell_mm"]
        arrangement = Layout(**{**layout, "scale": tuple(layout["scale"])})
        overhang = bool(recipe["overhang"])
        # Tiles of the first versions do not say: their pens take turns.
        colour_by = str(recipe.get("colour_by", "motif"))
        pens = tuple(_pen(each) for each in recipe["pens"]) if "pens" in recipe else _pens_of(design)
        ground = parse_colour(str(recipe["ground"])) if "ground" in recipe else ""
        check_colour_by(colour_by, design.repeat)
    except (KeyError, TypeError, ValueError, InputError) as error:
        raise SketchFormatError(f"the layout kept in {path} is damaged", hint="make the tile again") from error
    settings = TileSettings(
        design.repeat.name,
        (float(width), float(height)),
        arrangement,
        pens,
        kaleidoscope=design.kaleidoscope,
        mirrored_pen=design.mirrored_pen and colour_by != "parity",
        overhang=overhang,
        colour_by=colour_by,
        ground=ground,
    )
    return settings, design


def _pen(document: Any) -> Pen:
    colour, width_mm = parse_colour(str(document["colour"])), float(document["width_mm"])
    if not THINNEST_MM <= width_mm <= WIDEST_MM:
        raise ValueError
    return Pen(str(document["name"]), colour, width_mm)


def _pens_of(design: Design) -> tuple[Pen, ...]:
    return tuple(layer.pen for layer in design.layers)


def chosen_motifs(design: Design, counted: Sequence[int]) -> tuple[Locked, ...]:
    """Motifs of a design as a person counts them, from 1; see `locked_motifs`.

    Raises:
        InputError: there is no motif of such a number.
    """
    known = _numbers(design)
    for number in counted:
        if number - 1 not in known:
            raise InputError(
                f"the tile has no motif {number} to lock", hint=f"its motifs are numbered from 1 to {max(known) + 1}"
            )
    return locked_motifs(design, [number - 1 for number in counted])


def locked_motifs(design: Design, numbers: Sequence[int]) -> tuple[Locked, ...]:
    """Motifs of a design as they lie there. Each is of a kind of its own.

    Args:
        design: whole motifs, see `settings_in`.
        numbers: of motifs that it has.
    """
    from dataclasses import replace

    from sketchdesign.design.layout import placed_motif

    locked = []
    for number in sorted(set(numbers)):
        own = [
            selected(layer.strokes, motifs == number)
            for layer, motifs in zip(design.layers, design.motifs, strict=True)
        ]
        motif, placement = placed_motif(Strokes.concatenate(own))
        pen = int(np.argmax([len(part) for part in own]))
        locked.append(Locked(number, replace(motif, kind=-1 - number), placement, pen))
    return tuple(locked)


def _numbers(design: Design) -> set[int]:
    return {int(number) for own in design.motifs for number in np.unique(own)}
