"""What the commands share: options that may follow the arguments, and errors told in vpype's way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


class Command(click.Command):
    """A command whose options may stand before and after its arguments.

    In a chain of commands click ends one at its first argument: ``sketch cat --rows 4`` would take ``--rows`` for the
    next command. No command begins with a dash, so that the options there can only be this one's.
    """

    help_group = "sketchdesign"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._options_first(ctx, args))

    def _options_first(self, ctx: click.Context, args: list[str]) -> list[str]:
        parameters = self.get_params(ctx)
        wanted = sum(isinstance(parameter, click.Argument) for parameter in parameters)
        options: list[str] = []
        arguments: list[str] = []
        at = 0
        while at < len(args):
            word = args[at]
            width = _width(parameters, word)
            if width:
                options += args[at : at + width]
                at += width
            elif len(arguments) < wanted and not word.startswith("-"):
                arguments.append(word)
                at += 1
            else:
                break
        return options + arguments + args[at:]


def _width(parameters: list[click.Parameter], word: str) -> int:
    """How many words an option and its values take up, if ``word`` is one of ours."""
    name, glued, _ = word.partition("=")
    for parameter in parameters:
        if isinstance(parameter, click.Option):
            if name in parameter.opts:
                return 1 if glued or parameter.is_flag else 1 + parameter.nargs
            if word[:2] in parameter.opts and not word.startswith("--"):
                return 1
    return 0


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Turns sketchdesign's errors into click's."""
    from sketchdesign.api import SketchDesignError

    try:
        yield
    except SketchDesignError as error:
        raise click.ClickException(str(error)) from error
