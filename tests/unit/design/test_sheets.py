from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.sheets import SheetPlan, sheet_of
from sketchdesign.design.tile import Design, sheet
from sketchdesign.geometry.clip import Box, clip_to_box

PAGE = Page(90.0, 70.0)


def design(name: str) -> Design:
    rng = np.random.default_rng(7)
    lines = [np.cumsum(rng.normal(scale=6.0, size=(9, 2)), axis=0) + rng.uniform(0, 30, 2) for _ in range(6)]
    # Along the edges between sheets, which lie at 70 and at 50 mm.
    lines += [np.array([[0.0, 0.0], [0.0, 30.0]]), np.array([[3.0, 20.0], [17.0, 20.0]])]
    strokes = Strokes.from_polylines(lines)
    numbers = np.arange(len(strokes))
    return Design(make_repeat(name, 35.0, 25.0), (Layer(Pen("a"), strokes),), (numbers,))


def put_together(plan: SheetPlan, sheets: list[tuple[int, int, Drawing]]) -> Strokes:
    """The first layers of all sheets where they lie in the whole drawing."""
    return Strokes.concatenate(
        Strokes(made.layers[0].strokes.points - plan.margin_mm + plan.area_of(row, column).low, s.offsets)
        for row, column, made in sheets
        for s in [made.layers[0].strokes]
    )


def middles(strokes: Strokes) -> NDArray[np.object_]:
    """Points on all lines, none more than 2 mm from the next."""
    lines = shapely.segmentize([shapely.LineString(line) for line in strokes.polylines()], 2.0)
    corners = [shapely.get_coordinates(line) for line in lines]
    found: NDArray[np.object_] = shapely.points(np.concatenate([(line[1:] + line[:-1]) / 2.0 for line in corners]))
    return found


def farthest_mm(strokes: Strokes, other: Strokes) -> float:
    """How far the first reach from the second at most."""
    tree = shapely.STRtree([shapely.LineString(line) for line in other.polylines()])
    _, distances = tree.query_nearest(middles(strokes), return_distance=True, all_matches=False)
    return float(distances.max())


@pytest.mark.parametrize("name", ["grid", "drop:1/3", "diamond", "mirror", "pgg", "p31m"])
def test_sheets_together_are_the_large_drawing(name: str) -> None:
    plan = SheetPlan(PAGE, 2, 3, margin_mm=10.0)
    assert plan.whole_mm == (210.0, 100.0)
    made = design(name)
    sheets = [(row, column, sheet_of(made, plan, row, column)) for row, column in plan.places()]
    (whole,) = (layer.strokes for layer in sheet(made, Page(210.0, 100.0)).layers)
    together = put_together(plan, sheets)
    # As long: nothing is missing, and nothing is drawn twice.
    assert together.pen_down_mm() == pytest.approx(whole.pen_down_mm(), rel=1e-9)
    assert max(farthest_mm(together, whole), farthest_mm(whole, together)) < 1e-6


def test_a_stroke_goes_on_where_the_next_sheet_begins() -> None:
    plan = SheetPlan(PAGE, 1, 2, margin_mm=10.0)
    left, right = (sheet_of(design("half-drop"), plan, 0, column).layers[0].strokes for column in (0, 1))

    def ends(strokes: Strokes, x_mm: float) -> list[float]:
        tips = np.concatenate([strokes.points[strokes.offsets[:-1]], strokes.points[strokes.offsets[1:] - 1]])
        return sorted(round(float(y), 9) for x, y in tips if x == x_mm)

    assert len(ends(left, 80.0)) > 3
    assert set(ends(left, 80.0)) <= set(ends(right, 10.0))


def test_a_line_along_the_edge_between_sheets_is_on_one_of_them() -> None:
    plan = SheetPlan(PAGE, 1, 2, margin_mm=10.0)
    along = [
        any(
            (line[:, 0] == x).sum() > 1
            for line in sheet_of(design("grid"), plan, 0, column).layers[0].strokes.polylines()
        )
        for column, x in ((0, 80.0), (1, 10.0), (1, 80.0))
    ]
    # Nobody follows on the last one, which so has what lies on its far edge.
    assert along == [False, True, True]


