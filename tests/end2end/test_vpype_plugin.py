"""Our commands inside vpype's own command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing
from sketchdesign.geometry.read_drawing import read_drawing

Vpype = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def vpype(installed_plugins: Path, tmp_path: Path) -> Vpype:
    """Runs a pipeline in a folder of its own."""

    def call(pipeline: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "vpype_cli", *pipeline.split()],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(installed_plugins), "OMP_NUM_THREADS": "1"},
        )
        assert done.returncode == code, done.stderr
        return done

    return call


def written(folder: Path, name: str = "out.svg") -> Drawing:
    return read_drawing(folder / name)


def test_sketches_repeats_and_routing_in_one_pipeline(vpype: Vpype, tmp_path: Path) -> None:
    vpype(
        "sketch cat --rows 2 --cols 3 --seed 5 --cell 20mm --gap 5mm pagesize 70x45mm "
        "write plain.svg routesort write out.svg"
    )
    plain, routed = written(tmp_path, "plain.svg"), written(tmp_path)
    boxes = sketch_boxes(plain, cols=3, pitch_mm=25.0)
    assert sorted(boxes) == list(range(6))
    for cell, (low, high) in boxes.items():
        corner = 25.0 * np.array([cell % 3, cell // 3])
        assert (low >= corner - 0.01).all()
        assert (high <= corner + 20.01).all()
        assert (high - low).max() == pytest.approx(20.0, abs=0.1), "a sketch fills its cell one way"
    assert routed.stroke_count == plain.stroke_count > 30
    assert routed.pen_down_mm() == pytest.approx(plain.pen_down_mm(), rel=1e-4)
    assert routed.pen_up_mm() < 0.8 * plain.pen_up_mm()


def sketch_boxes(drawing: Drawing, cols: int, pitch_mm: float) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """The least and greatest corner of the strokes that begin in each cell, counted row by row."""
    cells: dict[int, list[np.ndarray]] = {}
    for stroke in (stroke for layer in drawing.layers for stroke in layer.strokes.polylines()):
        column, row = (stroke[0] // pitch_mm).astype(int)
        cells.setdefault(int(row * cols + column), []).append(stroke)
    return {cell: (np.vstack(inside).min(axis=0), np.vstack(inside).max(axis=0)) for cell, inside in cells.items()}


def test_vpypes_own_seed_decides_where_ours_does_not(installed_plugins: Path) -> None:
    code = (
        "from vpype_cli import execute\n"
        "for seed in (3, 3, 4):\n"
        "    layers = execute('sketch cat sketch -l 2 --seed 9 cat', None, f'--seed {seed}').layers\n"
        "    print(*(sum(line.sum() for line in layers[number].lines) for number in (1, 2)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(installed_plugins), "OMP_NUM_THREADS": "1"},
    )
    first, again, other = (line.split() for line in done.stdout.splitlines())
    assert first == again
    assert first[0] != other[0]
    assert first[1] == other[1]


def test_layers_are_those_that_were_asked_for(vpype: Vpype, tmp_path: Path) -> None:
    words = "rect 0 0 1cm 1cm circle -l 2 2cm 2cm 5mm pagesize 4x4cm repeat-tile --layer 2 --page 8x4cm grid"
    vpype(f"{words} write out.svg")
    drawing = written(tmp_path)
    assert drawing.page.width_mm == pytest.approx(80.0, abs=0.01)
    assert [len(layer.strokes) for layer in drawing.layers] == [1, 2]
    middles = sorted(float(line.mean(axis=0)[0]) for line in drawing.layers[1].strokes.polylines())
    assert middles == pytest.approx([20.0, 60.0], abs=0.3)


def test_a_cell_repeats_half_dropped_over_the_page(vpype: Vpype, tmp_path: Path) -> None:
    words = "rect 5cm 5cm 1cm 1cm repeat-tile half-drop --tile 2x3cm --page 4x6cm --center write out.svg"
    vpype(words)
    drawing = written(tmp_path)
    assert drawing.page.height_mm == pytest.approx(60.0, abs=0.01)
    (layer,) = drawing.layers
    corners = sorted(tuple(np.round(line.min(axis=0), 1).tolist()) for line in layer.strokes.polylines())
    # The second column is shifted by half a cell; its last square is cut by the page, and goes on at the other side.
    assert {(5.0, 10.0), (5.0, 40.0), (25.0, 25.0)} <= set(corners)


def test_routing_joins_what_almost_meets(vpype: Vpype, tmp_path: Path) -> None:
    lines = "line 0 0 1cm 0 line 5cm 5cm 6cm 5cm line 1.02cm 0 2cm 0 line 5cm 0 6cm 0"
    vpype(f"{lines} pagesize a5 routesort --join 0.3mm --budget 100ms write out.svg")
    drawing = written(tmp_path)
    assert drawing.stroke_count == 3
    assert (drawing.page.width_mm, drawing.page.height_mm) == pytest.approx((148.0, 210.0), abs=0.01)


def test_vpype_lists_the_commands_and_loads_nothing_of_ours_for_others(vpype: Vpype, installed_plugins: Path) -> None:
    assert re.search(r"sketchdesign:\s+repeat-tile .*\n\s+routesort .*\n\s+sketch ", vpype("--help").stdout)
    code = (
        "import sys, vpype_cli; vpype_cli.execute('line 0 0 1cm 1cm'); "
        "print('vpype_sketchdesign.commands' in sys.modules, [n for n in sys.modules if n.startswith('sketchdesign')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(installed_plugins)},
    )
    assert done.stdout.strip() == "True []"


FAULTS = {
    "sketch nobody": (1, "Error: there is no model or model file called nobody"),
    "sketch cat --rows 0": (1, "Error: a grid of 0 x 1 has no cell"),
    "sketch cat --cell 0mm": (1, "Error: a cell must be larger than nothing"),
    "sketch cat --temperature 99": (1, "out of range"),
    "sketch --nonsense cat": (2, "--nonsense"),
    "line 0 0 1cm 1cm repeat-tile half-drop": (1, "Error: the pipeline has no page size"),
    "line 0 0 1cm 1cm repeat-tile half-drip --tile 1x1cm --page a4": (1, "did you mean half-drop?"),
    "line 0 0 1cm 1cm repeat-tile grid --tile 1x1cm --page a4 --margin 20cm": (1, "leaves nothing of the page"),
    "line 0 0 1cm 1cm routesort --budget soon": (2, "'soon' is not a time"),
    "line 0 0 1cm 1cm routesort --budget 0s": (1, "Error: a budget of 0 s makes no sense"),
    "line 0 0 1cm 1cm routesort --join=-1mm": (1, "Error: ends cannot be joined over -1 mm"),
}
HELP = ("sketch --help", "repeat-tile --help", "routesort --help")

_ASK = """
import json, sys
from click.testing import CliRunner
from vpype_cli import cli
answers = {}
for words in json.load(sys.stdin):
    result = CliRunner().invoke(cli, words.split())
    answers[words] = (result.exit_code, result.output)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers(installed_plugins: Path) -> dict[str, tuple[int, str]]:
    """Exit codes and texts of many short pipelines, from one process."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        input=json.dumps([*FAULTS, *HELP]),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(installed_plugins), "OMP_NUM_THREADS": "1"},
    )
    found: dict[str, tuple[int, str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("words", FAULTS)
def test_wrong_words_make_a_sentence(words: str, answers: dict[str, tuple[int, str]]) -> None:
    code, said = FAULTS[words]
    assert answers[words][0] == code
    assert said in answers[words][1]
    assert "Traceback" not in answers[words][1]


@pytest.mark.parametrize("words", HELP)
def test_help_tells_options_and_examples(words: str, answers: dict[str, tuple[int, str]]) -> None:
    code, text = answers[words]
    assert (code, text[:7]) == (0, "Usage: ")
    assert "Examples:" in text
    assert "--layer" in text


def test_what_has_no_strokes_stays_empty(vpype: Vpype) -> None:
    assert "Path count: 0" in vpype("pagesize a6 routesort repeat-tile grid stat").stdout
    assert "Path count: 0" in vpype("line 0 0 1cm 1cm crop 5cm 5cm 1cm 1cm pagesize a6 routesort stat").stdout
