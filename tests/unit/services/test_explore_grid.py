"""Cells drawn a few at a time are those of the tools that draw whole boards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.explore.cells import rolled
from sketchdesign.services.explore.grid import FIRST_TOGETHER, FoundCell, draw_cells, explored_board
from sketchdesign.services.explore.places import along_axes, throws
from sketchdesign.services.generate import GenerateSettings, generate
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Job
from sketchdesign.services.latent.morph import GridShape, hybrid, interpolate
from sketchdesign.services.latent.single import analogy
from sketchdesign.services.project.state import EXPLORE_TOOLS, ExploreSettings, KeptSketch

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

SETTINGS = GenerateSettings(1, seed=5, threads=1)
CORNERS = tuple(
    KeptSketch(Sketch.from_polylines([np.array([[0.0, 0.0], [x, 20.0], [30.0, y]])]), "cat", "by a model")
    for x, y in ((40.0, 80.0), (90.0, 10.0), (5.0, 60.0), (70.0, 70.0))
)


@pytest.fixture(scope="module")
def model(tiny_model: Callable[..., Model]) -> Model:
    made = tiny_model(("cat", "pig", "owl"), class_count=3, class_size=4)
    return replace(made, info=replace(made.info, data="Quick, Draw! dataset, for the critic to have a say"))


def drawn(model: Model, explore: ExploreSettings, numbers: Sequence[int] | None = None) -> dict[int, Sketch]:
    wanted = range(explore.rows * explore.columns) if numbers is None else numbers
    found = Job(draw_cells(model, explore, SETTINGS, wanted)).run()
    return {each.number: each.drawn.sketch for each in found}


def test_new_sketches_are_those_of_generate(model: Model) -> None:
    explore = ExploreSettings(rows=3, columns=5, row_axis="", temperature=(0.2, 0.9), spread=(0.8, 1.0))
    settings = replace(SETTINGS, count=15, sampling=Sampling.preset("default", 0.2, z_spread=0.8))
    same = Job(generate(model, settings)).run()
    assert list(drawn(model, explore).values()) == [each.sketch for each in same.sketches]


def test_a_grid_between_corners_is_that_of_interpolate(model: Model) -> None:
    explore = ExploreSettings("interpolate", CORNERS, rows=4, columns=3)
    given = [GivenSketch(each.word, each.sketch, word=each.word) for each in CORNERS]
    sampling = Sampling.preset("default", explore.temperature[0])
    same = Job(interpolate(model, given, replace(SETTINGS, sampling=sampling), GridShape(4, 3))).run()
    assert list(drawn(model, explore).values()) == [each.sketch for each in same.results]


def test_a_grid_of_hybrids_is_that_of_hybrid_and_shows_its_class(model: Model) -> None:
    explore = ExploreSettings("interpolate", CORNERS, rows=4, columns=3, toward=0.5, temperature=(1.0, 1.0))
    given = [GivenSketch("a chair", each.sketch, word="pig") for each in CORNERS]
    chairs = replace(explore, wells=tuple(replace(each, word="pig") for each in CORNERS))
    settings = replace(SETTINGS, class_name="cat", sampling=Sampling.preset("default", 1.0))
    same = Job(hybrid(model, given, settings, GridShape(4, 3), share=0.5)).run()
    found = Job(draw_cells(model, chairs, settings, range(12))).run()
    assert [each.drawn.sketch for each in found] == [each.sketch for each in same.results]
    anything = replace(settings, sampling=replace(settings.sampling, critic=False))
    other = Job(hybrid(model, given, anything, GridShape(4, 3), share=0.5)).run()
    assert [each.sketch for each in other.results] != [each.sketch for each in same.results]


def test_analogies_along_an_axis_are_those_of_analogy(model: Model) -> None:
    explore = ExploreSettings("analogy", CORNERS[:3], rows=1, columns=5, column_axis="strength", strength=(0.0, 2.0))
    base, minus, plus = (GivenSketch(each.word, each.sketch, word=each.word) for each in CORNERS[:3])
    settings = replace(SETTINGS, sampling=Sampling.preset("default", explore.temperature[0]))
    same = Job(analogy(model, base, minus, plus, settings, [0.0, 0.5, 1.0, 1.5, 2.0])).run()
    assert list(drawn(model, explore).values()) == [each.sketch for each in same.results]
    assert drawn(model, explore, [3])[3] == same.results[3].sketch


def test_cells_come_as_they_are_done_and_any_of_them_alone(model: Model) -> None:
    explore = ExploreSettings(rows=4, columns=8, row_axis="")
    news = [progress.found for progress in draw_cells(model, explore, SETTINGS, range(32)) if progress.found]
    assert len(news[0]) == FIRST_TOGETHER
    assert len(news) > 1
    cells = {each.number: each.drawn.sketch for batch in news for each in batch if isinstance(each, FoundCell)}
    assert sorted(cells) == list(range(32))
    assert drawn(model, explore, [30, 3]) == {30: cells[30], 3: cells[3]}


@pytest.mark.parametrize("tool", EXPLORE_TOOLS)
def test_a_rolled_cell_changes_alone(model: Model, tool: str) -> None:
    wells = (None, *CORNERS[1:]) if tool in ("morph", "walk") else CORNERS
    explore = ExploreSettings(
        tool, wells, rows=3, columns=3, row_axis="", temperature=(0.8, 0.8), liked=CORNERS[:2], classes=("cat", "owl")
    )
    before, after = drawn(model, explore), drawn(model, rolled(explore, [0, 4]))
    assert [number for number in before if before[number] != after[number]] == [0, 4]


def test_axes_change_what_they_name_and_nothing_else() -> None:
    explore = ExploreSettings(rows=3, columns=2, row_axis="temperature", temperature=(0.0, 1.0), spread=(0.5, 1.0))
    assert along_axes(explore, "temperature") == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
    assert along_axes(explore, "spread") == [0.5] * 6
    assert throws(explore) == [0, 1, 0, 1, 0, 1]
    assert throws(replace(explore, column_axis="spread")) == [0] * 6
    assert throws(replace(explore, row_axis="", column_axis="spread")) == [0, 0, 1, 1, 2, 2]
    assert throws(replace(explore, row_axis="")) == [0, 1, 2, 3, 4, 5]
    assert throws(replace(explore, tool="interpolate")) == [0] * 6
    assert throws(replace(explore, tool="interpolate", fresh=True)) == [0, 1, 2, 3, 4, 5]


def test_classes_lie_along_an_axis(model: Model) -> None:
    explore = ExploreSettings(rows=2, columns=4, row_axis="", column_axis="class")
    found = Job(draw_cells(model, explore, SETTINGS, range(8))).run()
    assert [each.drawn.word for each in found] == ["cat", "pig", "owl", "cat"] * 2


@pytest.mark.parametrize(
    ("explore", "told"),
    [
        (ExploreSettings("interpolate", (CORNERS[0], None)), "wells are empty"),
        (ExploreSettings("analogy"), "3 of 3 wells are empty"),
        (ExploreSettings("taste"), "nothing was starred"),
        (ExploreSettings("dance"), "no tool"),
        (ExploreSettings("morph", classes=("cat", "yak")), "no class 'yak'"),
    ],
)
def test_what_cannot_be_drawn_is_told(model: Model, explore: ExploreSettings, told: str) -> None:
    with pytest.raises(InputError, match=told):
        drawn(model, explore)


def test_a_model_of_one_class_cannot_morph(tiny_model: Callable[..., Model]) -> None:
    with pytest.raises(InputError, match="one class"):
        drawn(tiny_model(), ExploreSettings("morph"))


def test_a_grid_with_gaps_is_a_board(model: Model) -> None:
    explore = ExploreSettings(rows=1, columns=3)
    found = Job(draw_cells(model, explore, SETTINGS, [2])).run()
    board = explored_board(explore, [None, None, found[0].drawn], {})
    assert [(cell.row, cell.column) for cell in board.cells] == [(0, 2)]
    with pytest.raises(InputError, match="empty"):
        explored_board(explore, [None] * 3, {})
