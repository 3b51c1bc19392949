"""Projects as values and as files: what is saved comes back, and what is damaged says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError, OutputError, SketchDesignError, SketchFormatError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.preferences import MOST_RECENT, Preferences, load_preferences, save_preferences
from sketchdesign.services.project import file as project_file
from sketchdesign.services.project.file import open_project, project_bytes, save_project
from sketchdesign.services.project.library import Library, library_path, load_library, save_library
from sketchdesign.services.project.recovery import Journal, find_lost_work, recovery_folder
from sketchdesign.services.project.state import (
    CellState,
    Colourway,
    ExploreSettings,
    KeptSketch,
    PatternSettings,
    PlotSettings,
    Project,
)


def a_sketch(seed: int = 1) -> Sketch:
    points = np.random.default_rng(seed).normal(size=(9, 2)).astype(np.float32)
    return Sketch(points, np.array([4, 1, 4]))


def a_project() -> Project:
    kept = KeptSketch(a_sketch(), "cat", "doodles")
    return Project(
        seed=7,
        page=Page(120.0, 80.5),
        pens=(Pen("rust", "#a04020", 0.5), Pen()),
        starred=(kept,),
        explore=ExploreSettings(wells=(kept, None), cells=(CellState(kept, "lock", 2), CellState())),
        pattern=PatternSettings(
            motifs=(kept, KeptSketch(a_sketch(2))),
            layout=Layout("tossed", motifs=5, scale=(0.5, 1.5)),
            colourways=(Colourway("Ink and rust", ("#000000", "#a04020")),),
        ),
    )


@pytest.fixture
def folders(tmp_path: Path) -> UserFolders:
    return UserFolders.under(tmp_path / "user")


def rewritten(path: Path, change: dict[str, Any]) -> None:
    """Change fields of the project's JSON in its file."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(parts["project.json"]) | change
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (parts | {"project.json": json.dumps(document).encode()}).items():
            archive.writestr(name, data)


def test_a_project_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "mine.sketchdesign"
    save_project(a_project(), path, b"picture")
    assert open_project(path) == a_project()
    with zipfile.ZipFile(path) as archive:
        assert archive.read("thumbnail.png") == b"picture"


@given(
    sketches=st.lists(
        st.lists(st.lists(st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 2), min_size=1, max_size=4), max_size=4),
        max_size=5,
    )
)
@settings(max_examples=40, deadline=None)
def test_any_sketches_come_back(
    tmp_path_factory: pytest.TempPathFactory, sketches: list[list[list[tuple[float, float]]]]
) -> None:
    starred = tuple(KeptSketch(Sketch.from_polylines(lines), f"word {n}") for n, lines in enumerate(sketches))
    path = tmp_path_factory.mktemp("projects") / "any.sketchdesign"
    save_project(Project(starred=starred), path)
    assert open_project(path).starred == starred


def test_the_same_project_gives_the_same_bytes() -> None:
    assert project_bytes(a_project()) == project_bytes(a_project())


def test_a_field_that_came_later_takes_its_default(tmp_path: Path) -> None:
    path = tmp_path / "old.sketchdesign"
    save_project(a_project(), path)
    rewritten(path, {"project": {"seed": 3}})
    assert open_project(path) == Project(seed=3)


def test_older_versions_are_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.sketchdesign"
    save_project(a_project(), path)
    rewritten(path, {"version": 1, "project": {"number": 5}})
    monkeypatch.setattr(project_file, "VERSION", 3)
    monkeypatch.setattr(
        project_file, "MIGRATIONS", {1: lambda old: {"seed": old["number"]}, 2: lambda old: old | {"model": "doodles"}}
    )
    assert open_project(path) == Project(seed=5, model="doodles")


@pytest.mark.parametrize(("turns", "turn"), [(True, "auto"), (False, "no")])
def test_pages_of_the_first_version_are_turned_as_they_were(tmp_path: Path, turns: bool, turn: str) -> None:
    path = tmp_path / "old.sketchdesign"
    save_project(a_project(), path)
    rewritten(path, {"version": 1, "project": {"plot": {"turns": turns, "copies": 2}}})
    assert open_project(path) == Project(plot=PlotSettings(turn=turn, copies=2))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": 99}, "later version"),
        ({"version": "1"}, "no version"),
        ({"project": {"seed": "seven"}}, "seed is 'seven'"),
        ({"project": {"surprise": 1}}, "unknown field 'surprise'"),
        ({"project": {"starred": [{"sketch": 12}]}}, "a sketch that is not there"),
        ({"project": {"pattern": {"layout": {"kind": "spiral"}}}}, "unknown layout 'spiral'"),
        ({"project": []}, "no object"),
    ],
)
def test_what_is_wrong_in_a_project_is_said(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    path = tmp_path / "wrong.sketchdesign"
    save_project(a_project(), path)
    rewritten(path, change)
    with pytest.raises(SketchFormatError, match=sentence):
        open_project(path)


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_damage_gives_one_sentence(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = project_bytes(a_project())
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.sampled_from([whole[:place], whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :]])
    )
    path = tmp_path_factory.mktemp("damaged") / "it.sketchdesign"
    path.write_bytes(damaged)
    sentence = str(path)
    try:
        opened = open_project(path)
    except SketchDesignError as error:
        opened, sentence = a_project(), str(error)
    assert opened == a_project()
    assert str(path) in sentence
    assert "\n" not in sentence


