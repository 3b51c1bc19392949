"""The pattern of a project: laid out fast enough to be edited live, checked afterwards, improved by trying seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError
from sketchdesign.services.inputs import drawing_json
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.project.state import KeptSketch, PatternSettings, Pin, Project
from sketchdesign.services.tiles.making import MotifSet, Tile, placed, tile_of
from sketchdesign.services.tiles.motifs import known_motif

if TYPE_CHECKING:
    from sketchdesign.design.croquis import Croquis
    from sketchdesign.design.layout import Motif, Placement
    from sketchdesign.design.proof import Proof
    from sketchdesign.design.tile import Design

TRIES = 20
"""So many seeds `improved` looks at."""


@dataclass(frozen=True, eq=False)
class LaidOut:
    """Motifs in their places, not yet checked.

    Attributes:
        pattern: what was asked for.
        design: the motifs and their repeat.
        placements, motifs, kept: for each motif of the design its place, its shape and the sketch it shows.
    """

    pattern: PatternSettings
    design: Design
    placements: tuple[Placement, ...]
    motifs: tuple[Motif, ...]
    kept: tuple[KeptSketch, ...]

    def pins(self) -> tuple[Pin, ...]:
        """All motifs pinned where they lie; those that were locked still are."""
        locked = {pin.number for pin in self.pattern.pins if pin.locked}
        pairs = zip(self.kept, self.placements, strict=True)
        return tuple(Pin(number, kept, place, number in locked) for number, (kept, place) in enumerate(pairs))


@dataclass(frozen=True)
class Checked:
    """Whether a pattern meets itself, what the croquis check found, and the share of the area that motifs cover."""

    proof: Proof
    croquis: Croquis
    coverage: float


@dataclass(frozen=True)
class Improved:
    """The best of several seeds, with its croquis score and that of the pattern as it was."""

    pattern: PatternSettings
    score: float
    score_before: float


def lay_out(pattern: PatternSettings, pens: tuple[Pen, ...]) -> Work[LaidOut]:
    """Put the motifs of a pattern into their places.

    Raises:
        InputError: there are no motifs, they have no extent, or not even one fits.
    """
    from sketchdesign.design.repeat import make_repeat

    settings = pattern.tile_settings(pens)
    given, shown = motifs_of_pattern(pattern), [*pattern.motifs, *(pin.kept for pin in pattern.pins)]
    motifs = [*given, *(each.motif for each in settings.locked)]
    repeat = make_repeat(settings.repeat, *settings.cell_mm)
    placements = yield from placed(motifs, len(given), settings, repeat)
    return _laid_out(
        pattern,
        pens,
        placements,
        [motifs[each.motif] for each in placements],
        [shown[each.motif] for each in placements],
    )


def sketched(laid: LaidOut, pattern: PatternSettings, pens: tuple[Pen, ...]) -> LaidOut:
    """About what another pattern will look like, from one that is laid out: a preview for while a control moves.

    The motifs stay where they are in the cell; they follow its size and the density.
    """
    width, height = (new / old for new, old in zip(pattern.cell_mm, laid.pattern.cell_mm, strict=True))
    size = min(width, height)
    if pattern.layout.kind != "grid":
        size *= (pattern.layout.density / laid.pattern.layout.density) ** 0.5
    placements = [
        replace(each, size_mm=each.size_mm * size, centre_mm=(each.centre_mm[0] * width, each.centre_mm[1] * height))
        for each in laid.placements
    ]
    return _laid_out(pattern, pens, placements, laid.motifs, laid.kept)


def check_pattern(laid: LaidOut) -> Work[Checked]:
    """Prove the seams of a pattern, and look for faults in its repeat."""
    from sketchdesign.design.croquis import check
    from sketchdesign.design.layout import coverage
    from sketchdesign.design.marks import outlines_of
    from sketchdesign.design.proof import prove
    from sketchdesign.design.tile import cut_tile

    design = laid.design
    yield Progress(0, 3, "checks")
    proof = prove(cut_tile(design), step_mm=0.0)
    yield Progress(1, 3, "checks")
    croquis = check(outlines_of(design), design.repeat)
    yield Progress(2, 3, "checks")
    own = [replace(placement, motif=number) for number, placement in enumerate(laid.placements)]
    return Checked(proof, croquis, coverage(laid.motifs, own, design.repeat, clipped=design.kaleidoscope))


def improved(pattern: PatternSettings, pens: tuple[Pen, ...], tries: int = TRIES) -> Work[Improved]:
    """Lay out a pattern with as many seeds, its own the first, and keep what the croquis check likes best.

    Locked motifs stay; others that were placed by hand are laid out anew.

    Raises:
        InputError: as `lay_out`.
    """
    from sketchdesign.design.croquis import check
    from sketchdesign.design.marks import outlines_of

    before: float | None = None
    best: tuple[float, PatternSettings] | None = None
    for number in range(tries):
        yield Progress(number, tries, "layouts")
        tried = pattern if number == 0 else replace(unpinned(pattern), seed=pattern.seed + number)
        laid = yield from _quietly(lay_out(tried, pens), Progress(number, tries, "layouts"))
        score = check(outlines_of(laid.design), laid.design.repeat).score
        before = score if before is None else before
        if best is None or score > best[0]:
            best = score, tried
    assert best is not None
    assert before is not None
    return Improved(best[1], best[0], before)


def finished_tile(project: Project) -> Work[Tile]:
    """The project's pattern as a tile for files; they open again as this pattern, see `pattern_recipe`."""
    pattern = project.pattern
    motifs = MotifSet(motifs_of_pattern(pattern), pattern_recipe(project))
    return (yield from tile_of(motifs, pattern.tile_settings(project.pens)))


