"""Loading torch's libraries ahead of torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sketchdesign.model.preload import load_libraries

CODE = """
import sys
from sketchdesign.model.preload import load_libraries
load_libraries()
assert "torch" not in sys.modules
maps = open("/proc/self/maps").read()
assert "libtorch_cpu.so" in maps and "libtorch_python.so" in maps
import torch
assert float(torch.ones(3).sum()) == 3.0
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_libraries_are_in_memory_before_torch_is_imported() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True)


def test_where_torch_is_not_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    loaded: list[str] = []
    monkeypatch.setattr("ctypes.CDLL", loaded.append)
    load_libraries()
    assert loaded == []
