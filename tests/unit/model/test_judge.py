from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from sketchdesign.core.errors import CheckpointError, InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.model import judge as module
from sketchdesign.model.judge import JUDGE_KEY, JudgeInfo, JudgeNetwork, bundled_judge, load_judge, save_judge
from sketchdesign.model.raster import outlines

INFO = JudgeInfo(("cat", "pig", "sun"), size_px=16, width=4, feature_size=6, accuracy=0.5, settings={"steps": 3})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    network = JudgeNetwork(INFO)
    with torch.no_grad():
        network.blocks[0].halve_norm.running_var.mul_(1.5)  # type: ignore[union-attr,operator]
    out = tmp_path / "judge.safetensors"
    save_judge(out, INFO, network.eval())
    return out


def scribbles(count: int) -> list[Sketch]:
    rng = np.random.default_rng(2)
    return [Sketch.from_polylines([rng.normal(size=(9, 2)), rng.normal(size=(4, 2))]) for _ in range(count)]


def rewritten(path: Path, header: str, **changes: torch.Tensor) -> Path:
    """The same file with another header and other tensors."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    out = path.with_name("other.safetensors")
    save_file(tensors | changes, out, {JUDGE_KEY: header})
    return out


def header(path: Path, **changes: object) -> str:
    with safe_open(path, "pt") as file:
        return json.dumps(json.loads(file.metadata()[JUDGE_KEY]) | changes)


def test_a_judge_comes_back_from_its_file(path: Path) -> None:
    first, second = load_judge(path), load_judge(path)
    assert first.info == INFO
    assert len(first.sha256) == 64
    drawn = outlines(scribbles(300))
    seen = first.look(drawn)
    assert seen.features.shape == (300, 6)
    assert seen.features.std() > 0
    assert set(seen.labels.tolist()) <= {0, 1, 2}
    assert np.array_equal(seen.features, second.look(drawn).features)
    assert not any(parameter.requires_grad for parameter in first.network.parameters())


def test_a_sketch_is_judged_alike_in_any_company(path: Path) -> None:
    judge = load_judge(path)
    sketches = scribbles(300)
    together, alone = judge.look(outlines(sketches)), judge.look(outlines(sketches[270:271]))
    assert np.allclose(together.features[270], alone.features[0], atol=1e-5)
    assert judge.look(outlines([])).labels.shape == (0,)


def test_names_become_the_judges_numbers(path: Path) -> None:
    assert load_judge(path).labels_of(("sun", "whale", "cat")).tolist() == [2, -1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 8}, r"stem.weight is \[4, 4, 3, 3\], expected \[8, 4, 3, 3\]"),
        ({"width": 10**6}, "width is 1000000, expected 1 to 128"),
        ({"size_px": 15}, "expected an even number"),
        ({"classes": ["cat", "cat", "sun"]}, "named twice"),
        ({"classes": []}, "its classes are none"),
        ({"classes": "cat"}, "expected a list"),
        ({"accuracy": 1.5}, "the accuracy is 1.5"),
        ({"accuracy": None}, "it lacks accuracy"),
        ({"format": 2}, "a later version"),
        ({"settings": []}, "expected an object"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        load_judge(rewritten(path, header(path, **change)))


@pytest.mark.parametrize("text", ["", "[1]", "{", "[" * 100_000, '"cat"'])
def test_a_header_that_is_no_description_is_refused(path: Path, text: str) -> None:
    with pytest.raises(CheckpointError, match="its header is not"):
        load_judge(rewritten(path, text))


def test_weights_of_another_type_or_that_are_no_numbers_are_refused(path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"stem.weight has type F32, expected F16"):
        load_judge(rewritten(path, header(path), **{"stem.weight": torch.zeros(4, 4, 3, 3)}))
    broken = torch.full((4, 4, 3, 3), torch.nan, dtype=torch.float16)
    with pytest.raises(CheckpointError, match=r"stem.weight holds values that are not finite"):
        load_judge(rewritten(path, header(path), **{"stem.weight": broken}))


def test_other_files_are_refused(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "weights.safetensors"
    save_file({"x": torch.zeros(2)}, other)
    with pytest.raises(CheckpointError, match="of another kind, not a judge"):
        load_judge(other)
    with pytest.raises(CheckpointError, match=r"cannot open the model .*missing.safetensors: no such file"):
        load_judge(tmp_path / "missing.safetensors")
    whole = path.read_bytes()
    for damaged in (b"", whole[:100], whole[:-50], b"\xff" * 8 + whole[8:], b"hello, world"):
        other.write_bytes(damaged)
        with pytest.raises(CheckpointError, match=r"damaged|the file is empty"):
            load_judge(other)


def test_weights_too_large_for_half_precision_are_not_written(tmp_path: Path) -> None:
    network = JudgeNetwork(INFO)
    with torch.no_grad():
        network.stem.weight[0] = 1e6
    with pytest.raises(CheckpointError, match=r"stem.weight"):
        save_judge(tmp_path / "judge.safetensors", INFO, network)
    assert not list(tmp_path.iterdir())


def test_the_bundled_judge_is_good_and_small() -> None:
    path = bundled_judge()
    judge = load_judge(path)
    assert path.stat().st_size < 3 * 2**20
    assert judge.info.accuracy > 0.75
    assert len(judge.info.classes) >= 60
    assert "CC BY 4.0" in judge.info.data


def test_an_installation_without_a_judge_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "BUNDLE_FOLDERS", (tmp_path,))
    with pytest.raises(InputError, match=r"no judge is bundled.*--judge"):
        bundled_judge()
