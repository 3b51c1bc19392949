"""The fast reader of SVG draws what svgelements draws, whatever the document holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import SketchFormatError
from sketchdesign.geometry.read_drawing import any_drawing, parse_drawing
from sketchdesign.geometry.svg_fast import plain_parts
from sketchdesign.geometry.svg_paths import parse_paths

numbers = st.one_of(
    st.integers(-200, 200).map(str),
    st.floats(-500, 500).map(lambda value: f"{value:.3f}"),
    st.sampled_from(["0", "-0", ".5", "-.25", "1e2", "2.5E-1", "+3", "007"]),
)
separators = st.sampled_from([" ", ",", ", ", "  ", "\n", " ,"])


@st.composite
def commands(draw: st.DrawFn) -> str:
    letter = draw(st.sampled_from("MLHVCSQZTAmlhvcsqzta"))
    size = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2}.get(letter.upper(), 0)
    values = [draw(numbers) for _ in range(size * draw(st.integers(1, 3)))]
    if letter in "Aa":
        values = [draw(numbers), draw(numbers), "30", *draw(st.sampled_from(["00", "01", "10"])), "7", draw(numbers)]
    between = draw(separators)
    return letter + draw(st.sampled_from(["", " "])) + between.join(values)


paths = st.tuples(st.sampled_from("Mm"), numbers, separators, numbers, st.lists(commands(), max_size=5)).map(
    lambda parts: f"{parts[0]}{parts[1]}{parts[2]}{parts[3]}{''.join(parts[4])}"
)
damaged = st.text("MLCZmlcz0123456789.-+eE, ", max_size=20)
points = st.lists(st.tuples(numbers, numbers).map(",".join), max_size=5).flatmap(
    lambda pairs: separators.map(lambda between: between.join(pairs))
)
lengths = st.one_of(numbers, numbers, st.sampled_from(["10%", "3mm", "1px", "x"]))
plain_transforms = st.sampled_from(
    [
        *("translate(3)", "translate(3,-4)", "scale(2)", "scale(-1 .5)", "rotate(30)", "rotate(-90 5,5)", ""),
        *("matrix(1 .5 -.5 1 3 4)", "translate(1 2) scale(3),rotate(45)"),
    ]
)
plain_styles = st.sampled_from(
    [
        *("display:inline", "visibility:hidden", "visibility:visible", "stroke:#f00;fill:none"),
        *("stroke-width:2px;;a:b:c", "display: None ", "stroke:hsl(9 50% 50%);stroke-width:.3mm", "color:navy"),
    ]
)
strokes = st.sampled_from(["red", "#0a0", "#123456", "rgb(1, 2 3)", "currentColor", "none", "url(#a) tan", "x"])
odd_transforms = st.sampled_from(["skewX(10)", "translate(1mm)", "translate(1,"])
odd_styles = st.sampled_from(["transform:scale(2)", "display:inline;d:none"])


def attributes(
    transforms: st.SearchStrategy[str], styles: st.SearchStrategy[str], **own: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    optional = {"transform": transforms, "style": styles, "stroke": strokes, "stroke-width": lengths, "color": strokes}
    return st.fixed_dictionaries(own, optional=optional).map(
        lambda chosen: "".join(f' {key}="{value}"' for key, value in chosen.items())
    )


def shapes(transforms: st.SearchStrategy[str], styles: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def element(name: str, **own: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return attributes(transforms, styles, **own).map(f"<{name}{{}}><title>one</title></{name}>".format)

    return st.one_of(
        element("path", d=paths),
        element("path", d=st.one_of(paths, damaged)),
        element("polyline", points=points),
        element("polygon", points=st.one_of(points, damaged)),
        element("line", x1=lengths, y1=lengths, x2=numbers, y2=lengths),
        element("rect", x=lengths, y=numbers, width=lengths, height=numbers),
        element("rect", width=numbers, height=numbers, rx=numbers),
        element("circle", cx=numbers, cy=numbers, r=lengths),
        element("ellipse", cx=numbers, rx=numbers, ry=numbers),
    )


def documents(
    leaves: st.SearchStrategy[str], transforms: st.SearchStrategy[str], styles: st.SearchStrategy[str]
) -> st.SearchStrategy[bytes]:
    groups = attributes(transforms, styles, id=st.just("g1"))
    elements = st.recursive(
        leaves,
        lambda inner: st.tuples(groups, st.lists(inner, min_size=1, max_size=4)).map(
            lambda parts: f"<g{parts[0]}>{''.join(parts[1])}</g>"
        ),
        max_leaves=8,
    )
    return st.lists(elements, min_size=1, max_size=5).map(
        lambda inside: (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:foo="urn:foo" width="100mm" height="50mm" x="0px" '
            f'viewBox="-5 0 200 150">{"".join(inside)}</svg>'
        ).encode()
    )


quiet = st.sampled_from(
    [
        *("<metadata><x/></metadata>", "<text>a<tspan>b</tspan></text>", '<clipPath><path d="M0 0 9 9"/></clipPath>'),
        *('<defs><path id="a" d="M1 1 2 2"/></defs>', '<symbol><path d="M1 1 2 2"/></symbol>', "<desc>words</desc>"),
        *('<foo:x><foo:g/></foo:x>', '<g visibility="hidden"><path d="M0 0 9 9" visibility="visible"/></g>'),
    ]
)  # fmt: skip
odd = st.sampled_from(
    [
        *('<use href="#a"/>', "<style>path{display:none}</style>", '<a><path d="M0 0 5 5"/></a>', "<image/>"),
        *('<svg><path d="M1 1 2 2"/></svg>', '<text><path d="M1 1 2 2"/></text>'),
        *('<g x="4"><rect width="1" height="2"/></g>', '<g display="none"><style>*{visibility:hidden}</style></g>'),
    ]
)  # fmt: skip
plain_documents = documents(
    st.one_of(shapes(plain_transforms, plain_styles), shapes(plain_transforms, plain_styles), quiet),
    plain_transforms,
    plain_styles,
)
odd_documents = documents(
    st.one_of(shapes(plain_transforms, plain_styles), shapes(odd_transforms, odd_styles), quiet, odd),
    plain_transforms,
    plain_styles,
)


def read(reader: Callable[[bytes], Drawing], data: bytes) -> Drawing | str:
    try:
        return reader(data)
    except SketchFormatError as error:
        return error.what


def check_same(data: bytes) -> None:
    fast, slow = read(parse_drawing, data), read(any_drawing, data)
    if isinstance(fast, str) or isinstance(slow, str):
        assert fast == slow
        return
    assert fast.page == slow.page
    assert [(layer.pen, layer.label) for layer in fast.layers] == [(layer.pen, layer.label) for layer in slow.layers]
    for ours, theirs in zip(fast.layers, slow.layers, strict=True):
        assert ours.strokes.offsets.tolist() == theirs.strokes.offsets.tolist()
        np.testing.assert_allclose(ours.strokes.points, theirs.strokes.points, rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=80)
@given(plain_documents)
def test_plain_documents_are_read_fast_and_alike(data: bytes) -> None:
    with suppress(SketchFormatError):
        plain_parts(data)
    check_same(data)


@settings(deadline=None, max_examples=40)
@given(odd_documents)
def test_other_documents_are_read_alike(data: bytes) -> None:
    check_same(data)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(paths, damaged), max_size=8))
def test_a_path_is_read_alike_alone_and_among_others(texts: list[str]) -> None:
    together = parse_paths(texts)
    alone = [parse_paths([text]) for text in texts]
    assert together.unread == [number for number, one in enumerate(alone) if one.unread]
    assert together.owners.tolist() == [number for number, one in enumerate(alone) for _ in one.owners]
    assert together.curves.points.tolist() == [point for one in alone for point in one.curves.points.tolist()]
    assert together.curves.on_curve.tolist() == [flag for one in alone for flag in one.curves.on_curve.tolist()]
