"""QuickDraw's own files, whole and damaged."""

from __future__ import annotations

import gzip
import json
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core import quickdraw
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.quickdraw import parse_ndjson, read_bin, read_ndjson
from sketchdesign.core.strokes import Sketch

SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "quickdraw"

CAT = {"word": "cat", "recognized": True, "drawing": [[[0, 10, 255], [1, 2, 3]], [[5], [6]]]}
RAW = {"word": "cat", "recognized": False, "drawing": [[[0.5, 10.25], [1.0, 2.0], [0, 17]]]}


def packed(*strokes: list[tuple[int, int]]) -> bytes:
    body = b"".join(
        struct.pack("<H", len(stroke)) + bytes(x for x, _ in stroke) + bytes(y for _, y in stroke) for stroke in strokes
    )
    return struct.pack("<Q2sbIH", 1, b"DE", 1, 0, len(strokes)) + body


def lines(*documents: object) -> bytes:
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def test_bin(tmp_path: Path) -> None:
    path = tmp_path / "cat.bin"
    path.write_bytes(packed([(0, 255), (3, 4)], [(7, 8)]) + packed() + packed([], [(1, 1)]))
    first, empty, last = read_bin(path)
    assert first == Sketch.from_polylines([[[0, 255], [3, 4]], [[7, 8]]])
    assert empty == Sketch.empty()
    assert last == Sketch.from_polylines([[[1, 1]]])


def test_an_empty_bin_has_no_drawings(tmp_path: Path) -> None:
    (tmp_path / "cat.bin").write_bytes(b"")
    assert list(read_bin(tmp_path / "cat.bin")) == []


def test_every_truncation_of_a_bin_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "cat.bin"
    one = packed([(0, 255), (3, 4)], [(7, 8)])
    for size in range(1, len(one)):
        path.write_bytes(one + one[:size])
        drawings = read_bin(path)
        assert len(next(drawings)) == 3
        with pytest.raises(SketchFormatError, match="in the middle of drawing 1"):
            next(drawings)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.bin: no such file"):
        list(read_bin(tmp_path / "none.bin"))
    with pytest.raises(InputError, match="cannot read"):
        list(read_ndjson(tmp_path / "none.ndjson"))
    with pytest.raises(InputError, match="cannot read"):
        list(read_ndjson(tmp_path))


@pytest.mark.parametrize("name", ["cat.ndjson", "cat.ndjson.gz"])
def test_ndjson_plain_and_packed(tmp_path: Path, name: str) -> None:
    data = lines(CAT, RAW) + b"\n" + lines({"drawing": []}).rstrip()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    simplified, raw, empty = read_ndjson(tmp_path / name)
    assert (simplified.word, simplified.recognised, simplified.raw) == ("cat", True, False)
    assert simplified.sketch == Sketch.from_polylines([[[0, 1], [10, 2], [255, 3]], [[5, 6]]])
    assert (raw.recognised, raw.raw) == (False, True)
    assert raw.sketch.points.tolist() == [[0.5, 1.0], [10.25, 2.0]]
    assert (empty.word, empty.sketch) == ("", Sketch.empty())


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"\xff\xfe",
        b"7",
        b"[]",
        b"{}",
        b'{"drawing": 3}',
        b'{"drawing": [3]}',
        b'{"drawing": [[[1]]]}',
        b'{"drawing": [[1, 2]]}',
        b'{"drawing": [[[1, 2], [3]]]}',
        b'{"drawing": [[["a"], ["b"]]]}',
        b'{"drawing": [[[null], [1]]]}',
        b'{"drawing": [[[NaN], [1]]]}',
        b'{"drawing": [[[1e400], [1]]]}',
        b'{"drawing": [[[[1, 2]], [1]]]}',
        b'{"drawing": [[[1' + b"0" * 5000 + b"], [1]]]}",
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_is_refused_or_skipped_and_reported(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "cat.ndjson"
    path.write_bytes(lines(CAT) + line + b"\n" + lines(CAT))
    with pytest.raises(SketchFormatError, match=r"line 2 of .*cat\.ndjson is no drawing"):
        list(read_ndjson(path))
    problems: list[str] = []
    assert len(list(read_ndjson(path, problems.append))) == 2
    assert len(problems) == 1


def test_an_endless_line_is_skipped_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quickdraw, "LONGEST_LINE", 1 << 16)
    path = tmp_path / "cat.ndjson.gz"
    path.write_bytes(gzip.compress(b"[" * (20 << 20) + b"\n" + lines(CAT)))
    problems: list[str] = []
    tracemalloc.start()
    try:
        drawings = list(read_ndjson(path, problems.append))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [drawing.word for drawing in drawings] == ["cat"]
    assert "line 1" in problems[0]
    assert "longer than" in problems[0]
    assert peak < 2 << 20


@pytest.mark.parametrize("cut", [5, 30, -6])
def test_a_truncated_gz_is_named(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cat.ndjson.gz"
    path.write_bytes(gzip.compress(lines(*[CAT] * 50))[:cut])
    with pytest.raises(SketchFormatError, match="is damaged behind line"):
        list(read_ndjson(path))


def test_what_is_called_gz_and_is_not(tmp_path: Path) -> None:
    path = tmp_path / "cat.ndjson.gz"
    path.write_bytes(lines(CAT))
    with pytest.raises(SketchFormatError, match="is damaged"):
        list(read_ndjson(path))


def test_parse_ndjson_takes_text_too() -> None:
    assert parse_ndjson(json.dumps(CAT)) == parse_ndjson(json.dumps(CAT).encode())


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="no QuickDraw drawings beside the checkout")
def test_published_drawings() -> None:
    drawings = list(read_bin(SHARED / "test" / "cat.bin"))
    assert len(drawings) > 100
    corners = np.array([drawing.bounds for drawing in drawings])
    assert corners.min() == 0
    assert corners.max() == 255
