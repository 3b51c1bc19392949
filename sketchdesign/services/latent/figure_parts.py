"""What the figures are made of: strips, grids and rows, each by the model that suits it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sketchdesign.design.latentboard import DEFAULT_PALETTE, Cell
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.generate import DrawnSketch, GenerateSettings, generate
from sketchdesign.services.inputs import GivenSketch, read_input
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.cast import Cast, Role
from sketchdesign.services.latent.complete import complete
from sketchdesign.services.latent.morph import GridShape, hybrid, interpolate
from sketchdesign.services.latent.single import analogy, reconstruct
from sketchdesign.services.latent.tools import Board

STEPS = 10
GRID = GridShape(8, 8)
ENDINGS = 8
TEMPERATURES = (0.01, 0.1, 0.25, 0.5, 1.0)
MANY_TEMPERATURES = tuple(round(0.1 * step, 1) for step in range(1, 11))
TEMPERATURE = 0.05
"""Of all that does not show temperatures."""

STRENGTHS = (0.5, 1.0, 1.5)
CORNER_CANDIDATES = 16
CORNER_SPREAD = 0.5
"""Corners nearer to what is usual than sketches that are to be varied."""

CELL_CANDIDATES = 8

BEGINNINGS = {
    "begin-1": "mushroom",
    "begin-2": "cat",
    "begin-3": "moon",
    "begin-4": "octopus",
    "begin-5": "sailboat",
    "begin-6": "snail",
    "begin-7": "house",
    "begin-8": "owl",
    "begin-9": "whale",
    "begin-10": "flower",
}
"""What each unfinished example may become."""


@dataclass(frozen=True)
class Drafter:
    """Who draws a figure, and how."""

    cast: Cast
    settings: GenerateSettings

    def careful(self, role: Role) -> GenerateSettings:
        """Candidates for each sketch, and the one kept whose encoding is nearest to where it was drawn from."""
        return replace(self.settings, class_name=role.class_name, best_of=CELL_CANDIDATES, rank="reencode")


Draw = Callable[[Drafter], Work[Board]]


def example(name: str, word: str | None = None) -> GivenSketch:
    """A bundled example, told what it shows."""
    given = read_input(f"example:{name}")
    return given if word is None else replace(given, word=word)


def stacked(boards: Sequence[Board], *, side_by_side: bool = False) -> Board:
    """Several boards as one, below each other, or beside each other with a free column between."""
    cells: list[Cell] = []
    row = column = 0
    for board in boards:
        cells += [replace(cell, row=cell.row + row, column=cell.column + column) for cell in board.cells]
        row, column = (0, column + board.columns + 1) if side_by_side else (row + board.rows, 0)
    rows = max(board.rows for board in boards) if side_by_side else row
    columns = column - 1 if side_by_side else max(board.columns for board in boards)
    results = tuple(each for board in boards for each in board.results)
    return Board(tuple(cells), rows, columns, results, {"parts": [board.recipe for board in boards]}, {})


def strips(pairs: Sequence[tuple[str, str, str]]) -> Draw:
    """Ways from one example to another, each by a model of a name."""

    def draw(drafter: Drafter) -> Work[Board]:
        boards = []
        for wanted, first, last in pairs:
            role = drafter.cast.role(wanted)
            ends = [example(first), example(last)]
            boards.append(_in_one_row((yield from interpolate(role.model, ends, drafter.careful(role), STEPS))))
        return stacked(boards)

    return draw


def _in_one_row(board: Board) -> Board:
    """A way from one sketch to another with its ends at the sides rather than above."""
    cells = [
        replace(cell, column=cell.column + 1) if cell.row else replace(cell, column=0 if not cell.column else STEPS + 1)
        for cell in board.cells
    ]
    return replace(board, cells=tuple(replace(cell, row=0) for cell in cells), rows=1, columns=STEPS + 2)


def by_temperature(drafter: Drafter) -> Work[Board]:
    """New sketches of several classes by a decoder alone, from cold to hot."""
    pens = DEFAULT_PALETTE.temperatures(MANY_TEMPERATURES)
    cells: list[Cell] = []
    results: list[DrawnSketch] = []
    parts = []
    classes = ("firetruck", "yoga", "flower", "owl")
    for row, word in enumerate(classes):
        role = drafter.cast.role("endings", word)
        for column, (temperature, pen) in enumerate(zip(MANY_TEMPERATURES, pens, strict=True)):
            sampling = Sampling.preset(temperature=temperature)
            settings = replace(drafter.settings, count=1, sampling=sampling, class_name=role.class_name)
            drawn = yield from generate(role.model, settings)
            cells.append(Cell.of(row, column, drawn.sketches[0].sketch, pen))
            results += drawn.sketches
            parts.append({"command": "generate", "model": role.model.info.name, "generate": settings.to_json()})
    return Board(tuple(cells), len(classes), len(MANY_TEMPERATURES), tuple(results), {"parts": parts}, {})


def reconstructions(drafter: Drafter) -> Work[Board]:
    """Cats, and what is none, redrawn by a model of cats; pigs by one of pigs."""
    boards = []
    for word, names in (
        ("cat", ("cat-face", "cat", "three-eyed-cat", "toothbrush")),
        ("pig", ("pig-head", "pig", "eight-legged-pig", "truck")),
    ):
        role = drafter.cast.role(word, word)
        samplings = {t: Sampling.preset(temperature=t) for t in TEMPERATURES}
        given = [example(name) for name in names]
        boards.append((yield from reconstruct(role.model, given, drafter.careful(role), samplings)))
    return stacked(boards, side_by_side=True)


def analogies(drafter: Drafter) -> Work[Board]:
    """Bodies given to heads and taken from whole animals, each by the model of the animal that is to come out."""
    boards = []
    for wanted, *names in (
        ("cat", "cat-face", "pig-head", "pig"),
        ("cat", "cat", "pig", "pig-head"),
        ("pig", "pig-head", "cat-face", "cat"),
        ("pig", "pig", "cat", "cat-face"),
    ):
        role = drafter.cast.role(wanted, wanted)
        base, minus, plus = map(example, names)
        boards.append((yield from analogy(role.model, base, minus, plus, drafter.careful(role), STRENGTHS)))
    return stacked(boards)


def endings(drafter: Drafter) -> Work[Board]:
    """Unfinished examples, each finished in `ENDINGS` ways in a row of its own."""
    boards = []
    for name, word in BEGINNINGS.items():
        role = drafter.cast.role("endings", word)
        settings = replace(drafter.settings, class_name=role.class_name)
        board = yield from complete(role.model, example(name, word), settings, ENDINGS)
        row = tuple(replace(cell, row=0, column=number) for number, cell in enumerate(board.cells))
        boards.append(replace(board, cells=row, rows=1, columns=ENDINGS))
    return stacked(boards)


def grid_of_examples(wanted: str, names: Sequence[str]) -> Draw:
    """The grid between four examples."""

    def draw(drafter: Drafter) -> Work[Board]:
        role = drafter.cast.role(wanted)
        return (yield from interpolate(role.model, [example(name) for name in names], drafter.careful(role), GRID))

    return draw


def grid_of_classes(wanted: str, words: Sequence[str]) -> Draw:
    """The grid between four new sketches."""

    def draw(drafter: Drafter) -> Work[Board]:
        role, corners = yield from _new_sketches(drafter, wanted, words)
        return (yield from interpolate(role.model, corners, drafter.careful(role), GRID))

    return draw


def strips_of_classes(pairs: Sequence[tuple[str, str, str]]) -> Draw:
    """Ways between new sketches of two classes, each by a model of a name."""

    def draw(drafter: Drafter) -> Work[Board]:
        boards = []
        for row, (wanted, *words) in enumerate(pairs):
            own = replace(drafter, settings=replace(drafter.settings, seed=drafter.settings.seed + row))
            role, ends = yield from _new_sketches(own, wanted, words)
            boards.append(_in_one_row((yield from interpolate(role.model, ends, drafter.careful(role), STEPS))))
        return stacked(boards)

    return draw


def _new_sketches(drafter: Drafter, wanted: str, words: Sequence[str]) -> Work[tuple[Role, list[GivenSketch]]]:
    """A good new sketch of each class, none like another, and who draws between them."""
    role = drafter.cast.role(wanted)
    found = []
    for word in dict.fromkeys(words):
        own = drafter.cast.role(wanted, word)
        settings = replace(
            drafter.settings,
            count=words.count(word),
            sampling=replace(drafter.settings.sampling, z_spread=CORNER_SPREAD),
            class_name=own.class_name,
            best_of=CORNER_CANDIDATES,
            rank="reencode",
            distinct=True,
        )
        drawn = yield from generate(own.model, settings)
        found += [GivenSketch(f"a new {word}", each.sketch, word=word) for each in drawn.sketches]
    return role, found


def chair_like_cats(drafter: Drafter) -> Work[Board]:
    """Four chairs as a model of cats sees them, and the grid between."""
    role = drafter.cast.role("cat", "cat")
    chairs = [example(f"chair-{number}") for number in range(1, 5)]
    return (yield from hybrid(role.model, chairs, drafter.careful(role), GRID))
