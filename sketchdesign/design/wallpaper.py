"""The 17 wallpaper groups, as the general positions of the International Tables for Crystallography, volume A.

Operations and domains are in fractions of the conventional cell: (x, y) is the point x * a1 + y * a2. The domain is
the asymmetric unit given there.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from sketchdesign.design.symmetry import Operation, Repeat, Vector

_HALF_TURN = "x,y; -x,-y"
_QUARTER_TURNS = "x,y; -x,-y; -y,x; y,-x"
_THIRD_TURNS = "x,y; -y,x-y; -x+y,-x"
_SIXTH_TURNS = f"{_THIRD_TURNS}; -x,-y; y,-x+y; x-y,x"
_MIRRORS_BETWEEN = "-y,-x; -x+y,y; x,x-y"
_MIRRORS_ALONG = "y,x; x-y,-y; -x,-x+y"
_CENTRED = "; x+1/2,y+1/2; -x+1/2,y+1/2"


@dataclass(frozen=True)
class _Group:
    """``shape`` is "rectangle", "square" or "hexagon"; ``domain`` holds the corners as "x,y" in order."""

    shape: str
    operations: str
    domain: str


GROUPS = {
    "p1": _Group("rectangle", "x,y", "0,0; 1,0; 1,1; 0,1"),
    "p2": _Group("rectangle", _HALF_TURN, "0,0; 1/2,0; 1/2,1; 0,1"),
    "pm": _Group("rectangle", "x,y; -x,y", "0,0; 1/2,0; 1/2,1; 0,1"),
    "pg": _Group("rectangle", "x,y; -x,y+1/2", "0,0; 1/2,0; 1/2,1; 0,1"),
    "cm": _Group("rectangle", f"x,y; -x,y{_CENTRED}", "0,0; 1/2,0; 1/2,1/2; 0,1/2"),
    "pmm": _Group("rectangle", f"{_HALF_TURN}; -x,y; x,-y", "0,0; 1/2,0; 1/2,1/2; 0,1/2"),
    "pmg": _Group("rectangle", f"{_HALF_TURN}; -x+1/2,y; x+1/2,-y", "0,0; 1/4,0; 1/4,1; 0,1"),
    "pgg": _Group("rectangle", f"{_HALF_TURN}; -x+1/2,y+1/2; x+1/2,-y+1/2", "0,0; 1/2,0; 1/2,1/2; 0,1/2"),
    "cmm": _Group(
        "rectangle",
        f"{_HALF_TURN}; -x,y; x,-y{_CENTRED}; -x+1/2,-y+1/2; x+1/2,-y+1/2",
        "0,0; 1/4,0; 1/4,1/2; 0,1/2",
    ),
    "p4": _Group("square", _QUARTER_TURNS, "0,0; 1/2,0; 1/2,1/2; 0,1/2"),
    "p4m": _Group("square", f"{_QUARTER_TURNS}; -x,y; x,-y; y,x; -y,-x", "0,0; 1/2,0; 1/2,1/2"),
    "p4g": _Group(
        "square",
        f"{_QUARTER_TURNS}; -x+1/2,y+1/2; x+1/2,-y+1/2; y+1/2,x+1/2; -y+1/2,-x+1/2",
        "0,0; 1/2,0; 0,1/2",
    ),
    "p3": _Group("hexagon", _THIRD_TURNS, "0,0; 1/2,0; 2/3,1/3; 1/3,2/3; 0,1/2"),
    "p3m1": _Group("hexagon", f"{_THIRD_TURNS}; {_MIRRORS_BETWEEN}", "0,0; 2/3,1/3; 1/3,2/3"),
    "p31m": _Group("hexagon", f"{_THIRD_TURNS}; {_MIRRORS_ALONG}", "0,0; 1/2,0; 2/3,1/3; 1/2,1/2"),
    "p6": _Group("hexagon", _SIXTH_TURNS, "0,0; 1/2,0; 2/3,1/3; 1/2,1/2"),
    "p6m": _Group("hexagon", f"{_SIXTH_TURNS}; {_MIRRORS_BETWEEN}; {_MIRRORS_ALONG}", "0,0; 1/2,0; 2/3,1/3"),
}
"""By their short names."""

FULL_NAMES = {
    "p11m": "pm",
    "p2mm": "pmm",
    "p2mg": "pmg",
    "p2gg": "pgg",
    "c2mm": "cmm",
    "p4mm": "p4m",
    "p4gm": "p4g",
    "p6mm": "p6m",
}
"""Longer names of some groups."""


def wallpaper(name: str, width_mm: float, height_mm: float) -> Repeat:
    """The repeat of a wallpaper group whose conventional cell is ``width_mm`` wide.

    The height counts for rectangular cells; it follows from the width for square and hexagonal ones. A hexagonal cell
    is spanned by (a, 0) and (-a/2, a sqrt(3)/2), and two of them make the straight-repeat rectangle.

    Raises:
        KeyError: no group has this name.
    """
    group = GROUPS[name]
    across: Vector = (width_mm, 0.0)
    if group.shape == "hexagon":
        rectangle = (width_mm, width_mm * math.sqrt(3.0))
        lattice = (across, (-width_mm / 2.0, rectangle[1] / 2.0))
    else:
        rectangle = (width_mm, width_mm if group.shape == "square" else height_mm)
        lattice = (across, (0.0, rectangle[1]))
    operations = tuple(_operation(text, lattice) for text in group.operations.split(";"))
    fractions = np.array([[_number(part) for part in corner.split(",")] for corner in group.domain.split(";")])
    domain = tuple((float(x), float(y)) for x, y in fractions @ np.array(lattice))
    return Repeat(name, lattice, operations, rectangle, domain)


def _operation(text: str, lattice: tuple[Vector, Vector]) -> Operation:
    """An operation such as ``-x+1/2,y`` as an isometry in mm."""
    rows = np.array([_coefficients(part) for part in text.split(",")])
    basis = np.array(lattice).T
    matrix = basis @ rows[:, :2] @ np.linalg.inv(basis)
    shift = basis @ rows[:, 2]
    (a, b), (c, d) = matrix.tolist()
    return Operation(((a, b), (c, d)), (float(shift[0]), float(shift[1])))


def _coefficients(text: str) -> list[float]:
    """``-x+1/2`` as its factors of x, y and 1: [-1, 0, 0.5]."""
    factors = {"x": 0.0, "y": 0.0, "": 0.0}
    for sign, term in re.findall(r"([+-]?)(x|y|1/2)", text.strip()):
        axis = term if term in factors else ""
        factors[axis] += (-1.0 if sign == "-" else 1.0) * (1.0 if axis else _number(term))
    return list(factors.values())


def _number(text: str) -> float:
    over, _, under = text.strip().partition("/")
    return float(over) / float(under or 1)
