"""Mixes, locks, the croquis check and fills on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run
from sketchdesign.cli.tossing import TossingOptions
from sketchdesign.design.layout import Layout
from sketchdesign.model import zoo

Invoke = Callable[..., dict[str, Any]]

TOSSED = [
    "--layout",
    "tossed",
    "--motifs",
    8,
    "--tile",
    "90x70mm",
    "--rotate",
    "free",
    "--density",
    "0.3",
    "--gap",
    "1mm",
]
MIX = ["--mix", "example:pig:2@0.8,example:truck", "--apart"]


def test_mix_check_try_then_roll_anew_with_locks(tmp_path: Path, invoke: Invoke) -> None:
    tile, picture = tmp_path / "tile.svg", tmp_path / "check.png"
    made = invoke("tile", "example:cat", *TOSSED, *MIX, "--try", 3, "--seed", 5, "-o", tile, "--check", picture)
    assert made["sketches"] == 8 == len(made["motifs"])
    assert [motif["number"] for motif in made["motifs"]] == list(range(1, 9))
    assert made["layout_seed"] in (5, 6, 7)
    assert 0.0 <= made["like_neighbours"] <= 1.0
    assert picture.read_bytes().startswith(b"\x89PNG")
    found = invoke("croquis", tile, "-o", tmp_path / "check.svg")
    assert found["score"] == pytest.approx(made["croquis_score"], abs=1e-3)
    assert {"holes", "alleyways", "line_ups", "crowds"} <= set(found)
    again = tmp_path / "again.svg"
    rolled = invoke("tile", "example:cat", "--from", tile, "--lock", "1,4", "--seed", 77, *MIX, "-o", again)
    assert (rolled["repeat"], rolled["width_mm"], rolled["seed"]) == ("half-drop", made["width_mm"], 77)
    assert rolled["seamless"]
    before, after = (invoke("info", path)["recipe"] for path in (tile, again))
    assert after["layout"] == before["layout"]
    assert after["locked"] == [0, 3]
    assert invoke("proof", again)["seamless"]
    assert rolled["motifs"][0]["number"] == 1


def test_the_model_of_a_tile_need_not_be_named_again(
    tmp_path: Path,
    model_path: Path,
    invoke: Invoke,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tile, again, third = (tmp_path / f"{name}.svg" for name in ("tile", "again", "third"))
    invoke("tile", model_path, "--cols", 2, "--seed", 4, "--keep-unfinished", "-o", tile)
    name = invoke("info", tile)["recipe"]["model"]["name"]
    assert run(["tile", "--from", str(tile), "-o", str(again)]) == 2
    assert f"was drawn by {name}, which is not bundled; give the path of that model" in capsys.readouterr().err
    monkeypatch.setattr(zoo, "find_models", lambda: [(name, model_path)])
    invoke("tile", "--from", tile, "--seed", 4, "--keep-unfinished", "-o", again)
    invoke("tile", model_path, "--from", tile, "--seed", 4, "--keep-unfinished", "-o", third)
    assert again.read_bytes() == third.read_bytes()


def test_what_is_given_beside_from_counts(tmp_path: Path, invoke: Invoke) -> None:
    tile, again = tmp_path / "tile.svg", tmp_path / "again.svg"
    invoke("tile", "example:cat", *TOSSED, "--seed", 1, "--pens", "#aa0000", "-o", tile)
    made = invoke("tile", "example:cat", "--from", tile, "--repeat", "p2", "--motifs", 5, "--seed", 1, "-o", again)
    assert (made["repeat"], made["sketches"]) == ("p2", 5)
    recipe = invoke("info", again)["recipe"]
    assert recipe["layout"]["density"] == 0.3
    assert recipe["design"]["layers"][0]["pen"]["colour"] == "#aa0000"


def test_overlapping_motifs_meet_at_the_seams(tmp_path: Path, invoke: Invoke) -> None:
    tile = tmp_path / "tile.svg"
    made = invoke("tile", "example:cat", *TOSSED, "--density", "0.8", "--overlap", "3mm", "--seed", 2, "-o", tile)
    assert made["seam_error_mm"] <= 1e-6
    assert made["coverage"] > 0.5
    assert invoke("proof", tile)["seamless"]


def test_options_and_layouts_have_the_same_defaults() -> None:
    assert TossingOptions().layout(Layout(), lambda _: True) == Layout()


SCENE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="80mm" viewBox="0 0 100 80">'
    '<path d="M0,70 L100,68" stroke="black"/><circle id="sun" cx="70" cy="25" r="15" fill="none" stroke="black"/></svg>'
)


def test_a_sky_and_a_shape_are_filled(tmp_path: Path, invoke: Invoke) -> None:
    scene = tmp_path / "scene.svg"
    scene.write_text(SCENE, encoding="utf-8")
    options = ["--motifs", 15, "--density", "0.25", "--gap", "1mm", "--rotate", "free", "--seed", 3]
    sky = invoke("fill", scene, "example:cat", *options, "-o", tmp_path / "sky.svg")
    assert sky["sketches"] == 15
    assert sky["coverage"] == pytest.approx(0.25, abs=0.05)
    sun = invoke("fill", scene, "example:cat", *options, "--region", "sun", "-o", tmp_path / "sun.png")
    assert sun["region_mm2"] < 707.0 < sky["region_mm2"]
    assert invoke("info", tmp_path / "sky.svg")["recipe"]["command"] == "fill"


@pytest.mark.parametrize(
    "words",
    [
        ["tile"],
        ["tile", "example:cat", "--mix", "dog"],
        ["tile", "example:cat", "--mix", "a@"],
        ["tile", "example:cat", "--lock", "1"],
        ["tile", "example:cat", "--ground", "mauve"],
        ["tile", "example:cat", "--colourway", "ink=#203060 on mauve"],
        ["tile", "example:cat", "--from", "none.svg"],
        ["tile", "example:cat", "--try", "0"],
        ["tile", "example:cat", "--overlap", "-1mm"],
        ["fill", "none.svg", "example:cat"],
        ["fill", "example:cat", "example:cat", "--region", "moon"],
        ["fill", "example:cat", "example:cat", "--layout", "grid"],
        ["fill", "example:cat", "example:cat", "--gap", "90mm"],
        ["fill", "example:cat", "example:cat", "--page", "10x10mm"],
        ["croquis", "none.svg"],
    ],
)
def test_wrong_options_make_one_sentence_and_no_file(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.svg"
    assert run([*words, "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sketchdesign: ")
    assert said.count("\n") == 1
    assert not out.exists()


def test_a_model_rains(tmp_path: Path, invoke: Invoke) -> None:
    scene = tmp_path / "scene.svg"
    scene.write_text(SCENE, encoding="utf-8")
    made = invoke("fill", scene, "doodles", "--class", "rain", "--motifs", 10, "--seed", 1, "-o", tmp_path / "rain.svg")
    assert made["sketches"] == 10
    assert invoke("info", tmp_path / "rain.svg")["recipe"]["model"]["name"] == "doodles"
