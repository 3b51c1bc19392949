"""What the tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run
from sketchdesign.model.checkpoint import Model, save_model


@pytest.fixture
def model_path(tiny_model: Callable[..., Model], tmp_path: Path) -> Path:
    """A small model of two classes, in a file."""
    model = tiny_model(classes=("cat", "pig"), class_count=2, class_size=4)
    path = tmp_path / "tiny.safetensors"
    save_model(path, model.info, model.network.state_dict(), model.latent)
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
