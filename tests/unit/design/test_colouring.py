from __future__ import annotations

import numpy as np
import pytest

from sketchdesign.core.colour import mix
from sketchdesign.core.drawing import Layer, Pen, Strokes
from sketchdesign.core.errors import InputError
from sketchdesign.design.colouring import BLEND_STEPS, COLOUR_BY, coloured, inks, repenned
from sketchdesign.design.repeat import make_repeat
from sketchdesign.design.tile import Design, cut_tile
from sketchdesign.geometry.dedupe import duplicate_pairs

RED, BLUE, GREEN = Pen("red", "#c03020", 0.3), Pen("blue", "#203060", 0.5), Pen("green", "#206030", 0.3)
PENS = (RED, BLUE)


def design(name: str = "grid", motifs: int = 4, strokes: int = 3) -> Design:
    """Motifs beside each other in a cell of 40 x 30 mm, each of a few short strokes, drawn in order."""
    lines, numbers = [], []
    for motif in range(motifs):
        for stroke in range(strokes):
            x = 40.0 * (motif + 0.5) / motifs
            lines.append(np.array([[x - 1.0, 3.0 + stroke], [x + 1.0, 3.1 + stroke]]))
            numbers.append(motif)
    layer = Layer(Pen(), Strokes.from_polylines(lines))
    return Design(make_repeat(name, 40.0, 30.0), (layer,), (np.array(numbers),))


def drawn_with(made: Design) -> dict[int, set[str]]:
    """The pens of each motif."""
    pens: dict[int, set[str]] = {}
    for layer, motifs in zip(made.layers, made.motifs, strict=True):
        for motif in motifs.tolist():
            pens.setdefault(motif, set()).add(layer.pen.name)
    return pens


def test_motifs_take_turns() -> None:
    made = coloured(design(), PENS, "motif", {})
    assert drawn_with(made) == {0: {"red"}, 1: {"blue"}, 2: {"red"}, 3: {"blue"}}
    assert [layer.pen for layer in made.layers] == [RED, BLUE]


def test_motifs_of_a_kind_have_one_pen() -> None:
    made = coloured(design(), PENS, "kind", {0: 1, 1: 0, 2: 1, 3: 2})
    assert drawn_with(made) == {0: {"blue"}, 1: {"red"}, 2: {"blue"}, 3: {"red"}}


def test_first_strokes_have_the_first_pen() -> None:
    made = coloured(design(motifs=2, strokes=4), (RED, BLUE, GREEN), "stroke", {})
    heights = [sorted({round(float(line[0, 1])) for line in layer.strokes.polylines()}) for layer in made.layers]
    assert heights == [[3, 4], [5], [6]]
    assert [len(layer.strokes) for layer in made.layers] == [4, 2, 2]


def test_a_single_stroke_has_the_first_pen() -> None:
    assert drawn_with(coloured(design(strokes=1), PENS, "stroke", {})) == {n: {"red"} for n in range(4)}


def test_mirror_images_have_the_second_pen() -> None:
    made = coloured(design("pm", motifs=3), PENS, "parity", {})
    assert drawn_with(made) == {0: {"red"}, 1: {"red"}, 2: {"red"}}
    tile = cut_tile(made)
    red, blue = (layer.strokes for layer in tile.layers)
    assert len(red) == len(blue) == 9
    assert np.allclose(np.sort(40.0 - red.points[:, 0]), np.sort(blue.points[:, 0]), atol=1e-6)


def test_a_repeat_without_mirror_images_cannot_be_coloured_by_them() -> None:
    for name in ("grid", "half-drop", "p4", "p6"):
        with pytest.raises(InputError, match="no mirror images"):
            coloured(design(name), PENS, "parity", {})
    with pytest.raises(InputError, match="cannot colour by 'mood'"):
        coloured(design(), PENS, "mood", {})


def test_pens_blend_across_the_cell_and_back() -> None:
    made = coloured(design(motifs=8), PENS, "position", {})
    assert [layer.pen for layer in made.layers] == list(inks(PENS, "position"))
    place = {int(n): ink for ink, motifs in enumerate(made.motifs) for n in np.unique(motifs)}
    found = [place[n] for n in range(8)]
    # The same on both sides of the seam, and in the middle the other pen.
    assert found == found[::-1]
    assert found[0] == 0
    assert found[3] == BLEND_STEPS
    assert found[:4] == sorted(found[:4])


def test_blends_lie_between_pens_in_oklch_and_in_width() -> None:
    mixed = inks((RED, BLUE, GREEN), "position")
    assert len(mixed) == 2 * BLEND_STEPS + 1
    assert (mixed[0], mixed[BLEND_STEPS], mixed[-1]) == (RED, BLUE, GREEN)
    assert mixed[2].colour == mix(RED.colour, BLUE.colour, 0.5)
    assert mixed[2].width_mm == 0.4
    assert inks((RED,), "position") == (RED,)


