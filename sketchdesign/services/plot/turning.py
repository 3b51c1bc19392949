"""How a page lies on the machine: as it is, or turned by a quarter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sketchdesign.core.drawing import Drawing, Page, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import MachineProfile

AUTO, NO, LEFT, RIGHT = TURNS = ("auto", "no", "left", "right")


def settled_turn(turn: str, drawing: Drawing, machine: MachineProfile) -> str:
    """The turn that is asked for; for `AUTO` the first of none, left and right that fits, and none where none does.

    Args:
        turn: one of `TURNS`.
        drawing: as it came, with the layers that are to be drawn.
        machine: on which it is to lie.

    Raises:
        InputError: the turn is unknown.
    """
    if turn not in TURNS:
        raise InputError(f"a page cannot be turned {turn!r:.40}", hint=f"use one of {', '.join(TURNS)}")
    if turn != AUTO:
        return turn
    if drawing.page.width_mm <= machine.width_mm and drawing.page.height_mm <= machine.height_mm:
        return NO  # what is out of reach then is off the page, a mistake that a turn would only hide
    return next((way for way in (NO, LEFT, RIGHT) if reaches(turned(drawing, way), machine)), NO)


def turned(drawing: Drawing, turn: str) -> Drawing:
    """The drawing, its page turned as `settled_turn` says.

    Turned to the left its upper right corner comes to lie where the upper left one was: of a page that is w wide,
    (x, y) goes to (y, w - x). Turned to the right it is the lower left corner.
    """
    if turn == NO:
        return drawing
    page = drawing.page
    layers = []
    for layer in drawing.layers:
        x, y = layer.strokes.points.T
        points = np.stack([y, page.width_mm - x] if turn == LEFT else [page.height_mm - y, x], axis=1)
        layers.append(replace(layer, strokes=Strokes(points, layer.strokes.offsets)))
    return Drawing(Page(page.height_mm, page.width_mm), tuple(layers), drawing.provenance)


def reaches(drawing: Drawing, machine: MachineProfile) -> bool:
    """Whether the pen can come everywhere."""
    from sketchdesign.plotter.plan import check_reach

    try:
        for layer in drawing.layers:
            check_reach(layer.strokes, machine)
    except InputError:
        return False
    return True
