"""Commands that talk to a plotter: they take the options of the driver that is named on their line, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from sketchdesign.cli.options import expand_options
from sketchdesign.cli.plugins import with_parameters
from sketchdesign.services.plot.drivers import OUR_DRIVER

DriverOption = Annotated[
    str, typer.Option(help="What talks to the machine, see plugins list. --driver NAME --help shows its options.")
]
MachineOption = Annotated[str, typer.Option(help="The plotter's model, such as axidraw-se-a3 or nextdraw-8511.")]
ServoOption = Annotated[str, typer.Option(help="Pen lift: standard or brushless. Default: the model's own.")]
PenUpOption = Annotated[float, typer.Option(help="Height of the raised pen in percent.")]
PenDownOption = Annotated[float, typer.Option(help="Height of the lowered pen in percent.")]
PortOption = Annotated[str, typer.Option(help="Port of the plotter. Default: the only one that is plugged in.")]

_PLACE = "own"
"""The parameter of a command in whose place the driver's options come."""


@dataclass(frozen=True)
class _NoOptions:
    """Our driver has none."""


def add_driver_command(app: typer.Typer, name: str, command: Callable[..., None]) -> None:
    """Add a command. Its parameter ``own`` becomes the options of the driver that is named on the line.

    Args:
        app: to add it to.
        name: of the command.
        command: also has an option ``--driver``.
    """

    class Command(TyperCommand):
        def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
            driver = _driver_in(args)
            chosen = self if driver == OUR_DRIVER else _with_driver(name, command, driver)
            return TyperCommand.make_context(chosen, info_name, args, parent, **extra)

    command.__annotations__[_PLACE] = _NoOptions
    app.command(name, cls=Command)(expand_options(command))


def _driver_in(words: list[str]) -> str:
    for word, after in pairwise([*words, ""]):
        if word == "--driver" or word.startswith("--driver="):
            return after if word == "--driver" else word.partition("=")[2]
    return OUR_DRIVER


def _with_driver(name: str, command: Callable[..., None], driver: str) -> TyperCommand:
    from sketchdesign.services.plugins.registry import find_plugin

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(with_parameters(command, find_plugin("plotter", driver), _PLACE))
    made = typer.main.get_command(app)
    assert isinstance(made, TyperCommand)
    return made
