"""Running plugins: their parameters checked, their results checked, their failures told from ours."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import GeneratorType
from typing import Any, TypeVar

from sketchdesign.core.drawing import Drawing, Page
from sketchdesign.core.errors import InputError, PluginError
from sketchdesign.core.files import write_atomic
from sketchdesign.core.provenance import Provenance
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.grid import contact_sheet
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.plugins.kinds import Context
from sketchdesign.services.plugins.registry import Plugin, for_ending, known_endings

Result = TypeVar("Result")


@dataclass(frozen=True)
class Made:
    """What a generator or a layout made.

    Attributes:
        drawing: with its provenance; a contact sheet where a generator made sketches.
        sketches: the sketches that it made; None where it made a whole drawing.
        seconds: how long it took.
    """

    drawing: Drawing
    sketches: tuple[Sketch, ...] | None
    seconds: float


def make(plugin: Plugin, values: Mapping[str, object], context: Context) -> Work[Made]:
    """Run a generator.

    Args:
        plugin: of kind "generator".
        values: its parameters; those left out take their defaults.
        context: the seed, and where models run.

    Raises:
        InputError: a parameter cannot be used.
        PluginError: the plugin cannot be loaded, fails, or returns something else than sketches or a drawing.
    """
    from sketchdesign.services.parameters import parse_parameters

    started = time.perf_counter()
    parameters = parse_parameters(plugin.target.Parameters, values)
    with plugin.blamed():
        made = yield from _finished(plugin.target.generate(parameters, context))
    recipe = _recipe("make", plugin, parameters, context)
    if isinstance(made, Drawing):
        return Made(_signed(made, recipe), None, time.perf_counter() - started)
    sketches = _checked_sketches(plugin, made)
    return Made(_signed(contact_sheet(sketches), recipe), sketches, time.perf_counter() - started)


def arrange(
    plugin: Plugin, sketches: Sequence[Sketch], page: Page, values: Mapping[str, object], context: Context
) -> Work[Made]:
    """Run a layout over sketches, at least one, on a page.

    Raises:
        InputError: a parameter cannot be used, or the sketches do not fit.
        PluginError: the plugin cannot be loaded, fails, or returns something else than a drawing.
    """
    from sketchdesign.services.parameters import parse_parameters

    started = time.perf_counter()
    parameters = parse_parameters(plugin.target.Parameters, values)
    with plugin.blamed():
        made = yield from _finished(plugin.target.arrange(sketches, page, parameters, context))
    if not isinstance(made, Drawing):
        raise _wrong_result(plugin, made, "a Drawing")
    return Made(_signed(made, _recipe("arrange", plugin, parameters, context)), None, time.perf_counter() - started)


def write_with(plugin: Plugin, drawing: Drawing, path: Path, values: Mapping[str, object]) -> None:
    """Write a drawing with an exporter, all of it or nothing.

    Raises:
        InputError: a parameter or the path cannot be used, or the format cannot hold the drawing.
        OutputError: the file cannot be written.
        PluginError: the plugin cannot be loaded or fails.
    """
    from sketchdesign.services.parameters import parse_parameters

    parameters = parse_parameters(plugin.target.Parameters, values)
    with plugin.blamed():
        data = plugin.target.render(drawing, parameters)
    if not isinstance(data, bytes):
        raise _wrong_result(plugin, data, "bytes")
    write_atomic(path, data)


def read_file(path: Path) -> Drawing | tuple[Sketch, ...]:
    """Read a file with the importer for its ending.

    Raises:
        InputError, SketchFormatError: no importer knows the ending, or the file cannot be read.
        PluginError: the importer fails.
    """
    plugin = for_ending("importer", path)
    if plugin is None:
        raise InputError(f"cannot read {path} by its ending", hint=f"use one of {' '.join(known_endings('importer'))}")
    with plugin.blamed():
        found = plugin.target.read(path)
    return found if isinstance(found, Drawing) else _checked_sketches(plugin, found)


def read_as_drawing(path: Path) -> Drawing:
    """A file as a drawing: sketches become a contact sheet. Errors as `read_file`."""
    found = read_file(path)
    return found if isinstance(found, Drawing) else contact_sheet(found)


def read_as_sketches(path: Path) -> tuple[Sketch, ...]:
    """A file as sketches: a drawing becomes one, in mm, of all its layers. Errors as `read_file`."""
    found = read_file(path)
    if isinstance(found, Drawing):
        return (Sketch.from_polylines(line for layer in found.layers for line in layer.strokes.polylines()),)
    return found


def _finished(made: Result | Work[Result]) -> Generator[Progress, None, Result]:
    """The result of a call that may have been a piece of work, or just returned."""
    if isinstance(made, GeneratorType):
        result: Result = yield from made
        return result
    return made  # type: ignore[return-value]  # the check above tells the two apart


def _checked_sketches(plugin: Plugin, found: object) -> tuple[Sketch, ...]:
    if not isinstance(found, list | tuple) or not all(isinstance(each, Sketch) for each in found):
        raise _wrong_result(plugin, found, "a Drawing or a list of Sketch")
    return tuple(found)


def _wrong_result(plugin: Plugin, result: object, wanted: str) -> PluginError:
    return PluginError(
        f"the {plugin.kind} {plugin.name!r} of {plugin.source} returned {type(result).__name__}, not {wanted}",
        hint="tell its author",
    )


def _recipe(command: str, plugin: Plugin, parameters: Any, context: Context) -> dict[str, Any]:
    return {
        "command": command,
        "plugin": {"name": plugin.name, "package": plugin.distribution, "version": plugin.version},
        "parameters": parameters.model_dump(mode="json"),
        "seed": context.seed,
    }


def _signed(drawing: Drawing, recipe: dict[str, Any]) -> Drawing:
    """With our recipe, and whatever the plugin had noted in its own."""
    own = dict(drawing.provenance.recipe)
    return replace(drawing, provenance=Provenance(recipe | ({"made": own} if own else {})))
