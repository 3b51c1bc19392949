"""Lines behind filled motifs disappear, and nothing else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.geometry.occlude import occlude_drawing, occlude_groups
from sketchdesign.geometry.silhouette import OpenMotifs


def motif(*lines: ArrayLike) -> Strokes:
    return Strokes.from_polylines(lines)


def square(left: float, top: float, side: float) -> list[tuple[float, float]]:
    right, bottom = left + side, top + side
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def lists(strokes: Strokes) -> list[list[list[float]]]:
    return [line.tolist() for line in strokes.polylines()]


def test_the_later_of_two_squares_hides_a_corner() -> None:
    first, second = occlude_groups([motif(square(0, 0, 10)), motif(square(5, 5, 10))])
    assert lists(first) == [[[0, 0], [10, 0], [10, 5]], [[5, 10], [0, 10], [0, 0]]]
    assert second == motif(square(5, 5, 10))


def test_what_is_wholly_behind_is_gone_and_what_lies_before_stays() -> None:
    inner = motif(square(3, 3, 2), [[4, 4]], [[0, 0], [1, 1]])
    hidden, outer = occlude_groups([inner, motif(square(2, 2, 5))])
    assert lists(hidden) == [[[0, 0], [1, 1]]]
    assert lists(outer) == lists(motif(square(2, 2, 5)))
    below, above = occlude_groups([motif(square(2, 2, 5)), inner])
    assert below == motif(square(2, 2, 5))
    assert above == inner


def test_shared_borders_are_drawn_once() -> None:
    first, second = occlude_groups([motif(square(0, 0, 10)), motif(square(10, 0, 10))])
    assert lists(first) == [[[0, 0], [10, 0]], [[10, 10], [0, 10], [0, 0]]]
    assert second == motif(square(10, 0, 10))
    nothing, dot = occlude_groups([motif([[5, 0]]), motif(square(0, 0, 10))])
    assert len(nothing) == 0
    assert len(dot) == 1


def test_strokes_that_cross_themselves_stay_whole() -> None:
    bow = motif([[0, 0], [9, 9], [9, 0], [0, 9]])
    assert occlude_groups([bow, motif(square(20, 20, 5))])[0] == bow
    cut, _ = occlude_groups([bow, motif(square(8, 4, 2))])
    assert cut.offsets.tolist() == [0, 3, 6]
    np.testing.assert_allclose(cut.points, [[0, 0], [9, 9], [9, 6], [9, 4], [9, 0], [0, 9]], atol=1e-9)


def test_groups_of_one_rank_are_one_motif() -> None:
    outline, eyes = motif(square(0, 0, 10)), motif(square(2, 2, 2))
    behind = motif([[-5, 5], [15, 5]])
    line, face, mark = occlude_groups([behind, outline, eyes], ranks=[0, 1, 1])
    assert lists(line) == [[[-5, 5], [0, 5]], [[10, 5], [15, 5]]]
    assert (face, mark) == (outline, eyes)
    line, face, mark = occlude_groups([behind, outline, eyes], ranks=[7, 1, 1])
    assert (line, face, mark) == (behind, outline, eyes)


def test_open_motifs_hide_by_their_hull_if_asked() -> None:
    line, zigzag = motif([[-5, 5], [15, 5]]), motif([[0, 0], [10, 0], [10, 10], [0, 10]])
    assert occlude_groups([line, zigzag])[0] == line
    for kind in (OpenMotifs.CONVEX, OpenMotifs.CONCAVE):
        hidden, _ = occlude_groups([line, zigzag], open_motifs=kind)
        assert lists(hidden) == [[[-5, 5], [0, 5]], [[10, 5], [15, 5]]]
    nearly, _ = occlude_groups([line, zigzag], closing_mm=10.0)
    assert lists(nearly) == [[[-5, 5], [0, 5]], [[10, 5], [15, 5]]]


def test_a_margin_keeps_pens_apart() -> None:
    line, _ = occlude_groups([motif([[-5, 5], [15, 5]]), motif(square(0, 0, 10))], margin_mm=0.5)
    np.testing.assert_allclose(line.points, [[-5.0, 5.0], [-0.5, 5.0], [10.5, 5.0], [15.0, 5.0]])


def test_copies_of_one_rank_make_it_periodic() -> None:
    period = np.array([20.0, 0.0])
    first, second = motif(square(0, 0, 4)), motif(square(18, 2, 4))
    copies = [Strokes(one.points + shift * period, one.offsets) for one in (first, second) for shift in (-1, 0, 1)]
    parts = occlude_groups(copies, ranks=[0, 0, 0, 1, 1, 1])
    # The second motif reaches over from the left.
    assert lists(parts[1]) == [[[0, 0], [4, 0], [4, 4], [2, 4]], [[0, 2], [0, 0]]]
    assert parts[4] == second


def test_later_pens_hide_earlier_ones() -> None:
    layers = (
        Layer(Pen("black"), motif(square(0, 0, 10), [[2, 2], [3, 3]]), "below"),
        Layer(Pen("red", "#ff0000"), motif(square(5, 5, 10), [[0, 20], [20, 0]]), "above"),
        Layer(Pen("blue"), Strokes.empty()),
    )
    drawing = Drawing(Page(50, 50), layers, Provenance({"seed": 1}))
    found = occlude_drawing(drawing)
    assert [layer.pen for layer in found.layers] == [layer.pen for layer in layers]
    assert [layer.label for layer in found.layers] == ["below", "above", ""]
    assert found.provenance == drawing.provenance
    assert lists(found.layers[0].strokes) == [[[0, 0], [10, 0], [10, 5]], [[5, 10], [0, 10], [0, 0]], [[2, 2], [3, 3]]]
    assert found.layers[1].strokes == layers[1].strokes
    assert len(found.layers[2].strokes) == 0


def test_nothing_comes_of_nothing() -> None:
    assert occlude_groups([]) == []
    assert occlude_groups([Strokes.empty(), motif([[0, 0]])]) == [Strokes.empty(), motif([[0, 0]])]
    assert occlude_drawing(Drawing(Page(9, 9), ())).layers == ()


def test_bad_values_are_refused() -> None:
    with pytest.raises(InputError, match="2 groups of strokes cannot have 1 ranks"):
        occlude_groups([Strokes.empty(), Strokes.empty()], ranks=[0])
    with pytest.raises(InputError, match="a gap of -1 mm"):
        occlude_groups([], closing_mm=-1.0)
    with pytest.raises(InputError, match="a margin of nan mm"):
        occlude_groups([], margin_mm=float("nan"))


coordinates = st.integers(0, 40).map(lambda number: number / 2)
polygons = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=6, unique=True).map(
    lambda corners: [*corners, corners[0]]
)
lines = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(polygons | lines, min_size=1, max_size=2).map(Strokes.from_polylines), max_size=4))
def test_a_point_is_seen_exactly_where_no_later_motif_covers_it(groups: list[Strokes]) -> None:
    found = occlude_groups(groups)
    covers = [covered(group) for group in groups]
    for number, (group, left) in enumerate(zip(groups, found, strict=True)):
        later = shapely.union_all(covers[number + 1 :])
        seen = shapely.union_all([drawn(line) for line in left.polylines()])
        for line in group.polylines():
            for begin, end in itertools.pairwise([*line, line[-1]]):
                point = shapely.Point(begin + (end - begin) * 0.37)
                if shapely.distance(point, later.boundary) > 1e-6 or later.is_empty:
                    visible = shapely.distance(point, seen) < 1e-6 if not seen.is_empty else False
                    assert visible == (not shapely.intersects(point, later))


def drawn(line: NDArray[np.float64]) -> shapely.Geometry:
    return shapely.LineString(line) if (line != line[0]).any() else shapely.Point(line[0])


def covered(group: Strokes) -> shapely.Geometry:
    """All that the closed strokes go around, found another way: what cannot be reached from far away."""
    rings = [line for line in group.polylines() if len(line) > 2 and (line[0] == line[-1]).all()]
    if not rings:
        return shapely.Polygon()
    borders = shapely.union_all([shapely.LineString(ring) for ring in rings])
    outside = shapely.difference(shapely.box(-100, -100, 200, 200), shapely.buffer(borders, 1e-7))
    far = next(part for part in shapely.get_parts(outside) if part.intersects(shapely.Point(-99, -99)))
    return shapely.difference(shapely.box(-50, -50, 100, 100), far)
