"""``plotters`` and ``emulator`` on the command line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import serial

from sketchdesign.cli.main import run
from sketchdesign.plotter.transport import open_serial

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture(autouse=True)
def _own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_an_emulator_runs_is_listed_and_ends(tmp_path: Path, invoke: Callable[..., dict[str, Any]]) -> None:
    log = tmp_path / "log.jsonl"
    words = ["--json", "emulator", "--firmware", "2.8.1", "--log", str(log), "--fault", "button@3"]
    with subprocess.Popen([sys.executable, "-m", "sketchdesign", *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        assert started["firmware"] == "2.8.1"
        (listed,) = [entry for entry in invoke("plotters")["plotters"] if entry["emulated"]]
        assert listed["port"] == started["port"]

        transport = open_serial(started["port"])
        transport.write(b"V\rSM,20,30,-10\rQB\r")
        said = b""
        while not said.endswith(b"0\r\nOK\r\n"):
            said += transport.read(2.0)
        assert transport.read(0.2) == b""  # until the move is over
        transport.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    *commands, last = [json.loads(line) for line in log.read_text().splitlines()]
    assert [command["text"] for command in commands] == ["V", "SM,20,30,-10", "QB"]
    assert commands[1]["reply"] == "OK\r\n"
    assert (last["steps"], last["pen_up"]) == ([30, -10], True)
    assert invoke("plotters")["plotters"] == [
        entry for entry in invoke("plotters")["plotters"] if not entry["emulated"]
    ]


def test_it_ends_by_itself(invoke: Callable[..., dict[str, Any]]) -> None:
    assert invoke("emulator", "--seconds", "0.05")["firmware"] == "3.0.3"


def test_a_person_can_copy_the_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["emulator", "--seconds", "0.05"]) == 0
    words, port = capsys.readouterr().out.splitlines()
    assert words.startswith("Emulated plotter with firmware 3.0.3")
    assert port == port.strip(" .")
    assert Path(port).is_absolute()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--firmware", "1.0"], "no emulator of firmware '1.0'"),
        (["--fault", "fire@2"], "'fire@2' is no fault"),
        (["--seconds", "nan"], "cannot run for nan s"),
        (["--nickname", "a name that is too long"], "no nickname of 23 letters"),
        (["--log", "/nowhere/log.jsonl"], "the folder /nowhere does not exist"),
    ],
)
def test_what_cannot_be_emulated(words: list[str], message: str, invoke: Callable[..., dict[str, Any]]) -> None:
    assert message in invoke("emulator", *words, code=2)["error"]


def test_no_plotter_is_an_answer_too(invoke: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial.tools.list_ports, "comports", list)
    assert invoke("plotters") == {"plotters": [], "other_ports": []}
