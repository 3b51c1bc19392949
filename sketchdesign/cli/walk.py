"""``walk`` and ``morph``: ways through latent space, as sheets or as animations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from sketchdesign.cli.boards import BoardOptions, ColoursOption, PaletteOptions, open_reader
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument, SamplingOptions, expand_options


@dataclass(frozen=True)
class BlackOptions(PaletteOptions):
    """Black, if nothing else is asked for."""

    colours: ColoursOption = "#000000"


@expand_options
def walk(
    context: typer.Context,
    *,
    model: ModelArgument,
    source: Annotated[
        str | None, typer.Argument(metavar="[INPUT]", help="Where to begin. Default: a place drawn from the class.")
    ] = None,
    count: Annotated[int, typer.Option("-n", "--count", help="How many sketches, the start included.")] = 24,
    step: Annotated[
        float, typer.Option(help="How far each is from the one before, in standard deviations of the class.")
    ] = 1.0,
    look: BlackOptions,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Wander through latent space: a sheet, or frames of an animation to a .gif or a folder."""
    from sketchdesign.services.inputs import read_input
    from sketchdesign.services.latent.walk import walk as work

    console: Console = context.obj
    board.check()
    palette = look.palette()
    settings = sampling.settings(count, console)
    given = None if source is None else read_input(source)
    board.write(console, work(open_reader(model), given, settings, count, step, palette, fresh=look.fresh))


@expand_options
def morph(
    context: typer.Context,
    *,
    model: ModelArgument,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INPUT [INPUT]]", help="The first shape, or the first and the last. Default: drawn."),
    ] = None,
    from_class: Annotated[str, typer.Option(metavar="NAME", help="The class to begin as.")],
    to_class: Annotated[str, typer.Option(metavar="NAME", help="The class to end as.")],
    steps: Annotated[int, typer.Option(help="Sketches from the one to the other.")] = 10,
    rows: Annotated[
        int, typer.Option(help="1: shape and class change together. More: the class across, the shape down the rows.")
    ] = 1,
    look: PaletteOptions,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Turn one class into another, such as cats into rabbits, with a model of several classes."""
    from sketchdesign.services.inputs import read_inputs
    from sketchdesign.services.latent.walk import class_morph

    console: Console = context.obj
    board.check()
    palette = look.palette()
    settings = sampling.settings(1, console)
    given = read_inputs(sources or [])
    classes = (from_class, to_class)
    job = class_morph(open_reader(model), given, settings, classes, steps, rows, palette, fresh=look.fresh)
    board.write(console, job)
