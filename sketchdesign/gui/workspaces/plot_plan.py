"""What is plotted: the project's sheet or a file, as it lies on the machine, planned and drawn for the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.errors import SketchDesignError
from sketchdesign.core.machine import find_machine
from sketchdesign.gui.workspaces.plot_preview import Preview, preview_of
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.page import BOARD, project_sheet
from sketchdesign.services.plot import prepare_drawing
from sketchdesign.services.plot_desk import on_the_table, settings_for
from sketchdesign.services.project import Project


@dataclass(frozen=True, eq=False)
class Planned:
    """A drawing as it came, its preview, and why it cannot be plotted."""

    source: Drawing
    preview: Preview
    problem: str


def source_of(project: Project) -> object:
    """What the drawing to plot depends on."""
    if project.plot.file:
        return project.plot.file
    filling = project.explore if project.sheet.source == BOARD else project.pattern
    return (project.page, project.pens, project.seed, project.sheet, filling, project.plot.machine)


def plan_project(project: Project, known: Drawing | None) -> Work[Planned | str]:
    """The plan, or why there is nothing to plan."""
    wishes = project.plot
    try:
        source = known if known is not None else (yield from _drawing(project))
    except SketchDesignError as error:
        return _sentence(error)
    yield Progress(0, 1, "planning")
    table = on_the_table(source, find_machine(wishes.machine), turns=wishes.turns)
    try:
        plotting = prepare_drawing(table, settings_for(wishes, table))
    except SketchDesignError as error:
        return Planned(source, preview_of(table, None), _sentence(error))
    return Planned(source, preview_of(table, plotting), "")


def _drawing(project: Project) -> Work[Drawing]:
    from sketchdesign.geometry.read_drawing import read_drawing

    yield Progress(0, 1, "reading")
    if project.plot.file:
        return read_drawing(Path(project.plot.file))
    sheet = yield from project_sheet(project)
    return sheet.drawing


def _sentence(error: SketchDesignError) -> str:
    hint = f" {error.hint[:1].upper()}{error.hint[1:]}." if error.hint else ""
    return f"{error.what[:1].upper()}{error.what[1:]}.{hint}"
