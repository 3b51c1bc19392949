"""What is to be plotted, and how."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sketchdesign.core.drawing import Layer, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import MachineProfile
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import Plan, check_reach, plan_strokes

_SPEEDS = ("draw_mm_s", "travel_mm_s", "draw_mm_s2", "travel_mm_s2", "cornering_mm", "lift_s", "drop_s")

_MARK_MM = 5.0


@dataclass(frozen=True)
class PlannedLayer:
    """One layer, planned from home and back."""

    label: str
    colour: str
    plan: Plan


@dataclass(frozen=True)
class Job:
    """A whole plot.

    Attributes:
        layers: in the order of drawing; the pen may be changed between them.
        machine: with the times of the pen as it is set.
        pen: heights and speeds.
        pause_between_layers: wait for another pen.
        copies: the paper is changed between them.
        reink_mm: pause at a lift whenever so much has been drawn; 0 for never.
    """

    layers: tuple[PlannedLayer, ...]
    machine: MachineProfile
    pen: PenSetup
    pause_between_layers: bool = True
    copies: int = 1
    reink_mm: float = 0.0

    def __post_init__(self) -> None:
        if not self.layers:
            raise InputError("there is nothing to plot", hint="choose layers that the drawing has")
        if not 1 <= self.copies <= 10_000:
            raise InputError(f"{self.copies} copies cannot be plotted", hint="choose from 1 to 10000")
        if not self.reink_mm >= 0.0:
            raise InputError("the length between pauses for ink must not be negative", hint="choose one such as 5m")

    @property
    def duration_s(self) -> float:
        """All copies, without pauses."""
        return self.copies * sum(layer.plan.duration_s for layer in self.layers)

    @property
    def fingerprint(self) -> str:
        """A hash of what is drawn, to tell whether a journal belongs to it."""
        digest = hashlib.sha256()
        for layer in self.layers:
            strokes = layer.plan.strokes
            digest.update(np.ascontiguousarray(strokes.points).tobytes())
            digest.update(np.ascontiguousarray(strokes.offsets).tobytes() + b"layer")
        return digest.hexdigest()


def plan_job(
    layers: list[Layer],
    machine: MachineProfile,
    pen: PenSetup,
    *,
    offsets_mm: dict[int, tuple[float, float]] | None = None,
    marks: bool = False,
    pause_between_layers: bool = True,
    copies: int = 1,
    reink_mm: float = 0.0,
) -> Job:
    """Plan layers that lie as they shall on the machine's table, home at the origin.

    Args:
        offsets_mm: by the number of a layer from 0, how far off its pen sits.
        marks: draw crosses in the corners of what all layers cover, with every pen, to see whether they meet.

    Raises:
        InputError: a layer is out of reach, or a setting makes no sense.
    """
    machine = pen.applied_to(machine)
    crosses = _crosses([layer.strokes for layer in layers], machine) if marks else Strokes.empty()
    placed = []
    for number, layer in enumerate(layers):
        strokes = Strokes.concatenate([crosses, layer.strokes])
        dx, dy = (offsets_mm or {}).get(number, (0.0, 0.0))
        strokes = Strokes(strokes.points + np.array([dx, dy]), strokes.offsets)
        check_reach(strokes, machine)
        placed.append(strokes)
    planned = tuple(
        PlannedLayer(layer.label or layer.pen.name, layer.pen.colour, plan_strokes(strokes, machine, ramps=True))
        for layer, strokes in zip(layers, placed, strict=True)
        if len(strokes)
    )
    return Job(planned, machine, pen, pause_between_layers, copies, reink_mm)


def speeds_of(machine: MachineProfile) -> dict[str, float]:
    """What of a machine's settings a plan depends on and a person may change."""
    return {name: getattr(machine, name) for name in _SPEEDS}


def with_speeds(machine: MachineProfile, speeds: dict[str, float]) -> MachineProfile:
    """The machine with the settings that `speeds_of` took from it.

    Raises:
        InputError: one is unknown or makes no sense.
    """
    if not set(speeds) <= set(_SPEEDS):
        raise InputError("the journal has settings that this version does not know", hint="start without --resume")
    changed: dict[str, Any] = dict(speeds)
    return replace(machine, **changed)


def _crosses(layers: list[Strokes], machine: MachineProfile) -> Strokes:
    """A cross beside the upper left and one beside the lower right corner of everything, within reach."""
    points = np.concatenate([strokes.points for strokes in layers])
    if not len(points):
        return Strokes.empty()
    reach = np.array([machine.width_mm, machine.height_mm])
    arm = _MARK_MM / 2.0
    low, high = points.min(axis=0) - _MARK_MM, points.max(axis=0) + _MARK_MM
    lines = []
    for corner in (low, high):
        x, y = np.clip(corner, arm, np.maximum(reach - arm, arm))
        lines += [[[x - arm, y], [x + arm, y]], [[x, y - arm], [x, y + arm]]]
    return Strokes.from_polylines(lines)
