"""``complete``: endings for an unfinished sketch."""

from __future__ import annotations

from typing import Annotated

import typer

from sketchdesign.cli.boards import BoardOptions, InputArgument
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument, SamplingOptions, expand_options


@expand_options
def complete(
    context: typer.Context,
    *,
    model: ModelArgument,
    source: InputArgument,
    count: Annotated[int, typer.Option("-n", "--count", help="How many endings.")] = 9,
    size: Annotated[
        float | None,
        typer.Option(
            metavar="PX",
            help="Larger side of the beginning, in a finished drawing of 255. Default: its own if it is 20 to 255.",
        ),
    ] = None,
    pen_down: Annotated[bool, typer.Option("--pen-down", help="Go on with the last line, too.")] = False,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Finish a sketch in several ways; what was given stays as it is, in a layer of its own."""
    from sketchdesign.model.zoo import open_model
    from sketchdesign.services.inputs import read_input
    from sketchdesign.services.latent.complete import complete as work

    console: Console = context.obj
    board.check()
    settings = sampling.settings(count, console)
    given = read_input(source)
    board.write(console, work(open_model(model), given, settings, count, size_px=size, pen_down=pen_down))
