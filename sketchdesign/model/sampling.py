"""The settings of sampling, and the presets under which they are known.

The paper and the three official programs disagree on what "temperature" does; here each part has its own:

=========  =================  ===================  ============  ==================
preset     offsets            mixture weights      pen           spread of offsets
=========  =================  ===================  ============  ==================
default    T                  sqrt(T)              1             sigma * sqrt(T)
paper      T                  T                    T             sigma * sqrt(T)  (eq. 8)
magenta    T                  T                    T             sigma * T
js         T                  0.5 + 0.5 T          0.5 + 0.5 T   sigma * sqrt(T)
=========  =================  ===================  ============  ==================

Our default never cools the pen: a cooled pen hardly ever ends a drawing, and overdraws it instead.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from sketchdesign.core.errors import InputError

SigmaRule = Literal["paper", "magenta"]
PresetName = Literal["default", "paper", "magenta", "js"]

PRESETS: tuple[str, ...] = get_args(PresetName)
HIGHEST_TEMPERATURE = 10.0
# A softmax divided by less than this overflows float32; drawings no longer change long before.
LOWEST_TEMPERATURE = 1e-3

_PRESET_TEMPERATURE = {"default": 0.1, "paper": 0.4, "magenta": 0.5, "js": 0.65}


@dataclass(frozen=True)
class Sampling:
    """How sketches are drawn from the decoder's distributions.

    Attributes:
        temperature_xy: spread of the offsets; how it acts on sigma is ``sigma_rule``.
        temperature_mixture: divides the logits of the mixture weights.
        temperature_pen: divides the logits of the pen states.
        sigma_rule: "paper" scales sigma by sqrt(T), "magenta" by T.
        greedy: always take the likeliest component, its mean, and the likeliest pen state.
        z_spread: factor on the deviation of z from its class's mean, when z is drawn.
        class_guidance: how far a class-conditioned model is pushed from what all its classes have in common; 1 is as
            trained.
        critic: draw anew what a critic does not recognise (see `model.critic`), where the classes are known to it.
        max_points: give up on a sketch after this many points; None for the checkpoint's own limit.
        start_token: first input of the decoder, 5 numbers; None for the checkpoint's own.
    """

    temperature_xy: float = 0.1
    temperature_mixture: float = math.sqrt(0.1)
    temperature_pen: float = 1.0
    sigma_rule: SigmaRule = "paper"
    greedy: bool = False
    z_spread: float = 0.6
    class_guidance: float = 1.5
    critic: bool = True
    max_points: int | None = None
    start_token: tuple[float, float, float, float, float] | None = None

    def __post_init__(self) -> None:
        for name in ("temperature_xy", "temperature_mixture", "temperature_pen", "z_spread", "class_guidance"):
            value = getattr(self, name)
            if not 0.0 <= value <= HIGHEST_TEMPERATURE:
                label = name.replace("_", " ")
                raise InputError(f"the {label} of {value:g} is out of range", hint="choose a number from 0 to 10")
        if self.max_points is not None and self.max_points < 1:
            raise InputError(f"a limit of {self.max_points} points leaves nothing to draw", hint="choose at least 1")

    @classmethod
    def preset(cls, name: str = "default", temperature: float | None = None, **changes: Any) -> Sampling:
        """A preset, at its own or another temperature, with single settings changed.

        Args:
            name: one of `PRESETS`.
            temperature: the preset's T.
            **changes: values for any attribute; None leaves the preset's.

        Raises:
            InputError: unknown preset or a value out of range.
        """
        if name not in PRESETS:
            raise InputError(f"unknown preset {name!r}", hint=f"choose one of {', '.join(PRESETS)}")
        t = _PRESET_TEMPERATURE[name] if temperature is None else temperature
        if not 0.0 <= t <= HIGHEST_TEMPERATURE:
            raise InputError(f"the temperature of {t:g} is out of range", hint="choose a number from 0 to 10")
        mixture, pen = {
            "default": (math.sqrt(t), 1.0),
            "paper": (t, t),
            "magenta": (t, t),
            "js": (0.5 + 0.5 * t, 0.5 + 0.5 * t),
        }[name]
        rule: SigmaRule = "magenta" if name == "magenta" else "paper"
        # The published programs draw z from N(0, I) as it is, know no classes, and take what comes.
        settings = cls(temperature_xy=t, temperature_mixture=mixture, temperature_pen=pen, sigma_rule=rule)
        if name != "default":
            settings = replace(settings, z_spread=1.0, class_guidance=1.0, critic=False)
        return replace(settings, **{key: value for key, value in changes.items() if value is not None})

    @property
    def sigma_scale(self) -> float:
        """Factor on the standard deviations of the offsets."""
        return self.temperature_xy if self.sigma_rule == "magenta" else math.sqrt(self.temperature_xy)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for provenance."""
        return asdict(self)
