"""The critic: tells sketches that show what they are meant to show from those that nobody would recognise.

Of several candidates it also knows the one that shows best what was asked of it, see `Aim`.

It is a judge (see `judge`) of another seed and size than the one that measures models, so that nothing is measured by
what it was chosen by. It learned from Quick, Draw!, and has no say about models that learned from anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.strokes import FloatArray, Sketch
from sketchdesign.model.info import ModelInfo
from sketchdesign.model.judge import Judge, bundled_critic, load_judge
from sketchdesign.model.raster import outlines

CRITIC_ATTEMPTS = 4
"""Times that a sketch is drawn when it is not recognised, before it is accepted as it is."""

AIM_CANDIDATES = 16
"""Of so many candidates at least the one is taken that comes nearest to an aim."""

Merit = Callable[[Sequence[int], Sequence[Sketch]], NDArray[np.float64]]
"""How well sketches, of these numbers, show what was asked: float64 [n], more being better."""

_KNOWN_DATA = "Quick, Draw!"


@dataclass(frozen=True)
class Aim:
    """What sketches are to show.

    Attributes:
        words: the class of each sketch, by its number; none where they may show anything.
        merit: what candidates are compared by, where an input says more about the result than its class.
    """

    words: Sequence[str] = ()
    merit: Merit | None = None


@dataclass(frozen=True)
class Critic:
    """Looks for what sketches are to show.

    Attributes:
        judge: names what it sees.
        aim: what they are to show; classes that the judge does not know pass.
    """

    judge: Judge
    aim: Aim

    def recognises(self, numbers: Sequence[int], sketches: Sequence[Sketch]) -> list[bool]:
        """Whether each of some sketches, of these numbers, looks like what it is to show."""
        wanted = self.judge.labels_of(tuple(self.aim.words[number] for number in numbers))
        seen = self.judge.look(outlines(sketches)).labels
        passed: list[bool] = ((wanted < 0) | (wanted == seen)).tolist()
        return passed


def critic_for(info: ModelInfo, aim: Aim) -> Critic | None:
    """The bundled critic, if it can say anything about sketches of a model with this aim."""
    path = bundled_critic()
    if path is None or _KNOWN_DATA not in info.data:
        return None
    judge = _opened(path)
    return Critic(judge, aim) if set(aim.words) & set(judge.info.classes) else None


def change_shown(minus: Sketch, plus: Sketch, strengths: Sequence[float]) -> Merit | None:
    """The merit of the results of analogies: looking more like ``plus`` than like ``minus``.

    What sets a whole pig apart from its head is no direction of latent space that every point follows; in the eyes of
    a critic a body is a body, be it a pig's or a cat's.

    Args:
        minus, plus: the sketches whose difference is added.
        strengths: how much of it, for each result by its number; where it is negative, the merit turns round.

    Returns:
        None in an installation without a critic.
    """
    path = bundled_critic()
    return None if path is None else partial(_change, _opened(path), (minus, plus), np.sign(strengths))


def _change(
    judge: Judge,
    ends: tuple[Sketch, Sketch],
    signs: NDArray[np.float64],
    numbers: Sequence[int],
    sketches: Sequence[Sketch],
) -> NDArray[np.float64]:
    minus, plus, *shown = _directions(judge, [*ends, *sketches])
    merit: NDArray[np.float64] = signs[list(numbers)] * (np.stack(shown) @ (plus - minus))
    return merit


def _directions(judge: Judge, sketches: Sequence[Sketch]) -> NDArray[np.float64]:
    """Features of length 1, since their length says how sure the judge is, and not of what."""
    features: FloatArray = judge.look(outlines(sketches)).features
    long = features.astype(np.float64)
    unit: NDArray[np.float64] = long / np.maximum(np.linalg.norm(long, axis=1, keepdims=True), 1e-9)
    return unit


@lru_cache(maxsize=1)
def _opened(path: Path) -> Judge:
    return load_judge(path)
