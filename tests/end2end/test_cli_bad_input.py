"""Whatever is wrong with the input: exit code 2, one sentence, and nothing written."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run
from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.output.files import write_drawing

Invoke = Callable[..., dict[str, Any]]

COMMANDS = {
    "generate": ["generate", "MODEL", "-o", "x.svg"],
    "grid": ["grid", "MODEL", "--rows", "1", "--cols", "1", "-o", "x.svg"],
    "vary": ["vary", "MODEL", "example:chair-1", "-o", "x.svg"],
    "interpolate": ["interpolate", "MODEL", "example:chair-1", "example:cat", "-o", "x.svg"],
    "complete": ["complete", "MODEL", "example:chair-1", "-o", "x.svg"],
    "analogy": [
        "analogy",
        "MODEL",
        "--base",
        "example:cat",
        "--minus",
        "example:pig",
        "--plus",
        "example:cat",
        "-o",
        "x.svg",
    ],
    "tile": ["tile", "MODEL", "--tile", "60x40mm", "-o", "x.svg"],
    "sheet": ["sheet", "LINES", "-o", "x.svg"],
    "optimise": ["optimise", "LINES", "-o", "x.svg"],
}
NO_NUMBERS = ("nan", "inf", "-inf", "-1", "1e30")
NO_COUNTS = ("-1", "0", "1.5", "nan", "99999999999999999999")
NO_LENGTHS = ("", "nanmm", "inf", "-5mm", "1e30mm", "ten")
OPTIONS = [
    *(("generate", f"--temperature{part}", value) for part in ("", "-xy", "-mixture", "-pen") for value in NO_NUMBERS),
    *(
        (command, "--dpi", value)
        for command in ("generate", "grid", "vary", "tile", "optimise")
        for value in NO_NUMBERS
    ),
    *(("generate", option, value) for option in ("--count", "--best-of") for value in NO_COUNTS),
    *(("grid", option, value) for option in ("--rows", "--cols") for value in NO_COUNTS),
    *(("interpolate", option, value) for option in ("--steps", "--rows") for value in NO_COUNTS),
    *(("grid", option, value) for option in ("--margin", "--gap", "--smooth") for value in NO_LENGTHS),
    *(("sheet", "--margin", value) for value in NO_LENGTHS),
    *(("optimise", option, value) for option in ("--join", "--simplify") for value in NO_LENGTHS),
    *(("vary", "--radius", value) for value in NO_NUMBERS),
    *(("analogy", "--strength", value) for value in ("nan", "inf", "1e30")),
    *(("tile", "--density", value) for value in NO_NUMBERS),
    *(("complete", "--size", value) for value in NO_NUMBERS),
    *(("optimise", "--budget", value) for value in ("nan", "-1s", "soon", "1e30s")),
    *(("generate", "--seed", value) for value in ("-1", "1.5", "99999999999999999999")),
]


@pytest.fixture
def place(model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a model, a drawing and damaged ones of each."""
    lines = [[[5, 5], [20, 20]], [[30, 5], [5, 30]]]
    drawing = Drawing(Page(40, 40), (Layer(Pen(), Strokes.from_polylines(lines)),))
    write_drawing(drawing, tmp_path / "lines.svg")
    whole = model_path.read_bytes()
    header_size = struct.unpack("<Q", whole[:8])[0]
    header = json.loads(whole[8 : 8 + header_size])
    begin = 8 + header_size + next(each["data_offsets"][0] for key, each in header.items() if key != "__metadata__")
    damaged = {
        "empty.safetensors": b"",
        "half.safetensors": whole[: len(whole) // 2],
        "header.safetensors": struct.pack("<Q", 2**62) + whole[8:],
        "nan.safetensors": whole[:begin] + b"\x00\x7e" + whole[begin + 2 :],
        "text.safetensors": b"no model at all",
        "list.gen.json": b"[1,2",
        "none.vae.json": b"{}",
        "bytes.gen.json": b"\xff\xfe\x00",
        "empty.svg": b"",
        "text.svg": b"no drawing",
        "nan.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9mm" height="9mm"><path d="M nan 1 L 2 2"/></svg>',
        "blank.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9mm" height="9mm"/>',
        "empty.ndjson": b"",
        "ragged.ndjson": b'{"drawing":[[[1,2],[3]]]}\n',
        "latin.ndjson": '{"word":"\xe9","drawing":[[[0,1],[0,1]]]}\n'.encode("latin-1"),
        "text.npz": b"PK\x03\x04no archive",
        "short.bin": b"\x01\x02\x03",
    }
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "folder.safetensors").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence with which a command refuses, having left nothing behind."""
    folder = Path.cwd()
    before = sorted(folder.iterdir())
    names = {"MODEL": "tiny.safetensors", "LINES": "lines.svg"}
    code = run([names.get(word, word) for word in words])
    out, err = capsys.readouterr()
    assert (code, out) == (2, ""), err
    assert err.count("\n") == 1
    assert len(err) < 1000
    assert "error in the program" not in err
    assert sorted(folder.iterdir()) == before
    return err


@pytest.mark.parametrize(("command", "option", "value"), OPTIONS)
def test_numbers_that_make_no_sense(
    command: str, option: str, value: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused([*COMMANDS[command], f"{option}={value}"], capsys)


MODELS = [
    "empty.safetensors",
    "half.safetensors",
    "header.safetensors",
    "nan.safetensors",
    "text.safetensors",
    "list.gen.json",
    "none.vae.json",
    "bytes.gen.json",
    "folder.safetensors",
    "missing.safetensors",
    "/dev/null",
    "",
    "a" * 300 + ".safetensors",
]


@pytest.mark.parametrize("model", MODELS)
def test_models_that_are_none(model: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (COMMANDS["generate"], COMMANDS["tile"], ["models", "info", "MODEL"], ["models", "verify", "MODEL"]):
        refused([model if word == "MODEL" else word for word in words], capsys)
    refused(["models", "import", model, "-o", "x.safetensors"], capsys)


SKETCHES = [
    "empty.svg",
    "text.svg",
    "nan.svg",
    "blank.svg",
    "empty.ndjson",
    "ragged.ndjson",
    "latin.ndjson",
    "text.npz",
    "short.bin",
    "folder.svg",
    "missing.svg",
    "lines.svg#3",
    "example:nothing",
    "/dev/null",
    "./",
    "",
    "a" * 300 + ".svg",
]
READERS = [
    *(["vary", "MODEL", "SKETCH", "-o", "x.svg"], ["complete", "MODEL", "SKETCH", "-o", "x.svg"]),
    *(["recognise", "SKETCH", "--models", "MODEL"], ["tile", "SKETCH", "--tile", "60x40mm", "-o", "x.svg"]),
    *(["optimise", "SKETCH", "-o", "x.svg"], ["sheet", "SKETCH", "-o", "x.svg"]),
    *(["proof", "SKETCH"], ["croquis", "SKETCH"], ["info", "SKETCH"], ["plot", "SKETCH", "--dry-run"]),
]


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
@pytest.mark.parametrize("sketch", SKETCHES)
def test_drawings_that_are_none(words: list[str], sketch: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused([sketch if word == "SKETCH" else word for word in words], capsys)


OUTPUTS = ["folder.svg", "missing/x.svg", "x.tiff", "x.", ".svg", "a" * 300 + ".svg", "/dev/full"]


@pytest.mark.parametrize("command", ["generate", "grid", "tile", "sheet", "optimise"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_places_that_cannot_be_written(
    command: str, output: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused([*COMMANDS[command][:-1], output], capsys)


@pytest.mark.parametrize("command", ["generate", "grid", "vary", "tile"])
def test_of_two_files_none_is_written_when_one_cannot_be(
    command: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = COMMANDS[command] + ["-o", "x.png", "--dpi", "9999"]
    if command != "tile":
        words += ["--page", "A0"] if command != "generate" else ["-n", "2"]
    assert "too large" in refused(words, capsys)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is of Linux")
def test_a_full_standard_output_is_one_sentence(place: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "sketchdesign", "models", "info", "tiny.safetensors", "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "no space left on device" in done.stderr


def test_names_outside_of_utf8_and_a_locale_of_c(place: Path) -> None:
    name, out = os.fsdecode(b"mod\xc3\xa8le 1.safetensors"), os.fsdecode(b"out \xff.svg")
    try:
        (place / out).touch()
    except OSError:
        pytest.skip("this file system knows UTF-8 alone")
    (place / "tiny.safetensors").rename(place / name)
    plain = {key: value for key, value in os.environ.items() if key != "HOME" and not key.startswith("LC_")}
    environment = plain | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "sketchdesign", "generate", name, "--seed", "1", "-o", out, "--json"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["sketches"] == 1
    assert (place / out).stat().st_size > 0
    lost = subprocess.run([*command[:3], "models", "info", out, "--json"], capture_output=True, check=False)
    assert lost.returncode == 2
    assert lost.stdout.isascii()
    assert "not a model file" in json.loads(lost.stdout)["error"]


def test_a_sheet_can_be_kept_as_records_too(invoke: Invoke, place: Path) -> None:
    grid = ("grid", "tiny.safetensors", "--rows", 2, "--cols", 2, "--seed", 5)
    invoke(*grid, "-o", "x.svg", "-o", "x.ndjson", "-o", "x.npz")
    invoke("generate", "tiny.safetensors", "-n", 4, "--seed", 5, "-o", "y.ndjson")
    drawn, alone = (
        [json.loads(line)["drawing"] for line in Path(name).read_text().splitlines()]
        for name in (
            "x.ndjson",
            "y.ndjson",
        )
    )
    assert drawn == alone
    assert invoke("info", "x.npz")["recipe"]["command"] == "grid"


def test_info_of_a_model_is_its_header(invoke: Invoke, place: Path) -> None:
    recipe = invoke("info", "tiny.safetensors")["recipe"]
    assert recipe["classes"] == ["cat", "pig"]
    assert recipe["licence"] == "MIT"


def test_info_spares_people_the_packed_arrays(invoke: Invoke, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    invoke("tile", "tiny.safetensors", "--tile", "60x40mm", "--seed", 1, "-o", "x.svg")
    points = invoke("info", "x.svg")["recipe"]["design"]["layers"][0]["points"]
    assert run(["info", "x.svg"]) == 0
    shown = capsys.readouterr().out
    assert len(points) <= 200 or points not in shown
    assert max(map(len, shown.splitlines())) < 300
