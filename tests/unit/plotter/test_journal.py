"""The journal: what it keeps, and what it makes of a file that is torn or not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sketchdesign.core.errors import InputError, OutputError
from sketchdesign.plotter.journal import Header, Journal, read_journal
from sketchdesign.plotter.section import Place

HEADER = Header("abc", 9, {"copies": 2})
SPEEDS = {"draw_mm_s": 50.0}


def written(path: Path) -> Path:
    journal = Journal.create(path, HEADER)
    journal.section(0, 1, Place(3, 1.5), (10, -20), SPEEDS, ramps=False)
    for number in range(7):
        journal.sending(number)
        if number < 6:
            journal.taken(number)
    journal.finished(3)
    journal.close()
    return path


def test_it_tells_how_far_a_plot_came(tmp_path: Path) -> None:
    header, trace = read_journal(written(tmp_path / "j"))
    assert header == HEADER
    assert (trace.copy, trace.layer, trace.begun, trace.start) == (0, 1, Place(3, 1.5), (10, -20))
    assert (trace.sent, trace.taken, trace.ramps) == (7, 6, False)
    assert (trace.place, trace.moving, trace.complete) == (Place(4, 0.0), True, False)
    assert trace.speeds == SPEEDS


def test_it_is_gone_on_with(tmp_path: Path) -> None:
    path = written(tmp_path / "j")
    journal = Journal.reopen(path)
    journal.paused(Place(4, 2.25), (5, 6))
    journal.close()
    _, trace = read_journal(path)
    assert (trace.place, trace.position, trace.moving) == (Place(4, 2.25), (5, 6), False)
    journal = Journal.reopen(path)
    journal.complete()
    journal.close()
    assert read_journal(path)[1].complete


def test_a_torn_last_line_says_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "j")
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in range(len(b"".join(lines[:2])), len(whole)):
        path.write_bytes(whole[:cut])
        _, trace = read_journal(path)
        assert trace.sent == sum(
            line.startswith(b'{"sent"') for line in whole[:cut].splitlines(keepends=True) if line.endswith(b"\n")
        )
    path.write_bytes(whole[:-3])
    journal = Journal.reopen(path)
    journal.sending(7)
    journal.close()
    assert read_journal(path)[1].sent == 8


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no journal\n",
        b"[1]\n",
        b'{"journal":"other","version":1}\n',
        b'{"journal":"sketchdesign-plot","version":2,"drawing":"","mark":1,"settings":{}}\n',
        b'{"journal":"sketchdesign-plot","version":1,"drawing":"","mark":1,"settings":{}}\n{"sent":"x"}\n',
        b'{"journal":"sketchdesign-plot","version":1,"drawing":"","mark":1,"settings":{}}\n{"what":1}\n',
        b'{"journal":"sketchdesign-plot","version":1,"drawing":"","mark":1,"settings":{}}\n\xff\xfe\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_what_is_no_journal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "j"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no journal of a plot"):
        read_journal(path)


def test_no_journal_and_no_room_for_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the journal"):
        read_journal(tmp_path / "absent")
    with pytest.raises(OutputError, match="cannot write the journal"):
        Journal.create(tmp_path / "absent" / "j", HEADER)


def test_another_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "drawing.svg"
    path.write_text("<svg/>")
    with pytest.raises(InputError, match="is no journal"):
        Journal.create(path, HEADER)
    assert path.read_text() == "<svg/>"
    Journal.create(written(tmp_path / "j"), HEADER).close()
    assert read_journal(tmp_path / "j")[1].sent == 0
