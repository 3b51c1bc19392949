"""Where in latent space the cells of the Explore workspace lie, and how each is drawn there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError
from sketchdesign.core.seeds import normals
from sketchdesign.core.strokes import FloatArray
from sketchdesign.services.generate import GenerateSettings, class_labels
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.latent.morph import CORNERS, moved_to_class
from sketchdesign.services.latent.taste import liked_classes
from sketchdesign.services.latent.tools import Encoded, Points, Studio
from sketchdesign.services.latent.walk import end_shapes, place_in_class, walk_from
from sketchdesign.services.project.state import ExploreSettings, KeptSketch

if TYPE_CHECKING:
    from sketchdesign.model.critic import Aim, Merit

USUAL_COUNT = 16
"""So many usual drawings stand in for rejected ones where nothing was rejected."""


AXES_OF = {
    "generate": ("", "temperature", "spread", "class"),
    "interpolate": ("", "temperature"),
    "analogy": ("", "temperature", "strength"),
    "morph": ("",),
    "taste": ("", "temperature", "strength", "spread"),
    "walk": ("",),
}
"""What may change along an axis, by tool."""


@dataclass(frozen=True)
class Places:
    """All cells of a grid, row by row.

    Attributes:
        points: where they are; without ``z``, each attempt takes a new place around what is usual in the class.
        throws: which throw of the dice each is drawn by; cells of the same throw share their noise.
        temperatures, spreads: of each cell.
        purpose: of the random numbers.
        shows_class: a cell is to show the class of its point, and is drawn anew where a critic sees something else.
        merit: what candidates are compared by, if it is not as usual.
    """

    points: Points
    throws: Sequence[int]
    temperatures: Sequence[float]
    spreads: Sequence[float]
    purpose: str = "latent"
    shows_class: bool = False
    merit: Merit | None = None

    def look(self, cell: int) -> tuple[float, float]:
        """How a cell is drawn: its temperature and its spread."""
        return self.temperatures[cell], self.spreads[cell]

    def aim(self, words: Sequence[str], cells: Sequence[int]) -> Aim:
        """What some cells are to show, when drawn as number 0, 1, ...

        Args:
            words: the name of each label.
            cells: their numbers.
        """
        from sketchdesign.model.critic import Aim

        own = [words[self.points.labels[cell]] for cell in cells] if self.shows_class else ()
        merit = self.merit
        if merit is None:
            return Aim(own)
        return Aim(own, lambda numbers, sketches: merit([cells[number] for number in numbers], sketches))


def taken_axes(explore: ExploreSettings) -> tuple[bool, bool]:
    """Whether the tool itself says what changes down the rows, and across the columns."""
    if explore.tool == "interpolate":
        return explore.corners == CORNERS, True
    return {"walk": (True, True), "morph": (True, True)}.get(explore.tool, (False, False))


def places_of(studio: Studio, explore: ExploreSettings) -> Places:
    """The places of all cells.

    Raises:
        InputError: a well is empty that must not be, or the model cannot do what is asked.
    """
    tools: dict[str, Callable[[Studio, ExploreSettings], Points]] = {
        "generate": _new,
        "interpolate": _between,
        "analogy": _analogy,
        "morph": _morph,
        "taste": _taste,
        "walk": _walk,
    }
    if explore.tool not in tools:
        raise InputError(f"there is no tool {explore.tool!r:.40}", hint=f"choose one of {', '.join(tools)}")
    points = tools[explore.tool](studio, explore)
    return Places(
        points,
        throws(explore),
        along_axes(explore, "temperature"),
        along_axes(explore, "spread"),
        "sketch" if explore.tool == "generate" else "latent",
        # What lies between a cat and a pig is to be neither; a hybrid shows the class that it is drawn as.
        explore.tool in ("generate", "analogy") or (explore.tool == "interpolate" and explore.toward != 0.0),
        _change_asked(explore) if explore.tool == "analogy" else None,
    )


def rolls_of(explore: ExploreSettings) -> tuple[tuple[int, int], ...]:
    """The cells that were rolled anew, and how often."""
    return tuple((number, cell.rolls) for number, cell in enumerate(explore.cells) if cell.rolls)


def along_axes(explore: ExploreSettings, name: str) -> list[float]:
    """A parameter's value in each cell: from end to end along the axis it belongs to, else its first."""
    first, last = getattr(explore, name)
    rows, columns = np.meshgrid(np.arange(explore.rows), np.arange(explore.columns), indexing="ij")
    rows_taken, columns_taken = taken_axes(explore)
    share = np.zeros(rows.shape)
    if not rows_taken and explore.row_axis == name:
        share = rows / max(1, explore.rows - 1)
    elif not columns_taken and explore.column_axis == name:
        share = columns / max(1, explore.columns - 1)
    values: list[float] = (first + share * (last - first)).ravel().tolist()
    return values


