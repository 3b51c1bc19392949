"""The losses of a run as a table that grows while it runs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from sketchdesign.core.errors import InputError, OutputError
from sketchdesign.core.files import write_atomic
from sketchdesign.training.loop import Losses

COLUMNS = ("step", "reconstruction", "kl", "learning_rate", "seconds", "valid_reconstruction", "valid_kl")


@dataclass(frozen=True)
class Progress:
    """One row of the losses, as it is written.

    Attributes:
        step, steps: done and to be done.
        losses: the mean of the steps since the last report.
        learning_rate: of the last step.
        seconds: per step, the mean.
        validation: losses of the averaged weights on the validation drawings, where they were taken at this step.
    """

    step: int
    steps: int
    losses: Losses
    learning_rate: float
    seconds: float
    validation: Losses | None = None


class LossTable:
    """``losses.csv``: rows are appended as they come; those behind the step that a run goes on from are taken back."""

    def __init__(self, path: Path, step: int) -> None:
        self.path = path
        kept = [row for row in read_losses(path) if row["step"] <= step] if path.exists() else []
        text = StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: "" if np.isnan(value) else f"{value:.9g}" for key, value in row.items()} for row in kept)
        write_atomic(path, text.getvalue())

    def append(self, progress: Progress) -> None:
        """Add one row.

        Raises:
            OutputError: it cannot be written.
        """
        valid = ("", "") if progress.validation is None else tuple(f"{loss:.6f}" for loss in progress.validation)
        row = [progress.step, *(f"{loss:.6f}" for loss in progress.losses)]
        row += [f"{progress.learning_rate:.3e}", f"{progress.seconds:.4f}", *valid]
        try:
            with self.path.open("a", newline="") as file:
                csv.writer(file, lineterminator="\n").writerow(row)
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {(error.strerror or str(error)).lower()}") from error


def read_losses(path: Path) -> list[dict[str, float]]:
    """The rows of a ``losses.csv`` by column; NaN where a row has no validation losses. Broken rows are left out.

    Raises:
        InputError: the file cannot be read or is no table of losses.
    """
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read the losses in {path}") from error
    if rows and set(rows[0]) != set(COLUMNS):
        raise InputError(f"{path} is no table of losses", hint=f"its columns must be {', '.join(COLUMNS)}")
    losses = []
    for row in rows:
        if None in row.values():  # a row that a crash cut short
            continue
        try:
            losses.append({key: float(row[key] or "nan") for key in COLUMNS})
        except (TypeError, ValueError):
            continue
    return [row for row in losses if not np.isnan(row["step"])]
