from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.design.proof import Proof, prove
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.tile import Design, cut_tile


def tile(*lines: object, label: str = "leaves") -> Drawing:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    return Drawing(Page(40, 30), (Layer(Pen("green"), strokes, label),))


def one(proof: Proof) -> tuple[str, str, float]:
    (problem,) = proof.problems
    return problem.kind, problem.edge, round(problem.error_mm, 4)


def test_halves_that_meet_are_seamless() -> None:
    proof = prove(tile([[30, 10], [40, 12]], [[0, 12], [5, 13]], [[7, 0], [7, 30]]))
    assert (proof.seamless, proof.seam_error_mm, proof.problems) == (True, 0.0, ())


@pytest.mark.parametrize(
    ("lines", "reaches"),
    [
        *(([[5, 5], [35, 25]], False), ([[5, 5], [40, 5]], True)),
        *(([[5, 5], [0, 9], [9, 9]], True), ([[5, 5], [5, 31]], True)),
    ],
)
def test_whether_anything_reaches_an_edge_is_told(lines: list[list[int]], reaches: bool) -> None:
    assert prove(tile(lines)).reaches_edges is reaches


def test_a_half_moved_along_the_edge_is_named() -> None:
    proof = prove(tile([[30, 10], [40, 12]], [[0, 12.1], [5, 13]]))
    assert one(proof) == ("offset", "right", 0.1)
    assert proof.seam_error_mm == pytest.approx(0.1)
    assert "layer 1 (leaves)" in proof.problems[0].text
    assert "ends on the right edge at (40.000, 12.000) mm, 0.1 mm away" in proof.problems[0].text
    assert not proof.seamless


@pytest.mark.parametrize(
    ("lines", "edge"),
    [
        ([[[30, 10], [39.9, 12]], [[0, 12], [5, 13]]], "right"),
        ([[[30, 10], [40, 12]], [[0.1, 12], [5, 13]]], "left"),
        ([[[10, 20], [10, 29.9]], [[10, 0], [10, 4]]], "bottom"),
        ([[[10, 20], [10, 30]], [[10, 0.1], [10, 4]]], "top"),
    ],
)
def test_a_half_that_stops_before_the_edge_is_named(lines: list[object], edge: str) -> None:
    assert one(prove(tile(*lines))) == ("gap", edge, 0.1)


def test_two_halves_that_both_stop_are_pointed_out_but_may_be_meant() -> None:
    proof = prove(tile([[30, 12], [39.95, 12]], [[0.06, 12], [5, 12]]))
    assert one(proof) == ("facing", "right", 0.11)
    assert (proof.seamless, proof.seam_error_mm) == (True, 0.0)


def test_an_end_with_nothing_opposite_is_named() -> None:
    kind, edge, _ = one(prove(tile([[30, 10], [40, 12]])))
    assert (kind, edge) == ("loose", "right")


def test_ends_inside_are_nobodys_business() -> None:
    assert prove(tile([[30, 10], [39.7, 12]], [[3, 3]], [[0, 4], [0, 9]])).problems == ()


def test_a_bend_on_the_seam_is_named() -> None:
    proof = prove(tile([[30, 12], [40, 12]], [[0, 12], [5, 12.1]]))
    assert one(proof) == ("bend", "right", 0.0)
    assert "1.1 degrees" in proof.problems[0].text


@pytest.mark.parametrize(("kink", "kinds"), [(0.0, []), (6.0, ["bend"]), (-6.0, ["bend"])])
def test_lines_that_stand_for_a_curve_bend_where_it_does(kink: float, kinds: list[str]) -> None:
    def arc(seam_x: float, turns: list[float], turned: float) -> object:
        along, aside = np.sin(turns) * 20.0, 20.0 - np.cos(turns) * 20.0
        c, s = np.cos(np.radians(turned)), np.sin(np.radians(turned))
        return np.column_stack([seam_x + c * along - s * aside, 12.0 + s * along + c * aside])

    curved = tile(arc(40.0, [-0.6, -0.4, -0.2, 0.0], 0.0), arc(0.0, [0.0, 0.1, 0.2, 0.3], kink))
    assert [problem.kind for problem in prove(curved).problems] == kinds


def test_a_mirror_image_is_no_bend() -> None:
    assert prove(tile([[30, 10], [40, 12]], [[0, 12], [10, 10]])).seamless


def test_crossing_strokes_are_told_apart_by_their_directions() -> None:
    lines = [[[30, 8], [40, 12]], [[30, 16], [40, 12]], [[0, 12], [10, 16]], [[0, 12], [10, 8]]]
    assert prove(tile(*lines)).seamless


def test_layers_do_not_help_each_other() -> None:
    first, second = tile([[30, 10], [40, 12]]), tile([[0, 12], [5, 13]])
    assert len(prove(Drawing(first.page, first.layers + second.layers)).problems) == 2


def test_a_stroke_drawn_twice_is_named_but_harms_no_seam() -> None:
    proof = prove(tile([[3, 3], [9, 9]], [[9, 9], [3, 3]]))
    assert proof.seamless
    assert [problem.kind for problem in proof.problems] == ["twice"]


def test_what_reaches_over_the_page_is_not_looked_at() -> None:
    assert prove(tile([[30, 12], [50, 12]], [[-10, 12], [10, 12]])).seamless


def test_the_tolerance_can_be_loosened() -> None:
    lines = tile([[30, 10], [40, 12]], [[0, 12.004], [5, 13.004]])
    assert not prove(lines).seamless
    assert prove(lines, tolerance_mm=0.005).seamless


def test_any_stroke_of_a_true_tile_moved_by_a_tenth_is_found() -> None:
    rng = np.random.default_rng(4)
    lines = [np.array([20.0, 15.0]) + rng.normal(size=(12, 2)).cumsum(axis=0) * 6 for _ in range(4)]
    layer = Layer(Pen(), Strokes.from_polylines(lines))
    whole = cut_tile(Design(make_repeat("half-drop", 40.0, 30.0), (layer,), (np.arange(4),)))
    strokes = whole.layers[0].strokes
    across = np.flatnonzero(np.isin(strokes.points[:, 0], (0.0, whole.page.width_mm)))
    assert len(across)
    for point in across:
        points = strokes.points.copy()
        points[point, 1] += 0.1
        moved = Drawing(whole.page, (replace(whole.layers[0], strokes=Strokes(points, strokes.offsets)),))
        proof = prove(moved, step_mm=0.0)
        assert not proof.seamless
        named = [problem for problem in proof.problems if abs(problem.y_mm - points[point, 1]) < 0.11]
        assert named
        assert named[0].edge in ("left", "right")


def test_problems_are_plain_json() -> None:
    (problem,) = prove(tile([[30, 10], [40, 12]], [[0, 12.1], [5, 13]])).problems
    values = problem.to_json()
    assert (values["kind"], values["x_mm"], values["y_mm"], values["error_mm"]) == ("offset", 40.0, 12.0, 0.1)