@pytest.mark.parametrize("name", ["grid", "p4m"])
def test_ends_lie_at_the_margins_alone(name: str) -> None:
    made, plan = design(name), SheetPlan(PAGE, 2, 2, margin_mm=10.0)
    lengths = {round(Strokes.from_polylines([line]).pen_down_mm(), 6) for line in made.layers[0].strokes.polylines()}
    for place in plan.places():
        for line in sheet_of(made, plan, *place).layers[0].strokes.polylines():
            tips = line[[0, -1]]
            at_margin = np.isin(tips[:, 0], (10.0, 80.0)) | np.isin(tips[:, 1], (10.0, 60.0))
            whole = round(Strokes.from_polylines([line]).pen_down_mm(), 6) in lengths
            assert whole or at_margin.any()


def test_a_single_sheet_is_the_same_as_ever() -> None:
    plan = SheetPlan(PAGE, margin_mm=10.0)
    assert sheet_of(design("p6m"), plan, 0, 0).layers == sheet(design("p6m"), PAGE, 10.0).layers


def crosses(drawing: Drawing) -> NDArray[np.float64]:
    layer = drawing.layers[-1]
    assert layer.label == "registration"
    return np.unique(np.round([line.mean(axis=0) for line in layer.strokes.polylines()], 6), axis=0)


@pytest.mark.parametrize("overlap_mm", [0.0, 6.0])
def test_crosses_of_neighbours_lie_on_each_other_in_the_margins(overlap_mm: float) -> None:
    plan = SheetPlan(PAGE, 2, 2, margin_mm=10.0, overlap_mm=overlap_mm, register=True)
    placed = {}
    for place in plan.places():
        made = sheet_of(design("grid"), plan, *place)
        points = made.layers[-1].strokes.points
        in_margin = (points <= 10.0) | (points >= [80.0, 60.0])
        assert in_margin.any(axis=1).all()
        assert (points > 0.0).all()
        assert (points < [90.0, 70.0]).all()
        placed[place] = crosses(made) - plan.margin_mm + plan.area_of(*place).low
    for one, other in (((0, 0), (0, 1)), ((0, 0), (1, 0)), ((0, 1), (1, 1))):
        shared = {tuple(p) for p in placed[one].round(6)} & {tuple(p) for p in placed[other].round(6)}
        assert len(shared) == 2


def test_overlapping_sheets_both_show_the_strip() -> None:
    plan = SheetPlan(PAGE, 1, 2, margin_mm=10.0, overlap_mm=8.0)
    assert plan.whole_mm == (132.0, 50.0)
    left, right = (sheet_of(design("grid"), plan, 0, column).layers[0].strokes for column in (0, 1))
    strip = Box(0.5, 0.0, 7.5, 50.0)
    shown = [
        clip_to_box(Strokes(each.points - corner, each.offsets), strip)
        for each, corner in ((left, np.array([72.0, 10.0])), (right, np.array([10.0, 10.0])))
    ]
    assert shown[0].pen_down_mm() == pytest.approx(shown[1].pen_down_mm())
    assert shown[0].pen_down_mm() > 40.0
    assert max(farthest_mm(*shown), farthest_mm(*shown[::-1])) < 1e-6


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"rows": 0}, "cannot be drawn"),
        ({"rows": -1, "columns": -1}, "cannot be drawn"),
        ({"rows": 50, "columns": 50}, "cannot be drawn"),
        ({"overlap_mm": -1.0}, "overlap"),
        ({"overlap_mm": 30.0}, "overlap"),
        ({"overlap_mm": float("nan")}, "overlap"),
        ({"margin_mm": 3.0, "register": True}, "no room for crosses"),
        ({"margin_mm": 35.0}, "leaves nothing"),
    ],
)
def test_impossible_plans_are_refused(options: dict[str, float], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        SheetPlan(PAGE, **options)  # type: ignore[arg-type]
