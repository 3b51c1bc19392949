from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.checkpoint import Model
from sketchdesign.output.sketches import SketchRecord, write_npz
from sketchdesign.services.inputs import (
    GivenSketch,
    as_seen,
    as_seen_beginning,
    drawing_json,
    example_names,
    read_input,
    read_set,
)

MakeModel = Callable[..., Model]
LINE = Sketch.from_polylines([[[10, 20], [30, 40], [50, 20]]])
OTHER = Sketch.from_polylines([[[0, 0], [5, 5]], [[9, 9], [8, 7]]])


def as_bin(sketch: Sketch) -> bytes:
    data = struct.pack("<Q2sbIH", 1, b"DE", 1, 0, sketch.stroke_count)
    for line in sketch.polylines():
        data += struct.pack("<H", len(line)) + line.astype(np.uint8).T.tobytes()
    return data


def write_all(folder: Path) -> list[Path]:
    lines = [json.dumps({"word": "cat", "drawing": drawing_json(sketch)}) for sketch in (LINE, OTHER)]
    (folder / "a.ndjson").write_text("\n".join(lines))
    (folder / "a.bin").write_bytes(as_bin(LINE) + as_bin(OTHER))
    write_npz([SketchRecord("cat", LINE), SketchRecord("cat", OTHER)], folder / "a.npz", Provenance({}))
    rows = np.empty(2, object)
    rows[:] = [sketch.to_stroke3(implicit_first_point=True).astype(np.int16) for sketch in (LINE, OTHER)]
    np.savez(folder / "b.npz", train=rows)
    return [folder / name for name in ("a.ndjson", "a.bin", "a.npz", "b.npz")]


def test_the_nth_drawing_of_each_kind_of_file(tmp_path: Path) -> None:
    for path in write_all(tmp_path):
        for number, sketch in enumerate((LINE, OTHER)):
            got = read_input(f"{path}#{number}").sketch
            start = sketch.points[0] - got.points[0]
            assert got.points + start == pytest.approx(sketch.points)
            assert got.stroke_lengths.tolist() == sketch.stroke_lengths.tolist()
        assert read_input(str(path)).sketch == read_input(f"{path}#0").sketch
        with pytest.raises(SketchDesignError, match=r"no drawing #2, it holds 2; give a number from #0 to #1"):
            read_input(f"{path}#2")


def test_an_svg_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><path d="M10 20L30 40L50 20"/></svg>')
    given = read_input(str(path))
    assert given.dense
    assert given.sketch == LINE
    with pytest.raises(SketchDesignError, match="one drawing"):
        read_input(f"{path}#1")


