"""Numbers in sentences."""

from __future__ import annotations

import pytest

from sketchdesign.cli.wording import counted, roughly


@pytest.mark.parametrize(("count", "words"), [(0, "0 sketches"), (1, "1 sketch"), (64, "64 sketches")])
def test_one_is_not_many(count: int, words: str) -> None:
    assert counted(count, "sketch", "sketches") == words
    assert counted(count, "stroke") == words.replace("sketches", "strokes").replace("sketch", "stroke")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (29.6, "30 s"), (89.4, "89 s"), (90.0, "2 min"), (441.9, "7 min"), (7260.0, "2 h 01 min")],
)
def test_short_times_are_told_in_seconds(seconds: float, words: str) -> None:
    assert roughly(seconds) == words
