"""Motifs that settle: evenly, as large as they were wanted, and never nearer to each other than the gap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely

from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Motif, Placement, like_neighbours, motif_of
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.settling import Floor
from sketchdesign.design.symmetry import Repeat

GAP_MM = 1.0
SIZE_MM = 6.0


def disc(kind: int = 0) -> Motif:
    angle = np.linspace(0, 2 * np.pi, 20)
    return motif_of(Sketch.from_polylines([np.column_stack([np.cos(angle), np.sin(angle)]) * 50]), kind)


def huddled(count: int, repeat: Repeat, motifs: int = 1) -> list[Placement]:
    """Discs close together near the middle of the domain, in rows."""
    middle = np.array(shapely.Polygon(repeat.domain_mm).centroid.coords[0])
    side = int(np.ceil(np.sqrt(count)))
    step = SIZE_MM + GAP_MM + 0.1
    places = [(x - (side - 1) / 2.0, y - (side - 1) / 2.0) for y in range(side) for x in range(side)][:count]
    return [
        Placement(n % motifs, 0.0, False, SIZE_MM, (middle[0] + step * x, middle[1] + step * y))
        for n, (x, y) in enumerate(places)
    ]


def smallest_distances(motifs: list[Motif], placements: list[Placement], repeat: Repeat) -> list[float]:
    """From each outline to the nearest of all images of all of them, by brute force."""
    outlines = [p.apply(motifs[p.motif].outline) for p in placements]
    images = []
    for number, operation in enumerate(repeat.operations):
        for i, j in itertools.product(range(-2, 3), repeat=2):
            move = np.array((i, j)) @ np.array(repeat.lattice_mm)
            for owner, outline in enumerate(outlines):
                same = number == 0 and not move.any()
                images.append((owner if same else -1, shapely.Polygon(operation.apply(outline) + move)))
    return [
        min(float(shapely.Polygon(outline).distance(image)) for owner, image in images if owner != number)
        for number, outline in enumerate(outlines)
    ]


def largest_hole_mm(motif: Motif, placements: list[Placement], repeat: Repeat) -> float:
    """The radius of the largest empty circle around a point of a grid, by brute force."""
    outlines = [placed.apply(motif.outline) for placed in placements]
    moves = [np.array(step) @ np.array(repeat.lattice_mm) for step in itertools.product(range(-2, 3), repeat=2)]
    images = [
        shapely.Polygon(operation.apply(outline) + move)
        for outline in outlines
        for operation in repeat.operations
        for move in moves
    ]
    left, top, right, bottom = shapely.Polygon(repeat.domain_mm).bounds
    grid = np.stack(np.meshgrid(np.linspace(left, right, 40), np.linspace(top, bottom, 40)), axis=-1).reshape(-1, 2)
    return float(shapely.distance(shapely.points(grid), shapely.union_all(images)).max())


def settle(floor: Floor, rounds: int = 30) -> list[Placement]:
    for _ in range(rounds):
        floor.settle()
    return floor.placements


def spread(floor: Floor, rounds: int = 10) -> list[Placement]:
    for _ in range(rounds):
        floor.spread()
    return floor.placements


@pytest.mark.parametrize("name", ["grid", "half-drop", "hex", "pm", "pgg", "p4g"])
def test_a_huddle_spreads_over_the_repeat(name: str) -> None:
    motif, repeat = disc(), make_repeat(name, 90.0, 90.0)
    before = huddled(4, repeat)
    after = settle(Floor([motif], before, [SIZE_MM] * 4, GAP_MM, repeat))
    close, wide = (min(smallest_distances([motif], each, repeat)) for each in (before, after))
    assert close < 1.5
    assert wide > 4.0 * close
    domain = shapely.Polygon(repeat.domain_mm).buffer(1e-9)
    assert all(domain.covers(shapely.Point(placed.centre_mm)) for placed in after)


@pytest.mark.parametrize("name", ["grid", "half-drop", "hex", "pm", "pgg", "p4g"])
def test_spreading_fills_the_holes(name: str) -> None:
    motif, repeat = disc(), make_repeat(name, 90.0, 90.0)
    before = huddled(4, repeat)
    after = spread(Floor([motif], before, [SIZE_MM] * 4, GAP_MM, repeat))
    assert largest_hole_mm(motif, after, repeat) < 0.8 * largest_hole_mm(motif, before, repeat)
    assert min(smallest_distances([motif], after, repeat)) >= GAP_MM
    domain = shapely.Polygon(repeat.domain_mm).buffer(1e-9)
    assert all(domain.covers(shapely.Point(placed.centre_mm)) for placed in after)


def test_small_motifs_grow_until_they_are_as_large_as_wanted() -> None:
    motif, repeat = disc(), make_repeat("grid", 40.0, 40.0)
    wanted = [9.0, 12.0, 6.0, 50.0]
    after = settle(Floor([motif], huddled(4, repeat), wanted, GAP_MM, repeat))
    assert [placed.size_mm for placed in after[:3]] == pytest.approx(wanted[:3])
    assert after[3].size_mm > 12.0
    assert min(smallest_distances([motif], after, repeat)) >= GAP_MM


def test_what_is_held_does_not_move() -> None:
    motif, repeat = disc(), make_repeat("pgg", 60.0, 60.0)
    placements = huddled(6, repeat)
    floor = Floor([motif], placements[2:], [10.0] * 4, GAP_MM, repeat, held=placements[:2])
    settle(floor, 8)
    after = spread(floor, 8)
    assert len(after) == 4
    assert min(smallest_distances([motif], [*placements[:2], *after], repeat)) >= GAP_MM


def test_motifs_stay_inside_of_a_free_region() -> None:
    motif, repeat = disc(), make_repeat("grid", 1000.0, 1000.0)
    # Two rooms with a wall between them.
    free = shapely.union_all([shapely.box(470, 470, 499, 530), shapely.box(501, 470, 530, 530)])
    placements = [placed for placed in huddled(16, repeat) if abs(placed.centre_mm[0] - 500.0) > 5.0]
    floor = Floor([motif], placements, [7.0] * len(placements), GAP_MM, repeat, free=free)
    settle(floor)
    after = spread(floor)
    for before, placed in zip(placements, after, strict=True):
        assert free.covers(shapely.Polygon(placed.apply(motif.outline)))
        assert (before.centre_mm[0] < 500.0) == (placed.centre_mm[0] < 500.0)
    assert min(smallest_distances([motif], after, repeat)) > 2.0 * GAP_MM


def test_like_motifs_change_places_until_they_are_apart() -> None:
    repeat = make_repeat("grid", 48.0, 48.0)
    motifs = [disc(kind) for kind in range(3)]
    # In rows of one kind each.
    placements = [
        Placement(min(2, n // 12), 0.0, False, SIZE_MM, (4.0 + 8.0 * (n % 6), 4.0 + 8.0 * (n // 6))) for n in range(36)
    ]
    before = like_neighbours(motifs, placements, repeat)
    floor = Floor(motifs, placements, [SIZE_MM] * 36, GAP_MM, repeat)
    floor.keep_apart()
    after = floor.placements
    assert like_neighbours(motifs, after, repeat) < before / 3.0
    assert sorted(placed.motif for placed in after) == sorted(placed.motif for placed in placements)
    assert sorted(placed.centre_mm for placed in after) == sorted(placed.centre_mm for placed in placements)
    assert min(smallest_distances(motifs, after, repeat)) >= GAP_MM
