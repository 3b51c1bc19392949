"""The table of losses survives stops and damage."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sketchdesign.core.errors import InputError, OutputError
from sketchdesign.training.history import LossTable, Progress, read_losses
from sketchdesign.training.loop import Losses


def progress(step: int, valid: Losses | None = None) -> Progress:
    return Progress(step, 100, Losses(1.5, 0.25), 1e-3, 0.125, valid)


def test_rows_come_back(tmp_path: Path) -> None:
    table = LossTable(tmp_path / "losses.csv", 0)
    table.append(progress(50))
    table.append(progress(100, Losses(1.25, 0.5)))
    first, second = read_losses(tmp_path / "losses.csv")
    assert (first["step"], first["reconstruction"], first["kl"], first["seconds"]) == (50, 1.5, 0.25, 0.125)
    assert math.isnan(first["valid_kl"])
    assert (second["valid_reconstruction"], second["valid_kl"]) == (1.25, 0.5)


def test_rows_behind_the_step_that_a_run_goes_on_from_are_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    table = LossTable(path, 0)
    for step in (50, 100, 150):
        table.append(progress(step))
    LossTable(path, 100).append(progress(150))
    assert [row["step"] for row in read_losses(path)] == [50, 100, 150]
    assert path.read_text().splitlines()[1].startswith("50,1.5,0.25,0.001,")
    LossTable(path, 0)
    assert read_losses(path) == []


def test_a_row_that_a_crash_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    LossTable(path, 0).append(progress(50))
    with path.open("a") as file:
        file.write("100,1.")
    assert [row["step"] for row in read_losses(path)] == [50]
    LossTable(path, 100).append(progress(150))
    assert [row["step"] for row in read_losses(path)] == [50, 150]


def test_other_tables_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="is no table of losses"):
        read_losses(path)
    with pytest.raises(InputError, match="cannot read the losses"):
        read_losses(tmp_path)


def test_a_table_that_cannot_grow_is_one_sentence(tmp_path: Path) -> None:
    table = LossTable(tmp_path / "losses.csv", 0)
    table.path.unlink()
    table.path.mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        table.append(progress(50))
