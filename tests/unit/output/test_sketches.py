from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import Sketch
from sketchdesign.output import sketches
from sketchdesign.output.sketches import (
    SKETCH_WRITERS,
    SketchRecord,
    read_ndjson,
    read_ndjson_provenance,
    read_npz,
    read_npz_provenance,
    write_ndjson,
    write_npz,
)

MADE = Provenance({"command": "generate", "seed": 7})


def records() -> list[SketchRecord]:
    whole = Sketch.from_polylines([np.array([[0, 0], [10, 255], [3, 4]]), np.array([[7, 7]])])
    broken = Sketch.from_polylines([np.array([[0.25, -1.5], [100.75, 3.5]])])
    return [
        SketchRecord("cat", whole, 7, 0, True),
        SketchRecord("caf\u00e9 \U0001f431", broken, "seven", 1, False),
        SketchRecord("", Sketch.empty(), 2**70, 2, False),
    ]


def test_ndjson_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "sketches.ndjson"
    write_ndjson(records(), path, MADE)
    assert list(read_ndjson(path)) == records()
    assert read_ndjson_provenance(path) == MADE


def test_ndjson_lines_are_quickdraw_records(tmp_path: Path) -> None:
    path = tmp_path / "sketches.ndjson"
    sketch = Sketch.from_polylines([np.array([[1, 2], [3.14159, -0.001]])])
    write_ndjson([SketchRecord("cat", sketch, 7, 3, True)] * 2, path, MADE)
    first, second = path.read_text().splitlines()
    assert second == '{"word":"cat","drawing":[[[1,3.14],[2,0]]],"seed":7,"number":3,"ended":true}'
    assert json.loads(first) == json.loads(second) | {"provenance": MADE.to_json()}


def test_quickdraws_own_lines_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "cat.ndjson"
    path.write_text('{"word":"cat","recognized":true,"drawing":[[[1,2],[3,4],[0,16]]]}\n\n')
    sketch = Sketch.from_polylines([[[1, 3], [2, 4]]])
    assert list(read_ndjson(path)) == [SketchRecord("cat", sketch)]
    with pytest.raises(SketchFormatError, match="does not say how it was made"):
        read_ndjson_provenance(path)


@pytest.mark.parametrize(
    "line", ["no", "3", "{}", '{"drawing":[[1,2]]}', '{"drawing":[[[1],[2,3]]]}', '{"drawing":[],"seed":[]}']
)
def test_faulty_lines_are_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "cat.ndjson"
    path.write_text('{"drawing":[]}\n' + line)
    with pytest.raises(SketchFormatError, match="line 2 of"):
        list(read_ndjson(path))


def test_npz_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "sketches.npz"
    write_npz(records(), path, MADE)
    assert read_npz(path) == records()
    assert read_npz_provenance(path) == MADE


def test_npz_holds_stroke_3_rows_and_no_objects(tmp_path: Path) -> None:
    path = tmp_path / "sketches.npz"
    write_npz(records()[:1], path, MADE)
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["rows"].dtype == np.int16
        assert arrays["rows"].tolist() == [[0, 0, 0], [10, 255, 0], [-7, -251, 1], [4, 3, 1]]
        assert arrays["starts"].tolist() == [0, 4]
        assert json.loads(str(arrays["header"]))["words"] == ["cat"]


def test_npz_keeps_fractions(tmp_path: Path) -> None:
    path = tmp_path / "sketches.npz"
    points = np.random.default_rng(0).normal(0, 100, (200, 2)).cumsum(axis=0)
    write_npz([SketchRecord("cat", Sketch.from_polylines([points]))], path, MADE)
    (back,) = read_npz(path)
    np.testing.assert_allclose(back.sketch.points, points, atol=1e-6 * np.ptp(points))


@pytest.mark.parametrize("ending", sorted(SKETCH_WRITERS))
def test_equal_sketches_give_equal_bytes(tmp_path: Path, ending: str) -> None:
    paths = [tmp_path / f"{name}{ending}" for name in "ab"]
    for path in paths:
        SKETCH_WRITERS[ending](records(), path, MADE)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("ending", sorted(SKETCH_WRITERS))
def test_no_sketches_are_no_problem(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"none{ending}"
    SKETCH_WRITERS[ending]([], path, MADE)
    assert list(read_npz(path) if ending == ".npz" else read_ndjson(path)) == []


def test_damaged_npz_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "sketches.npz"
    write_npz(records(), path, MADE)
    data = path.read_bytes()
    for damaged in (b"", b"PK", data[: len(data) // 2], data[:60] + b"\xff" * 40 + data[100:]):
        path.write_bytes(damaged)
        with pytest.raises(SketchFormatError, match="not a file of sketches or is damaged"):
            read_npz(path)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": np.zeros((4, 2), np.float32)},
        {"rows": np.zeros((3, 3), np.float32)},
        {"rows": np.array([["a"] * 3] * 4)},
        {"rows": np.array([{}] * 4, dtype=object)},
        {"starts": np.array([0, 2, 4])},
        {"starts": np.array([1, 4])},
        {"starts": np.array([], np.int64)},
        {"starts": np.array(4)},
        {"header": np.array("{}")},
        {"header": np.array("[")},
        {"header": np.array(3)},
    ],
)
def test_npz_files_of_other_contents_are_refused(tmp_path: Path, change: dict[str, NDArray[Any]]) -> None:
    header = {"words": ["cat"], "seeds": [1], "numbers": [0], "ended": [True], "provenance": MADE.to_json()}
    parts: dict[str, Any] = {
        "rows": np.zeros((4, 3), np.float32),
        "starts": np.array([0, 4]),
        "header": np.array(json.dumps(header)),
    }
    path = tmp_path / "sketches.npz"
    np.savez(path, **parts)
    assert len(read_npz(path)) == 1
    np.savez(path, **(parts | change))
    with pytest.raises(SketchFormatError, match="not a file of sketches or is damaged"):
        read_npz(path)


def test_an_npz_that_unpacks_beyond_reason_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "_LARGEST_NPZ", 2**20)
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(2):
            archive.writestr(f"{number}.npy", bytes(2**20 - 1))
    with pytest.raises(SketchFormatError, match="too large"):
        read_npz(path)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_npz(tmp_path / "absent.npz")
    with pytest.raises(InputError, match="cannot read"):
        list(read_ndjson(tmp_path / "absent.ndjson"))
