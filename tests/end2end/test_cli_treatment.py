"""Smoothing, hiding and going over strokes, as options of commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchdesign.cli.main import run
from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.geometry.read_drawing import read_drawing
from sketchdesign.output.files import read_provenance, write_drawing

Invoke = Callable[..., dict[str, Any]]


@pytest.fixture
def circles(tmp_path: Path) -> Path:
    """Two pens, each with six circles of 12 corners that overlap those of the other."""
    angles = np.arange(13) % 12 * np.pi / 6.0
    ring = 8.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    middles = 12.0 * np.stack(np.meshgrid(np.arange(1, 4), np.arange(1, 3)), axis=-1).reshape(-1, 1, 2)
    layers = [
        Layer(Pen(name), Strokes.from_polylines(ring + middles + shift), name)
        for name, shift in (("below", 0.0), ("above", 5.0))
    ]
    path = tmp_path / "circles.svg"
    write_drawing(Drawing(Page(60, 60), tuple(layers)), path)
    return path


def optimised(invoke: Invoke, path: Path, *options: str) -> tuple[dict[str, Any], Drawing]:
    out = path.with_name("out.svg")
    return invoke("optimise", path, "-o", out, *options), read_drawing(out)


def test_circles_become_round(invoke: Invoke, circles: Path) -> None:
    _, plain = optimised(invoke, circles)
    _, drawing = optimised(invoke, circles, "--smooth", "0.5mm")
    for before, after in zip(plain.layers, drawing.layers, strict=True):
        assert len(after.strokes) == len(before.strokes) == 6
        assert after.strokes.closed.all()
        assert len(after.strokes.points) > 1.5 * len(before.strokes.points)
        assert 1.005 < after.strokes.pen_down_mm() / before.strokes.pen_down_mm() < 1.02


def test_what_lies_behind_is_hidden_across_pens(invoke: Invoke, circles: Path) -> None:
    report, drawing = optimised(invoke, circles, "--occlude")
    below, above = (layer.strokes.pen_down_mm() for layer in drawing.layers)
    assert below < 0.6 * above
    assert report["lifts_before"] == 12
    assert drawing.layers[0].label == "below"


def test_each_stroke_is_drawn_twice(invoke: Invoke, circles: Path) -> None:
    _, plain = optimised(invoke, circles)
    report, drawing = optimised(invoke, circles, "--multipass", "2")
    assert report["lifts_after"] == 12
    assert drawing.pen_down_mm() == pytest.approx(2.0 * plain.pen_down_mm(), rel=1e-3)


def test_loops_begin_at_random(invoke: Invoke, circles: Path) -> None:
    report, drawing = optimised(invoke, circles, "--reloop")
    _, again = optimised(invoke, circles, "--reloop")
    _, plain = optimised(invoke, circles)
    assert [layer.strokes for layer in drawing.layers] == [layer.strokes for layer in again.layers]
    assert report["pen_up_mm_after"] == pytest.approx(drawing.pen_up_mm(), abs=0.1)
    assert drawing.pen_up_mm() > plain.pen_up_mm()


def test_the_recipe_says_what_was_done(invoke: Invoke, circles: Path) -> None:
    options = ("--smooth", "0.2mm", "--occlude", "--multipass", "3", "--reloop")
    optimised(invoke, circles, *options)
    recipe = read_provenance(circles.with_name("out.svg")).recipe
    assert recipe["treatment"] == " ".join(options)


@pytest.mark.parametrize(
    ("option", "said"),
    [(("--smooth", "0mm"), "smoothed by 0 mm"), (("--multipass", "0"), "0 times"), (("--smooth", "x"), "not a length")],
)
def test_senseless_values_are_one_sentence(
    circles: Path, option: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = circles.with_name("out.svg")
    assert run(["optimise", str(circles), "-o", str(out), *option]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_a_grid_is_drawn_with_curves_and_stays_so(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    sheets = [tmp_path / name for name in ("plain.svg", "smooth.svg", "again.svg")]
    same = ("grid", model_path, "--rows", 1, "--cols", 2, "--seed", 7, "--page", "80x50mm")
    invoke(*same, "-o", sheets[0])
    invoke(*same, "-o", sheets[1], "--smooth", "0.3mm")
    invoke("grid", model_path, "--from", sheets[1], "--reroll", "1", "-o", sheets[2])
    points = [len(read_drawing(sheet).layers[0].strokes.points) for sheet in sheets]
    assert points[1] > 1.3 * points[0]
    assert [read_provenance(sheet).recipe["smooth_mm"] for sheet in sheets] == [None, 0.3, 0.3]
