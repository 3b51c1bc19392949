from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sketchdesign.core.errors import InputError
from sketchdesign.core.machine import AXIDRAW_V3, MACHINES, find_machine


def test_machines_are_found_by_name_in_any_case() -> None:
    assert find_machine("axidraw-v3") is AXIDRAW_V3
    assert find_machine(" AxiDraw-SE-A3 ").width_mm == 430.0
    assert all(find_machine(name).name == name for name in MACHINES)


def test_a_misspelt_machine_gets_a_suggestion() -> None:
    with pytest.raises(InputError, match="did you mean axidraw-v3"):
        find_machine("axidraw-v33")


@pytest.mark.parametrize(
    "change", [{"draw_mm_s": 0.0}, {"travel_mm_s2": -1.0}, {"lift_s": -0.1}, {"width_mm": float("nan")}]
)
def test_impossible_machines_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="not positive"):
        dataclasses.replace(AXIDRAW_V3, **change)


def test_brushless_pens_are_quicker() -> None:
    assert find_machine("nextdraw-8511").lift_s < AXIDRAW_V3.lift_s
