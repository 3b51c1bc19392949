"""Batches on the command line: killed, interrupted, by a cluster, and gone wrong."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sketchdesign.cli.main import run

Invoke = Callable[..., dict[str, Any]]

SKETCHES = [
    '{"word":"a","drawing":[[[0,40,80,20],[0,60,10,90]],[[10,10],[5,80]]]}',
    '{"word":"b","drawing":[[[0,100,100,0,0],[0,0,70,70,0]]]}',
]
RECIPE = """
make = "tile"
names = "{seed:02}-{repeat}.svg"
[settings]
model = "sketches.ndjson"
tile = "60x50mm"
layout = "tossed"
rotate = "free"
[matrix]
seed = "1-6"
repeat = ["half-drop", "p4m"]
"""
ITEMS = 12


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "sketches.ndjson").write_text("\n".join(SKETCHES), encoding="utf-8")
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def start(recipe: Path, folder: Path) -> subprocess.Popen[str]:
    """The command in a process group of its own."""
    words = ["batch", recipe, "--out", folder, "--jobs", "2", "--resume", "--json"]
    return subprocess.Popen(
        [sys.executable, "-m", "sketchdesign", *map(str, words)],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.jsonl"}


def wait_for_files(folder: Path, count: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None and len(list(folder.glob("[!.]*.svg"))) < count:
        time.sleep(0.01)


def test_a_batch_that_is_killed_again_and_again_ends_as_if_it_had_not_been(
    recipe: Path, tmp_path: Path, invoke: Invoke
) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    assert invoke("batch", recipe, "--out", undisturbed, "--jobs", 1)["done"] == ITEMS
    rng = random.Random(7)
    for made in (0, 3):
        process = start(recipe, killed)
        wait_for_files(killed, made, process)
        time.sleep(rng.uniform(0.0, 0.2))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    report = invoke("batch", recipe, "--out", killed, "--jobs", 2, "--resume")
    assert report["items"] == report["done"] + report["skipped"] == ITEMS
    assert report["skipped"] >= 3
    assert files_of(killed) == files_of(undisturbed)
    names = [json.loads(line)["name"] for line in (killed / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(names) == sorted(set(files_of(killed)) - {"contact.png"})


def test_an_interrupted_batch_ends_politely(recipe: Path, tmp_path: Path) -> None:
    process = start(recipe, tmp_path / "out")
    wait_for_files(tmp_path / "out", 1, process)
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: the workers hear it, too
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[:2] == [
        "Finishing what is being made; Ctrl-C again leaves at once.",
        f"What is finished stays in {tmp_path / 'out'}; go on with the same command and --resume.",
    ]
    assert "Traceback" not in said
    lines = (tmp_path / "out" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["name"] for line in lines} == set(files_of(tmp_path / "out"))


CLUSTER = """
import sys
from distributed import LocalCluster
from sketchdesign.cli.main import run

with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
    sys.exit(run([*sys.argv[1:], "--cluster", cluster.scheduler_address]))
"""


def test_a_dask_cluster_makes_the_same_files(recipe: Path, tmp_path: Path, invoke: Invoke) -> None:
    pytest.importorskip("distributed")
    words = ["batch", str(recipe), "--json", "--out"]
    ended = subprocess.run(
        [sys.executable, "-c", CLUSTER, *words, str(tmp_path / "dask")], capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert (report["done"], report["jobs"]) == (ITEMS, 2)
    invoke("batch", recipe, "--out", tmp_path / "here", "--jobs", 1)
    assert files_of(tmp_path / "dask") == files_of(tmp_path / "here")


def test_a_dry_run_lists_and_writes_nothing(recipe: Path, tmp_path: Path, invoke: Invoke) -> None:
    report = invoke("batch", recipe, "--out", tmp_path / "out", "--dry-run")
    assert report["items"] == len(report["names"]) == ITEMS
    assert report["names"][:3] == ["01-half-drop.svg", "01-p4m.svg", "02-half-drop.svg"]
    assert (report["sketches"], report["estimate_s"], report["done"]) == (ITEMS * 12, None, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recipe.toml", "sketches.ndjson"]


def test_a_failed_item_is_named_and_makes_the_exit_code_1(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'make = "grid"\n[settings]\nmodel = "{model_path.name}"\nrows = 1\n[matrix]\nclass = ["cat", "dog"]\n'
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    words = ["batch", str(tmp_path / "recipe.toml"), "--out", str(tmp_path / "out"), "--jobs", "1", "--json"]
    assert run(words) == 1
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert (report["done"], report["failed"]) == (1, 1)
    assert report["failures"][0]["name"] == "dog.svg"
    assert printed.err.startswith("dog.svg: the model has no class 'dog'")
    assert (tmp_path / "out" / "cat.svg").is_file()


@pytest.mark.parametrize(
    "words",
    [
        ["--jobs", "0"],
        ["--jobs", "2", "--cluster", "tcp://127.0.0.1:1"],
        ["--cluster", "nowhere at all"],
        ["--out", "recipe.toml"],
    ],
)
def test_wrong_options_make_one_sentence(
    words: list[str], recipe: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(recipe.parent)
    assert run(["batch", "recipe.toml", "--out", "out", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sketchdesign: ")
    assert said.count("\n") == 1
    assert not (recipe.parent / "out").exists()
