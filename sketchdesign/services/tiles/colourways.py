"""Colourways: one tile in several sets of pens, from the command line, lists of pens, or palettes of other programs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.palettes import LARGEST_FILE, Palette, Swatch, read_palettes
from sketchdesign.core.pens import make_pen, parse_pens
from sketchdesign.core.provenance import Provenance

if TYPE_CHECKING:
    from sketchdesign.services.tiles.making import Tile

MOST_COLOURWAYS = 200
MOST_PENS = 64

_NOT_IN_FILE_NAMES = re.compile(r"[^\w-]+")
_GROUND = "ground"
_TABLE_HINT = 'write for example ink = { pens = ["#203060"], ground = "#f6efe0" }'
_LIST_HINT = 'write for example ink = ["#203060", "#a04020:0.5mm"]'


@dataclass(frozen=True)
class Colourway:
    """A name, pens in the order in which a tile uses them, and the colour behind them; "" for that of the tile."""

    name: str
    pens: tuple[Pen, ...]
    ground: str = ""

    @property
    def file_part(self) -> str:
        """The name as it stands in the names of files."""
        return _NOT_IN_FILE_NAMES.sub("-", self.name.lower()).strip("-_")


def parse_colourway(text: str) -> Colourway:
    """A colourway from ``ink=#123456,#abcdef:0.5mm``, or with its ground: ``ink=#123456,#abcdef on #f6efe0``.

    Raises:
        InputError: there is no name, or a pen or the ground makes no sense.
    """
    name, equals, colours = text.partition("=")
    if not equals:
        raise InputError(f"the colourway {text!r:.60} has no name", hint="write it as ink=#203060,#a04020:0.5mm")
    pens, on, ground = colours.partition(" on ")
    return Colourway(name.strip(), parse_pens(pens), parse_colour(ground) if on else "")


def read_colourways(path: Path) -> tuple[Colourway, ...]:
    """The colourways of a file: a palette (see `read_palettes`), or a ``.toml`` that lists pens under names.

    In a ``.toml`` a pen is ``"#203060:0.5mm"`` or ``{ name = "indigo", colour = "#203060", width = "0.5mm" }``. With a
    ground a colourway is a table: ``ink = { pens = ["#203060"], ground = "#f6efe0" }``. Of a palette the colour that is
    called ground is the ground.

    Raises:
        InputError, SketchFormatError: the file cannot be read, is damaged, or holds none.
    """
    if path.suffix.lower() != ".toml":
        return tuple(_of_palette(palette) for palette in read_palettes(path))
    document = _read_toml(path)
    if not document:
        raise SketchFormatError(f"{path} holds no colourway", hint=_LIST_HINT)
    return tuple(_of_table(name, colours, path) for name, colours in document.items())


def check_colourways(colourways: Sequence[Colourway], pens: int) -> list[str]:
    """Make sure that a tile can be drawn in each colourway, and each gets a file of its own.

    Args:
        colourways: those asked for.
        pens: how many the tile has.

    Returns:
        What a person should know, in sentences.

    Raises:
        InputError: one has too few pens; two would have files of the same name; there are too many of either.
    """
    if len(colourways) > MOST_COLOURWAYS:
        raise InputError(f"{len(colourways)} colourways are too many", hint=f"choose at most {MOST_COLOURWAYS}")
    if pens > MOST_PENS:
        raise InputError(f"{pens} pens are too many for colourways", hint=f"choose at most {MOST_PENS} with --pens")
    notes, seen = [], dict[str, str]()
    for each in colourways:
        if not each.file_part:
            raise InputError(f"a colourway cannot be called {each.name!r:.40}", hint="use letters or digits")
        if each.file_part in seen:
            raise InputError(
                f"the colourways {seen[each.file_part]!r:.40} and {each.name!r:.40} would have files of the same name",
                hint="rename one of them",
            )
        seen[each.file_part] = each.name
        if len(each.pens) < pens:
            raise InputError(
                f"the colourway {each.name:.40} has {_counted(each.pens)}, but the tile {pens}", hint="give it more"
            )
        if len(each.pens) > pens:
            notes.append(f"The colourway {each.name} has {_counted(each.pens)}: the first {pens} are used.")
    return notes


def in_colourways(tile: Tile, colourways: Sequence[Colourway]) -> dict[str, Tile]:
    """A tile in each colourway, by the part of the file's name that tells them apart; ``""`` for it as it is."""
    return {each.file_part: _in_colourway(tile, each) for each in colourways} or {"": tile}


