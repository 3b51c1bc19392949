"""``tile``: sketches as a seamless repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchdesign.cli.colours import ColourOptions
from sketchdesign.cli.console import Console
from sketchdesign.cli.gcode import GcodeOptions
from sketchdesign.cli.options import DpiOption, OutputOption, SamplingOptions, expand_options, parse_counts
from sketchdesign.cli.tossing import TossingOptions, given_options
from sketchdesign.cli.wording import counted, seam_verdict
from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.services.generate import GenerateSettings
    from sketchdesign.services.jobs import Work
    from sketchdesign.services.tiles.colourways import Colourway
    from sketchdesign.services.tiles.making import Tile, TileSettings
    from sketchdesign.services.tiles.motifs import MixPart


@expand_options
def tile(
    context: typer.Context,
    *,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL|FILE",
            help="A model that draws the motifs, or sketches: an .svg, .ndjson, .bin or .npz file, or example:NAME. "
            "Default: the bundled model that drew the tile of --from.",
        ),
    ] = None,
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
    jitter: Annotated[str, typer.Option(help="How far motifs stray from their places in a grid.")] = "0mm",
    tossing: TossingOptions,
    overlap: Annotated[
        str, typer.Option(help="How far motifs may overlap in the place of a gap: later ones hide what lies behind.")
    ] = "0mm",
    tries: Annotated[
        int, typer.Option("--try", metavar="N", help="Make N layouts and keep the best, as croquis judges it.")
    ] = 1,
    picture: Annotated[
        Path | None,
        typer.Option("--check", metavar="OUT", help="Draw faults over the repeat, as croquis, and motifs' numbers."),
    ] = None,
    earlier: Annotated[
        Path | None,
        typer.Option("--from", metavar="TILE", help="Roll this tile anew: repeat, layout and pens as it has them."),
    ] = None,
    lock: Annotated[
        str | None,
        typer.Option(metavar="N,N,...", help="Motifs of --from that stay as they are, from 1 as --json numbers them."),
    ] = None,
    colours: ColourOptions,
    kaleidoscope: Annotated[
        bool, typer.Option("--kaleidoscope", help="Cut motifs where their images begin. Default: whole motifs.")
    ] = False,
    overhang: Annotated[
        bool, typer.Option("--overhang", help="Write whole motifs that reach over the edges, for editing.")
    ] = False,
    bleed: Annotated[
        str, typer.Option(help="So much more on every side for a printer to cut off; in a .pdf around the TrimBox.")
    ] = "0mm",
    preview: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Draw the repeat three by three as .png, colourways side by side."),
    ] = None,
    dpi: DpiOption = 150.0,
    gcode: GcodeOptions,
    sampling: SamplingOptions,
) -> None:
    """Make a tile that repeats without a seam, from new sketches or from a file."""
    from sketchdesign.core.drawing import Page
    from sketchdesign.core.files import together, write_atomic
    from sketchdesign.core.units import parse_length_mm
    from sketchdesign.design.colouring import check_colour_by
    from sketchdesign.design.layout import Layout
    from sketchdesign.design.repeat import make_repeat
    from sketchdesign.services.tiles.colourways import check_colourways, colourway_paths, in_colourways
    from sketchdesign.services.tiles.croquis import export_overlay
    from sketchdesign.services.tiles.files import check_bleed, export_tile
    from sketchdesign.services.tiles.locks import chosen_motifs, read_settings
    from sketchdesign.services.tiles.previews import render_preview
    from sketchdesign.services.tiles.settings import TileSettings

    console: Console = context.obj
    given = given_options(context)
    colourways = colours.read_colourways()
    _check_files(output, colourways, picture, preview)
    base, design = TileSettings("half-drop", (120.0, 80.0), Layout()), None
    if earlier is not None:
        base, design = read_settings(earlier)
    drawn_by = _source(source, earlier)
    if lock is not None:
        if design is None:
            raise InputError("--lock needs a tile to begin with", hint="name it with --from")
        base = replace(base, locked=chosen_motifs(design, parse_counts(lock, "motifs")))
    cell = Page.parse(size)
    said: dict[str, tuple[str, Any]] = {
        "repeat": ("repeat", repeat),
        "size": ("cell_mm", (cell.width_mm, cell.height_mm)),
        "colour_by": ("colour_by", colours.colour_by),
        "kaleidoscope": ("kaleidoscope", kaleidoscope),
        "overhang": ("overhang", overhang),
    }
    pens = colours.base_pens(None if design is None else base.pens, colourways, given)
    base = replace(base, ground=colours.ground_colour(base.ground))
    base = replace(base, tries=tries, pens=pens, **dict(value for name, value in said.items() if given(name)))
    check_colour_by(base.colour_by, make_repeat(base.repeat, *base.cell_mm))
    bleed_mm, machine = parse_length_mm(bleed), gcode.settings()
    check_bleed(bleed_mm, overhang=base.overhang)
    notes = check_colourways(colourways, len(pens))
    arranged: dict[str, tuple[str, Any]] = {
        "layout": ("kind", layout),
        "rows": ("rows", rows),
        "columns": ("columns", columns),
        "jitter": ("jitter_mm", parse_length_mm(jitter)),
        "overlap": ("overlap_mm", parse_length_mm(overlap)),
    }
    arrangement = replace(base.layout, **dict(value for name, value in arranged.items() if given(name)))
    arrangement = tossing.layout(arrangement, given)
    drawing = sampling.settings(arrangement.count, console)
    settings = replace(base, layout=arrangement, seed=drawing.seed)
    made = console.run(_work(drawn_by, tossing.parts(), drawing, settings))
    tiles = in_colourways(made, colourways)
    files = [(tile, colourway_paths(output, name)) for name, tile in tiles.items()]
    with together():
        for tile, paths in files:
            notes += export_tile(tile, paths, dpi, bleed_mm=bleed_mm, gcode=machine)
        if picture is not None:
            export_overlay(made.design, made.croquis, picture)
        if preview is not None:
            write_atomic(preview, render_preview(tiles))
    if made.sketches < arrangement.count:
        notes.append(
            f"Only {made.sketches} of {counted(arrangement.count, 'motif')} found room; "
            "choose fewer, a smaller gap or a larger tile."
        )
    for note in dict.fromkeys(notes):
        console.note(note)
    _report(console, made, [path for _, paths in files for path in paths])


def _source(source: str | None, earlier: Path | None) -> str:
    from sketchdesign.services.tiles.locks import model_of

    if source is not None:
        return source
    if earlier is None:
        raise InputError("nothing is given that draws the motifs", hint="name a model or a file, as in: tile cat")
    return model_of(earlier)


def _check_files(
    output: Sequence[Path], colourways: Sequence[Colourway], picture: Path | None, preview: Path | None
) -> None:
    from sketchdesign.services.export import check_outputs
    from sketchdesign.services.tiles.colourways import colourway_paths

    for name in [each.file_part for each in colourways] or [""]:
        check_outputs(colourway_paths(output, name))
    check_outputs([path for path in (picture, preview) if path is not None])
    if preview is not None and preview.suffix.lower() != ".png":
        raise InputError(f"the preview {preview} is no picture", hint="choose a name that ends with .png")


def _report(console: Console, made: Tile, files: Sequence[Path]) -> None:
    width, height = made.design.repeat.rectangle_mm
    console.result(
        {
            "sketches": made.sketches,
            "strokes": made.drawing.stroke_count,
            "coverage": round(made.coverage, 4),
            "croquis_score": round(made.croquis.score, 4),
            "like_neighbours": round(made.like_neighbours, 4),
            "seam_error_mm": made.proof.seam_error_mm,
            "seamless": made.proof.seamless,
            "repeat": made.design.repeat.name,
            "width_mm": round(width, 6),
            "height_mm": round(height, 6),
            "seed": made.settings.seed,
            "layout_seed": made.layout_seed,
            "files": [str(path) for path in files],
            "motifs": [{"number": n, **placed.to_json()} for n, placed in enumerate(made.placements, 1)],
            "seconds": round(made.seconds, 3),
        },
        f"{counted(made.sketches, 'sketch', 'sketches')}, {counted(made.drawing.stroke_count, 'stroke')} "
        f"in a straight repeat of "
        f"{width:g} x {height:g} mm, {made.coverage:.0%} covered, seed {made.settings.seed}. "
        f"{seam_verdict(made.proof)} The croquis scores {made.croquis.score:.2f}."
        + (f" Of neighbours {made.like_neighbours:.0%} are alike." if made.settings.layout.unlike else ""),
    )


def _work(source: str, parts: Sequence[MixPart], drawing: GenerateSettings, settings: TileSettings) -> Work[Tile]:
    from sketchdesign.services.tiles.making import tile_of
    from sketchdesign.services.tiles.motifs import motifs_of

    given = yield from motifs_of(source, parts, drawing)
    return (yield from tile_of(given, settings))
