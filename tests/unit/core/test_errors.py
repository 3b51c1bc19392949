"""Errors are one tree and speak in sentences."""

from __future__ import annotations

import inspect

import pytest

from sketchdesign.core import errors
from sketchdesign.core.errors import CancelledError, SketchDesignError

EVERY_ERROR = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_error_belongs_to_the_tree(kind: type) -> None:
    assert issubclass(kind, SketchDesignError)


def test_the_hint_is_the_second_half_of_the_sentence() -> None:
    error = SketchDesignError("page 3 is empty", hint="draw something")
    assert str(error) == "page 3 is empty; draw something"
    assert (error.what, error.hint) == ("page 3 is empty", "draw something")
    assert str(SketchDesignError("page 3 is empty")) == "page 3 is empty"


def test_a_cancelled_job_needs_no_words() -> None:
    assert str(CancelledError()) == "cancelled"
