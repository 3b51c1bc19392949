"""The repeats that pattern designers ask for, by name: lattices of cells, mirrored cells, and wallpaper groups."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable

import numpy as np

from sketchdesign.core.errors import InputError
from sketchdesign.design.symmetry import Operation, Repeat, Vector
from sketchdesign.design.wallpaper import FULL_NAMES, GROUPS, wallpaper

MOST_STEPS = 12
"""Largest q of a p/q drop or brick: the straight repeat is q cells long."""

_SYNONYMS = {"basic": "grid", "block": "grid", "hex-column": "hex", "glide": "turn-over"} | FULL_NAMES
_STEPPED = re.compile(r"(drop|brick):(\d{1,6})/(\d{1,6})")
_OGEE_STEPS = 64

_ONE = (Operation.identity(),)


def make_repeat(name: str, width_mm: float, height_mm: float) -> Repeat:
    """A repeat by name, with cells of the given size.

    ``grid``, ``half-drop`` (columns shifted), ``half-brick`` (rows shifted), ``drop:p/q``, ``brick:p/q``, ``hex`` (by
    column), ``hex-row``, ``diamond``, ``ogee``, ``mirror``, ``turn-over``, or a wallpaper group. Of a hexagon, a
    diamond and an ogee the size is that of its box; of a group it is the conventional cell.

    Raises:
        InputError: there is no such repeat.
    """
    short = name.strip().lower().replace("_", "-")
    short = _SYNONYMS.get(short, short)
    stepped = _STEPPED.fullmatch(short)
    if stepped:
        return _stepped(short, stepped[1], int(stepped[2]), int(stepped[3]), width_mm, height_mm)
    if short in _LATTICES:
        return _LATTICES[short](width_mm, height_mm)
    if short in GROUPS:
        return wallpaper(short, width_mm, height_mm)
    near = difflib.get_close_matches(short, (*repeat_names(), *_SYNONYMS), n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    raise InputError(f"unknown repeat {name!r}", hint=f"{guess}use one of {' '.join(repeat_names())}")


def repeat_names() -> tuple[str, ...]:
    """Every name that `make_repeat` knows, with one example of each kind of drop and brick."""
    return (*_LATTICES, "drop:1/3", "brick:1/4", *GROUPS)


def _stepped(name: str, kind: str, p: int, q: int, width: float, height: float) -> Repeat:
    if not 2 <= q <= MOST_STEPS or not 1 <= p < q:
        raise InputError(
            f"the repeat {name!r} has no finite tile of sensible size",
            hint=f"write {kind}:p/q with p from 1 to q - 1 and q from 2 to {MOST_STEPS}",
        )
    common = math.gcd(p, q)
    if common > 1:
        raise InputError(
            f"the step of {name!r} is not in lowest terms", hint=f"write {kind}:{p // common}/{q // common}"
        )
    if kind == "drop":
        lattice, rectangle = ((width, height * p / q), (0.0, height)), (q * width, height)
    else:
        lattice, rectangle = ((width, 0.0), (width * p / q, height)), (width, q * height)
    return Repeat(name, lattice, _ONE, rectangle, _box(width, height))


def _half_drop(width: float, height: float) -> Repeat:
    return _stepped("half-drop", "drop", 1, 2, width, height)


def _half_brick(width: float, height: float) -> Repeat:
    return _stepped("half-brick", "brick", 1, 2, width, height)


def _grid(width: float, height: float) -> Repeat:
    return Repeat("grid", ((width, 0.0), (0.0, height)), _ONE, (width, height), _box(width, height))


def _hex(width: float, height: float) -> Repeat:
    corners = ((0.25, 0.0), (0.75, 0.0), (1.0, 0.5), (0.75, 1.0), (0.25, 1.0), (0.0, 0.5))
    domain = tuple((x * width, y * height) for x, y in corners)
    lattice = ((0.75 * width, height / 2.0), (0.0, height))
    return Repeat("hex", lattice, _ONE, (1.5 * width, height), domain)


def _hex_row(width: float, height: float) -> Repeat:
    corners = ((0.5, 0.0), (1.0, 0.25), (1.0, 0.75), (0.5, 1.0), (0.0, 0.75), (0.0, 0.25))
    domain = tuple((x * width, y * height) for x, y in corners)
    lattice = ((width, 0.0), (width / 2.0, 0.75 * height))
    return Repeat("hex-row", lattice, _ONE, (width, 1.5 * height), domain)


def _diamond(width: float, height: float) -> Repeat:
    domain = ((width / 2.0, 0.0), (width, height / 2.0), (width / 2.0, height), (0.0, height / 2.0))
    return Repeat("diamond", _rhombic(width, height), _ONE, (width, height), domain)


def _ogee(width: float, height: float) -> Repeat:
    """The cell of a diamond with edges curved like a wave: half its width is (w/4) (1 + cos 2 pi y/h) at height y."""
    y = np.linspace(-0.5, 0.5, _OGEE_STEPS + 1)
    half = 0.25 * (1.0 + np.cos(2.0 * np.pi * y))
    right = np.column_stack([0.5 + half, y + 0.5])
    left = np.column_stack([0.5 - half, y + 0.5])[-2:0:-1]
    domain = tuple((float(x) * width, float(y) * height) for x, y in np.concatenate([right, left]))
    return Repeat("ogee", _rhombic(width, height), _ONE, (width, height), domain)


def _mirror(width: float, height: float) -> Repeat:
    """Four cells, each the mirror image of its neighbours."""
    far, low = 2.0 * width, 2.0 * height
    operations = (
        *_ONE,
        Operation(((-1.0, 0.0), (0.0, 1.0)), (far, 0.0)),
        Operation(((1.0, 0.0), (0.0, -1.0)), (0.0, low)),
        Operation(((-1.0, 0.0), (0.0, -1.0)), (far, low)),
    )
    return Repeat("mirror", ((far, 0.0), (0.0, low)), operations, (far, low), _box(width, height))


def _turn_over(width: float, height: float) -> Repeat:
    """Every second row mirrored left to right."""
    glide = Operation(((-1.0, 0.0), (0.0, 1.0)), (width, height))
    lattice = ((width, 0.0), (0.0, 2.0 * height))
    return Repeat("turn-over", lattice, (*_ONE, glide), (width, 2.0 * height), _box(width, height))


def _rhombic(width: float, height: float) -> tuple[Vector, Vector]:
    return ((width / 2.0, height / 2.0), (width / 2.0, -height / 2.0))


def _box(width: float, height: float) -> tuple[Vector, ...]:
    return ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))


_LATTICES: dict[str, Callable[[float, float], Repeat]] = {
    "grid": _grid,
    "half-drop": _half_drop,
    "half-brick": _half_brick,
    "hex": _hex,
    "hex-row": _hex_row,
    "diamond": _diamond,
    "ogee": _ogee,
    "mirror": _mirror,
    "turn-over": _turn_over,
}
