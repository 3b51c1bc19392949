"""Places within groups of different sizes."""

from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.groups import places_in_groups


@pytest.mark.parametrize(
    ("sizes", "places"), [([], []), ([0], []), ([3], [0, 1, 2]), ([2, 0, 1, 3], [0, 1, 0, 0, 1, 2])]
)
def test_every_group_is_counted_from_zero(sizes: list[int], places: list[int]) -> None:
    found = places_in_groups(np.array(sizes, np.int64))
    assert found.tolist() == places
    assert found.dtype == np.int64
