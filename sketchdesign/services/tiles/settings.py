"""What a tile is made from: motifs, where they come from, and how they are laid out and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.design.layout import Layout, Motif, Placement

MOST_TRIES = 1000


def parse_range(text: str) -> tuple[float, float]:
    """Two sizes from ``0.7-1.3``, or one twice from ``1``.

    Raises:
        InputError: it is no range.
    """
    low, _, high = text.replace("..", "-").partition("-")
    try:
        return float(low), float(high or low)
    except ValueError:
        raise InputError(f"{text!r:.60} is not a range of sizes", hint="write it as 0.7-1.3") from None


@dataclass(frozen=True)
class MotifSet:
    """Motifs, and where they come from, for the recipe."""

    motifs: list[Motif]
    recipe: dict[str, Any]


@dataclass(frozen=True)
class Locked:
    """A motif that stays: its number in the design, its shape, its place, and the number of the pen it had."""

    number: int
    motif: Motif
    placement: Placement
    pen: int = 0


@dataclass(frozen=True)
class TileSettings:
    """How a tile is made of sketches.

    Attributes:
        repeat: a name that `make_repeat` knows.
        cell_mm: width and height of a cell.
        layout: how the motifs sit in it.
        pens: what draws; see ``colour_by``.
        seed: of the layout.
        kaleidoscope: cut the motifs at the border of the repeat's domain.
        mirrored_pen: draw mirror images with the next pen.
        overhang: write whole motifs in the place of strokes cut at the edges.
        tries: layouts of as many seeds are made, beginning with ``seed``, and the best kept, as `croquis` has it.
        locked: motifs of another tile that stay as they are.
        colour_by: which pen draws what, one of `COLOUR_BY`.
        ground: the colour behind it, ``#rrggbb``, which no pen draws; empty for none.
    """

    repeat: str
    cell_mm: tuple[float, float]
    layout: Layout
    pens: tuple[Pen, ...] = (Pen(),)
    seed: int = 1
    kaleidoscope: bool = False
    mirrored_pen: bool = False
    overhang: bool = False
    tries: int = 1
    locked: tuple[Locked, ...] = ()
    colour_by: str = "motif"
    ground: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.tries <= MOST_TRIES:
            raise InputError(f"{self.tries} layouts cannot be tried", hint=f"choose a number from 1 to {MOST_TRIES}")
