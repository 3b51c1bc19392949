"""How a cell repeats over the plane: a lattice, the isometries within one cell, and the rectangle that tiles straight.

Lengths are millimetres, y runs down as on a page.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sketchdesign.geometry.clip import Box

Vector = tuple[float, float]
Matrix = tuple[Vector, Vector]
"""Two rows."""

Points = NDArray[np.float64]

_ON_THE_BORDER = 1e-9
"""Share of a cell below which a place counts as lying on the cell's near border, not beyond its far one."""


@dataclass(frozen=True)
class Operation:
    """An isometry of the plane: a point p goes to ``matrix`` p + ``shift_mm``."""

    matrix: Matrix
    shift_mm: Vector

    @classmethod
    def identity(cls) -> Operation:
        return cls(((1.0, 0.0), (0.0, 1.0)), (0.0, 0.0))

    @property
    def mirrors(self) -> bool:
        """Whether it turns a left hand into a right one."""
        (a, b), (c, d) = self.matrix
        return a * d - b * c < 0.0

    def apply(self, points: Points) -> Points:
        """The images of points [..., 2]."""
        images: Points = points @ np.array(self.matrix).T + np.array(self.shift_mm)
        return images


@dataclass(frozen=True)
class Repeat:
    """One way of repeating a cell.

    Attributes:
        name: as a person writes it.
        lattice_mm: two vectors; the pattern is unchanged when moved by either.
        operations: the isometries of one cell, the identity first. Together with the lattice they form a group.
        rectangle_mm: width and height of the smallest upright rectangle that tiles the pattern straight.
        domain_mm: corners of a region whose images under operations and lattice cover the plane exactly once: the
            place of the motifs.
    """

    name: str
    lattice_mm: tuple[Vector, Vector]
    operations: tuple[Operation, ...]
    rectangle_mm: Vector
    domain_mm: tuple[Vector, ...]

    @property
    def rectangle(self) -> Box:
        """The straight-repeat rectangle with its corner at the origin."""
        return Box(0.0, 0.0, *self.rectangle_mm)

    @property
    def cell_area_mm2(self) -> float:
        return abs(float(np.linalg.det(np.array(self.lattice_mm))))

    @property
    def cells_per_rectangle(self) -> int:
        width, height = self.rectangle_mm
        return round(width * height / self.cell_area_mm2)

    def fractions(self, points: Points) -> Points:
        """Points [..., 2] in units of the lattice vectors."""
        fractions: Points = points @ np.linalg.inv(np.array(self.lattice_mm))
        return fractions

    def moves_into_cell(self, points: Points) -> Points:
        """For each of the points [n, 2] the lattice vector that brings it into the cell at the origin."""
        moves: Points = -np.floor(self.fractions(points) + _ON_THE_BORDER) @ np.array(self.lattice_mm)
        return moves

    def lattice_vectors(self, low: Points, high: Points) -> Points:
        """All lattice vectors inside the box from ``low`` to ``high``, row by row: [n, 2]."""
        corners = self.fractions(np.array(list(itertools.product(*zip(low, high, strict=True)))))
        first = np.floor(corners.min(axis=0) - _ON_THE_BORDER).astype(int)
        last = np.ceil(corners.max(axis=0) + _ON_THE_BORDER).astype(int)
        steps = np.mgrid[first[0] : last[0] + 1, first[1] : last[1] + 1].reshape(2, -1).T
        vectors: Points = steps @ np.array(self.lattice_mm)
        slack = _ON_THE_BORDER * np.abs(np.array(self.lattice_mm)).max()
        inside = ((vectors >= low - slack) & (vectors <= high + slack)).all(axis=1)
        vectors = vectors[inside]
        return vectors[np.lexsort(vectors.T)]

    @functools.cached_property
    def cell_moves(self) -> Points:
        """One lattice vector for each cell of the straight-repeat rectangle: [`cells_per_rectangle`, 2]."""
        size = np.array(self.rectangle_mm)
        inside = self.lattice_vectors(np.zeros(2), size)
        # Those on the far sides are copies of others on the near sides.
        once: Points = inside[(inside < size * (1.0 - _ON_THE_BORDER)).all(axis=1)]
        return once
