"""Strokes as a table: ``layer,stroke,x_mm,y_mm``, a line for each point, with the page on the first line."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from sketchdesign.api import Drawing, Layer, Page, Pen, SketchFormatError, Strokes

COLUMNS = ["layer", "stroke", "x_mm", "y_mm"]
LARGEST_FILE = 256 * 1024 * 1024


class CsvParameters(BaseModel):
    decimals: Annotated[int, Field(ge=0, le=6, description="Digits behind the point")] = 3


class CsvExporter:
    title = "CSV of points in millimetres, for spreadsheets and scripts"
    endings = (".csv",)
    Parameters = CsvParameters

    def render(self, drawing: Drawing, parameters: CsvParameters) -> bytes:
        text = io.StringIO()
        text.write(f"# page {drawing.page.width_mm:g}x{drawing.page.height_mm:g}mm\n")
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        for layer_number, layer in enumerate(drawing.layers, 1):
            for stroke_number, line in enumerate(layer.strokes.polylines(), 1):
                for x, y in line.tolist():
                    digits = parameters.decimals
                    table.writerow([layer_number, stroke_number, f"{x:.{digits}f}", f"{y:.{digits}f}"])
        return text.getvalue().encode()


class CsvImporter:
    title = "CSV of points in millimetres"
    endings = (".csv",)

    def read(self, path: Path) -> Drawing:
        if path.stat().st_size > LARGEST_FILE:
            raise SketchFormatError(f"{path} is too large to be read")
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise SketchFormatError(f"{path} is not a text file") from None
        if len(lines) < 2 or not lines[0].startswith("# page ") or lines[1].split(",") != COLUMNS:
            raise SketchFormatError(f"{path} does not begin with a page and the columns {','.join(COLUMNS)}")
        strokes: dict[int, dict[int, list[tuple[float, float]]]] = {}
        for number, row in enumerate(csv.reader(lines[2:]), 3):
            try:
                layer, stroke, x, y = row
                strokes.setdefault(int(layer), {}).setdefault(int(stroke), []).append((float(x), float(y)))
            except ValueError:
                raise SketchFormatError(f"line {number} of {path} is no point") from None
        layers = (Layer(Pen(), Strokes.from_polylines(lines.values())) for _, lines in sorted(strokes.items()))
        return Drawing(Page.parse(lines[0].removeprefix("# page ")), tuple(layers))