def test_a_number_sign_may_be_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a#b.bin"
    path.write_bytes(as_bin(LINE))
    assert read_input(str(path)).sketch == LINE
    assert read_input(f"{path}#0").sketch == LINE


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("none.svg", None, "there is no file"),
        ("x" * 5000, None, "there is no file"),
        ("nul\0.svg", None, "there is no file"),
        ("", None, "there is no file"),
        ("a.txt", b"", "by its ending"),
        ("a.svg", b"", "a.svg: it is no XML"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><text>hi</text></svg>', "text"),
        ("a.bin", b"", "holds 0"),
        ("a.bin", b"abc", "ends in the middle"),
        ("a.ndjson", b"{}", "no drawing"),
        ("a.ndjson", b"", "holds 0"),
        ("a.npz", b"PK", "damaged"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, name: str, content: bytes | None, sentence: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SketchDesignError) as caught:
        read_input(str(path) if name else "")
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 800


def test_unknown_examples_are_guessed() -> None:
    with pytest.raises(SketchDesignError, match="did you mean example:chair-1"):
        read_input("example:chair1")


@pytest.mark.parametrize("name", example_names())
def test_every_example_can_be_read_by_a_model_of_a_hundred_points(name: str, tiny_model: MakeModel) -> None:
    from dataclasses import replace

    given = read_input(f"example:{name}")
    assert max(given.sketch.bounds) <= 255
    assert min(given.sketch.bounds) >= 0
    seen = as_seen(replace(tiny_model().info, max_points=100), given)
    assert 3 <= len(seen.rows) <= 100


def test_examples_say_what_they_show() -> None:
    shown = {name: read_input(f"example:{name}").word for name in example_names()}
    assert {shown[name] for name in ("cat", "cat-face", "three-eyed-cat")} == {"cat"}
    assert {shown[name] for name in ("pig", "pig-head", "eight-legged-pig")} == {"pig"}
    assert (shown["chair-3"], shown["truck"], shown["toothbrush"]) == ("chair", "truck", "toothbrush")
    assert not any(word for name, word in shown.items() if name.startswith("begin-"))


def test_there_are_the_examples_that_the_tools_are_made_for() -> None:
    named = {"cat-face", "three-eyed-cat", "cat", "pig-head", "pig", "eight-legged-pig", "toothbrush", "truck"}
    chairs, begun = {f"chair-{n}" for n in range(1, 5)}, {f"begin-{n}" for n in range(1, 11)}
    assert set(example_names()) >= named | chairs | begun


def test_what_a_model_sees_fills_255_pixels_and_is_simplified_where_dense(tiny_model: MakeModel) -> None:
    info = tiny_model().info
    wave = np.linspace(0, 3, 500)
    dense = Sketch.from_polylines([np.stack([wave, np.sin(wave)], axis=1)])
    seen = as_seen(info, GivenSketch("wave", dense, dense=True))
    assert seen.sketch.bounds[0] == 0
    assert seen.sketch.bounds[2] == pytest.approx(255)
    assert 5 < len(seen.sketch) < 20
    assert len(as_seen(info, GivenSketch("wave", dense)).sketch) < 20  # more than the model reads
    assert len(as_seen(info, GivenSketch("line", LINE)).sketch) == 3


def test_too_long_and_empty_sketches_are_named(tiny_model: MakeModel) -> None:
    zigzag = Sketch.from_polylines([[[n, 200 * (n % 2)] for n in range(255)]])
    with pytest.raises(SketchDesignError, match=r"cannot use zigzag: .* 254 points, tiny reads at most 60"):
        as_seen(tiny_model().info, GivenSketch("zigzag", zigzag))
    for sketch in (Sketch.empty(), Sketch.from_polylines([[[3, 3]]])):
        with pytest.raises(SketchDesignError, match=r"cannot use it: .* empty or a single dot"):
            as_seen(tiny_model().info, GivenSketch("it", sketch))


def test_a_beginning_stays_as_large_as_it_is(tiny_model: MakeModel) -> None:
    info = tiny_model().info
    seen, scale = as_seen_beginning(info, GivenSketch("line", LINE))
    assert (seen.sketch, scale) == (LINE, 1.0)
    assert as_seen_beginning(info, GivenSketch("line", LINE), 80.0)[1] == pytest.approx(2.0)
    for factor in (100.0, 0.01):
        seen, scale = as_seen_beginning(info, GivenSketch("line", LINE.transformed(factor)))
        assert scale * factor == pytest.approx(150 / 40)
    with pytest.raises(SketchDesignError, match="out of range"):
        as_seen_beginning(info, GivenSketch("line", LINE), 300.0)


def rnn_npz(path: Path, **splits: list[Sketch]) -> Path:
    arrays = {}
    for name, drawings in splits.items():
        rows = np.empty(len(drawings), object)
        rows[:] = [sketch.to_stroke3(implicit_first_point=True).astype(np.int16) for sketch in drawings]
        arrays[name] = rows
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in arrays.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, rows)
    return path


def spaced(sketch: Sketch) -> list[list[float]]:
    moved: list[list[float]] = (sketch.points - sketch.points[0]).tolist()
    return moved


def test_splits_are_counted_through_or_named(tmp_path: Path) -> None:
    path = rnn_npz(tmp_path / "a.npz", test=[LINE], train=[OTHER, LINE], valid=[OTHER])
    expected = {"#0": OTHER, "#1": LINE, "#2": OTHER, "#3": LINE, "#valid/0": OTHER, "#test/0": LINE, "#train/1": LINE}
    for place, sketch in expected.items():
        assert spaced(read_input(f"{path}{place}").sketch) == spaced(sketch)
    with pytest.raises(SketchDesignError, match=r"no drawing #4, it holds 4"):
        read_input(f"{path}#4")
    with pytest.raises(SketchDesignError, match=r"no drawing #valid/1, it holds 1; give a number from #valid/0"):
        read_input(f"{path}#valid/1")
    alone = rnn_npz(tmp_path / "b.npz", test=[LINE])
    assert spaced(read_input(str(alone)).sketch) == spaced(LINE)
    with pytest.raises(SketchDesignError, match="no split 'valid'"):
        read_input(f"{alone}#valid/0")


def test_other_files_have_no_splits(tmp_path: Path) -> None:
    for path in write_all(tmp_path)[:3]:
        with pytest.raises(SketchDesignError, match="has no splits"):
            read_input(f"{path}#valid/0")


def test_what_a_file_says_of_its_drawings_is_kept(tmp_path: Path) -> None:
    ndjson, binary, ours, theirs = write_all(tmp_path)
    assert [read_input(str(path)).word for path in (ndjson, binary, ours, theirs)] == ["cat", "", "cat", ""]


def test_a_set_is_all_of_a_file_or_single_sketches(tmp_path: Path) -> None:
    ndjson, binary, *_ = write_all(tmp_path)
    found = read_set([str(ndjson), f"{binary}#1", "example:cat"])
    assert [given.name for given in found] == [f"{ndjson}#0", f"{ndjson}#1", f"{binary}#1", "example:cat"]
    assert found[0].sketch == LINE
    (tmp_path / "empty.ndjson").write_text("")
    with pytest.raises(SketchDesignError, match="holds no drawing"):
        read_set([str(tmp_path / "empty.ndjson")])
