"""What the tests of the command line share."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run
from sketchdesign.model.checkpoint import Model, save_model


@pytest.fixture(scope="session")
def model_bytes(tiny_model: Callable[..., Model], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a small model of two classes."""
    model = tiny_model(classes=("cat", "pig"), class_count=2, class_size=4)
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save_model(path, model.info, model.network.state_dict(), model.latent)
    return path.read_bytes()


@pytest.fixture
def model_path(model_bytes: bytes, tmp_path: Path) -> Path:
    """A small model of two classes, in a file."""
    path = tmp_path / "tiny.safetensors"
    path.write_bytes(model_bytes)
    return path


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Runs a command with --json and returns the one object that it prints."""

    def call(*words: object, code: int = 0) -> dict[str, Any]:
        assert run([*map(str, words), "--json", "--threads", "1"]) == code
        printed = capsys.readouterr().out
        assert printed.count("\n") == 1
        report: dict[str, Any] = json.loads(printed)
        return report

    return call


@pytest.fixture(scope="session")
def installed_plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the packages of ``plugins/`` as if they were installed there."""
    site = tmp_path_factory.mktemp("site")
    for project in (Path(__file__).resolve().parents[2] / "plugins").glob("*/pyproject.toml"):
        declared = tomllib.loads(project.read_text(encoding="utf-8"))
        name, version = declared["project"]["name"], declared["project"]["version"]
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        groups = [
            f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
            for group, entries in declared["project"]["entry-points"].items()
        ]
        (info / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")
        for package in declared["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
            (site / package).symlink_to(project.parent / package, target_is_directory=True)
    return site
