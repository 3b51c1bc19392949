"""``direction`` and ``taste``: what sets sketches apart, and more of what is liked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.boards import BoardOptions, FreshOption, InputArgument, open_reader
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument, SamplingOptions, expand_options, parse_numbers
from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.generate import GenerateSettings
    from sketchdesign.services.inputs import GivenSketch
    from sketchdesign.services.latent.directions import Direction

_SET_HELP = "All of a file, FILE#N or example:NAME. Repeatable."

SaveOption = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Keep what was found in a .json for --load.")
]


@expand_options
def direction(
    context: typer.Context,
    *,
    model: ModelArgument,
    source: InputArgument,
    plus: Annotated[
        list[str] | None, typer.Option(metavar="INPUT", help=f"Sketches that have an attribute. {_SET_HELP}")
    ] = None,
    minus: Annotated[
        list[str] | None, typer.Option(metavar="INPUT", help=f"Sketches that do not have it. {_SET_HELP}")
    ] = None,
    among: Annotated[
        list[str] | None,
        typer.Option(metavar="INPUT", help=f"Find how these vary. Default: all of the class. {_SET_HELP}"),
    ] = None,
    load: Annotated[Path | None, typer.Option(metavar="FILE", help="Use directions that were kept by --save.")] = None,
    components: Annotated[int, typer.Option(help="How many directions of largest variation, a row for each.")] = 3,
    strengths: Annotated[
        str, typer.Option(metavar="K,K,...", help="How far to go: standard deviations, or shares of a difference.")
    ] = "-4,-2,0,2,4",
    save: SaveOption = None,
    fresh: FreshOption = False,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Move a sketch along attributes: fatter or thinner, with whiskers or without."""
    from sketchdesign.services.inputs import read_input, read_set
    from sketchdesign.services.latent.directions import apply_directions, check_direction_path, save_directions

    console: Console = context.obj
    board.check()
    if save is not None:
        check_direction_path(save)
    if sum((bool(plus or minus), bool(among), load is not None)) > 1:
        raise InputError("the direction is given in several ways", hint="use --plus and --minus, --among, or --load")
    if bool(plus) != bool(minus):
        raise InputError("a difference has two sides", hint="give both --plus and --minus")
    steps = parse_numbers(strengths, "strengths")
    settings = sampling.settings(1, console)
    given = read_input(source)
    sets = [read_set(each or []) for each in (plus, minus, among)]
    opened = open_reader(model)
    found = _directions(opened, given, settings, sets, load, components)
    board.write(console, apply_directions(opened, given, settings, found, steps, fresh=fresh))
    if save is not None:
        save_directions(save, opened, found)


@expand_options
def taste(
    context: typer.Context,
    *,
    model: ModelArgument,
    liked: Annotated[list[str], typer.Option(metavar="INPUT", help=f"Sketches that are good. {_SET_HELP}")],
    rejected: Annotated[list[str], typer.Option(metavar="INPUT", help=f"Sketches that are not. {_SET_HELP}")],
    count: Annotated[int, typer.Option("-n", "--count", help="How many new sketches.")] = 16,
    strength: Annotated[float, typer.Option(help="How far to follow the taste, in standard deviations.")] = 2.0,
    save: SaveOption = None,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Draw more like what is liked, and less like what was rejected."""
    from sketchdesign.services.inputs import read_set
    from sketchdesign.services.latent.directions import check_direction_path, save_directions
    from sketchdesign.services.latent.taste import more_like

    console: Console = context.obj
    board.check()
    if save is not None:
        check_direction_path(save)
    settings = sampling.settings(count, console)
    good, bad = read_set(liked), read_set(rejected)
    opened = open_reader(model)
    tasted = console.run(more_like(opened, good, bad, settings, count, strength))
    board.write(console, tasted.board)
    if save is not None:
        save_directions(save, opened, [tasted.direction])


def _directions(
    model: Model,
    given: GivenSketch,
    settings: GenerateSettings,
    sets: list[list[GivenSketch]],
    load: Path | None,
    components: int,
) -> list[Direction]:
    from sketchdesign.services.latent import directions

    plus, minus, among = sets
    if load is not None:
        return directions.load_directions(load, model)
    if plus:
        return [directions.difference_direction(model, plus, minus, settings)]
    if among:
        return directions.set_directions(model, among, settings, components)
    return directions.class_directions(model, given, settings, components)
