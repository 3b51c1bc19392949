from __future__ import annotations

import math

import numpy as np
import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.design.repeat import make_repeat


@pytest.mark.parametrize(
    ("name", "rectangle", "cells"),
    [
        ("grid", (120, 80), 1),
        ("half-drop", (240, 80), 2),
        ("half-brick", (120, 160), 2),
        ("drop:1/3", (360, 80), 3),
        ("brick:3/4", (120, 320), 4),
        ("hex", (180, 80), 2),
        ("hex-row", (120, 120), 2),
        ("diamond", (120, 80), 2),
        ("ogee", (120, 80), 2),
        ("mirror", (240, 160), 1),
        ("turn-over", (120, 160), 1),
        ("p2", (120, 80), 1),
        ("p4m", (120, 120), 1),
        ("p6m", (120, 120 * math.sqrt(3)), 2),
    ],
)
def test_smallest_straight_repeat(name: str, rectangle: tuple[float, float], cells: int) -> None:
    repeat = make_repeat(name, 120.0, 80.0)
    assert repeat.rectangle_mm == pytest.approx(rectangle)
    assert repeat.cells_per_rectangle == cells


@pytest.mark.parametrize(("name", "known"), [("Half_Drop", "half-drop"), ("basic", "grid"), (" P4MM ", "p4m")])
def test_names_are_taken_as_people_write_them(name: str, known: str) -> None:
    assert make_repeat(name, 10.0, 10.0) == make_repeat(known, 10.0, 10.0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("drop:2/4", "write drop:1/2"),
        ("drop:1/13", "q from 2 to 12"),
        ("brick:3/3", "p from 1 to q - 1"),
        ("drop:0/3", "p from 1"),
        ("drop:x", "unknown repeat"),
        ("half-dorp", "did you mean half-drop"),
        ("p5", "unknown repeat"),
        ("", "unknown repeat"),
    ],
)
def test_names_that_mean_nothing_are_refused_with_a_hint(name: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        make_repeat(name, 10.0, 10.0)
    assert said in str(caught.value)


def test_a_drop_shifts_columns_and_a_brick_rows() -> None:
    assert make_repeat("drop:1/4", 100.0, 60.0).lattice_mm == ((100.0, 15.0), (0.0, 60.0))
    assert make_repeat("brick:1/4", 100.0, 60.0).lattice_mm == ((100.0, 0.0), (25.0, 60.0))


def test_the_second_row_of_a_turn_over_is_mirrored() -> None:
    _, glide = make_repeat("turn-over", 100.0, 60.0).operations
    assert glide.mirrors
    assert glide.apply(np.array([[10.0, 5.0]])).tolist() == [[90.0, 65.0]]
