"""``lesson``, ``seen`` and ``clean``: a sketch explained, as a model reads it, and redrawn properly."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from sketchdesign.cli.boards import BoardOptions, InputArgument, open_reader
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument, SamplingOptions, expand_options, parse_numbers

CLEAN_TEMPERATURE = 0.02


@expand_options
def lesson(
    context: typer.Context,
    *,
    source: Annotated[
        str, typer.Argument(metavar="MODEL|INPUT", help="A sketch, or a model that is to draw new ones.")
    ],
    stages: Annotated[int, typer.Option(help="Panels for each sketch.")] = 4,
    count: Annotated[int, typer.Option("-n", "--count", help="How many sketches of a model.")] = 1,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Show how to draw a sketch: stroke by stroke in numbered panels, what is new in black."""
    from sketchdesign.model.zoo import is_model, open_model
    from sketchdesign.services.inputs import read_input
    from sketchdesign.services.latent import lesson as lessons

    console: Console = context.obj
    board.check()
    if is_model(source):
        settings = sampling.settings(count, console)
        board.write(console, lessons.drawn_lesson(open_model(source), settings, stages))
    else:
        board.write(console, lessons.lesson([read_input(source)], stages))


@expand_options
def seen(
    context: typer.Context,
    *,
    source: InputArgument,
    model: ModelArgument,
    board: BoardOptions,
) -> None:
    """Show what a model sees of a sketch: the points it reads, over the ink."""
    from sketchdesign.model.zoo import open_model
    from sketchdesign.services.inputs import read_input
    from sketchdesign.services.latent.lesson import seen as work

    console: Console = context.obj
    board.check()
    board.write(console, work(open_model(model), read_input(source)))


@expand_options
def clean(
    context: typer.Context,
    *,
    model: ModelArgument,
    source: InputArgument,
    amount: Annotated[float, typer.Option(help="0 keeps to the drawing, 1 forgets it for what is usual.")] = 0.5,
    amounts: Annotated[
        str | None, typer.Option(metavar="A,A,...", help="One result for each amount, such as 0,0.25,0.5,0.75.")
    ] = None,
    tries: Annotated[int, typer.Option(help="Redrawings of which the one most like the drawing is kept.")] = 8,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Redraw a crude drawing as its class is usually drawn, but still the same drawing."""
    from sketchdesign.services.inputs import read_input
    from sketchdesign.services.latent.clean import clean as work

    console: Console = context.obj
    board.check()
    wanted = [amount] if amounts is None else parse_numbers(amounts, "amounts")
    calm = replace(sampling, temperature=CLEAN_TEMPERATURE) if sampling.temperature is None else sampling
    settings = calm.settings(len(wanted), console)
    given = read_input(source)
    board.write(console, work(open_reader(model), given, settings, wanted, tries))
