"""Repeats on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run
from sketchdesign.geometry.read_drawing import read_drawing

Invoke = Callable[..., dict[str, Any]]

SQUIGGLES = [
    '{"word":"a","drawing":[[[0,40,80,20],[0,60,10,90]],[[10,10],[5,80]]]}',
    '{"word":"b","drawing":[[[0,100,100,0,0],[0,0,70,70,0]]]}',
]


@pytest.fixture
def sketches(tmp_path: Path) -> Path:
    path = tmp_path / "sketches.ndjson"
    path.write_text("\n".join(SQUIGGLES) + "\n", encoding="utf-8")
    return path


def test_tile_then_proof_then_sheet(sketches: Path, tmp_path: Path, invoke: Invoke) -> None:
    tile, sheet = tmp_path / "tile.svg", tmp_path / "sheet.svg"
    options = ["--repeat", "drop:1/3", "--tile", "60x50mm", "--layout", "tossed", "--motifs", 8, "--rotate", "free"]
    pens = ["--pens", "#203060,#c03020:0.5mm", "--scale", "0.7-1.3", "--gap", "1mm", "--seed", 3]
    made = invoke("tile", sketches, *options, *pens, "-o", tile, "-o", tmp_path / "tile.png")
    assert made["sketches"] == 8
    assert made["seam_error_mm"] <= 1e-6
    assert made["seamless"] is True
    assert (made["width_mm"], made["height_mm"], made["seed"]) == (180.0, 50.0, 3)
    assert 0.2 < made["coverage"] < 0.6
    seamless = {"seamless": True, "seam_error_mm": 0.0, "reaches_edges": True, "problems": [], "problem_count": 0}
    assert invoke("proof", tile) == seamless
    page = invoke("sheet", tile, "--page", "A4", "-o", sheet)
    assert page["joined"] is False
    assert page["pen_up_mm_after"] < page["pen_up_mm_before"]
    assert page["sketches"] > 30
    again = tmp_path / "again.svg"
    invoke("tile", sketches, *options, *pens, "-o", again)
    assert again.read_bytes() == tile.read_bytes()


def test_the_colours_of_a_foreign_tile_become_pens_of_the_sheet(
    tmp_path: Path, invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    tile, sheet = tmp_path / "tile.svg", tmp_path / "sheet.svg"
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="30mm" viewBox="0 0 40 30">'
    paths = '<path d="M5,5 9,9" style="stroke:#c03020;stroke-width:0.5"/><path d="M5,9 9,5" stroke="navy"/>'
    tile.write_text(f'{head}<g id="stems">{paths}</g></svg>', encoding="utf-8")
    invoke("sheet", tile, "--page", "b5", "-o", sheet)
    pens = [(layer.pen.colour, layer.pen.width_mm) for layer in read_drawing(sheet).layers]
    assert pens == [("#c03020", 0.5), ("#000080", 0.3)]
    assert run(["proof", str(tile)]) == 0
    assert capsys.readouterr().out == "Nothing reaches an edge, and so the tile is seamless.\n"


def test_an_edited_tile_fails_and_the_place_is_named(tmp_path: Path, invoke: Invoke) -> None:
    tile = tmp_path / "tile.svg"
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="30mm" viewBox="0 0 40 30">'
    tile.write_text(f'{head}<g id="stems"><path d="M30,10 40,12"/><path d="M0,12.1 5,13"/></g></svg>', encoding="utf-8")
    report = invoke("proof", tile, code=1)
    assert report["seamless"] is False
    assert report["seam_error_mm"] == pytest.approx(0.1)
    (problem,) = report["problems"]
    assert (problem["edge"], problem["layer"], problem["x_mm"], problem["y_mm"]) == ("right", "1 (stems)", 40.0, 12.0)
    assert invoke("proof", tile, "--tolerance", "0.2mm", code=1)["problems"][0]["kind"] == "bend"


@pytest.mark.parametrize(
    "words",
    [
        ["--repeat", "p5"],
        ["--repeat", "drop:2/4"],
        ["--tile", "0x0mm"],
        ["--tile", "big"],
        ["--layout", "heap"],
        ["--density", "2"],
        ["--gap", "-1mm"],
        ["--gap", "200mm"],
        ["--rotate", "askew"],
        ["--scale", "large"],
        ["--scale", "2-1"],
        ["--pens", "mauve"],
        ["--pens", "#000000:0mm"],
        ["--rows", "0"],
    ],
)
def test_wrong_options_make_one_sentence_and_no_file(
    words: list[str], sketches: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.svg"
    assert run(["tile", str(sketches), *words, "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sketchdesign: ")
    assert said.count("\n") == 1
    assert not out.exists()


def test_files_that_cannot_be_used_make_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["proof", "none.svg"], ["proof", "x.png"], ["sheet", "none.svg", "-o", str(tmp_path / "s.svg")]):
        assert run(words) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_model_draws_the_motifs(tmp_path: Path, invoke: Invoke) -> None:
    made = invoke("tile", "cat", "--cols", 3, "--seed", 1, "-o", tmp_path / "t.svg")
    assert made["sketches"] == 3
    assert invoke("info", tmp_path / "t.svg")["recipe"]["model"]["name"] == "cat"


def test_motifs_that_found_no_room_are_told(sketches: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "tile",
        str(sketches),
        "--tile",
        "20x20mm",
        "--layout",
        "tossed",
        "--seed",
        "1",
        "-o",
        str(tmp_path / "t.svg"),
    ]
    assert run([*words, "--motifs", "4"]) == 0
    assert capsys.readouterr().err == ""
    assert run([*words, "--motifs", "300"]) == 0
    told = capsys.readouterr()
    placed = int(told.out.split()[0])
    assert placed < 300
    assert told.err.startswith(f"Only {placed} of 300 motifs found room; ")


def test_a_single_motif_is_counted_as_one(
    sketches: Path, tmp_path: Path, invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke("tile", sketches, "--seed", 1, "-o", tmp_path / "t.svg")
    assert run(["croquis", str(tmp_path / "t.svg")]) == 0
    assert ": 1 motif, " in capsys.readouterr().out
