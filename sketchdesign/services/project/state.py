"""What a designer works on: one project, a value that never changes. An edit is another project.

Five workspaces share it. What is only looked at (zoom, the tab that is open) is not part of it; what a person would
miss after a restart is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout, Placement

if TYPE_CHECKING:
    from sketchdesign.services.tiles.making import TileSettings

PAPER_PX = 255.0
"""The side of the square that sketches are drawn on: the pixels of the training data."""

MARKS = ("", "star", "lock", "reject")
EXPLORE_TOOLS = ("generate", "interpolate", "analogy", "morph", "taste", "walk")
EXPLORE_AXES = ("", "temperature", "strength", "spread", "class")
MOST_SIDE = 40
"""Rows or columns of a grid to explore."""

FIRST_MODEL = "cat"
SIMULATED_PORT = "simulated"


@dataclass(frozen=True)
class KeptSketch:
    """A sketch with where it comes from.

    Attributes:
        sketch: in pixels of the training data, or in its own units.
        word: what it shows, a class or a name; may be empty.
        model: what drew it; empty for a person.
    """

    sketch: Sketch
    word: str = ""
    model: str = ""


@dataclass(frozen=True)
class SketchSettings:
    """The Sketch workspace.

    Attributes:
        ink: what is on the paper, in pixels from 0 to `PAPER_PX`.
        class_name: the class to draw in; empty for the likeliest.
        through: the model that redraws the ink as its own subject ("chair-like cats"); empty for the project's.
        through_class: the class in it.
        temperature: of the results.
    """

    ink: Sketch = field(default_factory=Sketch.empty)
    class_name: str = ""
    through: str = ""
    through_class: str = ""
    temperature: float = 0.25


@dataclass(frozen=True)
class CellState:
    """One cell of a grid of results: what it shows, one of `MARKS`, and how often it was rolled anew."""

    kept: KeptSketch | None = None
    mark: str = ""
    rolls: int = 0


@dataclass(frozen=True)
class ExploreSettings:
    """The Explore workspace.

    Attributes:
        tool: which question is asked of the model, one of `EXPLORE_TOOLS`.
        wells: the sketches it is asked about; None for a well that is empty.
        rows, columns: of results.
        temperature, strength, spread: of all of them, or the ends of an axis. ``strength`` is how far an analogy or a
            taste goes, ``spread`` how far drawings stray from what is usual in their class.
        row_axis, column_axis: the parameter that changes down and across, one of `EXPLORE_AXES`; empty for another
            throw of the dice.
        cells: row by row; fewer than rows x columns until they are marked.
        through: the model that reads and draws everything as its own subject; empty for the project's.
        through_class: the class in it; empty for the likeliest, or for each in turn.
        corners: between how many wells to interpolate, 2 or 4.
        toward: how far hybrids are moved to what is usual in the class that draws them, 0 to 1.
        classes: the ends of a morph from class to class; empty for the model's first.
        stride: length of a step of a walk.
        fresh: whether each cell has noise of its own; otherwise neighbours are drawn with the same hand.
        best_of: candidates for each cell, of which the best is shown.
        liked, disliked: what a taste is made of.
    """

    tool: str = "generate"
    wells: tuple[KeptSketch | None, ...] = (None, None, None, None)
    rows: int = 6
    columns: int = 6
    temperature: tuple[float, float] = (0.1, 0.6)
    strength: tuple[float, float] = (0.0, 1.5)
    spread: tuple[float, float] = (0.6, 1.1)
    row_axis: str = "temperature"
    column_axis: str = ""
    cells: tuple[CellState, ...] = ()
    through: str = ""
    through_class: str = ""
    corners: int = 4
    toward: float = 0.0
    classes: tuple[str, str] = ("", "")
    stride: float = 0.5
    fresh: bool = False
    best_of: int = 1
    liked: tuple[KeptSketch, ...] = ()
    disliked: tuple[KeptSketch, ...] = ()

    def __post_init__(self) -> None:
        if not (1 <= self.rows <= MOST_SIDE and 1 <= self.columns <= MOST_SIDE):
            raise InputError(
                f"a grid of {self.rows} x {self.columns} is out of range",
                hint=f"choose 1 to {MOST_SIDE} rows and columns",
            )


@dataclass(frozen=True)
class Colourway:
    """A name, a colour for each pen of the project, in their order, and that of the ground."""

    name: str
    colours: tuple[str, ...]
    ground: str = "#ffffff"


@dataclass(frozen=True)
class Pin:
    """A motif that lies where a person wants it.

    Attributes:
        number: of the motif in the tile.
        kept: what it shows.
        placement: where; its ``motif`` is not looked at.
        locked: whether it stays when the others are laid out anew.
    """

    number: int
    kept: KeptSketch
    placement: Placement
    locked: bool = True


@dataclass(frozen=True)
class PatternSettings:
    """The Pattern workspace: a repeat, how the motifs lie in it, and its colourways; see `TileSettings`.

    Attributes:
        pins: motifs placed by hand. While there is one that is not locked, they are all there are.
        colourways: the pens' colours under several names.
        colourway: which of them is shown.
        ground: the colour of the cloth.
        colour_by: which pen draws what; see `design.colouring`.
    """

    motifs: tuple[KeptSketch, ...] = ()
    repeat: str = "half-drop"
    cell_mm: tuple[float, float] = (60.0, 60.0)
    layout: Layout = field(default_factory=Layout)
    seed: int = 1
    kaleidoscope: bool = False
    mirrored_pen: bool = False
    pins: tuple[Pin, ...] = ()
    colourways: tuple[Colourway, ...] = ()
    colourway: int = 0
    ground: str = "#ffffff"
    colour_by: str = "motif"

    @property
    def kinds(self) -> dict[str, int]:
        """A number for each word among the motifs: those that show the same are of one kind."""
        return {word: number for number, word in enumerate(dict.fromkeys(each.word for each in self.motifs))}

    @property
    def by_hand(self) -> bool:
        """Whether the motifs lie as the pins have them, and not as the layout would have it."""
        return any(not pin.locked for pin in self.pins)

    def tile_settings(self, pens: tuple[Pen, ...]) -> TileSettings:
        """What `tile_of` asks for."""
        from sketchdesign.services.tiles.making import Locked, TileSettings
        from sketchdesign.services.tiles.motifs import known_motif

        layout = replace(self.layout, motifs=len(self.pins)) if self.by_hand else self.layout
        kinds = self.kinds
        locked = tuple(
            Locked(pin.number, known_motif(pin.kept.sketch), pin.placement, kinds.get(pin.kept.word, 0))
            for pin in self.pins
        )
        return TileSettings(
            self.repeat,
            self.cell_mm,
            layout,
            pens,
            self.seed,
            self.kaleidoscope,
            self.mirrored_pen,
            locked=locked,
            colour_by=self.colour_by,
        )


@dataclass(frozen=True)
class SheetSettings:
    """The Sheet workspace.

    Attributes:
        source: what fills the page, "pattern" or "board": the grid of the Explore workspace.
        margin_mm: the border that stays free.
        gap_mm: between the cells of a board.
        routed: whether the strokes are put into a short order.
        join_mm: the longest gap that is closed by a line.
        pen_order: the numbers of the pens as they are drawn; those left out follow.
        hidden_pens: the numbers of pens that are not drawn.
    """

    source: str = "pattern"
    margin_mm: float = 15.0
    gap_mm: float = 6.0
    routed: bool = True
    join_mm: float = 0.1
    pen_order: tuple[int, ...] = ()
    hidden_pens: tuple[int, ...] = ()


@dataclass(frozen=True)
class PlotSettings:
    """The Plot workspace: what is plotted, on which machine, and how.

    Attributes:
        file: a drawing to plot in the place of the project's sheet; empty for the sheet.
        machine: name of its model, where the driver leaves the choice.
        driver: the plugin that talks to it.
        parameters: names and values, as texts, of what the driver was told; the rest has its defaults.
        port: empty for whichever plotter is there, `SIMULATED_PORT` for the simulated one.
        copies: the paper is changed between them.
        skipped_pens: names of the layers that are not drawn.
        pen_up_percent, pen_down_percent: heights, 100 is the highest.
        lift_delay_ms, drop_delay_ms: more time for the pen.
        draw_mm_s, travel_mm_s: speeds; 0 for the machine's own.
        pauses: wait for another pen between layers.
        reink_m: pause for ink whenever so much is drawn; 0 for never.
        marks: registration marks with every pen.
        turn: of the page by a quarter: ``auto`` where it fits the machine only so, ``no``, ``left`` or ``right``.
        clips: cut off what is out of reach.
    """

    file: str = ""
    machine: str = "axidraw-v3"
    driver: str = "ebb"
    parameters: tuple[tuple[str, str], ...] = ()
    port: str = ""
    copies: int = 1
    skipped_pens: tuple[str, ...] = ()
    pen_up_percent: float = 60.0
    pen_down_percent: float = 30.0
    lift_delay_ms: float = 0.0
    drop_delay_ms: float = 0.0
    draw_mm_s: float = 0.0
    travel_mm_s: float = 0.0
    pauses: bool = True
    reink_m: float = 0.0
    marks: bool = False
    turn: str = "auto"
    clips: bool = False


@dataclass(frozen=True)
class Project:
    """The whole document.

    Attributes:
        seed: of everything that is drawn at random.
        page: the paper of sheets and plots.
        model: the name of a bundled model or the path of a checkpoint; weights are never kept.
        model_sha256: of its file, when it is known.
        pens: they take turns.
        starred: sketches that belong to this project.
    """

    seed: int = 1
    page: Page = field(default_factory=lambda: Page.parse("a4"))
    model: str = FIRST_MODEL
    model_sha256: str = ""
    pens: tuple[Pen, ...] = (Pen(),)
    starred: tuple[KeptSketch, ...] = ()
    sketch: SketchSettings = field(default_factory=SketchSettings)
    explore: ExploreSettings = field(default_factory=ExploreSettings)
    pattern: PatternSettings = field(default_factory=PatternSettings)
    sheet: SheetSettings = field(default_factory=SheetSettings)
    plot: PlotSettings = field(default_factory=PlotSettings)
