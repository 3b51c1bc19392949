"""The latent tools that go between sketches: interpolation and hybrids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.errors import InputError
from sketchdesign.design.latentboard import DEFAULT_PALETTE, DRAWN_PEN, INPUT_PEN, Cell, Palette
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.tools import MOST_CELLS, Board, Encoded, Studio, check_count

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.model.info import ModelInfo

CORNERS = 4

_USUAL_SHARE, _USUAL_SHARE_OF_ONE_CLASS = 0.5, 0.7


@dataclass(frozen=True)
class GridShape:
    """Rows and columns of results between four corners."""

    rows: int = 5
    columns: int = 5

    def __post_init__(self) -> None:
        if not min(self.rows, self.columns) >= 2 or self.rows * self.columns > MOST_CELLS:
            raise InputError(
                f"a grid of {self.rows} x {self.columns} cannot be interpolated",
                hint=f"use 2 rows and columns or more, {MOST_CELLS} cells at most",
            )


def interpolate(
    model: Model,
    inputs: Sequence[GivenSketch],
    settings: GenerateSettings,
    shape: GridShape | int,
    *,
    fresh: bool = False,
    palette: Palette = DEFAULT_PALETTE,
) -> Work[Board]:
    """The way between sketches on the sphere of latent space.

    Args:
        model: one with an encoder.
        inputs: four for a grid (top left, top right, bottom left, bottom right), else the pins of a path.
        settings: seed and the like.
        shape: of the grid, or the number of steps on the path.
        fresh: see `Studio`.
        palette: colours of the results.
    """
    studio = Studio(model, settings, fresh=fresh)
    encoded = studio.encode(_at_least(inputs, 2))
    if isinstance(shape, GridShape):
        if len(encoded) != CORNERS:
            raise InputError(f"a grid has four corners, not {len(encoded)}", hint="give four sketches, or --steps")
        return (yield from _between_corners(studio, "interpolate", encoded, encoded, shape, palette, {}))
    return (yield from _along_path(studio, encoded, shape, palette))


def hybrid(
    model: Model,
    inputs: Sequence[GivenSketch],
    settings: GenerateSettings,
    shape: GridShape,
    *,
    share: float | None = None,
    own_class: str | None = None,
    fresh: bool = False,
    palette: Palette = DEFAULT_PALETTE,
) -> Work[Board]:
    """Other things read and drawn by a class that they do not belong to: chair-like cats (Figure 5, right).

    Args:
        model: of the class, or one that knows it (``settings.class_name``).
        inputs: with four of them also the grid between their hybrids.
        settings: seed and the like.
        shape: of that grid.
        share: how far to move z from the mean of the input's own class to that of the class. A model of one class
            knows no other mean: there z is drawn toward what is usual in the class, see `shrunk`, all the way at 1.
            None goes as far as mostly keeps both what was given and the class, see `usual_share`.
        own_class: what the inputs are; None takes the class that explains each best.
        fresh: see `Studio`.
        palette: colours of the results between four.
    """
    if share is None:
        share = usual_share(model.info)
    if not -10.0 <= share <= 10.0:
        raise InputError(f"a share of {share:g} is out of range", hint="choose a number from 0 to 1")
    studio = Studio(model, settings, fresh=fresh)
    encoded = studio.encode(_at_least(inputs, 1))
    hybrids = encoded
    operation: dict[str, Any] = {"toward": share}
    if share:
        hybrids, left = moved_to_class(studio, inputs, encoded, share, own_class)
        operation["from"] = left
    if len(hybrids) == CORNERS:
        return (yield from _between_corners(studio, "hybrid", encoded, hybrids, shape, palette, operation))
    points = studio.points_of(hybrids)
    drawn = yield from studio.draw(points, aim=studio.aim(points))
    cells = [Cell.of(row, 0, each.seen.sketch, INPUT_PEN) for row, each in enumerate(encoded)]
    cells += [Cell.of(row, 1, each.sketch, DRAWN_PEN) for row, each in enumerate(drawn)]
    recipe = studio.recipe("hybrid", encoded, operation)
    return Board(tuple(cells), len(encoded), 2, tuple(drawn), recipe, operation | studio.counts(drawn))


def usual_share(info: ModelInfo) -> float:
    """How far chairs go on their way to cats: farther, and they are forgotten; less far, and no cat is to be seen."""
    return _USUAL_SHARE if len(info.classes) > 1 else _USUAL_SHARE_OF_ONE_CLASS


def moved_to_class(
    studio: Studio,
    inputs: Sequence[GivenSketch],
    encoded: Sequence[Encoded],
    share: float,
    own_class: str | None = None,
) -> tuple[list[Encoded], list[str]]:
    """Inputs a share of the way to the class that they are to be drawn as, and the classes that they come from."""
    from sketchdesign.model.latent import fitted_gaussian, shrunk, toward

    model = studio.model
    targets = [fitted_gaussian(model, each.label) for each in encoded]
    if len(model.info.classes) < 2:
        if not 0.0 <= share <= 1.0 or own_class is not None:
            raise InputError(
                f"{model.info.name} knows one class, and can only draw sketches toward it",
                hint="choose --toward from 0 to 1 and no --from, or a model of several classes",
            )
        usual = [shrunk(each.mu, each.sigma, target, share) for each, target in zip(encoded, targets, strict=True)]
        return [replace(each, mu=mu) for each, mu in zip(encoded, usual, strict=True)], []
    # What an input is must be asked without the class that it is to be drawn as.
    source = Studio(model, replace(studio.settings, class_name=own_class)).encode(inputs)
    own_means = [fitted_gaussian(model, each.label).mean for each in source]
    hybrids = [
        replace(each, mu=toward(each.mu, own, target.mean, share))
        for each, own, target in zip(encoded, own_means, targets, strict=True)
    ]
    return hybrids, [studio.words[each.label] for each in source]


def _between_corners(
    studio: Studio,
    command: str,
    encoded: Sequence[Encoded],
    corners: Sequence[Encoded],
    shape: GridShape,
    palette: Palette,
    operation: dict[str, Any],
) -> Work[Board]:
    """The grid between four points, with the inputs they come from outside its corners."""
    from sketchdesign.model.latent import four_corners

    rows, columns = shape.rows, shape.columns
    z = four_corners(np.stack([each.mu for each in corners]), rows, columns)
    down, across = np.meshgrid(np.linspace(0.0, 1.0, rows), np.linspace(0.0, 1.0, columns), indexing="ij")
    shares = [(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across]
    weights = np.stack([share.ravel() for share in shares], axis=1)
    points = studio.points(z, [each.label for each in corners], weights)
    # What lies between a cat and a pig is to be neither; a hybrid shows the class that it is drawn as.
    drawn = yield from studio.draw(points, aim=studio.aim(points) if command == "hybrid" else None)
    pens = palette.grid(rows, columns)
    places = ((0, 0), (0, columns + 1), (rows - 1, 0), (rows - 1, columns + 1))
    cells = [Cell.of(*place, each.seen.sketch, INPUT_PEN) for place, each in zip(places, encoded, strict=True)]
    for number, (each, pen) in enumerate(zip(drawn, pens, strict=True)):
        cells.append(Cell.of(number // columns, 1 + number % columns, each.sketch, pen))
    operation = {
        **operation,
        "interpolation": "spherical, rows first: down the left and right edge, then across",
        "rows": rows,
        "columns": columns,
        "palette": asdict(palette),
    }
    recipe = studio.recipe(command, encoded, operation)
    return Board(tuple(cells), rows, columns + 2, tuple(drawn), recipe, operation | studio.counts(drawn))


def _along_path(studio: Studio, encoded: Sequence[Encoded], steps: int, palette: Palette) -> Work[Board]:
    """A strip from the first input to the last, through all others; the inputs stand above it."""
    from sketchdesign.model.latent import path, path_legs

    check_count(steps, "steps")
    if steps < len(encoded):
        raise InputError(f"a strip of {steps} cannot pass {len(encoded)} sketches", hint="use more steps")
    z = path(np.stack([each.mu for each in encoded]), steps)
    legs, shares = path_legs(len(encoded), steps)
    weights = np.zeros((steps, len(encoded)))
    weights[np.arange(steps), legs] = 1.0 - shares
    weights[np.arange(steps), legs + 1] += shares
    drawn = yield from studio.draw(studio.points(z, [each.label for each in encoded], weights))
    pens = palette.strip(steps)
    above = np.rint(np.linspace(0, steps - 1, len(encoded))).astype(int).tolist()
    cells = [Cell.of(0, column, each.seen.sketch, INPUT_PEN) for column, each in zip(above, encoded, strict=True)]
    cells += [Cell.of(1, n, each.sketch, pen) for n, (each, pen) in enumerate(zip(drawn, pens, strict=True))]
    operation = {"interpolation": "spherical, leg by leg", "steps": steps, "palette": asdict(palette)}
    recipe = studio.recipe("interpolate", encoded, operation)
    return Board(tuple(cells), 2, steps, tuple(drawn), recipe, operation | studio.counts(drawn))


def _at_least(inputs: Sequence[GivenSketch], count: int) -> Sequence[GivenSketch]:
    if len(inputs) < count:
        raise InputError(f"too few sketches are given: {len(inputs)}", hint=f"give at least {count}")
    return inputs
