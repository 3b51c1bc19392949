"""How sketches are drawn, as a person says it: options of every command that draws, and settings of every recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sketchdesign.services.generate import GenerateSettings


@dataclass(frozen=True)
class DrawingChoices:
    """What may be chosen, with its defaults. Nothing is checked before `generate_settings`.

    Attributes:
        seed: None where nobody has chosen one.
        preset, temperature, temperature_xy, temperature_mixture, temperature_pen, greedy, critic: see
            `Sampling.preset`.
        class_: one class of a model that knows several; None for all in turn.
        best_of, rank, distinct, keep_unfinished: see `GenerateSettings`.
    """

    seed: int | None = None
    preset: str = "default"
    temperature: float | None = None
    temperature_xy: float | None = None
    temperature_mixture: float | None = None
    temperature_pen: float | None = None
    greedy: bool = False
    class_: str | None = None
    best_of: int = 1
    rank: str = "likelihood"
    distinct: bool = False
    critic: bool | None = None
    keep_unfinished: bool = False

    def generate_settings(self, count: int, seed: int, device: str, threads: int | None) -> GenerateSettings:
        """The settings of the service that draws ``count`` sketches.

        Raises:
            InputError: a choice is unknown or out of range.
        """
        from sketchdesign.model.curation import rank_named
        from sketchdesign.model.sampling import Sampling
        from sketchdesign.services.generate import GenerateSettings

        sampling = Sampling.preset(
            self.preset,
            self.temperature,
            temperature_xy=self.temperature_xy,
            temperature_mixture=self.temperature_mixture,
            temperature_pen=self.temperature_pen,
            greedy=self.greedy,
            critic=self.critic,
        )
        return GenerateSettings(
            count,
            seed=seed,
            sampling=sampling,
            class_name=self.class_,
            best_of=self.best_of,
            keep_unfinished=self.keep_unfinished,
            rank=rank_named(self.rank),
            distinct=self.distinct,
            device=device,
            threads=threads,
        )
