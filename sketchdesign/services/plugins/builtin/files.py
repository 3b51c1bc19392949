"""Our file formats as exporters and importers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.machine import AXIDRAW_V3, find_machine
from sketchdesign.core.strokes import Sketch
from sketchdesign.output.files import WRITERS
from sketchdesign.output.gcode import SERVO, Z_AXIS, render_gcode
from sketchdesign.output.pdf import LARGEST_BLEED_MM, render_pdf
from sketchdesign.output.png import DEFAULT_DPI, render_png
from sketchdesign.services.inputs import read_drawings
from sketchdesign.services.parameters import Length, NoParameters, Unit


@dataclass(frozen=True)
class PlainExporter:
    """A format without parameters; its files are the same whatever their ending."""

    title: str
    endings: tuple[str, ...]
    Parameters: type[NoParameters] = NoParameters

    def render(self, drawing: Drawing, parameters: NoParameters) -> bytes:
        return WRITERS[self.endings[0]](drawing, DEFAULT_DPI)


SVG = PlainExporter("SVG in millimetres, one layer for each pen", (".svg",))
DXF = PlainExporter("DXF for CAD and laser cutters", (".dxf",))
HPGL = PlainExporter("HP-GL for vinyl cutters and older plotters", (".hpgl", ".plt"))


class PdfParameters(BaseModel):
    bleed_mm: Annotated[
        float, Field(ge=0.0, le=LARGEST_BLEED_MM, description="Border beyond the page that is cut off"), Length()
    ] = 0.0


class Pdf:
    title = "PDF of one page for printers"
    endings = (".pdf",)
    Parameters = PdfParameters

    def render(self, drawing: Drawing, parameters: PdfParameters) -> bytes:
        return render_pdf(drawing, bleed_mm=parameters.bleed_mm)


class GcodeParameters(BaseModel):
    pen: Annotated[Literal["servo", "z-axis"], Field(description="What lifts the pen")] = "servo"
    machine: Annotated[str, Field(description="The plotter whose speeds are used")] = AXIDRAW_V3.name


class Gcode:
    title = "G-code for machines with a pen"
    endings = (".gcode", ".nc")
    Parameters = GcodeParameters

    def render(self, drawing: Drawing, parameters: GcodeParameters) -> bytes:
        settings = SERVO if parameters.pen == "servo" else Z_AXIS
        return render_gcode(drawing, replace(settings, machine=find_machine(parameters.machine))).encode()


class PngParameters(BaseModel):
    resolution: Annotated[float, Field(ge=1.0, le=4800.0, description="Pixels in an inch"), Unit("dpi")] = DEFAULT_DPI


class Png:
    title = "PNG picture"
    endings = (".png",)
    Parameters = PngParameters

    def render(self, drawing: Drawing, parameters: PngParameters) -> bytes:
        return render_png(drawing, parameters.resolution)


class SvgImporter:
    title = "SVG from any program, curves as lines"
    endings = (".svg",)

    def read(self, path: Path) -> Drawing:
        from sketchdesign.geometry.read_drawing import read_drawing

        return read_drawing(path)


class SketchesImporter:
    title = "Lists of sketches of ours, of QuickDraw and of sketch-rnn"
    endings = (".ndjson", ".bin", ".npz")

    def read(self, path: Path) -> list[Sketch]:
        return [sketch for sketch, _ in read_drawings(path)]
