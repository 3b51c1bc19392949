"""Numbers in sentences."""

from __future__ import annotations

import pytest

from sketchdesign.cli.wording import counted, on_machine, roughly, seam_verdict
from sketchdesign.core.drawing import Page
from sketchdesign.core.machine import find_machine
from sketchdesign.design.proof import Problem, Proof


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


@pytest.mark.parametrize("page", [Page.parse("A4"), Page.parse("A4", landscape=True), Page(218, 300)])
def test_a_page_that_fits_one_way_round_needs_no_warning(page: Page) -> None:
    assert on_machine(find_machine("axidraw-v3"), page) == "on axidraw-v3"


@pytest.mark.parametrize("page", [Page.parse("A3"), Page(301, 10), Page(219, 219)])
def test_a_page_that_is_too_large_for_the_machine_is_told(page: Page) -> None:
    assert on_machine(find_machine("axidraw-v3"), page) == "on axidraw-v3, which reaches 300 x 218 mm of the page"


def test_a_tile_whose_edges_nothing_reaches_is_not_said_to_meet() -> None:
    loose = Problem("loose", "left", "1", 0.0, 3.0, 1.0, "")
    assert seam_verdict(Proof(0.0, ())) == "The edges meet."
    assert seam_verdict(Proof(0.0, (), reaches_edges=False)).startswith("Nothing reaches an edge")
    assert seam_verdict(Proof(1.0, (loose,))) == "The edges do not meet."
