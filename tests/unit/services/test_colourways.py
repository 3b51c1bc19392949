from __future__ import annotations

from pathlib import Path

import pytest

from sketchdesign.core.drawing import Pen
from sketchdesign.core.errors import InputError, SketchDesignError
from sketchdesign.core.strokes import Sketch
from sketchdesign.design.layout import Layout
from sketchdesign.services.jobs import Job
from sketchdesign.services.tiles.colourways import (
    Colourway,
    check_colourways,
    colourway_paths,
    in_colourways,
    parse_colourway,
    read_colourways,
)
from sketchdesign.services.tiles.making import Tile, TileSettings, export_tile, make_tile, open_design

HOOK = Sketch.from_polylines([[[0, 100], [0, 0], [60, 0]], [[0, 45], [40, 45]], [[70, 90], [90, 70], [80, 50]]])
PENS = (Pen("a", "#102030", 0.4), Pen("b", "#c03020", 0.6))
GREEN = Colourway("Green & Gold", (Pen("g", "#206030", 0.3), Pen("y", "#e0c040", 0.5)))


def tile(colour_by: str = "motif") -> Tile:
    layout = Layout("tossed", motifs=4, density=0.2)
    settings = TileSettings("mirror", (40.0, 30.0), layout, PENS, colour_by=colour_by)
    return Job(make_tile([HOOK], settings, {})).run()


def test_a_colourway_is_written_as_a_name_and_pens() -> None:
    made = parse_colourway("ink=#123456,#ABCDEF:0.5mm")
    assert made == Colourway("ink", (Pen("#123456", "#123456", 0.3), Pen("#abcdef", "#abcdef", 0.5)))


def test_a_colourway_may_have_a_ground(tmp_path: Path) -> None:
    assert parse_colourway("ink=#123456,#ABCDEF on #F6EFE0").ground == "#f6efe0"
    path = tmp_path / "ways.toml"
    path.write_text('ink = ["#203060"]\nnight = { pens = ["#ffcc00:0.5mm"], ground = "#15203a" }\n', encoding="utf-8")
    ink, night = read_colourways(path)
    assert (ink.ground, night) == ("", Colourway("night", (Pen("#ffcc00", "#ffcc00", 0.5),), "#15203a"))
    palette = tmp_path / "leaves.gpl"
    palette.write_text("GIMP Palette\nName: Leaves\n21 32 58 Ground\n32 48 96 deep blue\n", encoding="utf-8")
    assert read_colourways(palette) == (Colourway("Leaves", (Pen("deep blue", "#203060"),), "#15203a"),)


@pytest.mark.parametrize(
    "line",
    [
        "a = { ground = '#ffffff' }",
        "a = { pens = ['#203060'], ground = 'sky' }",
        "a = { pens = [], ground = '#fff000' }",
        "a = { pens = ['#203060'], ground = 5 }",
        "a = { pens = ['#203060'], paper = '#ffffff' }",
    ],
)
def test_tables_that_are_no_colourway_are_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "ways.toml"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(SketchDesignError):
        read_colourways(path)


@pytest.mark.parametrize(
    "text",
    ["ink=#123456 on ", "ink=#123456 on mauve", "#123456", "ink=", "ink=mauve", "ink=#123456:0mm", "ink=#123456,,"],
)
def test_colourways_without_sense_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_colourway(text)


def test_a_list_holds_pens_with_and_without_names(tmp_path: Path) -> None:
    path = tmp_path / "ways.toml"
    path.write_text(
        'ink = ["#203060", "#a04020:0.5mm"]\n'
        '"Rust 2" = [{ name = "rust", colour = "#c03020", width = "0.6mm" }, { colour = "#e0a030" }]\n',
        encoding="utf-8",
    )
    ink, rust = read_colourways(path)
    assert ink == Colourway("ink", (Pen("#203060", "#203060", 0.3), Pen("#a04020", "#a04020", 0.5)))
    assert rust == Colourway("Rust 2", (Pen("rust", "#c03020", 0.6), Pen("#e0a030", "#e0a030", 0.3)))


def test_a_palette_is_a_colourway_whose_pens_have_its_names(tmp_path: Path) -> None:
    path = tmp_path / "leaves.gpl"
    path.write_text("GIMP Palette\nName: Leaves\n32 48 96 deep blue\n0 0 0\n", encoding="utf-8")
    assert read_colourways(path) == (Colourway("Leaves", (Pen("deep blue", "#203060"), Pen("black", "#000000"))),)


@pytest.mark.parametrize(
    "text", ["", "ink = 5", "ink = []", "ink = [5]", 'ink = ["#12"]', 'ink = [{ colour = 5 }]', "ink = [{}]", "ink =",
             'ink = ["#203060,#203060"]', 'ink = [{ colour = "#203060", speed = "1" }]', "a = " + "[" * 100_000]
)  # fmt: skip
def test_bad_lists_make_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ways.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SketchDesignError):
        read_colourways(path)


def test_files_of_other_kinds_and_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "large.toml").write_bytes(b"#" * (2**20 + 1))
    for name in ("binary.toml", "large.toml", "none.toml", "none.ase", "ways.css"):
        with pytest.raises(SketchDesignError):
            read_colourways(tmp_path / name)


def test_what_a_tile_cannot_use_is_said_before_the_work() -> None:
    assert check_colourways([GREEN], 2) == []
    assert check_colourways([GREEN], 1) == ["The colourway Green & Gold has 2 pens: the first 1 are used."]
    with pytest.raises(InputError, match="has 2 pens, but the tile 3"):
        check_colourways([GREEN], 3)
    with pytest.raises(InputError, match="files of the same name"):
        check_colourways([GREEN, Colourway("green gold", GREEN.pens)], 2)
    with pytest.raises(InputError, match="cannot be called"):
        check_colourways([Colourway("../", GREEN.pens)], 2)
    with pytest.raises(InputError, match="too many"):
        check_colourways([Colourway("all", (Pen(),) * 256)], 256)


def test_files_have_the_colourways_name_in_theirs() -> None:
    assert GREEN.file_part == "green-gold"
    assert colourway_paths([Path("a/t.svg"), Path("t.x.png")], "ink") == [Path("a/t-ink.svg"), Path("t.x-ink.png")]
    assert colourway_paths([Path("t.svg")], "") == [Path("t.svg")]


@pytest.mark.parametrize("colour_by", ["motif", "position", "parity"])
def test_a_colourway_changes_the_pens_alone_and_reopens(tmp_path: Path, colour_by: str) -> None:
    made = tile(colour_by)
    assert in_colourways(made, []) == {"": made}
    ((name, green),) = in_colourways(made, [GREEN]).items()
    assert name == "green-gold"
    for ours, other in ((made.drawing, green.drawing), (made.design, green.design)):
        assert [layer.strokes for layer in ours.layers] == [layer.strokes for layer in other.layers]
    assert {layer.pen for layer in green.design.layers} >= set(GREEN.pens)
    assert not {layer.pen for layer in green.design.layers} & set(PENS)
    path = tmp_path / "t.svg"
    export_tile(green, [path], 100.0)
    assert open_design(path)[0].layers == green.design.layers
    assert green.drawing.provenance.recipe["colourway"] == "Green & Gold"
    assert 'stroke="#206030"' in path.read_text(encoding="utf-8")
