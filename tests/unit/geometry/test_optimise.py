from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import CancelledError, InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.geometry.optimise import (
    MERGE_MM,
    TOLERANCE_MM,
    OptimiseSettings,
    optimise,
    optimising,
)
from sketchdesign.geometry.route import RouteSettings, finished
from sketchdesign.geometry.vpype_worker import VpypeWorker


def grid(rows: int = 8, columns: int = 8, strokes_per_cell: int = 8, cell_mm: float = 24.0) -> Strokes:
    """Scribbles in cells, in random order."""
    rng = np.random.default_rng(1)
    lines = []
    for cell in range(rows * columns):
        corner = np.array([cell % columns, cell // columns]) * cell_mm
        for _ in range(strokes_per_cell):
            heading = rng.uniform(0, 6.3) + np.cumsum(rng.normal(0, 0.5, 20))
            line = rng.uniform(3, cell_mm - 3, 2) + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1) * 0.6, 0)
            lines.append(corner + np.clip(line, 0, cell_mm))
    return Strokes.from_polylines([lines[index] for index in rng.permutation(len(lines))])


def round_trip_mm(strokes: Strokes) -> float:
    first, last = strokes.points[0], strokes.points[-1]
    return strokes.pen_up_mm() + float(np.hypot(*first) + np.hypot(*last))


def test_a_shuffled_grid_of_64_sketches_travels_a_fifth_at_most() -> None:
    drawing = Drawing(Page(210, 297), (Layer(Pen(), grid()),))
    routed, report = optimise(drawing)
    assert report.pen_up_mm_before == drawing.pen_up_mm()
    assert report.pen_up_mm_after == routed.pen_up_mm() < report.pen_up_mm_before / 5.0
    assert report.lifts_before == 512
    assert report.lifts_after == routed.stroke_count <= 512
    assert report.pen_down_mm == routed.pen_down_mm() == pytest.approx(drawing.pen_down_mm(), rel=1e-2)
    assert report.pipeline == "route --simplify 0.02mm --join 0.05mm --machine axidraw-v3"
    assert report.seconds > 0.0


def test_pens_labels_page_and_provenance_stay() -> None:
    layers = (
        Layer(Pen("red", "#ff0000", 0.5), Strokes.from_polylines([[[0, 0], [9, 9]]]), "outline"),
        Layer(Pen(), Strokes.empty(), "%guides"),
    )
    drawing = Drawing(Page(100, 80), layers, Provenance({"seed": 3}))
    routed, _ = optimise(drawing)
    assert (routed.page, routed.provenance) == (drawing.page, drawing.provenance)
    assert [dataclasses.replace(layer, strokes=Strokes.empty()) for layer in routed.layers] == [
        dataclasses.replace(layer, strokes=Strokes.empty()) for layer in layers
    ]
    assert [len(layer.strokes) for layer in routed.layers] == [1, 0]


def test_the_same_drawing_always_takes_the_same_route() -> None:
    drawing = Drawing(Page(210, 297), (Layer(Pen(), grid(3, 3)),))
    assert optimise(drawing)[0] == optimise(drawing)[0]


def test_a_pipeline_of_ones_own_is_run_as_it_is(worker: VpypeWorker) -> None:
    drawing = Drawing(Page(210, 297), (Layer(Pen(), grid(2, 2)),))
    routed, report = optimise(drawing, worker, "reverse")
    assert report.pipeline == "reverse"
    assert [line.tolist() for line in routed.layers[0].strokes.polylines()] == [
        pytest.approx(line) for line in drawing.layers[0].strokes.polylines()[::-1]
    ]


def test_the_route_begins_near_home() -> None:
    strokes = Strokes.from_polylines([[[10.0 * x + 5, 5], [10.0 * x + 9, 5]] for x in (4, 0, 3, 1, 2)])
    routed = optimise(Drawing(Page(100, 100), (Layer(Pen(), strokes),)))[0].layers[0].strokes
    assert round_trip_mm(routed) <= 24.0 + np.hypot(5, 5) + np.hypot(49, 5) + 1e-6


def test_touching_strokes_are_joined() -> None:
    strokes = Strokes.from_polylines(np.array([[[0, 0], [10, 0]], [[20, 10], [20, 20]], [[20, 10.01], [10, 0]]]))
    routed, report = optimise(Drawing(Page(100, 100), (Layer(Pen(), strokes),)))
    assert report.lifts_after == 1
    assert routed.pen_up_mm() == 0.0


def test_cancel_ends_our_own_route() -> None:
    with pytest.raises(CancelledError):
        optimise(Drawing(Page(210, 297), (Layer(Pen(), grid()),)), cancelled=lambda: True)


