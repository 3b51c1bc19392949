from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.provenance import Provenance
from sketchdesign.output import png
from sketchdesign.output.png import render_png
from sketchdesign.output.provenance import read_png_provenance

MM_DPI = 254.0
"""Ten pixels to the millimetre."""


def drawing(*lines: object, pen: Pen | None = None, page: Page | None = None) -> Drawing:
    strokes = Strokes.from_polylines(np.array(line, float) for line in lines)
    return Drawing(page or Page(20, 10), (Layer(pen or Pen(width_mm=1.0), strokes),))


def darkness(data: bytes) -> NDArray[np.float64]:
    return 1.0 - np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.float64) / 255.0


def test_size_and_resolution() -> None:
    image = Image.open(io.BytesIO(render_png(Drawing(Page(210, 297), ()), 150.0)))
    assert image.size == (1240, 1754)
    assert image.info["dpi"] == pytest.approx((150, 150), abs=0.02)
    assert image.getextrema() == ((255, 255),) * 3


def test_a_line_has_its_true_width_and_round_ends() -> None:
    ink = darkness(render_png(drawing([[5, 5], [15, 5]]), MM_DPI))
    assert ink[:, 100].sum() == pytest.approx(10.0, abs=0.05)
    assert ink.sum() == pytest.approx(100 * 10 + np.pi * 5**2, rel=0.01)
    assert ink[50, 48] == 1.0
    assert ink[46, 46] < 0.9


def test_a_dot_is_a_disc() -> None:
    assert darkness(render_png(drawing([[5, 5]]), MM_DPI)).sum() == pytest.approx(np.pi * 5**2, rel=0.02)


def test_joints_do_not_show() -> None:
    one = render_png(drawing([[2, 3], [18, 7]]), MM_DPI)
    many = render_png(drawing(np.linspace([2, 3], [18, 7], 60)), MM_DPI)
    assert np.abs(darkness(one) - darkness(many)).max() <= 1 / 255


def test_thin_lines_fade_rather_than_vanish() -> None:
    ink = darkness(render_png(drawing([[2, 5.05], [18, 5.05]], pen=Pen(width_mm=0.02)), MM_DPI))
    assert ink[:, 100].sum() == pytest.approx(0.2, abs=0.02)


def test_colours_and_layer_order() -> None:
    line = Strokes.from_polylines([[[2, 5], [18, 5]]])
    across = Strokes.from_polylines([[[10, 1], [10, 9]]])
    layers = (Layer(Pen("red", "#c8372d", 1.0), line), Layer(Pen("blue", "#2456a6", 1.0), across))
    pixels = np.asarray(Image.open(io.BytesIO(render_png(Drawing(Page(20, 10), layers), MM_DPI))))
    assert pixels[50, 40].tolist() == [0xC8, 0x37, 0x2D]
    assert pixels[50, 100].tolist() == [0x24, 0x56, 0xA6]


def test_bands_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = drawing(np.random.default_rng(0).uniform([0, 0], [20, 10], (30, 2)))
    whole = render_png(sheet, MM_DPI)
    monkeypatch.setattr(png, "_BAND_PIXELS", 200 * 7)
    monkeypatch.setattr(png, "_BATCH_PIXELS", 5000)
    assert render_png(sheet, MM_DPI) == whole


def test_lines_far_beyond_the_page_cost_nothing() -> None:
    far = darkness(render_png(drawing([[-1e9, 5], [1e9, 5]], [[1e9, 1e9], [1e9, -1e9]], [[-50, -50]]), MM_DPI))
    assert np.abs(far - darkness(render_png(drawing([[-5, 5], [25, 5]]), MM_DPI))).max() <= 1 / 255


@pytest.mark.parametrize("dpi", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_impossible_resolutions_are_refused(dpi: float) -> None:
    with pytest.raises(InputError, match="dpi"):
        render_png(drawing(), dpi)


def test_pictures_too_large_for_memory_are_refused() -> None:
    with pytest.raises(InputError, match="too large; choose 359 dpi or less"):
        render_png(drawing(page=Page(1000, 1000)), 1000.0)


def test_unknown_colours_are_refused() -> None:
    with pytest.raises(InputError, match="'reddish' is not a colour"):
        render_png(drawing([[1, 1]], pen=Pen(colour="reddish")), 96.0)


def test_provenance_rides_in_the_file(tmp_path: Path) -> None:
    made = Provenance({"seed": 7, "word": "<\u00e9\u0000>", "z": [0.25] * 200_000})
    path = tmp_path / "sheet.png"
    path.write_bytes(render_png(Drawing(Page(10, 10), (), made), 96.0))
    assert read_png_provenance(path) == made


def test_other_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    data = render_png(Drawing(Page(10, 10), (), Provenance({"seed": 7})), 96.0)
    for cut in (0, 5, 40, len(data) // 2, data.index(b'"seed"')):
        path.write_bytes(data[:cut])
        with pytest.raises(SketchFormatError, match="not a PNG file or is damaged"):
            read_png_provenance(path)
    path.write_bytes(data.replace(b'"seed":7', b'"seed":8'))
    with pytest.raises(SketchFormatError, match="damaged"):
        read_png_provenance(path)
    Image.new("L", (4, 4)).save(path)
    with pytest.raises(SketchFormatError, match="does not say how it was made"):
        read_png_provenance(path)
