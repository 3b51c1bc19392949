"""Batches that are killed, and with two jobs: ``pytest tests/bench/bench_batch.py -s -o python_files='bench_*.py'``.

Some minutes long: every start of the program loads the model anew.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ITEMS, KILLS = 200, 20
MOST_FILES_PER_LIFE, LONGEST_DELAY_S = 15, 0.5
RECIPE = """
make = "generate"
names = "{{model}}-{{seed:03}}-{{temperature}}.svg"
[settings]
model = "cat"
count = 12
[matrix]
seed = "1-{seeds}"
temperature = [0.1, 0.4]
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A whole batch made by one job, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.format(seeds=ITEMS // 2), encoding="utf-8")
    report = finish(command(recipe, folder / "out", 1))
    assert report["done"] == ITEMS
    return folder, report["seconds"]


def command(recipe: Path, out: Path, jobs: int) -> Sequence[str]:
    words = ["batch", recipe, "--out", out, "--jobs", jobs, "--resume", "--json"]
    return [sys.executable, "-m", "sketchdesign", *map(str, words)]


def finish(words: Sequence[str]) -> dict[str, Any]:
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(ended.stdout)
    return report


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.jsonl"}


def count(folder: Path) -> int:
    return len(list(folder.glob("[!.]*.svg")))


def test_killed_twenty_times(undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    folder, _ = undisturbed
    words = command(folder / "recipe.toml", tmp_path / "killed", 2)
    rng = random.Random(1)
    deaths: list[int] = []
    while len(deaths) < KILLS:
        process = subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        enough = count(tmp_path / "killed") + rng.randint(0, MOST_FILES_PER_LIFE)
        # A batch that is about to end would not be there to be killed.
        while count(tmp_path / "killed") < min(enough, ITEMS - 2 * MOST_FILES_PER_LIFE) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, LONGEST_DELAY_S))
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        deaths.append(count(tmp_path / "killed"))
    report = finish(words)
    print(f"\nfiles there at each kill: {deaths}; the last run made {report['done']} and skipped {report['skipped']}")
    assert report["done"] + report["skipped"] == ITEMS
    assert files_of(tmp_path / "killed") == files_of(folder / "out")


def test_two_jobs_against_one(undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    folder, alone_s = undisturbed
    together_s = finish(command(folder / "recipe.toml", tmp_path / "two", 2))["seconds"]
    print(
        f"\n{ITEMS} files: 1 job {alone_s:.1f} s, 2 jobs {together_s:.1f} s, {alone_s / together_s:.2f} times as fast"
    )
    assert files_of(tmp_path / "two") == files_of(folder / "out")
