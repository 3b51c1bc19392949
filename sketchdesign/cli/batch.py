"""``batch``: a recipe's whole matrix."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.wording import counted, roughly
from sketchdesign.core.errors import CancelledError, InputError

if TYPE_CHECKING:
    from sketchdesign.services.batch.crew import Crew
    from sketchdesign.services.batch.run import Plan

ALL_MADE, SOME_FAILED = 0, 1
_MOST_FAILURES_SHOWN = 20


def batch(
    context: typer.Context,
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A .toml file: what is made, settings, matrix.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files and their manifest.jsonl.")],
    jobs: Annotated[
        int | None, typer.Option(help="Processes at work at a time. Default: one per processor, up to 8.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the batch in DIR: what is there and unchanged stays.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be made, and write nothing.")] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Let the workers of this Dask scheduler do it, in folders that all share."
        ),
    ] = None,
) -> None:
    """Make every file of a recipe: all combinations of its seeds, models, classes, repeats, colours and pages."""
    from sketchdesign.services.batch.crew import cluster_crew, local_crew
    from sketchdesign.services.batch.recipe import load_recipe
    from sketchdesign.services.batch.run import plan_batch, run_batch

    console: Console = context.obj
    if cluster is not None and jobs is not None:
        raise InputError("--jobs has no say over a cluster", hint="leave it out")
    crew = local_crew(jobs)
    plan = plan_batch(load_recipe(recipe), out, resume=resume)
    if dry_run:
        _list(console, plan, crew)
        return
    with ExitStack() as stack:
        if cluster is not None:
            crew = stack.enter_context(cluster_crew(cluster))
        stack.enter_context(_polite_interrupt(console))
        try:
            report = console.run(run_batch(plan, crew, device=console.device, threads=console.threads or 1))
        except (KeyboardInterrupt, CancelledError):
            console.note(f"What is finished stays in {out}; go on with the same command and --resume.")
            raise
    for entry in report.failed[:_MOST_FAILURES_SHOWN]:
        console.note(f"{entry.name}: {entry.error}")
    console.result(
        {
            "items": report.items,
            "done": report.done,
            "skipped": report.skipped,
            "failed": len(report.failed),
            "failures": [{"name": entry.name, "error": entry.error} for entry in report.failed],
            "contact": [path.name for path in report.contact],
            "jobs": crew.size,
            "seconds": round(report.seconds, 3),
        },
        f"{counted(report.items, 'file')}: {report.done} made in {report.seconds:.0f} s, "
        f"{report.skipped} there before, {len(report.failed)} failed.",
    )
    raise typer.Exit(SOME_FAILED if report.failed else ALL_MADE)


def _list(console: Console, plan: Plan, crew: Crew) -> None:
    waiting = [item.name for item in plan.waiting]
    estimate_s = None if plan.seconds is None else plan.seconds * len(waiting) / crew.size
    report: dict[str, Any] = {
        "items": len(plan.recipe.items),
        "done": 0,
        "skipped": plan.skipped,
        "failed": 0,
        "seconds": 0.0,
        "names": waiting,
        "sketches": plan.recipe.sketches,
        "estimate_s": None if estimate_s is None else round(estimate_s, 1),
    }
    guess = "" if estimate_s is None else f", in about {roughly(estimate_s)} with {counted(crew.size, 'job')}"
    summary = f"{counted(len(waiting), 'file')} to make{guess}; {plan.skipped} there already"
    console.result(
        report, "\n".join([*waiting, f"{summary}. {counted(plan.recipe.sketches, 'sketch', 'sketches')} in all."])
    )


@contextmanager
def _polite_interrupt(console: Console) -> Iterator[None]:
    """Say what the first Ctrl-C does, since it may take some seconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        console.note("Finishing what is being made; Ctrl-C again leaves at once.")
        raise KeyboardInterrupt

    handler = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
