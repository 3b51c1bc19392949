"""Drawings as PNG previews: the pens in their colours at their true width on white paper.

Every line is a chain of capsules (segments with round ends). A pixel's coverage follows from the exact distance of
its centre to the nearest of them, so lines are smooth at any width and joints never show.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import IntArray
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.output.provenance import PNG_KEYWORD

if TYPE_CHECKING:
    from PIL.Image import Image

DEFAULT_DPI = 150.0
LARGEST_PIXELS = 200_000_000

_Array = NDArray[np.float64]

_PIECE_PX = 8.0
_BAND_PIXELS = 4_000_000
_BATCH_PIXELS = 2_000_000


def render_png(drawing: Drawing, dpi: float = DEFAULT_DPI) -> bytes:
    """A PNG file with its resolution (pHYs) and provenance (tEXt); layers lie over each other as opaque ink.

    Raises:
        InputError: the resolution or a pen's colour makes no sense, or there would be more than `LARGEST_PIXELS`.
    """
    from PIL.Image import fromarray, new

    width, height = _size_px(drawing, dpi)
    inks = [
        _Ink.of(layer.strokes, layer.pen.colour, layer.pen.width_mm, dpi, (width, height)) for layer in drawing.layers
    ]
    image = new("RGB", (width, height), "white")
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        band = np.full((min(rows, height - top), width, 3), 255.0, np.float32)
        for ink in inks:
            cover = ink.coverage(top, len(band), width)
            band += (ink.colour - band) * cover[..., None]
        image.paste(fromarray(np.rint(band).astype(np.uint8)), (0, top))
    return encode_png(image, drawing.provenance, dpi)


def encode_png(image: Image, provenance: Provenance, dpi: float | None = None) -> bytes:
    """A picture as a PNG file with its provenance (tEXt) and, where it has one, its resolution (pHYs)."""
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text(PNG_KEYWORD, provenance.to_json())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=text, **({} if dpi is None else {"dpi": (dpi, dpi)}))
    return buffer.getvalue()


def check_dpi(dpi: float) -> None:
    """Refuse a resolution that no picture has.

    Raises:
        InputError: it is not between 1 and 10,000 dpi.
    """
    # Written so that NaN fails too.
    if not 1.0 <= dpi <= 10_000.0:
        raise InputError(f"a resolution of {dpi:g} dpi makes no sense", hint="choose one such as 150 or 300")


def _size_px(drawing: Drawing, dpi: float) -> tuple[int, int]:
    check_dpi(dpi)
    per_mm = dpi / MM_PER_UNIT["in"]
    width = max(1, round(drawing.page.width_mm * per_mm))
    height = max(1, round(drawing.page.height_mm * per_mm))
    if width * height > LARGEST_PIXELS:
        fitting = int(dpi * (LARGEST_PIXELS / (width * height)) ** 0.5)
        raise InputError(
            f"a picture of {width} x {height} pixels is too large",
            hint=f"choose {fitting} dpi or less for this page, or write an SVG",
        )
    return width, height


@dataclass(frozen=True)
class _Ink:
    """One layer cut into pieces of at most ``longest`` pixels.

    Attributes:
        colour: float32 [3], 0..255.
        begins, steps: float64 [n, 2], where each piece begins and how far it goes, in pixels, ordered by y of their
            middle.
        longest: length of the longest piece.
        radius: half the width drawn: at least half a pixel.
        opacity: below 1 for lines thinner than a pixel.
    """

    colour: NDArray[np.float32]
    begins: _Array
    steps: _Array
    longest: float
    radius: float
    opacity: float

    @classmethod
    def of(cls, strokes: Strokes, colour: str, width_mm: float, dpi: float, size_px: tuple[int, int]) -> _Ink:
        per_mm = dpi / MM_PER_UNIT["in"]
        width = width_mm * per_mm
        radius = max(width, 1.0) / 2.0
        begins, steps = _segments(strokes, per_mm)
        begins, steps = _clipped(begins, steps, size_px, radius + 1.0)
        begins, steps = _cut(begins, steps, max(_PIECE_PX, width))
        order = np.argsort(begins[:, 1] + steps[:, 1] / 2.0, kind="stable")
        longest = float(np.hypot(*steps.T).max(initial=0.0))
        return cls(_rgb(colour), begins[order], steps[order], longest, radius, min(width, 1.0))

    def coverage(self, top: int, rows: int, columns: int) -> NDArray[np.float32]:
        """How much of each pixel of a band the ink covers: float32 [rows, columns], 0..1."""
        reach = self.longest / 2.0 + self.radius + 1.0
        side = int(np.ceil(2.0 * reach)) + 1
        cover = np.zeros(rows * columns, np.float32)
        for begins, steps in self._batches(top - reach - 1.0, top + rows + reach + 1.0, side):
            corner = np.floor(begins + steps / 2.0 - reach).astype(np.int64)
            x = corner[:, 0, None, None] + np.arange(side)[None, None, :]
            y = corner[:, 1, None, None] + np.arange(side)[None, :, None]
            distance = _distance(x, y, begins, steps)
            alpha = np.clip(self.radius + 0.5 - distance, 0.0, 1.0) * self.opacity
            seen = (alpha > 0.0) & (x >= 0) & (x < columns) & (y >= top) & (y < top + rows)
            np.maximum.at(cover, ((y - top) * columns + x)[seen], alpha[seen].astype(np.float32))
        return cover.reshape(rows, columns)

    def _batches(self, low: float, high: float, side: int) -> Iterator[tuple[_Array, _Array]]:
        """The pieces with their middle between two heights, few enough at a time for `_BATCH_PIXELS`."""
        middle = self.begins[:, 1] + self.steps[:, 1] / 2.0
        first, last = np.searchsorted(middle, (low, high))
        size = max(1, _BATCH_PIXELS // side**2)
        for begin in range(int(first), int(last), size):
            end = min(begin + size, int(last))
            yield self.begins[begin:end], self.steps[begin:end]


def _rgb(colour: str) -> NDArray[np.float32]:
    from PIL import ImageColor

    try:
        return np.array(ImageColor.getrgb(colour)[:3], np.float32)
    except ValueError as error:
        raise InputError(f"{colour!r} is not a colour", hint="write it as #rrggbb") from error


def _segments(strokes: Strokes, per_mm: float) -> tuple[_Array, _Array]:
    """All segments in pixels, and strokes of one point as segments without length."""
    points = strokes.points * per_mm
    lengths = np.diff(strokes.offsets)
    inside = np.ones(len(points), bool)
    inside[strokes.offsets[1:] - 1] = False
    first = np.concatenate([np.flatnonzero(inside), strokes.offsets[:-1][lengths == 1]])
    last = np.concatenate([np.flatnonzero(inside) + 1, strokes.offsets[:-1][lengths == 1]])
    return points[first], points[last] - points[first]


def _clipped(begins: _Array, steps: _Array, size_px: tuple[int, int], margin: float) -> tuple[_Array, _Array]:
    """The parts of segments on the page or within ``margin`` of it (Liang and Barsky's parameters)."""
    low, high = -margin, np.array(size_px) + margin
    with np.errstate(divide="ignore", invalid="ignore"):
        at_low, at_high = (low - begins) / steps, (high - begins) / steps
    still = steps == 0.0
    within = (begins >= low) & (begins <= high)
    enter = np.where(still, np.where(within, 0.0, np.inf), np.minimum(at_low, at_high)).max(axis=1).clip(0.0)
    leave = np.where(still, 1.0, np.maximum(at_low, at_high)).min(axis=1).clip(max=1.0)
    kept = enter <= leave
    enter, leave = enter[kept, None], leave[kept, None]
    return begins[kept] + steps[kept] * enter, steps[kept] * (leave - enter)


def _cut(begins: _Array, steps: _Array, longest: float) -> tuple[_Array, _Array]:
    """Segments as equal pieces no longer than ``longest``."""
    counts = np.maximum(np.ceil(np.hypot(*steps.T) / longest), 1.0).astype(np.int64)
    steps = np.repeat(steps / counts[:, None], counts, axis=0)
    index = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(begins, counts, axis=0) + steps * index[:, None], steps


def _distance(x: IntArray, y: IntArray, begins: _Array, steps: _Array) -> _Array:
    """From the centres of pixels [n, rows, columns] to their segment [n]."""
    dx, dy = x + 0.5 - begins[:, 0, None, None], y + 0.5 - begins[:, 1, None, None]
    step_x, step_y = steps[:, 0, None, None], steps[:, 1, None, None]
    length_squared = np.maximum(step_x**2 + step_y**2, np.finfo(float).tiny)
    along = np.clip((dx * step_x + dy * step_y) / length_squared, 0.0, 1.0)
    return np.hypot(dx - along * step_x, dy - along * step_y)
