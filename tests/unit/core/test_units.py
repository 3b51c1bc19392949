"""Lengths as people write them."""

from __future__ import annotations

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.core.units import parse_length_mm


@pytest.mark.parametrize(
    ("text", "millimetres"),
    [
        ("10mm", 10.0),
        (" 10 mm ", 10.0),
        ("10", 10.0),
        ("1.5cm", 15.0),
        ("1.cm", 10.0),
        (".5in", 12.7),
        ('2"', 50.8),
        ("1IN", 25.4),
        ("72pt", 25.4),
        ("6pc", 25.4),
        ("96px", 25.4),
        ("1ft", 304.8),
        ("0.1m", 100.0),
        ("1e2mm", 100.0),
        ("-3mm", -3.0),
        ("+3mm", 3.0),
        ("0", 0.0),
    ],
)
def test_lengths(text: str, millimetres: float) -> None:
    assert parse_length_mm(text) == pytest.approx(millimetres)


@pytest.mark.parametrize(
    "text", ["", " ", "mm", "ten", "10 furlongs", "1,5mm", "10mm2", "1 2mm", "nan", "inf", "--1", "."]
)
def test_what_is_no_length_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="is not a length; write a number and a unit"):
        parse_length_mm(text)


@pytest.mark.parametrize("text", ["1e999mm", "9" * 400, "-1e999mm", "1001m", "-1000001"])
def test_lengths_beyond_a_kilometre_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="too large"):
        parse_length_mm(text)


def test_a_very_long_wrong_text_is_refused_at_once() -> None:
    with pytest.raises(InputError) as refused:
        parse_length_mm("1" * 200_000 + "!")
    assert len(str(refused.value)) < 200
