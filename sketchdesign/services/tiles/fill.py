"""Drawn scenes with a region of theirs filled with sketches: rain for a sky, flowers for a heart."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.seeds import stream_key
from sketchdesign.services.inputs import read_input
from sketchdesign.services.jobs import Progress, Work

if TYPE_CHECKING:
    from sketchdesign.design.fill import Region
    from sketchdesign.design.layout import Layout, Placement
    from sketchdesign.services.tiles.making import MotifSet

REGIONS = ("sky", "outside", "inside")


@dataclass(frozen=True)
class FillSettings:
    """How a region is filled.

    Attributes:
        layout: how the motifs are tossed.
        region: one of `REGIONS`, or the name or number of a layer, or the id of a shape: what it goes around.
        pens: of the motifs; they take turns.
        seed: of the layout.
        keep_scene: draw the scene, too; else its lines are no obstacle, and its shape shows by the motifs alone.
    """

    layout: Layout
    region: str = "sky"
    pens: tuple[Pen, ...] = (Pen(),)
    seed: int = 1
    keep_scene: bool = True


@dataclass(frozen=True)
class Scene:
    """A drawing to fill, and the file that it came from, if shapes can be found there by their ids."""

    drawing: Drawing
    name: str
    path: Path | None = None


@dataclass(frozen=True)
class Filled:
    """A filled scene.

    Attributes:
        drawing: the layers of the scene, then those of the motifs.
        sketches: how many motifs found room.
        coverage: share of the free region inside their outlines.
        region_mm2: its area.
        seconds: what it took.
    """

    drawing: Drawing
    sketches: int
    coverage: float
    region_mm2: float
    seconds: float


def read_scene(text: str, page: Page, margin_mm: float) -> Scene:
    """A scene from an SVG file, on the page that it has; or any other input, as large as the given page allows.

    Raises:
        InputError, SketchFormatError: it cannot be read, shows nothing, or the margin leaves no room.
    """
    from sketchdesign.design.layout import placed_motif
    from sketchdesign.design.tile import printable
    from sketchdesign.geometry.read_drawing import read_drawing

    if text.lower().endswith(".svg"):
        return Scene(read_drawing(Path(text)), Path(text).name, Path(text))
    area = printable(page, margin_mm)
    sketch = read_input(text).sketch
    points = sketch.points.astype(np.float64)
    motif, _ = placed_motif(Strokes(points, np.concatenate([[0], np.cumsum(sketch.stroke_lengths)])))
    unit = motif.strokes.points
    size = float(((area.high - area.low) / np.ptp(unit, axis=0).clip(1e-9)).min())
    strokes = Strokes((area.low + area.high) / 2.0 + unit * size, motif.strokes.offsets)
    return Scene(Drawing(page, (Layer(Pen(), strokes, "scene"),)), Path(text).name)


def fill_scene(scene: Scene, given: MotifSet, settings: FillSettings) -> Work[Filled]:
    """Toss motifs into a region of a scene.

    Raises:
        InputError: there is no such region, or no motif fits into it.
    """
    from sketchdesign.design.fill import fill_layers, fill_region, free_of_strokes

    started = time.perf_counter()
    drawn = scene.drawing
    gap_mm = settings.layout.gap_mm
    free = free_of_strokes(region_of(scene, settings.region), drawn, gap_mm, drawn=settings.keep_scene)
    rng = np.random.Generator(np.random.Philox(key=stream_key(settings.seed, "fill")))
    placements: list[Placement] = []
    for placements in fill_region(given.motifs, settings.layout, free, drawn.page, rng):
        yield Progress(len(placements), settings.layout.motifs, "motifs placed")
    covered = sum(given.motifs[placed.motif].area * placed.size_mm**2 for placed in placements)
    recipe = {
        "command": "fill",
        "scene": scene.name,
        **given.recipe,
        "region": settings.region,
        "layout": settings.layout.to_json(),
        "layout_seed": settings.seed,
        "keep_scene": settings.keep_scene,
    }
    kept = drawn.layers if settings.keep_scene else ()
    layers = (*kept, *fill_layers(given.motifs, placements, settings.pens))
    return Filled(
        Drawing(drawn.page, layers, Provenance(recipe)),
        len(placements),
        covered / free.area,
        float(free.area),
        time.perf_counter() - started,
    )


def region_of(scene: Scene, name: str) -> Region:
    """A region of a scene by its name; see `FillSettings`.

    Raises:
        InputError: there is none of that name, or it is empty.
    """
    from sketchdesign.design import fill

    if name == "sky":
        return fill.sky(scene.drawing)
    if name == "outside":
        return fill.outside(scene.drawing)
    layers = scene.drawing.layers if name == "inside" else _named(scene, name)
    return fill.inside(layers)


def _named(scene: Scene, name: str) -> Sequence[Layer]:
    from sketchdesign.geometry.one_shape import read_shape

    layers = scene.drawing.layers
    found = [layer for number, layer in enumerate(layers, 1) if name in (str(number), layer.label)]
    if found:
        return found
    shape = read_shape(scene.path, name) if scene.path is not None else None
    if shape is None:
        labels = " ".join(layer.label for layer in layers if layer.label)
        raise InputError(
            f"the scene has no layer or shape {name!r:.60}", hint=f"use one of {' '.join(REGIONS)} {labels}".rstrip()
        )
    return shape.layers
