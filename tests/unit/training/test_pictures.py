"""The pictures show what they should, where they should."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_drawings import zigzags

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.training.history import LossTable, Progress
from sketchdesign.training.loop import Losses
from sketchdesign.training.pictures import contact_sheet, fitted, loss_curves, nice_ticks


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("L"))


def test_every_sketch_has_its_cell_and_an_empty_one_leaves_it_white() -> None:
    sketches = [*zigzags(3, 2, seed=1), Sketch.empty(), Sketch.from_polylines([[[5, 5]]])]
    sheet = pixels(contact_sheet(sketches, 3, cell_px=40, gap_px=5))
    assert sheet.shape == (80, 120)
    ink = [(sheet[40 * r : 40 * r + 40, 40 * c : 40 * c + 40] < 128).any() for r in (0, 1) for c in (0, 1, 2)]
    assert ink == [True, True, True, False, True, False]
    assert (sheet[:, [0, 39, 40, 79, 80, 119]] > 250).all()


def test_a_sketch_fills_its_square_without_being_stretched() -> None:
    lines = fitted(Sketch.from_polylines([[[0, 0], [10, 0]], [[10, 5]]]), 100.0, np.array([50.0, 50.0]))
    assert lines[0].tolist() == [[0, 25], [100, 25]]
    assert lines[1].tolist() == [[100, 75]]


@pytest.mark.parametrize(("count", "columns"), [(0, 10), (5, 0), (1001, 10), (1, 5000)])
def test_sheets_that_are_none_are_refused(count: int, columns: int) -> None:
    with pytest.raises(InputError, match="no sheet"):
        contact_sheet([Sketch.empty()] * count, columns)


def test_loss_curves_show_both_losses(tmp_path: Path) -> None:
    table = LossTable(tmp_path / "losses.csv", 0)
    for step in range(50, 1001, 50):
        valid = Losses(2 / step, 0.2) if step % 200 == 0 else None
        table.append(Progress(step, 1000, Losses(100 / step, 0.3), 1e-3, 0.1, valid))
    picture = pixels(loss_curves(tmp_path / "losses.csv", width_px=300, height_px=200))
    assert picture.shape == (200, 300)
    with Image.open(io.BytesIO(loss_curves(tmp_path / "losses.csv"))) as image:
        colours = np.asarray(image.convert("RGB")).reshape(-1, 3)
    for wanted in ((31, 111, 180), (200, 69, 47), (90, 143, 60), (185, 138, 23)):
        assert np.abs(colours.astype(int) - wanted).sum(axis=1).min() < 30


def test_one_row_is_enough_and_none_is_said(tmp_path: Path) -> None:
    table = LossTable(tmp_path / "losses.csv", 0)
    with pytest.raises(InputError, match="holds no losses yet"):
        loss_curves(tmp_path / "losses.csv")
    table.append(Progress(50, 100, Losses(1.0, 0.0), 1e-3, 0.1))
    assert loss_curves(tmp_path / "losses.csv").startswith(b"\x89PNG")


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.037), (0, 60_000), (-1.7, 2.9), (5, 5), (0, 0)])
def test_ticks_are_round_and_enclose_their_range(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 9
    step = ticks[1] - ticks[0]
    assert float(f"{step:.0e}"[0]) in (1, 2, 5)
    np.testing.assert_allclose(np.diff(ticks), step)