def pattern_recipe(project: Project) -> dict[str, Any]:
    """Where the motifs of a pattern come from: they ride along, so that a file of it opens again."""
    pattern = project.pattern
    return {
        "model": {"name": project.model, "sha256": project.model_sha256},
        "seed": project.seed,
        "ground": pattern.ground,
        "held": [pin.number for pin in pattern.pins if pin.locked],
        "motifs": [
            {"word": each.word, "model": each.model, "drawing": drawing_json(each.sketch)} for each in pattern.motifs
        ],
    }


def motifs_of_pattern(pattern: PatternSettings) -> list[Motif]:
    """The sketches of a pattern as shapes; those that show the same are of one kind.

    Raises:
        InputError: there are none, or one has no extent.
    """
    if not pattern.motifs:
        raise InputError("the pattern has no motifs", hint="star sketches, or let a model draw some")
    kinds = pattern.kinds
    return [known_motif(each.sketch, kinds[each.word]) for each in pattern.motifs]


def unpinned(pattern: PatternSettings) -> PatternSettings:
    """The pattern with locked motifs alone held in their places."""
    return replace(pattern, pins=tuple(pin for pin in pattern.pins if pin.locked))


def with_motifs(pattern: PatternSettings, more: Iterable[KeptSketch]) -> PatternSettings:
    """The pattern with more motifs, and all but the locked ones laid out anew.

    The new ones come first: a cell may have fewer places than there are motifs, and they are wanted most.
    """
    new = [each for each in dict.fromkeys(more) if each not in pattern.motifs]
    return replace(unpinned(pattern), motifs=(*new, *pattern.motifs))


def resized(pattern: PatternSettings, cell_mm: tuple[float, float]) -> PatternSettings:
    """The pattern with cells of another size; pinned motifs stay where they are in the cell."""
    width, height = (new / old for new, old in zip(cell_mm, pattern.cell_mm, strict=True))

    def moved(pin: Pin) -> Pin:
        x, y = pin.placement.centre_mm
        size_mm = pin.placement.size_mm * min(width, height)
        return replace(pin, placement=replace(pin.placement, size_mm=size_mm, centre_mm=(x * width, y * height)))

    return replace(pattern, cell_mm=cell_mm, pins=tuple(moved(pin) for pin in pattern.pins))


