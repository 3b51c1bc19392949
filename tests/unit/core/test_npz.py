"""Pickled arrays are read; pickled programs are not run."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchdesign.core import npz
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.npz import read_arrays, read_npz
from sketchdesign.core.strokes import Sketch

SKETCHES = [
    Sketch.from_polylines([[[0, 0], [3, 4], [5, 5]], [[7, 7], [9, 300]]]),
    Sketch.from_polylines([[[0, 0], [-200, 1]]]),
    Sketch.from_polylines([[[0, 0], [1, 1], [2, 2], [3, 1]]]),
]
HEADER = "{'descr': '|O', 'fortran_order': False, 'shape': (%d,), }"


def object_array(dtype: str) -> np.ndarray[Any, Any]:
    array = np.empty(len(SKETCHES), object)
    for place, sketch in enumerate(SKETCHES):
        array[place] = sketch.to_stroke3(implicit_first_point=True).astype(dtype)
    return array


def npy_file(body: bytes, count: int = len(SKETCHES)) -> bytes:
    header = (HEADER % count).encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


def archive(folder: Path, **members: bytes) -> Path:
    path = folder / "cat.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)
    return path


@pytest.mark.parametrize("dtype", ["int16", "float32", "float64", ">i2", "int8"])
def test_what_numpy_writes(tmp_path: Path, dtype: str) -> None:
    array = object_array("int16").astype(object)
    for place, rows in enumerate(array):
        array[place] = rows.astype(dtype)
    np.savez_compressed(tmp_path / "cat.npz", train=array, valid=array[:1], test=array[:0])
    expected = [Sketch.from_stroke3(rows, implicit_first_point=True) for rows in array]
    assert list(read_npz(tmp_path / "cat.npz", "train")) == expected
    assert list(read_npz(tmp_path / "cat.npz", "valid")) == expected[:1]
    assert list(read_npz(tmp_path / "cat.npz", "test")) == []


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol(tmp_path: Path, protocol: int) -> None:
    body = pickle.dumps(object_array("int16"), protocol)
    assert list(read_npz(archive(tmp_path, train=npy_file(body)), "train")) == SKETCHES


def test_a_pickle_of_python_2_with_latin1_strings(tmp_path: Path) -> None:
    rows = np.array([[3, 4, 0], [-200, 1, 1]], "<i2")
    raw = rows.tobytes()

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85" + text(b"b") + b"tR"
    int16 = b"cnumpy\ndtype\n" + text(b"i2") + b"K\x00K\x01\x87R(K\x03" + text(b"<") + b"NNNJ\xff\xff\xff\xff" * 1
    int16 += b"J\xff\xff\xff\xffK\x00tb"
    inner = array + b"(K\x01K\x02K\x03\x86" + int16 + b"\x89" + text(raw) + b"tb"
    objects = b"cnumpy\ndtype\n" + text(b"O8") + b"K\x00K\x01\x87R(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xff"
    objects += b"J\xff\xff\xff\xffK\x3ftb"
    body = b"\x80\x02" + array + b"(K\x01K\x01\x85" + objects + b"\x89]" + inner + b"atb."
    assert np.array_equal(pickle.loads(body, encoding="latin1")[0], rows)
    (sketch,) = read_npz(archive(tmp_path, train=npy_file(body, 1)), "train")
    assert sketch == Sketch.from_stroke3(rows, implicit_first_point=True)


def test_a_header_of_python_2(tmp_path: Path) -> None:
    body = pickle.dumps(object_array("int16"), 2)
    assert (
        list(read_npz(archive(tmp_path, train=npy_file(body).replace(b"(3,), }  ", b"(3L,), } ")), "train")) == SKETCHES
    )


def test_an_array_of_equally_long_drawings_needs_no_pickle(tmp_path: Path) -> None:
    rows = np.arange(24, dtype=np.int16).reshape(2, 4, 3)
    np.savez(tmp_path / "cat.npz", train=rows)
    assert [len(sketch) for sketch in read_npz(tmp_path / "cat.npz", "train")] == [5, 5]


class Payload:
    """Unpickling it would call ``function``."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("inside", [False, True])
def test_a_program_in_the_file_is_refused_by_name_and_does_not_run(tmp_path: Path, protocol: int, inside: bool) -> None:
    trace = tmp_path / "trace"
    payload: Any = Payload(os.system, f"touch '{trace}'")
    if inside:
        array = object_array("int16")
        array[1] = payload
        payload = array
    path = archive(tmp_path, train=npy_file(pickle.dumps(payload, protocol)))
    with pytest.raises(SketchFormatError, match=r"cat\.npz cannot be used: it asks for"):
        list(read_npz(path, "train"))
    assert not trace.exists()


