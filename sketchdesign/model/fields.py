"""Typed values out of JSON that nobody has checked yet.

Each function takes a JSON object and a key, and raises `CheckpointError` where the value is missing or of another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from sketchdesign.core.errors import CheckpointError

Fields = Mapping[str, Any]


def whole(document: Fields, key: str) -> int:
    """A whole number of at most 15 digits."""
    value = document.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**15:
        _refuse(key, value, "a whole number")
    return value


def number(document: Fields, key: str) -> float:
    """A finite number."""
    value = document.get(key)
    # Written so that NaN, infinity and whole numbers beyond a float's range all fail.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        _refuse(key, value, "a number")
    return float(value)


def text(document: Fields, key: str) -> str:
    """Text."""
    value = document.get(key)
    if not isinstance(value, str):
        _refuse(key, value, "text")
    return value


def flag(document: Fields, key: str) -> bool:
    """True or false."""
    value = document.get(key)
    if not isinstance(value, bool):
        _refuse(key, value, "true or false")
    return value


def mapping(document: Fields, key: str) -> dict[str, Any]:
    """A JSON object."""
    value = document.get(key)
    if not isinstance(value, dict):
        _refuse(key, value, "an object")
    return value


def texts(document: Fields, key: str) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(text({key: value}, key) for value in _items(document, key))


def numbers(document: Fields, key: str) -> tuple[float, ...]:
    """A list of finite numbers."""
    return tuple(number({key: value}, key) for value in _items(document, key))


def _items(document: Fields, key: str) -> list[Any]:
    value = document.get(key)
    if not isinstance(value, list):
        _refuse(key, value, "a list")
    return value


def _refuse(key: str, value: object, expected: str) -> NoReturn:
    if value is None:
        raise CheckpointError(f"it lacks {key}")
    raise CheckpointError(f"{key} is {value!r:.40}, expected {expected}")
