"""What one file of a batch is made from: the options of ``grid``, ``tile``, ``sheet`` and ``generate`` as plain values.

Names, meanings and defaults are those of the options, in underscores where they have hyphens. Two things differ: a
seed is never chosen at random, and a sheet is made of the tile that its own settings describe, or of a tile's file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Page
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import AXIDRAW_V3, MachineProfile, find_machine
from sketchdesign.core.pens import parse_pens
from sketchdesign.core.units import parse_length_mm
from sketchdesign.output.gcode import SERVO, GcodeSettings
from sketchdesign.services.choices import DrawingChoices

if TYPE_CHECKING:
    from sketchdesign.design.grid import GridLayout
    from sketchdesign.design.sheets import SheetPlan
    from sketchdesign.services.generate import GenerateSettings
    from sketchdesign.services.tiles.motifs import MixPart
    from sketchdesign.services.tiles.settings import TileSettings

_DERIVED = {"derived": True}
"""Marks what follows from other settings."""


@dataclass(frozen=True, kw_only=True)
class BatchSettings(DrawingChoices, ABC):
    """How sketches are drawn, whatever becomes of them.

    Attributes:
        model: a bundled model or the path of one; for a tile also a file of sketches. A path is relative to the recipe.
        seed: as of the commands, but never chosen at random.
        dpi: resolution of a picture.
    """

    model: str = ""
    seed: int = 1
    dpi: float = 150.0

    @property
    @abstractmethod
    def sketches(self) -> int:
        """How many are drawn."""

    def check(self) -> None:
        """Read every value as it will be read when the file is made.

        Raises:
            InputError: one of them cannot be used, whatever the others are.
        """
        if not self.model:
            raise InputError("no model is given", hint='write for example model = "cat" below [settings]')
        self.drawing("auto", None)

    def models(self) -> tuple[str, ...]:
        """The models that are needed."""
        return (self.model,)

    def files(self) -> tuple[str, ...]:
        """The files that are needed besides models."""
        return ()

    def drawing(self, device: str, threads: int | None) -> GenerateSettings:
        """The settings of the service that draws."""
        return self.generate_settings(self.sketches, self.seed, device, threads)

    def each_file(self) -> Iterator[tuple[str, Self]]:
        """The settings of each file that they make, and what tells it from the others; "" where there is one."""
        yield "", self

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values by the names that recipes use."""
        return {key_of(name): value for name, value in asdict(self).items()}


@dataclass(frozen=True, kw_only=True)
class SketchesSettings(BatchSettings):
    """New sketches, as ``generate`` writes them."""

    count: int = 1

    @property
    def sketches(self) -> int:
        return self.count


@dataclass(frozen=True, kw_only=True)
class GridSettings(BatchSettings):
    """A page of sketches, as ``grid`` makes it."""

    rows: int = 8
    cols: int = 8
    page: str = "A4"
    landscape: bool = False
    margin: str = "10mm"
    gap: str = "3mm"
    smooth: str | None = None
    pipeline: str | None = None
    machine: str = "axidraw-v3"

    @property
    def sketches(self) -> int:
        return self.rows * self.cols

    def check(self) -> None:
        self.layout()
        super().check()
        self.paper()
        self.smooth_mm()
        self.plotter()

    def layout(self) -> GridLayout:
        from sketchdesign.design.grid import GridLayout

        return GridLayout(self.rows, self.cols, parse_length_mm(self.margin), parse_length_mm(self.gap))

    def paper(self) -> Page:
        return Page.parse(self.page, landscape=self.landscape)

    def smooth_mm(self) -> float | None:
        return None if self.smooth is None else parse_length_mm(self.smooth)

    def plotter(self) -> MachineProfile:
        return find_machine(self.machine)


