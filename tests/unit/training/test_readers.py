"""Files of drawings of every kind, and what the report says about them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from tiny_drawings import write_bin, zigzags

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.strokes import Sketch
from sketchdesign.training.readers import load_split, read_drawings, split_of

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "quickdraw"
SKETCHES = zigzags(6, 2, seed=3)


def ndjson(sketches: list[Sketch], times: bool = False) -> bytes:
    lines = []
    for sketch in sketches:
        strokes = [[axis.tolist() for axis in line.T] + [[0.0] * len(line)] * times for line in sketch.polylines()]
        lines.append(json.dumps({"word": "one", "drawing": strokes}).encode())
    return b"\n".join(lines) + b"\n"


def folder(tmp_path: Path) -> Path:
    (tmp_path / "train").mkdir()
    return tmp_path / "train"


def test_bin_and_ndjson_hold_the_same(tmp_path: Path) -> None:
    write_bin(tmp_path / "one.bin", SKETCHES)
    (tmp_path / "one.ndjson").write_bytes(ndjson(SKETCHES))
    (tmp_path / "one.NDJSON.GZ").write_bytes(gzip.compress(ndjson(SKETCHES)))
    for name in ("one.bin", "one.ndjson", "one.NDJSON.GZ"):
        assert list(read_drawings(tmp_path / name)) == SKETCHES


def test_npz_holds_the_same_moved_to_the_origin(tmp_path: Path) -> None:
    array = np.empty(len(SKETCHES), object)
    for place, sketch in enumerate(SKETCHES):
        array[place] = sketch.to_stroke3(implicit_first_point=True).astype(np.int16)
    np.savez(tmp_path / "one.npz", train=array[:0], valid=array)
    expected = [sketch.transformed(shift=-sketch.points[0]) for sketch in SKETCHES]
    assert list(read_drawings(tmp_path / "one.npz", "valid")) == expected
    built, _ = load_split(tmp_path, ["one"], "valid", 50)
    assert len(built) == len(SKETCHES)


def test_raw_drawings_are_scaled_and_simplified(tmp_path: Path) -> None:
    angle = np.linspace(0, 6, 200)
    arc = Sketch.from_polylines([np.column_stack([900 * np.cos(angle), 900 * np.sin(angle)])])
    (tmp_path / "one.ndjson").write_bytes(ndjson([arc], times=True))
    (simple,) = read_drawings(tmp_path / "one.ndjson")
    assert len(simple) < 40
    assert max(simple.bounds) == pytest.approx(255, abs=0.5)


def test_unknown_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"use \.bin, \.ndjson"):
        list(read_drawings(tmp_path / "one.svg"))


def test_the_report_counts_every_drawing_once(tmp_path: Path) -> None:
    short, long = Sketch.from_polylines([[[0, 0], [1, 1]]]), zigzags(1, 8, seed=9)[0]
    lines = ndjson([*SKETCHES, SKETCHES[0], short, long]) + b"{damaged\n"
    (folder(tmp_path) / "one.ndjson").write_bytes(lines)
    built, report = load_split(tmp_path, ["one"], "train", 25)
    (counts,) = report.classes
    assert len(built) == counts.kept == 6
    assert counts.read == 9
    assert counts.dropped == {"too short": 1, "too long": 1, "duplicate": 1, "damaged": 1}
    assert "line 10 of" in counts.notes[0]
    assert json.loads(json.dumps(report.as_dict()))["one"]["kept"] == 6
    header, row, total, note = report.table().splitlines()
    assert header.split()[:3] == ["class", "read", "kept"]
    assert row.split() == ["one", "9", "6", "1", "1", "1", "1"]
    assert total.split() == ["all", "9", "6", "1", "1", "1", "1"]
    assert note == counts.notes[0]
    assert len(header) == len(row) == len(total)


def test_a_truncated_file_gives_what_is_whole_and_is_named(tmp_path: Path) -> None:
    path = folder(tmp_path) / "one.bin"
    write_bin(path, SKETCHES)
    path.write_bytes(path.read_bytes()[:-3])
    built, report = load_split(tmp_path, ["one"], "train", 50)
    assert len(built) == 5
    assert report.classes[0].dropped["damaged"] == 1
    assert "one.bin ends in the middle of drawing 5" in report.classes[0].notes[0]


def test_an_empty_file_beside_a_good_one_is_named_and_skipped(tmp_path: Path) -> None:
    train = folder(tmp_path)
    (train / "one.bin").write_bytes(b"")
    (train / "one.ndjson").write_bytes(ndjson(SKETCHES))
    built, report = load_split(tmp_path, ["one"], "train", 50)
    assert len(built) == 6
    assert report.classes[0].notes == [f"{train / 'one.bin'} is empty"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("one.bin", b"", "is empty"),
        ("one.bin", ndjson(SKETCHES), "in the middle of drawing 0"),
        ("one.ndjson", b"\x00\x01\x02\n" * 3, "line 1 of"),
        ("one.npz", b"not a zip", r"no \.npz archive"),
        ("one.ndjson", ndjson([Sketch.from_polylines([[[0, 0]]])]), "none of 1 has 3 to 50 points"),
    ],
)
def test_a_class_without_a_usable_drawing_says_why(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    (folder(tmp_path) / name).write_bytes(data)
    with pytest.raises(InputError, match=rf"class 'one' has no usable drawing in .*train: .*{why}"):
        load_split(tmp_path, ["one"], "train", 50)


def test_a_missing_class_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="class 'one' has no drawings in"):
        load_split(tmp_path, ["one"], "train", 50)


def test_a_strict_reader_raises_at_the_damage(tmp_path: Path) -> None:
    (tmp_path / "one.ndjson").write_bytes(ndjson(SKETCHES[:1]) + b"?\n")
    with pytest.raises(SketchFormatError, match="line 2"):
        list(read_drawings(tmp_path / "one.ndjson"))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="no QuickDraw drawings beside the checkout")
def test_published_classes() -> None:
    built, report = load_split(SHARED, ["cat", "chair"], "valid", 100)
    assert built.classes == ("cat", "chair")
    assert sum(counts.read for counts in report.classes) == len(built) + sum(
        sum(counts.dropped.values()) for counts in report.classes
    )
    assert 15 < built.scale_factor() < 60


def read_text(path: Path) -> Sketch:
    """A reader of a made-up format of one sketch a file: a zigzag of as many points as the file says."""
    text = path.read_text()
    if not text.isdigit():
        raise SketchFormatError(f"{path} is no usable sketch: no number")
    x = np.linspace(0.0, 4000.0, int(text))
    return Sketch.from_polylines([np.column_stack([x, 2000.0 * (np.arange(int(text)) % 2)])])


def test_folders_of_single_sketches(tmp_path: Path) -> None:
    for split, sizes in (("train", (4, 5, 6)), ("valid", (7,))):
        (tmp_path / split / "one").mkdir(parents=True)
        for size in sizes:
            (tmp_path / split / "one" / f"{size}.TXT").write_text(str(size))
    (tmp_path / "train" / "one" / "bad.txt").write_text("none")
    (tmp_path / "train" / "one" / "notes.md").write_text("8")
    built, report = load_split(tmp_path, ["one"], "train", 50, readers={".txt": read_text})
    assert np.diff(built.starts).tolist() == [4, 5, 6]
    assert report.classes[0].dropped["damaged"] == 1
    assert "no number" in report.classes[0].notes[0]
    # Each in a box of 255, whatever it measured.
    assert np.ptp(built.points[:4], axis=0).tolist() == pytest.approx([255, 127.5])
    valid, _ = load_split(tmp_path, ["one"], "valid", 50, readers={".txt": read_text})
    assert np.diff(valid.starts).tolist() == [7]


def test_an_undivided_folder_is_divided_by_name(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    names = [f"{number}.txt" for number in range(3, 203)]
    for name in names:
        (tmp_path / "one" / name).write_text(name[:-4])
    sizes: dict[str, set[int]] = {}
    for split in ("train", "valid", "test"):
        built, _ = load_split(tmp_path, ["one"], split, 250, readers={".txt": read_text})
        sizes[split] = set(np.diff(built.starts).tolist())
        assert sizes[split] == {int(name[:-4]) for name in names if split_of(name) == split}
    assert len(set().union(*sizes.values())) == sum(map(len, sizes.values())) == 200
    assert 165 <= len(sizes["train"]) <= 195


def test_a_folder_too_small_to_divide_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    name = next(f"{number}.txt" for number in range(100) if split_of(f"{number}.txt") == "train")
    (tmp_path / "one" / name).write_text("5")
    with pytest.raises(InputError, match=r"none of the 1 files in .*one is for 'valid'; add drawings"):
        load_split(tmp_path, ["one"], "valid", 50, readers={".txt": read_text})
    with pytest.raises(InputError, match="class 'one' has no drawings"):
        load_split(tmp_path, ["one"], "train", 50)
