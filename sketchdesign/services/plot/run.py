"""A planned plot on a machine: drawn from its beginning, and resumed where it broke off."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.errors import InputError, OutputError, PlotterError
from sketchdesign.services.plot.settings import PlotSettings

if TYPE_CHECKING:
    from sketchdesign.plotter.clock import Clock
    from sketchdesign.plotter.control import Control, Report
    from sketchdesign.plotter.protocol import Plotter
    from sketchdesign.services.plot.planning import Plotting


def journal_of(path: Path) -> Path:
    """Where the journal of a file's plot is kept by default."""
    return path.parent / f"{path.name}.plot-journal"


def plot_new(
    plotting: Plotting, plotter: Plotter, journal_path: Path, control: Control, report: Report, clock: Clock
) -> None:
    """Plot a file from its beginning.

    Args:
        plotter: has answered; it is closed at the end.

    Raises:
        StoppedError, LeftError: a person ended it.
        PlotterError: the machine could not go on; `resume` does.
        OutputError: the journal cannot be written, or no further.
    """
    from sketchdesign.plotter.journal import Header, Journal
    from sketchdesign.plotter.runner import Runner

    mark = 1 + secrets.randbelow(255)
    with closing(plotter):
        header = Header(plotting.job.fingerprint, mark, plotting.settings.to_json())
        with closing(Journal.create(journal_path, header)) as journal, _pen_up_without_journal(plotter):
            Runner(plotting.job, plotter, journal, mark, control, clock, report).run()


def resume(
    plotting: Plotting,
    plotter: Plotter,
    journal_path: Path,
    control: Control,
    report: Report,
    clock: Clock,
    *,
    home_confirmed: bool = False,
    whole_stroke: bool = False,
) -> None:
    """Go on with a plot that broke off.

    Args:
        plotter: has answered; it is closed at the end.
        home_confirmed: a person moved the machine to its home corner.
        whole_stroke: draw a stroke that was cut off from its beginning again.

    Raises:
        HomeNeededError: a person must move the machine to its home corner first.
        InputError: the journal is not of this plot, or all is drawn.
        OutputError: the journal cannot be written any further.
    """
    from sketchdesign.plotter.journal import Journal, read_journal
    from sketchdesign.plotter.recovery import check_journal, find_place
    from sketchdesign.plotter.runner import Runner

    with closing(plotter):
        header, trace = read_journal(journal_path)
        check_journal(plotting.job, header, trace)
        found = find_place(
            plotting.job, header, trace, plotter, home_confirmed=home_confirmed, whole_stroke=whole_stroke
        )
        with closing(Journal.reopen(journal_path)) as journal, _pen_up_without_journal(plotter):
            Runner(plotting.job, plotter, journal, header.mark, control, clock, report).run(found)


def settings_in(journal_path: Path) -> PlotSettings:
    """The settings with which a plot was begun.

    Raises:
        InputError: there is no such journal, or it is damaged.
    """
    from sketchdesign.plotter.journal import read_journal

    _check_is_file(journal_path)
    return PlotSettings.from_json(read_journal(journal_path)[0].settings)


def check_new_journal(journal_path: Path) -> None:
    """Refuse to forget a plot that is not complete.

    Raises:
        InputError: the journal is of a plot that can be resumed.
    """
    from sketchdesign.plotter.journal import read_journal

    if not journal_path.exists():
        return
    _check_is_file(journal_path)
    _, trace = read_journal(journal_path)
    if not trace.complete and (trace.sent or trace.place.stroke):
        raise InputError(
            f"an unfinished plot is in {journal_path}", hint="go on with --resume, or begin again with --restart"
        )


def _check_is_file(journal_path: Path) -> None:
    """Refuse folders, and devices that never end."""
    if journal_path.exists() and not journal_path.is_file():
        raise InputError(f"{journal_path} is no file", hint="choose another place with --journal")


@contextmanager
def _pen_up_without_journal(plotter: Plotter) -> Iterator[None]:
    """What cannot be remembered must not be drawn: on a full disk, say, everything stops with the pen up."""
    try:
        yield
    except OutputError:
        with suppress(PlotterError):
            plotter.halt()
        raise
