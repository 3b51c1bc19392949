"""The latent tools that start from single sketches: reconstruct, vary, and analogies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import normals
from sketchdesign.core.strokes import FloatArray
from sketchdesign.design.latentboard import DEFAULT_PALETTE, DRAWN_PEN, INPUT_PEN, Cell, Palette, gallery
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.tools import Board, Encoded, Points, Studio, check_count

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model


def reconstruct(
    model: Model,
    inputs: Sequence[GivenSketch],
    settings: GenerateSettings,
    samplings: Mapping[float, Sampling],
    *,
    palette: Palette | None = DEFAULT_PALETTE,
) -> Work[Board]:
    """Each input, and beside it how the model draws it at several temperatures (Figure 5).

    Args:
        model: one with an encoder.
        inputs: one row each.
        settings: seed and the like.
        samplings: how to draw, by temperature.
        palette: pens for blue, the lowest temperature, to red, the highest; None for one pen.

    Raises:
        InputError: the model has no encoder, or cannot read one of the inputs.
    """
    studio = Studio(model, settings)
    encoded = studio.encode(inputs)
    points = studio.points_of(encoded)
    pens = [DRAWN_PEN] * len(samplings) if palette is None else palette.temperatures(list(samplings))
    cells = [Cell.of(row, 0, each.seen.sketch, INPUT_PEN) for row, each in enumerate(encoded)]
    columns = []
    for column, sampling in enumerate(samplings.values(), 1):
        drawn = yield from studio.draw(points, sampling)
        columns.append(drawn)
        cells += [Cell.of(row, column, each.sketch, pens[column - 1]) for row, each in enumerate(drawn)]
    results = tuple(column[row] for row in range(len(encoded)) for column in columns)
    operation = {
        "samplings": [sampling.to_json() for sampling in samplings.values()],
        "pens": [pen.colour for pen in pens],
    }
    return Board(
        tuple(cells),
        len(encoded),
        1 + len(samplings),
        results,
        studio.recipe("reconstruct", encoded, operation),
        {"inputs": _explained(studio, encoded, points), "temperatures": list(samplings), **studio.counts(results)},
    )


def _explained(studio: Studio, encoded: Sequence[Encoded], points: Points) -> list[dict[str, Any]]:
    """How well the model explains each input, in nats: KL(q || p), and the log likelihood of its rows (eq. 9 to 11)."""
    from sketchdesign.model.encode import Encoding, log_likelihoods
    from sketchdesign.model.latent import prior_gaussian
    from sketchdesign.model.recognise import divergences

    nats = log_likelihoods(studio.model, [each.seen.rows for each in encoded], points.z, points.vectors)
    report = []
    for each, log_likelihood in zip(encoded, nats.tolist(), strict=True):
        kl = divergences(Encoding(each.mu[None], each.sigma[None]), prior_gaussian(studio.model, each.label))
        report.append(
            {
                "name": each.seen.name,
                "class": studio.words[each.label],
                "points": len(each.seen.rows),
                "kl": float(kl[0]),
                "log_likelihood": log_likelihood,
            }
        )
    return report


def vary(
    model: Model,
    given: GivenSketch,
    settings: GenerateSettings,
    count: int,
    *,
    radius: float | None = None,
    fresh: bool = False,
) -> Work[Board]:
    """Sketches similar to one, none the same: z ~ N(mu, sigma), or at a distance of ``radius`` around mu.

    Raises:
        InputError: the model cannot read the sketch, or a number is out of range.
    """
    from sketchdesign.model.latent import around
    from sketchdesign.model.pool import LATENT_DOMAIN

    check_count(count, "variations")
    if radius is not None and not 0.0 <= radius <= 1000.0:
        raise InputError(f"a radius of {radius:g} is out of range", hint="choose a number from 0 to 1000")
    studio = Studio(model, settings, fresh=fresh)
    (encoded,) = studio.encode([given])
    keys = np.array([settings.stream("vary", number) for number in range(count)], np.uint64)
    noise = normals(keys, len(encoded.mu), LATENT_DOMAIN)
    z = encoded.mu + encoded.sigma * noise if radius is None else around(encoded.mu, noise, radius)
    drawn = yield from studio.draw(studio.points(z.astype(np.float32), [encoded.label] * count))
    cells, rows, columns = gallery([each.sketch for each in drawn], [DRAWN_PEN] * count, column=1)
    return Board(
        (Cell.of(0, 0, encoded.seen.sketch, INPUT_PEN), *cells),
        rows,
        columns,
        tuple(drawn),
        studio.recipe("vary", [encoded], {"count": count, "radius": radius}),
        {"sigma_length": _length(encoded.sigma), "mu_length": _length(encoded.mu), **studio.counts(drawn)},
    )


def analogy(
    model: Model,
    base: GivenSketch,
    minus: GivenSketch,
    plus: GivenSketch,
    settings: GenerateSettings,
    strengths: Sequence[float],
    *,
    rescaled: bool = True,
    fresh: bool = False,
) -> Work[Board]:
    """base + strength * (plus - minus) in latent space (Figure 7), one result for each strength.

    ``rescaled`` brings each sum to the length of ``base``, see `model.latent.analogy`. The results are of the class of
    ``base``, and drawn anew where a critic does not see that. Of several candidates it takes the one that looks more
    like ``plus`` than like ``minus``.

    Raises:
        InputError: the model cannot read one of the three, or a strength is not from -10 to 10.
    """
    from sketchdesign.model.critic import change_shown
    from sketchdesign.model.latent import analogy as combined

    check_count(len(strengths), "strengths")
    if not all(-10.0 <= strength <= 10.0 for strength in strengths):
        raise InputError("a strength is out of range", hint="choose numbers from -10 to 10")
    studio = Studio(model, settings, fresh=fresh)
    encoded = studio.encode([base, minus, plus])
    first, second, third = (each.mu for each in encoded)
    z = np.stack([combined(first, second, third, strength, rescaled=rescaled) for strength in strengths])
    points = studio.points(z, [encoded[0].label] * len(z))
    merit = change_shown(encoded[1].seen.sketch, encoded[2].seen.sketch, strengths)
    drawn = yield from studio.draw(points, aim=studio.aim(points, merit))
    cells = [Cell.of(0, column, each.seen.sketch, INPUT_PEN) for column, each in enumerate(encoded)]
    cells += [Cell.of(0, len(encoded) + n, each.sketch, DRAWN_PEN) for n, each in enumerate(drawn)]
    operation = {"z": "base + strength * (plus - minus)", "rescaled": rescaled, "strengths": list(strengths)}
    return Board(
        tuple(cells),
        1,
        len(encoded) + len(drawn),
        tuple(drawn),
        studio.recipe("analogy", encoded, operation),
        {"strengths": list(strengths), **studio.counts(drawn)},
    )


def _length(vector: FloatArray) -> float:
    return float(np.sqrt((vector.astype(np.float64) ** 2).sum()))
