"""A sheet as pictures: made by a worker, shown on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sketchdesign.core.drawing import Drawing
from sketchdesign.core.machine import MachineProfile
from sketchdesign.gui.scene import Picture, pictures_of_strokes
from sketchdesign.services.jobs import Work
from sketchdesign.services.project.page import PenWork, machine_for, routed_sheet, unrouted_sheet, work_of
from sketchdesign.services.project.state import Project
from sketchdesign.services.routing import JOIN_PEN, TRAVEL_PEN, Optimised, travels


@dataclass(frozen=True, eq=False)
class Shown:
    """A drawing as pictures: its strokes, the ways between them, and the lines that join some; what each pen does on
    the machine."""

    drawing: Drawing
    lines: list[Picture]
    travels: list[Picture]
    joins: list[Picture]
    work: tuple[PenWork, ...]
    machine: MachineProfile


def plain_pictures(project: Project) -> Work[Shown]:
    """Lay out the page of a project."""
    drawing = yield from unrouted_sheet(project)
    return _pictured(drawing, machine_for(project.plot))


def routed_pictures(drawing: Drawing, project: Project) -> Work[tuple[Shown, Optimised]]:
    """Route a page as its project wants it."""
    machine = machine_for(project.plot)
    made = yield from routed_sheet(project, drawing)
    joins = [picture for strokes in made.route.joins for picture in pictures_of_strokes(strokes, JOIN_PEN)]
    return replace(_pictured(made.drawing, machine), joins=joins), made


def _pictured(drawing: Drawing, machine: MachineProfile) -> Shown:
    lines = [picture for layer in drawing.layers for picture in pictures_of_strokes(layer.strokes, layer.pen)]
    ways = [picture for layer in drawing.layers for picture in pictures_of_strokes(travels(layer.strokes), TRAVEL_PEN)]
    return Shown(drawing, lines, ways, [], work_of(drawing, machine), machine)
