"""Sketches along a spiral, small ones inside and large ones outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sketchdesign.api import (
    Colour,
    Context,
    Drawing,
    InputError,
    Layer,
    Length,
    Page,
    Pen,
    Sketch,
    Strokes,
    Work,
    place,
)

FILLED = 0.9
"""Share of the way to the next sketch that a sketch takes up."""


class Winding(BaseModel):
    """How sketches lie on the spiral."""

    turns: Annotated[float, Field(ge=0.5, le=20.0, description="How often the spiral goes round")] = 3.0
    margin_mm: Annotated[float, Field(ge=0.0, le=500.0, description="Free border of the page"), Length()] = 10.0
    direction: Annotated[Literal["clockwise", "anticlockwise"], Field(description="Way round from the middle")] = (
        "clockwise"
    )
    pen: Annotated[str, Field(description="Colour of the pen"), Colour()] = "#000000"


class SpiralLayout:
    title = "Sketches along a spiral, larger towards the outside"
    Parameters = Winding

    def arrange(self, sketches: Sequence[Sketch], page: Page, parameters: Winding, context: Context) -> Drawing:
        return wind(sketches, page, parameters)


class SpiralParameters(Winding):
    model: Annotated[str, Field(description="A bundled model, or the path of a checkpoint")] = "cat"
    count: Annotated[int, Field(ge=2, le=2000, description="How many sketches")] = 24
    page: Annotated[str, Field(description="A4, letter, arch-d and the like, or a size such as 120x80mm")] = "A4"


class Spiral:
    title = "New sketches of a model along a spiral"
    Parameters = SpiralParameters

    def generate(self, parameters: SpiralParameters, context: Context) -> Work[Drawing]:
        page = Page.parse(parameters.page)
        sketches = yield from context.draw(parameters.model, parameters.count)
        return wind(sketches, page, parameters)


def wind(sketches: Sequence[Sketch], page: Page, winding: Winding) -> Drawing:
    """The sketches on a spiral around the middle of the page, the first one inside, the last one at the border.

    The spiral is logarithmic: at every step the distance from the middle grows by the same factor, and the size with
    it. The factor for a whole turn is such that a sketch just touches the one outside of it.

    Raises:
        InputError: the margin leaves no room.
    """
    reach = min(page.width_mm, page.height_mm) / 2.0 - winding.margin_mm
    if reach <= 0.0:
        raise InputError("the margin leaves no room for a spiral", hint="choose a smaller margin or a larger page")
    step = 2.0 * math.pi * winding.turns / len(sketches)
    spread = min(FILLED * step, 1.0)
    factor = ((2.0 + spread) / (2.0 - spread)) ** (step / (2.0 * math.pi))
    sign = 1.0 if winding.direction == "clockwise" else -1.0
    placed = []
    for number, sketch in enumerate(sketches):
        radius = reach / (1.0 + spread / 2.0) / factor ** (len(sketches) - 1 - number)
        size = spread * radius
        x = page.width_mm / 2.0 + radius * math.cos(step * number)
        y = page.height_mm / 2.0 + radius * math.sin(sign * step * number)
        placed.append(place(sketch, x - size / 2.0, y - size / 2.0, size, size))
    return Drawing(page, (Layer(Pen(winding.pen, winding.pen), Strokes.concatenate(placed)),))