def with_tile_size(pattern: PatternSettings, size_mm: tuple[float, float]) -> PatternSettings:
    """The pattern with a straight repeat of another size; of square and hexagonal cells the larger change counts."""
    from sketchdesign.design.repeat import make_repeat

    width, height = pattern.cell_mm
    before = make_repeat(pattern.repeat, width, height).rectangle_mm
    across, down = (new / old for new, old in zip(size_mm, before, strict=True))
    if make_repeat(pattern.repeat, width, 2.0 * height).rectangle_mm == before:
        across = down = across if abs(across - 1.0) >= abs(down - 1.0) else down
    return resized(pattern, (width * across, height * down))


def fitted_to_page(pattern: PatternSettings, page: Page, margin_mm: float) -> PatternSettings:
    """The pattern with a straight repeat that fills a page within its margins a whole number of times.

    Of square and hexagonal cells one side does; see `with_tile_size`.

    Raises:
        InputError: the margin leaves nothing of the page.
    """
    from sketchdesign.design.repeat import make_repeat

    inner = page.width_mm - 2.0 * margin_mm, page.height_mm - 2.0 * margin_mm
    if min(inner) <= 0.0:
        raise InputError(f"a margin of {margin_mm:g} mm leaves nothing of the page", hint="choose a smaller margin")
    tile = make_repeat(pattern.repeat, *pattern.cell_mm).rectangle_mm
    width, height = (side / max(1, round(side / own)) for side, own in zip(inner, tile, strict=True))
    return with_tile_size(pattern, (width, height))


def with_moved(
    pattern: PatternSettings, pins: Sequence[Pin], number: int, centre_mm: tuple[float, float]
) -> PatternSettings:
    """The pattern with one motif, and so all its copies, elsewhere; the others stay, and it is locked.

    Args:
        pattern: before.
        pins: all its motifs; see `LaidOut.pins`.
        number: of the motif.
        centre_mm: where its middle is to lie.
    """
    moved = [
        replace(pin, placement=replace(pin.placement, centre_mm=centre_mm), locked=True)
        if pin.number == number
        else pin
        for pin in pins
    ]
    return replace(pattern, pins=tuple(moved))


def with_lock(pattern: PatternSettings, pins: Sequence[Pin], number: int) -> PatternSettings:
    """The pattern with a motif locked, or let go if it was; ``pins`` are all its motifs."""
    changed = [replace(pin, locked=not pin.locked) if pin.number == number else pin for pin in pins]
    if not pattern.by_hand:
        changed = [pin for pin in changed if pin.locked]
    return replace(pattern, pins=tuple(changed))


def _laid_out(
    pattern: PatternSettings,
    pens: tuple[Pen, ...],
    placements: Sequence[Placement],
    motifs: Sequence[Motif],
    kept: Sequence[KeptSketch],
) -> LaidOut:
    from sketchdesign.design.colouring import coloured
    from sketchdesign.design.layout import design_of
    from sketchdesign.design.overlap import occluded
    from sketchdesign.design.repeat import make_repeat

    repeat = make_repeat(pattern.repeat, *pattern.cell_mm)
    own = [replace(placement, motif=number) for number, placement in enumerate(placements)]
    ways = {"kaleidoscope": pattern.kaleidoscope, "mirrored_pen": pattern.mirrored_pen}
    design = design_of(motifs, own, repeat, pens, **ways)
    if pattern.colour_by != "motif":
        kinds = pattern.kinds
        own_kinds = {number: kinds.get(each.word, 0) for number, each in enumerate(kept)}
        design = coloured(design, pens, pattern.colour_by, own_kinds)
    if pattern.layout.overlap_mm:
        design = occluded(design)
    return LaidOut(pattern, design, tuple(own), tuple(motifs), tuple(kept))


def _quietly(work: Work[LaidOut], progress: Progress) -> Work[LaidOut]:
    """Work that tells the same progress at each of its steps."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: LaidOut = end.value
            return result
        yield progress
