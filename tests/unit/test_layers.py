"""The import rules: downward only, never sideways, and each heavy library in its own layer."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "sketchdesign"

MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "model": {"core"},
    "geometry": {"core"},
    "training": {"core", "model"},
    "design": {"core", "geometry"},
    "output": {"core", "geometry"},
    "plotter": {"core"},
    "services": {"core", "model", "geometry", "design", "output", "plotter"},
    "gui": {"core", "model", "geometry", "design", "output", "plotter", "services"},
    "cli": {"core", "model", "geometry", "design", "output", "plotter", "services", "training", "gui"},
}

HOME_OF = {
    "torch": {"model", "training"},
    "safetensors": {"model", "training"},
    "vpype": {"geometry"},
    "vpype_cli": {"geometry"},
    "svgelements": {"geometry"},
    "shapely": {"geometry", "design"},
    "ezdxf": {"output"},
    "pikepdf": {"output"},
    "serial": {"plotter"},
    "PySide6": {"gui"},
    "pickle": set(),
}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            yield node.module or ""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downward(path: Path) -> None:
    layer = path.relative_to(PACKAGE).parts[0]
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "sketchdesign" and len(parts) > 1:
            assert parts[1] == layer or parts[1] in MAY_IMPORT[layer], f"{layer} must not import {name}"
        if parts[0] in HOME_OF:
            assert layer in HOME_OF[parts[0]], f"{layer} must not import {name}"


def test_core_needs_numpy_alone() -> None:
    allowed = set(sys.stdlib_module_names) | {"numpy", "sketchdesign"}
    for path in (PACKAGE / "core").rglob("*.py"):
        for name in imports_of(path):
            assert name.split(".")[0] in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize(
    "statement",
    [
        "import sketchdesign",
        "import sketchdesign.cli.main",
        "import sketchdesign.services.sheets, sketchdesign.services.export",
        "import sketchdesign.design.grid, sketchdesign.output.files, sketchdesign.geometry.optimise",
    ],
)
def test_nothing_heavy_is_loaded_early(statement: str) -> None:
    heavy = ("torch", "vpype", "vpype_cli", "PySide6", "serial", "scipy", "PIL", "ezdxf", "pikepdf")
    code = f"import sys; {statement}; print([name for name in {heavy!r} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
