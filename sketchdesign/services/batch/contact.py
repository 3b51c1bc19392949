"""Contact sheets of a batch: every drawing small, with the name of its file, from the files themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError, SketchDesignError, SketchFormatError
from sketchdesign.core.files import write_atomic
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.output.ground import picture_on_ground
from sketchdesign.output.png import encode_png
from sketchdesign.output.provenance import read_png_provenance, read_svg_provenance
from sketchdesign.services.batch.recipe import Recipe
from sketchdesign.services.batch.settings import BatchSettings
from sketchdesign.services.jobs import Progress, Work

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS, ROWS = 6, 8
_SIDE_PX, _GAP_PX, _LABEL_PX = 200, 14, 18
_THINNEST_PX = 0.8
_MOST_SKETCHES = 400
_MOST_PIXELS = 60_000_000
_NAME = re.compile(r"contact(-\d+)?\.png")


def remove_contact_sheets(folder: Path) -> None:
    """Remove what will no longer be true."""
    for path in folder.iterdir():
        if _NAME.fullmatch(path.name):
            path.unlink(missing_ok=True)


def write_contact_sheets(folder: Path, recipe: Recipe) -> Work[tuple[Path, ...]]:
    """Write ``contact.png``, or ``contact-1.png`` and so on, of the files that are there, where it does not show them.

    Of files that differ in their format alone one is shown.

    Args:
        folder: of the batch.
        recipe: its items are shown in their order.

    Raises:
        OutputError: they cannot be written.
    """
    shown = _shown(folder, recipe)
    pages = [shown[begin : begin + COLUMNS * ROWS] for begin in range(0, len(shown), COLUMNS * ROWS)]
    digits = len(str(len(pages)))
    names = ["contact.png"] if len(pages) == 1 else [f"contact-{n:0{digits}}.png" for n in range(1, len(pages) + 1)]
    sheets = tuple(folder / name for name in names)
    if all(map(_shows, sheets, pages)):
        return sheets
    remove_contact_sheets(folder)
    done = 0
    for sheet, paths in zip(sheets, pages, strict=True):
        pictures = []
        for path in paths:
            pictures.append(_picture(path))
            done += 1
            yield Progress(done, len(shown), "pictures")
        write_atomic(sheet, _page([path.name for path in paths], pictures))
    return sheets


def _shows(sheet: Path, paths: Sequence[Path]) -> bool:
    """Whether a contact sheet is there and of these files."""
    try:
        return read_png_provenance(sheet).recipe.get("files") == [path.name for path in paths]
    except InputError:
        return False


def _shown(folder: Path, recipe: Recipe) -> list[Path]:
    """For each drawing the file that can best be shown."""
    found: dict[BatchSettings, Path] = {}
    ranks = {ending: rank for rank, ending in enumerate(_READERS)}
    for item in recipe.items:
        path = folder / item.name
        rank = ranks.get(path.suffix.lower(), len(ranks))
        other = found.get(item.settings)
        if path.is_file() and (other is None or rank < ranks.get(other.suffix.lower(), len(ranks))):
            found[item.settings] = path
    return list(found.values())


def _picture(path: Path) -> Image | None:
    """What a file shows, at most `_SIDE_PX` wide and high; None where it cannot be shown."""
    reader = _READERS.get(path.suffix.lower())
    try:
        return None if reader is None else reader(path)
    except (SketchDesignError, OSError, ValueError, SyntaxError):  # SyntaxError is Pillow's word for damage
        return None


def _of_svg(path: Path) -> Image:
    from sketchdesign.geometry.read_drawing import read_drawing

    try:
        provenance = read_svg_provenance(path)
    except SketchFormatError:
        provenance = Provenance()
    return _of_drawing(replace(read_drawing(path), provenance=provenance))


def _of_sketches(path: Path) -> Image:
    from itertools import islice

    from sketchdesign.design.grid import contact_sheet
    from sketchdesign.output.sketches import read_ndjson, read_npz

    records = read_npz(path) if path.suffix.lower() == ".npz" else read_ndjson(path)
    return _of_drawing(contact_sheet([record.sketch for record in islice(records, _MOST_SKETCHES)]))


def _of_png(path: Path) -> Image:
    from PIL.PngImagePlugin import PngImageFile

    with path.open("rb") as file:
        picture = PngImageFile(file)
        if picture.width * picture.height > _MOST_PIXELS:
            raise InputError(f"{path} is too large to be shown")
        return _shrunk(picture.convert("RGB"))


_READERS: dict[str, Callable[[Path], Image]] = {
    ".svg": _of_svg,
    ".ndjson": _of_sketches,
    ".npz": _of_sketches,
    ".png": _of_png,
}
"""The endings of files that can be shown, the best ones first."""


def _of_drawing(drawing: Drawing) -> Image:
    longer_mm = max(drawing.page.width_mm, drawing.page.height_mm)
    dpi = max(1.0, _SIDE_PX * MM_PER_UNIT["in"] / longer_mm)
    thinnest_mm = _THINNEST_PX * MM_PER_UNIT["in"] / dpi
    # At true width, lines of a large sheet would be too faint to see.
    layers = (
        replace(layer, pen=replace(layer.pen, width_mm=max(layer.pen.width_mm, thinnest_mm)))
        for layer in drawing.layers
    )
    return _shrunk(picture_on_ground(drawing.with_layers(layers), dpi))


def _shrunk(picture: Image) -> Image:
    picture.thumbnail((_SIDE_PX, _SIDE_PX))
    return picture


def _page(names: Sequence[str], pictures: Sequence[Image | None]) -> bytes:
    """A PNG of pictures in rows with their names below them."""
    from PIL import Image, ImageDraw, ImageFont

    columns = min(COLUMNS, math.ceil(math.sqrt(len(names))))
    rows = [range(begin, min(begin + columns, len(names))) for begin in range(0, len(names), columns)]
    heights = [max(each.height if (each := pictures[number]) else 0 for number in row) for row in rows]
    across = _SIDE_PX + _GAP_PX
    size = (columns * across + _GAP_PX, sum(heights) + len(rows) * (_LABEL_PX + _GAP_PX) + _GAP_PX)
    page = Image.new("RGB", size, "#e8e8e8")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(11)
    bottom = 0
    for row, height in zip(rows, heights, strict=True):
        bottom += _GAP_PX + height
        for column, number in enumerate(row):
            left, picture = _GAP_PX + column * across, pictures[number]
            if picture is not None:
                page.paste(picture, (left + (_SIDE_PX - picture.width) // 2, bottom - picture.height))
            label = _shortened(names[number], lambda text: draw.textlength(text, font) <= _SIDE_PX)
            draw.text((left + _SIDE_PX // 2, bottom + 3), label, "#202020", font, anchor="ma")
        bottom += _LABEL_PX
    return encode_png(page, Provenance({"command": "batch", "files": list(names)}))


def _shortened(text: str, fits: Callable[[str], bool]) -> str:
    """A text with its middle left out as far as is needed."""
    short, kept = text, len(text)
    while not fits(short) and kept > 2:
        kept -= 2
        short = f"{text[: kept // 2]}\u2026{text[-(kept // 2) :]}"
    return short
