from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.colour import from_oklch, mix, nearest, oklab, oklch, parse_colour
from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.pens import parse_pens

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@pytest.mark.parametrize(
    ("colour", "lab"),
    [  # the sRGB primaries as CSS Color 4 lists them in Oklab
        ("#ffffff", (1.0, 0.0, 0.0)),
        ("#ff0000", (0.62796, 0.22486, 0.12585)),
        ("#00ff00", (0.86644, -0.23389, 0.17950)),
        ("#0000ff", (0.45201, -0.03246, -0.31153)),
    ],
)
def test_known_colours(colour: str, lab: tuple[float, float, float]) -> None:
    assert oklab(colour) == pytest.approx(lab, abs=2e-4)


@given(COLOURS)
def test_every_colour_survives_the_way_there_and_back(colour: str) -> None:
    assert from_oklch(oklch(colour)) == colour


@given(COLOURS, COLOURS)
def test_a_mixture_begins_and_ends_with_its_colours(first: str, second: str) -> None:
    assert mix(first, second, 0.0) == first
    assert mix(first, second, 1.0) == second


@given(COLOURS, COLOURS, st.floats(0.0, 1.0))
def test_lightness_changes_evenly(first: str, second: str, share: float) -> None:
    expected = (1.0 - share) * oklab(first)[0] + share * oklab(second)[0]
    # Near black one step of 8 bits is a long way for the eye's scale.
    tolerance = 0.02 if expected > 0.25 else 0.08
    assert oklab(mix(first, second, share))[0] == pytest.approx(expected, abs=tolerance)


def test_hues_go_the_shorter_way() -> None:
    between = oklch(mix("#e02020", "#2b4bff", 0.5))
    assert np.degrees(between[2]) % 360 == pytest.approx(325, abs=20)  # purple, not green
    assert between[1] > 0.1


def test_grey_takes_the_hue_of_the_other() -> None:
    assert oklch(mix("#808080", "#e02020", 0.5))[2] == pytest.approx(oklch("#e02020")[2], abs=0.02)


def test_nearest_is_by_eye() -> None:
    assert nearest("#ee1111", ["#0000ff", "#ff0000", "#000000"]) == "#ff0000"


@pytest.mark.parametrize("text", ["", "rot", "#12345", "#1234", "123", "#12345g", "##123456", "#1234567"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a colour"):
        parse_colour(text)
    assert parse_colour(" A0b1C2 ") == "#a0b1c2"


@pytest.mark.parametrize(
    ("text", "colour"),
    [("navy", "#000080"), (" Crimson", "#dc143c"), ("dark-blue", "#00008b"), ("Dark Sea Green", "#8fbc8f"),
     ("#1aF", "#11aaff"), ("grey", "#808080"), ("rebeccapurple", "#663399")],
)  # fmt: skip
def test_colours_have_names_and_short_forms(text: str, colour: str) -> None:
    assert parse_colour(text) == colour


def test_a_slip_is_answered_with_the_name_meant() -> None:
    with pytest.raises(InputError, match=r"'crimzon' is not a colour; did you mean crimson\? write it as"):
        parse_colour("crimzon")
    with pytest.raises(InputError, match="'mauve' is not a colour; write it as"):
        parse_colour("mauve")


def test_pens_are_called_by_the_name_they_were_given() -> None:
    assert parse_pens("Dark Blue:0.5mm, #000,#123,tan") == (
        Pen("darkblue", "#00008b", 0.5),
        Pen("black", "#000000"),
        Pen("#112233", "#112233"),
        Pen("tan", "#d2b48c"),
    )
