"""Attribute directions: found among drawings, kept in small files, and applied to a sketch."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sketchdesign.core.errors import InputError, SketchFormatError
from sketchdesign.core.files import write_atomic
from sketchdesign.design.latentboard import COLD, INPUT_PEN, WARM, Cell, drawn_pens, row_colours
from sketchdesign.services.generate import GenerateSettings
from sketchdesign.services.inputs import GivenSketch
from sketchdesign.services.jobs import Work
from sketchdesign.services.latent.tools import Board, Studio, check_count, z_text

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

FORMAT = 1
ENDING = ".json"
LARGEST_FILE = 4 << 20
MOST_COMPONENTS = 16
FARTHEST = 100.0
_KEPT_HINT = "give a file that direction --save has written"


@dataclass(frozen=True)
class Direction:
    """A named direction in one model's latent space.

    Attributes:
        name: "component 1", "difference", "taste".
        vector: float32 [z_size], as long as a step of strength 1.
    """

    name: str
    vector: NDArray[np.float32]

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "vector": z_text(self.vector)}


def class_directions(model: Model, given: GivenSketch, settings: GenerateSettings, count: int) -> list[Direction]:
    """The principal components of all drawings of a sketch's class, in standard deviations."""
    from sketchdesign.model.directions import components_of_class
    from sketchdesign.model.latent import fitted_gaussian

    (encoded,) = Studio(model, settings).encode([given])
    return _named(components_of_class(fitted_gaussian(model, encoded.label), _component_count(count)).vectors)


def set_directions(
    model: Model, among: Sequence[GivenSketch], settings: GenerateSettings, count: int
) -> list[Direction]:
    """The principal components of some drawings, in standard deviations.

    Raises:
        InputError: the model can read fewer than two of them, or the count is out of range.
    """
    from sketchdesign.model.directions import components_of

    z = Studio(model, settings).read_set(among)
    if len(z) < 2:
        raise InputError("one drawing varies in no direction", hint="give several drawings of a kind")
    return _named(components_of(z, _component_count(count)).vectors)


def difference_direction(
    model: Model, plus: Sequence[GivenSketch], minus: Sequence[GivenSketch], settings: GenerateSettings
) -> Direction:
    """From the mean of some drawings to that of others; strength 1 is the whole way."""
    from sketchdesign.model.directions import difference

    studio = Studio(model, settings)
    vector = difference(studio.read_set(plus), studio.read_set(minus))
    return Direction("difference", vector.astype(np.float32))


def save_directions(path: Path, model: Model, directions: Sequence[Direction]) -> None:
    """Write directions as JSON.

    Raises:
        InputError, OutputError: the file cannot be written, or has another ending.
    """
    check_direction_path(path)
    document = {
        "format": FORMAT,
        "model": {"name": model.info.name, "sha256": model.sha256},
        "directions": [each.to_json() for each in directions],
    }
    write_atomic(path, json.dumps(document, indent=1) + "\n")


def load_directions(path: Path, model: Model) -> list[Direction]:
    """Read what `save_directions` wrote.

    Raises:
        InputError: the file cannot be read, or its directions belong to another model.
        SketchFormatError: it holds something else.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"cannot read {str(path)[:200]}: {reason}", hint=_KEPT_HINT) from error
    damaged = SketchFormatError(f"{path} holds no directions", hint=_KEPT_HINT)
    try:
        if len(data) > LARGEST_FILE:
            raise damaged
        document = json.loads(data)
        name, sha256 = document["model"]["name"], document["model"]["sha256"]
        found = [Direction(str(each["name"]), _vector(each["vector"])) for each in document["directions"]]
        if document["format"] != FORMAT or not found:
            raise damaged
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise damaged from error
    if sha256 != model.sha256 or any(len(each.vector) != model.info.architecture.z_size for each in found):
        raise InputError(
            f"the directions in {path} are those of another model, {name!r:.60}",
            hint=f"find them anew for {model.info.name}",
        )
    return found


def check_direction_path(path: Path) -> None:
    """Refuse a file that directions are not written to.

    Raises:
        InputError: it ends in something else than `ENDING`.
    """
    if path.suffix.lower() != ENDING:
        raise InputError(f"cannot write directions to {path}", hint=f"give a file that ends in {ENDING}")


def apply_directions(
    model: Model,
    given: GivenSketch,
    settings: GenerateSettings,
    directions: Sequence[Direction],
    strengths: Sequence[float],
    *,
    fresh: bool = False,
) -> Work[Board]:
    """A sketch moved along directions: a row for each, and in it a result for each strength, from blue to red.

    Raises:
        InputError: the model cannot read the sketch, or a strength is out of range.
    """
    check_count(len(strengths) * len(directions), "results")
    if not all(-FARTHEST <= strength <= FARTHEST for strength in strengths):
        raise InputError("a strength is out of range", hint="choose numbers such as -2,-1,0,1,2")
    studio = Studio(model, settings, fresh=fresh)
    (encoded,) = studio.encode([given])
    steps = np.multiply.outer([each.vector for each in directions], np.array(strengths)).swapaxes(1, 2)
    z = (encoded.mu + steps.reshape(-1, len(encoded.mu))).astype(np.float32)
    drawn = yield from studio.draw(studio.points(z, [encoded.label] * len(z)))
    pens = drawn_pens(row_colours(COLD, WARM, len(strengths)))
    columns = len(strengths)
    cells = [Cell.of(0, 0, encoded.seen.sketch, INPUT_PEN)]
    cells += [Cell.of(n // columns, 1 + n % columns, each.sketch, pens[n % columns]) for n, each in enumerate(drawn)]
    operation: dict[str, Any] = {
        "directions": [each.to_json() for each in directions],
        "strengths": list(strengths),
    }
    report = {
        "directions": [each.name for each in directions],
        "strengths": list(strengths),
        **studio.counts(drawn),
    }
    recipe = studio.recipe("direction", [encoded], operation)
    return Board(tuple(cells), len(directions), 1 + columns, tuple(drawn), recipe, report)


def _named(vectors: NDArray[np.float64]) -> list[Direction]:
    return [Direction(f"component {n}", vector.astype(np.float32)) for n, vector in enumerate(vectors, 1)]


def _component_count(count: int) -> int:
    if not 1 <= count <= MOST_COMPONENTS:
        raise InputError(f"{count} components are out of range", hint=f"choose 1 to {MOST_COMPONENTS}")
    return count


def _vector(text: str) -> NDArray[np.float32]:
    vector = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
    if not np.isfinite(vector).all():
        raise ValueError("a number is not finite")
    return vector
