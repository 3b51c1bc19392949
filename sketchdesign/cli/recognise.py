"""``recognise``: what a sketch is."""

from __future__ import annotations

from typing import Annotated

import typer

from sketchdesign.cli.boards import InputArgument
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import parse_names

_MOST_LINES = 10


def recognise(
    context: typer.Context,
    source: InputArgument,
    models: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Models to ask, by name or path. Default: all bundled ones.")
    ] = None,
) -> None:
    """Tell which model or class explains a sketch best, by likelihood."""
    from sketchdesign.model.zoo import find_models
    from sketchdesign.services.inputs import read_input
    from sketchdesign.services.latent.recognise import recognise as work

    console: Console = context.obj
    asked = [name for name, _ in find_models()] if models is None else parse_names(models)
    guesses = console.run(work(read_input(source), asked, device=console.device))
    report = {
        "ranking": [[guess.name, guess.nats_per_point] for guess in guesses],
        "models": {guess.name: guess.model for guess in guesses},
    }
    lines = [f"{guess.nats_per_point:8.3f} nats per point  {guess.name}" for guess in guesses[:_MOST_LINES]]
    console.result(report, "\n".join(lines))
