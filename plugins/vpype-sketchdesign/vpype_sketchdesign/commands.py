"""The commands. vpype imports this module whenever it starts: sketchdesign is loaded by those that run."""

from __future__ import annotations

import re

import click
import numpy as np
import vpype as vp
import vpype_cli

from vpype_sketchdesign.command import Command, errors_for_people
from vpype_sketchdesign.convert import PX_PER_MM, to_lines, to_strokes

_DURATION = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|min|)\s*")
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "min": 60.0}

_layer_option = click.option(
    "-l",
    "--layer",
    type=vpype_cli.LayerType(accept_multiple=True),
    default="all",
    help="Target layer(s) or 'all'.",
)


@click.command(cls=Command)
@click.argument("model", type=vpype_cli.TextType())
@click.option("--rows", type=vpype_cli.IntegerType(), default=1, help="Rows of sketches.")
@click.option("--cols", type=vpype_cli.IntegerType(), default=1, help="Columns of sketches.")
@click.option("--cell", type=vpype_cli.LengthType(), default="40mm", help="Side of the square that a sketch fills.")
@click.option("--gap", type=vpype_cli.LengthType(), default="3mm", help="Free space between the cells.")
@click.option(
    "--seed", type=vpype_cli.IntegerType(), default=None, help="Seed of the sketches (default: from vpype's own)."
)
@click.option("-t", "--temperature", type=vpype_cli.FloatType(), default=0.1, help="How varied they are, from 0 to 10.")
@click.option(
    "--class", "class_name", type=vpype_cli.TextType(), default=None, help="One class of a model that knows several."
)
@vpype_cli.generator
def sketch(
    model: str,
    rows: int,
    cols: int,
    cell: float,
    gap: float,
    seed: int | None,
    temperature: float,
    class_name: str | None,
) -> vp.LineCollection:
    """Generate sketches that a sketch-rnn model draws.

    MODEL is the name of a bundled model, such as `cat`, or the path of a checkpoint. Sketches are put into rows and
    columns of square cells from the origin, each scaled to fill its cell.

    Without `--seed`, the sketches follow the seed that vpype was started with.

    Examples:

        Sixteen cats:

            vpype sketch cat --rows 4 --cols 4 show

        The same ones every time, on layer 2, larger:

            vpype sketch --seed 3 --cell 2in -l 2 cat show

        Different ones in each cell of a grid:

            vpype begin grid -o 5cm 5cm 3 4 sketch cat end show
    """
    with errors_for_people():
        from sketchdesign.api import InputError, draw_sketches, place

        if min(rows, cols) < 1:
            raise InputError(f"a grid of {rows} x {cols} has no cell", hint="use at least one row and column")
        if cell <= 0.0 or gap < 0.0:
            raise InputError("a cell must be larger than nothing, and a gap not negative")
        chosen = int(np.random.randint(2**31)) if seed is None else seed  # noqa: NPY002  # vpype seeds this one
        sketches = draw_sketches(model, rows * cols, seed=chosen, temperature=temperature, class_name=class_name)
        side_mm, pitch_mm = cell / PX_PER_MM, (cell + gap) / PX_PER_MM
        lines = vp.LineCollection()
        for number, drawn in enumerate(sketches):
            row, column = divmod(number, cols)
            lines.extend(to_lines(place(drawn, column * pitch_mm, row * pitch_mm, side_mm, side_mm)))
        return lines


