"""Tiles that repeat: sketches laid out, coloured, cut and proved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.seeds import stream_key
from sketchdesign.core.strokes import Sketch
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.project.sheets import PatternSheet, pattern_sheet
from sketchdesign.services.tiles.files import export_tile, open_design, prove_file
from sketchdesign.services.tiles.settings import MOST_TRIES, Locked, MotifSet, TileSettings

if TYPE_CHECKING:
    from sketchdesign.design.croquis import Croquis
    from sketchdesign.design.layout import Motif, Placement
    from sketchdesign.design.proof import Proof
    from sketchdesign.design.symmetry import Repeat
    from sketchdesign.design.tile import Design

__all__ = [
    "MOST_TRIES",
    "Locked",
    "MotifSet",
    "PatternSheet",
    "Tile",
    "TileSettings",
    "export_tile",
    "make_tile",
    "open_design",
    "pattern_sheet",
    "placed",
    "prove_file",
    "read_sketches",
    "tile_of",
]


@dataclass(frozen=True)
class Tile:
    """A finished tile.

    Attributes:
        design: the motifs and their repeat.
        drawing: what is written: one straight repeat, with its provenance.
        proof: of the cut tile.
        sketches: number of motifs placed in one domain.
        coverage: share of the area inside the motifs' outlines.
        placements: of the motifs, by their numbers in the design.
        like_neighbours: share of neighbours that are of the same kind.
        croquis: what the croquis check found.
        layout_seed: the seed of the layout that was kept.
        seconds: what laying out, cutting and proving took.
        settings: what was asked for.
    """

    design: Design
    drawing: Drawing
    proof: Proof
    sketches: int
    coverage: float
    placements: tuple[Placement, ...]
    like_neighbours: float
    croquis: Croquis
    layout_seed: int
    seconds: float
    settings: TileSettings


def make_tile(sketches: Sequence[Sketch], settings: TileSettings, source: dict[str, Any]) -> Work[Tile]:
    """Lay sketches out in a repeat and cut one tile of it.

    Args:
        sketches: at least one; they take turns, and each is of a kind of its own.
        settings: repeat, layout and pens.
        source: where the sketches come from, for the recipe.

    Raises:
        InputError: the repeat is unknown, a sketch is empty, or no motif fits.
    """
    from sketchdesign.design.layout import motif_of

    motifs = [motif_of(sketch, number) for number, sketch in enumerate(sketches)]
    return (yield from tile_of(MotifSet(motifs, source), settings))


def tile_of(given: MotifSet, settings: TileSettings) -> Work[Tile]:
    """Lay motifs out in a repeat and cut one tile of it; see `make_tile`."""
    from sketchdesign.design.archive import design_to_json
    from sketchdesign.design.colouring import check_colour_by
    from sketchdesign.design.layout import coverage, like_neighbours
    from sketchdesign.design.overlap import occluded
    from sketchdesign.design.proof import prove
    from sketchdesign.design.repeat import make_repeat
    from sketchdesign.design.tile import cut_tile, overhang_tile

    started = time.perf_counter()
    repeat = make_repeat(settings.repeat, *settings.cell_mm)
    check_colour_by(settings.colour_by, repeat)
    held = settings.locked
    motifs = [*given.motifs, *(each.motif for each in held)]
    seed, placements, design, croquis = yield from _best_layout(motifs, len(given.motifs), settings, repeat)
    # A design reopened from its file gives the same tile.
    whole = design = _quantised(design)
    if settings.layout.overlap_mm:
        design = _quantised(occluded(design, on_top={each.number for each in held}))
    cut = cut_tile(design)
    recipe = {
        "command": "tile",
        **given.recipe,
        "layout": settings.layout.to_json(),
        "layout_seed": seed,
        "locked": [each.number for each in held],
        "overhang": settings.overhang,
        "colour_by": settings.colour_by,
        "pens": [asdict(pen) for pen in settings.pens],
        "design": design_to_json(design, settings.cell_mm),
    }
    if settings.ground:
        recipe["ground"] = settings.ground
    if whole is not design:
        recipe["whole_motifs"] = design_to_json(whole, settings.cell_mm)
    drawing = replace(overhang_tile(design) if settings.overhang else cut, provenance=Provenance(recipe))
    return Tile(
        design,
        drawing,
        prove(cut, step_mm=0.0),
        len(placements),
        coverage(motifs, placements, repeat, clipped=settings.kaleidoscope),
        tuple(placements),
        like_neighbours(motifs, placements, repeat),
        croquis,
        seed,
        time.perf_counter() - started,
        settings,
    )


def _quantised(design: Design) -> Design:
    from sketchdesign.design.archive import quantised

    return replace(design, layers=tuple(replace(each, strokes=quantised(each.strokes)) for each in design.layers))


def _best_layout(
    motifs: Sequence[Motif], new: int, settings: TileSettings, repeat: Repeat
) -> Work[tuple[int, list[Placement], Design, Croquis]]:
    """Of as many layouts as the settings ask for the one that the croquis check likes best, and its seed."""
    from sketchdesign.design.colouring import coloured
    from sketchdesign.design.croquis import check
    from sketchdesign.design.layout import design_of
    from sketchdesign.design.marks import outlines_of

    best: tuple[int, list[Placement], Design, Croquis] | None = None
    for seed in range(settings.seed, settings.seed + settings.tries):
        placements = yield from placed(motifs, new, replace(settings, seed=seed), repeat)
        ways = {"kaleidoscope": settings.kaleidoscope, "mirrored_pen": settings.mirrored_pen}
        design = design_of(motifs, placements, repeat, settings.pens, **ways)
        kinds = {number: _kind(motifs[each.motif], settings) for number, each in enumerate(placements)}
        design = coloured(design, settings.pens, settings.colour_by, kinds)
        croquis = check(outlines_of(design), repeat)
        if best is None or croquis.score > best[3].score:
            best = seed, placements, design, croquis
    assert best is not None
    return best


def _kind(motif: Motif, settings: TileSettings) -> int:
    """Of a locked motif, which is of a kind of its own, the number of the pen that it had."""
    return next((each.pen for each in settings.locked if each.motif is motif), motif.kind)


def placed(motifs: Sequence[Motif], new: int, settings: TileSettings, repeat: Repeat) -> Work[list[Placement]]:
    """Where motifs lie: the first ``new`` of them by the layout, the others, which are locked, where they were."""
    from sketchdesign.design.layout import arrange_rows, with_locked
    from sketchdesign.design.packing import pack

    rng = np.random.Generator(np.random.Philox(key=stream_key(settings.seed, "layout")))
    locked = {each.number: replace(each.placement, motif=new + n) for n, each in enumerate(settings.locked)}
    if settings.layout.kind == "grid":
        rows = arrange_rows(motifs[:new], settings.layout, repeat, rng)
        return [locked.get(number, placement) for number, placement in enumerate(rows)]
    tossed: list[Placement] = []
    for tossed in pack(motifs, settings.layout, repeat, rng, locked=list(locked.values())):
        yield Progress(len(tossed), settings.layout.motifs - len(locked), "motifs placed")
    return with_locked(tossed, locked)


def read_sketches(text: str, most: int) -> tuple[list[Sketch], dict[str, Any]]:
    """The first sketches of a file, or one of it, and their source for the recipe.

    Args:
        text: ``FILE``, ``FILE#N`` or ``example:NAME``.
        most: how many to take of a file of many.
    """
    import itertools

    from sketchdesign.services.inputs import check_file, read_drawings, read_input

    path = Path(text)
    if path.is_file():
        check_file(path)
        found = [sketch for sketch, _ in itertools.islice(read_drawings(path), most)]
    else:
        found = [read_input(text).sketch]
    if not found:
        raise InputError(f"{text} holds no drawing", hint="give another file")
    return found, {"sketches": Path(text).name}
