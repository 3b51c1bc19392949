"""How many sketches a second become pictures, on one core.

python tests/bench/bench_raster.py
"""

from __future__ import annotations

import time

import numpy as np

from sketchdesign.core.strokes import Sketch
from sketchdesign.model.raster import outlines, rasterise

SKETCHES, ROUNDS = 2000, 5


def main() -> None:
    rng = np.random.default_rng(1)
    # Like a QuickDraw cat: ten strokes of six points, each a tenth of the picture from the last.
    steps = rng.normal(scale=25.0, size=(SKETCHES, 10, 6, 2))
    lines = np.cumsum(steps, axis=2) + rng.uniform(0.0, 255.0, (SKETCHES, 10, 1, 2))
    drawn = outlines([Sketch.from_polylines(list(sketch)) for sketch in lines])
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        rasterise(drawn)
        seconds.append(time.perf_counter() - started)
    print(f"{SKETCHES / min(seconds):,.0f} sketches/s at best of {ROUNDS} rounds of {SKETCHES}")


if __name__ == "__main__":
    main()