@pytest.mark.parametrize("colour_by", COLOUR_BY)
def test_no_stroke_is_lost_or_moved(colour_by: str) -> None:
    before = design("mirror")
    kinds = {n: n % 3 for n in range(4)}
    made = coloured(coloured(before, (RED, BLUE, GREEN), "motif", kinds), PENS, colour_by, kinds)
    lines = [line.tolist() for layer in made.layers for line in layer.strokes.polylines()]
    assert sorted(lines) == sorted(line.tolist() for line in before.layers[0].strokes.polylines())
    # The last word counts: what the pens were before changes nothing.
    again = coloured(before, PENS, colour_by, kinds)
    assert (again.layers, again.mirrored_pen) == (made.layers, made.mirrored_pen)


@pytest.mark.parametrize("colour_by", COLOUR_BY)
def test_another_colourway_is_what_colouring_with_its_pens_gives(colour_by: str) -> None:
    kinds = {n: n for n in range(4)}
    first, second = (coloured(design("mirror"), pens, colour_by, kinds) for pens in (PENS, (GREEN, RED)))
    assert repenned(first.layers, (GREEN, RED), colour_by) == second.layers


def test_a_cell_repeats_its_colours_across_seams() -> None:
    # A motif beyond the cell's edge is coloured like its copy inside.
    inside, beyond = design(motifs=5), design(motifs=5)
    moved = Strokes(beyond.layers[0].strokes.points + np.array([40.0, -30.0]), beyond.layers[0].strokes.offsets)
    beyond = Design(beyond.repeat, (Layer(Pen(), moved),), beyond.motifs)
    made = [coloured(each, PENS, "position", {}) for each in (inside, beyond)]
    assert drawn_with(made[0]) == drawn_with(made[1])


def spread(name: str = "grid", rows: int = 5) -> Design:
    """Short strokes all over a cell of 40 x 30 mm, each a motif, row by row."""
    places = [((x + 0.5) * 40.0 / rows, (y + 0.5) * 30.0 / rows) for y in range(rows) for x in range(rows)]
    lines = [np.array([[x - 0.5, y], [x + 0.5, y]]) for x, y in places]
    return Design(make_repeat(name, 40.0, 30.0), (Layer(Pen(), Strokes.from_polylines(lines)),), (np.arange(rows**2),))


YELLOW = Pen("yellow", "#e0c030", 0.7)


def test_four_corners_have_their_pens_and_blends_between_them() -> None:
    pens = (RED, BLUE, GREEN, YELLOW)
    made = coloured(spread(), pens, "corner", {})
    place = {int(n): made.layers[ink].pen for ink, motifs in enumerate(made.motifs) for n in motifs}
    # Five by five places, there and back: what lies at the cell's corner, and in the middle of its sides.
    assert (place[0], place[2], place[12], place[10]) == pens
    assert place[1].colour == mix(RED.colour, BLUE.colour, 0.5)
    assert place[5].colour == mix(RED.colour, YELLOW.colour, 0.5)
    assert place[6].width_mm == pytest.approx((0.3 + 0.5 + 0.3 + 0.7) / 4, abs=1e-3)
    # The same on both sides of every seam.
    assert all(place[n] == place[n - n % 5 + 4 - n % 5] == place[20 - n + 2 * (n % 5)] for n in range(25))


def test_corners_snap_to_the_nearest_of_all_pens() -> None:
    middle = Pen("middle", mix(RED.colour, BLUE.colour, 0.5), 0.3)
    made = coloured(spread(), (RED, BLUE, BLUE, RED, middle), "corner-pens", {})
    assert len(made.layers) == 5
    place = {n: next(iter(pens)) for n, pens in drawn_with(made).items()}
    assert (place[0], place[1], place[2]) == ("red", "middle", "blue")


def test_two_pens_take_turns_around_the_corners() -> None:
    place = drawn_with(coloured(spread(), PENS, "corner-pens", {}))
    assert (place[0], place[2], place[12], place[10]) == ({"red"}, {"blue"}, {"red"}, {"blue"})
    assert drawn_with(coloured(spread(), (RED,), "corner", {})) == {n: {"red"} for n in range(25)}


@pytest.mark.parametrize("name", ["pm", "pmm", "p4m", "p6m", "mirror"])
@pytest.mark.parametrize("kaleidoscope", [False, True])
def test_a_stroke_on_a_mirror_axis_is_drawn_once_by_the_pen_of_its_motif(name: str, kaleidoscope: bool) -> None:
    repeat = make_repeat(name, 40.0, 40.0)
    # On an axis that is an edge of the domain, and inside of the domain.
    lines = [np.array([[4.0, 0.0], [9.0, 0.0]]), np.array([[5.0, 1.0], [5.5, 2.0], [7.0, 2.5]])]
    if name == "pm":
        lines = [line[:, ::-1] for line in lines]
    layers = (Layer(RED, Strokes.from_polylines(lines)), Layer(BLUE, Strokes.empty()))
    made = Design(repeat, layers, (np.array([0, 0]), np.empty(0, np.int64)), kaleidoscope, mirrored_pen=True)
    tile = cut_tile(made)
    together = Strokes.concatenate(layer.strokes for layer in tile.layers)
    assert not duplicate_pairs(together)
    red, blue = (layer.strokes for layer in tile.layers)
    assert len(blue) > 0
    # Two points make the straight strokes of the axes, and those are red.
    assert 2 in np.diff(red.offsets)
    assert 2 not in np.diff(blue.offsets)