@dataclass(frozen=True, kw_only=True)
class TileBatchSettings(BatchSettings):
    """A seamless repeat, as ``tile`` makes it."""

    repeat: str = "half-drop"
    tile: str = "120x80mm"
    layout: str = "grid"
    rows: int = 1
    cols: int = 1
    jitter: str = "0mm"
    motifs: int = 12
    density: float = 0.4
    gap: str = "2mm"
    rotate: str = "one-way"
    scale: str = "1"
    flip: float = 0.0
    mix: str | None = None
    apart: bool = False
    overlap: str = "0mm"
    try_: int = 1
    pens: str = "#000000"
    colour_by: str = "motif"
    ground: str | None = None
    kaleidoscope: bool = False
    overhang: bool = False
    bleed: str = "0mm"
    pen_down: str = SERVO.pen_down
    pen_up: str = SERVO.pen_up
    feed: float | None = None
    travel_feed: float | None = None

    @property
    def sketches(self) -> int:
        return self.rows * self.cols if self.layout == "grid" else self.motifs

    def check(self) -> None:
        from sketchdesign.design.colouring import check_colour_by
        from sketchdesign.design.repeat import make_repeat
        from sketchdesign.services.tiles.files import check_bleed

        settings = self.tile_settings()
        super().check()
        check_colour_by(self.colour_by, make_repeat(settings.repeat, *settings.cell_mm))
        self.parts()
        self.gcode()
        check_bleed(self.bleed_mm(), overhang=self.overhang)

    def models(self) -> tuple[str, ...]:
        from sketchdesign.services.tiles.motifs import is_file_source

        return () if is_file_source(self.model) else (self.model,)

    def files(self) -> tuple[str, ...]:
        from sketchdesign.services.tiles.motifs import is_file_source

        own = (self.model,) if is_file_source(self.model) else ()
        return (*own, *(part.name for part in self.parts() if part.is_file))

    def parts(self) -> tuple[MixPart, ...]:
        """What is mixed, if anything is."""
        from sketchdesign.services.tiles.motifs import parse_mix

        return parse_mix(self.mix) if self.mix is not None else ()

    def bleed_mm(self) -> float:
        return parse_length_mm(self.bleed)

    def gcode(self) -> GcodeSettings:
        """How a ``.gcode`` moves the machine; the speeds are the machine's where none are given."""
        from sketchdesign.services.tiles.files import gcode_settings

        return gcode_settings(self.plotter(), self.pen_down, self.pen_up, self.feed, self.travel_feed)

    def plotter(self) -> MachineProfile:
        return AXIDRAW_V3

    def tile_settings(self) -> TileSettings:
        """The settings of the service that makes tiles."""
        from sketchdesign.design.layout import Layout
        from sketchdesign.services.tiles.settings import TileSettings, parse_range

        cell = Page.parse(self.tile)
        layout = Layout(
            self.layout,
            rows=self.rows,
            columns=self.cols,
            motifs=self.motifs,
            density=self.density,
            gap_mm=parse_length_mm(self.gap),
            turns=self.rotate,
            scale=parse_range(self.scale),
            flip=self.flip,
            jitter_mm=parse_length_mm(self.jitter),
            unlike=self.apart,
            overlap_mm=parse_length_mm(self.overlap),
        )
        return TileSettings(
            self.repeat,
            (cell.width_mm, cell.height_mm),
            layout,
            parse_pens(self.pens),
            seed=self.seed,
            kaleidoscope=self.kaleidoscope,
            overhang=self.overhang,
            tries=self.try_,
            colour_by=self.colour_by,
            ground="" if self.ground is None else parse_colour(self.ground),
        )


@dataclass(frozen=True, kw_only=True)
class SheetSettings(TileBatchSettings):
    """A repeat over a page, as ``sheet`` draws it: of the tile that the other settings make, or of a tile's file.

    Attributes:
        design: the file of a tile, relative to the recipe; nothing else about the tile is looked at then.
        sheets: rows x columns of pages that are laid together; each is a file of its own.
        sheet_overlap, register: as ``--overlap`` and ``--register`` of ``sheet``.
        place: which of the pages this is, row and column from 0; recipes do not say it.
    """

    design: str | None = None
    page: str = "A4"
    landscape: bool = False
    margin: str = "10mm"
    sheets: str = "1x1"
    sheet_overlap: str = "0mm"
    register: bool = False
    pipeline: str | None = None
    machine: str = "axidraw-v3"
    place: tuple[int, int] = field(default=(0, 0), metadata=_DERIVED)

    @property
    def sketches(self) -> int:
        return super().sketches if self.design is None else 0

    def check(self) -> None:
        if self.design is None:
            super().check()
        else:
            self._check_design_alone()
        self.plan()
        self.gcode()

    def models(self) -> tuple[str, ...]:
        return super().models() if self.design is None else ()

    def files(self) -> tuple[str, ...]:
        return super().files() if self.design is None else (self.design,)

    def _check_design_alone(self) -> None:
        unused = [each for each in fields(TileBatchSettings) if each.name not in _OF_FILES]
        for each in unused:
            if getattr(self, each.name) != each.default:
                raise InputError(
                    f"{key_of(each.name)} changes nothing in the finished tile {self.design}",
                    hint="leave out the one or the other",
                )

    def paper(self) -> Page:
        return Page.parse(self.page, landscape=self.landscape)

    def plan(self) -> SheetPlan:
        """All the pages."""
        from sketchdesign.design.sheets import SheetPlan
        from sketchdesign.services.project.sheets import parse_sheets

        margin_mm, overlap_mm = parse_length_mm(self.margin), parse_length_mm(self.sheet_overlap)
        return SheetPlan(self.paper(), *parse_sheets(self.sheets), margin_mm, overlap_mm, self.register)

    def each_file(self) -> Iterator[tuple[str, Self]]:
        plan = self.plan()
        if plan.rows * plan.columns == 1:
            yield "", self
            return
        for row, column in plan.places():
            yield f"r{row + 1}c{column + 1}", replace(self, place=(row, column))

    def plotter(self) -> MachineProfile:
        return find_machine(self.machine)


_OF_FILES = ("dpi", "pen_down", "pen_up", "feed", "travel_feed")
"""Settings that matter for a finished tile, too."""

KINDS: dict[str, type[BatchSettings]] = {
    "grid": GridSettings,
    "tile": TileBatchSettings,
    "sheet": SheetSettings,
    "generate": SketchesSettings,
}
"""What a recipe may make."""


def key_of(field_name: str) -> str:
    """The name of a setting in a recipe: fields named like a word of Python's have an underscore behind them."""
    return field_name.rstrip("_")


def setting_fields(kind: type[BatchSettings]) -> dict[str, str]:
    """The names of a kind's settings in a recipe, and of the fields behind them."""
    return {key_of(each.name): each.name for each in fields(kind) if each.metadata != _DERIVED}
