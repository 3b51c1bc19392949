"""SVG files of every kind: good ones as lines in pixels, bad ones as one sentence."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.strokes import Sketch
from sketchdesign.geometry import svg_reader
from sketchdesign.geometry.svg_reader import parse_svg_sketch, read_svg_sketch

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 100" '
LINE = '<path d="M 1 2 L 3 4"/>'


def svg(body: str, head: str = 'width="100" height="100"') -> bytes:
    return f"{HEAD}{head}>{body}</svg>".encode()


def lines(body: str, head: str = 'width="100" height="100"') -> list[list[list[float]]]:
    return [np.round(line, 3).tolist() for line in parse_svg_sketch(svg(body, head)).polylines()]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<path d="M0 0 L10 10 h5 M1 1 v2"/>', [[[0, 0], [10, 10], [15, 10]], [[1, 1], [1, 3]]]),
        ('<path d="M0 0 h4 v4 z l1 1"/>', [[[0, 0], [4, 0], [4, 4], [0, 0]], [[0, 0], [1, 1]]]),
        ('<line x1="1" y1="2" x2="3" y2="4"/>', [[[1, 2], [3, 4]]]),
        ('<polyline points="0,0 1,1 2,0"/>', [[[0, 0], [1, 1], [2, 0]]]),
        ('<polygon points="0,0 1,1 2,0"/>', [[[0, 0], [1, 1], [2, 0], [0, 0]]]),
        ('<rect x="1" y="1" width="2" height="3"/>', [[[1, 1], [3, 1], [3, 4], [1, 4], [1, 1]]]),
        ('<g transform="translate(5 0)"><g transform="scale(2)">' + LINE + "</g></g>", [[[7, 4], [11, 8]]]),
        ('<line x2="1" transform="rotate(90)"/>', [[[0, 0], [0, 1]]]),
        (f'<defs><g id="a">{LINE}</g></defs><use href="#a" x="1"/>', [[[2, 2], [4, 4]]]),
        (f'<defs><g id="a">{LINE}</g></defs><use xlink:href="#a"/>', [[[1, 2], [3, 4]]]),
        (f'<symbol id="a">{LINE}</symbol><use href="#a"/>', [[[1, 2], [3, 4]]]),
        ('<line x2="3"/><path d="M 5 5 l 0 0"/><line x2="2"/>', [[[0, 0], [3, 0]], [[5, 5], [5, 5]], [[0, 0], [2, 0]]]),
        ('<path d="M0 0 L1 1 L banana"/>', [[[0, 0], [1, 1]]]),
        ('<path/><line x2="1"/>', [[[0, 0], [1, 0]]]),
        ('<rect width="2" height="1" transform="rotate(90)"/>', [[[0, 0], [0, 2], [-1, 2], [-1, 0], [0, 0]]]),
        ('<rect x="1" width="2" height="1" transform="scale(-1 1)"/>', [[[-1, 0], [-3, 0], [-3, 1], [-1, 1], [-1, 0]]]),
    ],
)  # fmt: skip
def test_lines_and_shapes(body: str, expected: list[list[list[float]]]) -> None:
    assert lines(body) == expected


def test_units_and_view_box_give_pixels() -> None:
    assert np.array(lines(LINE, 'width="1in" height="1in"')) == pytest.approx(np.array([[[0.96, 1.92], [2.88, 3.84]]]))


@pytest.mark.parametrize(
    "hidden",
    [
        f'<g display="none">{LINE}</g>',
        f'<g style="display:none">{LINE}</g>',
        '<path d="M1 2 L3 4" style="visibility:hidden"/>',
        f'<g visibility="hidden">{LINE}</g>',
        f"<defs>{LINE}</defs>",
        f"<symbol>{LINE}</symbol>",
        f"<clipPath>{LINE}</clipPath>",
        f"<mask>{LINE}</mask>",
        f"<marker>{LINE}</marker>",
        f"<pattern>{LINE}</pattern>",
    ],
)
def test_what_is_not_shown_is_left_out(hidden: str) -> None:
    assert lines(hidden + '<line x2="7"/>') == [[[0, 0], [7, 0]]]
    with pytest.raises(SketchFormatError, match="shows no lines"):
        parse_svg_sketch(svg(hidden))


@pytest.mark.parametrize(
    ("body", "radius"),
    [
        ('<circle cx="50" cy="50" r="40"/>', 40.0),
        ('<path d="M 90 50 A 40 40 0 0 1 10 50 A 40 40 0 0 1 90 50"/>', 40.0),
        ('<ellipse rx="10" ry="40" transform="translate(50 50) scale(4 1)"/>', 40.0),
        ('<circle cx="50" cy="-50" r="40" transform="rotate(90)"/>', 40.0),
    ],
)
def test_curves_stay_close_with_few_points(body: str, radius: float) -> None:
    sketch = parse_svg_sketch(svg(body))
    assert np.hypot(*(sketch.points - 50).T) == pytest.approx(radius, abs=0.05)
    middles = (sketch.points[1:] + sketch.points[:-1]) / 2
    assert np.hypot(*(middles - 50).T) == pytest.approx(radius, abs=0.05)
    assert len(sketch) < 120


def test_a_bezier_curve_keeps_its_ends() -> None:
    (line,) = lines('<path d="M 0 0 C 0 50 100 50 100 0 Q 120 20 100 40"/>')
    assert line[0] == [0, 0]
    assert [100, 0] in line
    assert line[-1] == [100, 40]
    assert 10 < len(line) < 80


BILLION = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 9))
USES = '<g id="u0"><path d="M0 0L1 1"/></g>' + "".join(
    f'<g id="u{n}">' + f'<use href="#u{n - 1}"/>' * 10 + "</g>" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no XML"),
        (b"\x89PNG\r\n\x1a\n", "no XML"),
        (b"<svg", "no XML"),
        (svg(LINE)[:-8], "no XML"),
        (b"<html/>", "it is 'html', not SVG"),
        (svg(""), "shows no lines"),
        (svg("<text>hello</text>"), "text but no lines; convert the text to paths"),
        (svg('<path d="M 5 5"/>'), "shows no lines"),
        (svg('<path d="M 0 0 L 1e999 0"/>'), "not a finite number"),
        (svg('<path d="M 0 0 L 1e30 0"/>'), "not a finite number"),
        (svg('<path d="M 0 0 C 1e308 0 -1e308 0 1e308 1"/>'), "not a finite number"),
        (f'<!DOCTYPE svg [<!ENTITY x0 "ha">{BILLION}]>'.encode() + svg("&x8;"), "declares entities"),
        (b'<!DOCTYPE svg [<!ENTITY x0 SYSTEM "file:///etc/passwd">]>' + svg("&x0;"), "declares entities"),
        (svg(USES), "shows more than 50000 elements"),
        (svg(f'<g id="a">{LINE}<use href="#a"/></g>'), "shows itself"),
        (svg(f'<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>{LINE}'), "shows itself"),
        (svg("<g>" * 150 + LINE + "</g>" * 150), "nested deeper than 100"),
        (svg(LINE * 50_001), "more than 50000 elements"),
        (b'<?xml version="1.0" encoding="no-such"?>' + svg(LINE), "no XML"),
    ],
)  # fmt: skip
def test_bad_files_are_one_sentence(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "bad.svg"
    path.write_bytes(data)
    with pytest.raises(SketchFormatError, match=why) as error:
        read_svg_sketch(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_huge_files_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.svg"
    with path.open("wb") as file:
        os.truncate(file.fileno(), svg_reader.MAX_FILE_BYTES + 2**40 // 2**16)
    with pytest.raises(SketchFormatError, match="larger than 8 MiB"):
        read_svg_sketch(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*no such file"):
        read_svg_sketch(tmp_path / "none.svg")
    with pytest.raises(InputError, match=r"cannot read .*directory"):
        read_svg_sketch(tmp_path)


@given(
    st.text(st.sampled_from("MmLlHhVvCcSsQqTtAaZz0123456789.-+eE, "), max_size=60),
    st.text(st.sampled_from("rotatescalemtrixnlu(),.0123456789- "), max_size=30),
)
def test_any_path_gives_a_sketch_or_a_sentence(d: str, transform: str) -> None:
    with suppress(SketchFormatError):
        assert isinstance(parse_svg_sketch(svg(f'<path d="{d}" transform="{transform}"/>')), Sketch)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_sentence(data: bytes) -> None:
    with pytest.raises(SketchFormatError):
        parse_svg_sketch(data)
