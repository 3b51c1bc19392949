"""The work of a batch: what is still to be made, and digests that tell whether a file is what it would be now."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sketchdesign import __version__
from sketchdesign.core.errors import InputError
from sketchdesign.core.provenance import Provenance
from sketchdesign.services.batch.manifest import Entry
from sketchdesign.services.batch.recipe import Item, Recipe
from sketchdesign.services.batch.settings import KINDS, BatchSettings
from sketchdesign.services.inputs import EXAMPLE_PREFIX


@dataclass(frozen=True)
class Order:
    """Files that differ in nothing but their format, to be made in one go.

    Attributes:
        settings: what they are made from.
        contents: the digest of each file, by its name.
        source: the folder from which models and files are named.
        target: the folder to write to.
        device, threads: see `GenerateSettings`.
    """

    settings: BatchSettings
    contents: Mapping[str, str]
    source: Path
    target: Path
    device: str
    threads: int


class Digests:
    """Digests of items, which read each model and file once.

    Args:
        folder: where the recipe lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._of_settings = functools.cache(self._json)
        self._of_file = functools.cache(self._file)
        self._of_model = functools.cache(self._model)

    def of(self, item: Item) -> str:
        """A digest of all that an item's file is made from.

        Raises:
            InputError: a model or a file is missing or cannot be read.
        """
        text = f"{self._of_settings(item.settings)}\n{Path(item.name).suffix.lower()}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _json(self, settings: BatchSettings) -> str:
        document: dict[str, Any] = {
            "application": Provenance().application,
            "make": next(name for name, kind in KINDS.items() if kind is type(settings)),
            "settings": settings.to_json(),
            "models": {name: self._of_model(name) for name in settings.models()},
            "files": {name: self._of_file(name) for name in settings.files()},
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def _model(self, name: str) -> str:
        from sketchdesign.model.zoo import find_models, is_model, open_model

        text = resolved(name, self._folder)
        if not is_model(text):
            open_model(text)  # says what is wrong
        path = dict(find_models()).get(text) or Path(text)
        # A TensorFlow checkpoint is named by the common part of its files' names.
        parts = [path] if path.is_file() else sorted(path.parent.glob(f"{path.name}.*"))
        return _sha256(*parts)

    def _file(self, name: str) -> str:
        if name.startswith(EXAMPLE_PREFIX):
            return __version__
        return _sha256(Path(resolved(name.partition("#")[0], self._folder)))


def holds(entry: Entry, content: str, folder: Path) -> bool:
    """Whether an item is finished: made from the same as now, and its file is as it was written."""
    if entry.content != content or not entry.sha256:
        return False
    try:
        return _sha256(folder / entry.name) == entry.sha256
    except InputError:
        return False


def orders_of(
    items: Sequence[tuple[Item, str]], recipe: Recipe, target: Path, device: str, threads: int
) -> list[Order]:
    """Items with their digests, those of the same settings together, in their order."""
    together: dict[BatchSettings, dict[str, str]] = {}
    for item, content in items:
        together.setdefault(item.settings, {})[item.name] = content
    return [
        Order(settings, contents, recipe.folder, target, device, threads) for settings, contents in together.items()
    ]


def resolved(text: str, folder: Path) -> str:
    """A model or a file as a recipe in ``folder`` names it: bundled ones by their names, others as a path."""
    from sketchdesign.model.zoo import find_models

    bundled = text in dict(find_models()) or text.startswith(EXAMPLE_PREFIX)
    return text if bundled else str(folder / text)


def _sha256(*paths: Path) -> str:
    from sketchdesign.model.header import file_sha256

    try:
        return file_sha256(*paths)
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"cannot read {paths[0]}: {reason}", hint="correct the recipe") from error
