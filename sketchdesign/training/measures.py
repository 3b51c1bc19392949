"""What is measured of a finished model, and the numbers that come out, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.model.sampling import Sampling
from sketchdesign.training.evaluate import Score

FEWEST_SAMPLES, MOST_SAMPLES = 10, 10_000
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class ReportSettings:
    """What to measure, and on how much.

    Attributes:
        samples: sketches drawn of each class in each of the three ways, and the most real drawings that they are
            compared with; the likelihoods and the judge's accuracy take all drawings.
        split: which drawings the model is measured on.
        classes: the classes to measure; none for all of the model's. A model of one class takes the one given here
            for the name of its drawings.
        sampling: how sketches are drawn.
        seed: of everything random.
    """

    samples: int = 200
    split: str = "test"
    classes: tuple[str, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    seed: int = 1

    def __post_init__(self) -> None:
        if not FEWEST_SAMPLES <= self.samples <= MOST_SAMPLES:
            raise InputError(
                f"{self.samples} samples of a class cannot be measured",
                hint=f"choose a number from {FEWEST_SAMPLES} to {MOST_SAMPLES}",
            )
        if not 0 <= self.seed <= LARGEST_SEED:
            raise InputError(f"a seed of {self.seed} is out of range", hint=f"choose a number from 0 to {LARGEST_SEED}")


@dataclass(frozen=True)
class Recognised:
    """Shares of drawings that the judge takes for what they are; None where there are none, or no such class."""

    real: float | None = None
    generated: float | None = None
    reconstructed: float | None = None
    interpolated: float | None = None

    @property
    def generated_share(self) -> float | None:
        """Of generated sketches, as a share of the judge's accuracy on real ones."""
        return self.generated / self.real if self.generated is not None and self.real else None


@dataclass(frozen=True)
class Measures:
    """One class, or all together.

    Attributes:
        score: the likelihoods.
        drawn: number of generated sketches.
        never_ending_before, never_ending_after: share of those that never ended, before and after drawing them anew.
        recognised: by the judge; for all classes together the mean of the classes.
        frechet: distance between features of generated and real drawings.
        frechet_real: the same between as many training drawings and the real ones: what a perfect model would get.
        precision, recall: of the generated sketches.
        nearest_generated: median distance from a generated sketch to its nearest training drawing of its class.
        nearest_real: the same from real drawings that the model was not trained on.
    """

    score: Score
    drawn: int
    never_ending_before: float
    never_ending_after: float
    recognised: Recognised
    frechet: float
    frechet_real: float
    precision: float
    recall: float
    nearest_generated: float
    nearest_real: float

    @property
    def nearest_ratio(self) -> float | None:
        """About 1 or above: new sketches keep as far from the training drawings as people's do; 0: copies."""
        return self.nearest_generated / self.nearest_real if self.nearest_real else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the likelihoods first and by their own names."""
        numbers = asdict(self)
        recognised = numbers.pop("recognised")
        return {
            **numbers.pop("score")._asdict(),
            **numbers,
            "nearest_ratio": self.nearest_ratio,
            "recognised": recognised | {"generated_share": self.recognised.generated_share},
        }


class Pair(NamedTuple):
    """Two drawings to be shown side by side."""

    left: Sketch
    right: Sketch


@dataclass(frozen=True)
class Examples:
    """Drawings of one class to look at.

    Attributes:
        generated: the first ones, not chosen.
        reconstructed: real drawings and their reconstructions.
        nearest: of all generated sketches those nearest to a training drawing, with that drawing.
    """

    generated: tuple[Sketch, ...]
    reconstructed: tuple[Pair, ...]
    nearest: tuple[Pair, ...]


@dataclass(frozen=True)
class Report:
    """The measures of a model, class by class and all together, and drawings to look at."""

    overall: Measures
    classes: dict[str, Measures]
    examples: dict[str, Examples]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: the measures over all, and under ``classes`` those of each class."""
        classes = {name: measures.to_json() for name, measures in self.classes.items()}
        return {**self.overall.to_json(), "classes": classes}
