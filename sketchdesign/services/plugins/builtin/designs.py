"""Sketches of a model as generators, and our arrangements as layouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.pages import PAGE_NAMES
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.grid import GridLayout, arrange_grid
from sketchdesign.design.layout import MOST_MOTIFS, Layout
from sketchdesign.model.sampling import HIGHEST_TEMPERATURE
from sketchdesign.services.jobs import Work
from sketchdesign.services.parameters import Length
from sketchdesign.services.plugins.kinds import Context
from sketchdesign.services.tiles.making import TileSettings, make_tile


class DrawnParameters(BaseModel):
    """What every generator that draws with a model asks for."""

    model: Annotated[str, Field(description="A bundled model, or the path of a checkpoint")] = "cat"
    class_name: Annotated[str, Field(description="One class of a model that knows several; nothing for all")] = ""
    temperature: Annotated[
        float, Field(ge=0.0, le=HIGHEST_TEMPERATURE, description="How varied the sketches are; 1 is as human drawings")
    ] = 0.1


class SketchesParameters(DrawnParameters):
    count: Annotated[int, Field(ge=1, le=10_000, description="How many sketches")] = 9


class Sketches:
    title = "New sketches of a model"
    Parameters = SketchesParameters

    def generate(self, parameters: SketchesParameters, context: Context) -> Work[list[Sketch]]:
        return _drawn(parameters, parameters.count, context)


class GridParameters(DrawnParameters):
    rows: Annotated[int, Field(ge=1, le=1000, description="Rows of sketches")] = 8
    columns: Annotated[int, Field(ge=1, le=1000, description="Sketches beside each other")] = 8
    page: Annotated[str, Field(description=f"{PAGE_NAMES}, or a size such as 120x80mm")] = "A4"
    margin_mm: Annotated[float, Field(ge=0.0, le=1000.0, description="Free border of the page"), Length()] = 10.0
    gap_mm: Annotated[float, Field(ge=0.0, le=1000.0, description="Free space between the sketches"), Length()] = 3.0


class Grid:
    title = "A page of new sketches in rows and columns, in the order in which they are drawn"
    Parameters = GridParameters

    def generate(self, parameters: GridParameters, context: Context) -> Work[Drawing]:
        layout = GridLayout(parameters.rows, parameters.columns, parameters.margin_mm, parameters.gap_mm)
        page = Page.parse(parameters.page)
        layout.cell_size_mm(page)
        sketches = yield from _drawn(parameters, parameters.rows * parameters.columns, context)
        return arrange_grid(sketches, layout, page)


class RowsParameters(BaseModel):
    columns: Annotated[int, Field(ge=1, le=1000, description="Sketches beside each other")] = 4
    margin_mm: Annotated[float, Field(ge=0.0, le=1000.0, description="Free border of the page"), Length()] = 10.0
    gap_mm: Annotated[float, Field(ge=0.0, le=1000.0, description="Free space between the sketches"), Length()] = 3.0


class Rows:
    title = "Rows and columns of equal cells"
    Parameters = RowsParameters

    def arrange(self, sketches: Sequence[Sketch], page: Page, parameters: RowsParameters, context: Context) -> Drawing:
        rows = -(-len(sketches) // parameters.columns)
        layout = GridLayout(rows, parameters.columns, parameters.margin_mm, parameters.gap_mm)
        return arrange_grid(sketches, layout, page)


class TossedParameters(BaseModel):
    motifs: Annotated[int, Field(ge=1, le=MOST_MOTIFS, description="How many; the sketches take turns")] = 24
    sizes: Annotated[Literal["tossed", "ditsy"], Field(description="All alike, or small ones between large ones")] = (
        "tossed"
    )
    density: Annotated[float, Field(ge=0.01, le=0.9, description="Share of the page that is covered")] = 0.4
    gap_mm: Annotated[float, Field(ge=0.0, le=1000.0, description="Least distance between sketches"), Length()] = 2.0
    rotate: Annotated[
        Literal["one-way", "two-way", "four-way", "free"], Field(description="Which way up the sketches are")
    ] = "free"


class Tossed:
    title = "Tossed over the page without touching; what leaves on one side enters on the other"
    Parameters = TossedParameters

    def arrange(
        self, sketches: Sequence[Sketch], page: Page, parameters: TossedParameters, context: Context
    ) -> Work[Drawing]:
        layout = Layout(
            parameters.sizes,
            motifs=parameters.motifs,
            density=parameters.density,
            gap_mm=parameters.gap_mm,
            turns=parameters.rotate,
        )
        settings = TileSettings("grid", (page.width_mm, page.height_mm), layout, seed=context.seed)
        tile = yield from make_tile(sketches, settings, {})
        return tile.drawing


def _drawn(parameters: DrawnParameters, count: int, context: Context) -> Work[list[Sketch]]:
    return context.draw(
        parameters.model, count, temperature=parameters.temperature, class_name=parameters.class_name or None
    )
