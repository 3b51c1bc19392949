"""The app as a program that others start and end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="Qt cannot be loaded here", exc_type=ImportError)

# It kills itself as soon as its window is there.
PROGRAM = """
import signal
import sys

from sketchdesign.cli.main import main
from sketchdesign.gui import app

number = int(sys.argv.pop())

class Killed(app.App):
    def __init__(self, *given):
        super().__init__(*given)
        self.window.first_painted.connect(lambda: signal.raise_signal(number))

app.App = Killed
main()
"""


@pytest.mark.parametrize("number", [2, 15], ids=["ctrl-c", "kill"])
def test_a_signal_closes_the_window_and_ends_the_program(number: int, tmp_path: Path) -> None:
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    environment = os.environ | folders | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    arguments = [sys.executable, "-c", PROGRAM, "app", str(number)]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
