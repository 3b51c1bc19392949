"""``interpolate`` and ``hybrid``: what lies between sketches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sketchdesign.cli.boards import (
    BoardOptions,
    InputsArgument,
    PaletteOptions,
    open_reader,
)
from sketchdesign.cli.console import Console
from sketchdesign.cli.options import ModelArgument, SamplingOptions, expand_options
from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.services.latent.morph import GridShape

_STEPS, _ROWS, _COLUMNS = 10, 5, 5

RowsOption = Annotated[int | None, typer.Option(help=f"Rows between four sketches. Default: {_ROWS}.")]
ColumnsOption = Annotated[int | None, typer.Option("--cols", help=f"Columns between them. Default: {_COLUMNS}.")]


@expand_options
def interpolate(
    context: typer.Context,
    *,
    model: ModelArgument,
    inputs: InputsArgument,
    steps: Annotated[
        int | None, typer.Option(help=f"Sketches in a strip from the first to the last input. Default: {_STEPS}.")
    ] = None,
    rows: RowsOption = None,
    columns: ColumnsOption = None,
    look: PaletteOptions,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Morph sketches into one another: a grid between four, a strip through any other number or with --steps."""
    from sketchdesign.services.inputs import read_inputs
    from sketchdesign.services.latent.morph import CORNERS
    from sketchdesign.services.latent.morph import interpolate as work

    console: Console = context.obj
    board.check()
    palette = look.palette()
    if steps is not None and (rows is not None or columns is not None):
        raise InputError("a strip of --steps has no --rows and --cols", hint="leave out the one or the others")
    shape: GridShape | int = _STEPS if steps is None else steps
    if steps is None and (len(inputs) == CORNERS or rows is not None or columns is not None):
        shape = _grid_shape(rows, columns)
    settings = sampling.settings(len(inputs), console)
    given = read_inputs(inputs)
    board.write(console, work(open_reader(model), given, settings, shape, fresh=look.fresh, palette=palette))


@expand_options
def hybrid(
    context: typer.Context,
    *,
    model: ModelArgument,
    inputs: InputsArgument,
    toward: Annotated[
        float | None,
        typer.Option(
            help="Move z this share of the way to the class. Default: 0.5 for models of several classes, 0.7 for one."
        ),
    ] = None,
    own_class: Annotated[
        str | None,
        typer.Option("--from", metavar="NAME", help="What the inputs are, for --toward. Default: recognised."),
    ] = None,
    rows: RowsOption = None,
    columns: ColumnsOption = None,
    look: PaletteOptions,
    board: BoardOptions,
    sampling: SamplingOptions,
) -> None:
    """Read anything through a model's eyes: chairs drawn as cats, and with four of them the grid between."""
    from sketchdesign.services.inputs import read_inputs
    from sketchdesign.services.latent.morph import CORNERS
    from sketchdesign.services.latent.morph import hybrid as work

    console: Console = context.obj
    board.check()
    palette = look.palette()
    if own_class is not None and toward == 0:
        raise InputError("--from has no meaning where --toward is 0", hint="leave out the one or the other")
    settings = sampling.settings(len(inputs), console)
    given = read_inputs(inputs)
    if (rows is not None or columns is not None) and len(given) != CORNERS:
        raise InputError(
            f"--rows and --cols are of a grid between four sketches, not {len(given)}",
            hint="give four sketches, or leave them out",
        )
    job = work(
        open_reader(model),
        given,
        settings,
        _grid_shape(rows, columns),
        share=toward,
        own_class=own_class,
        fresh=look.fresh,
        palette=palette,
    )
    board.write(console, job)


def _grid_shape(rows: int | None, columns: int | None) -> GridShape:
    from sketchdesign.services.latent.morph import GridShape

    return GridShape(_ROWS if rows is None else rows, _COLUMNS if columns is None else columns)
