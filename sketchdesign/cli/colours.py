"""Options that say with which pens a tile is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sketchdesign.core.drawing import Pen
    from sketchdesign.services.tiles.colourways import Colourway


@dataclass(frozen=True)
class ColourOptions:
    """Pens, which of them draws what, and colourways."""

    pens: Annotated[
        str,
        typer.Option(
            metavar="COLOUR,...",
            help="Colours of the pens, in the order in which they are drawn, as #RRGGBB or by name, such as navy; "
            "navy:0.5mm with a width. "
            "Default: those of the first colourway, or black.",
        ),
    ] = "#000000"
    colour_by: Annotated[
        str,
        typer.Option(
            help="Which pen draws what: motif (in turns), kind (of a --mix), position (blends across the cell), "
            "corner (blends of four pens, clockwise from the top left), corner-pens (the nearest pen to the blend), "
            "stroke (first strokes with the first pen) or parity (mirror images with the second)."
        ),
    ] = "motif"
    colourway: Annotated[
        list[str] | None,
        typer.Option(
            "--colourway",
            metavar="NAME=COLOUR,...",
            help="Write the files in these pens, as OUT-NAME; with a ground: 'ink=#203060,#a04020 on #f6efe0'. "
            "Repeatable.",
        ),
    ] = None
    colourways: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Colourways from a .gpl or .ase palette, or a .toml such as: ink = ['#203060']."
        ),
    ] = None
    ground: Annotated[
        str | None,
        typer.Option(
            metavar="COLOUR", help="Colour of the cloth, seen in .png, .svg, .pdf and previews; no pen draws it."
        ),
    ] = None

    def read_colourways(self) -> tuple[Colourway, ...]:
        """All colourways that are asked for.

        Raises:
            InputError, SketchFormatError: one makes no sense, or the file cannot be read.
        """
        from sketchdesign.services.tiles.colourways import parse_colourway, read_colourways

        of_file = () if self.colourways is None else read_colourways(self.colourways)
        return (*(parse_colourway(text) for text in self.colourway or ()), *of_file)

    def ground_colour(self, earlier: str) -> str:
        """The ground that the tile is made with: as said, else of the earlier tile.

        Raises:
            InputError: it is no colour.
        """
        from sketchdesign.core.colour import parse_colour

        return earlier if self.ground is None else parse_colour(self.ground)

    def base_pens(
        self, earlier: tuple[Pen, ...] | None, colourways: tuple[Colourway, ...], given: Callable[[str], bool]
    ) -> tuple[Pen, ...]:
        """The pens that the tile is made with: as said, else of the earlier tile, of the first colourway, or black."""
        from sketchdesign.core.pens import parse_pens

        if given("pens"):
            return parse_pens(self.pens)
        if earlier is not None:
            return earlier
        return colourways[0].pens if colourways else parse_pens(self.pens)
