from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from sketchdesign.cli.options import check_png, parse_counts, parse_names, parse_numbers
from sketchdesign.cli.plot import _SETTING_OF_OPTION, PlotOptions
from sketchdesign.core.errors import InputError
from sketchdesign.services.plot.settings import PlotSettings


def test_lists_are_read_with_spaces_and_commas_to_spare() -> None:
    assert parse_names(" cat, pig ,,") == ["cat", "pig"]
    assert parse_names("") == []
    assert parse_counts("3, 7,", "cells") == [3, 7]
    assert parse_numbers("-1, 0.5", "strengths") == [-1.0, 0.5]


@pytest.mark.parametrize("text", ["", ",", "3.5", "3;7", "three"])
def test_what_is_no_list_of_whole_numbers_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"is no list of cells; write numbers between commas: 3,7"):
        parse_counts(text, "cells")


def test_a_picture_must_be_a_png_in_a_folder_that_is_there(tmp_path: Path) -> None:
    check_png(tmp_path / "page.PNG")
    with pytest.raises(InputError, match="cannot hold the picture"):
        check_png(tmp_path / "page.jpg")
    with pytest.raises(InputError, match="missing"):
        check_png(tmp_path / "missing" / "page.png")


def test_every_option_of_a_plot_is_one_of_its_settings() -> None:
    named = {_SETTING_OF_OPTION.get(option.name, option.name) for option in fields(PlotOptions)}
    assert named == {setting.name for setting in fields(PlotSettings)} - {"parameters"}
