"""Drawings on a ground: the colour of the cloth, which is seen in pictures and on screens, and which no pen draws.

A drawing's recipe names its ground. In an SVG the ground is an image of one pixel in a layer that is not plotted:
programs for plotters draw shapes whether they are filled or not, but no images.
"""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Drawing, Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.pdf import render_pdf
from sketchdesign.output.png import encode_png, render_png
from sketchdesign.output.svg import render_svg
from sketchdesign.output.vector import number_text

if TYPE_CHECKING:
    from PIL.Image import Image

_LABEL = "%ground"
"""AxiDraw software does not plot layers whose names begin so."""

_FIRST_LAYER = "</metadata>"
_MASK = Pen("mask", "#000000")


def ground_in(provenance: Provenance) -> str:
    """The ground that a recipe names, as ``#rrggbb``; empty if it names none."""
    try:
        return parse_colour(str(provenance.recipe["ground"]))
    except (KeyError, InputError):
        return ""


def svg_on_ground(drawing: Drawing) -> str:
    """As `render_svg`, with the ground below everything."""
    from PIL.Image import new

    text, ground = render_svg(drawing), ground_in(drawing.provenance)
    if not ground:
        return text
    buffer = io.BytesIO()
    new("RGB", (1, 1), ground).save(buffer, "PNG")
    picture = base64.b64encode(buffer.getvalue()).decode()
    width, height = number_text(drawing.page.width_mm), number_text(drawing.page.height_mm)
    layer = (
        f'<g id="ground" inkscape:groupmode="layer" inkscape:label="{_LABEL}">\n'
        f'<image width="{width}" height="{height}" preserveAspectRatio="none" image-rendering="optimizeSpeed"'
        f' xlink:href="data:image/png;base64,{picture}" />\n</g>\n'
    )
    before, end, after = text.partition(_FIRST_LAYER)
    return f"{before}{end}{layer}{after}"


def png_on_ground(drawing: Drawing, dpi: float) -> bytes:
    """As `render_png`, on the ground."""
    if not ground_in(drawing.provenance):
        return render_png(drawing, dpi)
    return encode_png(picture_on_ground(drawing, dpi), drawing.provenance, dpi)


def picture_on_ground(drawing: Drawing, dpi: float) -> Image:
    """The picture of a drawing on its ground, or on white."""
    from PIL.Image import new
    from PIL.Image import open as open_picture
    from PIL.ImageOps import invert

    ground = ground_in(drawing.provenance)
    if not ground:
        return open_picture(io.BytesIO(render_png(drawing, dpi))).convert("RGB")
    image = new("RGB", open_picture(io.BytesIO(render_png(drawing.with_layers(()), dpi))).size, ground)
    for layer in (each for each in drawing.layers if len(each.strokes)):
        # What covers white paper with black covers the ground with the pen's colour as much.
        black = replace(layer, pen=replace(_MASK, width_mm=layer.pen.width_mm))
        cover = invert(open_picture(io.BytesIO(render_png(drawing.with_layers([black]), dpi))).convert("L"))
        image.paste(layer.pen.colour, (0, 0, *image.size), cover)
    return image


def pdf_on_ground(drawing: Drawing, *, bleed_mm: float = 0.0) -> bytes:
    """As `render_pdf`, with the ground below everything, bleed included, in a layer of its own."""
    import pikepdf

    data, ground = render_pdf(drawing, bleed_mm=bleed_mm), ground_in(drawing.provenance)
    if not ground:
        return data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        group = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String(_LABEL)))
        for groups in (pdf.Root.OCProperties.OCGs, pdf.Root.OCProperties.D.Order, pdf.Root.OCProperties.D.ON):
            groups.insert(0, group)
        page = pdf.pages[0]
        page.obj.Resources.Properties["/Ground"] = group
        red, green, blue = (number_text(int(ground[at : at + 2], 16) / 255.0) for at in (1, 3, 5))
        _, _, width, height = (float(side) for side in page.obj.MediaBox)
        filled = f"/OC /Ground BDC q {red} {green} {blue} rg 0 0 {width:.6f} {height:.6f} re f Q EMC\n"
        page.contents_add(filled.encode(), prepend=True)
        buffer = io.BytesIO()
        pdf.save(buffer, min_version="1.6", fix_metadata_version=False, deterministic_id=True)
    return buffer.getvalue()
