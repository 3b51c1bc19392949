"""Drawings as PDF: vector strokes at true size, one optional-content layer per pen, the recipe in the XMP metadata.

After ISO 32000-1: page boxes 14.11.2, optional content 8.11, metadata streams 14.3.2. The same drawing always gives
the same bytes: there are no dates, and the file's identifier follows from its content.
"""

from __future__ import annotations

import html
import io
import math
import mmap
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sketchdesign.core.colour import parse_colour
from sketchdesign.core.drawing import Drawing, Layer
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.units import MM_PER_UNIT
from sketchdesign.output.provenance import LARGEST_PROVENANCE, SVG_ELEMENT, SVG_NAMESPACE, no_provenance, opened
from sketchdesign.output.vector import check_vector, layer_label, number_text, plain_text, stroke_texts

if TYPE_CHECKING:
    import pikepdf

LARGEST_BLEED_MM = 100.0

_PT_PER_MM = 72.0 / MM_PER_UNIT["in"]
_LARGEST_SIDE_PT = 14_400.0
"""Viewers take no larger page than this many units (ISO 32000-1, annex C); larger ones get larger units."""

_PACKET_BEGIN = b"<?xpacket begin="
_PACKET_END = b"<?xpacket end="
_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?" + SVG_ELEMENT.encode() + rb"(?:\s[^<>]*)?>([^<]*)</")


def render_pdf(drawing: Drawing, *, bleed_mm: float = 0.0) -> bytes:
    """A PDF 1.6 file of one page, coordinates rounded to 0.001 mm, lines with round caps and joins.

    TrimBox is the drawing's page. BleedBox and MediaBox are larger by ``bleed_mm`` on every side; what the strokes do
    beyond the page is seen there.

    Raises:
        InputError: a colour is not ``#rrggbb``, or a size or the bleed is impossible.
    """
    import pikepdf

    check_vector(drawing)
    if not 0.0 <= bleed_mm <= LARGEST_BLEED_MM:
        raise InputError(f"a bleed of {bleed_mm:g} mm cannot be made", hint="choose one such as 3 mm")
    pdf = pikepdf.new()
    groups = [
        pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String(layer_label(number, layer))))
        for number, layer in enumerate(drawing.layers, 1)
    ]
    _add_page(pdf, drawing, bleed_mm, groups)
    if groups:
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=pikepdf.Array(groups),
            D=pikepdf.Dictionary(Order=pikepdf.Array(groups), ON=pikepdf.Array(groups)),
        )
        pdf.Root.PageMode = pikepdf.Name.UseOC
    pdf.Root.Metadata = pikepdf.Stream(
        pdf, _xmp(drawing.provenance).encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
    )
    buffer = io.BytesIO()
    # The metadata would be parsed, and cut where it is long, to write into it what version of PDF this is.
    pdf.save(buffer, min_version="1.6", fix_metadata_version=False, deterministic_id=True)
    return buffer.getvalue()


def _add_page(pdf: pikepdf.Pdf, drawing: Drawing, bleed_mm: float, groups: Sequence[pikepdf.Object]) -> None:
    import pikepdf

    width, height = drawing.page.width_mm, drawing.page.height_mm
    longest_pt = (max(width, height) + 2.0 * bleed_mm) * _PT_PER_MM
    user_unit = max(1, math.ceil(longest_pt / _LARGEST_SIDE_PT))
    scale = _PT_PER_MM / user_unit
    trim = [bleed_mm * scale, bleed_mm * scale, (bleed_mm + width) * scale, (bleed_mm + height) * scale]
    media = [0.0, 0.0, (2.0 * bleed_mm + width) * scale, (2.0 * bleed_mm + height) * scale]

    page = pdf.add_blank_page(page_size=(media[2], media[3]))
    page.obj.MediaBox = page.obj.BleedBox = _box(media)
    page.obj.TrimBox = _box(trim)
    if user_unit > 1:
        page.obj.UserUnit = user_unit
    page.obj.Resources = pikepdf.Dictionary(
        Properties=pikepdf.Dictionary({f"/L{number}": group for number, group in enumerate(groups, 1)})
    )
    matrix = f"{scale:.9f} 0 0 {-scale:.9f} {trim[0]:.6f} {trim[3]:.6f} cm"
    parts = [matrix, "1 J 1 j"]
    for number, layer in enumerate(drawing.layers, 1):
        parts += _layer_operators(number, layer)
    page.obj.Contents = pikepdf.Stream(pdf, "\n".join(parts).encode())


def _box(corners: list[float]) -> pikepdf.Array:
    from decimal import Decimal

    import pikepdf

    return pikepdf.Array([Decimal(f"{corner:.6f}") for corner in corners])


def _layer_operators(number: int, layer: Layer) -> Iterator[str]:
    colour = parse_colour(layer.pen.colour)
    red, green, blue = (number_text(int(colour[at : at + 2], 16) / 255.0) for at in (1, 3, 5))
    yield f"/OC /L{number} BDC"
    yield f"{red} {green} {blue} RG {number_text(layer.pen.width_mm)} w"
    for texts in stroke_texts(layer.strokes):
        yield _path(texts)
    yield "EMC"


def _path(texts: list[str]) -> str:
    points = [f"{x} {y}" for x, y in zip(texts[::2], texts[1::2], strict=True)]
    if points.count(points[0]) == len(points):
        # A line without length and with round caps is a disc (ISO 32000-1, 8.5.3.2).
        return f"{points[0]} m {points[0]} l S"
    closing = points[0] == points[-1]
    drawn = points[1:-1] if closing else points[1:]
    return f"{points[0]} m {' l '.join(drawn)} l {'s' if closing else 'S'}"


def _xmp(provenance: Provenance) -> str:
    """An XMP packet (XMP specification part 1, 7): fixed id, never compressed, so that scanners find it."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f' xmlns:sketchdesign="{SVG_NAMESPACE}">\n'
        f"<xmp:CreatorTool>{escape(plain_text(provenance.application))}</xmp:CreatorTool>\n"
        f"<sketchdesign:{SVG_ELEMENT}>{escape(provenance.to_json())}</sketchdesign:{SVG_ELEMENT}>\n"
        "</rdf:Description>\n</rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    )


def read_pdf_provenance(path: Path) -> Provenance:
    """The provenance in the last XMP packet of a PDF that has one.

    The file is searched for the packet rather than parsed: nothing is decompressed, so a hostile file costs no more
    than its own size in time and no memory beyond the packet.

    Raises:
        InputError: the file cannot be read.
        SketchFormatError: it is no PDF, is damaged, or carries no provenance.
    """
    with opened(path) as file:
        if file.read(5) != b"%PDF-":
            raise SketchFormatError(f"{path} is not a PDF file or is damaged")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            end = len(data)
            while (begin := data.rfind(_PACKET_BEGIN, 0, end)) >= 0:
                close = data.find(_PACKET_END, begin, end)
                if close - begin > 2 * LARGEST_PROVENANCE:
                    raise SketchFormatError(f"the provenance in {path} is too large to be read")
                if close >= 0 and (text := _provenance_text(data[begin:close])) is not None:
                    return Provenance.from_json(text)
                end = begin
    raise no_provenance(path)


def _provenance_text(packet: bytes) -> str | None:
    """What our element in an XMP packet says; None where there is none."""
    # A search for the one element needs far less memory than an XML parser might be made to take, and knows no entities
    # but the fixed ones.
    found = _ELEMENT.search(packet) if SVG_NAMESPACE.encode() in packet else None
    return html.unescape(found[1].decode(errors="replace")) if found else None
