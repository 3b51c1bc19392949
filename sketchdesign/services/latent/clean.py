"""A crude drawing cleaned up: redrawn the way its class is usually drawn, and still the same drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sketchdesign.core.errors import InputError
from sketchdesign.design.latentboard import DRAWN_PEN, INPUT_PEN, Cell
from sketchdesign.services.generate import DrawnSketch, GenerateSettings
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.tools import Board, Studio, check_count

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model


def clean(
    model: Model, given: GivenSketch, settings: GenerateSettings, amounts: Sequence[float], tries: int
) -> Work[Board]:
    """Redraw a sketch several times from an encoding that is drawn toward its class, and keep what looks most like it.

    Args:
        model: one with an encoder.
        given: the drawing.
        settings: seed and the like; a low temperature suits.
        amounts: how much to clean, one result for each: 0 redraws the sketch as it is encoded, 1 the class's mean.
        tries: redrawings of which the closest to the drawing is kept.

    Raises:
        InputError: the model cannot read the drawing, or a number is out of range.
    """
    from sketchdesign.model.latent import fitted_gaussian, shrunk
    from sketchdesign.model.likeness import distances, pictures

    check_count(len(amounts) * tries, "redrawings")
    if not all(0.0 <= amount <= 1.0 for amount in amounts):
        raise InputError("an amount is out of range", hint="choose numbers from 0 to 1")
    studio = Studio(model, replace(settings, best_of=1), fresh=True)
    (encoded,) = studio.encode([given])
    gaussian = fitted_gaussian(model, encoded.label)
    z = np.stack([shrunk(encoded.mu, encoded.sigma, gaussian, amount) for amount in amounts])
    drawn = yield from studio.draw(studio.points(np.repeat(z, tries, axis=0), [encoded.label] * len(z) * tries))
    away = distances(pictures([encoded.seen.sketch]), pictures([each.sketch for each in drawn]))[0]
    # Unfinished ones only where there is no other.
    order = np.lexsort((away, [not each.ended for each in drawn]))
    best = [next(n for n in order.tolist() if n // tries == place) for place in range(len(amounts))]
    kept: tuple[DrawnSketch, ...] = tuple(drawn[n] for n in best)
    cells = [Cell.of(0, 0, encoded.seen.sketch, INPUT_PEN)]
    cells += [Cell.of(0, column, each.sketch, DRAWN_PEN) for column, each in enumerate(kept, 1)]
    recipe = studio.recipe("clean", [encoded], {"amounts": list(amounts), "tries": tries})
    report = {
        "class": studio.words[encoded.label],
        "amounts": list(amounts),
        "distances": away[best].tolist(),
        **studio.counts(kept),
    }
    return Board(tuple(cells), 1, 1 + len(kept), kept, recipe, report)
