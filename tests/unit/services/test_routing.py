from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import CancelledError
from sketchdesign.geometry.optimise import OptimiseSettings
from sketchdesign.geometry.route import RouteSettings
from sketchdesign.output.files import write_drawing
from sketchdesign.services.jobs import Job, Progress
from sketchdesign.services.routing import JOIN_PEN, TRAVEL_PEN, optimise_file, preview


@pytest.fixture
def dashes(tmp_path: Path) -> Path:
    lines = np.array([[[30.0, 10.0], [21.0, 10.0]], [[10.0, 10.0], [20.0, 10.0]], [[10.0, 40.0], [30.0, 40.0]]])
    path = tmp_path / "dashes.svg"
    write_drawing(Drawing(Page(50, 50), (Layer(Pen(), Strokes.from_polylines(lines)),)), path)
    return path


def test_the_preview_shows_every_way_of_the_pen(dashes: Path) -> None:
    made = Job(optimise_file(dashes, OptimiseSettings(route=RouteSettings(join_mm=1.5)))).run()
    travels, drawn, joins = preview(made).layers
    assert (travels.pen, drawn, joins.pen) == (TRAVEL_PEN, made.drawing.layers[0], JOIN_PEN)
    assert made.joins == 1
    assert sorted(joins.strokes.points[:, 0].tolist()) == pytest.approx([20.0, 21.0])
    # From home, to the other line, and back home.
    ways = travels.strokes.polylines()
    assert len(ways) == 3
    assert ways[0][0].tolist() == ways[-1][-1].tolist() == [0.0, 0.0]
    assert travels.strokes.pen_down_mm() > made.route.pen_up_mm_after == pytest.approx(30.0)


def test_progress_and_cancel(dashes: Path) -> None:
    job = Job(optimise_file(dashes, OptimiseSettings(route=RouteSettings(kicks=10**9))))
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 8:
            job.cancel()

    with pytest.raises(CancelledError):
        job.run(report)
    assert seen[0][:3] == (0, 1, "reading")
    assert all(progress.what == "routing" for progress in seen[1:])
