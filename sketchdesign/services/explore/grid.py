"""The grid of the Explore workspace: any of its cells drawn, a few at a time, and told of as they are done.

The tools of the command line draw a whole board. Here a person looks on: locked cells need no drawing, a re-rolled one
is drawn alone, and what is done is shown at once. The places in latent space are those of the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.design.latentboard import DRAWN_PEN, Cell
from sketchdesign.model.sampling import Sampling
from sketchdesign.services.explore.places import Places, places_of, rolls_of
from sketchdesign.services.generate import DrawnSketch, GenerateSettings
from sketchdesign.services.jobs import Progress, Work
from sketchdesign.services.latent.tools import Board, Studio
from sketchdesign.services.project.state import ExploreSettings

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.model.pool import Request

FIRST_TOGETHER, MOST_TOGETHER = 8, 64
"""How many cells are drawn at a time: few at first and twice as many each time, so that something is seen soon."""


@dataclass(frozen=True)
class FoundCell:
    """What a cell shows."""

    number: int
    drawn: DrawnSketch


def draw_cells(
    model: Model, explore: ExploreSettings, settings: GenerateSettings, numbers: Sequence[int]
) -> Work[tuple[FoundCell, ...]]:
    """Draw some cells of the grid. Each is final as soon as a `Progress` carries it in ``found``.

    Args:
        model: the one that draws.
        explore: what is asked.
        settings: seed, class, candidates and device; the rest is said by ``explore``.
        numbers: of the cells, counted row by row from 0.

    Raises:
        InputError: a well is empty that must not be, or the model cannot do what is asked.
    """
    from sketchdesign.model.drawing import draw_curated

    # Without rolls: what cells have in common must not change with one of them.
    studio = Studio(model, replace(settings, best_of=explore.best_of, rolls=()))
    places = places_of(studio, explore)
    rolled = replace(studio.settings, rolls=rolls_of(explore))
    found: list[FoundCell] = []
    for batch in _batches(places, numbers):
        temperature, spread = places.look(batch[0])
        sampling = Sampling.preset("default", temperature, z_spread=spread)
        drawn = yield from draw_curated(
            studio.sampler,
            len(batch),
            partial(_request, studio, replace(rolled, sampling=sampling), places, batch),
            sampling,
            studio.settings.curation(),
            partial(_progress, len(found), len(numbers)),
            aim=places.aim(studio.words, batch),
        )
        news = tuple(
            FoundCell(number, DrawnSketch(each.sketch, studio.words[places.points.labels[number]], each.ended))
            for number, each in zip(batch, drawn.sketches, strict=True)
        )
        found += news
        yield Progress(len(found), len(numbers), "sketches", news)
    return tuple(found)


def explored_board(explore: ExploreSettings, results: Sequence[DrawnSketch | None], recipe: dict[str, Any]) -> Board:
    """A grid as a board, to be arranged on a page and written.

    Args:
        explore: its shape.
        results: row by row; None for cells to be left empty.
        recipe: how it was made.

    Raises:
        InputError: all cells are empty.
    """
    if not any(results):
        raise InputError("the grid is empty", hint="wait until its cells are drawn")
    cells = tuple(
        Cell.of(*divmod(number, explore.columns), each.sketch, DRAWN_PEN)
        for number, each in enumerate(results)
        if each is not None
    )
    drawn = tuple(each for each in results if each is not None)
    return Board(cells, explore.rows, explore.columns, drawn, recipe, {})


def _progress(before: int, total: int, good: int) -> Progress:
    return Progress(before + good, total, "sketches")


def _batches(places: Places, numbers: Sequence[int]) -> Iterator[list[int]]:
    """Cells of one temperature and variety together, as many as pay off."""
    limit = FIRST_TOGETHER
    batch: list[int] = []
    for number in numbers:
        if batch and (len(batch) == limit or places.look(number) != places.look(batch[0])):
            yield batch
            batch, limit = [], min(2 * limit, MOST_TOGETHER)
        batch.append(number)
    if batch:
        yield batch


def _request(
    studio: Studio,
    settings: GenerateSettings,
    places: Places,
    batch: Sequence[int],
    numbers: list[int],
    candidate: int,
    attempt: int,
) -> Request:
    from sketchdesign.model.drawing import prior_request
    from sketchdesign.model.pool import Request

    cells = [batch[number] for number in numbers]
    keys: NDArray[np.uint64] = np.array(
        [settings.stream(places.purpose, cell, candidate, attempt, stands_for=places.throws[cell]) for cell in cells],
        np.uint64,
    )
    scored = settings.best_of > 1
    z, vectors = places.points.z, places.points.vectors
    if z is None:
        labels = [places.points.labels[cell] for cell in cells]
        return prior_request(studio.model, keys, labels, settings.sampling, scored=scored)
    return Request(keys, z[cells], None if vectors is None else vectors[cells], scored=scored)
