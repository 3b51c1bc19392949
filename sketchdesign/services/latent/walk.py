"""Ways through latent space that need no end: the random walk, and the morph from class to class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import normals
from sketchdesign.core.strokes import FloatArray
from sketchdesign.design.latentboard import INPUT_PEN, Cell, Palette, gallery
from sketchdesign.services.generate import GenerateSettings, class_labels
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.tools import Board, Encoded, Studio, check_count, z_text

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

LONGEST_STRIDE = 100.0


def walk(
    model: Model,
    given: GivenSketch | None,
    settings: GenerateSettings,
    count: int,
    stride: float,
    palette: Palette,
    *,
    fresh: bool = False,
) -> Work[Board]:
    """A walk without sharp turns, each sketch a little other than the one before; a longer one begins like a shorter.

    Args:
        model: one with an encoder, or at least with latent vectors.
        given: where to begin; None for a place drawn from the class.
        settings: seed and the like.
        count: number of sketches, the first being the start.
        stride: length of a step, in standard deviations of the class's latent vectors.
        palette: colours of the first and the last.
        fresh: see `Studio`.

    Raises:
        InputError: the model has no latent vectors, or a number is out of range.
    """
    from sketchdesign.model.encode import check_encoder

    check_encoder(model.info)
    check_count(count, "steps")
    if not 0.0 < stride <= LONGEST_STRIDE:
        raise InputError(f"a step of {stride:g} is out of range", hint="choose a number up to 100, such as 0.5")
    studio = Studio(model, settings, fresh=fresh)
    encoded = [] if given is None else studio.encode([given])
    label = encoded[0].label if encoded else studio.asked_label or 0
    start = encoded[0].mu if encoded else place_in_class(studio, label)
    z = walk_from(studio, start, label, count, stride)
    drawn = yield from studio.draw(studio.points(z, [label] * count))
    cells, rows, columns = gallery([each.sketch for each in drawn], palette.strip(count), column=len(encoded))
    inputs = [Cell.of(0, 0, each.seen.sketch, INPUT_PEN) for each in encoded]
    operation = {"count": count, "stride": stride, "start": z_text(start), "palette": asdict(palette)}
    recipe = studio.recipe("walk", encoded, operation)
    return Board((*inputs, *cells), rows, columns, tuple(drawn), recipe, {"stride": stride, **studio.counts(drawn)})


def class_morph(
    model: Model,
    inputs: Sequence[GivenSketch],
    settings: GenerateSettings,
    classes: tuple[str, str],
    steps: int,
    rows: int,
    palette: Palette,
    *,
    fresh: bool = False,
) -> Work[Board]:
    """From one class to another, as what it is drawn (the class) and in what shape (z), together or apart.

    Args:
        model: of several classes.
        inputs: none for a shape drawn from the first class, one to begin with, or both ends.
        settings: seed and the like.
        classes: the first and the last.
        steps: columns; across them the class changes.
        rows: 1 to change the shape together with the class; else down the rows the shape alone changes.
        palette: colours of the corners, or of the ends.
        fresh: see `Studio`.

    Raises:
        InputError: the model has not both classes, there are too many inputs, or a number is out of range.
    """
    check_count(steps * rows if min(steps, rows) > 0 else 0, "cells")
    if len(inputs) > 2:
        raise InputError(f"{len(inputs)} sketches are too many for a morph", hint="give its start, or its two ends")
    if model.network.class_embedding is None:
        raise InputError(
            f"{model.info.name} is not a model of several classes", hint="use interpolate, or a model such as doodles"
        )
    first, last = (class_labels(model.info.classes, replace(settings, class_name=name))[0] for name in classes)
    # What the inputs are is said by the classes, however the model would take them.
    studio = Studio(model, replace(settings, class_name=None), fresh=fresh)
    named = [replace(given, word=word) for given, word in zip(inputs, classes, strict=False)]
    encoded = studio.encode(named) if named else []
    shapes, changes = np.meshgrid(np.linspace(0.0, 1.0, rows), np.linspace(0.0, 1.0, steps), indexing="ij")
    shape, change = (changes if rows == 1 else shapes).ravel(), changes.ravel()
    z = end_shapes(studio, encoded, (first, last), shape)
    weights = np.stack([1.0 - change, change], axis=1)
    drawn = yield from studio.draw(studio.points(z, [first, last], weights))
    pens = palette.strip(steps) if rows == 1 else palette.grid(rows, steps)
    left = min(1, len(encoded))
    cells = [
        Cell.of(n // steps, left + n % steps, each.sketch, pen)
        for n, (each, pen) in enumerate(zip(drawn, pens, strict=True))
    ]
    corners = ((0, 0), (rows - 1, left + steps))
    cells += [Cell.of(*place, each.seen.sketch, INPUT_PEN) for place, each in zip(corners, encoded, strict=False)]
    operation: dict[str, Any] = {"classes": list(classes), "steps": steps, "rows": rows, "palette": asdict(palette)}
    operation["start"] = z_text(z[0])
    recipe = studio.recipe("morph", encoded, operation)
    report = {"classes": list(classes), **studio.counts(drawn)}
    return Board(tuple(cells), rows, steps + len(encoded), tuple(drawn), recipe, report)


def walk_from(studio: Studio, start: FloatArray, label: int, count: int, stride: float) -> FloatArray:
    """A walk through a class, float32 [count, z_size]; see `walk`."""
    from sketchdesign.model.latent import fitted_gaussian, unwhitened, whitened
    from sketchdesign.model.latent import walk as way
    from sketchdesign.model.pool import LATENT_DOMAIN

    gaussian = fitted_gaussian(studio.model, label)
    keys = np.array([studio.settings.stream("walk", number) for number in range(1, count)], np.uint64)
    noise = normals(keys, len(start), LATENT_DOMAIN)
    return unwhitened(way(whitened(start[None], gaussian)[0], noise, stride), gaussian)


def end_shapes(
    studio: Studio, encoded: Sequence[Encoded], labels: tuple[int, int], share: NDArray[np.float64]
) -> FloatArray:
    """z [n, z_size] for shares [n] of the way from the first shape to the last."""
    from sketchdesign.model.latent import fitted_gaussian, slerp, toward

    start = encoded[0].mu if encoded else place_in_class(studio, labels[0])
    begin = np.repeat(start[None], len(share), axis=0)
    if len(encoded) == 2:
        return slerp(begin, np.repeat(encoded[1].mu[None], len(share), axis=0), share)
    own, other = (fitted_gaussian(studio.model, label).mean for label in labels)
    return toward(begin, own, other, share[:, None])


def place_in_class(studio: Studio, label: int) -> FloatArray:
    """A latent vector of a class: float32 [z_size]."""
    from sketchdesign.model.latent import draw_z
    from sketchdesign.model.pool import LATENT_DOMAIN

    key = np.array([studio.settings.stream("start", 0)], np.uint64)
    noise = normals(key, studio.model.info.architecture.z_size, LATENT_DOMAIN)
    place: FloatArray = draw_z(studio.model, [label], noise * np.float32(studio.settings.sampling.z_spread))[0]
    return place