def throws(explore: ExploreSettings) -> list[int]:
    """Which throw of the dice each cell is drawn by: another along an axis along which nothing else changes."""
    rows, columns = explore.rows, explore.columns
    if explore.fresh:
        return list(range(rows * columns))
    rows_taken, columns_taken = taken_axes(explore)
    down = columns if not rows_taken and not explore.row_axis else 0
    across = 1 if not columns_taken and not explore.column_axis else 0
    if not across:
        down = min(down, 1)
    return [row * down + column * across for row in range(rows) for column in range(columns)]


def _new(studio: Studio, explore: ExploreSettings) -> Points:
    return studio.points(None, _class_of_each(studio, explore, throws(explore)))


def _class_of_each(studio: Studio, explore: ExploreSettings, turns: Sequence[int]) -> list[int]:
    """The class of each cell: along an axis, or the one that was asked for, or each in turn."""
    every = len(studio.words)
    cells = range(explore.rows * explore.columns)
    if explore.row_axis == "class":
        return [cell // explore.columns % every for cell in cells]
    if explore.column_axis == "class":
        return [cell % explore.columns % every for cell in cells]
    if studio.asked_label is not None:
        return [studio.asked_label for _ in cells]
    return [turn % every for turn in turns]


def _between(studio: Studio, explore: ExploreSettings) -> Points:
    from sketchdesign.model.latent import four_corners, path

    given = _filled(explore, explore.corners)
    encoded: Sequence[Encoded] = studio.encode(given)
    if explore.toward:
        encoded, _ = moved_to_class(studio, given, encoded, explore.toward)
    mu = np.stack([each.mu for each in encoded])
    labels = [each.label for each in encoded]
    rows, columns = explore.rows, explore.columns
    across = np.tile(np.linspace(0.0, 1.0, columns), rows)
    if len(encoded) == CORNERS:
        down = np.repeat(np.linspace(0.0, 1.0, rows), columns)
        shares = [(1.0 - down) * (1.0 - across), (1.0 - down) * across, down * (1.0 - across), down * across]
        return studio.points(four_corners(mu, rows, columns), labels, np.stack(shares, axis=1))
    return studio.points(np.tile(path(mu, columns), (rows, 1)), labels, np.stack([1.0 - across, across], axis=1))


def _analogy(studio: Studio, explore: ExploreSettings) -> Points:
    from sketchdesign.model.latent import analogy

    encoded = studio.encode(_filled(explore, 3))
    first, second, third = (each.mu for each in encoded)
    strengths = along_axes(explore, "strength")
    z = np.stack([analogy(first, second, third, strength) for strength in strengths])
    return studio.points(z, [encoded[0].label] * len(z))


def _change_asked(explore: ExploreSettings) -> Merit | None:
    """What tells the candidates of an analogy apart."""
    from sketchdesign.model.critic import change_shown

    _, minus, plus = _filled(explore, 3)
    return change_shown(minus.sketch, plus.sketch, along_axes(explore, "strength"))


def _morph(studio: Studio, explore: ExploreSettings) -> Points:
    if studio.model.network.class_embedding is None:
        raise InputError(f"{studio.model.info.name} knows one class", hint="choose a model of several, such as doodles")
    chosen = (explore.classes[0] or studio.words[0], explore.classes[1] or studio.words[1])
    asked = [class_labels(studio.words, replace(studio.settings, class_name=name))[0] for name in chosen]
    # What the wells hold is said by the classes, however the model would take them.
    own = Studio(studio.model, replace(studio.settings, class_name=None))
    given = [replace(each, word=word) for each, word in zip(_leading(explore, 2), chosen, strict=False)]
    encoded = own.encode(given) if given else []
    rows, columns = explore.rows, explore.columns
    down, across = np.meshgrid(np.linspace(0.0, 1.0, rows), np.linspace(0.0, 1.0, columns), indexing="ij")
    z = end_shapes(own, encoded, (asked[0], asked[1]), (across if rows == 1 else down).ravel())
    return own.points(z, asked, np.stack([1.0 - across.ravel(), across.ravel()], axis=1))


def _taste(studio: Studio, explore: ExploreSettings) -> Points:
    from sketchdesign.model.directions import fitted_taste
    from sketchdesign.model.latent import draw_z, fitted_gaussian

    if not explore.liked:
        raise InputError("nothing was starred that a taste could be learned from", hint="star what you like first")
    liked = [_given(each) for each in explore.liked]
    wanted = studio.read_set(liked)
    own = liked_classes(studio, liked)
    labels = [own[turn % len(own)] for turn in throws(explore)]
    if explore.disliked:
        unwanted = studio.read_set([_given(each) for each in explore.disliked])
    else:
        turns = range(USUAL_COUNT)
        usual = _noise(studio, studio.settings, "usual", turns)
        unwanted = draw_z(studio.model, [own[turn % len(own)] for turn in turns], usual)
    taste = fitted_taste(wanted, unwanted)
    steps = {label: taste.direction(fitted_gaussian(studio.model, label)) for label in set(own)}
    noise = _noise(studio, replace(studio.settings, rolls=rolls_of(explore)), "taste", throws(explore))
    noise *= np.array(along_axes(explore, "spread"), np.float32)[:, None]
    strengths = np.array(along_axes(explore, "strength"))[:, None]
    z = draw_z(studio.model, labels, noise) + strengths * np.stack([steps[label] for label in labels])
    return studio.points(z.astype(np.float32), labels)


def _walk(studio: Studio, explore: ExploreSettings) -> Points:
    from sketchdesign.model.encode import check_encoder

    check_encoder(studio.model.info)
    count = explore.rows * explore.columns
    encoded = studio.encode(_leading(explore, 1)) if explore.wells[:1] and explore.wells[0] else []
    label = encoded[0].label if encoded else studio.asked_label or 0
    start = encoded[0].mu if encoded else place_in_class(studio, label)
    return studio.points(walk_from(studio, start, label, count, explore.stride), [label] * count)


def _noise(studio: Studio, settings: GenerateSettings, purpose: str, turns: Sequence[int]) -> FloatArray:
    """Standard normal [n, z_size] for the first n cells, each by its throw of the dice."""
    from sketchdesign.model.pool import LATENT_DOMAIN

    keys: NDArray[np.uint64] = np.array(
        [settings.stream(purpose, cell, stands_for=turn) for cell, turn in enumerate(turns)], np.uint64
    )
    return normals(keys, studio.model.info.architecture.z_size, LATENT_DOMAIN)


def _filled(explore: ExploreSettings, count: int) -> list[GivenSketch]:
    """What the first wells hold.

    Raises:
        InputError: one of them is empty.
    """
    kept = [each for each in explore.wells[:count] if each is not None]
    if len(kept) < count:
        raise InputError(f"{count - len(kept)} of {count} wells are empty", hint="put a sketch into each of them")
    return [_given(each) for each in kept]


def _leading(explore: ExploreSettings, count: int) -> list[GivenSketch]:
    """What the first wells hold, up to the first that is empty."""
    kept: list[GivenSketch] = []
    for well in explore.wells[:count]:
        if well is None:
            break
        kept.append(_given(well))
    return kept


def _given(kept: KeptSketch) -> GivenSketch:
    return GivenSketch(kept.word or "the sketch", kept.sketch, dense=not kept.model, word=kept.word)
