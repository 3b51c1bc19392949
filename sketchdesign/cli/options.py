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
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from sketchdesign.core.errors import InputError

if TYPE_CHECKING:
    from sketchdesign.cli.console import Console
    from sketchdesign.services.generate import GenerateSettings

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


@dataclass(frozen=True)
class SamplingOptions:
    """How sketches are drawn."""

    seed: Annotated[
        int | None,
        typer.Option(help="The same seed gives the same sketches. Default: one at random, which is reported."),
    ] = None
    preset: Annotated[str, typer.Option(help="Meaning of the temperature: default, paper, magenta or js.")] = "default"
    temperature: Annotated[
        float | None, typer.Option("--temperature", "-t", help="0 is careful, 1 as varied as human drawings.")
    ] = None
    temperature_xy: Annotated[float | None, typer.Option(help="Temperature of the offsets alone.")] = None
    temperature_mixture: Annotated[float | None, typer.Option(help="Temperature of the mixture weights alone.")] = None
    temperature_pen: Annotated[float | None, typer.Option(help="Temperature of the pen states alone.")] = None
    greedy: Annotated[bool, typer.Option("--greedy", help="Always take the likeliest next point.")] = False
    class_name: Annotated[
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
        """What these options ask for, for ``count`` sketches."""
        from sketchdesign.model.curation import rank_named
        from sketchdesign.model.sampling import Sampling
        from sketchdesign.services.generate import GenerateSettings

        sampling = Sampling.preset(
            self.preset,
            self.temperature,
            temperature_xy=self.temperature_xy,
            temperature_mixture=self.temperature_mixture,
            temperature_pen=self.temperature_pen,
            greedy=self.greedy,
            critic=self.critic,
        )
        return GenerateSettings(
            count,
            seed=chosen_seed(self.seed),
            sampling=sampling,
            class_name=self.class_name,
            best_of=self.best_of,
            keep_unfinished=self.keep_unfinished,
            rank=rank_named(self.rank),
            distinct=self.distinct,
            device=console.device,
            threads=console.threads,
        )


def parse_counts(text: str, what: str) -> list[int]:
    """Whole numbers between commas.

    Raises:
        InputError: one of them is none.
    """
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"{text!r:.60} is no list of {what}", hint="write numbers between commas: 3,7") from None


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