def test_cancel_ends_a_pipeline(worker: VpypeWorker) -> None:
    with pytest.raises(CancelledError):
        optimise(Drawing(Page(210, 297), (Layer(Pen(), grid()),)), worker, "linesort", cancelled=lambda: True)


def test_enough_is_a_result() -> None:
    drawing = Drawing(Page(210, 297), (Layer(Pen(), grid(2, 2)),))
    routed, report = finished(optimising(drawing, enough=lambda: True))
    assert routed.stroke_count == drawing.stroke_count
    assert report.pen_up_mm_after <= drawing.pen_up_mm()


def test_progress_rises_to_the_end_over_all_layers() -> None:
    layers = (Layer(Pen(), grid(2, 2)), Layer(Pen(), Strokes.empty()), Layer(Pen("red"), grid(1, 1)))
    done = [share.done for share in optimising(Drawing(Page(210, 297), layers))]
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == 100


def test_wider_gaps_are_joined_where_that_is_asked_for() -> None:
    strokes = Strokes.from_polylines(np.array([[[5, 5], [15, 5]], [[15.2, 5], [25, 5]], [[25, 9], [5, 9]]]))
    drawing = Drawing(Page(100, 100), (Layer(Pen(), strokes), Layer(Pen("red"), strokes)))
    routed, report = optimise(drawing, settings=OptimiseSettings(route=RouteSettings(join_mm=0.3)))
    assert [len(layer.strokes) for layer in routed.layers] == [2, 2]
    assert [joins.points.tolist() for joins in report.joins] == [[[15.0, 5.0], [15.2, 5.0]]] * 2
    assert report.pen_down_mm == pytest.approx(drawing.pen_down_mm() + 2 * 0.2)
    apart, report = optimise(drawing, settings=OptimiseSettings(route=RouteSettings(join_mm=0.0)))
    assert apart.stroke_count == 6
    assert not any(map(len, report.joins))


def test_a_loop_that_nearly_closes_is_closed_and_begins_where_the_pen_comes_by() -> None:
    loop = [[50.0, 80.0], [90.0, 80.0], [90.0, 40.0], [30.0, 20.0], [50.0, 79.96]]
    routed, _ = optimise(Drawing(Page(100, 100), (Layer(Pen(), Strokes.from_polylines([loop])),)))
    (line,) = routed.layers[0].strokes.polylines()
    assert line[0].tolist() == line[-1].tolist() == [30.0, 20.0]
    assert line[1].tolist() == pytest.approx([50.0, 79.98])


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="simplified by -1 mm"):
        OptimiseSettings(-1.0)


coordinates = st.integers(0, 2000).map(lambda value: value / 20.0)
polylines = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(polylines, min_size=1, max_size=12))
def test_the_drawn_lines_stay_where_they_are(lines: list[list[tuple[float, float]]]) -> None:
    before = Strokes.from_polylines(lines)
    after = optimise(Drawing(Page(100, 100), (Layer(Pen(), before),)))[0].layers[0].strokes
    reach = TOLERANCE_MM + 1e-6
    assert distances_mm(before.points, after).max() <= reach
    # A point half way along a join is half a gap away from what was drawn.
    assert distances_mm(along(after), before).max() <= reach + MERGE_MM / 2.0
    # Joins add their gaps; simplifying and closing loops change the length by little for each point. It may shrink
    # by more, where a line that runs back over itself is drawn once.
    slack = MERGE_MM * len(before) + 2.0 * reach * len(before.points)
    assert after.pen_down_mm() <= before.pen_down_mm() + slack
    assert len(after) <= len(before)


def along(strokes: Strokes) -> NDArray[np.float64]:
    """Points all along the strokes."""
    return np.concatenate(
        [np.linspace(line[:-1], line[1:], 9).reshape(-1, 2) for line in map(doubled, strokes.polylines())]
    )


def distances_mm(points: NDArray[np.float64], strokes: Strokes) -> NDArray[np.float64]:
    """From each point [n, 2] to the nearest place on any stroke."""
    lines = [doubled(line) for line in strokes.polylines()]
    begins, ends = np.concatenate([line[:-1] for line in lines]), np.concatenate([line[1:] for line in lines])
    steps, away = ends - begins, points[:, None] - begins
    part = (away * steps).sum(axis=-1) / np.maximum((steps**2).sum(axis=-1), 1e-300)
    nearest: NDArray[np.float64] = np.hypot(*(away - part.clip(0, 1)[..., None] * steps).T).min(axis=0)
    return nearest


def doubled(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line whose dots have a segment, too."""
    return np.repeat(line, 2, axis=0) if len(line) == 1 else line
