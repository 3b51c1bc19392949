"""Frozen dataclasses as JSON and back, with every value checked against its declared type.

Known types: dataclasses, ``bool``, ``int``, ``float``, ``str``, ``X | None``, ``tuple[X, ...]``, ``tuple[X, Y]``, and
`Sketch`, which goes to a list of sketches beside the JSON and is written as its number there.
"""

from __future__ import annotations

import math
import types
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from sketchdesign.core.errors import SketchDesignError, SketchFormatError
from sketchdesign.core.strokes import Sketch

Document = TypeVar("Document")


def to_json(value: Any, sketches: list[Sketch]) -> Any:
    """``value`` as plain JSON values; its sketches are appended to ``sketches``."""
    if isinstance(value, Sketch):
        sketches.append(value)
        return len(sketches) - 1
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name), sketches) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_json(each, sketches) for each in value]
    return value


def from_json(kind: type[Document], value: Any, sketches: Sequence[Sketch] = ()) -> Document:
    """Read back what `to_json` wrote. A field that is missing came later than the file: it takes its default.

    Raises:
        SketchFormatError: a value is missing, unknown, out of range or of another type.
    """
    read: Document = _read(kind, value, sketches, "it")
    return read


def _read(kind: Any, value: Any, sketches: Sequence[Sketch], where: str) -> Any:
    if kind is Sketch:
        if type(value) is not int or not 0 <= value < len(sketches):
            raise SketchFormatError(f"{where} names a sketch that is not there")
        return sketches[value]
    if is_dataclass(kind):
        return _read_dataclass(kind, value, sketches, where)
    if get_origin(kind) in (Union, types.UnionType):
        return None if value is None else _read(get_args(kind)[0], value, sketches, where)
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), value, sketches, where)
    if kind is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if kind in (bool, int, str) and type(value) is kind:
        return value
    raise SketchFormatError(f"{where} is {value!r:.40}, which is no {getattr(kind, '__name__', kind)}")


def _read_dataclass(kind: Any, value: Any, sketches: Sequence[Sketch], where: str) -> Any:
    if not isinstance(value, dict):
        raise SketchFormatError(f"{where} is {value!r:.40}, which is no object")
    hints = get_type_hints(kind)
    unknown = [key for key in value if key not in hints]
    if unknown:
        raise SketchFormatError(f"{where} has an unknown field {unknown[0]!r:.40}")
    try:
        return kind(**{key: _read(hints[key], each, sketches, key) for key, each in value.items()})
    except TypeError:
        raise SketchFormatError(f"{where} lacks a field") from None
    except SketchDesignError as error:
        raise SketchFormatError(error.what, hint=error.hint) from error


def _read_tuple(kinds: tuple[Any, ...], value: Any, sketches: Sequence[Sketch], where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise SketchFormatError(f"{where} is {value!r:.40}, which is no list")
    if kinds[-1] is Ellipsis:
        return tuple(_read(kinds[0], each, sketches, where) for each in value)
    if len(value) != len(kinds):
        raise SketchFormatError(f"{where} has {len(value)} values in the place of {len(kinds)}")
    return tuple(_read(kind, each, sketches, where) for kind, each in zip(kinds, value, strict=True))
