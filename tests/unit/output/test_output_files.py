from __future__ import annotations

import os
from pathlib import Path

import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, OutputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import Sketch
from sketchdesign.output.files import WRITERS, check_output, read_provenance, write_drawing
from sketchdesign.output.sketches import SKETCH_WRITERS, SketchRecord

MADE = Provenance({"command": "grid", "seed": 3})
SHEET = Drawing(Page(40, 30), (Layer(Pen(), Strokes.from_polylines([[[5, 5], [30, 20]]])),), MADE)


WITHOUT_PROVENANCE = (".hpgl", ".plt")


@pytest.mark.parametrize("ending", [*(ending for ending in WRITERS if ending not in WITHOUT_PROVENANCE), ".SVG"])
def test_a_written_drawing_says_how_it_was_made(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"sheet{ending}"
    write_drawing(SHEET, path)
    assert read_provenance(path) == MADE
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", WITHOUT_PROVENANCE)
def test_formats_without_room_for_it_say_so(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"sheet{ending}"
    write_drawing(SHEET, path)
    assert path.stat().st_size > 0
    with pytest.raises(SketchFormatError, match="no place for it"):
        read_provenance(path)


@pytest.mark.parametrize("ending", WRITERS)
def test_equal_drawings_give_equal_files(tmp_path: Path, ending: str) -> None:
    paths = [tmp_path / f"{name}{ending}" for name in "ab"]
    for path in paths:
        write_drawing(SHEET, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("ending", SKETCH_WRITERS)
def test_written_sketches_say_how_they_were_made(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"sketches{ending}"
    SKETCH_WRITERS[ending]([SketchRecord("cat", Sketch.empty())], path, MADE)
    assert read_provenance(path) == MADE


def test_unknown_endings_name_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"use one of .svg .png"):
        check_output(tmp_path / "sheet.jpeg")
    with pytest.raises(InputError, match="cannot write"):
        write_drawing(SHEET, tmp_path / "sheet")
    with pytest.raises(InputError, match="cannot read"):
        read_provenance(tmp_path / "sheet.txt")


def test_outputs_are_checked_before_the_work(tmp_path: Path) -> None:
    check_output(tmp_path / "sheet.svg")
    assert not (tmp_path / "sheet.svg").exists()
    with pytest.raises(InputError, match="does not exist"):
        check_output(tmp_path / "absent" / "sheet.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        check_output(tmp_path / "folder.svg")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_read_only_folders_are_noticed(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="read-only"):
        check_output(tmp_path / "sheet.svg")


def test_a_drawing_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    path.write_bytes(b"old")
    with pytest.raises(InputError, match="too large"):
        write_drawing(Drawing(Page(10_000, 10_000), ()), path, dpi=600)
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["sheet.png"]


def test_the_resolution_is_passed_on(tmp_path: Path) -> None:
    write_drawing(SHEET, tmp_path / "small.png", dpi=25.4)
    assert (tmp_path / "small.png").read_bytes()[16:24] == b"\0\0\0\x28\0\0\0\x1e"
