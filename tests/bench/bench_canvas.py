"""Panning and zooming over 20,000 sketches without a screen: ``python tests/bench/bench_canvas.py``.

Prints how long the main thread needs for a frame, while the squares are being painted and when they are there.
"""

from __future__ import annotations

import os
import statistics
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from sketchdesign.core.drawing import Pen
from sketchdesign.core.strokes import Sketch
from sketchdesign.gui.canvas import Canvas
from sketchdesign.gui.scene import Scene

SKETCHES = 20_000
COLUMNS = 200
SIZE = (1600, 1000)
FRAMES_BAR = 30.0
"""Frames a second, without a graphics card."""


def scribble(rng: np.random.Generator) -> Sketch:
    """Five strokes of sixteen points."""
    return Sketch.from_polylines(np.cumsum(rng.normal(size=(5, 16, 2)), axis=1) + rng.normal(size=(5, 1, 2)) * 5.0)


def frames(canvas: Canvas, target: QPixmap, step: QPointF, count: int) -> list[float]:
    """Milliseconds of each of some frames, panned by ``step``."""
    times = []
    for _ in range(count):
        canvas._look(canvas.view.panned(step))
        started = time.perf_counter()
        canvas.render(target)
        times.append(1e3 * (time.perf_counter() - started))
        QApplication.processEvents()
    return times


def settle(canvas: Canvas, target: QPixmap) -> float:
    """Seconds until every square in sight is painted."""
    started = time.perf_counter()
    canvas.render(target)
    while canvas._tiles._asked:
        QApplication.processEvents()
        time.sleep(0.002)
    canvas.render(target)
    return time.perf_counter() - started


def told(name: str, times: list[float]) -> None:
    """One line of the result."""
    worst, middle = max(times), statistics.median(times)
    verdict = "ok" if 1e3 / middle >= FRAMES_BAR else "MISSED"
    print(f"{name:34s} median {middle:6.1f} ms  worst {worst:6.1f} ms  {1e3 / middle:5.0f} frames/s  {verdict}")


def main() -> None:
    """Measure and print."""
    application = QApplication([])
    rng = np.random.default_rng(1)
    sketches = [scribble(rng) for _ in range(500)]
    started = time.perf_counter()
    scene = Scene.grid(SKETCHES // COLUMNS, COLUMNS)
    for number in range(SKETCHES):
        scene.set_cell(number, [(sketches[number % 500], Pen())])
    scene.pictures  # noqa: B018
    print(f"{SKETCHES} sketches made in {time.perf_counter() - started:.1f} s, {scene.point_count:,} points")
    canvas = Canvas("Bench")
    canvas.resize(*SIZE)
    canvas.show()
    target = QPixmap(*SIZE)
    canvas.show_scene(scene)
    application.processEvents()
    print(f"all of it painted in {settle(canvas, target):.1f} s")
    told("pan, all in sight, painted", frames(canvas, target, QPointF(1.0, 0.5), 60))
    canvas.zoom_by(3.0)
    told("pan at 3x while painting", frames(canvas, target, QPointF(-7.0, -4.0), 60))
    settle(canvas, target)
    told("pan at 3x, painted", frames(canvas, target, QPointF(1.0, 1.0), 60))
    canvas.zoom_by(8.0)
    settle(canvas, target)
    told("pan at 24x, painted at once", frames(canvas, target, QPointF(-3.0, 2.0), 60))


if __name__ == "__main__":
    main()
