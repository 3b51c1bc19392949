"""``fill``: a region of a drawn scene, filled with sketches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import DpiOption, OutputOption, SamplingOptions, expand_options
from sketchdesign.cli.tossing import TossingOptions, given_options
from sketchdesign.cli.wording import counted

if TYPE_CHECKING:
    from sketchdesign.services.generate import GenerateSettings
    from sketchdesign.services.jobs import Work
    from sketchdesign.services.tiles.fill import Filled, FillSettings, Scene
    from sketchdesign.services.tiles.motifs import MixPart

_MOTIFS = 60


@dataclass(frozen=True)
class FillingOptions(TossingOptions):
    """As of a tile, but for more motifs."""

    motifs: Annotated[int, typer.Option(help="Number of motifs.")] = _MOTIFS


@expand_options
def fill(
    context: typer.Context,
    *,
    scene: Annotated[
        str, typer.Argument(metavar="SCENE", help="A drawing as .svg, or a sketch: .ndjson#N, example:NAME.")
    ],
    source: Annotated[
        str, typer.Argument(metavar="MODEL|FILE", help="A model that draws the motifs, or sketches, as for tile.")
    ],
    output: OutputOption,
    region: Annotated[
        str,
        typer.Option(
            help="sky, outside (of all that is drawn), inside (the silhouette), a layer, or the id of a shape."
        ),
    ] = "sky",
    layout: Annotated[str, typer.Option(help="tossed or ditsy.")] = "tossed",
    filling: FillingOptions,
    pens: Annotated[
        str,
        typer.Option(metavar="COLOUR,...", help="Colours of the motifs, which take turns; with a width as for tile."),
    ] = "#000000",
    shape_only: Annotated[
        bool, typer.Option("--shape-only", help="Leave the scene out: its shape shows by the motifs alone.")
    ] = False,
    page: Annotated[str, typer.Option(help="Page of a scene that is a sketch; an .svg has its own.")] = "A5",
    margin: Annotated[str, typer.Option(help="Free border around a scene that is a sketch.")] = "15mm",
    dpi: DpiOption = 150.0,
    sampling: SamplingOptions,
) -> None:
    """Fill the sky of a drawn scene, or a shape of it, with sketches that touch nothing."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.errors import InputError
    from sketchdesign.core.pens import parse_pens
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.design.layout import Layout
    from sketchdesign.services.export import check_outputs, export_drawing
    from sketchdesign.services.tiles.fill import FillSettings, read_scene

    console: Console = context.obj
    check_outputs(output)
    if layout not in ("tossed", "ditsy"):
        raise InputError(f"a region cannot be filled by the layout {layout!r:.40}", hint="use tossed or ditsy")
    arrangement = filling.layout(Layout(layout, motifs=_MOTIFS), given_options(context))
    drawing = sampling.settings(arrangement.count, console)
    settings = FillSettings(arrangement, region, parse_pens(pens), drawing.seed, keep_scene=not shape_only)
    given = read_scene(scene, Page.parse(page), parse_length_mm(margin))
    made = console.run(_work(given, source, filling.parts(), drawing, settings))
    export_drawing(made.drawing, output, dpi)
    console.result(
        {
            "sketches": made.sketches,
            "strokes": made.drawing.stroke_count,
            "coverage": round(made.coverage, 4),
            "region_mm2": round(made.region_mm2, 1),
            "seed": drawing.seed,
            "seconds": round(made.seconds, 3),
        },
        f"{counted(made.sketches, 'sketch covers', 'sketches cover')} {made.coverage:.0%} "
        f"of a region of {made.region_mm2 / 100:.0f} cm2, seed {drawing.seed}.",
    )


def _work(
    scene: Scene, source: str, parts: Sequence[MixPart], drawing: GenerateSettings, settings: FillSettings
) -> Work[Filled]:
    from sketchdesign.services.tiles.fill import fill_scene
    from sketchdesign.services.tiles.motifs import motifs_of

    given = yield from motifs_of(source, parts, drawing)
    return (yield from fill_scene(scene, given, settings))
