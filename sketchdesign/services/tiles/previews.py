"""Pictures to look at: a tile three by three, colourways side by side, and every repeat of the same motifs."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.output.ground import picture_on_ground
from sketchdesign.output.provenance import PNG_KEYWORD
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.tiles.settings import MotifSet, TileSettings

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    from sketchdesign.services.tiles.making import Tile

TIMES = 3
"""A preview shows so many repeats across and down."""

_ALONE_PX, _TOGETHER_PX, _MOST_COLUMNS = 1200, 480, 6
_GAP_PX, _LABEL_PX, _FONT_PX = 20, 26, 15
_THINNEST_PX = 0.9
_CELLS_SHOWN = 2.5


@dataclass(frozen=True)
class ShownRepeat:
    """One repeat on a contact sheet: its name, its tile's size in mm, and how well its edges meet."""

    name: str
    width_mm: float
    height_mm: float
    seam_error_mm: float


def render_preview(tiles: Mapping[str, Tile]) -> bytes:
    """A PNG of tiles, each three by three; several stand side by side with their names below them."""
    shown = {name: _times(tile) for name, tile in tiles.items()}
    recipe = {**next(iter(tiles.values())).drawing.provenance.recipe, "preview": TIMES}
    if len(shown) == 1:
        return _png(_picture(next(iter(shown.values())), _ALONE_PX), Provenance(recipe))
    pictures = [_picture(drawing, _TOGETHER_PX) for drawing in shown.values()]
    return labelled_page([*shown], pictures, Provenance({**recipe, "colourways": [*shown]}))


def contact_sheet_of_repeats(given: MotifSet, settings: TileSettings) -> Work[tuple[bytes, tuple[ShownRepeat, ...]]]:
    """A PNG of the same motifs in every repeat and wallpaper group, all at one scale, and what was measured.

    Args:
        given: the motifs.
        settings: of every tile; its ``repeat`` is not looked at.

    Raises:
        InputError: as `tile_of`.
    """
    from sketchdesign.design.repeat import repeat_names
    from sketchdesign.design.tile import sheet
    from sketchdesign.services.tiles.making import tile_of

    side_mm = _CELLS_SHOWN * max(settings.cell_mm)
    names, pictures = repeat_names(), []
    shown: list[ShownRepeat] = []
    for name in names:
        yield Progress(len(shown), len(names), "repeats")
        tile = yield from _quietly(tile_of(given, replace(settings, repeat=name)), len(shown), len(names))
        page = replace(sheet(tile.design, Page(side_mm, side_mm)), provenance=tile.drawing.provenance)
        pictures.append(_picture(page, _TOGETHER_PX // 2))
        shown.append(ShownRepeat(name, *tile.design.repeat.rectangle_mm, tile.proof.seam_error_mm))
    recipe = {"command": "repeats", **given.recipe, "layout": settings.layout.to_json(), "repeats": list(names)}
    return labelled_page(names, pictures, Provenance(recipe)), tuple(shown)


def labelled_page(names: Sequence[str], pictures: Sequence[Image], provenance: Provenance) -> bytes:
    """A PNG of pictures in rows, each with its name below it."""
    from PIL.Image import new
    from PIL.ImageDraw import Draw
    from PIL.ImageFont import load_default

    columns = min(_MOST_COLUMNS, math.ceil(math.sqrt(len(pictures))) if len(pictures) > 4 else len(pictures))
    rows = -(-len(pictures) // columns)
    width, height = max(each.width for each in pictures), max(each.height for each in pictures)
    across, down = width + _GAP_PX, height + _LABEL_PX + _GAP_PX
    page = new("RGB", (columns * across + _GAP_PX, rows * down + _GAP_PX), "#e8e8e8")
    draw, font = Draw(page), load_default(_FONT_PX)
    for number, (name, picture) in enumerate(zip(names, pictures, strict=True)):
        left, top = _GAP_PX + number % columns * across, _GAP_PX + number // columns * down
        page.paste(picture, (left + (width - picture.width) // 2, top + (height - picture.height) // 2))
        middle, below = left + width // 2, top + height + _LABEL_PX // 2
        draw.text((middle, below), _fitting(name, draw, font, width), "#202020", font, anchor="mm")
    return _png(page, provenance)


def _times(tile: Tile) -> Drawing:
    from sketchdesign.design.tile import sheet

    width, height = tile.design.repeat.rectangle_mm
    page = sheet(tile.design, Page(TIMES * width, TIMES * height))
    return replace(page, provenance=tile.drawing.provenance)


def _picture(drawing: Drawing, side_px: int) -> Image:
    """A drawing whose longer side has so many pixels; lines too thin to be seen at that size are drawn wider."""
    dpi = max(1.0, side_px * MM_PER_UNIT["in"] / max(drawing.page.width_mm, drawing.page.height_mm))
    thinnest_mm = _THINNEST_PX * MM_PER_UNIT["in"] / dpi
    layers = (
        replace(layer, pen=replace(layer.pen, width_mm=max(layer.pen.width_mm, thinnest_mm)))
        for layer in drawing.layers
    )
    return picture_on_ground(drawing.with_layers(layers), dpi)


def _fitting(name: str, draw: ImageDraw, font: FreeTypeFont | ImageFont, width_px: int) -> str:
    """As much of a name as fits."""
    short = name
    while short and draw.textlength(short, font) > width_px:
        short = short[:-2] + "\u2026" if len(short) > 2 else ""
    return short


def _png(picture: Image, provenance: Provenance) -> bytes:
    from PIL import PngImagePlugin

    text = PngImagePlugin.PngInfo()
    text.add_text(PNG_KEYWORD, provenance.to_json())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def _quietly(work: Work[Tile], done: int, total: int) -> Work[Tile]:
    """Work that tells of the repeats at each of its steps."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            tile: Tile = end.value
            return tile
        yield Progress(done, total, "repeats")
