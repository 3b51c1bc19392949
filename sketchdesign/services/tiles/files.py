"""Files of tiles: writing them in every format, with a bleed for printers, and opening them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing, Page, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.files import together, write_atomic
from sketchdesign.core.machine import MachineProfile
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.files import read_provenance
from sketchdesign.output.gcode import SERVO, GcodeSettings
from sketchdesign.output.ground import pdf_on_ground
from sketchdesign.output.pdf import LARGEST_BLEED_MM
from sketchdesign.services.tiles.grounds import export_on_ground
from sketchdesign.services.tiles.pictures import Picture, tile_picture

if TYPE_CHECKING:
    from sketchdesign.design.proof import Proof
    from sketchdesign.design.tile import Design
    from sketchdesign.services.tiles.making import Tile

_NOTED_MM = 0.0005
_FASTEST_MM_MIN = 100_000.0


def gcode_settings(
    machine: MachineProfile, pen_down: str, pen_up: str, feed: float | None = None, travel_feed: float | None = None
) -> GcodeSettings:
    """How a ``.gcode`` moves a machine.

    Args:
        machine: gives the speeds that are not given here.
        pen_down, pen_up: what lowers and lifts the pen.
        feed, travel_feed: speeds of drawing and of travel in mm/min.

    Raises:
        InputError: a command cannot move a pen, or a speed makes no sense.
    """
    if feed is not None:
        machine = replace(machine, draw_mm_s=_checked(feed) / 60.0)
    if travel_feed is not None:
        machine = replace(machine, travel_mm_s=_checked(travel_feed) / 60.0)
    return GcodeSettings(machine, pen_down, pen_up)


def _checked(mm_min: float) -> float:
    if not 0.0 < mm_min <= _FASTEST_MM_MIN:
        raise InputError(f"a speed of {mm_min:g} mm/min makes no sense", hint="choose one such as 3000")
    return mm_min


def export_tile(
    tile: Tile, paths: Sequence[Path], dpi: float, *, bleed_mm: float = 0.0, gcode: GcodeSettings = SERVO
) -> list[str]:
    """Write a tile to each path; returns what a person should know about it, in sentences.

    A ``.png`` has whole pixels: the tile is stretched to them, by less than half a pixel.

    Args:
        tile: what to write.
        paths: their endings pick the formats.
        dpi: resolution of a ``.png``.
        bleed_mm: so much more of the pattern on every side. In a ``.pdf`` it lies around the TrimBox, which is one
            repeat; other files are larger by it.
        gcode: how a ``.gcode`` moves the machine.

    Raises:
        InputError, OutputError: the bleed is impossible, or a file cannot be written.
    """
    from sketchdesign.design.colouring import BLENDED

    check_bleed(bleed_mm, overhang=tile.settings.overhang)
    notes = [] if tile.proof.seamless else [f"The tile does not meet itself: {tile.proof.problems[0].text}."]
    drawing = _with_bleed(tile, bleed_mm) if bleed_mm else tile.drawing
    if tile.settings.colour_by in BLENDED:
        # Blends that no motif has got: nobody needs a layer for them.
        drawing = drawing.with_layers(layer for layer in drawing.layers if len(layer.strokes))
    with together():
        for path in paths:
            ending = path.suffix.lower()
            if ending == ".png":
                picture = tile_picture(tile.design, dpi, drawing.provenance, bleed_mm)
                write_atomic(path, picture.data)
                notes += _rounded(path, picture, tile.design, dpi)
            elif ending == ".pdf" and bleed_mm:
                write_atomic(path, pdf_on_ground(_trimmed(drawing, bleed_mm), bleed_mm=bleed_mm))
            else:
                export_on_ground(drawing, [path], dpi, gcode=gcode)
    return notes


def check_bleed(bleed_mm: float, *, overhang: bool) -> None:
    """Refuse a bleed that cannot be made.

    Raises:
        InputError: it is too large, or the tile has no edges that it could lie around.
    """
    if not 0.0 <= bleed_mm <= LARGEST_BLEED_MM:
        raise InputError(f"a bleed of {bleed_mm:g} mm cannot be made", hint="choose one such as 3mm")
    if bleed_mm and overhang:
        raise InputError("a tile of whole motifs has no edge for a bleed", hint="leave out --overhang or --bleed")


def _with_bleed(tile: Tile, bleed_mm: float) -> Drawing:
    """One repeat and the pattern around it, on a page larger by the bleed on every side."""
    from sketchdesign.design.tile import sheet

    width, height = tile.design.repeat.rectangle_mm
    page = Page(width + 2.0 * bleed_mm, height + 2.0 * bleed_mm)
    drawing = sheet(tile.design, page, origin_mm=(bleed_mm, bleed_mm))
    return replace(drawing, provenance=Provenance({**tile.drawing.provenance.recipe, "bleed_mm": bleed_mm}))


def _trimmed(drawing: Drawing, bleed_mm: float) -> Drawing:
    """The same with the page of one repeat, the strokes reaching over it."""
    layers = (
        replace(layer, strokes=Strokes(layer.strokes.points - bleed_mm, layer.strokes.offsets))
        for layer in drawing.layers
    )
    page = Page(drawing.page.width_mm - 2.0 * bleed_mm, drawing.page.height_mm - 2.0 * bleed_mm)
    return Drawing(page, tuple(layers), drawing.provenance)


def _rounded(path: Path, picture: Picture, design: Design, dpi: float) -> list[str]:
    """What became of the tile's size in whole pixels, if anything did."""
    width, height = design.repeat.rectangle_mm
    if max(abs(picture.width_mm - width), abs(picture.height_mm - height)) <= _NOTED_MM:
        return []
    return [
        f"{path.name} has {picture.width_px} x {picture.height_px} whole pixels, which are "
        f"{picture.width_mm:.3f} x {picture.height_mm:.3f} mm at {dpi:g} dpi "
        f"(the tile: {width:.3f} x {height:.3f} mm)."
    ]


