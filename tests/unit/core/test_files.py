"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sketchdesign.core.errors import InputError, OutputError
from sketchdesign.core.files import atomic_path, check_writable, together, write_atomic


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_and_bytes_replace_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "sheet.svg"
    write_atomic(path, "häkeln")
    assert path.read_bytes() == "häkeln".encode()
    write_atomic(path, b"\x00\x01")
    assert path.read_bytes() == b"\x00\x01"
    assert names(tmp_path) == ["sheet.svg"]


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_new_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a", b"")
        with atomic_path(tmp_path / "b") as temporary:
            temporary.unlink()
            temporary.touch(mode=0o600)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "state.bin"
    path.write_bytes(b"old")

    def interrupted() -> None:
        with atomic_path(path) as temporary:
            temporary.write_bytes(b"half of the ne")
            raise error

    with pytest.raises(error):
        interrupted()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["state.bin"]


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sheet.svg"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"cannot write .*sheet\.svg: no space left on device; free some space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["sheet.svg"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere does not exist"):
        write_atomic(tmp_path / "nowhere" / "a.svg", b"")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        write_atomic(tmp_path, b"")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(InputError, match="does not exist"):
        check_writable(tmp_path / "a" / "b.svg")


def test_a_read_only_folder_is_refused_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="is read-only"):
        check_writable(tmp_path / "a.svg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no special files here")
def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not an ordinary file"):
        write_atomic(tmp_path / "pipe", b"x")


def test_a_name_that_is_too_long_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_atomic(tmp_path / ("a" * 5000), b"")


def test_the_longest_allowed_name_is_written(tmp_path: Path) -> None:
    write_atomic(tmp_path / ("a" * 255), b"x")
    assert names(tmp_path) == ["a" * 255]


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_symbolic_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.svg", tmp_path / "link.svg"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_files_written_together_appear_at_the_end(tmp_path: Path) -> None:
    first, second = tmp_path / "a.svg", tmp_path / "b.png"
    with together():
        write_atomic(first, "one")
        with together():
            write_atomic(second, "two")
        assert not first.exists()
        assert not second.exists()
    assert (first.read_text(), second.read_text()) == ("one", "two")
    assert names(tmp_path) == ["a.svg", "b.png"]


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_of_files_written_together_none_appears_when_one_fails(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "a.svg").write_text("old")

    def fail_at_the_second() -> None:
        with together():
            write_atomic(tmp_path / "a.svg", "new")
            with atomic_path(tmp_path / "b.png") as temporary:
                temporary.write_bytes(b"half")
                raise error

    with pytest.raises(error):
        fail_at_the_second()
    assert (tmp_path / "a.svg").read_text() == "old"
    assert names(tmp_path) == ["a.svg"]
    write_atomic(tmp_path / "b.png", b"whole")  # which waits for nobody any more
    assert names(tmp_path) == ["a.svg", "b.png"]


def test_a_place_that_is_taken_meanwhile_is_one_sentence_and_leaves_no_other_name(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"

    def taken() -> None:
        with together():
            write_atomic(path, "new")
            path.mkdir()

    with pytest.raises(OutputError, match=r"cannot write .*a\.svg"):
        taken()
    assert names(tmp_path) == ["a.svg"]
