"""What is shipped: the bundled models, their cards, and the two commands of the README."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.cli.main import run
from sketchdesign.model.zoo import find_models, open_model, published_sha256
from sketchdesign.services.generate import GenerateSettings, generate
from sketchdesign.services.jobs import Job
from sketchdesign.training.config import load_run

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1_000_000
NAMES = [name for name, _ in find_models()]


def test_a_cat_is_bundled() -> None:
    assert "cat" in NAMES


def test_the_bundle_is_small() -> None:
    sizes = {name: path.stat().st_size for name, path in find_models()}
    assert all(size <= 10 * MEGABYTE for size in sizes.values()), sizes
    assert sum(sizes.values()) <= 80 * MEGABYTE


@pytest.mark.parametrize("name", NAMES)
def test_every_bundled_model_is_whole_has_a_card_and_draws(name: str) -> None:
    model = open_model(name)
    assert published_sha256(name) == model.sha256
    assert model.info.licence
    assert "CC BY 4.0" in model.info.data
    card = (ROOT / "models" / f"{name}.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in card
    assert f"]({name}.png)" in card
    assert (ROOT / "models" / f"{name}.png").is_file()
    drawn = Job(generate(model, GenerateSettings(64, seed=1))).run()
    assert drawn.ended_share > 0.99
    assert np.median([len(each.sketch) for each in drawn.sketches]) > 10


def test_the_checks_call_exactly_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    words = commands[0].split("&& .venv/bin/sketchdesign ")[1].split()
    assert words[:2] == ["grid", "cat"]


def test_the_readme_s_sheet_is_drawn_routed_and_read_by_vpype(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cats.svg"
    words = ["grid", "cat", "--rows", "8", "--cols", "8", "--seed", "7", "--json", "-o", str(out)]
    assert run(words) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["sketches"] == 64
    assert report["ended_share"] > 0.99
    assert report["pen_up_mm_after"] < report["pen_up_mm_before"] / 2
    code = (
        "import sys, vpype\n"
        "document = vpype.read_multilayer_svg(sys.argv[1], 0.1)\n"
        "mm = 25.4 / 96\n"
        "print(len(document.layers), len(document.layers[1]), *(side * mm for side in document.page_size))"
    )
    printed = subprocess.run([sys.executable, "-c", code, out], capture_output=True, text=True, check=True).stdout
    layers, strokes, width, height = map(float, printed.split())
    assert (layers, strokes) == (1, report["strokes"])
    assert (width, height) == pytest.approx((210.0, 297.0), abs=0.01)


@pytest.mark.parametrize("path", sorted((ROOT / "models" / "recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_the_training_recipes_can_be_run(path: Path) -> None:
    assert load_run(path).config.model_name == path.stem
