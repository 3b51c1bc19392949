"""From a file to a planned plot, with its report and a picture of it; no machine is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sketchdesign.core.drawing import Drawing, Layer, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import MachineProfile
from sketchdesign.services.plot.turning import NO, settled_turn, turned

if TYPE_CHECKING:
    from sketchdesign.plotter.job import Job
    from sketchdesign.services.plot.settings import PlotSettings

_TRAVEL_PEN = Pen("travel", "#b0b0b0", 0.1)
_NO_OFFSET = (0.0, 0.0)


@dataclass(frozen=True)
class Plotting:
    """A file ready to be plotted.

    Attributes:
        drawing: the layers that will be drawn, as they lie on the machine.
        settings: how, with the turn that was found where it was left open.
        job: the plan.
    """

    drawing: Drawing
    settings: PlotSettings
    job: Job

    def report(self) -> dict[str, Any]:
        """Time, lengths and lifts, in all and by layer, without the time for changing pens and paper."""
        layers = [
            {
                "label": layer.label,
                "colour": layer.colour,
                "strokes": layer.plan.lifts,
                "duration_s": round(layer.plan.duration_s, 2),
                "pen_down_mm": round(layer.plan.pen_down_mm, 2),
                "pen_up_mm": round(layer.plan.pen_up_mm, 2),
                "lifts": layer.plan.lifts,
            }
            for layer in self.job.layers
        ]
        copies = self.job.copies
        plans = [layer.plan for layer in self.job.layers]
        return {
            "duration_s": round(self.job.duration_s, 2),
            "pen_down_mm": round(copies * sum(plan.pen_down_mm for plan in plans), 2),
            "pen_up_mm": round(copies * sum(plan.pen_up_mm for plan in plans), 2),
            "lifts": copies * sum(plan.lifts for plan in plans),
            "copies": copies,
            "machine": self.job.machine.name,
            "turned": None if self.settings.turn == NO else self.settings.turn,
            "layers": layers,
        }


def prepare(path: Path, settings: PlotSettings) -> Plotting:
    """Read a file and plan its plot; no machine is needed.

    Raises:
        InputError, SketchFormatError: the file cannot be read, has no such layer, or reaches out of the machine.
    """
    from sketchdesign.geometry.read_drawing import read_drawing

    return prepare_drawing(read_drawing(path), settings)


def prepare_drawing(drawing: Drawing, settings: PlotSettings) -> Plotting:
    """Plan the plot of a drawing; no machine is needed.

    Raises:
        InputError: it has no such layer, reaches out of the machine, or a setting makes no sense.
    """
    from sketchdesign.plotter.job import plan_job

    machine = settings.profile()
    by_number = {number: (dx, dy) for number, dx, dy in settings.offsets_mm}
    _check_layers(drawing, by_number)
    drawn = drawing.with_layers(layer for _, layer in _chosen_layers(drawing, settings.layers))
    turn = settled_turn(settings.turn, drawn, machine)
    drawing = turned(drawing, turn)
    chosen = _chosen_layers(drawing, settings.layers)
    if settings.clip:
        chosen = [(number, _clipped(layer, machine, by_number.get(number, _NO_OFFSET))) for number, layer in chosen]
    chosen = [(number, layer) for number, layer in chosen if len(layer.strokes)]
    job = plan_job(
        [layer for _, layer in chosen],
        machine,
        settings.pen(),
        offsets_mm={place: by_number[number] for place, (number, _) in enumerate(chosen) if number in by_number},
        marks=settings.marks,
        pause_between_layers=settings.pause_between_layers,
        copies=settings.copies,
        reink_mm=settings.reink_mm,
    )
    return Plotting(drawing.with_layers(layer for _, layer in chosen), replace(settings, turn=turn), job)


def write_preview(plotting: Plotting, path: Path, dpi: float = 150.0) -> None:
    """A picture of what will be drawn, with the ways between the strokes thin and grey.

    Raises:
        InputError, OutputError: it cannot be written, or is too large.
    """
    from sketchdesign.output.files import write_drawing
    from sketchdesign.services.routing import travels

    ways = Strokes.concatenate(travels(layer.plan.strokes) for layer in plotting.job.layers)
    travel = Layer(_TRAVEL_PEN, ways, "travel")
    planned = [
        Layer(layer.pen, planned.plan.strokes, layer.label)
        for layer, planned in zip(plotting.drawing.layers, plotting.job.layers, strict=True)
    ]
    write_drawing(plotting.drawing.with_layers([travel, *planned]), path, dpi=dpi)


def _chosen_layers(drawing: Drawing, numbers: Sequence[int]) -> list[tuple[int, Layer]]:
    _check_layers(drawing, numbers)
    return [(number, drawing.layers[number - 1]) for number in (numbers or range(1, len(drawing.layers) + 1))]


def _check_layers(drawing: Drawing, numbers: Iterable[int]) -> None:
    count = len(drawing.layers)
    unknown = [number for number in numbers if not 1 <= number <= count]
    if unknown:
        raise InputError(f"the drawing has no layer {unknown[0]}", hint=f"choose from 1 to {count}")


def _clipped(layer: Layer, machine: MachineProfile, offset_mm: tuple[float, float]) -> Layer:
    """What of a layer is in reach of a pen that draws it so far off."""
    from sketchdesign.geometry.clip import Box, clip_to_box

    dx, dy = offset_mm
    reach = Box(-dx, -dy, machine.width_mm - dx, machine.height_mm - dy)
    return replace(layer, strokes=clip_to_box(layer.strokes, reach))
