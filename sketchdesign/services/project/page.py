"""The sheet of a project: its pattern or its board over the page, pen by pen, as it is and as it is routed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Generic, TypeVar

from sketchdesign.core.drawing import Drawing, Layer, Pen
from sketchdesign.core.errors import InputError, SketchDesignError
from sketchdesign.core.machine import MachineProfile, find_machine
from sketchdesign.core.provenance import Provenance
from sketchdesign.design.grid import GridLayout, arrange_grid
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.plot.drivers import machine_of
from sketchdesign.services.project.pattern import lay_out, pattern_recipe
from sketchdesign.services.project.state import KeptSketch, PlotSettings, Project
from sketchdesign.services.routing import Optimised, told

PATTERN, BOARD = "pattern", "board"
_SHEETS_KEPT = 3


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
    yield Progress(0, 1, "layout")
    plain = yield from unrouted_sheet(project)
    made = yield from routed_sheet(project, plain)
    return ProjectSheet(plain, made, machine_for(project.plot), project.sheet.routed)


def machine_for(wishes: PlotSettings) -> MachineProfile:
    """The machine that a project plots on, at its own speeds. Where its driver is not there, or what it was told is
    no good, the known model stands in: a sheet has its time also where it cannot be plotted."""
    try:
        described = machine_of(wishes.driver, dict(wishes.parameters))
    except SketchDesignError:
        described = None
    return described or find_machine(wishes.machine)


def strokes_key(project: Project) -> Hashable:
    """All that the strokes on the page of a project depend on."""
    filling = project.explore if project.sheet.source == BOARD else project.pattern
    return filling, project.pens, project.page, replace(project.sheet, routed=True, join_mm=0.0)


def route_key(project: Project) -> Hashable:
    """What else their order depends on."""
    return project.sheet.join_mm, project.plot.machine, project.plot.driver, project.plot.parameters


def unrouted_sheet(project: Project) -> Work[Drawing]:
    """The page of a project with its pens in their order, hidden ones left out; see `project_sheet`.

    The last few are remembered, and so are routed ones: Sheet and Plot ask for the same.
    """
    key = (strokes_key(project), project.model, project.model_sha256, project.seed)
    drawing = _plain_sheets.find(key)
    if drawing is None:
        drawing = yield from _laid_out(project)
        _plain_sheets.keep(key, drawing)
    return drawing


def _laid_out(project: Project) -> Work[Drawing]:
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


def routed_sheet(project: Project, drawing: Drawing) -> Work[Optimised]:
    """A project's page routed for its machine, lines being drawn over gaps as wide as it allows.

    Args:
        project: says how, and which page it is.
        drawing: the page; see `unrouted_sheet`.
    """
    key = (strokes_key(project), route_key(project))
    made = _routed_sheets.find(key)
    if made is None:
        made = yield from _routed(drawing, project.sheet.join_mm, machine_for(project.plot))
        _routed_sheets.keep(key, made)
    recipe = dict(drawing.provenance.recipe) | {"pipeline": made.route.pipeline}
    return replace(made, drawing=replace(made.drawing, provenance=Provenance(recipe)))


def _routed(drawing: Drawing, join_mm: float, machine: MachineProfile) -> Work[Optimised]:
    import time

    from sketchdesign.geometry.optimise import OptimiseSettings, optimising
    from sketchdesign.geometry.route import RouteSettings
    from sketchdesign.geometry.timecost import estimate_s

    started = time.perf_counter()
    settings = OptimiseSettings(route=RouteSettings(join_mm=join_mm, machine=machine))
    routed, report = yield from told(optimising(drawing, settings))
    took = time.perf_counter() - started
    return Optimised(routed, report, estimate_s(drawing, machine), estimate_s(routed, machine), took)


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


_Made = TypeVar("_Made")


class _Memory(Generic[_Made]):
    """The latest results by what they were made from. Safe on threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Made] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> _Made | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, made: _Made) -> None:
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _SHEETS_KEPT:
                self._kept.popitem(last=False)


_plain_sheets: _Memory[Drawing] = _Memory()
_routed_sheets: _Memory[Optimised] = _Memory()
