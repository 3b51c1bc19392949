"""``repeats``: one picture of every repeat and wallpaper group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.colours import ColourOptions
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import SamplingOptions, check_png, expand_options
from sketchdesign.cli.tossing import TossingOptions, given_options

if TYPE_CHECKING:
    from sketchdesign.services.generate import GenerateSettings
    from sketchdesign.services.jobs import Work
    from sketchdesign.services.tiles.motifs import MixPart
    from sketchdesign.services.tiles.previews import ShownRepeat
    from sketchdesign.services.tiles.settings import TileSettings


@dataclass(frozen=True)
class FewMotifs(TossingOptions):
    """As of a tile, but for fewer motifs: the pictures are small."""

    motifs: Annotated[int, typer.Option(help="Number of motifs that are tossed.")] = 3


@expand_options
def repeats(
    context: typer.Context,
    *,
    source: Annotated[str, typer.Argument(metavar="MODEL|FILE", help="What draws the motifs, as for tile.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The picture, a .png.")],
    size: Annotated[str, typer.Option("--tile", help="Size of a cell.")] = "60x60mm",
    layout: Annotated[str, typer.Option(help="grid, tossed or ditsy.")] = "tossed",
    tossing: FewMotifs,
    tries: Annotated[int, typer.Option("--try", metavar="N", help="Of N layouts of each repeat show the best.")] = 3,
    colours: ColourOptions,
    kaleidoscope: Annotated[bool, typer.Option("--kaleidoscope", help="Cut motifs where their images begin.")] = False,
    sampling: SamplingOptions,
) -> None:
    """Draw the same motifs in every repeat and all 17 wallpaper groups, side by side, to choose one for a tile."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.files import write_atomic
    from sketchdesign.design.layout import Layout
    from sketchdesign.services.tiles.settings import TileSettings

    console: Console = context.obj
    check_png(output)
    cell, given = Page.parse(size), given_options(context)
    arrangement = tossing.layout(Layout(layout, motifs=tossing.motifs), given)
    drawing = sampling.settings(arrangement.count, console)
    settings = TileSettings(
        "grid",
        (cell.width_mm, cell.height_mm),
        arrangement,
        colours.base_pens(None, colours.read_colourways(), given),
        drawing.seed,
        kaleidoscope,
        colour_by=colours.colour_by,
        ground=colours.ground_colour(""),
        tries=tries,
    )
    picture, shown = console.run(_work(source, tossing.parts(), drawing, settings))
    write_atomic(output, picture)
    worst = max(each.seam_error_mm for each in shown)
    console.result(
        {"repeats": [asdict(each) for each in shown], "seam_error_mm": worst, "seed": drawing.seed},
        f"{len(shown)} repeats in {output}, seed {drawing.seed}. Their edges meet to {worst:.1g} mm.",
    )


def _work(
    source: str, parts: Sequence[MixPart], drawing: GenerateSettings, settings: TileSettings
) -> Work[tuple[bytes, tuple[ShownRepeat, ...]]]:
    from sketchdesign.services.tiles.motifs import motifs_of
    from sketchdesign.services.tiles.previews import contact_sheet_of_repeats

    given = yield from motifs_of(source, parts, drawing)
    return (yield from contact_sheet_of_repeats(given, settings))
