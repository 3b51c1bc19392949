"""What a tool still needs before there is a grid, and one button that brings it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sketchdesign.gui.i18n import tr
from sketchdesign.gui.session import Session
from sketchdesign.model.zoo import find_models
from sketchdesign.services.inputs import EXAMPLE_PREFIX, read_input
from sketchdesign.services.project.state import ExploreSettings, KeptSketch, Project

CORNER_EXAMPLES = ("cat", "three-eyed-cat", "cat-face", "chair-1")
TERM_EXAMPLES = ("cat-face", "pig-head", "pig")
"""The paper's: a cat's head - a pig's head + a whole pig is a whole cat."""
_MOST_LIKED = 24


@dataclass(frozen=True)
class Beginning:
    """Why there is no grid yet, and what to do about it.

    Attributes:
        sentence: what is missing.
        button: what its button says.
        changes: makes the fields of `ExploreSettings` that the button changes; may take a moment.
    """

    sentence: str
    button: str
    changes: Callable[[], dict[str, Any]]


def wells_of(explore: ExploreSettings) -> int:
    """How many wells a tool has."""
    return {"interpolate": explore.corners, "analogy": 3, "morph": 2, "walk": 1}.get(explore.tool, 0)


def beginning_of(session: Session, project: Project) -> Beginning | None:
    """What is still needed; None when the grid can be drawn."""
    explore = project.explore
    if explore.tool == "interpolate" and _empty_wells(explore, explore.corners):
        return Beginning(
            tr("Everything between your sketches is drawn here. Drag one into each well at the corners."),
            tr("Fill the corners"),
            _filling(explore, explore.corners, session.library.sketches, CORNER_EXAMPLES),
        )
    if explore.tool == "analogy" and _empty_wells(explore, 3):
        return Beginning(
            tr("A cat\u2019s head, minus a pig\u2019s head, plus a whole pig: drag a sketch into each well."),
            tr("Fill the formula"),
            _filling(explore, 3, (), TERM_EXAMPLES),
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
        return Beginning(sentence, tr("Begin with the library"), lambda: {"liked": starred})
    return Beginning(sentence, tr("Draw new sketches"), lambda: {"tool": "generate", "row_axis": "", "column_axis": ""})


def _several_classes(session: Session, project: Project) -> Beginning | None:
    model = project.explore.through or project.model
    info = session.model_infos.get(model)
    if info is None or len(info.classes) > 1:
        return None
    others = [name for name, _ in find_models() if len(session.classes_of(name)) != 1 and name != model]
    sentence = tr("{model} knows one class, and a morph needs a model of several.").format(model=model)
    if others:
        name = "doodles" if "doodles" in others else others[0]
        return Beginning(
            sentence, tr("Draw as {model}").format(model=name), lambda: {"through": name, "through_class": ""}
        )
    return Beginning(sentence, tr("Draw new sketches"), lambda: {"tool": "generate"})


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
                name = examples[number]
                example = KeptSketch(read_input(f"{EXAMPLE_PREFIX}{name}").sketch, name)
                wells[number] = spare.pop(0) if spare else example
        return {"wells": tuple(wells)}

    return changes
