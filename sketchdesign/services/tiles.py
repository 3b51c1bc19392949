"""Tiles that repeat: sketches laid out, cut and proved; sheets of them; and tiles from other programs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.drawing import Drawing, Page, Pen
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.output.files import read_provenance, write_drawing
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.sheets import drawing_recipe
from sketchdesign.services.tile_pictures import tile_picture

if TYPE_CHECKING:
    from sketchdesign.design.layout import Layout, Motif, Placement
    from sketchdesign.design.proof import Proof
    from sketchdesign.design.tile import Design
    from sketchdesign.geometry.optimise import RouteReport
    from sketchdesign.geometry.vpype_worker import VpypeWorker
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.generate import GenerateSettings

_DESIGN = "design"


@dataclass(frozen=True)
class TileSettings:
    """How a tile is made of sketches.

    Attributes:
        repeat: a name that `make_repeat` knows.
        cell_mm: width and height of a cell.
        layout: how the motifs sit in it.
        pens: they take turns.
        seed: of the layout.
        kaleidoscope: cut the motifs at the border of the repeat's domain.
        mirrored_pen: draw mirror images with the next pen.
        overhang: write whole motifs in the place of strokes cut at the edges.
    """

    repeat: str
    cell_mm: tuple[float, float]
    layout: Layout
    pens: tuple[Pen, ...] = (Pen(),)
    seed: int = 1
    kaleidoscope: bool = False
    mirrored_pen: bool = False
    overhang: bool = False


@dataclass(frozen=True)
class Tile:
    """A finished tile.

    Attributes:
        design: the motifs and their repeat.
        drawing: what is written: one straight repeat, with its provenance.
        proof: of the cut tile.
        sketches: number of motifs placed in one domain.
        coverage: share of the area inside the motifs' outlines.
        seconds: what laying out, cutting and proving took.
    """

    design: Design
    drawing: Drawing
    proof: Proof
    sketches: int
    coverage: float
    seconds: float


@dataclass(frozen=True)
class PatternSheet:
    """A page of a repeat, routed; ``joined`` if it comes from a tile whose strokes had been cut at the seams."""

    drawing: Drawing
    route: RouteReport
    sketches: int
    joined: bool
    estimate_s: float
    seconds: float


def drawn_tile(model: Model, drawing: GenerateSettings, settings: TileSettings) -> Work[Tile]:
    """Let a model draw the motifs, as many as the layout asks for, and make a tile of them."""
    from sketchdesign.services.generate import generate

    drawing = replace(drawing, count=settings.layout.count)
    generated = yield from generate(model, drawing)
    source = drawing_recipe(model, drawing)
    return (yield from make_tile([drawn.sketch for drawn in generated.sketches], settings, source))


def make_tile(sketches: Sequence[Sketch], settings: TileSettings, source: dict[str, Any]) -> Work[Tile]:
    """Lay sketches out in a repeat and cut one tile of it.

    Args:
        sketches: at least one; they take turns.
        settings: repeat, layout and pens.
        source: where the sketches come from, for the recipe.

    Raises:
        InputError: the repeat is unknown, a sketch is empty, or no motif fits.
    """
    from sketchdesign.design.archive import design_to_json, quantised
    from sketchdesign.design.layout import coverage, design_of, motif_of
    from sketchdesign.design.proof import prove
    from sketchdesign.design.repeat import make_repeat
    from sketchdesign.design.tile import cut_tile, overhang_tile

    started = time.perf_counter()
    repeat = make_repeat(settings.repeat, *settings.cell_mm)
    motifs = [motif_of(sketch) for sketch in sketches]
    placements = yield from _placed(motifs, settings)
    design = design_of(
        motifs,
        placements,
        repeat,
        settings.pens,
        kaleidoscope=settings.kaleidoscope,
        mirrored_pen=settings.mirrored_pen,
    )
    # A design reopened from its file gives the same tile.
    design = replace(design, layers=tuple(replace(each, strokes=quantised(each.strokes)) for each in design.layers))
    cut = cut_tile(design)
    recipe = {
        "command": "tile",
        **source,
        "layout": settings.layout.to_json(),
        "layout_seed": settings.seed,
        "overhang": settings.overhang,
        _DESIGN: design_to_json(design, settings.cell_mm),
    }
    drawing = replace(overhang_tile(design) if settings.overhang else cut, provenance=Provenance(recipe))
    return Tile(
        design,
        drawing,
        prove(cut, step_mm=0.0),
        len(placements),
        coverage(motifs, placements, repeat, clipped=settings.kaleidoscope),
        time.perf_counter() - started,
    )


def _placed(motifs: Sequence[Motif], settings: TileSettings) -> Work[list[Placement]]:
    from sketchdesign.design.layout import arrange_rows
    from sketchdesign.design.packing import pack
    from sketchdesign.design.repeat import make_repeat

    repeat = make_repeat(settings.repeat, *settings.cell_mm)
    rng = np.random.Generator(np.random.Philox(key=stream_key(settings.seed, "layout")))
    if settings.layout.kind == "grid":
        return arrange_rows(motifs, settings.layout, repeat, rng)
    placements = []
    for placement in pack(motifs, settings.layout, repeat, rng):
        placements.append(placement)
        yield Progress(len(placements), settings.layout.motifs, "motifs placed")
    return placements


def export_tile(tile: Tile, paths: Sequence[Path], dpi: float) -> list[str]:
    """Write a tile to each path; returns what a person should know about it, in sentences.

    A ``.png`` has whole pixels: the tile is stretched to them, by less than half a pixel.
    """
    notes = [] if tile.proof.seamless else [f"The tile does not meet itself: {tile.proof.problems[0].text}."]
    for path in paths:
        if path.suffix.lower() != ".png":
            write_drawing(tile.drawing, path, dpi=dpi)
            continue
        from sketchdesign.core.files import write_atomic

        picture = tile_picture(tile.design, dpi, tile.drawing.provenance)
        write_atomic(path, picture.data)
        width, height = tile.design.repeat.rectangle_mm
        if max(abs(picture.width_mm - width), abs(picture.height_mm - height)) > 0.0005:
            notes.append(
                f"{path.name} has {picture.width_px} x {picture.height_px} whole pixels, which are "
                f"{picture.width_mm:.3f} x {picture.height_mm:.3f} mm at {dpi:g} dpi "
                f"(the tile: {width:.3f} x {height:.3f} mm)."
            )
    return notes


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
    if _DESIGN in recipe:
        return design_from_json(recipe[_DESIGN]), False
    if path.suffix.lower() != ".svg":
        raise InputError(f"{path} keeps no design", hint="give a tile written by sketchdesign, or any tile as .svg")
    return design_of_tile(read_drawing(path)), True


def pattern_sheet(
    path: Path,
    page: Page,
    margin_mm: float,
    worker: VpypeWorker,
    *,
    pipeline: str | None = None,
    machine: MachineProfile = AXIDRAW_V3,
) -> Work[PatternSheet]:
    """The repeat of a tile's file over a page, from uncut strokes, routed with vpype.

    Raises:
        InputError, SketchFormatError: as `open_design`; the margin leaves no room; the strokes would be too many.
    """
    from sketchdesign.design.tile import count_motifs, printable, sheet
    from sketchdesign.geometry.clip import Box
    from sketchdesign.geometry.optimise import optimise
    from sketchdesign.geometry.timecost import estimate_s

    started = time.perf_counter()
    area = printable(page, margin_mm)
    design, joined = open_design(path)
    worker.start()
    drawing = sheet(design, page, margin_mm)
    yield Progress(0, 1, "routing")
    routed, route = optimise(drawing, worker, pipeline)
    recipe = {
        "command": "sheet",
        "page": {"width_mm": page.width_mm, "height_mm": page.height_mm},
        "margin_mm": margin_mm,
        "pipeline": route.pipeline,
        "tile": {} if joined else dict(read_provenance(path).recipe),
    }
    routed = replace(routed, provenance=Provenance(recipe))
    shown = Box(0.0, 0.0, *(area.high - area.low))
    return PatternSheet(
        routed,
        route,
        count_motifs(design, shown),
        joined,
        estimate_s(routed, machine),
        time.perf_counter() - started,
    )


def prove_file(path: Path, tolerance_mm: float | None = None) -> Proof:
    """Whether the tile in an SVG file meets itself, whoever made it.

    Raises:
        InputError, SketchFormatError: it cannot be read, or shows no lines.
    """
    from sketchdesign.design.proof import TOLERANCE_MM, prove
    from sketchdesign.geometry.read_drawing import read_drawing

    if path.suffix.lower() != ".svg":
        raise InputError(f"cannot prove {path} by its ending", hint="give a tile as .svg")
    return prove(read_drawing(path), tolerance_mm=TOLERANCE_MM if tolerance_mm is None else tolerance_mm)


def read_sketches(text: str, most: int) -> tuple[list[Sketch], dict[str, Any]]:
    """The first sketches of a file, or one of it, and their source for the recipe.

    Args:
        text: ``FILE``, ``FILE#N`` or ``example:NAME``.
        most: how many to take of a file of many.
    """
    import itertools

    from sketchdesign.core import quickdraw
    from sketchdesign.services.inputs import read_input

    path = Path(text)
    if path.suffix.lower() == ".ndjson" and path.is_file():
        found = [drawing.sketch for drawing in itertools.islice(quickdraw.read_ndjson(path), most)]
    else:
        found = [read_input(text).sketch]
    if not found:
        raise InputError(f"{text} holds no drawing", hint="give another file")
    return found, {"sketches": Path(text).name}
