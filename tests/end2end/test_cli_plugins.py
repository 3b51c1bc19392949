"""Plugins on the command line: ours, and the worked example."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run

Invoke = Callable[..., dict[str, Any]]


@pytest.fixture
def example(installed_plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed_plugins))
    importlib.invalidate_caches()


def test_the_list_names_every_plugin_with_its_package(invoke: Invoke) -> None:
    listed = invoke("plugins", "list")["plugins"]
    svg = next(each for each in listed if (each["kind"], each["name"]) == ("exporter", "svg"))
    assert (svg["distribution"], svg["ok"], svg["error"], svg["endings"]) == ("sketchdesign", True, "", [".svg"])
    assert {"grid", "sketches"} <= {each["name"] for each in listed if each["kind"] == "generator"}


def test_a_broken_plugin_is_listed_and_refuses_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    info = tmp_path / "sorry-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sorry\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[sketchdesign.generators]\nsorry = sorry_module:Sorry\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    broken = next(each for each in invoke("plugins", "list")["plugins"] if each["name"] == "sorry")
    assert broken["ok"] is False
    assert "ModuleNotFoundError: No module named 'sorry_module'" in broken["traceback"]
    assert run(["plugins", "list"]) == 0
    assert "Traceback (most recent call last)" in capsys.readouterr().out
    assert run(["make", "--help"]) == 0
    assert "Cannot be loaded" in capsys.readouterr().out
    assert run(["make", "sorry"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sketchdesign: the generator 'sorry' of sorry 1.0 cannot be loaded: No module named")
    assert said.count("\n") == 1


def test_help_and_plain_commands_load_no_plugin(installed_plugins: Path) -> None:
    code = (
        "import sys; from sketchdesign.cli.main import run; run(['--help']); run(['info', 'none.svg']); "
        "print([name for name in sys.modules if 'builtin.' in name or 'spiral' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(installed_plugins), "PATH": ""},
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_formats_are_exported_with_their_options(tmp_path: Path, invoke: Invoke) -> None:
    svg, gcode, pdf = (tmp_path / f"cat.{ending}" for ending in ("svg", "gcode", "pdf"))
    made = invoke("arrange", "rows", "example:cat", "example:truck", "--page", "A6", "--columns", 1, "-o", svg)
    assert made["strokes"] > 20
    assert invoke("export", "gcode", svg, "-o", gcode, "--pen", "z-axis") == {"strokes": made["strokes"], "layers": 1}
    assert "G1 Z0" in gcode.read_text(encoding="utf-8")
    invoke("export", "pdf", svg, "-o", pdf, "--bleed", "3mm")
    assert invoke("info", pdf)["recipe"] == {}


@pytest.mark.usefixtures("example")
def test_the_example_lays_sketches_along_a_spiral(tmp_path: Path, invoke: Invoke) -> None:
    svg, csv = tmp_path / "spiral.svg", tmp_path / "spiral.csv"
    words = ["make", "spiral", "--page", "10x10cm", "--count", 8, "--turns", 2, "--margin", "1in", "--seed", 3]
    made = invoke(*words, "-o", svg, "-o", csv)
    assert made["seed"] == 3
    assert invoke("info", svg)["recipe"]["parameters"]["margin_mm"] == 25.4
    lines = csv.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["# page 100x100mm", "layer,stroke,x_mm,y_mm"]
    places = [tuple(map(float, line.split(",")[2:])) for line in lines[2:]]
    assert all(25.399 <= value <= 74.601 for place in places for value in place)
    assert len({line.split(",")[1] for line in lines[2:]}) == made["strokes"]
    again = tmp_path / "again.csv"
    assert invoke("export", "csv", csv, "-o", again)["strokes"] == made["strokes"]
    assert again.read_bytes() == csv.read_bytes()
    assert invoke("tile", csv, "--tile", "30x30mm", "-o", tmp_path / "tile.svg")["sketches"] == 1


@pytest.mark.usefixtures("example")
def test_the_examples_options_come_from_its_declaration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["make", "spiral", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "--turns <float> How often the spiral goes round, 0.5 to 20. [default: 3.0]" in text
    assert "--margin LENGTH Free border of the page, 0mm to 500mm. [default: 10mm]" in text
    assert "--pen COLOUR Colour of the pen. [default: #000000]" in text


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(
    "words",
    [
        ["make", "spirl"],
        ["make", "spiral", "--turns", "100"],
        ["make", "spiral", "--turns", "many"],
        ["make", "spiral", "--margin", "200mm"],
        ["make", "spiral", "--pen", "#12345"],
        ["make", "spiral", "--direction", "up"],
        ["make", "spiral", "--model", "nobody"],
        ["arrange", "spiral", "example:nobody"],
        ["export", "csv", "nothing.svg"],
    ],
)
def test_wrong_words_make_one_sentence_and_no_file(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.svg"
    assert run([*words, "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sketchdesign: ")
    assert said.count("\n") == 1
    assert not out.exists()


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n",
        "# page big\nlayer,stroke,x_mm,y_mm\n",
        "# page 10x10mm\nlayer,stroke,x_mm,y_mm\n1,1,2\n",
        "# page 10x10mm\nlayer,stroke,x_mm,y_mm\n1,1,2,nan\n",
        "# page 10x10mm\nlayer,stroke,x_mm,y_mm\n1,1,2,\x00\n",
    ],
)
def test_a_damaged_table_makes_one_sentence(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "a.csv", tmp_path / "out.svg"
    path.write_text(text, encoding="utf-8")
    assert run(["export", "svg", str(path), "-o", str(out)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not out.exists()
