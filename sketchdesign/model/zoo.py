"""Finding and opening models by name or path. Listing them loads no torch."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from sketchdesign.core.errors import CheckpointError, InputError

if TYPE_CHECKING:
    from sketchdesign.model.checkpoint import Model

_PACKAGE = Path(__file__).resolve().parents[1]
BUNDLE_FOLDERS = (_PACKAGE / "bundled_models", _PACKAGE.parent / "models")
"""Where models that come with the product lie: in an installed package, and in a checkout."""

_OURS = ".safetensors"
SUMS_NAME = "SHA256SUMS"


def find_models() -> list[tuple[str, Path]]:
    """Names and files of the bundled models, by name."""
    found = {path.name.removesuffix(_OURS): path for folder in BUNDLE_FOLDERS for path in folder.glob(f"*{_OURS}")}
    return sorted(found.items())


def published_sha256(name: str) -> str | None:
    """The SHA-256 that a bundled model was published with, from the list ``SHA256SUMS`` beside it; None for others.

    Raises:
        InputError: the list is missing or does not name the model.
    """
    path = dict(find_models()).get(name)
    if path is None:
        return None
    try:
        lines = path.with_name(SUMS_NAME).read_text(encoding="utf-8").splitlines()
        return next(digest for digest, _, file in (line.partition("  ") for line in lines) if file == path.name)
    except (OSError, UnicodeDecodeError, StopIteration):
        raise InputError(f"{path.parent} has no checksum for {name}", hint="install sketchdesign again") from None


def open_model(text: str) -> Model:
    """Open a bundled model by name, or a model file of any kind by path.

    Args:
        text: a name from `find_models`, or the path of a ``.safetensors``, ``.gen.json``, ``.vae.json`` or
            TensorFlow checkpoint (its prefix or one of its files).

    Raises:
        InputError: there is no such model.
        CheckpointError: the file is not a model that can be opened.
    """
    path = dict(find_models()).get(text) or Path(text)
    kind = _kind(path) if text else "nothing"
    if kind == "safetensors":
        from sketchdesign.model.checkpoint import load_model

        return load_model(path)
    if kind == "json":
        from sketchdesign.model.importers.magenta_json import read_magenta_json

        return read_magenta_json(path)
    if kind == "tensorflow":
        from sketchdesign.model.importers.tf_bundle import read_tf_bundle

        return read_tf_bundle(path)
    if kind == "unknown":
        raise CheckpointError(
            f"{path} is not a model file", hint="give a .safetensors, .gen.json, .vae.json or TensorFlow checkpoint"
        )
    raise _no_such_model(text)


def is_model(text: str) -> bool:
    """Whether `open_model` would find a model file there; opens nothing."""
    return text in dict(find_models()) or (text != "" and _kind(Path(text)) in ("safetensors", "json", "tensorflow"))


def _kind(path: Path) -> str:
    """What lies at a path: ``safetensors``, ``json``, ``tensorflow``, ``unknown``, or ``nothing``."""
    try:
        if _is_tensorflow(path):
            return "tensorflow"
        if not path.exists():
            return "nothing"
    except (OSError, ValueError):
        return "nothing"
    return {_OURS: "safetensors", ".json": "json"}.get(path.suffix, "unknown")


def _is_tensorflow(path: Path) -> bool:
    if not path.name:
        return False
    is_part = path.suffix == ".index" or path.suffix.startswith(".data-")
    return (is_part and path.exists()) or path.with_name(f"{path.name}.index").exists()


def _no_such_model(text: str) -> InputError:
    names = [name for name, _ in find_models()]
    near = difflib.get_close_matches(text, names)
    bundled = f"the bundled models are {', '.join(names)}" if names else "no model is bundled with this installation"
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    return InputError(f"there is no model or model file called {text[:200]}", hint=f"{guess}{bundled}")
