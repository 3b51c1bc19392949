"""Recipes of batches: what they mean, and what is said about wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from sketchdesign.cli.main import app
from sketchdesign.core.errors import InputError
from sketchdesign.services.batch.recipe import Recipe, load_recipe
from sketchdesign.services.batch.settings import (
    KINDS,
    GridSettings,
    SheetSettings,
    TileBatchSettings,
    setting_fields,
)

TILES = """
make = "tile"
names = "{model}-{class}-{seed:03}-{repeat}-{colourway}.svg"

[settings]
model = "cat"
layout = "tossed"

[matrix]
class = ["cat", "pig"]
seed = "9-11"
repeat = ["half-drop", "drop:1/3"]

[matrix.colourway]
ink = "#203060"
rust = ["#a04020", "#203060:0.5mm"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, text: str) -> Recipe:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(path)


def test_the_matrix_is_all_combinations_with_the_last_list_turning_fastest(folder: Path) -> None:
    recipe = read(folder, TILES)
    names = [item.name for item in recipe.items]
    assert len(names) == len(set(names)) == 2 * 3 * 2 * 2
    assert names[:3] == [
        "cat-cat-009-half-drop-ink.svg",
        "cat-cat-009-half-drop-rust.svg",
        "cat-cat-009-drop-1-3-ink.svg",
    ]
    assert names[-1] == "cat-pig-011-drop-1-3-rust.svg"
    last = recipe.items[-1].settings
    assert isinstance(last, TileBatchSettings)
    assert (last.class_, last.seed, last.repeat, last.pens) == ("pig", 11, "drop:1/3", "#a04020,#203060:0.5mm")
    assert (last.layout, last.tile) == ("tossed", "120x80mm")
    assert last.tile_settings().pens[1].width_mm == 0.5
    assert recipe.sketches == 24 * 12


def test_names_follow_from_the_lists_where_none_are_given(folder: Path) -> None:
    text = 'make = "grid"\n[settings]\nmodel = "cat"\n[matrix]\nseed = [4, 2]\npage = ["A4", "120x80mm"]\n'
    assert [item.name for item in read(folder, text).items] == [
        "4-A4.svg",
        "4-120x80mm.svg",
        "2-A4.svg",
        "2-120x80mm.svg",
    ]
    assert [item.name for item in read(folder, 'make = "grid"\nsettings = {model = "cat"}').items] == ["grid.svg"]


def test_formats_share_their_settings(folder: Path) -> None:
    text = 'make = "grid"\n[settings]\nmodel = "cat"\nrows = 2\ncols = 3\n[matrix]\nformat = ["svg", ".pdf"]\n'
    recipe = read(folder, text.replace("make", 'names = "a.{format}"\nmake'))
    assert [item.name for item in recipe.items] == ["a.svg", "a.pdf"]
    assert recipe.items[0].settings == recipe.items[1].settings
    assert recipe.sketches == 6


def test_a_model_in_a_file_lends_its_name_without_folders(folder: Path) -> None:
    text = (
        'make = "generate"\nnames = "{model}-{number}.npz"\n[settings]\nmodel = "../mine/cat v2.gen.json"\ncount = 3\n'
    )
    assert [item.name for item in read(folder, text).items] == ["cat-v2-1.npz"]


