from __future__ import annotations

import math

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.model.sampling import PRESETS, Sampling


def test_the_default_does_not_cool_the_pen() -> None:
    assert Sampling.preset("default", 0.1).temperature_pen == 1.0


def test_presets_give_each_temperature_its_published_meaning() -> None:
    paper, magenta, js = (Sampling.preset(name, 0.25) for name in ("paper", "magenta", "js"))
    assert (paper.temperature_mixture, paper.temperature_pen, paper.sigma_scale) == (0.25, 0.25, 0.5)
    assert (magenta.temperature_mixture, magenta.temperature_pen, magenta.sigma_scale) == (0.25, 0.25, 0.25)
    assert (js.temperature_mixture, js.temperature_pen, js.sigma_scale) == (0.625, 0.625, 0.5)


def test_the_constructor_defaults_are_the_default_preset() -> None:
    assert Sampling() == Sampling.preset()


def test_single_settings_override_a_preset() -> None:
    settings = Sampling.preset("js", temperature_pen=0.9, temperature_xy=None, greedy=True)
    assert settings.temperature_pen == 0.9
    assert settings.temperature_xy == 0.65
    assert settings.greedy


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("temperature", [-0.1, 11.0, math.nan, math.inf])
def test_impossible_temperatures_are_refused(preset: str, temperature: float) -> None:
    with pytest.raises(InputError, match="temperature"):
        Sampling.preset(preset, temperature)


def test_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="default, paper, magenta, js"):
        Sampling.preset("magneta")
