"""Numbers with units and arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.errors import InputError
from sketchdesign.gui.quantities import evaluate, written


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12", "mm", 12.0),
        ("2in", "mm", 50.8),
        ('2"', "mm", 50.8),
        ("297/3", "mm", 99.0),
        ("(5cm + 2) * 3", "mm", 156.0),
        ("2", "in", 50.8),
        ("10mm", "in", 10.0),
        ("10cm / 2", "in", 50.0),
        ("6cm / 2cm", "mm", 3.0),
        ("-3,5", "", -3.5),
        ("90\u00b0", "\u00b0", 90.0),
        ("2*3-4/2", "", 4.0),
        ("30 mm/s", "mm/s", 30.0),
        ("30", "mm/s", 30.0),
        ("60/2 mm/s\u00b2", "mm/s\u00b2", 30.0),
        ("60 %", "%", 60.0),
        ("2.5 m", "m", 2500.0),
    ],
)
def test_values(text: str, unit: str, value: float) -> None:
    assert evaluate(text, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "two", "2 2", "1/0", "(1", "1)", "3kg", "2mm*2mm", "1/2mm", "__import__", "9" * 400]
)
def test_what_is_no_number_is_said(text: str) -> None:
    with pytest.raises(InputError):
        evaluate(text, "mm")


@given(st.floats(-1e5, 1e5), st.sampled_from(["", "mm", "cm", "in", "\u00b0", "%", "mm/s", "ms"]))
def test_what_a_field_shows_can_be_typed(value: float, unit: str) -> None:
    shown = written(value, unit, 3)
    assert evaluate(shown, unit) == pytest.approx(value, abs=0.02)


@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_a_sentence(text: str) -> None:
    try:
        value = evaluate(text, "mm")
    except InputError:
        value = 0.0
    assert isinstance(value, float)
