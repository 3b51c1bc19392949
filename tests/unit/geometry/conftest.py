"""One vpype process for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sketchdesign.geometry.vpype_worker import VpypeWorker


@pytest.fixture(scope="session")
def worker() -> Iterator[VpypeWorker]:
    with VpypeWorker() as worker:
        yield worker
