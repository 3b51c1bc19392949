"""Palettes of other programs that come in by menu or drop: their colours as pens, or as one more colourway."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog

from sketchdesign.core.errors import SketchDesignError
from sketchdesign.gui.i18n import tr
from sketchdesign.gui.opening import PALETTE_ENDINGS
from sketchdesign.gui.session import Session
from sketchdesign.services.project import colours
from sketchdesign.services.project.state import Colourway, Project
from sketchdesign.services.tiles.colourways import Colourway as PenSet
from sketchdesign.services.tiles.colourways import read_colourways


def first_colourway() -> str:
    """What the pens of a project are called that has no colourway."""
    return tr("Colourway {number}").format(number=1)


def ask_palette(session: Session) -> None:
    """Ask for a palette, and take its colours."""
    kinds = " ".join(f"*{ending}" for ending in PALETTE_ENDINGS)
    path, _ = QFileDialog.getOpenFileName(
        QApplication.activeWindow(), tr("Import a palette"), "", tr("Palettes and lists of pens") + f" ({kinds})"
    )
    if path:
        import_palette(session, Path(path))


def import_palette(session: Session, path: Path) -> None:
    """Take the colours of a palette or a list of pens; failures are reported.

    A project of one pen gets as many as there are colours. One of several keeps its pens and shows them in the new
    colours; the message bar offers the rest.
    """
    task = session.workers.call("palette", tr("Opening"), lambda: read_colourways(path))
    task.follow(session, finished=lambda sets: _take(session, [each for each in sets if each.pens]))


def _take(session: Session, sets: list[PenSet]) -> None:
    if not sets:
        return
    first = sets[0]
    if len(session.project.pens) == 1:
        _use_as_pens(session, first, sets[1:])
        return
    ground = session.project.pattern.ground
    more = [_as_colourway(each, ground) for each in sets]
    _edit(session, lambda project: colours.added(project, first_colourway(), more))
    words = tr("The pens have the colours of {name}").format(name=first.name)
    count = min(len(first.pens), colours.MOST_PENS)
    if count > len(session.project.pens):
        button = tr("Use all {count} as pens").format(count=count)
        session.say(words, (button, lambda: _use_as_pens(session, first, [])))
    else:
        session.say(words)


def _use_as_pens(session: Session, chosen: PenSet, more: list[PenSet]) -> None:
    ground = session.project.pattern.ground
    names = [pen.name for pen in chosen.pens]

    def edit(project: Project) -> Project:
        shown = project.pattern.colourways[project.pattern.colourway :][:1]
        if shown and shown[0].name == chosen.name:
            # It was added with fewer colours a moment ago.
            project = colours.removed(project)
        after = colours.with_palette(project, first_colourway(), _as_colourway(chosen, ground), names)
        if not more:
            return after
        number = after.pattern.colourway
        return colours.shown(
            colours.added(after, first_colourway(), [_as_colourway(each, ground) for each in more]), number
        )

    _edit(session, edit)
    count = len(session.project.pens)
    session.say(tr("{count} pens in the colours of {name}").format(count=count, name=chosen.name))


def _as_colourway(pens: PenSet, ground: str) -> Colourway:
    return Colourway(pens.name, tuple(pen.colour for pen in pens.pens), ground)


def _edit(session: Session, edit: Callable[[Project], Project]) -> None:
    try:
        project = edit(session.project)
    except SketchDesignError as error:
        session.report(error)
        return
    session.change(tr("Import a palette"), pens=project.pens, pattern=project.pattern)
