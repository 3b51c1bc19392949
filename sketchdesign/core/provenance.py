"""How a file was made, in enough detail to make it again. It rides in every file that is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sketchdesign import __version__
from sketchdesign.core.errors import SketchFormatError

SCHEMA = 1


@dataclass(frozen=True)
class Provenance:
    """The recipe of a drawing.

    Attributes:
        recipe: plain JSON values: the command, the model's name and sha256, sampling, seed, layout.
        application: name and version of the program that made it.
    """

    recipe: Mapping[str, Any] = field(default_factory=dict)
    application: str = f"sketchdesign {__version__}"

    def to_json(self) -> str:
        """One line of JSON with sorted keys: the same recipe always gives the same bytes."""
        document = {"schema": SCHEMA, "application": self.application, "recipe": dict(self.recipe)}
        return json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Provenance:
        """Read back what `to_json` wrote.

        Raises:
            SketchFormatError: the text is not such a document, or of a later version.
        """
        try:
            document = json.loads(text, parse_constant=_refuse_constant)
            schema, application, recipe = document["schema"], document["application"], document["recipe"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SketchFormatError("the provenance in the file is damaged") from error
        if type(schema) is not int or schema < 1 or not isinstance(application, str):
            raise SketchFormatError("the provenance in the file is damaged")
        if schema > SCHEMA:
            raise SketchFormatError(f"the file was made by a later version, {application}", hint="update sketchdesign")
        if not isinstance(recipe, dict):
            raise SketchFormatError("the provenance in the file is damaged")
        return cls(recipe, application)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
