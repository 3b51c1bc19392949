"""The manual page and the shells' completions, written from the command line itself: nothing in them can be stale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer
from typer.main import get_command

from sketchdesign import __version__
from sketchdesign.cli.main import app
from sketchdesign.model.zoo import find_models

NAME = "sketchdesign"


@dataclass(frozen=True)
class Command:
    """One command, or a group of them.

    Attributes:
        path: its words without the program's name; the first of all commands is the program itself, with none.
        usage: what follows the words, such as ``[OPTIONS] MODEL``.
        help: what it does, in paragraphs.
        parameters: how each is written, and what it is for.
        switches: all options in every spelling.
        children: the names of the commands inside.
    """

    path: tuple[str, ...]
    usage: str
    help: str
    parameters: tuple[tuple[str, str], ...]
    switches: tuple[str, ...]
    children: tuple[str, ...]

    @property
    def takes_model(self) -> bool:
        return re.search(r"\bMODEL\b", self.usage) is not None


def all_commands() -> list[Command]:
    """The program and every command in it, outer before inner."""
    root = get_command(app)
    return list(_walk(root, typer.Context(root, info_name=NAME, **root.context_settings), ()))


def _walk(command: Any, context: typer.Context, path: tuple[str, ...]) -> Iterator[Command]:
    parameters = command.get_params(context)
    children = command.list_commands(context) if hasattr(command, "list_commands") else []
    yield Command(
        path,
        usage=re.sub("[{}]", "", " ".join(command.collect_usage_pieces(context))).replace("." * 6, "..."),
        help=(command.help or "").strip(),
        parameters=tuple(record for each in parameters if (record := each.get_help_record(context)) is not None),
        switches=tuple(word for each in parameters for word in each.opts if word.startswith("-")),
        children=tuple(children),
    )
    for name in children:
        child = command.get_command(context, name)
        yield from _walk(child, typer.Context(child, info_name=name, parent=context), (*path, name))


def man_page(commands: list[Command]) -> str:
    """The manual page in troff's language, for section 1."""
    program, inner = commands[0], commands[1:]
    lines = [
        f'.TH {NAME.upper()} 1 "" "{NAME} {__version__}" "User Commands"',
        ".SH NAME",
        rf"{NAME} \- {_troff(program.help.rstrip('.'))}",
        ".SH SYNOPSIS",
        rf".B {NAME}",
        _troff(program.usage),
        ".SH DESCRIPTION",
        "Without a command it opens the desktop app.",
        "A MODEL is the name of a bundled model or the path of a checkpoint; an INPUT is a drawing's file or one of "
        "the examples, such as example:cat.",
        "The bundled models are " + ", ".join(_troff(name) for name, _ in find_models()) + ".",
        ".SH OPTIONS",
        "They may stand anywhere on the line.",
        *_parameters(program),
        ".SH COMMANDS",
    ]
    for command in inner:
        words = " ".join(command.path)
        lines += [f".SS {_troff(f'{words} {command.usage}')}", _paragraphs(command.help), *_parameters(command)]
    lines += [
        ".SH EXIT STATUS",
        "0: done. 2: wrong input. 130: cancelled. 1: anything else, such as a batch of which some files failed.",
    ]
    return "\n".join(lines) + "\n"


def _parameters(command: Command) -> Iterator[str]:
    for written, meaning in command.parameters:
        if command.path and written.endswith("--help"):
            continue
        yield f".TP\n.B {_troff(written)}\n{_troff(' '.join(meaning.split()))}"


def _paragraphs(text: str) -> str:
    return "\n.PP\n".join(_troff(" ".join(part.split())) for part in text.split("\n\n"))


def _troff(text: str) -> str:
    """Text as it is to be read: hyphens that can be copied, no line that troff takes for a request."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text


def bash_completion(commands: list[Command]) -> str:
    """For bash; where an option's value or a file is due, files are offered."""
    paths = "|".join(f'"{" ".join(command.path)}"' for command in commands[1:])
    return f"""# bash completion for {NAME}
_{NAME}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} path="" longer word words
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        longer="${{path:+$path }}$word"
        case "$longer" in {paths}) path=$longer ;; esac
    done
    case "$path" in
{_cases(commands)}
    esac
    words=" $words"
    [[ $current == -* ]] || words=${{words%%" -"*}}
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _{NAME} {NAME}
"""


def zsh_completion(commands: list[Command]) -> str:
    """For zsh; where an option's value or a file is due, files are offered."""
    paths = "|".join(f'"{" ".join(command.path)}"' for command in commands[1:])
    return f"""#compdef {NAME}
local path_="" longer word words_
for word in "${{(@)words[2,CURRENT-1]}}"; do
    longer="${{path_:+$path_ }}$word"
    case "$longer" in {paths}) path_=$longer ;; esac
done
case "$path_" in
{_cases(commands, "words_")}
esac
words_=" $words_"
[[ $PREFIX == -* ]] || words_=${{words_%%" -"*}}
compadd -- ${{=words_}}
_files
"""


def _cases(commands: list[Command], variable: str = "words") -> str:
    return "\n".join(
        f'        "{" ".join(command.path)}") {variable}="{" ".join([*_names_in(command), *command.switches])}" ;;'
        for command in commands
    )


def fish_completion(commands: list[Command]) -> str:
    """For fish, which shows what each word is for."""
    program, inner = commands[0], commands[1:]
    lines = [f"# fish completion for {NAME}"]
    lines += [f"complete -c {NAME} {_fish_switch(word)}" for word in program.switches]
    for command in inner:
        *outer, name = command.path
        around = f"__fish_seen_subcommand_from {outer[-1]}" if outer else "__fish_use_subcommand"
        meaning = _fish_quoted(command.help.partition(". ")[0].partition("\n")[0].rstrip("."))
        lines.append(f"complete -c {NAME} -n '{around}' -a {name} -d {meaning}")
        inside = f"__fish_seen_subcommand_from {name}"
        lines += [f"complete -c {NAME} -n '{inside}' {_fish_switch(word)}" for word in command.switches]
        if command.takes_model:
            lines.append(f"complete -c {NAME} -n '{inside}' -a '{' '.join(_names_in(command))}'")
    return "\n".join(lines) + "\n"


def _names_in(command: Command) -> list[str]:
    return [*command.children, *(name for name, _ in find_models() if command.takes_model)]


def _fish_switch(word: str) -> str:
    return f"-l {word[2:]}" if word.startswith("--") else f"-s {word[1:]}"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", r"\\").replace("'", r"\'") + "'"
