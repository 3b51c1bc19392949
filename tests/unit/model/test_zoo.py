"""Finding and opening models by name, by path and by what lies there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sketchdesign.core.errors import CheckpointError, InputError
from sketchdesign.model import zoo
from sketchdesign.model.checkpoint import Model, save_model
from sketchdesign.model.export import write_magenta_json
from sketchdesign.model.zoo import find_models, open_model, published_sha256

GOLDEN = Path(__file__).resolve().parents[2] / "golden"


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model: Callable[..., Model]) -> Path:
    """A folder of bundled models: cat and chair."""
    folder = tmp_path / "bundled"
    folder.mkdir()
    model = tiny_model()
    for name in ("chair", "cat"):
        save_model(folder / f"{name}.safetensors", model.info, model.network.state_dict(), model.latent)
    (folder / "cat.md").write_text("A card.")
    monkeypatch.setattr(zoo, "BUNDLE_FOLDERS", (tmp_path / "absent", folder))
    return folder


def test_bundled_models_are_found_by_name(bundled: Path) -> None:
    assert find_models() == [(name, bundled / f"{name}.safetensors") for name in ("cat", "chair")]
    assert open_model("cat").info.name == "tiny"


def test_any_kind_of_file_opens_by_path(bundled: Path, tmp_path: Path, tiny_model: Callable[..., Model]) -> None:
    write_magenta_json(tiny_model(), tmp_path / "duck.vae.json")
    prefix = Path(shutil.copytree(GOLDEN / "tf_lstm-lstm-0", tmp_path / "rain")) / "vector-0"
    paths = [
        bundled / "cat.safetensors",
        tmp_path / "duck.vae.json",
        prefix,
        prefix.with_name("vector-0.index"),
        prefix.with_name("vector-0.data-00000-of-00001"),
    ]
    assert [open_model(str(path)).info.name for path in paths] == ["tiny", "tiny", "rain", "rain", "rain"]


@pytest.mark.usefixtures("bundled")
def test_an_unknown_name_is_answered_with_near_ones() -> None:
    with pytest.raises(InputError) as caught:
        open_model("char")
    assert str(caught.value) == (
        "there is no model or model file called char; did you mean chair? the bundled models are cat, chair"
    )
    for text in ("", "\0", "x" * 5000, "/nowhere/at/all.safetensors"):
        with pytest.raises(InputError, match="there is no model or model file called"):
            open_model(text)


def test_an_installation_without_models_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(zoo, "BUNDLE_FOLDERS", (tmp_path,))
    with pytest.raises(InputError, match="no model is bundled with this installation"):
        open_model("cat")


@pytest.mark.usefixtures("bundled")
def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    for path in (tmp_path / "notes.txt", tmp_path, Path()):
        with pytest.raises(CheckpointError, match=r"is not a model file; give a \.safetensors"):
            open_model(str(path))
    (tmp_path / "data.safetensors").write_text("hello")
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        open_model(str(tmp_path / "data.safetensors"))


def test_listing_models_does_not_load_torch() -> None:
    code = "import sys; from sketchdesign.model.zoo import find_models; find_models(); print('torch' in sys.modules)"
    root = Path(zoo.__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert result.stdout.strip() == "False"


def test_published_hashes_are_those_of_the_list(bundled: Path) -> None:
    assert published_sha256(str(bundled / "cat.safetensors")) is None
    with pytest.raises(InputError, match="no checksum for cat"):
        published_sha256("cat")
    (bundled / "SHA256SUMS").write_text("12ab  cat.safetensors\n")
    assert published_sha256("cat") == "12ab"
    with pytest.raises(InputError, match="no checksum for chair"):
        published_sha256("chair")
