"""What a plot needs besides the machine: a copy of the sheet that outlives the program, and a thread of its own.

A plot is drawn from a copy in a folder, with its journal beside it: whatever becomes of the project meanwhile, and of
the program, the copy can be resumed, also with ``sketchdesign plot COPY --resume``.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import InputError, OutputError, SketchDesignError
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.plot.planning import Plotting, prepare
from sketchdesign.services.plot.run import journal_of, settings_in
from sketchdesign.services.plot.settings import PlotSettings
from sketchdesign.services.plot.turning import NO

if TYPE_CHECKING:
    from sketchdesign.plotter.control import Control, Event, Report
    from sketchdesign.plotter.protocol import Plotter
    from sketchdesign.services.project.state import PlotSettings as Wishes

_LISTEN_S = 0.05


@dataclass(frozen=True)
class KeptPlot:
    """A plot that was begun: the copy of its sheet, and how far it came.

    Attributes:
        path: the copy.
        copy: the sheet of several that is being drawn, from 1.
        layer: from 1.
        strokes: of this layer that are drawn.
    """

    path: Path
    copy: int
    layer: int
    strokes: int

    @property
    def journal(self) -> Path:
        return journal_of(self.path)

    def open(self) -> Plotting:
        """Plan it again, as it was planned.

        Raises:
            InputError, SketchFormatError: its files are damaged.
        """
        return prepare(self.path, settings_in(self.journal))

    def forget(self) -> None:
        """Throw it away."""
        self.journal.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def keep(drawing: Drawing, folder: Path, name: str) -> Path:
    """Write the copy of a sheet that is about to be plotted.

    Raises:
        OutputError: the folder cannot be written.
    """
    from sketchdesign.output.files import write_drawing

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"plots cannot be kept in {folder}", hint="check the rights to that folder") from error
    path = folder / f"{name}.svg"
    write_drawing(drawing, path)
    return path


def kept_plot(path: Path) -> KeptPlot | None:
    """How far the plot of a copy came; None where it is complete, was never begun, or cannot be read."""
    from sketchdesign.plotter.journal import read_journal

    try:
        _, trace = read_journal(journal_of(path))
    except SketchDesignError:
        return None
    if trace.complete or not path.is_file():
        return None
    return KeptPlot(path, trace.copy + 1, trace.layer + 1, trace.place.stroke)


def unfinished_plots(folder: Path) -> list[KeptPlot]:
    """Plots in a folder that can be resumed, the latest first. What is left of complete ones is cleared away."""
    journals = sorted(folder.glob("*.svg.plot-journal"), key=lambda path: -path.stat().st_mtime)
    found = []
    for journal in journals:
        path = journal.with_name(journal.name.removesuffix(".plot-journal"))
        kept = kept_plot(path)
        if kept is None:
            KeptPlot(path, 1, 1, 0).forget()
        else:
            found.append(kept)
    return found


def position_kept(plotting: Plotting, plotter: Plotter, journal: Path) -> bool:
    """Whether the machine still knows where it is, so that the plot can go on at once. Nothing moves.

    Args:
        plotter: has answered; it is closed at the end.

    Raises:
        PlotterError: it does not answer any more.
        InputError: the journal is damaged or of another plot.
    """
    from sketchdesign.plotter.journal import read_journal
    from sketchdesign.plotter.recovery import HomeNeededError, check_journal, find_place

    with closing(plotter):
        header, trace = read_journal(journal)
        check_journal(plotting.job, header, trace)
        try:
            find_place(plotting.job, header, trace, plotter, home_confirmed=False, whole_stroke=False)
        except HomeNeededError:
            return False
    return True


def plotting_work(
    plot: Callable[[Report], None], control: Control, heard: Callable[[Event], None], strokes: int
) -> Work[SketchDesignError | None]:
    """Plot in a thread that owns the machine. Cancelling the work stops the plot: pen up, motors off.

    Args:
        plot: draws until it ends; given where to report.
        control: of this plot.
        heard: told of each event, on the thread that runs the work.
        strokes: in all, for the progress.

    Returns:
        What ended the plot before it was done.
    """
    from sketchdesign.plotter.control import LayerStarted
    from sketchdesign.plotter.control import Progress as Drawn

    events: queue.Queue[Event] = queue.Queue()
    ended: list[BaseException | None] = []

    def run() -> None:
        try:
            plot(events.put)
        except BaseException as error:
            ended.append(error)
        else:
            ended.append(None)

    thread = threading.Thread(target=run, name="sketchdesign plotter", daemon=True)
    thread.start()
    before = done = 0
    last: Drawn | None = None
    try:
        while thread.is_alive() or not events.empty():
            yield Progress(done, strokes, "strokes")
            try:
                event = events.get(timeout=_LISTEN_S)
            except queue.Empty:
                continue
            if isinstance(event, LayerStarted) and last is not None:
                before, last = before + last.of_strokes, None
            if isinstance(event, Drawn):
                last, done = event, before + event.strokes
            heard(event)
    finally:
        if thread.is_alive():
            control.stop()
            thread.join()
            while not events.empty():
                heard(events.get())
    error = ended[0]
    if error is not None and not isinstance(error, SketchDesignError):
        raise error
    return error


def settings_for(wishes: Wishes, drawing: Drawing) -> PlotSettings:
    """What a project wishes, for one drawing that already lies as it shall: the copy of it that is plotted is turned.

    Raises:
        InputError: it wishes for no layer.
    """
    drawn = [
        number
        for number, layer in enumerate(drawing.layers, 1)
        if layer_name(drawing, number - 1) not in wishes.skipped_pens and len(layer.strokes)
    ]
    if not drawn:
        raise InputError("there is nothing to plot", hint="tick a layer that has strokes")
    return replace(settings_for_hands(wishes), layers=tuple(drawn), turn=NO)


def settings_for_hands(wishes: Wishes) -> PlotSettings:
    """What a project wishes, whatever is drawn."""
    return PlotSettings(
        machine=wishes.machine,
        clip=wishes.clips,
        turn=wishes.turn,
        speed_mm_s=wishes.draw_mm_s,
        travel_speed_mm_s=wishes.travel_mm_s,
        pen_up_percent=wishes.pen_up_percent,
        pen_down_percent=wishes.pen_down_percent,
        lift_delay_ms=wishes.lift_delay_ms,
        drop_delay_ms=wishes.drop_delay_ms,
        marks=wishes.marks,
        pause_between_layers=wishes.pauses,
        copies=wishes.copies,
        reink_mm=1000.0 * wishes.reink_m,
        driver=wishes.driver,
        parameters=dict(wishes.parameters),
    )


def layer_name(drawing: Drawing, number: int) -> str:
    """What a person calls a layer: its label, or its pen."""
    layer = drawing.layers[number]
    return layer.label or layer.pen.name
