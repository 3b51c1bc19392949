"""``train``: a model from drawings."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sketchdesign.cli.console import Console
from sketchdesign.cli.wording import counted, roughly
from sketchdesign.core.errors import CancelledError, InputError

if TYPE_CHECKING:
    from sketchdesign.training.history import Progress
    from sketchdesign.training.run import Result

Report = Callable[["Progress"], None]


def train(
    context: typer.Context,
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A .toml file of settings.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the run. Default: one beside CONFIG, of its name.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of drawings: train/ and valid/, or a folder per class.")
    ] = None,
) -> None:
    """Train a model. A run that was stopped goes on where it was; Ctrl-C stops it and saves.

    Several GPUs: torchrun --nproc-per-node N -m sketchdesign train CONFIG
    """
    from sketchdesign.geometry.svg_reader import read_svg_sketch
    from sketchdesign.training.config import load_run
    from sketchdesign.training.distributed import joined_ranks
    from sketchdesign.training.run import Surroundings, train_beside
    from sketchdesign.training.run import train as run_training

    console: Console = context.obj
    run = load_run(config)
    data_dir, out_dir = data or run.data, out or run.out
    if data_dir is None:
        raise InputError("no folder of drawings is given", hint='use --data, or write data = "..." in the settings')
    if not data_dir.is_dir():
        raise InputError(f"there is no folder {data_dir}", hint="give the folder of drawings with --data")
    with joined_ranks(console.device, console.threads) as (ranks, device):
        where = Surroundings(device, ranks, run.start, {".svg": read_svg_sketch})
        if not ranks.first:
            train_beside(run.config, data_dir, out_dir, where)
            return
        started = time.perf_counter()
        step_seconds: list[float] = []
        with _reporting() as show:

            def report(progress: Progress) -> None:
                step_seconds.append(progress.seconds)
                show(progress)

            try:
                result = run_training(run.config, data_dir, out_dir, report, surroundings=where)
            except CancelledError as error:
                console.note(f"The {error.what}: {out_dir}")
                raise
        console.note(result.data.table())
        rate = run.config.batch_size / median(step_seconds) if step_seconds else 0.0
        console.result(*_outcome(result, time.perf_counter() - started, rate))


def _outcome(result: Result, seconds: float, drawings_per_s: float) -> tuple[dict[str, Any], str]:
    scores = result.scores.overall
    report = {
        "model": str(result.model_path),
        "steps": result.info.steps,
        "seconds": round(seconds, 1),
        "drawings_per_s": round(drawings_per_s, 1),
        **scores._asdict(),
        "classes": {name: score._asdict() for name, score in result.scores.classes.items()},
        "data": result.data.as_dict(),
    }
    text = (
        f"{result.model_path}: {counted(result.info.steps, 'step')}, L_R {scores.L_R:.4f}, L_KL {scores.L_KL:.4f} "
        f"on {counted(scores.sketches, 'drawing')} it has not seen."
    )
    return report, text


@contextmanager
def _reporting() -> Iterator[Report]:
    """Shows progress on stderr: a bar where a person is watching, lines elsewhere."""
    if not sys.stderr.isatty():
        yield _print_line
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    terminal = Terminal(stderr=True)
    with Bar(*columns, console=terminal, transient=True, speed_estimate_period=600) as bar:
        task = bar.add_task("reading drawings", total=None)

        def show(progress: Progress) -> None:
            bar.update(task, description=_losses(progress), completed=progress.step, total=progress.steps)
            if progress.validation is not None:
                terminal.print(_line(progress), highlight=False)

        yield show


def _print_line(progress: Progress) -> None:
    print(_line(progress), file=sys.stderr, flush=True)


def _line(progress: Progress) -> str:
    parts = [f"step {progress.step} of {progress.steps}", _losses(progress)]
    if progress.validation is not None:
        parts.append(f"validation L_R {progress.validation.reconstruction:.4f} L_KL {progress.validation.kl:.4f}")
    left_s = (progress.steps - progress.step) * progress.seconds
    return ", ".join([*parts, f"{progress.seconds:.3g} s a step, {roughly(left_s)} left"])


def _losses(progress: Progress) -> str:
    return f"L_R {progress.losses.reconstruction:.4f} L_KL {progress.losses.kl:.4f}"
