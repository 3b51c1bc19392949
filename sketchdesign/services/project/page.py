"""The sheet of a project: its pattern or its board over the page, pen by pen, as it is and as it is routed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing, Layer, Pen
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import MachineProfile, find_machine
from sketchdesign.core.provenance import Provenance
from sketchdesign.design.grid import GridLayout, arrange_grid
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.project.pattern import lay_out, pattern_recipe
from sketchdesign.services.project.state import KeptSketch, Project
from sketchdesign.services.routing import Optimised, told

if TYPE_CHECKING:
    pass

PATTERN, BOARD = "pattern", "board"


@dataclass(frozen=True)
class PenWork:
    """What a pen does on a sheet: how often it comes down, what it draws, and how long it takes with its travels."""

    strokes: int = 0
    drawn_mm: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class PenShare:
    """A pen by its number in the project, whether it is left out, and what it does."""

    number: int
    pen: Pen
    hidden: bool
    work: PenWork = field(default_factory=PenWork)


@dataclass(frozen=True, eq=False)
class ProjectSheet:
    """The sheet that a project asks for.

    Attributes:
        plain: the strokes in the order of the motifs.
        made: the same routed, with what that gained.
        machine: whose times are estimated.
        routed: whether the routed one is wanted.
    """

    plain: Drawing
    made: Optimised
    machine: MachineProfile
    routed: bool

    @property
    def drawing(self) -> Drawing:
        """What is to be written and plotted."""
        return self.made.drawing if self.routed else self.plain

    @property
    def seconds(self) -> float:
        return self.made.estimate_s if self.routed else self.made.estimate_before_s

    def reaches(self) -> bool:
        """Whether the page lies within the machine's reach, turned if need be."""
        page, machine = self.plain.page, self.machine
        sides, reach = (page.width_mm, page.height_mm), (machine.width_mm, machine.height_mm)
        return min(sides) <= min(reach) and max(sides) <= max(reach)


def project_sheet(project: Project) -> Work[ProjectSheet]:
    """Fill the page of a project, and route what is on it.

    Raises:
        InputError: there is nothing to put on the page, the margin leaves no room, or the strokes would be too many.
    """
    machine = find_machine(project.plot.machine)
    yield Progress(0, 1, "layout")
    plain = yield from unrouted_sheet(project)
    made = yield from routed_sheet(plain, project.sheet.join_mm, machine)
    return ProjectSheet(plain, made, machine, project.sheet.routed)


def unrouted_sheet(project: Project) -> Work[Drawing]:
    """The page of a project with its pens in their order, hidden ones left out; see `project_sheet`."""
    if project.sheet.source == BOARD:
        return _board(project)
    from sketchdesign.design.archive import design_to_json
    from sketchdesign.design.tile import sheet

    pattern = project.pattern
    laid = yield from lay_out(pattern, project.pens)
    drawing = sheet(laid.design, project.page, project.sheet.margin_mm)
    layers = [drawing.layers[number] for number in shown_pens(project)]
    recipe = {
        "command": "sheet",
        "page": {"width_mm": project.page.width_mm, "height_mm": project.page.height_mm},
        "margin_mm": project.sheet.margin_mm,
        "tile": {
            "command": "tile",
            **pattern_recipe(project),
            "layout": pattern.layout.to_json(),
            "layout_seed": pattern.seed,
            "locked": [pin.number for pin in pattern.pins],
            "overhang": False,
            "colour_by": pattern.colour_by,
            "pens": [asdict(pen) for pen in project.pens],
            "design": design_to_json(laid.design, pattern.cell_mm),
        },
    }
    return Drawing(project.page, tuple(layers), Provenance(recipe))


def routed_sheet(drawing: Drawing, join_mm: float, machine: MachineProfile) -> Work[Optimised]:
    """A drawing routed for a machine, lines being drawn over gaps up to ``join_mm``."""
    import time

    from sketchdesign.geometry.optimise import OptimiseSettings, optimising
    from sketchdesign.geometry.route import RouteSettings
    from sketchdesign.geometry.timecost import estimate_s

    started = time.perf_counter()
    settings = OptimiseSettings(route=RouteSettings(join_mm=join_mm, machine=machine))
    routed, report = yield from told(optimising(drawing, settings))
    recipe = dict(drawing.provenance.recipe) | {"pipeline": report.pipeline}
    return Optimised(
        replace(routed, provenance=Provenance(recipe)),
        report,
        estimate_s(drawing, machine),
        estimate_s(routed, machine),
        time.perf_counter() - started,
    )


def pen_order(project: Project) -> tuple[int, ...]:
    """The numbers of all pens as they draw, one after the other."""
    count = len(project.pens) if project.sheet.source == PATTERN else 1
    chosen = [number for number in dict.fromkeys(project.sheet.pen_order) if 0 <= number < count]
    return (*chosen, *(number for number in range(count) if number not in chosen))


def shown_pens(project: Project) -> tuple[int, ...]:
    """The numbers of the pens that draw, in their order."""
    return tuple(number for number in pen_order(project) if number not in project.sheet.hidden_pens)


def work_of(drawing: Drawing, machine: MachineProfile) -> tuple[PenWork, ...]:
    """What the pen of each layer does."""
    from sketchdesign.geometry.timecost import estimate_s

    alone = [Drawing(drawing.page, (layer,)) for layer in drawing.layers]
    return tuple(PenWork(each.stroke_count, each.pen_down_mm(), estimate_s(each, machine)) for each in alone)


def pen_shares(project: Project, work: Sequence[PenWork]) -> list[PenShare]:
    """For each pen, in their order, what it does; ``work`` is that of the layers, empty while it is not known."""
    shown = shown_pens(project)
    known = dict(zip(shown, work, strict=False))
    return [
        PenShare(number, project.pens[number], number not in shown, known.get(number, PenWork()))
        for number in pen_order(project)
    ]


def board_sketches(project: Project) -> list[KeptSketch]:
    """What the cells of the Explore workspace show, those that are rejected left out."""
    cells = project.explore.cells[: project.explore.rows * project.explore.columns]
    return [cell.kept for cell in cells if cell.kept is not None and cell.mark != "reject"]


def _board(project: Project) -> Drawing:
    kept = board_sketches(project)
    if not kept:
        raise InputError("the board is empty", hint="mark some cells in Explore, with a star or a lock")
    columns = min(project.explore.columns, len(kept))
    layout = GridLayout(-(-len(kept) // columns), columns, project.sheet.margin_mm, project.sheet.gap_mm)
    drawing = arrange_grid([each.sketch for each in kept], layout, project.page, project.pens[0])
    layers: Sequence[Layer] = drawing.layers if shown_pens(project) else ()
    recipe = {"command": "board", "layout": layout.to_json(), "model": {"name": project.model}, "seed": project.seed}
    return Drawing(project.page, tuple(layers), Provenance(recipe))
