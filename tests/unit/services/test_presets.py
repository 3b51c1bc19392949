"""Presets: the settings of a panel, kept under a name for any project."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from sketchdesign.core.drawing import Page, Pen
from sketchdesign.core.errors import InputError, OutputError, SketchDesignError, SketchFormatError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.services.folders import UserFolders
from sketchdesign.services.project.presets import (
    LONGEST_NAME,
    PANELS,
    forget_preset,
    keep_preset,
    load_presets,
    preset_of,
    presets_folder,
    read_preset,
    write_preset,
)
from sketchdesign.services.project.state import (
    CellState,
    Colourway,
    ExploreSettings,
    KeptSketch,
    PatternSettings,
    Project,
    SheetSettings,
)

HOOK = KeptSketch(Sketch.from_polylines([[(0, 0), (40, 0), (40, 30)]]), "hook")
DESIGNED = Project(
    seed=5,
    page=Page.parse("a3"),
    pens=(Pen("ink", "#102040"), Pen("rust", "#a04020", 0.5)),
    explore=ExploreSettings(tool="walk", rows=3, columns=9, stride=0.8, row_axis="", wells=(HOOK, None, None, None)),
    pattern=PatternSettings(
        motifs=(HOOK,),
        repeat="ogee",
        cell_mm=(42.0, 90.0),
        layout=Layout("tossed", motifs=7, density=0.3),
        colourways=(Colourway("sea", ("#102040", "#a04020"), "#eef0e0"),),
        ground="#eef0e0",
        colour_by="kind",
    ),
    sheet=SheetSettings(margin_mm=22.0, gap_mm=3.0, join_mm=0.4, routed=False, hidden_pens=(1,)),
)
OWN = replace(Project(), pattern=replace(PatternSettings(), motifs=(KeptSketch(HOOK.sketch, "mine"),)), seed=9)


@pytest.fixture
def folders(tmp_path: Path) -> UserFolders:
    return UserFolders.under(tmp_path)


def test_a_pattern_preset_brings_its_layout_and_leaves_the_motifs() -> None:
    after = preset_of(DESIGNED, "pattern", "damask").applied(OWN)
    assert (after.pattern.repeat, after.pattern.cell_mm, after.pattern.colour_by) == ("ogee", (42.0, 90.0), "kind")
    assert after.pattern.layout == DESIGNED.pattern.layout
    assert after.pattern.motifs == OWN.pattern.motifs
    assert after.pattern.colourways == OWN.pattern.colourways
    assert (after.seed, after.page, after.pens) == (OWN.seed, OWN.page, OWN.pens)


def test_an_explore_preset_asks_anew_and_leaves_wells_and_locked_cells() -> None:
    cells = (CellState(HOOK, "lock"), CellState(HOOK, "star"))
    before = replace(OWN, explore=replace(ExploreSettings(), cells=cells, wells=(None, HOOK, None, None)))
    explore = preset_of(DESIGNED, "explore", "long walk").applied(before).explore
    assert (explore.tool, explore.rows, explore.columns, explore.stride) == ("walk", 3, 9, 0.8)
    assert explore.wells == before.explore.wells
    assert [cell.mark for cell in explore.cells] == ["lock"]
    assert explore.liked == (HOOK,)


def test_a_grid_too_small_for_what_is_locked_is_refused() -> None:
    small = preset_of(replace(OWN, explore=ExploreSettings(rows=1, columns=1)), "explore", "one")
    locked = replace(OWN, explore=replace(ExploreSettings(), cells=(CellState(HOOK, "lock"),) * 2))
    with pytest.raises(InputError, match="locked"):
        small.applied(locked)


def test_page_and_pens_come_whole() -> None:
    page = preset_of(DESIGNED, "page", "poster").applied(OWN)
    assert (page.page, page.sheet.margin_mm, page.sheet.join_mm, page.sheet.routed) == (
        Page.parse("a3"),
        22.0,
        0.4,
        False,
    )
    assert page.sheet.hidden_pens == ()
    hidden = replace(OWN, sheet=SheetSettings(hidden_pens=(0,), pen_order=(0,)))
    pens = preset_of(DESIGNED, "pens", "sea").applied(hidden)
    assert pens.pens == DESIGNED.pens
    assert (pens.pattern.colourways, pens.pattern.ground) == (DESIGNED.pattern.colourways, "#eef0e0")
    assert (pens.sheet.hidden_pens, pens.sheet.pen_order) == ((), ())
    assert pens.pattern.motifs == OWN.pattern.motifs


@pytest.mark.parametrize("panel", PANELS)
def test_what_is_kept_is_found_again_and_deleted(panel: str, folders: UserFolders) -> None:
    preset = preset_of(DESIGNED, panel, "  Zebra / caf\u00e9 ")
    assert preset.name == "Zebra / caf\u00e9"
    keep_preset(preset, folders)
    keep_preset(preset_of(DESIGNED, panel, "apple"), folders)
    assert load_presets(folders) == [preset_of(DESIGNED, panel, "apple"), preset]
    keep_preset(preset_of(OWN, panel, "apple"), folders)
    assert len(load_presets(folders)) == 2, "a name is there once"
    forget_preset(preset, folders)
    assert load_presets(folders) == [preset_of(OWN, panel, "apple")]


def test_names_that_differ_in_signs_alone_have_files_of_their_own(folders: UserFolders) -> None:
    for name in ("a b", "a-b", "A b", "\u2605", "\u2606"):
        keep_preset(preset_of(DESIGNED, "page", name), folders)
    assert len(load_presets(folders)) == 5


def test_a_damaged_preset_does_not_hide_the_others(folders: UserFolders) -> None:
    keep_preset(preset_of(DESIGNED, "page", "poster"), folders)
    (presets_folder(folders) / "page-broken.preset.json").write_text("{")
    assert [preset.name for preset in load_presets(folders)] == ["poster"]


@pytest.mark.parametrize("name", ["", "   ", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="called"):
        preset_of(DESIGNED, "page", name)


def written(path: Path, **changes: object) -> Path:
    write_preset(preset_of(DESIGNED, "explore", "walk"), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    settings = document["settings"] | changes.pop("settings", {})
    path.write_text(json.dumps(document | changes | {"settings": settings}))
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "another"}, "no preset"),
        ({"version": 7}, "later version"),
        ({"panel": "cellar"}, "no preset"),
        ({"name": ""}, "called"),
        ({"settings": {"tool": "dig"}}, "no tool"),
        ({"settings": {"row_axis": "class"}}, "no axis"),
        ({"settings": {"rows": "many"}}, "rows"),
        ({"settings": {"surprise": 1}}, "unknown field"),
    ],
)
def test_a_file_that_is_none_is_told_from_one(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    path = written(tmp_path / "walk.preset.json", **changes)
    with pytest.raises(SketchFormatError, match=said):
        read_preset(path)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": NaN}'])
def test_any_file_gives_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.preset.json"
    path.write_bytes(data)
    with pytest.raises(SketchDesignError, match="odd"):
        read_preset(path)


def test_a_colour_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pens.preset.json"
    write_preset(preset_of(DESIGNED, "pens", "sea"), path)
    path.write_text(path.read_text().replace("#eef0e0", "blueish"))
    with pytest.raises(SketchFormatError, match="colour"):
        read_preset(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_preset(tmp_path / "none.preset.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="presets cannot be kept"):
        keep_preset(preset_of(DESIGNED, "page", "poster"), UserFolders.under(tmp_path))


def test_a_file_in_the_place_of_the_folder_is_said(folders: UserFolders) -> None:
    folders.data.parent.mkdir(exist_ok=True)
    folders.data.write_text("in the way")
    with pytest.raises(OutputError, match="presets cannot be kept"):
        keep_preset(preset_of(DESIGNED, "page", "poster"), folders)
