"""``reconstruct``, ``vary`` and ``analogy``: what a model makes of single sketches."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from sketchdesign.cli.boards import (
    BoardOptions,
    FreshOption,
    InputArgument,
    InputsArgument,
    PensOption,
    open_reader,
    parse_palette,
)
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument, SamplingOptions, expand_options, parse_numbers


@expand_options
def reconstruct(
    context: typer.Context,
    *,
    model: ModelArgument,
    inputs: InputsArgument,
    temperatures: Annotated[
        str, typer.Option(metavar="T,T,...", help="One reconstruction of each input for each temperature.")
    ] = "0.1,0.4,0.7,1.0",
    one_pen: Annotated[bool, typer.Option("--one-pen", help="No colours from cold to warm.")] = False,
    pens: PensOption = None,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Encode sketches and draw each anew, from careful to wild."""
    from sketchdesign.services.inputs import read_inputs
    from sketchdesign.services.latent.single import reconstruct as work

    console: Console = context.obj
    board.check()
    palette = None if one_pen else parse_palette(None, pens)
    settings = sampling.settings(len(inputs), console)
    wanted = [sampling.temperature] if sampling.temperature is not None else parse_numbers(temperatures, "temperatures")
    samplings = {t: replace(sampling, temperature=t).settings(1, console).sampling for t in wanted}
    given = read_inputs(inputs)
    board.write(console, work(open_reader(model), given, settings, samplings, palette=palette))


@expand_options
def vary(
    context: typer.Context,
    *,
    model: ModelArgument,
    source: InputArgument,
    count: Annotated[int, typer.Option("-n", "--count", help="How many variations.")] = 9,
    radius: Annotated[
        float | None,
        typer.Option(help="Distance from the input in latent space. Default: as far as the model itself is unsure."),
    ] = None,
    fresh: FreshOption = False,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Draw sketches that are similar to one, none of them the same."""
    from sketchdesign.services.inputs import read_input
    from sketchdesign.services.latent.single import vary as work

    console: Console = context.obj
    board.check()
    settings = sampling.settings(count, console)
    given = read_input(source)
    board.write(console, work(open_reader(model), given, settings, count, radius=radius, fresh=fresh))


@expand_options
def analogy(
    context: typer.Context,
    *,
    model: ModelArgument,
    base: Annotated[str, typer.Option(metavar="INPUT", help="What to start from: a cat's head.")],
    minus: Annotated[str, typer.Option(metavar="INPUT", help="What to take away: a pig's head.")],
    plus: Annotated[str, typer.Option(metavar="INPUT", help="What to add: a whole pig.")],
    strength: Annotated[float, typer.Option(help="How much of the difference to add.")] = 1.0,
    strengths: Annotated[
        str | None, typer.Option(metavar="K,K,...", help="One result for each strength, such as 0,0.5,1,1.5.")
    ] = None,
    rescale: Annotated[
        bool, typer.Option(help="Keep the result as far from the middle of latent space as the base is.")
    ] = True,
    fresh: FreshOption = False,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Add what sets one sketch apart from another to a third: base - minus + plus.

    Of 16 candidates or more the one is kept that shows the difference best; --no-critic ranks them as --rank says.
    """
    from sketchdesign.services.inputs import read_inputs
    from sketchdesign.services.latent.single import analogy as work

    console: Console = context.obj
    board.check()
    steps = [strength] if strengths is None else parse_numbers(strengths, "strengths")
    settings = sampling.settings(len(steps), console)
    first, second, third = read_inputs([base, minus, plus])
    opened = open_reader(model)
    board.write(console, work(opened, first, second, third, settings, steps, rescaled=rescale, fresh=fresh))