def colourway_paths(paths: Sequence[Path], file_part: str) -> list[Path]:
    """``tile.svg`` as ``tile-ink.svg``."""
    return [path.with_name(f"{path.stem}-{file_part}{path.suffix}") if file_part else path for path in paths]


def _in_colourway(tile: Tile, colourway: Colourway) -> Tile:
    """The same tile drawn with other pens; its recipe names the colourway."""
    from sketchdesign.design.archive import design_to_json
    from sketchdesign.design.colouring import repenned

    ground = colourway.ground or tile.settings.ground
    settings = replace(tile.settings, pens=colourway.pens[: len(tile.settings.pens)], ground=ground)
    design = replace(tile.design, layers=repenned(tile.design.layers, settings.pens, settings.colour_by))
    recipe = {
        **tile.drawing.provenance.recipe,
        "colourway": colourway.name,
        "pens": [asdict(pen) for pen in settings.pens],
        "design": design_to_json(design, settings.cell_mm),
        **({"ground": ground} if ground else {}),
    }
    drawing = replace(
        tile.drawing,
        layers=repenned(tile.drawing.layers, settings.pens, settings.colour_by),
        provenance=Provenance(recipe),
    )
    return replace(tile, settings=settings, design=design, drawing=drawing)


def _counted(pens: Sequence[Pen]) -> str:
    return f"{len(pens)} pen{'s' if len(pens) > 1 else ''}"


def _of_palette(palette: Palette) -> Colourway:
    grounds = [swatch for swatch in palette.swatches if swatch.name.strip().lower() == _GROUND]
    pens = tuple(_of_swatch(swatch) for swatch in palette.swatches if swatch not in grounds)
    if not pens:
        raise SketchFormatError(
            f"the palette {palette.name:.40} has no colour but its ground", hint="add one for a pen"
        )
    return Colourway(palette.name, pens, parse_colour(grounds[0].colour) if grounds else "")


def _of_swatch(swatch: Swatch) -> Pen:
    return make_pen(swatch.colour, name=swatch.name)


def _of_table(name: str, colours: Any, path: Path) -> Colourway:
    """A list of pens, or a table of one and a ground."""
    if not isinstance(colours, dict):
        return _of_list(name, colours, path)
    ground = colours.get(_GROUND, "")
    if not isinstance(ground, str) or set(colours) - {"pens", _GROUND}:
        raise SketchFormatError(f"{name:.40} in {path} is no colourway", hint=_TABLE_HINT)
    found = _of_list(name, colours.get("pens"), path)
    return replace(found, ground=parse_colour(ground) if ground else "")


def _of_list(name: str, pens: Any, path: Path) -> Colourway:
    if not isinstance(pens, list) or not pens:
        raise SketchFormatError(f"{name:.40} in {path} is no list of pens", hint=_LIST_HINT)
    return Colourway(name, tuple(_of_entry(entry, name, path) for entry in pens))


def _of_entry(entry: Any, name: str, path: Path) -> Pen:
    if isinstance(entry, str) and "," not in entry:
        return parse_pens(entry)[0]
    if isinstance(entry, dict) and "colour" in entry and all(isinstance(value, str) for value in entry.values()):
        unknown = sorted(set(entry) - {"colour", "width", "name"})
        if not unknown:
            return make_pen(**entry)
    raise SketchFormatError(f"{name:.40} in {path} has a pen {entry!r:.60}", hint=_LIST_HINT)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    if len(data) > LARGEST_FILE:
        raise SketchFormatError(f"{path} is too large for a list of pens", hint="give one of at most 1 MB")
    try:
        return tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SketchFormatError(f"{path} is not a TOML file or is damaged", hint=_LIST_HINT) from error
