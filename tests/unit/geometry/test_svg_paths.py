from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.geometry.svg_paths import parse_paths


def strokes(text: str) -> list[list[list[float]]]:
    parsed = parse_paths([text])
    assert parsed.unread == []
    return [part.tolist() for part in np.split(parsed.curves.points, parsed.curves.offsets[1:-1]) if len(part)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M0,0L1,1 2,2", [[[0, 0], [1, 1], [2, 2]]]),
        ("m 1 2 3-4-1.5e1,.5", [[[1, 2], [4, -2], [-11, -1.5]]]),
        ("M0 0 h4 v4 H1 V2 z l1 1", [[[0, 0], [4, 0], [4, 4], [1, 4], [1, 2], [0, 0]], [[0, 0], [1, 1]]]),
        ("M5 5zz", [[[5, 5], [5, 5]], [[5, 5], [5, 5]]]),
        ("m1 1 2 2z m 1 1 1 0zm 5 5 h1", [[[1, 1], [3, 3], [1, 1]], [[2, 2], [3, 2], [2, 2]], [[7, 7], [8, 7]]]),
        ("M1 1M2 2 3 3M4 4", [[[2, 2], [3, 3]]]),
        ("M0 0C1 1 2 1 3 0s2-1 3 0", [[[0, 0], [1, 1], [2, 1], [3, 0], [4, -1], [5, -1], [6, 0]]]),
        ("M0 0L3 0S4 4 5 5", [[[0, 0], [3, 0], [3, 0], [4, 4], [5, 5]]]),
        ("M1 1q1 1 2 0 1-1 2 0", [[[1, 1], [2, 2], [3, 1], [4, 0], [5, 1]]]),
        ("", []),
        ("  ", []),
    ],
)
def test_commands(text: str, expected: list[list[list[float]]]) -> None:
    assert strokes(text) == expected


def test_control_points_are_marked() -> None:
    curves = parse_paths(["M0 0C1 1 2 1 3 0L4 0Q5 5 6 0z"]).curves
    assert curves.on_curve.tolist() == [True, False, False, True, True, False, True, True]


@pytest.mark.parametrize(
    "text",
    [
        *("M0 0A5 5 0 0 1 9 9", "M0 0T4 4", "M0 0Q1 1 2 2S3 3 4 4", "L1 1", "z", "5 5M1 1", "M1", "M1 2 3", "M0 0L"),
        *("M1.5.5", "M1. 2", "M1 2.", "M1e5.5 2", "M1 - 2", "M1 2-", "M1 2e", "M0 0 L x", "M0 0z1", "M\u0661 2"),
        "M0 0\0",
    ],
)  # fmt: skip
def test_what_is_left_to_others_does_not_disturb_its_neighbours(text: str) -> None:
    parsed = parse_paths(["M0 0 1 1", text, "M2 2 3 3", text])
    assert parsed.unread == [1, 3]
    assert parsed.owners.tolist() == [0, 2]
    assert parsed.curves.points.tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]


def test_coordinates_are_exact_whatever_stands_before() -> None:
    far = "m 1e15 1e15" + " 0.1 0.1" * 50
    parsed = parse_paths([far, "m 0.1 0.2 0.1 0.1", far])
    own = parsed.curves.points[parsed.curves.offsets[1] : parsed.curves.offsets[2]]
    assert own.tolist() == [[0.1, 0.2], [0.1 + 0.1, 0.2 + 0.1]]
