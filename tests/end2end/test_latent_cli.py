"""The commands around the latent space as a person or a script uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from sketchdesign.cli.main import run

Invoke = Callable[..., dict[str, Any]]
BEGUN = {"word": "cat", "drawing": [[[40, 90, 95], [50, 60.25, 120]], [[30, 44], [30, 31.5]]]}


@pytest.fixture
def sketches(tmp_path: Path) -> list[str]:
    """Four short sketches in one file, the first of them an unfinished one."""
    rng = np.random.default_rng(3)
    drawings = [BEGUN] + [{"word": "x", "drawing": rng.integers(0, 255, (2, 2, 6)).tolist()} for _ in range(3)]
    path = tmp_path / "in.ndjson"
    path.write_text("\n".join(map(json.dumps, drawings)))
    return [f"{path}#{number}" for number in range(4)]


def layers(path: Path) -> dict[str, str]:
    """Label and colour of each layer of an SVG file."""
    root = ElementTree.parse(path).getroot()
    groups = root.iter("{http://www.w3.org/2000/svg}g")
    return {
        group.attrib["{http://www.inkscape.org/namespaces/inkscape}label"]: group.attrib["stroke"] for group in groups
    }


def test_reconstruct_tells_kl_and_likelihood_of_each_input(
    invoke: Invoke, model_path: Path, sketches: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.svg"
    report = invoke("reconstruct", model_path, *sketches[:2], "--temperatures", "0.1,1", "--seed", 3, "-o", out)
    assert report["temperatures"] == [0.1, 1.0]
    assert report["sketches"] == 4
    assert [set(entry) >= {"name", "kl", "log_likelihood"} for entry in report["inputs"]] == [True, True]
    assert list(layers(out).values()) == ["#000000", "#2b4bff", "#e02020"]


def test_interpolate_writes_a_grid_whose_corners_have_their_colours(
    invoke: Invoke, model_path: Path, sketches: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.svg"
    colours = ["#ff0000", "#00aa00", "#0000ff", "#aaaa00"]
    options = ["--rows", 2, "--cols", 3, "--seed", 3, "--colours", ",".join(colours)]
    report = invoke("interpolate", model_path, *sketches, *options, "-o", out)
    assert report["sketches"] == 6
    drawn = list(layers(out).values())
    assert drawn[0] == "#000000"
    assert [drawn[place] for place in (1, 3, 4, 6)] == colours
    recipe = invoke("info", out)["recipe"]
    assert recipe["command"] == "interpolate"
    assert "rows first" in recipe["operation"]["interpolation"]
    assert [len(entry["drawing"]) for entry in recipe["inputs"]] == [2, 2, 2, 2]
    strip = invoke("interpolate", model_path, *sketches, "--steps", 5, "-o", out)
    assert strip["sketches"] == 5
    assert invoke("interpolate", model_path, *sketches[:2], "-o", out)["sketches"] == 10
    invoke("interpolate", model_path, *sketches, *options, "--pens", "#ff0000,#0000ff", "-o", out)
    assert sorted(layers(out).values()) == ["#000000", "#0000ff", "#ff0000"]


def test_complete_keeps_what_was_given_in_a_red_layer_of_its_own(
    invoke: Invoke, model_path: Path, sketches: list[str], tmp_path: Path
) -> None:
    svg, records = tmp_path / "out.svg", tmp_path / "out.ndjson"
    report = invoke("complete", model_path, sketches[0], "-n", 5, "--seed", 1, "-o", svg, "-o", records)
    assert report["sketches"] == 5
    assert layers(svg) == {"1 given": "#d62828", "2 drawn": "#000000"}
    endings = [json.loads(line)["drawing"] for line in records.read_text().splitlines()]
    assert len(endings) == 5
    assert all(ending[:2] == BEGUN["drawing"] for ending in endings)
    assert len({json.dumps(ending) for ending in endings}) == 5


def test_vary_hybrid_and_analogy_write_what_they_say(
    invoke: Invoke, model_path: Path, sketches: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    assert invoke("vary", model_path, sketches[1], "-n", 3, "--radius", 2, "-o", out)["sketches"] == 3
    grid = ["--rows", 2, "--cols", 2, "--class", "cat"]
    report = invoke("hybrid", model_path, *sketches, *grid, "--toward", 0.5, "--from", "pig", "-o", out)
    assert (report["sketches"], report["from"]) == (4, ["pig"] * 4)
    parts = [word for pair in zip(("--base", "--minus", "--plus"), sketches, strict=False) for word in pair]
    assert invoke("analogy", model_path, *parts, "--strengths", "0,0.5,1", "-o", out)["strengths"] == [0, 0.5, 1]
    assert invoke("analogy", model_path, *parts, "-o", out)["sketches"] == 1
    assert invoke("info", out)["recipe"]["command"] == "analogy"


def test_recognise_ranks_the_classes(invoke: Invoke, model_path: Path, sketches: list[str]) -> None:
    ranking = invoke("recognise", sketches[1], "--models", model_path)["ranking"]
    assert sorted(name for name, _ in ranking) == ["cat", "pig"]
    assert ranking[0][1] >= ranking[1][1]


def test_a_board_is_the_same_with_any_number_of_threads(model_path: Path, sketches: list[str], tmp_path: Path) -> None:
    line = ["interpolate", str(model_path), *sketches, "--rows", "5", "--cols", "5", "--fresh", "--seed", "4"]
    written = []
    for threads in ("1", "2"):
        out = tmp_path / f"{threads}.svg"
        assert run([*line, "-o", str(out), "--threads", threads]) == 0
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_a_board_can_be_routed_and_put_on_paper(
    invoke: Invoke, model_path: Path, sketches: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.svg"
    invoke("vary", model_path, sketches[1], "-n", 4, "--page", "A5", "--landscape", "--route", "-o", out)
    assert 'width="210mm"' in out.read_text()
    assert invoke("info", out)["recipe"]["pipeline"].startswith("route ")


def test_an_example_needs_no_file(invoke: Invoke, model_path: Path, tmp_path: Path) -> None:
    assert invoke("vary", model_path, "example:chair-1", "-n", 2, "-o", tmp_path / "x.npz")["sketches"] == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reconstruct", "MODEL", "gone.svg", "-o", "x.svg"], "gone.svg"),
        (["reconstruct", "MODEL", "-o", "x.svg"], "INPUT"),
        (["reconstruct", "MODEL", "IN#9", "-o", "x.svg"], "no drawing #9"),
        (["reconstruct", "MODEL", "IN", "--temperatures", "0.1,hot", "-o", "x.svg"], "'0.1,hot'"),
        (["reconstruct", "MODEL", "IN", "--temperatures", "-1", "-o", "x.svg"], "temperature of -1"),
        (["reconstruct", "MODEL", "IN", "-o", "x.tiff"], "x.tiff"),
        (["reconstruct", "MODEL", "example:chair", "-o", "x.svg"], "example:chair-"),
        (["interpolate", "MODEL", "IN", "-o", "x.svg"], "at least 2"),
        (["interpolate", "MODEL", "IN", "IN", "--rows", "3", "-o", "x.svg"], "four corners"),
        (["interpolate", "MODEL", "IN", "IN", "--steps", "1", "-o", "x.svg"], "a strip of 1 cannot pass 2 sketches"),
        (["interpolate", "MODEL", "IN", "IN", "--colours", "#12345", "-o", "x.svg"], "'#12345'"),
        (["interpolate", "MODEL", "IN", "IN", "--colours", "#000000,#000000,#000000", "-o", "x.svg"], "3 colours"),
        (["vary", "MODEL", "IN", "-n", "0", "-o", "x.svg"], "out of range"),
        (["vary", "MODEL", "IN", "--radius", "-1", "-o", "x.svg"], "radius"),
        (["vary", "MODEL", "IN", "--page", "A44", "-o", "x.svg"], "A44"),
        (["vary", "MODEL", "IN", "--page", "2x2mm", "-o", "x.svg"], "does not fit"),
        (["vary", "MODEL", "IN", "--gap", "-3mm", "-o", "x.svg"], "negative"),
        (["vary", "MODEL", "IN", "--class", "cow", "-o", "x.svg"], "'cow'"),
        (["complete", "MODEL", "IN", "--size", "900", "-o", "x.svg"], "900"),
        (["hybrid", "MODEL", "IN", "--toward", "nan", "-o", "x.svg"], "share"),
        (["hybrid", "MODEL", "IN", "IN", "IN", "IN", "--rows", "1", "-o", "x.svg"], "cannot be interpolated"),
        (["hybrid", "MODEL", "IN", "--rows", "3", "-o", "x.svg"], "--rows and --cols are of a grid between four"),
        (["hybrid", "MODEL", "IN", "--toward", "0", "--from", "junk", "-o", "x.svg"], "--from has no meaning"),
        (["interpolate", "MODEL", "IN", "IN", "--steps", "5", "--cols", "3", "-o", "x.svg"], "a strip of --steps"),
        (["lesson", "IN", "-o", ""], "frames need a name of their own"),
        (["lesson", "IN", "-o", ".svg"], ".svg is an ending without a name"),
        (["vary", "MODEL", "IN", "-o", "x.svg", "-o", ".gif"], ".gif is an ending without a name"),
        (["analogy", "MODEL", "--base", "IN", "--minus", "IN", "-o", "x.svg"], "--plus"),
        (["analogy", "MODEL", "--base", "IN", "--minus", "IN", "--plus", "IN", "--strengths", "", "-o", "x.svg"], "''"),
        (["recognise", "IN", "--models", "kat"], "kat"),
        (["recognise", "IN", "--models", ""], "model"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_wrong_input_gives_one_sentence_and_leaves_nothing(
    words: list[str],
    sentence: str,
    model_path: Path,
    sketches: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    known = {"MODEL": str(model_path), "IN": sketches[0], "IN#9": sketches[0].replace("#0", "#9")}
    assert run([known.get(word, word) for word in words]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert err.count("\n") == 1
    assert out == ""
    assert sorted(tmp_path.iterdir()) == before
