"""Walks, morphs, directions, taste, lessons, figures and re-rolled sheets as a person or a script uses them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from sketchdesign.cli.main import run

Invoke = Callable[..., dict[str, Any]]
PATH = "{http://www.w3.org/2000/svg}path"


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """Eight short sketches in one file."""
    rng = np.random.default_rng(3)
    path = tmp_path / "in.ndjson"
    lines = [json.dumps({"word": "cat", "drawing": rng.integers(0, 255, (2, 2, 6)).tolist()}) for _ in range(8)]
    path.write_text("\n".join(lines))
    return path


def strokes_by_cell(path: Path, rows: int, columns: int) -> dict[tuple[int, int], set[str]]:
    """The strokes of a square sheet of 120 mm, by the cell in whose middle they lie, whichever way they are drawn."""
    found: dict[tuple[int, int], set[str]] = {}
    for element in ElementTree.parse(path).getroot().iter(PATH):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", element.attrib["d"].partition("h")[0])]
        points = np.array(numbers).reshape(-1, 2)
        x, y = points.mean(axis=0)
        cell = (int(y // (120.0 / rows)), int(x // (120.0 / columns)))
        found.setdefault(cell, set()).add(str(sorted(points.tolist())))
    return found


def test_cells_of_a_sheet_are_rolled_anew_and_no_others(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{n}.svg" for n in (1, 2, 3))
    layout = ["--rows", 3, "--cols", 3, "--page", "120x120mm", "--margin", "4mm", "--gap", "4mm", "--seed", 5]
    invoke("grid", model_path, *layout, "--pipeline", "linesort", "-o", first)
    again = ["grid", model_path, "--pipeline", "linesort"]
    report = invoke(*again, "--from", first, "--reroll", "3,7", "-o", second)
    assert (report["sketches"], report["seed"]) == (9, 5)
    before, after = strokes_by_cell(first, 3, 3), strokes_by_cell(second, 3, 3)
    assert {cell for cell in before if before[cell] != after[cell]} == {(0, 2), (2, 0)}
    invoke(*again, "--from", second, "--keep", "1,2,3", "-o", third)
    last = strokes_by_cell(third, 3, 3)
    assert {cell for cell in last if last[cell] == after[cell]} == {(0, 0), (0, 1), (0, 2)}
    assert invoke("info", third)["recipe"]["generate"]["rolls"][0] == [2, 1]


def test_rejected_sketches_are_reported(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    report = invoke("generate", model_path, "-n", 40, "--seed", 2, "--distinct", "-o", tmp_path / "a.ndjson")
    assert set(report["rejected"]) <= {"no end token", "too few points", "ink out of range", "near-duplicate"}
    assert sum(report["rejected"].values()) > 0
    best = ["--best-of", 3, "--rank", "reencode"]
    assert invoke("generate", model_path, "-n", 4, "--seed", 2, *best, "-o", tmp_path / "b.ndjson")["sketches"] == 4
    assert (tmp_path / "a.ndjson").read_text().splitlines()[:4] != (tmp_path / "b.ndjson").read_text().splitlines()


def test_a_walk_becomes_a_sheet_frames_and_an_animation(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    sheet, film, folder = tmp_path / "a.svg", tmp_path / "a.gif", tmp_path / "frames"
    outputs = ["-o", sheet, "-o", film, "-o", folder, "--there-and-back"]
    report = invoke("walk", model_path, "-n", 5, "--class", "pig", "--seed", 1, *outputs)
    assert (report["sketches"], report["frames"]) == (5, 8)
    assert len(list(folder.iterdir())) == 8
    assert invoke("info", film)["recipe"]["frames"] == 8
    assert invoke("info", folder / "frame-0003.svg")["recipe"]["frame"] == 2
    assert invoke("walk", model_path, "example:chair-1", "-n", 2, "-o", sheet)["sketches"] == 2


def test_morph_direction_taste_and_clean(invoke: Invoke, model_path: Path, drawings: Path, tmp_path: Path) -> None:
    out, kept = tmp_path / "out.svg", tmp_path / "d.json"
    classes = ["--from-class", "cat", "--to-class", "pig"]
    assert invoke("morph", model_path, *classes, "--steps", 3, "--rows", 2, "-o", out)["classes"] == ["cat", "pig"]
    one = f"{drawings}#1"
    found = invoke("direction", model_path, one, "--among", drawings, "--components", 2, "--save", kept, "-o", out)
    assert (found["directions"], found["sketches"]) == (["component 1", "component 2"], 10)
    loaded = invoke("direction", model_path, one, "--load", kept, "--strengths", "1,2", "-o", out)
    assert (loaded["directions"], loaded["sketches"]) == (found["directions"], 4)
    sides = ["--plus", f"{drawings}#1", "--plus", f"{drawings}#2", "--minus", f"{drawings}#3"]
    assert invoke("direction", model_path, one, *sides, "-o", out)["directions"] == ["difference"]
    wishes = ["--liked", f"{drawings}#0", "--liked", f"{drawings}#1", "--rejected", drawings]
    taste = invoke("taste", model_path, *wishes, "-n", 3, "--save", kept, "-o", out)
    assert (taste["sketches"], taste["liked"], taste["disliked"]) == (3, 2, 8)
    assert invoke("direction", model_path, one, "--load", kept, "-o", out)["directions"] == ["taste"]
    assert invoke("clean", model_path, one, "--amounts", "0,0.5", "--tries", 2, "-o", out)["amounts"] == [0, 0.5]


def test_lessons_and_what_is_seen(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.svg"
    assert invoke("lesson", "example:cat", "-o", out)["stages"] == [4]
    assert set(re.findall(r'inkscape:label="\d ([^"]+)"', out.read_text())) == {"earlier", "new", "number"}
    assert invoke("lesson", model_path, "-n", 2, "--seed", 3, "-o", out)["seed"] == 3
    report = invoke("seen", "example:chair-1", model_path, "-o", out)
    assert 3 <= report["points_seen"] < report["points_given"] + 1
    assert re.findall(r'inkscape:label="([^"]+)"', out.read_text()) == ["1 ink", "2 lines seen", "3 points seen"]


def test_reconstructions_take_the_pens_at_hand(
    invoke: Invoke, model_path: Path, drawings: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.svg"
    invoke("reconstruct", model_path, f"{drawings}#0", "--pens", "#0000ff,#ff0000", "-o", out)
    assert re.findall(r'stroke="(#\w+)"', out.read_text()) == ["#000000", "#0000ff", "#ff0000"]


def test_a_figure_by_the_bundled_models(invoke: Invoke, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "figures"
    report = invoke("figures", "--out", folder, "--only", "3", "--dpi", 40)
    (figure,) = report["figures"]
    assert [Path(path).name for path in figure["files"]] == ["figure-3.svg", "figure-3.png"]
    assert all(Path(path).is_file() for path in figure["files"])
    assert figure["models"][0] == "endings"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["grid", "MODEL", "--reroll", "3", "-o", "x.svg"], "--from"),
        (["grid", "MODEL", "--from", "none.svg", "--reroll", "3", "-o", "x.svg"], "none.svg"),
        (["grid", "MODEL", "--from", "BOARD", "--reroll", "9", "-o", "x.svg"], "no cell 9"),
        (["grid", "MODEL", "--from", "BOARD", "--reroll", "two", "-o", "x.svg"], "'two'"),
        (["grid", "MODEL", "--from", "BOARD", "--reroll", "1", "--keep", "2", "-o", "x.svg"], "one of them"),
        (["grid", "cat", "--from", "BOARD", "--reroll", "1", "-o", "x.svg"], "another model"),
        (["grid", "MODEL", "--from", "OTHER", "--reroll", "1", "-o", "x.svg"], "not a sheet"),
        (["generate", "MODEL", "--rank", "beauty", "-o", "x.svg"], "'beauty'"),
        (["walk", "MODEL", "--step", "0", "-o", "x.svg"], "step"),
        (["walk", "MODEL", "-o", "none/x.gif"], "does not exist"),
        (["walk", "MODEL", "-o", "x.gif", "--fps", "0"], "frames a second"),
        (["walk", "MODEL", "--colours", "#12345", "-o", "x.svg"], "'#12345'"),
        (["morph", "MODEL", "--from-class", "cat", "-o", "x.svg"], "--to-class"),
        (["morph", "MODEL", "--from-class", "cat", "--to-class", "cow", "-o", "x.svg"], "'cow'"),
        (["direction", "MODEL", "IN", "--plus", "IN", "-o", "x.svg"], "both"),
        (["direction", "MODEL", "IN", "--among", "IN", "--load", "d.json", "-o", "x.svg"], "several ways"),
        (["direction", "MODEL", "IN", "--load", "d.json", "-o", "x.svg"], "d.json"),
        (["direction", "MODEL", "IN", "--save", "d.txt", "-o", "x.svg"], ".json"),
        (["taste", "MODEL", "--liked", "IN", "-o", "x.svg"], "--rejected"),
        (["clean", "MODEL", "IN", "--amount", "2", "-o", "x.svg"], "amount"),
        (["lesson", "nothing", "-o", "x.svg"], "nothing"),
        (["lesson", "IN", "--stages", "1", "-o", "x.svg"], "stages"),
        (["seen", "IN", "kat", "-o", "x.svg"], "kat"),
        (["figures", "--out", "f", "--only", "9"], "'9'"),
        (["reconstruct", "MODEL", "BIG#valid/0", "-o", "x.svg"], "no splits"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_wrong_input_gives_one_sentence_and_leaves_nothing(
    words: list[str],
    sentence: str,
    model_path: Path,
    drawings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    known = {"MODEL": str(model_path), "IN": f"{drawings}#0", "BIG#valid/0": f"{drawings}#valid/0"}
    known |= {"BOARD": "board.svg", "OTHER": "other.svg"}
    if {"BOARD", "OTHER"} & set(words):
        assert run(["grid", str(model_path), "--rows", "2", "--cols", "2", "-o", "board.svg"]) == 0
        assert run(["vary", str(model_path), f"{drawings}#0", "-n", "1", "-o", "other.svg"]) == 0
    capsys.readouterr()
    before = sorted(tmp_path.iterdir())
    assert run([known.get(word, word) for word in words]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert err.count("\n") == 1
    assert out == ""
    assert sorted(tmp_path.iterdir()) == before