def open_design(path: Path) -> tuple[Design, bool]:
    """The design behind a tile's file, and whether its strokes had to be joined at the seams.

    Files of ours keep the design; of other SVG files the cut strokes are put together again.

    Raises:
        InputError, SketchFormatError: the file cannot be read, or shows no lines.
    """
    from sketchdesign.design.archive import design_from_json
    from sketchdesign.design.joining import design_of_tile
    from sketchdesign.geometry.read_drawing import read_drawing

    try:
        recipe = read_provenance(path).recipe
    except SketchFormatError:
        recipe = {}
    if "design" in recipe:
        return design_from_json(recipe["design"]), False
    if path.suffix.lower() != ".svg":
        raise InputError(f"{path} keeps no design", hint="give a tile written by sketchdesign, or any tile as .svg")
    return design_of_tile(read_drawing(path)), True


def prove_file(path: Path, tolerance_mm: float | None = None) -> Proof:
    """Whether the tile in an SVG file meets itself, whoever made it.

    Raises:
        InputError, SketchFormatError: it cannot be read, shows no lines, or was written with a bleed.
    """
    from sketchdesign.design.proof import TOLERANCE_MM, prove
    from sketchdesign.geometry.read_drawing import read_drawing

    if path.suffix.lower() != ".svg":
        raise InputError(f"cannot prove {path} by its ending", hint="give a tile as .svg")
    if _bleed_of(path):
        raise InputError(
            f"{path} has a bleed, and so is more than one repeat", hint="write it without --bleed to prove it"
        )
    return prove(read_drawing(path), tolerance_mm=TOLERANCE_MM if tolerance_mm is None else tolerance_mm)


def _bleed_of(path: Path) -> float:
    try:
        return float(read_provenance(path).recipe.get("bleed_mm", 0.0))
    except (SketchFormatError, TypeError, ValueError):
        return 0.0
