"""The manifest of a batch outlasts programs that are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.services.batch.manifest import MANIFEST_NAME, Entry, Manifest, read_manifest

ENTRIES = [
    Entry("a-\u00e4.svg", "c1", "f1", seconds=1.5),
    Entry("b.svg", "c2", error="the model has no class 'dog'"),
    Entry("c.svg", "c3", "f3"),
]


def written(folder: Path) -> bytes:
    with Manifest(folder, ENTRIES[:1]) as manifest:
        for entry in ENTRIES[1:]:
            manifest.append(entry)
    return (folder / MANIFEST_NAME).read_bytes()


def test_entries_read_back(tmp_path: Path) -> None:
    data = written(tmp_path)
    assert data.count(b"\n") == 3
    assert list(read_manifest(tmp_path).values()) == ENTRIES


def test_a_manifest_cut_anywhere_loses_the_torn_line_alone(tmp_path: Path) -> None:
    data = written(tmp_path)
    for size in range(len(data)):
        (tmp_path / MANIFEST_NAME).write_bytes(data[:size])
        assert list(read_manifest(tmp_path).values()) == ENTRIES[: data[:size].count(b"\n")]


def test_lines_that_are_no_entries_count_for_nothing(tmp_path: Path) -> None:
    lines = [b"{}", b"[1]", b"null", b'{"name": "x", "seconds": "soon"}', b"\xff\xfe", b"[" * 10_000]
    data = b"\n".join([*lines, written(tmp_path)])
    (tmp_path / MANIFEST_NAME).write_bytes(data)
    found = read_manifest(tmp_path)
    assert [found[entry.name] for entry in ENTRIES] == ENTRIES
    assert not any(entry.sha256 for name, entry in found.items() if name not in {each.name for each in ENTRIES})


def test_the_last_word_on_an_item_counts(tmp_path: Path) -> None:
    with Manifest(tmp_path, []) as manifest:
        manifest.append(Entry("a.svg", "c", error="no"))
        manifest.append(Entry("a.svg", "c", "f"))
    assert read_manifest(tmp_path) == {"a.svg": Entry("a.svg", "c", "f")}


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*manifest\.jsonl: no such file"):
        read_manifest(tmp_path)
