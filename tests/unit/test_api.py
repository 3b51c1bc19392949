"""The names that plugins rely on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sketchdesign import api

STABLE = {
    *("Drawing", "Layer", "Page", "Pen", "Provenance", "Sketch", "Strokes"),
    *("CancelledError", "CheckpointError", "InputError", "OutputError", "SketchDesignError", "SketchFormatError"),
    *("Colour", "Context", "Exporter", "Generator", "Importer", "Layout", "Length", "NoParameters", "PlotterDriver"),
    *("Progress", "Unit", "Work"),
    *("Block", "Clock", "MachineProfile", "PenServo", "PenSetup", "Plotter", "PlotterError", "PortLostError"),
    *("SerialLine", "Status", "Transport"),
    *("draw_sketches", "export", "make_tile", "model_names", "open_model", "optimise", "parse_length_mm", "place"),
    *("read_drawing", "read_sketches", "repeat", "repeat_names", "write_atomic"),
}

HOOK = api.Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]]])


def test_the_names_stay() -> None:
    assert set(api.__all__) == STABLE
    undocumented = [name for name in api.__all__ if not getattr(api, name).__doc__]
    assert undocumented == ["Work"]  # an alias cannot have a docstring


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = ("torch", "vpype", "PySide6", "scipy", "shapely", "PIL", "numba", "ezdxf", "pikepdf")
    code = f"import sys, sketchdesign.api; print([name for name in {heavy!r} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_sketches_are_drawn_by_their_seed() -> None:
    assert "cat" in api.model_names()
    assert api.open_model("cat").info.name == "cat"
    one, two = (api.draw_sketches("cat", count, seed=3) for count in (1, 2))
    assert one[0] == two[0]
    with pytest.raises(api.InputError, match="no model"):
        api.draw_sketches("no such model", 1)


def test_a_tile_repeats_over_a_page() -> None:
    assert "half-drop" in api.repeat_names()
    tile = api.make_tile([HOOK], "half-drop", (40.0, 30.0))
    assert tile.page == api.Page(80.0, 30.0)
    strokes = api.place(HOOK, 1.0, 1.0, 28.0, 18.0)
    page = api.repeat([api.Layer(api.Pen(), strokes)], "grid", (30.0, 20.0), api.Page(90.0, 60.0))
    assert page.stroke_count == 9 * 2
    margin = api.repeat([api.Layer(api.Pen(), strokes)], "grid", (30.0, 20.0), api.Page(90.0, 60.0), 5.0)
    assert margin.layers[0].strokes.points.min() >= 5.0


def test_strokes_are_routed_and_joined() -> None:
    lines: list[list[list[float]]]
    lines = [[[0, 0], [10, 0]], [[50, 50], [60, 50]], [[10.2, 0], [20, 0]], [[50, 0], [60, 0]]]
    drawing = api.Drawing(api.Page(100.0, 100.0), (api.Layer(api.Pen(), api.Strokes.from_polylines(lines)),))
    for budget_s in (None, 0.05):
        routed = api.optimise(drawing, budget_s=budget_s)
        assert routed.stroke_count == 4
        assert routed.pen_down_mm() == pytest.approx(drawing.pen_down_mm())
        assert routed.pen_up_mm() < 0.6 * drawing.pen_up_mm()
        joined = api.optimise(drawing, budget_s=budget_s, join_mm=0.3)
        assert joined.stroke_count == 3
        assert joined.pen_down_mm() == pytest.approx(drawing.pen_down_mm() + 0.2)
    with pytest.raises(api.InputError, match="cannot be joined"):
        api.optimise(drawing, join_mm=-1.0)


def test_drawings_are_written_and_read(tmp_path: Path) -> None:
    drawing = api.Drawing(api.Page(50.0, 40.0), (api.Layer(api.Pen(), api.place(HOOK, 5.0, 5.0, 30.0, 30.0)),))
    api.export(drawing, tmp_path / "a.svg")
    back = api.read_drawing(tmp_path / "a.svg")
    np.testing.assert_allclose(back.layers[0].strokes.points, drawing.layers[0].strokes.points, atol=5e-4)
    (sketch,) = api.read_sketches(tmp_path / "a.svg")
    assert len(sketch.stroke_lengths) == 2
    with pytest.raises(api.InputError, match="by its ending"):
        api.export(drawing, tmp_path / "a.abc")


def test_a_tile_of_no_sketches_is_refused() -> None:
    with pytest.raises(api.InputError, match="no sketches"):
        api.make_tile([])


def test_paths_may_be_texts(tmp_path: Path) -> None:
    path = str(tmp_path / "tile.svg")
    tile = api.make_tile([HOOK], "grid", (40.0, 30.0))
    api.export(tile, path)
    assert api.read_drawing(path).stroke_count == tile.stroke_count
    assert len(api.read_sketches(path)) == 1