def test_a_finished_tile_takes_no_other_settings_of_tiles(folder: Path) -> None:
    text = 'make = "sheet"\n[settings]\ndesign = "tile.svg"\npage = "A2"\n'
    (item,) = read(folder, text).items
    assert isinstance(item.settings, SheetSettings)
    assert (item.settings.files(), item.settings.models()) == (("tile.svg",), ())
    with pytest.raises(InputError, match="repeat changes nothing in the finished tile"):
        read(folder, text + 'repeat = "ogee"\n')


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("make =", "mkae ="), "mkae is no part of a recipe; did you mean make?"),
        (('"tile"', '"tiles"'), "make is 'tiles'; did you mean tile?"),
        (("layout =", "layuot ="), "settings.layuot is no setting of what is made; did you mean layout?"),
        (("repeat =", "repeats ="), "matrix.repeats is nothing that can take turns; did you mean repeat?"),
        (("{seed:03}", "{sed:03}"), "{sed} in the names is no setting; did you mean seed?"),
        (
            ("{seed:03}", "{seed}{seed.__class__}"),
            "{seed.__class__} in the names is no setting; known are",
        ),
        (("{seed:03}", "{seed!r}"), "{seed} in the names cannot be formed so"),
        (("{seed:03}", "{seed:>99999}"), "{seed} in the names cannot be formed so"),
        (("{seed:03}", "{seed"), "cannot be read"),
        (("{class}", "{class:03}"), "counts digits, but 'cat' is no whole number"),
        (("-{seed:03}", ""), "more than one file would be called cat-cat-half-drop-ink.svg"),
        (("{model}-", "../{model}-"), "'/' has no place in the name of a file"),
        (("{model}-", "."), "is no good name for a file"),
        (("{colourway}.svg", "{temperature}.svg"), "{temperature} in the names has no value"),
        ((".svg", ".jpg"), "no file can be written with the ending '.jpg'"),
        ((".svg", ""), "no file can be written with the ending ''"),
        (('"tossed"', "3"), "settings.layout is 3; give a text in quotation marks"),
        (('"tossed"', '"tosed"'), "unknown layout 'tosed'"),
        (("layout =", "rows = true\nlayout ="), "settings.rows is True; give a whole number"),
        (("layout =", "temperature = nan\nlayout ="), "settings.temperature is nan; give a number"),
        (("layout =", "temperature = 99\nlayout ="), "the temperature of 99 is out of range"),
        (("layout =", "seed = 3\nlayout ="), "seed is given in [settings] and again by matrix.seed"),
        (("layout =", 'pens = "#000000"\nlayout ='), "pens is given in [settings] and again by matrix.colourway"),
        (('"9-11"', '"9-x"'), "matrix.seed is '9-x'; write seed ="),
        (('"9-11"', '"11-9"'), "write a range of 1 to 100000 seeds"),
        (('"9-11"', "[]"), "matrix.seed is []"),
        (('"9-11"', "[1, -2]"), "a seed of -2 is out of range"),
        (('"9-11"', '"1-99999"'), "the matrix has 799992 files; make up to 100000 at a time"),
        (('"drop:1/3"', '"dorp:1/3"'), "unknown repeat 'dorp:1/3'"),
        (('"drop:1/3"', '"ha\\u0000lf"'), "give a text in quotation marks"),
        (('"#203060"', "7"), "matrix.colourway.ink is 7"),
        (('"#203060"', '"bleu"'), "'bleu' is not a colour; did you mean blue?"),
        (("0.5mm", "90mm"), "a pen of 90mm cannot be drawn with"),
        (('model = "cat"\n', ""), "no model is given"),
        (("[matrix]", "matrix = 3\n[other]"), "is no part of a recipe"),
        (("make =", "make"), "is no TOML file"),
    ],
)
def test_wrong_recipes_make_one_sentence(change: tuple[str, str], complaint: str, folder: Path) -> None:
    assert change[0] in TILES
    with pytest.raises(InputError) as raised:
        read(folder, TILES.replace(*change))
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith(str(folder))


@pytest.mark.parametrize("name", ["CON.svg", "Contact.png", "contact-12.png", "-{seed}.svg", f"{'x' * 250}.svg"])
def test_names_that_suit_no_file_are_refused(name: str, folder: Path) -> None:
    with pytest.raises(InputError, match=r"no good name|too long|every batch writes"):
        read(folder, f'make = "grid"\nnames = "{name}"\n[settings]\nmodel = "cat"\n')


def test_names_that_differ_in_case_alone_are_alike(folder: Path) -> None:
    text = 'make = "tile"\nnames = "{class}.svg"\n[settings]\nmodel = "cat"\n[matrix]\nclass = ["cat", "Cat"]\n'
    with pytest.raises(InputError, match="more than one file would be called Cat"):
        read(folder, text)


NOT_FOR_RECIPES = {
    *("output", "help"),
    # Which many files there are is what the matrix says.
    *("colourway", "colourways"),
    # These change or show one file that a person looks at.
    *("from", "reroll", "keep", "lock", "check", "preview"),
}
"""Options without a setting of their name."""