@click.command(cls=Command)
@click.argument("repeat", type=vpype_cli.TextType())
@click.option(
    "--tile", type=vpype_cli.PageSizeType(), default=None, help="Size of the cell that is repeated (default: the page)."
)
@click.option(
    "--page", type=vpype_cli.PageSizeType(), default=None, help="Page to fill (default: the page of the pipeline)."
)
@click.option("-m", "--margin", type=vpype_cli.LengthType(), default="0mm", help="Free border of the page.")
@click.option("--center", is_flag=True, help="Move the drawing to the middle of the cell first.")
@_layer_option
@vpype_cli.global_processor
def repeat_tile(
    document: vp.Document,
    repeat: str,
    tile: tuple[float, float] | None,
    page: tuple[float, float] | None,
    margin: float,
    center: bool,
    layer: int | list[int],
) -> vp.Document:
    """Repeat the drawing over a page without seams.

    REPEAT is one of grid, half-drop, half-brick, drop:1/3, brick:1/4, hex, hex-row, ogee, diamond, mirror, turn-over,
    or a wallpaper group from p1 to p6m. The cell lies at the origin. What reaches over its edges is repeated, too: no
    stroke is cut but at the margin. Use vpype's own commands, or `--center`, to put the drawing into the cell.

    Examples:

        A half-drop of one cat on A3:

            vpype sketch --cell 5cm cat repeat-tile --tile 60x70mm --page a3 --center half-drop write out.svg

        A tile from a file, which has the size of its page:

            vpype read tile.svg repeat-tile --page a2 --margin 1cm grid write out.svg
    """
    with errors_for_people():
        from sketchdesign import api

        page, tile = page or document.page_size, tile or document.page_size
        if page is None or tile is None:
            raise api.InputError("the pipeline has no page size", hint="use both --tile and --page")
        paper = api.Page(*(float(side) / PX_PER_MM for side in page))
        cell_mm = (tile[0] / PX_PER_MM, tile[1] / PX_PER_MM)
        numbers = vpype_cli.multiple_to_layer_ids(layer, document)
        bounds = document.bounds(numbers)
        move = np.zeros(2)
        if center and bounds is not None:
            move = (np.array(tile) - np.array(bounds[:2]) - np.array(bounds[2:])) / 2.0 / PX_PER_MM
        layers = []
        for number in numbers:
            strokes = to_strokes(document.layers[number])
            layers.append(api.Layer(api.Pen(), api.Strokes(strokes.points + move, strokes.offsets)))
        repeated = api.repeat(layers, repeat, cell_mm, paper, margin / PX_PER_MM)
        for number, made in zip(numbers, repeated.layers, strict=True):
            document[number] = document.layers[number].clone(to_lines(made.strokes))
        document.page_size = page
        return document


@click.command(cls=Command)
@click.option(
    "-b",
    "--budget",
    type=vpype_cli.TextType(),
    default=None,
    help="Time to look for a better route, such as 2s (default: as many tries, with the same result, every time).",
)
@click.option(
    "-j", "--join", type=vpype_cli.LengthType(), default="0mm", help="Connect ends up to this distance apart by a line."
)
@click.option("--seed", type=vpype_cli.IntegerType(), default=1, help="Seed of the search.")
@_layer_option
@vpype_cli.global_processor
def routesort(document: vp.Document, budget: str | None, join: float, seed: int, layer: int | list[int]) -> vp.Document:
    """Sort lines for the shortest plotting time.

    Order and direction of the lines, and where closed ones begin, are chosen so that an AxiDraw needs the least time
    for travelling, lifting and lowering the pen. Each layer begins and ends at the origin, where pens are changed.
    Lines stay as they are, unless `--join` connects some.

    Examples:

        Sort all layers, and spend up to two seconds on it:

            vpype read input.svg routesort --budget 2s write output.svg

        Let the pen stay down over gaps of up to 0.3mm on layer 1:

            vpype read input.svg routesort -l 1 --join 0.3mm write output.svg
    """
    with errors_for_people():
        from sketchdesign import api

        numbers = vpype_cli.multiple_to_layer_ids(layer, document)
        layers = tuple(api.Layer(api.Pen(), to_strokes(document.layers[number])) for number in numbers)
        drawing = api.Drawing(api.Page.parse("A4"), layers)
        budget_s = None if budget is None else _seconds(budget)
        routed = api.optimise(drawing, budget_s=budget_s, join_mm=join / PX_PER_MM, seed=seed)
        for number, made in zip(numbers, routed.layers, strict=True):
            document[number] = document.layers[number].clone(to_lines(made.strokes))
        return document


def _seconds(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a time; write it as 2s, 500ms or 1min")
    return float(match[1]) * _SECONDS[match[2]]
