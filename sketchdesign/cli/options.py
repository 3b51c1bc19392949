"""Options that several commands share, declared once.

A command takes a whole group as one parameter, ``sampling: SamplingOptions``; `expand_options` turns each such
parameter into the group's single options.
"""

from __future__ import annotations

import functools
import inspect
import random
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from sketchdesign.core.errors import InputError
from sketchdesign.core.pages import PAGE_NAMES
from sketchdesign.services.choices import DrawingChoices

if TYPE_CHECKING:
    from sketchdesign.cli.console import Console
    from sketchdesign.services.generate import GenerateSettings

Number = TypeVar("Number", int, float)

ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="A bundled model (see: models list) or the path of a checkpoint.")
]
OutputOption = Annotated[
    list[Path],
    typer.Option("-o", "--output", metavar="OUT", help="Output file; its ending picks the format. Repeatable."),
]


def _checked_dpi(dpi: float) -> float:
    from sketchdesign.output.png import check_dpi

    check_dpi(dpi)
    return dpi


DpiOption = Annotated[float, typer.Option(help="Resolution of a .png or .gif.", callback=_checked_dpi)]


PageOption = Annotated[str, typer.Option(help=f"{PAGE_NAMES}, or a size such as 120x80mm.")]
LandscapeOption = Annotated[bool, typer.Option("--landscape", help="Turn the page.")]
MarginOption = Annotated[str, typer.Option(help="Free border of the page.")]
GapOption = Annotated[str, typer.Option(help="Free space between the cells.")]
SmoothOption = Annotated[
    str | None, typer.Option(help="Turn angles into curves that move lines by this much at most, such as 0.2mm.")
]
PipelineOption = Annotated[
    str | None, typer.Option(help="vpype commands to use instead of our own, such as 'linemerge linesort'.")
]
TimedMachineOption = Annotated[str, typer.Option(help="Plotter for the estimate of time.")]
PresetOption = Annotated[str, typer.Option(help="Meaning of the temperature: default, paper, magenta or js.")]
TemperatureOption = Annotated[
    float | None, typer.Option("--temperature", "-t", help="0 is careful, 1 as varied as human drawings.")
]


@dataclass(frozen=True)
class SamplingOptions(DrawingChoices):
    """How sketches are drawn."""

    seed: Annotated[
        int | None,
        typer.Option(help="The same seed gives the same sketches. Default: one at random, which is reported."),
    ] = None
    preset: PresetOption = "default"
    temperature: TemperatureOption = None
    temperature_xy: Annotated[float | None, typer.Option(help="Temperature of the offsets alone.")] = None
    temperature_mixture: Annotated[float | None, typer.Option(help="Temperature of the mixture weights alone.")] = None
    temperature_pen: Annotated[float | None, typer.Option(help="Temperature of the pen states alone.")] = None
    greedy: Annotated[bool, typer.Option("--greedy", help="Always take the likeliest next point.")] = False
    class_: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="One class of a model that knows several.")
    ] = None
    best_of: Annotated[int, typer.Option(help="Draw N candidates for each sketch and keep the best, see --rank.")] = 1
    rank: Annotated[
        str, typer.Option(help="The best: by likelihood, or by reencode, whose encoding is nearest to what was asked.")
    ] = "likelihood"
    distinct: Annotated[
        bool, typer.Option("--distinct", help="Draw anew what looks like another sketch of the batch.")
    ] = False
    critic: Annotated[
        bool | None,
        typer.Option(
            "--critic/--no-critic",
            help="Draw anew what a critic does not recognise as its class. Default: with the default preset.",
        ),
    ] = None
    keep_unfinished: Annotated[
        bool, typer.Option("--keep-unfinished", help="Keep sketches that never end instead of drawing them anew.")
    ] = False

    def settings(self, count: int, console: Console) -> GenerateSettings:
        """What these options ask for, for ``count`` sketches.

        Raises:
            InputError: an option is unknown or out of range.
        """
        return self.generate_settings(count, chosen_seed(self.seed), console.device, console.threads)


def parse_names(text: str) -> list[str]:
    """Names between commas, without the spaces around them; none in an empty text."""
    return [name.strip() for name in text.split(",") if name.strip()]


def parse_counts(text: str, what: str) -> list[int]:
    """Whole numbers between commas, at least one.

    Raises:
        InputError: it is no list of ``what``.
    """
    return _parse_list(int, text, what, "3,7")


def parse_numbers(text: str, what: str) -> list[float]:
    """Numbers between commas, at least one.

    Raises:
        InputError: it is no list of ``what``.
    """
    return _parse_list(float, text, what, "0,0.5,1")


def _parse_list(read: Callable[[str], Number], text: str, what: str, example: str) -> list[Number]:
    try:
        found = [read(part) for part in parse_names(text)]
    except ValueError:
        found = []
    if not found:
        raise InputError(f"{text!r:.60} is no list of {what}", hint=f"write numbers between commas: {example}")
    return found


def check_png(path: Path) -> None:
    """Fail before any work if a picture that is always a PNG could not be written to ``path``.

    Raises:
        InputError, OutputError: it ends in something else, or its folder is missing or read-only.
    """
    from sketchdesign.core.files import check_writable

    if path.suffix.lower() != ".png":
        raise InputError(f"{path} cannot hold the picture", hint="choose a name that ends with .png")
    check_writable(path)


def chosen_seed(seed: int | None) -> int:
    """The seed that was given, or one at random."""
    # Six digits are easy to note down.
    return random.SystemRandom().randrange(1_000_000) if seed is None else seed


def expand_options(command: Callable[..., None]) -> Callable[..., None]:
    """Replace each parameter that is annotated with a dataclass of options by those options."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            parameters += _option_parameters(groups[name])
        else:
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters.append(parameter.replace(annotation=hints[name], kind=kind))

    @functools.wraps(command)
    def expanded(**values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        command(**values)

    expanded.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    expanded.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del expanded.__wrapped__  # lest its signature be taken for this one's
    return expanded


def _option_parameters(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
