"""What a tool still needs before there is a grid, and buttons that bring it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.model.header import read_info
from sketchdesign.model.info import ModelInfo
from sketchdesign.model.zoo import find_models
from sketchdesign.services.inputs import EXAMPLE_PREFIX, read_input
from sketchdesign.services.latent.morph import usual_share
from sketchdesign.services.project.state import ExploreSettings, KeptSketch, Project

CORNER_EXAMPLES = ("cat", "three-eyed-cat", "cat-face", "chair-1")
TERM_EXAMPLES = ("cat-face", "pig-head", "pig")
"""The paper's: a cat's head - a pig's head + a whole pig is a whole cat."""
CHAIR_EXAMPLES = ("chair-1", "chair-2", "chair-3", "chair-4")
"""What the paper shows to a model that has only ever seen cats."""
_CHAIRS_DRAWN_BY, _CHAIRS_DRAWN_AS, _CHAIR_CANDIDATES = "doodles", "cat", 4
_MOST_LIKED = 24


@dataclass(frozen=True)
class Offer:
    """A button that brings what is missing.

    Attributes:
        text: what it says.
        changes: makes the fields of `ExploreSettings` that it changes; may take a moment.
    """

    text: str
    changes: Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Beginning:
    """Why there is no grid yet, and what to do about it.

    Attributes:
        sentence: what is missing.
        first: what most people will want.
        second: something else to begin with; None where there is nothing.
    """

    sentence: str
    first: Offer
    second: Offer | None = None


def wells_of(explore: ExploreSettings) -> int:
    """How many wells a tool has."""
    return {"interpolate": explore.corners, "analogy": 3, "morph": 2, "walk": 1}.get(explore.tool, 0)


def beginning_of(session: Session, project: Project) -> Beginning | None:
    """What is still needed; None when the grid can be drawn."""
    explore = project.explore
    if explore.tool == "interpolate" and _empty_wells(explore, explore.corners):
        return Beginning(
            tr("Everything between your sketches is drawn here. Drag one into each well at the corners."),
            Offer(
                tr("Fill the corners"), _filling(explore, explore.corners, session.library.sketches, CORNER_EXAMPLES)
            ),
            Offer(tr("Chair-like cats"), _chair_like_cats),
        )
    if explore.tool == "analogy" and _empty_wells(explore, 3):
        return Beginning(
            tr("A cat\u2019s head, minus a pig\u2019s head, plus a whole pig: drag a sketch into each well."),
            Offer(tr("Fill the formula"), _filling(explore, 3, (), TERM_EXAMPLES)),
        )
    if explore.tool == "taste" and not explore.liked:
        return _first_taste(session)
    if explore.tool == "morph":
        return _several_classes(session, project)
    return None


def _first_taste(session: Session) -> Beginning:
    starred = session.library.sketches[:_MOST_LIKED]
    sentence = tr("Star what you like and reject what you do not, and more like it is drawn here.")
    if starred:
        return Beginning(sentence, Offer(tr("Begin with the library"), lambda: {"liked": starred}))
    new = {"tool": "generate", "row_axis": "", "column_axis": ""}
    return Beginning(sentence, Offer(tr("Draw new sketches"), lambda: new))


def _several_classes(session: Session, project: Project) -> Beginning | None:
    model = project.explore.through or project.model
    info = session.model_infos.get(model)
    if info is None or len(info.classes) > 1:
        return None
    others = [name for name, _ in find_models() if len(session.classes_of(name)) != 1 and name != model]
    sentence = tr("{model} knows one class, and a morph needs a model of several.").format(model=model)
    if others:
        name = "doodles" if "doodles" in others else others[0]
        text = tr("Draw as {model}").format(model=name)
        return Beginning(sentence, Offer(text, lambda: {"through": name, "through_class": ""}))
    return Beginning(sentence, Offer(tr("Draw new sketches"), lambda: {"tool": "generate"}))


def _empty_wells(explore: ExploreSettings, count: int) -> bool:
    return any(well is None for well in (*explore.wells, *[None] * count)[:count])


def _filling(
    explore: ExploreSettings, count: int, starred: Sequence[KeptSketch], examples: Sequence[str]
) -> Callable[[], dict[str, Any]]:
    """Fills the wells that are empty with starred sketches, and then with examples."""

    def changes() -> dict[str, Any]:
        wells = list((*explore.wells, *[None] * count)[: max(count, len(explore.wells))])
        spare = [each for each in starred if each not in wells]
        for number in range(count):
            if wells[number] is None:
                wells[number] = spare.pop(0) if spare else _example(examples[number])
        return {"wells": tuple(wells)}

    return changes


def _chair_like_cats() -> dict[str, Any]:
    """Four chairs through the eyes of a model that is asked for cats (Figure 5, right)."""
    return {
        "wells": tuple(_example(name) for name in CHAIR_EXAMPLES),
        "corners": len(CHAIR_EXAMPLES),
        "through": _CHAIRS_DRAWN_BY,
        "through_class": _CHAIRS_DRAWN_AS,
        "toward": usual_share(_info_of(_CHAIRS_DRAWN_BY)),
        "best_of": _CHAIR_CANDIDATES,
    }


def usual_toward(session: Session, model: str) -> float:
    """How far sketches go on their way to a subject that they are to be drawn as; see `usual_share`."""
    return usual_share(session.model_infos.get(model) or _info_of(model))


def _info_of(model: str) -> ModelInfo:
    """What a model knows, without opening it."""
    return read_info(dict(find_models()).get(model, Path(model)))


def _example(name: str) -> KeptSketch:
    return KeptSketch(read_input(f"{EXAMPLE_PREFIX}{name}").sketch, name)
