"""Pens, colourways, several sheets and printers' files on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from sketchdesign.cli.main import run

Invoke = Callable[..., dict[str, Any]]

TILE = ["--repeat", "half-drop", "--tile", "40x30mm", "--cols", 2, "--seed", 3]


def test_one_tile_in_several_colourways(tmp_path: Path, invoke: Invoke) -> None:
    ways, preview = tmp_path / "ways.toml", tmp_path / "preview.png"
    ways.write_text('rust = ["#c03020", "#e0a030:0.5mm"]\n', encoding="utf-8")
    options = ["--colourway", "ink=#203060,#a04020", "--colourways", ways, "--preview", preview]
    made = invoke("tile", "example:cat", *TILE, *options, "-o", tmp_path / "t.svg", "-o", tmp_path / "t.png")
    names = ["t-ink.svg", "t-ink.png", "t-rust.svg", "t-rust.png"]
    assert [Path(path).name for path in made["files"]] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "ways.toml", "preview.png"])
    assert invoke("info", tmp_path / "t-rust.png")["recipe"]["colourway"] == "rust"
    with Image.open(preview) as picture:
        assert picture.width > 2 * 480
    again = invoke("tile", "example:cat", *TILE, "--from", tmp_path / "t-rust.svg", "-o", tmp_path / "again.svg")
    assert again["motifs"] == made["motifs"]
    pens = [layer["pen"]["colour"] for layer in invoke("info", tmp_path / "again.svg")["recipe"]["design"]["layers"]]
    assert pens == ["#c03020", "#e0a030"]


def test_pens_by_position_and_a_printers_file(tmp_path: Path, invoke: Invoke) -> None:
    pdf, gcode = tmp_path / "t.pdf", tmp_path / "t.gcode"
    options = ["--pens", "#203060,#c03020", "--colour-by", "position", "--bleed", "3mm", "--pen-up", "G0 Z5"]
    invoke("tile", "example:cat", *TILE, *options, "--feed", 1200, "-o", pdf, "-o", gcode)
    with pikepdf.open(pdf) as document:
        box = [float(x) * 25.4 / 72 for x in document.pages[0].obj.TrimBox.as_list()]
    assert box == pytest.approx([3, 3, 83, 33], abs=1e-4)
    lines = gcode.read_text(encoding="utf-8").splitlines()
    assert "G0 Z5" in lines
    assert any(line.endswith("F1200") for line in lines)


def test_a_repeat_over_several_sheets(tmp_path: Path, invoke: Invoke) -> None:
    tile, single, sheets = tmp_path / "t.svg", tmp_path / "one.svg", tmp_path / "wall.svg"
    invoke("tile", "example:cat", *TILE, "-o", tile)
    one = invoke("sheet", tile, "--page", "170x256mm", "--margin", "0mm", "-o", single)
    made = invoke("sheet", tile, "--page", "A6", "--sheets", "2x2", "--register", "-o", sheets)
    assert (made["sheets"], made["width_mm"], made["height_mm"]) == (4, 170.0, 256.0)
    assert sorted(path.name for path in tmp_path.glob("wall*")) == [
        f"wall-r{r}c{c}.svg" for r in (1, 2) for c in (1, 2)
    ]
    crosses_mm = 4 * 8 * 2 * 7.0
    assert made["pen_down_mm"] - crosses_mm == pytest.approx(one["pen_down_mm"], rel=1e-3)
    text = (tmp_path / "wall-r2c1.svg").read_text(encoding="utf-8")
    assert 'inkscape:label="2 registration"' in text
    recipe = invoke("info", tmp_path / "wall-r2c1.svg")["recipe"]
    assert (recipe["row"], recipe["column"], recipe["rows"]) == (2, 1, 2)


def test_every_repeat_in_one_picture(tmp_path: Path, invoke: Invoke) -> None:
    out = tmp_path / "repeats.png"
    made = invoke("repeats", "example:cat", "--layout", "grid", "--tile", "30x30mm", "--seed", 1, "-o", out)
    assert len(made["repeats"]) == 28
    assert made["seam_error_mm"] <= 1e-6
    assert invoke("info", out)["recipe"]["command"] == "repeats"


@pytest.mark.parametrize(
    "words",
    [
        ["--colour-by", "mood"],
        ["--colour-by", "parity"],
        ["--colourway", "#203060"],
        ["--colourway", "ink=#203060", "--colourway", "Ink=#203060"],
        ["--colourway", "ink=#203060", "--pens", "#000000,#ffffff"],
        ["--colourways", "none.ase"],
        ["--bleed", "-1mm"],
        ["--bleed", "3mm", "--overhang"],
        ["--preview", "picture.svg"],
        ["--pen-up", "M5!"],
        ["--feed", "0"],
        ["--feed", "nan"],
    ],
)
def test_wrong_options_make_one_sentence_and_no_file(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tile", "example:cat", *words, "-o", str(tmp_path / "out.svg")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sketchdesign: ")
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["--sheets", "2"],
        ["--sheets", "0x2"],
        ["--sheets", "99x99"],
        ["--overlap", "200mm", "--sheets", "2x2"],
        ["--register", "--margin", "1mm"],
    ],
)
def test_wrong_sheets_make_one_sentence_and_no_file(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sheet", str(tmp_path / "t.svg"), *words, "-o", str(tmp_path / "out.svg")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.iterdir())
