from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.design.latentboard import DRAWN_PEN, Cell
from sketchdesign.model.checkpoint import Model
from sketchdesign.output.files import read_provenance
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.inputs import example_names
from sketchdesign.services.jobs import Job
from sketchdesign.services.latent.cast import STAND_IN, Cast
from sketchdesign.services.latent.figure_parts import BEGINNINGS, Drafter, example, stacked
from sketchdesign.services.latent.figures import FIGURES, choose_figures, draw_figures
from sketchdesign.services.latent.tools import Board

MakeModel = Callable[..., Model]
WORDS = (
    *("bus", "cat", "chair", "crab", "elephant", "face", "firetruck", "flower", "house", "moon", "mushroom"),
    *("octopus", "owl", "pig", "rabbit", "sailboat", "snail", "truck", "whale", "yoga"),
)


@pytest.fixture(scope="module")
def models(tiny_model: MakeModel) -> dict[str, Model]:
    """A model of cats, and one of many classes."""
    many = tiny_model(classes=WORDS, class_count=len(WORDS), class_size=4)
    found = {"cat": tiny_model(), STAND_IN: many}
    return {name: replace(model, info=replace(model.info, name=name, max_points=100)) for name, model in found.items()}


def cast(models: dict[str, Model]) -> Cast:
    return Cast(list(models), models.__getitem__)


def test_a_model_is_taken_where_it_is_bundled_and_replaced_where_not(models: dict[str, Model]) -> None:
    players = cast(models)
    own, other = players.role("cat", "cat"), players.role("pig", "pig")
    assert (own.model, own.class_name, own.stands_in) == (models["cat"], None, False)
    assert (other.model, other.class_name, other.stands_in) == (models[STAND_IN], "pig", True)
    players.role("cat", "cat")
    assert [*map(str, players.roles)] == ["cat", "doodles in the place of pig"]
    players.begin()
    assert players.roles == []
    with pytest.raises(InputError, match="no class 'spoon'"):
        players.role("spoon", "spoon")
    with pytest.raises(InputError, match="neither"):
        Cast([], models.__getitem__).role("cat")


def test_examples_know_what_they_show() -> None:
    shown = {name: example(name).word for name in ("cat-face", "chair-3", "eight-legged-pig", "toothbrush", "pig")}
    assert shown == {
        "cat-face": "cat",
        "chair-3": "chair",
        "eight-legged-pig": "pig",
        "toothbrush": "toothbrush",
        "pig": "pig",
    }
    assert set(BEGINNINGS) == {name for name in example_names() if name.startswith("begin")}


def test_boards_are_stacked_or_set_side_by_side() -> None:
    sketch = example("cat").sketch
    board = Board((Cell.of(0, 0, sketch, DRAWN_PEN), Cell.of(1, 2, sketch, DRAWN_PEN)), 2, 3, (), {"a": 1}, {})
    above, beside = stacked([board, board]), stacked([board, board], side_by_side=True)
    assert (above.rows, above.columns, beside.rows, beside.columns) == (4, 3, 2, 7)
    assert [(cell.row, cell.column) for cell in above.cells] == [(0, 0), (1, 2), (2, 0), (3, 2)]
    assert [(cell.row, cell.column) for cell in beside.cells] == [(0, 0), (1, 2), (0, 4), (1, 6)]


def test_there_are_the_figures_of_the_paper() -> None:
    keys = {figure.key for figure in FIGURES}
    assert keys >= {"1", "3", "5", "6", "7", "8", "cat-pig", "crab-face-pig-rabbit", "yoga", "owl"}
    assert [figure.key for figure in choose_figures(["8", "1", "8"])] == ["8", "1"]
    assert choose_figures([]) == list(FIGURES)
    with pytest.raises(InputError, match="no figure '2'"):
        choose_figures(["2"])


@pytest.mark.parametrize("key", [figure.key for figure in FIGURES])
def test_every_figure_can_be_drawn(
    key: str, models: dict[str, Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sketchdesign.services.latent import figure_parts

    monkeypatch.setattr(figure_parts, "CELL_CANDIDATES", 1)
    monkeypatch.setattr(figure_parts, "CORNER_CANDIDATES", 1)
    drafter = Drafter(cast(models), GenerateSettings(1, seed=2, threads=1))
    (finished,) = Job(draw_figures(choose_figures([key]), drafter, tmp_path, 30.0)).run()
    assert [path.name for path in finished.files] == [f"figure-{key}.svg", f"figure-{key}.png"]
    recipe = read_provenance(finished.files[1]).recipe
    assert recipe == read_provenance(finished.files[0]).recipe
    assert (recipe["command"], recipe["figure"], recipe["models"]) == ("figures", key, list(finished.models))
    assert finished.models
    assert recipe["parts"]
    paths = ElementTree.parse(finished.files[0]).getroot().iter("{http://www.w3.org/2000/svg}path")
    assert sum(1 for _ in paths) > 20
