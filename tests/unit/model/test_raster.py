from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sketchdesign.core.strokes import Sketch
from sketchdesign.model import raster
from sketchdesign.model.raster import outlines

POINT = st.tuples(st.integers(0, 255), st.integers(0, 255))


def rasterise(sketches: list[Sketch], size_px: int = 48) -> NDArray[np.uint8]:
    return raster.rasterise(outlines(sketches), size_px)


SKETCHES = st.lists(st.lists(POINT, min_size=1, max_size=8), max_size=5).map(Sketch.from_polylines)


def test_a_level_line_lies_on_the_two_middle_rows_from_margin_to_margin() -> None:
    picture = rasterise([Sketch.from_polylines([[(0, 0), (100, 0)]])])[0]
    inked = np.flatnonzero(picture.any(axis=0))
    assert np.flatnonzero(picture.any(axis=1)).tolist() == [23, 24]
    assert (inked.min(), inked.max()) == (2, 45)
    # Between two rows of pixels, half of the line falls to each.
    assert np.abs(picture[23:25, 4:44].astype(int) - 191).max() <= 2
    assert np.array_equal(picture, picture[::-1, ::-1])


def test_a_line_through_pixel_centres_is_black_and_one_pixel_wide() -> None:
    # 43 units high on 48 pixels: every unit is a pixel, and 21 of them above the level line leave it on a row.
    picture = rasterise([Sketch.from_polylines([[(0, 0), (0, 43)], [(3, 21), (40, 21)]])])[0]
    row = picture[:, 30]
    assert row.argmax() == 23
    assert row[23] == 255
    assert np.flatnonzero(row).tolist() == [23]


def test_aspect_is_kept_and_the_drawing_centred() -> None:
    box = Sketch.from_polylines([[(50, 10), (250, 10), (250, 110), (50, 110), (50, 10)]])
    picture = rasterise([box], 64)[0]
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    assert (columns.min(), columns.max()) == (2, 61)
    assert rows.max() - rows.min() in (29, 30, 31)
    assert rows.min() + rows.max() == 63


def test_a_dot_is_ink_in_the_middle_and_nothing_is_an_empty_picture() -> None:
    dot, empty = rasterise([Sketch.from_polylines([[(5, 5)]]), Sketch.empty()], 9)
    assert dot[4, 4] == 255
    assert np.count_nonzero(dot) == 1
    assert not empty.any()
    assert rasterise([], 9).shape == (0, 9, 9)


def test_the_length_of_a_line_decides_its_ink() -> None:
    lines = [Sketch.from_polylines([[(0, 0), (0, 1000)], [(700, y) for y in (0, size)]]) for size in (100, 200, 300)]
    ink = rasterise(lines).astype(float).sum(axis=(1, 2))
    assert np.isclose(ink[2] - ink[1], ink[1] - ink[0], rtol=0.05)


@given(st.lists(SKETCHES, min_size=1, max_size=6), st.integers(1, 40), st.integers(-500, 500))
@settings(max_examples=60, deadline=None)
def test_a_picture_depends_on_its_own_sketch_alone_and_not_on_place_or_size(
    sketches: list[Sketch], scale: int, shift: int
) -> None:
    together = rasterise(sketches)
    for sketch, picture in zip(sketches, together, strict=True):
        assert np.array_equal(picture, rasterise([sketch])[0])
        moved = rasterise([sketch.transformed(scale, (shift, -shift))])[0]
        # The last bits of the coordinates differ, and with them now and then a rounding.
        assert np.abs(moved.astype(int) - picture.astype(int)).mean() < 1.0
