from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.geometry.one_shape import read_shape

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="80mm" viewBox="0 0 50 40">
<g transform="translate(10 0)"><g id="pair"><path id="a" d="M0,0 L5,5"/><path id="b" d="M1,0 L6,5"/></g>
<path id="c" d="M2,0 L7,5"/></g><path id="d" d="M0,30 L50,30"/><g id="none"/></svg>"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shapes.svg"
    path.write_text(SVG, encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "count", "first"), [("a", 1, (20, 0)), ("c", 1, (24, 0)), ("pair", 2, (20, 0))])
def test_a_shape_is_read_where_it_lies_on_the_page(
    name: str, count: int, first: tuple[float, float], path: Path
) -> None:
    found = read_shape(path, name)
    assert found is not None
    assert (found.page.width_mm, found.page.height_mm) == pytest.approx((100.0, 80.0))
    lines = [line for layer in found.layers for line in layer.strokes.polylines()]
    assert len(lines) == count
    np.testing.assert_allclose(lines[0][0], first, atol=1e-9)


def test_what_is_not_there_is_none_and_what_shows_nothing_is_refused(path: Path, tmp_path: Path) -> None:
    assert read_shape(path, "moon") is None
    with pytest.raises(SketchDesignError):
        read_shape(path, "none")
    with pytest.raises(SketchDesignError):
        read_shape(tmp_path / "missing.svg", "a")
    (tmp_path / "damaged.svg").write_text("<svg", encoding="utf-8")
    with pytest.raises(SketchDesignError):
        read_shape(tmp_path / "damaged.svg", "a")
