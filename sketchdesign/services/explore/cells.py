"""What a person does to the cells of the Explore workspace, as functions from settings to settings.

A locked cell survives everything. A star or a rejection belongs to what is shown: it goes when something else is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sketchdesign.core.errors import InputError
from sketchdesign.services.explore.places import AXES_OF
from sketchdesign.services.project.state import CellState, ExploreSettings, KeptSketch, Project

NOTHING = CellState()


def all_cells(explore: ExploreSettings) -> tuple[CellState, ...]:
    """A state for each cell, row by row."""
    count = explore.rows * explore.columns
    return (*explore.cells[:count], *[NOTHING] * (count - len(explore.cells)))


def question(explore: ExploreSettings) -> ExploreSettings:
    """All that decides what is drawn, without what was done to single cells."""
    own = replace(explore, cells=())
    return own if explore.tool == "taste" else replace(own, liked=(), disliked=())


def locked(explore: ExploreSettings) -> dict[int, KeptSketch]:
    """What stands in the locked cells, by number."""
    cells = enumerate(all_cells(explore))
    return {number: cell.kept for number, cell in cells if cell.mark == "lock" and cell.kept is not None}


def with_marks(explore: ExploreSettings, shown: Mapping[int, KeptSketch], mark: str) -> ExploreSettings:
    """Cells with a mark, or without it if all of them have it already.

    Args:
        explore: before.
        shown: what stands in the cells, by number.
        mark: one of `MARKS`.
    """
    cells = list(all_cells(explore))
    new = "" if all(cells[number].mark == mark for number in shown) else mark
    for number, kept in shown.items():
        cells[number] = replace(cells[number], mark=new, kept=kept if new else None)
    return replace(explore, cells=tuple(cells))


def rolled(explore: ExploreSettings, numbers: Iterable[int]) -> ExploreSettings:
    """Cells drawn by another throw of the dice; locked ones stay as they are."""
    cells = list(all_cells(explore))
    for number in numbers:
        if cells[number].mark != "lock":
            cells[number] = CellState(rolls=cells[number].rolls + 1)
    return replace(explore, cells=tuple(cells))


def asking(explore: ExploreSettings, **changes: Any) -> ExploreSettings:
    """Another question: all cells but the locked ones are drawn anew, in a grid that may have another shape.

    A locked cell that would fall outside moves to the last place that is free. What was starred and rejected is
    remembered for a taste; while one is in use, it learns only when it is told to, by `tasted`.

    Raises:
        InputError: there are more locked cells than places.
    """
    before = explore if explore.tool == "taste" else _remembering(explore)
    after = replace(before, **changes, cells=())
    kept = {number: cell for number, cell in enumerate(all_cells(explore)) if cell.mark == "lock"}
    if len(kept) > after.rows * after.columns:
        raise InputError(f"{len(kept)} cells are locked, more than there would be", hint="unlock some of them first")
    cells: dict[int, CellState] = {}
    homeless = []
    for number, cell in kept.items():
        row, column = divmod(number, explore.columns)
        if row < after.rows and column < after.columns:
            cells[row * after.columns + column] = cell
        else:
            homeless.append(cell)
    free = (number for number in reversed(range(after.rows * after.columns)) if number not in cells)
    cells |= dict(zip(list(free), homeless, strict=False))
    return replace(after, cells=tuple(cells.get(number, NOTHING) for number in range(max(cells, default=-1) + 1)))


def reseeded(project: Project, seed: int) -> Project:
    """A project with another seed, and so with other cells: stars and rejections belong to those that were there.

    They are remembered for a taste, and come back with the grid that they belong to when the edit is undone.
    """
    return project if seed == project.seed else replace(project, seed=seed, explore=asking(project.explore))


def switched(explore: ExploreSettings, tool: str) -> ExploreSettings:
    """Another tool, with axes that it has."""
    allowed = AXES_OF[tool]
    row_axis = explore.row_axis if explore.row_axis in allowed else ""
    column_axis = explore.column_axis if explore.column_axis in allowed else ""
    if "strength" in allowed and "strength" not in (row_axis, column_axis):
        column_axis = "strength"
    return asking(_remembering(explore), tool=tool, row_axis=row_axis, column_axis=column_axis)


def tasted(explore: ExploreSettings) -> ExploreSettings:
    """Learn from the marks, and ask again."""
    return asking(_remembering(explore))


def _remembering(explore: ExploreSettings) -> ExploreSettings:
    """What is starred is liked, and what is rejected is not, besides what was known before."""
    cells = all_cells(explore)
    stars = [cell.kept for cell in cells if cell.mark == "star" and cell.kept is not None]
    rejects = [cell.kept for cell in cells if cell.mark == "reject" and cell.kept is not None]
    liked = tuple(dict.fromkeys([*(each for each in explore.liked if each not in rejects), *stars]))
    disliked = tuple(dict.fromkeys([*(each for each in explore.disliked if each not in stars), *rejects]))
    return replace(explore, liked=liked, disliked=disliked)
