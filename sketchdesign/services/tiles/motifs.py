"""Motifs for tiles and fills: drawn by a model, read from files, or mixed of several classes and files by weight."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sketchdesign.core.errors import InputError
from sketchdesign.core.strokes import Sketch
from sketchdesign.services.inputs import EXAMPLE_PREFIX, is_sketch_file
from sketchdesign.services.jobs import Work
from sketchdesign.services.sheets import drawing_recipe
from sketchdesign.services.tiles.making import MotifSet, read_sketches

if TYPE_CHECKING:
    from sketchdesign.design.layout import Motif
    from sketchdesign.model.checkpoint import Model
    from sketchdesign.services.generate import DrawnSketch, Generated, GenerateSettings

_NUMBER = r"\d{1,6}(?:\.\d{1,6})?"
_PART = re.compile(rf"([^:@].*?)(?::({_NUMBER}))?(?:@({_NUMBER}))?")
_MOST_PARTS = 100
_SIZES = (0.05, 20.0)


@dataclass(frozen=True)
class MixPart:
    """One ingredient of a mix.

    Attributes:
        name: a class of the model, or an input as `read_input` takes them.
        weight: how many of its motifs there are, beside the others' weights.
        size: how large they are, beside the others' sizes.
    """

    name: str
    weight: float = 1.0
    size: float = 1.0

    @property
    def is_file(self) -> bool:
        return is_file_source(self.name)

    def to_json(self) -> dict[str, Any]:
        """For the recipe: of a file its name alone."""
        name = Path(self.name).name if self.is_file else self.name
        return {"name": name, "weight": self.weight, "size": self.size}


def is_file_source(text: str) -> bool:
    """Whether a text names sketches in a file or an example, and not a model."""
    name = text.partition("#")[0]
    return name.startswith(EXAMPLE_PREFIX) or is_sketch_file(Path(name))


def parse_mix(text: str) -> tuple[MixPart, ...]:
    """The parts of ``cat:3,flower:1@0.5``: names with a weight behind a colon and a size behind an at sign.

    Raises:
        InputError: a part has no name, or a weight or size out of range.
    """
    parts = []
    for written in text.split(","):
        found = _PART.fullmatch(written.strip())
        if found is None:
            raise InputError(f"a part of the mix {text!r:.60} has no name", hint="write it as cat:3,flower:1@0.5")
        part = MixPart(found[1], float(found[2] or 1.0), float(found[3] or 1.0))
        if not part.weight > 0.0 or not _SIZES[0] <= part.size <= _SIZES[1]:
            raise InputError(
                f"{written.strip()!r:.60} cannot be mixed in",
                hint=f"give a weight above 0 and a size from {_SIZES[0]:g} to {_SIZES[1]:g}",
            )
        parts.append(part)
    if len(parts) > _MOST_PARTS:
        raise InputError(f"a mix of {len(parts)} parts is too long", hint=f"give up to {_MOST_PARTS}")
    return tuple(parts)


def motifs_of(source: str, parts: Sequence[MixPart], drawing: GenerateSettings) -> Work[MotifSet]:
    """The motifs that a person asks for.

    Args:
        source: a model, or sketches as `read_input` takes them.
        parts: a mix: classes of the model, and files. A file as source is the first of them unless it is there already.
        drawing: how a model draws, and how many motifs.

    Raises:
        InputError: there is no such model, file or class.
    """
    from sketchdesign.design.layout import motif_of
    from sketchdesign.model.zoo import open_model

    if is_file_source(source):
        if not parts:
            sketches, recipe = read_sketches(source, drawing.count)
            return MotifSet([motif_of(sketch, number) for number, sketch in enumerate(sketches)], recipe)
        named = any(part.name == source for part in parts)
        return (yield from mixed_motifs(None, parts if named else (MixPart(source), *parts), drawing))
    model = open_model(source)
    return (yield from (mixed_motifs(model, parts, drawing) if parts else drawn_motifs(model, drawing)))


@functools.lru_cache(maxsize=2048)
def known_motif(sketch: Sketch, kind: int = 0) -> Motif:
    """`motif_of`, which takes a while to find an outline, remembered."""
    from sketchdesign.design.layout import motif_of

    return motif_of(sketch, kind)


def drawn_motifs(model: Model, drawing: GenerateSettings) -> Work[MotifSet]:
    """Motifs drawn by a model; classes are kinds."""
    from sketchdesign.design.layout import motif_of
    from sketchdesign.services.generate import generate

    generated = yield from generate(model, drawing)
    kinds: dict[str, int] = {}
    usable = _usable(generated)
    motifs = [motif_of(drawn.sketch, kinds.setdefault(drawn.word, len(kinds))) for drawn in usable]
    return MotifSet(motifs, drawing_recipe(model, drawing))


def mixed_motifs(model: Model | None, parts: Sequence[MixPart], drawing: GenerateSettings) -> Work[MotifSet]:
    """Motifs of several kinds, ``drawing.count`` in all, in turns by their weights.

    Args:
        model: draws the parts that are no files.
        parts: at least one.
        drawing: how; its class is not looked at.

    Raises:
        InputError: a part is neither a file nor a class of the model.
    """
    from sketchdesign.design.layout import motif_of
    from sketchdesign.design.mixing import by_weight

    turns = by_weight([part.weight for part in parts], drawing.count)
    supplies: list[list[Sketch]] = []
    for kind, part in enumerate(parts):
        wanted = turns.count(kind)
        if part.is_file:
            supplies.append(read_sketches(part.name, max(1, wanted))[0])
        elif model is None:
            raise InputError(f"{part.name!r:.60} is no file", hint="give a model to draw it, or a sketch file")
        else:
            supplies.append((yield from _drawn(model, replace(drawing, class_name=part.name), wanted)))
    taken = [0] * len(parts)
    motifs = []
    for kind in turns:
        sketch = supplies[kind][taken[kind] % len(supplies[kind])]
        taken[kind] += 1
        motifs.append(motif_of(sketch, kind, parts[kind].size))
    source = {} if model is None else drawing_recipe(model, drawing)
    return MotifSet(motifs, {**source, "mix": [part.to_json() for part in parts]})


def _drawn(model: Model, drawing: GenerateSettings, count: int) -> Work[list[Sketch]]:
    from sketchdesign.services.generate import class_labels, generate

    class_labels(model.info.classes, drawing)
    if not count:
        return []
    generated = yield from generate(model, replace(drawing, count=count))
    return [drawn.sketch for drawn in _usable(generated)]


def _usable(generated: Generated) -> list[DrawnSketch]:
    """Sketches of more than a dot."""
    found = [drawn for drawn in generated.sketches if drawn.sketch.points.size and np.ptp(drawn.sketch.points, 0).any()]
    if not found:
        raise InputError("the model has drawn nothing but dots", hint="use another seed or a lower temperature")
    return found
