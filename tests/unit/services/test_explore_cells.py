"""What a person does to the cells of a grid."""

from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.services.explore.cells import (
    all_cells,
    asking,
    locked,
    question,
    rolled,
    switched,
    tasted,
    with_marks,
)
from sketchdesign.services.project.state import ExploreSettings, KeptSketch

GRID = ExploreSettings(rows=3, columns=4)


def kept(number: int) -> KeptSketch:
    return KeptSketch(Sketch.from_polylines([np.array([[0.0, 0.0], [float(number), 9.0]])]), f"{number}")


def test_a_mark_is_set_and_taken_back() -> None:
    marked = with_marks(GRID, {1: kept(1), 2: kept(2)}, "star")
    assert [cell.mark for cell in all_cells(marked)][:4] == ["", "star", "star", ""]
    some = with_marks(marked, {2: kept(2), 3: kept(3)}, "star")
    assert [cell.mark for cell in all_cells(some)][:4] == ["", "star", "star", "star"]
    none = with_marks(some, {number: kept(number) for number in (1, 2, 3)}, "star")
    assert all(cell.mark == "" and cell.kept is None for cell in none.cells)


def test_rolling_leaves_locked_cells_and_takes_other_marks() -> None:
    marked = with_marks(with_marks(GRID, {0: kept(0)}, "lock"), {1: kept(1)}, "star")
    after = rolled(rolled(marked, range(12)), [1])
    assert locked(after) == {0: kept(0)}
    assert [cell.rolls for cell in after.cells][:3] == [0, 2, 1]
    assert after.cells[1].mark == ""


def test_another_question_keeps_what_is_locked_in_its_place() -> None:
    marked = with_marks(with_marks(GRID, {5: kept(5)}, "lock"), {6: kept(6)}, "reject")
    after = asking(rolled(marked, [0]), columns=3)
    assert locked(after) == {4: kept(5)}
    assert sum(cell.rolls for cell in after.cells) == 0
    assert after.disliked == (kept(6),)


def test_locked_cells_outside_move_in_and_too_many_are_refused() -> None:
    marked = with_marks(GRID, {3: kept(3), 11: kept(11), 0: kept(0)}, "lock")
    after = asking(marked, rows=2, columns=2)
    assert locked(after)[0] == kept(0)
    assert set(locked(after).values()) == {kept(0), kept(3), kept(11)}
    with pytest.raises(InputError, match="3 cells are locked"):
        asking(marked, rows=1, columns=2)


def test_tastes_are_asked_about_only_by_their_tool() -> None:
    liked = asking(with_marks(GRID, {0: kept(0)}, "star"), rows=4)
    assert question(liked) == question(ExploreSettings(rows=4, columns=4))
    taste = switched(liked, "taste")
    assert taste.column_axis == "strength"
    assert question(taste).liked == (kept(0),)
    marked = with_marks(with_marks(taste, {0: kept(1)}, "star"), {1: kept(0)}, "reject")
    assert asking(marked, rows=2).liked == (kept(0),)
    learned = tasted(marked)
    assert (learned.liked, learned.disliked) == ((kept(1),), (kept(0),))


def test_a_tool_has_axes_of_its_own() -> None:
    by_class = ExploreSettings(row_axis="class", column_axis="spread")
    between = switched(by_class, "interpolate")
    assert (between.row_axis, between.column_axis) == ("", "")


@pytest.mark.parametrize("shape", [(0, 3), (3, 41), (-1, -1)])
def test_grids_of_impossible_shapes_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="out of range"):
        ExploreSettings(rows=shape[0], columns=shape[1])
