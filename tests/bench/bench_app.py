"""From a start to a plotted sheet without a screen, each step beside its bar: ``python tests/bench/bench_app.py``.

Prints wall time and CPU seconds of the process, all its threads together: on a busy machine the second tells more.
The first window is timed from the start of its process, with all that Python imports for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "2")

STARTED = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
"""When the process was asked for; 0 in the one that asks for another."""

PATIENCE_S = 60.0


class Step:
    """Wall and CPU seconds since it began."""

    def __init__(self, began: float | None = None) -> None:
        self._wall = time.monotonic() if began is None else began
        self._cpu = time.process_time() if began is None else 0.0
        self._first_wall: float | None = None

    def seen(self) -> None:
        """There is something to look at; only the first time counts."""
        if self._first_wall is None:
            self._first_wall = time.monotonic() - self._wall

    def tell(self, name: str, bar_s: float | None = None) -> None:
        """End it with its line."""
        wall, cpu = time.monotonic() - self._wall, time.process_time() - self._cpu
        bar = "        " if bar_s is None else f"{bar_s:6.2f} s"
        verdict = "" if bar_s is None else f"  {judged(wall, cpu, bar_s)}"
        first = "" if self._first_wall is None else f"  first seen after {self._first_wall:.2f} s"
        print(f"{name:36s} bar {bar}  wall {wall:6.2f} s  CPU {cpu:6.2f} s{verdict}{first}", flush=True)


def judged(wall: float, cpu: float, bar_s: float) -> str:
    """Whether a step keeps its bar; what waited for others on a busy machine is told from what is slow itself."""
    if wall <= bar_s:
        return "ok"
    return "MISSED" if cpu > bar_s else "ok but for the wait for a processor"


def measure() -> None:
    """Go through the app as a person would."""
    import tempfile
    from collections.abc import Callable
    from dataclasses import replace

    from PySide6.QtWidgets import QApplication

    from sketchdesign.gui.app import App
    from sketchdesign.services.folders import UserFolders

    application = QApplication([])
    # A first start draws a pattern of its own, which would be timed with what comes next.
    folders = UserFolders.under(Path(tempfile.mkdtemp()))
    folders.config.mkdir(parents=True)
    (folders.config / "preferences.json").write_text("{}")
    first = Step(STARTED)
    app = App(folders)
    session, window = app.session, app.window
    painted: list[bool] = []
    window.first_painted.connect(lambda: painted.append(True))
    window.show()
    failures: list[str] = []
    session.workers.task_added.connect(lambda task: task.failed.connect(lambda failure: failures.append(failure.what)))

    def until(holds: Callable[[], object], each_turn: Callable[[], object] = lambda: None) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if failures or time.monotonic() > end:
                raise SystemExit(". ".join(failures) or "this takes too long")
            application.processEvents()
            each_turn()
            time.sleep(0.001)

    until(lambda: painted)
    first.tell("first window", 1.0)

    step = Step()
    until(lambda: session.model_infos)
    step.tell("model loaded")
    step = Step()
    until(lambda: not session.workers.tasks)
    step.tell("the rest made ready")

    from sketchdesign.core.drawing import Page
    from sketchdesign.core.strokes import Sketch
    from sketchdesign.gui.example_strip import read_examples
    from sketchdesign.gui.workspaces.explore import ExploreWorkspace
    from sketchdesign.gui.workspaces.explore_beginnings import CORNER_EXAMPLES, TERM_EXAMPLES
    from sketchdesign.gui.workspaces.pattern import PatternWorkspace
    from sketchdesign.gui.workspaces.plot import PlotWorkspace
    from sketchdesign.gui.workspaces.plot_run import Phase
    from sketchdesign.gui.workspaces.sheet import SheetWorkspace
    from sketchdesign.gui.workspaces.sketch import SketchWorkspace
    from sketchdesign.services.project.state import ExploreSettings

    examples = {kept.word: kept for kept in read_examples()}
    session.change("Page", page=Page.parse("a4-landscape"))

    sketch = window.enter("sketch")
    assert isinstance(sketch, SketchWorkspace)
    drawn: list[bool] = []
    sketch.results.drawn.connect(lambda: drawn.append(True))
    step = Step()
    outline = [[(60.0, 60.0), (200.0, 60.0), (200.0, 200.0), (60.0, 200.0), (60.0, 62.0)]]
    session.change("Draw", sketch=replace(session.project.sketch, ink=Sketch.from_polylines(outline)))
    until(lambda: drawn)
    step.tell("first nine endings", 1.0)

    explore = window.enter("explore")
    assert isinstance(explore, ExploreWorkspace)
    until(lambda: not explore.grid.is_drawing)
    asked = ExploreSettings(rows=10, columns=10, row_axis="", column_axis="")
    corners = tuple(examples[name] for name in CORNER_EXAMPLES)
    terms = tuple(examples[name] for name in TERM_EXAMPLES)
    grids = (
        ("10 x 10 grid between four", replace(asked, tool="interpolate", wells=corners), 2.0),
        ("10 x 10 new sketches, temperatures", replace(asked, row_axis="temperature"), None),
        ("10 x 10 analogy", replace(asked, tool="analogy", wells=terms, column_axis="strength"), None),
    )
    for name, settings, bar_s in grids:
        grid = explore.grid
        session.change("Empty", explore=replace(asked, rows=1, columns=1))
        until(lambda: not explore.grid.is_drawing)
        step = Step()
        session.change(name, explore=settings)
        until(lambda: not grid.is_drawing, lambda: step.seen() if any(grid.results) else None)  # noqa: B023
        step.tell(name, bar_s)

    explore.board.select(frozenset({0, 44, 99}))
    step = Step()
    explore.send_to_pattern()
    pattern = window.workspace
    assert isinstance(pattern, PatternWorkspace)
    until(lambda: pattern.live.is_current)
    step.tell("pattern laid out")
    changed: list[bool] = []
    pattern.live.changed.connect(lambda: changed.append(True))
    step = Step()
    pattern.controls.pick_repeat("half-brick")
    until(lambda: changed)
    pattern.canvas.repaint()
    step.tell("pattern change redrawn", 0.1)
    until(lambda: pattern.live.is_current)

    step = Step()
    sheet = window.enter("sheet")
    assert isinstance(sheet, SheetWorkspace)
    until(lambda: sheet.sheet is not None)
    step.tell("sheet laid out and routed")

    step = Step()
    sheet.to_plot.trigger()
    plot = window.workspace
    assert isinstance(plot, PlotWorkspace)
    until(lambda: plot.preview is not None and not plot.is_planning)
    step.tell("plot planned")
    step = Step()
    plot.machines.simulated.clock.pace = 1000.0
    until(plot.controls.start.isEnabled)
    plot.begin()
    plot.start()

    def change_pen() -> None:
        if plot.run.phase is Phase.WAITING:
            plot.run.go_on()

    until(lambda: plot.run.phase is Phase.DONE, change_pen)
    step.tell("plotted, 1,000 times as fast")

    window.asks_before_closing = False
    window.close()
    session.close()


if __name__ == "__main__":
    if STARTED:
        measure()
    else:
        # Of a process, Python cannot tell when it was asked for.
        for command in ([__file__, str(time.monotonic())], [str(Path(__file__).with_name("bench_canvas.py"))]):
            subprocess.run([sys.executable, *command], check=True)
