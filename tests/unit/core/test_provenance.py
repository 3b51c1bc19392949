"""The recipe that rides in every file."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest

from sketchdesign.core.errors import SketchFormatError
from sketchdesign.core.provenance import SCHEMA, Provenance

RECIPE = {"command": "grid", "seed": 7, "model": {"name": "cat", "sha256": "ab"}, "gap_mm": 3.5, "text": "häkeln </x>"}


def test_round_trip() -> None:
    provenance = Provenance(RECIPE)
    assert Provenance.from_json(provenance.to_json()) == provenance
    assert Provenance.from_json(Provenance().to_json()) == Provenance()


def test_equal_recipes_give_equal_ascii_bytes() -> None:
    text = Provenance(RECIPE).to_json()
    assert Provenance(dict(reversed(RECIPE.items()))).to_json() == text
    assert Provenance(MappingProxyType(RECIPE)).to_json() == text
    assert text.isascii()
    assert "\n" not in text


def test_no_file_says_nan() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        Provenance({"scale": float("nan")}).to_json()


def document(**changes: object) -> str:
    return json.dumps({"schema": SCHEMA, "application": "sketchdesign 0", "recipe": {}} | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"text"',
        "{}",
        "[" * 100_000,
        document(schema="1"),
        document(schema=True),
        document(schema=0),
        document(schema=1.0),
        document(recipe=[]),
        document(recipe=None),
        document(application=5),
        document(recipe={"scale": float("nan")}),
        document(recipe={"scale": float("inf")}),
    ],
)
def test_damaged_documents_are_refused(text: str) -> None:
    with pytest.raises(SketchFormatError, match="provenance in the file is damaged"):
        Provenance.from_json(text)


def test_a_later_version_is_named_whatever_its_recipe_looks_like() -> None:
    text = document(schema=SCHEMA + 1, application="sketchdesign 99.1", recipe=["new", "form"])
    with pytest.raises(SketchFormatError, match=r"later version, sketchdesign 99\.1; update sketchdesign"):
        Provenance.from_json(text)
