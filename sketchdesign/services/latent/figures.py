"""The figures of the paper, drawn by our models from our own example sketches.

Ha and Eck, "A Neural Representation of Sketch Drawings" (2017): Figures 1, 3, 5, 6, 7 and 8, the grids between four
sketches of its supplement, and besides them chair-like cats and creatures between two classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sketchdesign.core.errors import InputError
from sketchdesign.output.files import write_drawing
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.latent import figure_parts as parts
from sketchdesign.services.latent.boards import finish_board
from sketchdesign.services.latent.figure_parts import Drafter, Draw
from sketchdesign.services.latent.tools import Board

MARGIN_MM, GAP_MM = 6.0, 4.0


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        key: what it is asked for by.
        caption: what it shows.
        draw: makes it.
    """

    key: str
    caption: str
    draw: Draw


@dataclass(frozen=True)
class Finished:
    """A figure in files, and the models that drew it."""

    key: str
    caption: str
    models: tuple[str, ...]
    files: tuple[Path, ...]


def choose_figures(keys: Sequence[str]) -> list[Figure]:
    """The figures of these keys; all of them for none.

    Raises:
        InputError: there is none of such a key.
    """
    known = {figure.key: figure for figure in FIGURES}
    for key in keys:
        if key not in known:
            raise InputError(f"there is no figure {key!r:.40}", hint=f"choose among {', '.join(known)}")
    return [known[key] for key in dict.fromkeys(keys)] if keys else list(FIGURES)


def draw_figures(figures: Sequence[Figure], drafter: Drafter, folder: Path, dpi: float) -> Work[list[Finished]]:
    """Draw figures and write each as ``figure-KEY.svg`` and ``.png``; the recipe in both says which models drew it.

    Raises:
        InputError, OutputError: a model is missing, or a file cannot be written.
    """
    finished = []
    for number, figure in enumerate(figures):
        yield Progress(number, len(figures), "figures")
        drafter.cast.begin()
        board = yield from _quietly(figure.draw(drafter), Progress(number, len(figures), "figures"))
        models = tuple(map(str, drafter.cast.roles))
        recipe = {"command": "figures", "figure": figure.key, "caption": figure.caption, "models": list(models)}
        board = replace(board, recipe={**recipe, "parts": board.recipe.get("parts", [board.recipe])})
        drawing = yield from finish_board(board, None, MARGIN_MM, GAP_MM)
        files = tuple(folder / f"figure-{figure.key}{ending}" for ending in (".svg", ".png"))
        for path in files:
            write_drawing(drawing, path, dpi=dpi)
        finished.append(Finished(figure.key, figure.caption, models, files))
    return finished


def _quietly(work: Work[Board], progress: Progress) -> Work[Board]:
    """A part of a larger job, whose own progress would make the whole one's jump."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            board: Board = end.value
            return board
        yield progress


FIGURES = (
    Figure(
        "1",
        "Ways through latent space from one cat to another, and from one firetruck to another.",
        parts.strips_of_classes(
            (("cat", "cat", "cat"), ("cat", "cat", "cat"), *(("doodles", "firetruck", "firetruck"),) * 2)
        ),
    ),
    Figure(
        "3",
        "Firetrucks, yoga poses, flowers and owls by a decoder that was given nothing, at temperatures from 0.1 to 1.",
        parts.by_temperature,
    ),
    Figure(
        "5",
        "Drawings of people, black, and how models of cats (left) and of pigs (right) draw them anew at temperatures "
        "from 0.01 to 1; one of cats makes a cat of a toothbrush, too.",
        parts.reconstructions,
    ),
    Figure(
        "6",
        "Between cats and pigs, heads and whole animals, through the latent space of one model.",
        parts.strips(
            (
                ("cat-pig", "cat-face", "pig"),
                ("cat-pig", "cat", "pig"),
                ("cat-pig", "cat", "pig-head"),
                ("cat-pig", "pig-head", "pig"),
            )
        ),
    ),
    Figure(
        "7",
        "Analogies: the first drawing, less the second, plus the third, at strengths 0.5, 1 and 1.5.",
        parts.analogies,
    ),
    Figure("8", "Endings for unfinished drawings; red is what was given.", parts.endings),
    Figure(
        "cat-pig",
        "Between four drawings of cats and pigs.",
        parts.grid_of_examples("cat-pig", ("cat-face", "pig-head", "cat", "pig")),
    ),
    Figure(
        "crab-face-pig-rabbit",
        "Between a new crab, face, pig and rabbit.",
        parts.grid_of_classes("crab-face-pig-rabbit", ("crab", "face", "pig", "rabbit")),
    ),
    Figure("yoga", "Between four new yoga poses.", parts.grid_of_classes("yoga", ("yoga",) * 4)),
    Figure("owl", "Between four new owls.", parts.grid_of_classes("owl", ("owl",) * 4)),
    Figure("chairs", "Chair-like cats: four chairs as a model of cats sees them, and between.", parts.chair_like_cats),
    Figure(
        "composites",
        "Creatures between two classes: from a cat to a bus, from an elephant to a pig.",
        parts.strips_of_classes((("cat-bus", "cat", "bus"), ("elephant-pig", "elephant", "pig"))),
    ),
)
