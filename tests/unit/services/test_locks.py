from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.drawing import Pen, Strokes
from sketchdesign.core.errors import InputError, SketchDesignError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.design.tile import Design
from sketchdesign.geometry.dedupe import selected
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.locks import chosen_motifs, locked_motifs, read_settings
from sketchdesign.services.tiles.making import Tile, TileSettings, export_tile, make_tile

HOOK = Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]], [[70, 90], [90, 70], [80, 50]]])
BLOB = Sketch.from_polylines([[[0, 0], [50, 10], [60, 60], [5, 45], [0, 0]]])
PENS = (Pen("a", "#102030", 0.4), Pen("b", "#c03020", 0.6))


def written(tmp_path: Path, layout: Layout, repeat: str = "pgg") -> tuple[Path, Tile]:
    made = Job(make_tile([HOOK, BLOB], TileSettings(repeat, (80.0, 60.0), layout, PENS, seed=4), {})).run()
    path = tmp_path / "tile.svg"
    export_tile(made, [path], 100.0)
    return path, made


def motif(design: Design, number: int) -> list[Strokes]:
    return [selected(layer.strokes, own == number) for layer, own in zip(design.layers, design.motifs, strict=True)]


TOSSED = Layout("tossed", motifs=8, density=0.25, gap_mm=1.0, turns="free", scale=(0.8, 1.2))


def test_settings_come_back_from_the_file(tmp_path: Path) -> None:
    path, made = written(tmp_path, TOSSED)
    settings, design = read_settings(path)
    assert (settings.repeat, settings.cell_mm, settings.layout) == ("pgg", (80.0, 60.0), TOSSED)
    assert [(pen.colour, pen.width_mm) for pen in settings.pens] == [(pen.colour, pen.width_mm) for pen in PENS]
    assert design.layers == made.design.layers


@pytest.mark.parametrize("layout", [TOSSED, Layout("grid", rows=2, columns=4), Layout("ditsy", motifs=8)])
def test_locked_motifs_keep_place_number_and_every_point(layout: Layout, tmp_path: Path) -> None:
    path, before = written(tmp_path, layout)
    settings, design = read_settings(path)
    settings = replace(settings, seed=99, locked=locked_motifs(design, [0, 3, 7]))
    after = Job(make_tile([BLOB, HOOK], settings, {})).run()
    for number in (0, 3, 7):
        assert motif(after.design, number) == motif(before.design, number)
    for number in (1, 2):
        assert motif(after.design, number) != motif(before.design, number)
    assert after.proof.seamless
    assert after.drawing.provenance.recipe["locked"] == [0, 3, 7]


@pytest.mark.parametrize("colour_by", ["kind", "position", "stroke"])
def test_locked_motifs_keep_their_pens(colour_by: str, tmp_path: Path) -> None:
    settings = TileSettings("grid", (80.0, 60.0), TOSSED, PENS, seed=4, colour_by=colour_by)
    before = Job(make_tile([HOOK, BLOB], settings, {})).run()
    path = tmp_path / "tile.svg"
    export_tile(before, [path], 100.0)
    settings, design = read_settings(path)
    numbers = range(8)
    settings = replace(settings, seed=99, locked=locked_motifs(design, numbers))
    after = Job(make_tile([BLOB], settings, {})).run()
    assert [motif(after.design, number) for number in numbers] == [motif(before.design, number) for number in numbers]


def test_motifs_that_are_not_there_cannot_be_locked(tmp_path: Path) -> None:
    path, _ = written(tmp_path, TOSSED)
    _, design = read_settings(path)
    for wrong in (0, 9):
        with pytest.raises(InputError, match=f"no motif {wrong} to lock; its motifs are numbered from 1 to 8"):
            chosen_motifs(design, [wrong])
    assert len(locked_motifs(design, [2, 2])) == 1


def test_people_count_motifs_from_one(tmp_path: Path) -> None:
    path, made = written(tmp_path, TOSSED)
    _, design = read_settings(path)
    first, last = chosen_motifs(design, [1, 8])
    assert (first.number, last.number) == (0, 7)
    assert first.placement.centre_mm == pytest.approx(made.placements[0].centre_mm, abs=20.0)


def test_a_motif_that_others_hide_is_locked_whole(tmp_path: Path) -> None:
    layout = Layout("tossed", motifs=9, density=0.8, overlap_mm=5.0, turns="free")
    path, before = written(tmp_path, layout, "grid")
    settings, design = read_settings(path)
    hidden = [n for n in range(9) if lengths(motif(before.design, n)) < lengths(motif(design, n)) - 1.0]
    assert hidden
    settings = replace(settings, seed=99, locked=locked_motifs(design, hidden[:2]))
    after = Job(make_tile([BLOB, HOOK], settings, {})).run()
    again = tmp_path / "again.svg"
    export_tile(after, [again], 100.0)
    _, rolled = read_settings(again)
    for number in hidden[:2]:
        assert motif(rolled, number) == motif(design, number)
    # Nothing that was not locked hides a part of them.
    others = [n for n in hidden[:2] if lengths(motif(after.design, n)) < lengths(motif(design, n)) - 1e-6]
    assert len(others) <= 1
    assert motif(after.design, hidden[1]) == motif(design, hidden[1])
    assert after.proof.seamless


def lengths(strokes: list[Strokes]) -> float:
    return sum(each.pen_down_mm() for each in strokes)


def test_files_that_are_no_tiles_of_ours_are_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.svg"
    foreign.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9mm" height="9mm"/>', encoding="utf-8")
    for path in (foreign, tmp_path / "none.svg"):
        with pytest.raises(SketchDesignError):
            read_settings(path)


def test_of_several_layouts_the_best_is_kept() -> None:
    settings = TileSettings("grid", (80.0, 60.0), TOSSED, seed=10)
    singles = [Job(make_tile([HOOK], replace(settings, seed=seed), {})).run() for seed in range(10, 15)]
    best = Job(make_tile([HOOK], replace(settings, tries=5), {})).run()
    assert best.croquis.score == max(tile.croquis.score for tile in singles)
    assert best.layout_seed == 10 + int(np.argmax([tile.croquis.score for tile in singles]))
    assert best.drawing.provenance.recipe["layout_seed"] == best.layout_seed
    with pytest.raises(InputError, match="cannot be tried"):
        replace(settings, tries=0)
