"""Pictures to judge a training run by: drawings side by side, and its losses over time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.training.data import DrawingSet
from sketchdesign.training.history import read_losses

_INK, _PAPER, _GRID, _FAINT = "#1b1b1b", "#ffffff", "#e4e4e4", "#6a6a6a"
_SUPERSAMPLING = 3
"""Pillow draws without antialiasing; drawn larger and reduced, lines come out smooth."""
MOST_CELLS = 1000

_CURVES = (("reconstruction", "#1f6fb4", "L_R, training"), ("valid_reconstruction", "#c8452f", "L_R, validation"))
_KL_CURVES = (("kl", "#5a8f3c", "L_KL, training"), ("valid_kl", "#b98a17", "L_KL, validation"))


def contact_sheet(
    sketches: Sequence[Sketch], columns: int = 10, *, cell_px: int = 120, gap_px: int = 12, line_px: float = 1.6
) -> bytes:
    """The sketches as a PNG, row by row, each fitted into its square cell.

    Args:
        sketches: in any units; an empty one leaves its cell empty.
        columns: cells in a row.
        cell_px, gap_px, line_px: sides of a cell, room around each drawing, width of its lines.

    Raises:
        InputError: there is nothing to show, or more than a picture can hold.
    """
    if not 1 <= len(sketches) <= MOST_CELLS or not 1 <= columns <= MOST_CELLS:
        raise InputError(f"{len(sketches)} sketches in {columns} columns are no sheet", hint=f"show 1 to {MOST_CELLS}")
    rows = -(-len(sketches) // columns)
    zoom = _SUPERSAMPLING
    image = Image.new("RGB", (columns * cell_px * zoom, rows * cell_px * zoom), _PAPER)
    draw = ImageDraw.Draw(image)
    for place, sketch in enumerate(sketches):
        row, column = divmod(place, columns)
        middle = (np.array([column, row]) + 0.5) * cell_px
        for line in fitted(sketch, cell_px - 2 * gap_px, middle):
            _draw_line(draw, line * zoom, line_px * zoom, _INK)
    return _png(image.resize((columns * cell_px, rows * cell_px), Image.Resampling.LANCZOS))


def drawings_sheet(drawings: DrawingSet, count: int = 100, seed: int = 1) -> bytes:
    """Some of the drawings at random, always the same, as a PNG: what a network is to learn."""
    chosen = np.random.default_rng(seed).permutation(len(drawings))[:count]
    return contact_sheet(drawings.sketches(np.sort(chosen)), 10)


def fitted(sketch: Sketch, side: float, middle: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The sketch's polylines, scaled to fit a square of this side around ``middle``."""
    x_min, y_min, x_max, y_max = sketch.bounds
    extent = max(x_max - x_min, y_max - y_min)
    scale = side / extent if extent > 0.0 else 1.0
    centre = np.array([x_min + x_max, y_min + y_max]) / 2.0
    return [(line.astype(np.float64) - centre) * scale + middle for line in sketch.polylines()]


def loss_curves(path: Path, *, width_px: int = 900, height_px: int = 640) -> bytes:
    """The losses of a run's ``losses.csv`` as a PNG: L_R above, L_KL below, over the steps.

    Raises:
        InputError: the file cannot be read, or holds no losses yet.
    """
    rows = read_losses(path)
    if not rows:
        raise InputError(f"{path} holds no losses yet")
    table = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    zoom = 2
    image = Image.new("RGB", (width_px * zoom, height_px * zoom), _PAPER)
    draw = ImageDraw.Draw(image)
    half = height_px * zoom // 2
    for top, curves in ((0, _CURVES), (half, _KL_CURVES)):
        box = (80 * zoom, top + 20 * zoom, (width_px - 20) * zoom, top + half - 40 * zoom)
        _plot(draw, box, table, curves, zoom)
    return _png(image.resize((width_px, height_px), Image.Resampling.LANCZOS))


def _plot(
    draw: ImageDraw.ImageDraw,
    box: tuple[int, int, int, int],
    table: dict[str, NDArray[np.float64]],
    curves: Sequence[tuple[str, str, str]],
    zoom: int,
) -> None:
    left, top, right, bottom = box
    font = ImageFont.load_default(13 * zoom)
    steps = table["step"]
    shown = np.concatenate([table[key] for key, _, _ in curves])
    shown = shown[np.isfinite(shown)]
    x_ticks = nice_ticks(0.0, float(steps.max()))
    # The first steps tower over all others; the axis is for the rest.
    y_ticks = nice_ticks(min(0.0, float(shown.min())), float(np.quantile(shown, 0.98)) if len(shown) else 1.0)
    x_scale = (right - left) / (x_ticks[-1] - x_ticks[0])
    y_scale = (bottom - top) / (y_ticks[-1] - y_ticks[0])
    for tick in x_ticks:
        x = left + (tick - x_ticks[0]) * x_scale
        draw.line([(x, top), (x, bottom)], fill=_GRID, width=zoom)
        draw.text((x, bottom + 6 * zoom), f"{tick:,.0f}", fill=_FAINT, font=font, anchor="mt")
    for tick in y_ticks:
        y = bottom - (tick - y_ticks[0]) * y_scale
        draw.line([(left, y), (right, y)], fill=_GRID, width=zoom)
        draw.text((left - 8 * zoom, y), f"{tick:g}", fill=_FAINT, font=font, anchor="rm")
    for number, (key, colour, label) in enumerate(curves):
        known = np.isfinite(table[key])
        x = left + (steps[known] - x_ticks[0]) * x_scale
        y = bottom - (np.clip(table[key][known], y_ticks[0], y_ticks[-1]) - y_ticks[0]) * y_scale
        _draw_line(draw, np.column_stack([x, y]), 1.6 * zoom, colour)
        name_y = top + (14 + 20 * number) * zoom
        draw.line([(right - 190 * zoom, name_y), (right - 165 * zoom, name_y)], fill=colour, width=2 * zoom)
        draw.text((right - 158 * zoom, name_y), label, fill=_INK, font=font, anchor="lm")


def nice_ticks(low: float, high: float, count: int = 6) -> NDArray[np.float64]:
    """About ``count`` round numbers, the first at or below ``low`` and the last at or above ``high``."""
    span = high - low if high > low else 1.0
    power = 10.0 ** np.floor(np.log10(span / count))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if span <= factor * power * count)
    first, last = np.floor(low / step), np.ceil(max(high, low + step) / step)
    ticks: NDArray[np.float64] = np.arange(first, last + 1.0) * step
    return ticks


def _draw_line(draw: ImageDraw.ImageDraw, line: NDArray[np.float64], width: float, colour: str) -> None:
    """A polyline with round ends; a single point is a dot."""
    corners = [(float(x), float(y)) for x, y in line]
    if len(corners) > 1:
        draw.line(corners, fill=colour, width=max(1, round(width)), joint="curve")
    radius = width / 2.0
    for x, y in (corners[0], corners[-1]) if corners else ():
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