@pytest.mark.parametrize("make", KINDS)
def test_settings_are_the_options_of_the_commands(make: str) -> None:
    commands: Any = typer.main.get_command(app)
    options = {
        max(option.opts, key=len).removeprefix("--").replace("-", "_"): option.default
        for option in commands.commands[make].params
        if option.param_type_name == "option"
    }
    kind = KINDS[make]
    defaults = {key: kind.__dataclass_fields__[name].default for key, name in setting_fields(kind).items()}
    differing = {
        key: (defaults[key], default)
        for key, default in options.items()
        if key in defaults and key != "seed" and defaults[key] != default
    }
    assert differing == {}
    assert set(options) - set(defaults) <= NOT_FOR_RECIPES
    tile_too = set(setting_fields(TileBatchSettings)) if make == "sheet" else set()
    # In a recipe the overlap is that of the tile's motifs.
    assert set(defaults) - set(options) - tile_too <= {"model", "design", "sheet_overlap"}


def test_a_page_with_landscape_is_turned() -> None:
    paper = GridSettings(model="cat", page="A5", landscape=True).paper()
    assert (paper.width_mm, paper.height_mm) == (210.0, 148.0)


SHEETS = """
make = "sheet"
names = "{seed}.svg"
[settings]
model = "cat"
page = "A5"
sheets = "2x3"
sheet_overlap = "4mm"
register = true
[matrix]
seed = [3, 4]
"""


def test_a_sheet_of_several_pages_is_as_many_files(folder: Path) -> None:
    items = read(folder, SHEETS).items
    places = [f"r{row}c{column}" for row in (1, 2) for column in (1, 2, 3)]
    assert [item.name for item in items] == [f"{seed}-{place}.svg" for seed in (3, 4) for place in places]
    plans = {item.settings.plan() for item in items if isinstance(item.settings, SheetSettings)}
    (plan,) = plans
    assert (plan.rows, plan.columns, plan.overlap_mm, plan.register) == (2, 3, 4.0, True)
    assert len({item.settings for item in items}) == 12
    named = read(folder, SHEETS.replace("{seed}", "{place}-of-{seed}")).items
    assert named[0].name == "r1c1-of-3.svg"
    single = read(folder, SHEETS.replace("2x3", "1x1")).items
    assert [item.name for item in single] == ["3.svg", "4.svg"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("2x3", "2by3"), "is no number of sheets"),
        (("2x3", "30x30"), "cannot be drawn"),
        (("4mm", "400mm"), "an overlap of 400 mm cannot be made"),
        (("register = true", "place = 1"), "settings.place is no setting"),
    ],
)
def test_sheets_that_cannot_be_laid_together_are_refused(change: tuple[str, str], complaint: str, folder: Path) -> None:
    with pytest.raises(InputError, match=complaint):
        read(folder, SHEETS.replace(*change))


GROUNDS = """
make = "tile"
[settings]
model = "cat"
[matrix.colourway]
ink = ["#203060"]
night = { pens = ["#f6e0a0"], ground = "#15203a" }
"""


def test_a_colourway_of_a_recipe_may_have_a_ground(folder: Path) -> None:
    ink, night = (item.settings for item in read(folder, GROUNDS).items)
    assert isinstance(ink, TileBatchSettings)
    assert isinstance(night, TileBatchSettings)
    assert (ink.tile_settings().ground, night.tile_settings().ground) == ("", "#15203a")
    assert night.pens == "#f6e0a0"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("#15203a", "mauve"), "'mauve' is not a colour"),
        (('ground = "#15203a"', "ground = 7"), "matrix.colourway.night is"),
        (("ground =", "grund ="), "matrix.colourway.night is"),
        (('model = "cat"', 'model = "cat"\nground = "#ffffff"'), "ground is given in .settings. and again by"),
    ],
)
def test_grounds_without_sense_are_refused(change: tuple[str, str], complaint: str, folder: Path) -> None:
    with pytest.raises(InputError, match=complaint):
        read(folder, GROUNDS.replace(*change))


def test_speeds_of_a_recipe_are_checked_as_on_the_command_line(folder: Path) -> None:
    text = 'make = "tile"\nnames = "a.gcode"\n[settings]\nmodel = "cat"\nfeed = {}\n'
    with pytest.raises(InputError, match="a speed of -5 mm/min makes no sense"):
        read(folder, text.format(-5))
    (item,) = read(folder, text.format(1200)).items
    assert isinstance(item.settings, TileBatchSettings)
    assert item.settings.gcode().machine.draw_mm_s == 20.0
