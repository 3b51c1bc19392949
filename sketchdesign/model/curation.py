"""Which drawn sketches are accepted, and why others are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch

if TYPE_CHECKING:
    from sketchdesign.model.info import ModelInfo

Reason = Literal["no end token", "too few points", "ink out of range", "not recognised", "near-duplicate"]
Rank = Literal["likelihood", "reencode"]

REASONS: tuple[Reason, ...] = get_args(Reason)
RANKS: tuple[Rank, ...] = get_args(Rank)

MOST_ATTEMPTS = 12
"""Times that a sketch is drawn when it is rejected, before it is accepted as it is."""

FEWEST_POINTS = 3
SMALLEST_UNITS, LARGEST_UNITS = 0.5, 25.0
"""The larger side of a sketch in model units. Pixels differ from model to model: drawings of 255 pixels, as ours are
trained on, and those of 1,000, as some published ones are, both have 8 to 15 units."""

MOST_COMPARED = 10_000
"""Sketches that can be told apart at a time, since each is compared with all."""


def rank_named(name: object) -> Rank:
    """The way of ranking that a name stands for.

    Raises:
        InputError: there is none of this name.
    """
    for rank in RANKS:
        if rank == name:
            return rank
    raise InputError(f"sketches cannot be ranked by {name!r:.60}", hint=f"choose {' or '.join(RANKS)}")


@dataclass(frozen=True)
class Curation:
    """How carefully sketches are chosen.

    Attributes:
        attempts: how often a sketch is drawn at most until it is accepted; 1 takes each as it comes.
        best_of: candidates for each sketch in each attempt.
        rank: the better candidate is the likelier one, or the one whose encoding is nearer to the z it was drawn from.
        only_ended: reject for "no end token" alone.
        distinct: reject near-duplicates, too.
    """

    attempts: int = MOST_ATTEMPTS
    best_of: int = 1
    rank: Rank = "likelihood"
    only_ended: bool = False
    distinct: bool = False

    def check(self, info: ModelInfo, count: int) -> None:
        """Refuse what cannot be done for ``count`` sketches of a model.

        Raises:
            InputError: ranking needs an encoder that is not there, or there are too many sketches to tell apart.
        """
        if self.rank == "reencode" and not info.architecture.conditional:
            raise InputError(
                f"{info.name} has no encoder, and so cannot rank by reencode", hint="rank by likelihood instead"
            )
        if self.distinct and count > MOST_COMPARED:
            raise InputError(
                f"{count} sketches are too many to tell apart", hint=f"draw at most {MOST_COMPARED} at a time"
            )

    def flaw(self, sketch: Sketch, ended: bool, unit_px: float) -> Reason | None:
        """What is wrong with a sketch by itself; ``unit_px`` are pixels per model unit, the model's scale factor."""
        if not ended:
            return "no end token"
        if self.only_ended:
            return None
        if len(sketch) < FEWEST_POINTS:
            return "too few points"
        x_min, y_min, x_max, y_max = sketch.bounds
        side = max(x_max - x_min, y_max - y_min)
        return None if SMALLEST_UNITS <= side / unit_px <= LARGEST_UNITS else "ink out of range"
