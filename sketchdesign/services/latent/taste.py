"""Taste: new sketches like those that were starred, and unlike those that were rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import normals
from sketchdesign.core.strokes import FloatArray
from sketchdesign.design.latentboard import DRAWN_PEN, gallery
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.directions import FARTHEST, Direction
from sketchdesign.services.latent.tools import Board, Studio, check_count, z_text

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model


@dataclass(frozen=True)
class Tasted:
    """What came of a taste.

    Attributes:
        board: the new sketches.
        direction: the way to what is liked, one standard deviation of its class long.
    """

    board: Board
    direction: Direction


def more_like(
    model: Model,
    liked: Sequence[GivenSketch],
    rejected: Sequence[GivenSketch],
    settings: GenerateSettings,
    count: int,
    strength: float,
) -> Work[Tasted]:
    """Draw from a class's Gaussian, moved along the direction that sets liked sketches apart from rejected ones.

    The paper's section 5 wishes for a model that learns what a person finds good; here it is a logistic regression in
    latent space.

    Args:
        model: one with an encoder.
        liked, rejected: at least one of each.
        settings: seed and the like; without a class, those of the liked sketches are taken in turn.
        count: number of new sketches.
        strength: how far to move, in standard deviations of the class along the direction.

    Raises:
        InputError: the model can read none of the liked or of the rejected sketches, or a number is out of range.
    """
    from sketchdesign.model.directions import fitted_taste, held_out_agreement
    from sketchdesign.model.latent import draw_z, fitted_gaussian
    from sketchdesign.model.pool import LATENT_DOMAIN

    check_count(count, "sketches")
    if not -FARTHEST <= strength <= FARTHEST:
        raise InputError(f"a strength of {strength:g} is out of range", hint="choose a number such as 2")
    studio = Studio(model, settings, fresh=True)
    wanted, unwanted = studio.read_set(liked), studio.read_set(rejected)
    taste = fitted_taste(wanted, unwanted)
    own = liked_classes(studio, liked)
    labels = [own[number % len(own)] for number in range(count)]
    keys = np.array([settings.stream("taste", number) for number in range(count)], np.uint64)
    noise = normals(keys, wanted.shape[1], LATENT_DOMAIN) * np.float32(settings.sampling.z_spread)
    usual = draw_z(model, labels, noise)
    steps = {label: taste.direction(fitted_gaussian(model, label)) for label in set(own)}
    z: FloatArray = (usual + strength * np.stack([steps[label] for label in labels])).astype(np.float32)
    drawn = yield from studio.draw(studio.points(z, labels))
    cells, rows, columns = gallery([each.sketch for each in drawn], [DRAWN_PEN] * count)
    direction = Direction("taste", steps[own[0]].astype(np.float32))
    enough = min(len(wanted), len(unwanted)) >= 2
    operation = {
        "liked": len(wanted),
        "rejected": len(unwanted),
        "strength": strength,
        "direction": direction.to_json(),
        "z": [z_text(row) for row in z],
    }
    report = {
        "liked": len(wanted),
        "disliked": len(unwanted),
        # Without two of each there is nothing to hold out.
        "agreement": held_out_agreement(wanted, unwanted) if enough else None,
        "log_odds": {"usual": float(taste.log_odds(usual).mean()), "drawn": float(taste.log_odds(z).mean())},
        **studio.counts(drawn),
    }
    board = Board(tuple(cells), rows, columns, tuple(drawn), studio.recipe("taste", [], operation), report)
    return Tasted(board, direction)


def liked_classes(studio: Studio, liked: Sequence[GivenSketch]) -> list[int]:
    """The classes of the liked sketches, each once, the commonest first."""
    if studio.asked_label is not None:
        return [studio.asked_label]
    labels = [each.label for each in studio.encode(liked)] if len(studio.words) > 1 else [0]
    return sorted(set(labels), key=lambda label: (-labels.count(label), label))
