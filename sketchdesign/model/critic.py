"""The critic: tells sketches that show what they are meant to show from those that nobody would recognise.

It is a judge (see `judge`) of another seed and size than the one that measures models, so that nothing is measured by
what it was chosen by. It learned from Quick, Draw!, and has no say about models that learned from anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sketchdesign.core.strokes import Sketch
from sketchdesign.model.info import ModelInfo
from sketchdesign.model.judge import Judge, bundled_critic, load_judge
from sketchdesign.model.raster import outlines

CRITIC_ATTEMPTS = 4
"""Times that a sketch is drawn when it is not recognised, before it is accepted as it is."""

_KNOWN_DATA = "Quick, Draw!"


@dataclass(frozen=True)
class Critic:
    """Looks for what sketches are to show.

    Attributes:
        judge: names what it sees.
        words: the class that each sketch, by its number, is to show; those that the judge does not know pass.
    """

    judge: Judge
    words: Sequence[str]

    def recognises(self, numbers: Sequence[int], sketches: Sequence[Sketch]) -> list[bool]:
        """Whether each of some sketches, of these numbers, looks like what it is to show."""
        wanted = self.judge.labels_of(tuple(self.words[number] for number in numbers))
        seen = self.judge.look(outlines(sketches)).labels
        passed: list[bool] = ((wanted < 0) | (wanted == seen)).tolist()
        return passed


def critic_for(info: ModelInfo, words: Sequence[str]) -> Critic | None:
    """The bundled critic, if it can say anything about sketches of a model that are to show ``words``."""
    path = bundled_critic()
    if path is None or _KNOWN_DATA not in info.data:
        return None
    judge = _opened(path)
    return Critic(judge, words) if set(words) & set(judge.info.classes) else None


@lru_cache(maxsize=1)
def _opened(path: Path) -> Judge:
    return load_judge(path)
