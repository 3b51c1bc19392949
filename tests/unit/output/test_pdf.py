from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pikepdf
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output.pdf import read_pdf_provenance, render_pdf
from sketchdesign.output.svg import render_svg

PT = 72 / 25.4


def drawing(*lines: object, pen: Pen | None = None, page: Page | None = None) -> Drawing:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    return Drawing(page or Page(210, 297), (Layer(pen or Pen(), strokes),))


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def operators(data: bytes) -> str:
    with opened(data) as pdf:
        return pdf.pages[0].Contents.read_bytes().decode()


def box(data: bytes, name: str) -> list[float]:
    with opened(data) as pdf:
        return [float(corner) for corner in pdf.pages[0].obj[name].as_list()]


def test_the_page_has_its_exact_size_in_all_boxes() -> None:
    data = render_pdf(Drawing(Page(297, 210), ()))
    for name in ("/MediaBox", "/BleedBox", "/TrimBox"):
        assert box(data, name) == pytest.approx([0, 0, 297 * PT, 210 * PT], abs=1e-6)
    assert b"/UserUnit" not in data


def test_the_bleed_lies_around_the_page() -> None:
    data = render_pdf(drawing([[0, 0], [210, 297]]), bleed_mm=3)
    assert box(data, "/TrimBox") == pytest.approx([3 * PT, 3 * PT, 213 * PT, 300 * PT], abs=1e-6)
    assert box(data, "/MediaBox") == box(data, "/BleedBox") == pytest.approx([0, 0, 216 * PT, 303 * PT], abs=1e-6)
    matrix = [float(number) for number in operators(data).splitlines()[0].split()[:6]]
    assert matrix == pytest.approx([PT, 0, 0, -PT, 3 * PT, 300 * PT], abs=1e-6)


def test_pages_beyond_the_largest_get_larger_units() -> None:
    data = render_pdf(Drawing(Page(10_000, 50), ()))
    with opened(data) as pdf:
        unit = int(pdf.pages[0].obj.UserUnit)
    assert max(box(data, "/MediaBox")) <= 14_400
    assert box(data, "/MediaBox")[2] * unit == pytest.approx(10_000 * PT, abs=1e-4)


def test_strokes_are_lines_with_round_ends_in_millimetres() -> None:
    data = render_pdf(drawing([[1, 2.5], [-0.0001, 10.10049]], [[0, 0], [1, 0], [1, 1], [0, 0]], [[3, 4]]))
    assert operators(data).splitlines()[1:] == [
        "1 J 1 j",
        "/OC /L1 BDC",
        "0 0 0 RG 0.3 w",
        "1 2.5 m 0 10.1 l S",
        "0 0 m 1 0 l 1 1 l s",
        "3 4 m 3 4 l S",
        "EMC",
    ]


def test_each_pen_has_an_optional_content_layer_and_its_colour() -> None:
    layers = (
        Layer(Pen("red", "#ff8000", 0.5), Strokes.from_polylines([[[1, 1], [2, 2]]])),
        Layer(Pen(), Strokes.empty(), "Umri\u00df \u2713\ud800"),
    )
    data = render_pdf(Drawing(Page(10, 10), layers))
    with opened(data) as pdf:
        groups = pdf.Root.OCProperties.OCGs.as_list()
        assert [str(group.Name) for group in groups] == ["1 red 0.5", "2 Umri\u00df \u2713"]
        properties = pdf.pages[0].Resources.Properties
        assert [properties.L1.objgen, properties.L2.objgen] == [group.objgen for group in groups]
        assert pdf.check_pdf_syntax() == []
    assert "1 0.502 0 RG 0.5 w" in operators(data)


@pytest.mark.parametrize("label", ["", "outline", "%guides", "! change pen", "<&\x00>"])
def test_layers_are_named_as_in_the_svg(label: str) -> None:
    sheet = Drawing(Page(10, 10), (Layer(Pen("red", "#ff8000", 0.5), Strokes.empty(), label),))
    root = ElementTree.fromstring(render_svg(sheet))
    names = [group.get("{http://www.inkscape.org/namespaces/inkscape}label") for group in root if group.tag[-1] == "g"]
    with opened(render_pdf(sheet)) as pdf:
        assert [str(group.Name) for group in pdf.Root.OCProperties.OCGs.as_list()] == names


def test_the_same_drawing_gives_the_same_bytes_without_dates() -> None:
    data = render_pdf(drawing([[0, 0], [1 / 3, 1]]))
    assert data == render_pdf(drawing([[0, 0], [1 / 3, 1]]))
    assert not re.search(rb"Date|D:20\d\d", data)


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (drawing([[1, 1]], pen=Pen(colour="reddish")), "not a colour"),
        (drawing([[1, 1]], pen=Pen(width_mm=float("nan"))), "pen nan mm wide"),
        (drawing([[1, 1]], pen=Pen(width_mm=0.0)), "pen 0 mm wide"),
        (drawing([[1e300, 1]]), "100 m from the page"),
        (drawing(page=Page(0, 10)), "a page of 0 x 10 mm"),
        (drawing(page=Page(float("nan"), 10)), "a page of nan"),
    ],
)
def test_impossible_drawings_are_refused(sheet: Drawing, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        render_pdf(sheet)


@pytest.mark.parametrize("bleed_mm", [-1.0, float("nan"), 1e6])
def test_impossible_bleeds_are_refused(bleed_mm: float) -> None:
    with pytest.raises(InputError, match="bleed"):
        render_pdf(drawing(), bleed_mm=bleed_mm)


def test_provenance_survives_awkward_text_and_length(tmp_path: Path) -> None:
    made = Provenance({"word": "</x><?xpacket end=]]>&amp;\u0000\ud800\u00e9", "z": [0.25] * 200_000}, "a <b> \x00")
    path = tmp_path / "sheet.pdf"
    path.write_bytes(render_pdf(Drawing(Page(10, 10), (), made)))
    assert read_pdf_provenance(path) == made


def test_provenance_survives_a_change_by_another_program(tmp_path: Path) -> None:
    made = Provenance({"seed": 7})
    path = tmp_path / "sheet.pdf"
    with opened(render_pdf(Drawing(Page(10, 10), (), made))) as pdf:
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = "other"
        pdf.save(path)
    assert read_pdf_provenance(path) == made


PACKET = "%PDF-1.6 <?xpacket begin=?><x xmlns:s='urn:sketchdesign:provenance'>{}</x><?xpacket end='r'?>"
BOMB = "%PDF-1.6 <?xpacket begin=?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x><?xpacket end='r'?>"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not a PDF"),
        ("%PD", "not a PDF"),
        ("<svg/>", "not a PDF"),
        ("%PDF-1.6", "does not say how it was made"),
        ("%PDF-1.6 <?xpacket begin=", "does not say how it was made"),
        ("%PDF-1.6 <?xpacket end=<?xpacket begin=<?xpacket begin=", "does not say how it was made"),
        (BOMB, "does not say how it was made"),
        (PACKET.format(""), "does not say how it was made"),
        (PACKET.format("<s:provenance></s:provenance>"), "damaged"),
        (PACKET.format("<s:provenance>{}</s:provenance>"), "damaged"),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "other.pdf"
    path.write_text(content)
    with pytest.raises(SketchFormatError, match=reason):
        read_pdf_provenance(path)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_pdf_provenance(tmp_path / "absent.pdf")
