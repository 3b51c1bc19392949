"""Tiles as pictures: whole pixels, and the proof that their edges do not show."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sketchdesign.core.drawing import Drawing, Page, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.output.ground import png_on_ground
from sketchdesign.output.png import render_png

if TYPE_CHECKING:
    from sketchdesign.design.tile import Design

RASTER_PROOF_PIXELS = 1_000_000


@dataclass(frozen=True)
class Picture:
    """A tile in whole pixels.

    Attributes:
        data: the bytes of a PNG.
        width_px, height_px: the size of one repeat.
        width_mm, height_mm: the size that this is at its resolution; the tile was stretched to it.
    """

    data: bytes = field(repr=False)
    width_px: int
    height_px: int
    width_mm: float
    height_mm: float


def tile_picture(design: Design, dpi: float, provenance: Provenance | None = None, bleed_mm: float = 0.0) -> Picture:
    """The straight repeat in whole pixels, drawn from uncut strokes, so that line ends on the edges are right, too.

    A bleed adds as many whole pixels of the pattern on every side.

    Raises:
        InputError: the resolution makes no sense, or there would be too many pixels.
    """
    if not 1.0 <= dpi <= 10_000.0:
        raise InputError(f"a resolution of {dpi:g} dpi makes no sense", hint="choose one such as 150 or 300")
    width_mm, height_mm = design.repeat.rectangle_mm
    per_px = MM_PER_UNIT["in"] / dpi
    width, height = max(1, round(width_mm / per_px)), max(1, round(height_mm / per_px))
    page, bleed_mm = Page(width * per_px, height * per_px), round(bleed_mm / per_px) * per_px
    drawing = replace(_stretched(design, page, (1, 1), dpi, bleed_mm), provenance=provenance or Provenance())
    return Picture(png_on_ground(drawing, dpi), width, height, page.width_mm, page.height_mm)


def raster_difference(design: Design, dpi: float | None = None) -> int:
    """The largest difference in grey levels, 0 to 255, between 2 x 2 of the tile's picture and the pattern itself."""
    from PIL import Image

    width, height = design.repeat.rectangle_mm
    dpi = dpi or min(150.0, MM_PER_UNIT["in"] * (RASTER_PROOF_PIXELS / (4.0 * width * height)) ** 0.5)
    picture = tile_picture(design, dpi)
    one = np.asarray(Image.open(io.BytesIO(picture.data)), np.int16)
    direct = render_png(_stretched(design, Page(picture.width_mm, picture.height_mm), (2, 2), dpi), dpi)
    whole = np.asarray(Image.open(io.BytesIO(direct)), np.int16)
    return int(np.abs(np.tile(one, (2, 2, 1)) - whole).max())


def _stretched(design: Design, page: Page, times: tuple[int, int], dpi: float, bleed_mm: float = 0.0) -> Drawing:
    """Tiles beside each other, each stretched to a page, with all strokes that reach into them and their bleed."""
    from sketchdesign.design.tile import pattern
    from sketchdesign.geometry.clip import Box

    size = np.array(design.repeat.rectangle_mm)
    factors = np.array([page.width_mm, page.height_mm]) / size
    reach = max(layer.pen.width_mm for layer in design.layers) + 2.0 * MM_PER_UNIT["in"] / dpi
    strokes = pattern(design, Box(0.0, 0.0, *(size * times)).grown(reach + 2.0 * bleed_mm))
    layers = (
        replace(layer, strokes=Strokes(own.points * factors + bleed_mm, own.offsets))
        for layer, own in zip(design.layers, strokes, strict=True)
    )
    width, height = page.width_mm * times[0] + 2.0 * bleed_mm, page.height_mm * times[1] + 2.0 * bleed_mm
    return Drawing(Page(width, height), tuple(layers))