@pytest.mark.parametrize(
    ("function", "arguments"),
    [(eval, ("1/0",)), (getattr, ("", "upper")), (np.load, ("x",)), (np.array, ([1],)), (bytearray, (10,))],
)
def test_no_other_name_is_known(tmp_path: Path, function: Any, arguments: tuple[Any, ...]) -> None:
    path = archive(tmp_path, train=npy_file(pickle.dumps(Payload(function, *arguments), 4)))
    with pytest.raises(SketchFormatError, match="which no array of drawings needs"):
        list(read_npz(path, "train"))


@pytest.mark.parametrize(
    "value",
    [1, "cat", [1, 2], (1,), {"a": 1}, 1.5, {1}, np.float64(2)],
    ids=str,
)
def test_what_is_no_list_of_drawings_is_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(SketchFormatError):
        list(read_npz(archive(tmp_path, train=npy_file(pickle.dumps(value, 4))), "train"))


def objects(*items: Any) -> bytes:
    array = np.empty(len(items), object)
    array[:] = items
    return npy_file(pickle.dumps(array, 4), len(items))


@pytest.mark.parametrize(
    "item",
    [
        None,
        "text",
        7,
        np.array(["a"]),
        np.zeros((3, 4), np.int16),
        np.zeros((2, 3), np.complex64),
        np.zeros((2, 3), "M8[s]"),
        np.full((2, 3), np.nan),
        np.asfortranarray(np.ones((2, 3), np.int16)),
        np.zeros(2, [("a", "i2")]),
    ],
    ids=str,
)
def test_items_that_are_no_drawings_are_refused(tmp_path: Path, item: Any) -> None:
    with pytest.raises(SketchFormatError):
        list(read_npz(archive(tmp_path, train=objects(item, None)), "train"))


def test_a_header_that_lies_about_the_count_is_refused(tmp_path: Path) -> None:
    body = pickle.dumps(object_array("int16"), 4)
    with pytest.raises(SketchFormatError, match="announces 5 drawings and holds 3"):
        list(read_npz(archive(tmp_path, train=npy_file(body, 5)), "train"))


def test_every_truncation_is_refused() -> None:
    whole = npy_file(pickle.dumps(object_array("int16"), 4))
    assert len(read_arrays(io.BytesIO(whole))) == 3
    for size in range(0, len(whole), 7):
        with pytest.raises((SketchFormatError, ValueError, IndexError, SyntaxError)):
            read_arrays(io.BytesIO(whole[:size]))


def test_noise_gives_one_sentence(tmp_path: Path) -> None:
    whole = npy_file(pickle.dumps(object_array("int16"), 4))
    rng = np.random.default_rng(5)
    for _ in range(300):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 3):
            data[place] = rng.integers(256)
        # Some noise still leaves a readable file; all the rest is one of our own errors.
        with suppress(SketchFormatError):
            drawings = list(read_npz(archive(tmp_path, train=bytes(data)), "train"))
            assert all(isinstance(drawing, Sketch) for drawing in drawings)


def test_a_missing_split_is_answered_with_those_there_are(tmp_path: Path) -> None:
    path = archive(tmp_path, train=b"", valid=b"")
    with pytest.raises(InputError, match="has no split 'test'; it holds train, valid"):
        list(read_npz(path, "test"))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and then nothing", b"text"])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "cat.npz").write_bytes(data)
    with pytest.raises(SketchFormatError, match=r"is no \.npz archive"):
        list(read_npz(tmp_path / "cat.npz", "train"))


def test_a_missing_archive_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        list(read_npz(tmp_path / "none.npz", "train"))


def test_a_zip_bomb_of_numbers_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz, "LARGEST_SPLIT", 1 << 20)
    monkeypatch.setattr(read_arrays, "__defaults__", (1 << 20,))
    np.savez_compressed(tmp_path / "cat.npz", train=np.zeros((1 << 16, 8, 3), np.int16))
    with pytest.raises(SketchFormatError, match="unpacks to more than"):
        list(read_npz(tmp_path / "cat.npz", "train"))


def test_a_zip_bomb_of_opcodes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "MOST_OPCODES", 1000)
    path = archive(tmp_path, train=npy_file(b"\x80\x04" + b"]" * 100_000))
    with pytest.raises(SketchFormatError, match="holds more than"):
        list(read_npz(path, "train"))
