"""What every command shares: global options, progress on stderr, results on stdout, errors as one sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sketchdesign.services.jobs import Job, Work

Result = TypeVar("Result")

GLOBAL_FLAGS = ("--json", "-v", "--verbose")
GLOBAL_OPTIONS = ("--device", "--threads")


@dataclass(frozen=True)
class Console:
    """How a command speaks.

    Attributes:
        as_json: results as one JSON object on stdout.
        verbose: details and tracebacks on stderr.
        device, threads: as the global options say.
    """

    as_json: bool = False
    verbose: bool = False
    device: str = "auto"
    threads: int | None = None

    def run(self, work: Work[Result]) -> Result:
        """Run a job to its end, with a progress bar where a person is watching."""
        job = Job(work)
        if not sys.stderr.isatty():
            return job.run()
        from rich.console import Console as Terminal
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=Terminal(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            return job.run(lambda p: bar.update(task, description=p.what, completed=p.done, total=p.total))

    def result(self, report: dict[str, Any], text: str) -> None:
        """Print the outcome: the report as JSON, or ``text`` for a person."""
        # JSON in ASCII alone comes through in every locale, and names that are no UTF-8 in valid JSON.
        print(json.dumps(report, allow_nan=False) if self.as_json else text)

    def fail(self, what: str, hint: str = "") -> None:
        """Print what went wrong and what to do: a sentence on stderr, with ``--json`` also an object on stdout."""
        what = _one_line(what)
        if self.as_json:
            print(json.dumps({"error": what, "hint": hint}))
        sentence = f"{what}; {hint}" if hint else what
        print(f"sketchdesign: {_one_line(sentence)}.", file=sys.stderr)

    def note(self, text: str) -> None:
        """Say something in passing, on stderr."""
        print(text, file=sys.stderr)


def hoist_global_options(arguments: Sequence[str]) -> list[str]:
    """Move the global options to the front, so that they may stand anywhere on the line.

    >>> hoist_global_options(["grid", "cat", "--json", "--threads", "2"])
    ['--json', '--threads', '2', 'grid', 'cat']
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        if word in GLOBAL_FLAGS or word.startswith(tuple(f"{option}=" for option in GLOBAL_OPTIONS)):
            front.append(word)
        elif word in GLOBAL_OPTIONS:
            front += [word, *waiting[:1]]
            waiting = waiting[1:]
        else:
            rest.append(word)
    return front + rest


def rejected_sentence(rejected: Mapping[str, int]) -> str:
    """Why how many sketches were drawn anew, as a sentence to be added; empty for none."""
    if not rejected:
        return ""
    return f" Drawn anew: {', '.join(f'{count} for {reason}' for reason, count in rejected.items())}."


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
