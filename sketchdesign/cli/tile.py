"""``tile``: sketches as a seamless repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.options import DpiOption, OutputOption, SamplingOptions, expand_options
from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.core.drawing import Pen
    from sketchdesign.services.generate import GenerateSettings
    from sketchdesign.services.jobs import Work
    from sketchdesign.services.tiles import Tile, TileSettings

_FILE_ENDINGS = (".svg", ".ndjson", ".bin", ".npz")


@expand_options
def tile(
    context: typer.Context,
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="MODEL|FILE",
            help="A model that draws the motifs, or sketches: an .svg, .ndjson, .bin or .npz file, or example:NAME.",
        ),
    ],
    output: OutputOption,
    repeat: Annotated[
        str,
        typer.Option(
            help="grid, half-drop, half-brick, drop:1/3, brick:1/4, hex, hex-row, ogee, diamond, mirror, turn-over, "
            "or a wallpaper group, p1 to p6m."
        ),
    ] = "half-drop",
    size: Annotated[str, typer.Option("--tile", help="Size of a cell.")] = "120x80mm",
    layout: Annotated[str, typer.Option(help="grid, tossed or ditsy.")] = "grid",
    rows: Annotated[int, typer.Option(help="Rows of motifs in a grid.")] = 1,
    columns: Annotated[int, typer.Option("--cols", help="Columns of motifs in a grid.")] = 1,
    motifs: Annotated[int, typer.Option(help="Number of motifs that are tossed.")] = 12,
    density: Annotated[float, typer.Option(help="Share of the area that tossed motifs cover, 0.01 to 0.9.")] = 0.4,
    gap: Annotated[str, typer.Option(help="Least distance between motifs.")] = "2mm",
    rotate: Annotated[str, typer.Option(help="one-way, two-way, four-way or free.")] = "one-way",
    scale: Annotated[str, typer.Option(help="Range of sizes, such as 0.7-1.3.")] = "1",
    flip: Annotated[float, typer.Option(help="Share of motifs that are mirrored.")] = 0.0,
    jitter: Annotated[str, typer.Option(help="How far motifs stray from their places in a grid.")] = "0mm",
    pens: Annotated[
        str,
        typer.Option(metavar="#RRGGBB,...", help="Colours of the pens, which take turns; #RRGGBB:0.5mm with a width."),
    ] = "#000000",
    kaleidoscope: Annotated[
        bool, typer.Option("--kaleidoscope", help="Cut motifs where their images begin. Default: whole motifs.")
    ] = False,
    counterchange: Annotated[
        bool, typer.Option("--counterchange", help="Draw mirror images with the next pen.")
    ] = False,
    overhang: Annotated[
        bool, typer.Option("--overhang", help="Write whole motifs that reach over the edges, for editing.")
    ] = False,
    dpi: DpiOption = 150.0,
    sampling: SamplingOptions,
) -> None:
    """Make a tile that repeats without a seam, from new sketches or from a file."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.design.layout import Layout
    from sketchdesign.design.repeat import make_repeat
    from sketchdesign.services.export import check_outputs
    from sketchdesign.services.tiles import TileSettings, export_tile

    console: Console = context.obj
    check_outputs(output)
    cell = Page.parse(size)
    make_repeat(repeat, cell.width_mm, cell.height_mm)
    arrangement = Layout(
        layout,
        rows,
        columns,
        motifs,
        density,
        parse_length_mm(gap),
        rotate,
        _range(scale),
        flip,
        parse_length_mm(jitter),
    )
    drawing = sampling.settings(arrangement.count, console)
    settings = TileSettings(
        repeat,
        (cell.width_mm, cell.height_mm),
        arrangement,
        _pens(pens),
        drawing.seed,
        kaleidoscope=kaleidoscope,
        mirrored_pen=counterchange,
        overhang=overhang,
    )
    made = console.run(_work(source, drawing, settings))
    for note in export_tile(made, output, dpi):
        console.note(note)
    width, height = made.design.repeat.rectangle_mm
    console.result(
        {
            "sketches": made.sketches,
            "strokes": made.drawing.stroke_count,
            "coverage": round(made.coverage, 4),
            "seam_error_mm": made.proof.seam_error_mm,
            "seamless": made.proof.seamless,
            "repeat": made.design.repeat.name,
            "width_mm": round(width, 6),
            "height_mm": round(height, 6),
            "seed": drawing.seed,
            "seconds": round(made.seconds, 3),
        },
        f"{made.sketches} sketches, {made.drawing.stroke_count} strokes in a straight repeat of "
        f"{width:g} x {height:g} mm, {made.coverage:.0%} covered, seed {drawing.seed}. "
        + ("The edges meet." if made.proof.seamless else "The edges do not meet."),
    )


def _work(source: str, drawing: GenerateSettings, settings: TileSettings) -> Work[Tile]:
    from sketchdesign.services.tiles import drawn_tile, make_tile, read_sketches

    name = source.partition("#")[0].lower()
    if name.startswith("example:") or name.endswith(_FILE_ENDINGS):
        sketches, recipe = read_sketches(source, settings.layout.count)
        return make_tile(sketches, settings, recipe)
    from sketchdesign.model.zoo import open_model

    return drawn_tile(open_model(source), drawing, settings)


def _range(text: str) -> tuple[float, float]:
    low, _, high = text.replace("..", "-").partition("-")
    try:
        return float(low), float(high or low)
    except ValueError:
        raise InputError(f"{text!r} is not a range of sizes", hint="write it as 0.7-1.3") from None


def _pens(text: str) -> tuple[Pen, ...]:
    from sketchdesign.core.colour import parse_colour
    from sketchdesign.core.drawing import Pen
    from sketchdesign.core.units import parse_length_mm

    pens = []
    for part in text.split(","):
        colour, _, width = part.strip().partition(":")
        width_mm = parse_length_mm(width) if width else Pen().width_mm
        if not 0.01 <= width_mm <= 50.0:
            raise InputError(f"a pen of {width} cannot be drawn with", hint="choose a width from 0.01mm to 50mm")
        code = parse_colour(colour)
        pens.append(Pen("black" if code == "#000000" else code, code, width_mm))
    return tuple(pens)
