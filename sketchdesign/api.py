"""The face of sketchdesign for plugins and scripts. What is named here stays; everything else may move.

A design is made of values (`Sketch`, `Drawing` and their parts), which are never changed in place, and of functions
from values to values. Lengths are millimetres, y points down. Errors meant for a person are `SketchDesignError`s.
Importing this module loads neither torch nor vpype: the functions do, when they need them.

A plugin of any kind is a class as `Generator`, `Layout`, `Exporter`, `Importer` and `PlotterDriver` describe it,
announced by an entry point; its parameters are a pydantic model whose fields may be marked with `Length`, `Unit` and
`Colour`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.drawing import Drawing, Layer, Page, Pen, Strokes
from sketchdesign.core.errors import (
    CancelledError,
    CheckpointError,
    InputError,
    OutputError,
    PlotterError,
    PortLostError,
    SketchDesignError,
    SketchFormatError,
)
from sketchdesign.core.files import write_atomic
from sketchdesign.core.machine import MachineProfile, PenServo
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import Sketch
from sketchdesign.core.units import parse_length_mm
from sketchdesign.plotter.clock import Clock
from sketchdesign.plotter.pen import PenSetup
from sketchdesign.plotter.plan import Block
from sketchdesign.plotter.protocol import Plotter, Status
from sketchdesign.plotter.transport import SerialLine, Transport
from sketchdesign.services.jobs import Job, Progress, Work
from sketchdesign.services.parameters import Colour, Length, NoParameters, Unit
from sketchdesign.services.plugins.kinds import Context, Exporter, Generator, Importer, Layout, PlotterDriver

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

__all__ = [
    # values
    "Drawing",
    "Layer",
    "Page",
    "Pen",
    "Provenance",
    "Sketch",
    "Strokes",
    # errors
    "CancelledError",
    "CheckpointError",
    "InputError",
    "OutputError",
    "PlotterError",
    "PortLostError",
    "SketchDesignError",
    "SketchFormatError",
    # plugins
    "Colour",
    "Context",
    "Exporter",
    "Generator",
    "Importer",
    "Layout",
    "Length",
    "NoParameters",
    "PlotterDriver",
    "Progress",
    "Unit",
    "Work",
    # what a PlotterDriver deals in
    "Block",
    "Clock",
    "MachineProfile",
    "PenServo",
    "PenSetup",
    "Plotter",
    "SerialLine",
    "Status",
    "Transport",
    # functions
    "draw_sketches",
    "export",
    "make_tile",
    "model_names",
    "open_model",
    "optimise",
    "parse_length_mm",
    "place",
    "read_drawing",
    "read_sketches",
    "repeat",
    "repeat_names",
    "write_atomic",
]


def model_names() -> list[str]:
    """The bundled models."""
    from sketchdesign.model.zoo import find_models

    return [name for name, _ in find_models()]


def open_model(model: str) -> Model:
    """Open a bundled model by name, or a model file by path.

    Raises:
        InputError, CheckpointError: there is no such model, or it cannot be opened.
    """
    from sketchdesign.model import zoo

    return zoo.open_model(model)


def draw_sketches(
    model: str, count: int, *, seed: int = 1, temperature: float | None = None, class_name: str | None = None
) -> list[Sketch]:
    """New sketches of a model, in units of their own. Inside of a plugin `Context.draw` does the same, with progress.

    Args:
        model: a bundled name or a path.
        count: how many; sketch N does not depend on it.
        seed: the same seed gives the same sketches.
        temperature: how varied they are, 0 to 10; None for the usual 0.1.
        class_name: one class of a model that knows several; None takes them in turn.

    Raises:
        InputError, CheckpointError: there is no such model or class, or a number is out of range.
    """
    return Job(Context(seed).draw(model, count, temperature=temperature, class_name=class_name)).run()


def place(sketch: Sketch, left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> Strokes:
    """A sketch scaled evenly to fill a box on the page, and centred in it."""
    from sketchdesign.design.grid import fit_into

    return fit_into(sketch, left_mm, top_mm, width_mm, height_mm)


def repeat_names() -> tuple[str, ...]:
    """The repeats that `make_tile` and `repeat` know, with one example of each kind of drop and brick."""
    from sketchdesign.design import repeat as repeats

    return repeats.repeat_names()


def make_tile(
    sketches: Sequence[Sketch],
    repeat: str = "half-drop",
    cell_mm: tuple[float, float] = (120.0, 80.0),
    *,
    seed: int = 1,
) -> Drawing:
    """A seamless straight-repeat tile with one sketch in each cell, which take turns.

    Args:
        sketches: at least one.
        repeat: one of `repeat_names`.
        cell_mm: width and height of a cell.
        seed: of the arrangement.

    Raises:
        InputError: there is no sketch, the repeat is unknown, a sketch is empty, or it does not fit.
    """
    from sketchdesign.design.layout import Layout as Arrangement
    from sketchdesign.services.tiles import making as tiles

    if not sketches:
        raise InputError("a tile of no sketches cannot be made", hint="give one at least")
    arrangement = Arrangement("grid", columns=len(sketches))
    work = tiles.make_tile(sketches, tiles.TileSettings(repeat, cell_mm, arrangement, seed=seed), {})
    return Job(work).run().drawing


def repeat(
    layers: Sequence[Layer], repeat: str, cell_mm: tuple[float, float], page: Page, margin_mm: float = 0.0
) -> Drawing:
    """Strokes of a cell repeated over a page, uncut but for the margin. The strokes may reach over the cell's edges.

    Args:
        layers: what lies in the cell, whose corner is the origin.
        repeat: one of `repeat_names`.
        cell_mm: width and height of the cell.
        page: the paper.
        margin_mm: free border.

    Raises:
        InputError: the repeat is unknown, the margin leaves no room, or there would be too many strokes.
    """
    import numpy as np

    from sketchdesign.design.repeat import make_repeat
    from sketchdesign.design.tile import Design, sheet

    motifs = tuple(np.zeros(len(layer.strokes), np.int64) for layer in layers)
    return sheet(Design(make_repeat(repeat, *cell_mm), tuple(layers), motifs), page, margin_mm)


def optimise(drawing: Drawing, *, budget_s: float | None = None, join_mm: float = 0.0, seed: int = 1) -> Drawing:
    """The same strokes, layer by layer in the order and direction that take a plotter the least time.

    Args:
        drawing: what to draw.
        budget_s: how long to look for better ways; the result then depends on the computer. None for a fixed number
            of tries, which takes a second or so and always gives the same result.
        join_mm: ends up to this distance apart are connected by a line.
        seed: of the search.

    Raises:
        InputError: a number is out of range.
    """
    from dataclasses import replace

    from sketchdesign.geometry.route import RouteSettings, joined, route, warm_up

    if budget_s is not None:
        # Loading compiled code takes a good part of a second, which is not to be taken from the search.
        warm_up()
    layers = []
    for layer in drawing.layers:
        # Each layer gets its part of the time.
        share_s = None if budget_s is None else budget_s * max(len(layer.strokes), 1) / max(drawing.stroke_count, 1)
        found = route(layer.strokes, RouteSettings(join_mm=join_mm, seed=seed, budget_s=share_s))
        strokes, _ = joined(found.drawn(layer.strokes), join_mm)
        layers.append(replace(layer, strokes=strokes))
    return drawing.with_layers(layers)


def read_drawing(path: str | Path) -> Drawing:
    """A file of any kind that an importer reads, as a drawing; sketches become a contact sheet.

    Raises:
        InputError, SketchFormatError: it cannot be read.
    """
    from sketchdesign.services.plugins.runs import read_as_drawing

    return read_as_drawing(Path(path))


def read_sketches(path: str | Path) -> tuple[Sketch, ...]:
    """A file of any kind that an importer reads, as sketches; a drawing becomes one.

    Raises:
        InputError, SketchFormatError: it cannot be read.
    """
    from sketchdesign.services.plugins.runs import read_as_sketches

    return read_as_sketches(Path(path))


def export(drawing: Drawing, path: str | Path, *, dpi: float = 150.0) -> None:
    """Write a drawing in the format of the path's ending, all of it or nothing.

    Raises:
        InputError, OutputError: no exporter knows the ending, or the file cannot be written.
    """
    from sketchdesign.services.export import check_outputs, export_drawing

    check_outputs([Path(path)])
    export_drawing(drawing, [Path(path)], dpi)
