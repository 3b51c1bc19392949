"""Small made-up drawings in QuickDraw's manner, and a way to write them down."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from sketchdesign.core.strokes import Sketch


def zigzag(rng: np.random.Generator, strokes: int) -> Sketch:
    """A drawing of QuickDraw's kind: integer pixels, a few strokes that go back and forth."""
    lines = []
    for _ in range(strokes):
        count = int(rng.integers(4, 8))
        x = np.arange(count) * 12 + rng.integers(0, 60)
        y = 100 + 20 * (np.arange(count) % 2) + rng.integers(0, 80)
        lines.append(np.column_stack([x, y]))
    return Sketch.from_polylines(lines)


def zigzags(count: int, strokes: int, seed: int) -> list[Sketch]:
    rng = np.random.default_rng(seed)
    return [zigzag(rng, strokes) for _ in range(count)]


def write_bin(path: Path, sketches: list[Sketch]) -> None:
    data = bytearray()
    for sketch in sketches:
        data += struct.pack("<Q2sbIH", 1, b"DE", 1, 0, sketch.stroke_count)
        for line in sketch.polylines():
            pixels = line.astype(np.uint8)
            data += struct.pack("<H", len(line)) + pixels[:, 0].tobytes() + pixels[:, 1].tobytes()
    path.write_bytes(data)
