from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import ezdxf
import numpy as np
import pytest
from ezdxf.document import Drawing as DxfDocument
from ezdxf.entities import LWPolyline
from ezdxf.entitydb import EntityDB

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output import dxf, provenance
from sketchdesign.output.dxf import read_dxf_provenance, render_dxf


def drawing(*lines: object, pen: Pen | None = None, label: str = "") -> Drawing:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    return Drawing(Page(210, 100), (Layer(pen or Pen(), strokes, label),), Provenance({"seed": 3}))


def opened(text: str) -> DxfDocument:
    return ezdxf.read(io.StringIO(text))


def test_strokes_are_polylines_in_millimetres_with_y_up() -> None:
    document = opened(render_dxf(drawing([[0, 100], [1.5, 0], [-0.0001, 50]], [[0, 0], [1, 0], [1, 1], [0, 0]])))
    open_one, closed = document.modelspace().query("LWPOLYLINE")
    assert isinstance(open_one, LWPolyline)
    assert isinstance(closed, LWPolyline)
    assert open_one.get_points("xy") == [(0, 0), (1.5, 100), (0, 50)]
    assert closed.get_points("xy") == [(0, 100), (1, 100), (1, 99)]
    assert (open_one.closed, closed.closed) == (False, True)


def test_dots_are_points() -> None:
    (dot,) = opened(render_dxf(drawing([[3, 4]]))).modelspace()
    assert dot.dxftype() == "POINT"
    assert tuple(dot.dxf.location) == (3, 96, 0)


def test_the_header_says_millimetres_and_where_the_page_is() -> None:
    header = opened(render_dxf(drawing())).header
    assert (header["$INSUNITS"], header["$MEASUREMENT"]) == (4, 1)
    assert tuple(header["$EXTMIN"]) == (0, 0, 0)
    assert tuple(header["$EXTMAX"]) == (210, 100, 0)


def test_each_pen_has_a_layer_with_its_colour_and_width() -> None:
    line = Strokes.from_polylines([[[1, 1], [2, 2]]])
    layers = (
        Layer(Pen("red", "#C8372D", 0.55), line),
        Layer(Pen(), line, "a/b<c>:\u00df\n\u2713 |x"),
        Layer(Pen(width_mm=9), Strokes.empty(), "n" * 400),
    )
    document = opened(render_dxf(Drawing(Page(10, 10), layers)))
    names = ["1 red 0.55", "2 a b c \u00df \u2713 x", f"3 {'n' * 253}"]
    assert [entity.dxf.layer for entity in document.modelspace()] == names[:2]
    first, _, last = (document.layers.get(name) for name in names)
    assert first.rgb == (0xC8, 0x37, 0x2D)
    assert (first.dxf.lineweight, last.dxf.lineweight) == (53, 211)


def test_an_audit_finds_nothing_and_handles_are_unique() -> None:
    lines = np.random.default_rng(0).uniform(0, 100, (300, 4, 2))
    document = opened(render_dxf(drawing(*lines, [[1, 1]])))
    audit = document.audit()
    assert (audit.errors, audit.fixes) == ([], [])
    handles = [entity.dxf.handle for entity in document.entitydb.values()]
    assert len(document.modelspace()) == 301
    assert len(set(handles)) == len(handles)
    assert max(int(handle, 16) for handle in handles) < int(document.header["$HANDSEED"], 16)
    owner = document.modelspace().layout_key
    assert {entity.dxf.owner for entity in document.modelspace()} == {owner}


def test_the_order_of_a_set_which_no_two_processes_share_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    def text(order: Callable[[set[str]], list[str]]) -> str:
        monkeypatch.setattr(EntityDB, "dxf_types_in_use", lambda database: order(types_in_use(database)))
        return render_dxf(drawing([[1, 2], [3, 4]]))

    types_in_use = EntityDB.dxf_types_in_use
    assert text(lambda types: sorted(types, reverse=True)) == text(sorted)


def test_the_same_drawing_gives_the_same_bytes() -> None:
    assert render_dxf(drawing([[0, 0], [1 / 3, 1]])) == render_dxf(drawing([[0, 0], [1 / 3, 1]]))


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (drawing(pen=Pen(colour="reddish")), "not a colour"),
        (drawing(pen=Pen(width_mm=float("inf"))), "pen inf mm wide"),
        (drawing([[1, 1e300]]), "100 m from the page"),
    ],
)
def test_impossible_drawings_are_refused(sheet: Drawing, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        render_dxf(sheet)


def test_provenance_survives_awkward_text_and_length(tmp_path: Path) -> None:
    made = Provenance({"word": "\n  0\nEOF\\U+00E9 \u0000\ud800\u00e9" + "  " * 300, "z": [0.25] * 100_000})
    path = tmp_path / "sheet.dxf"
    path.write_text(render_dxf(Drawing(Page(10, 10), (), made)))
    assert read_dxf_provenance(path) == made


def test_provenance_survives_a_change_by_another_program(tmp_path: Path) -> None:
    path = tmp_path / "sheet.dxf"
    document = opened(render_dxf(drawing([[0, 0], [1, 1]])))
    document.modelspace().add_line((0, 0), (1, 1))
    document.saveas(path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_dxf_provenance(path) == Provenance({"seed": 3})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "does not say how it was made"),
        (b"  0\nSECTION\n  0\nEOF\n", "does not say how it was made"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00", "not a DXF file in text form"),
        (b"<svg/>", "not a DXF file in text form"),
        (b"\xff" * 100_000, "not a DXF file in text form"),
        (b"1\nSKETCHDESIGN_PROVENANCE\n", "does not say how it was made"),
        (b"1\nSKETCHDESIGN_PROVENANCE\n1\n{}\n", "damaged"),
        (b"1\nSKETCHDESIGN_PROVENANCE\n1\n\xff", "damaged"),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "other.dxf"
    path.write_bytes(content)
    with pytest.raises(SketchFormatError, match=reason):
        read_dxf_provenance(path)


def test_endless_provenance_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (dxf, provenance):
        monkeypatch.setattr(module, "LARGEST_PROVENANCE", 900)
    path = tmp_path / "other.dxf"
    path.write_text("1\nSKETCHDESIGN_PROVENANCE\n" + "1\nx\n" * 1000)
    with pytest.raises(SketchFormatError, match="too large"):
        read_dxf_provenance(path)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_dxf_provenance(tmp_path / "absent.dxf")