def test_a_missing_file_and_a_read_only_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot open"):
        open_project(tmp_path / "nothing.sketchdesign")
    with pytest.raises(InputError, match="does not exist"):
        save_project(Project(), tmp_path / "nowhere" / "it.sketchdesign")


def test_tile_settings_carry_the_pattern() -> None:
    project = a_project()
    tile = project.pattern.tile_settings(project.pens)
    assert (tile.repeat, tile.layout.motifs, tile.pens) == ("half-drop", 5, project.pens)


def test_the_library_is_kept_and_searched(folders: UserFolders) -> None:
    cat, pig = KeptSketch(a_sketch(1), "cat", "doodles"), KeptSketch(a_sketch(2), "flying pig", "mine")
    library = Library().starred([cat]).starred([pig, cat])
    assert library.sketches == (pig, cat)
    save_library(library, folders)
    assert load_library(folders) == library
    assert library.search("PI") == [pig]
    assert library.search("cat dood") == [cat]
    assert library.search("cat mine") == []
    assert library.without([pig]).sketches == (cat,)


def test_a_damaged_line_of_the_library_costs_one_sketch(folders: UserFolders) -> None:
    save_library(Library((KeptSketch(a_sketch(1)), KeptSketch(a_sketch(2)))), folders)
    first, second = library_path(folders).read_text().splitlines()
    library_path(folders).write_text(f"{first[:-20]}\n{second}\nnonsense\n")
    assert load_library(folders).sketches == (KeptSketch(a_sketch(2)),)


def test_preferences_are_kept_and_damage_means_defaults(folders: UserFolders, tmp_path: Path) -> None:
    assert load_preferences(folders) == Preferences()
    kept = Preferences(theme="dark", unit="in", threads=2).with_recent(tmp_path / "a").with_recent(tmp_path / "b")
    save_preferences(kept, folders)
    assert load_preferences(folders) == kept
    (folders.config / "preferences.json").write_text("{")
    assert load_preferences(folders) == Preferences()


def test_recent_files_are_few_and_exist(tmp_path: Path) -> None:
    preferences = Preferences()
    for number in range(2 * MOST_RECENT):
        preferences = preferences.with_recent(tmp_path / str(number))
    (tmp_path / "19").write_text("")
    assert len(preferences.recent) == MOST_RECENT
    assert preferences.recent_files() == [tmp_path / "19"]


CRASHER = """
import sys, time
from pathlib import Path
from dataclasses import replace
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.project.state import Project
from sketchdesign.services.project.recovery import Journal
journal = Journal(UserFolders.under(Path(sys.argv[1])))
for seed in range(1, 100000):
    journal.write(Project(seed=seed), Path("/my/work.sketchdesign"))
    print(seed, flush=True)
"""


def test_work_survives_kill_minus_nine(folders: UserFolders, tmp_path: Path) -> None:
    command = [sys.executable, "-c", CRASHER, str(tmp_path / "user")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            written = int(process.stdout.readline())
        assert find_lost_work(folders) == []
        os.kill(process.pid, signal.SIGKILL)
    (lost,) = find_lost_work(folders)
    assert open_project(lost.path).seed >= written
    assert lost.original == Path("/my/work.sketchdesign")
    lost.discard()
    assert list(recovery_folder(folders).glob("*.sketchdesign")) == []
    assert find_lost_work(folders) == []


def test_a_good_end_leaves_nothing(folders: UserFolders) -> None:
    journal = Journal(folders)
    journal.write(replace(Project(), seed=2), None)
    assert find_lost_work(folders) == []
    journal.close()
    assert list(recovery_folder(folders).iterdir()) == []


def test_a_place_that_takes_no_autosaves_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="autosaves cannot be kept"):
        Journal(UserFolders.under(tmp_path))
