from __future__ import annotations

import pytest

from sketchdesign.geometry.svg_paint import Ink, Paint, colour_of, paint_of


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        *(("#C83020", "#c83020"), (" #c32 ", "#cc3322"), ("#c8302080", "#c83020"), ("#c328", "#cc3322")),
        *(("Navy", "#000080"), ("rebeccapurple", "#663399"), ("transparent", "#000000"), ("none", "#000000")),
        *(("rgb(200,48,32)", "#c83020"), ("rgb(200 48 32 / 50%)", "#c83020"), ("RGBA(100%, 0%, 0%, .5)", "#ff0000")),
        *(("rgb(300,-5,0)", "#ff0000"), ("hsl(120, 100%, 50%)", "#00ff00"), ("hsl(-120deg 100% 25%)", "#000080")),
        *(("rgb(1,2)", "#000000"), ("rgb(x)", "#000000"), ("c83020", "#000000"), ("dark blue", "#000000")),
        *(("url(#a)", "#000000"), ("url(#a) none", "#000000"), ("url(#a) tan", "#d2b48c")),
    ],
)
def test_colours_of_css(text: str, colour: str) -> None:
    assert colour_of(text) == colour


def test_widths_follow_the_transform() -> None:
    ink = Ink().inside("tan", "0.5mm", None)
    assert paint_of(ink, (1.0, 0.0, 0.0, 1.0, 5.0, 5.0)).width == pytest.approx(0.5 * 96 / 25.4, abs=1e-6)
    assert paint_of(Ink().inside(None, "2", None), (0.0, 4.0, -1.0, 0.0, 0.0, 0.0)) == Paint("#000000", 4.0)
    for odd in ("10%", "wide", "-3", "0"):
        assert ink.inside(None, odd, None).width == 0.0
    assert paint_of(ink, (1e300, 0.0, 0.0, 1e300, 0.0, 0.0)).width == 0.0
